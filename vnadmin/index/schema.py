"""The index's tables, and how an older index becomes one of this version.

docs/archive-index.md explains the tables and shows them in a picture. Each migration makes one
version of the one before it; a new index goes through them all, so that both end in the same
tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x564E4144
"""Marks the file as an index of vnadmin ("VNAD")."""

RELATIONS = ("repeals", "replaces", "amends", "guides", "implements", "based_on", "refers")
"""By number: what changes a document first, so that who cites it is listed in that order."""

CHANGES = 3
"""Relations below this number change the cited document."""

MUCH_CITED = 8
"""Documents that cite a work, from which on it is in the index of the most cited."""

_VERSION_1 = """
CREATE TABLE relations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE strings (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path NOT NULL UNIQUE,            -- of convert's JSON; bytes where it isn't UTF-8
    stamp TEXT NOT NULL,             -- size and time of it and its corrections
    digest BLOB NOT NULL,            -- of its bytes and its corrections'
    document_id TEXT NOT NULL,       -- of the source's bytes
    source TEXT NOT NULL,
    kind INTEGER NOT NULL REFERENCES strings,
    pages INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    copy_of INTEGER REFERENCES files -- the same source's newer conversion, which is the one indexed
);
CREATE INDEX files_by_document_id ON files (document_id);
CREATE INDEX files_by_copy ON files (copy_of) WHERE copy_of IS NOT NULL;

CREATE TABLE pages (
    file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    number INTEGER NOT NULL,
    width INTEGER NOT NULL,          -- pixels
    height INTEGER NOT NULL,
    start INTEGER NOT NULL,          -- code points of the file's text
    "end" INTEGER NOT NULL,
    reading TEXT,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;

CREATE TABLE edits (
    file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    source_start INTEGER NOT NULL,
    source_end INTEGER NOT NULL,
    source TEXT NOT NULL,
    restored TEXT NOT NULL,
    kind TEXT NOT NULL,
    confidence INTEGER NOT NULL,     -- per cent
    PRIMARY KEY (file, seq)
) WITHOUT ROWID;

CREATE TABLE works (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,        -- the id that citations carry
    type INTEGER NOT NULL REFERENCES strings,
    number INTEGER REFERENCES strings,
    name INTEGER REFERENCES strings,
    year INTEGER,
    date TEXT,
    issuer INTEGER REFERENCES strings,
    title TEXT,
    uri TEXT,
    number_key TEXT,                 -- letters and digits of the number, folded
    name_key TEXT,                   -- of the name
    mentions INTEGER NOT NULL DEFAULT 0,
    citers INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX works_by_number ON works (number_key) WHERE number_key IS NOT NULL;
CREATE INDEX works_by_name ON works (name_key) WHERE name_key IS NOT NULL;

CREATE TABLE variants (
    id INTEGER PRIMARY KEY,
    work INTEGER NOT NULL REFERENCES works,
    type INTEGER NOT NULL REFERENCES strings,
    number INTEGER REFERENCES strings,
    name INTEGER REFERENCES strings,
    date TEXT,
    issuer INTEGER REFERENCES strings,
    mentions INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX variants_by_work ON variants (work);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    part INTEGER NOT NULL,           -- from 0; of a file that holds several documents
    start INTEGER NOT NULL,          -- code points of the file's text
    "end" INTEGER NOT NULL,
    work INTEGER REFERENCES works,   -- what others cite it as
    type INTEGER REFERENCES strings,
    number INTEGER REFERENCES strings,
    issuer INTEGER REFERENCES strings,
    issuing_body INTEGER REFERENCES strings, -- the issuer in full: one for all its spellings
    parent_issuer INTEGER REFERENCES strings,
    place INTEGER REFERENCES strings,
    date TEXT,
    subject TEXT,
    signers TEXT,
    urgency INTEGER REFERENCES strings,
    secrecy INTEGER REFERENCES strings,
    citations INTEGER NOT NULL,
    UNIQUE (file, part)
);
CREATE INDEX documents_by_work ON documents (work) WHERE work IS NOT NULL;
CREATE INDEX documents_by_body ON documents (issuing_body, date);
CREATE INDEX documents_by_type ON documents (type, date);
CREATE INDEX documents_by_place ON documents (place, date);
CREATE INDEX documents_by_date ON documents (date);

CREATE TABLE citations (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    seq INTEGER NOT NULL,            -- in text order, from 0
    work INTEGER NOT NULL REFERENCES works,
    variant INTEGER NOT NULL REFERENCES variants,
    likely INTEGER REFERENCES works, -- what a mention without year or date most likely means
    relation INTEGER NOT NULL REFERENCES relations,
    start INTEGER NOT NULL,          -- code points of the file's text
    length INTEGER NOT NULL,
    title_start INTEGER,             -- from start
    title_length INTEGER,
    page INTEGER,
    confidence INTEGER NOT NULL,     -- per cent: the number's, or the type's where it has none
    PRIMARY KEY (document, seq)
) WITHOUT ROWID;
CREATE INDEX citations_by_work ON citations (work, relation);
CREATE INDEX citations_by_likely ON citations (likely) WHERE likely IS NOT NULL;
CREATE INDEX citations_that_change ON citations (relation, work) WHERE relation < 3;

CREATE TABLE provisions (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,       -- "khoản 2 Điều 5"
    article TEXT,
    clause TEXT,
    point TEXT,
    other TEXT                       -- chapter, section, appendix, …
);
CREATE TABLE cited_provisions (
    work INTEGER NOT NULL REFERENCES works,
    provision INTEGER NOT NULL REFERENCES provisions,
    document INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (work, provision, document, seq),
    FOREIGN KEY (document, seq) REFERENCES citations ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX cited_provisions_by_citation ON cited_provisions (document, seq);

CREATE TABLE warnings (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    seq INTEGER,                     -- of the citation; null where it is the document's
    code TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX warnings_by_document ON warnings (document, seq);
CREATE INDEX warnings_by_code ON warnings (code);

CREATE TABLE texts (
    document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    head TEXT NOT NULL,              -- type, number, issuer, subject
    body TEXT NOT NULL
);
-- Filled by vnadmin with folded text, đ as d, which this tokenizer leaves: never 'rebuild' it.
CREATE VIRTUAL TABLE search USING fts5 (
    head, body, content = 'texts', content_rowid = 'document',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE words (word TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID;

CREATE VIEW work_list AS
SELECT works.id, key, types.text AS type, numbers.text AS number, names.text AS name, year, date,
    issuers.text AS issuer, title, uri, mentions, citers,
    EXISTS (SELECT 1 FROM documents WHERE documents.work = works.id) AS present
FROM works
JOIN strings AS types ON types.id = works.type
LEFT JOIN strings AS numbers ON numbers.id = works.number
LEFT JOIN strings AS names ON names.id = works.name
LEFT JOIN strings AS issuers ON issuers.id = works.issuer;

CREATE VIEW variant_list AS
SELECT variants.id, work, types.text AS type, numbers.text AS number, names.text AS name, date,
    issuers.text AS issuer, mentions
FROM variants
JOIN strings AS types ON types.id = variants.type
LEFT JOIN strings AS numbers ON numbers.id = variants.number
LEFT JOIN strings AS names ON names.id = variants.name
LEFT JOIN strings AS issuers ON issuers.id = variants.issuer;

CREATE VIEW document_list AS
SELECT documents.id, document_id, part, path, source, kinds.text AS kind, pages, complete,
    types.text AS type, numbers.text AS number, issuers.text AS issuer,
    bodies.text AS issuing_body, parents.text AS parent_issuer, places.text AS place, date,
    subject, signers,
    urgencies.text AS urgency, secrecies.text AS secrecy, citations, work, file, start, "end"
FROM documents
JOIN files ON files.id = documents.file
JOIN strings AS kinds ON kinds.id = files.kind
LEFT JOIN strings AS types ON types.id = documents.type
LEFT JOIN strings AS numbers ON numbers.id = documents.number
LEFT JOIN strings AS issuers ON issuers.id = documents.issuer
LEFT JOIN strings AS bodies ON bodies.id = documents.issuing_body
LEFT JOIN strings AS parents ON parents.id = documents.parent_issuer
LEFT JOIN strings AS places ON places.id = documents.place
LEFT JOIN strings AS urgencies ON urgencies.id = documents.urgency
LEFT JOIN strings AS secrecies ON secrecies.id = documents.secrecy;

CREATE VIEW citation_list AS
SELECT citations.document, citations.seq, citations.work, variant, likely,
    relations.name AS relation, variant_list.type, variant_list.number, variant_list.name,
    variant_list.date, variant_list.issuer,
    substr(texts.body, citations.start - documents.start + citations.title_start + 1,
           citations.title_length) AS title,
    (SELECT group_concat(provisions.text, '; ') FROM cited_provisions
     JOIN provisions ON provisions.id = cited_provisions.provision
     WHERE cited_provisions.document = citations.document
       AND cited_provisions.seq = citations.seq) AS provisions,
    substr(texts.body, citations.start - documents.start + 1, citations.length) AS text,
    citations.start, citations.start + citations.length AS "end", page,
    citations.confidence / 100.0 AS confidence
FROM citations
JOIN documents ON documents.id = citations.document
JOIN texts ON texts.document = citations.document
JOIN relations ON relations.id = citations.relation
JOIN variant_list ON variant_list.id = citations.variant;
"""


def _version_1(connection: sqlite3.Connection) -> None:
    _run(connection, _VERSION_1)
    connection.executemany("INSERT INTO relations VALUES (?, ?)", list(enumerate(RELATIONS)))


DOUBTFUL = 80
"""Per cent: a citation less sure than this is worth a look."""
BANDS = (50, 80, 95)
"""Per cent: documents are counted that have a citation less sure than each."""
INCOMPLETE = 1 << 20
"""In `documents.doubt`, of one that was read in part: more than there are doubts in any other."""

_VERSION_2 = f"""
ALTER TABLE documents ADD COLUMN relations INTEGER NOT NULL DEFAULT 0; -- bits: its citations'
ALTER TABLE documents ADD COLUMN least INTEGER;    -- per cent: the least sure citation's
ALTER TABLE documents ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0; -- warnings, unsure citations

UPDATE documents SET (relations, least, doubt) = (
    SELECT coalesce(sum(DISTINCT 1 << relation), 0), min(confidence),
        count(*) FILTER (WHERE confidence < {DOUBTFUL})
        + (SELECT count(*) FROM warnings WHERE warnings.document = documents.id)
        + {INCOMPLETE} * NOT (SELECT complete FROM files WHERE files.id = documents.file)
    FROM citations WHERE citations.document = documents.id
);
CREATE INDEX documents_by_doubt ON documents (doubt DESC) WHERE doubt > 0;
-- what searches narrow down by and count, without the rest of the row
CREATE INDEX documents_narrow ON documents (
    id, type, issuing_body, place, date, relations, least
);
CREATE INDEX works_by_citers ON works (citers DESC, mentions DESC, key)
    WHERE citers >= {MUCH_CITED};

DROP INDEX variants_by_work;
CREATE INDEX variants_by_work ON variants (work, date);

CREATE TABLE tallies (              -- of all documents; value: '' where there is none
    kind TEXT NOT NULL,             -- type, issuer, place, year, relation, below
    value NOT NULL,
    documents INTEGER NOT NULL,
    citations INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) WITHOUT ROWID;
INSERT INTO tallies SELECT 'type', coalesce(type, ''), count(*), sum(citations)
    FROM documents GROUP BY type;
INSERT INTO tallies SELECT 'issuer', coalesce(issuing_body, ''), count(*), sum(citations)
    FROM documents GROUP BY issuing_body;
INSERT INTO tallies SELECT 'place', coalesce(place, ''), count(*), sum(citations)
    FROM documents GROUP BY place;
INSERT INTO tallies SELECT 'year', coalesce(substr(date, 1, 4), '') AS year, count(*),
    sum(citations) FROM documents GROUP BY year;
INSERT INTO tallies SELECT 'relation', relation, count(DISTINCT document), count(*)
    FROM citations GROUP BY relation;
""" + "".join(
    f"INSERT INTO tallies SELECT 'below', {band}, count(*), sum(citations) FROM documents "
    f"WHERE least < {band} HAVING count(*) > 0;\n"
    for band in BANDS
)


def _version_2(connection: sqlite3.Connection) -> None:
    _run(connection, _VERSION_2)
    # A batch of documents in one piece of the full-text index, with fewer to merge
    connection.execute("INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)")


_MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_version_1, _version_2)

VERSION = len(_MIGRATIONS)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Take the tables from `version` (0: none) to this one, inside the caller's transaction."""
    for step in _MIGRATIONS[version:]:
        step(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
