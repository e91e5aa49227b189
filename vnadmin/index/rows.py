"""What an index answers with: one class a kind of row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Relation = Literal["based_on", "implements", "amends", "repeals", "replaces", "guides", "refers"]


@dataclass(frozen=True, slots=True)
class Work:
    """A document as others cite it, whether the archive has it or not.

    `key` is the id of the citations of it; `mentions` counts those, `citers` the documents they
    stand in. `present` tells whether the document itself is in the archive.
    """

    id: int
    key: str
    type: str
    number: str | None
    name: str | None
    year: int | None
    date: str | None
    issuer: str | None
    title: str | None
    uri: str | None
    mentions: int
    citers: int
    present: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which a work is cited: what the mentions state of it, and how many do."""

    type: str
    number: str | None
    name: str | None
    date: str | None
    issuer: str | None
    mentions: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the archive.

    `id` is its number in this index, `document_id` that of the document's JSON, `path` that file,
    `part` which of the documents in it, from 0. `start` and `end` are its stretch of the file's
    text, in code points; `work` is the number of what others cite it as, `issuing_body` the
    issuer's full name in small letters.
    """

    id: int
    document_id: str
    part: int
    path: str
    source: str
    kind: str
    pages: int
    complete: bool
    type: str | None
    number: str | None
    issuer: str | None
    issuing_body: str | None
    parent_issuer: str | None
    place: str | None
    date: str | None
    subject: str | None
    signers: str | None
    urgency: str | None
    secrecy: str | None
    citations: int
    work: int | None
    file: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that a search found.

    `score` is higher for better ones. In `snippet` what was found stands between `[` and `]`.
    """

    document: Entry
    score: float
    snippet: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: a page of hits, and how the query was understood.

    `total` counts all documents found; `corrected` is the query that was searched for instead
    where the one given finds nothing; `works` are the cited documents that the query names.
    """

    hits: tuple[Hit, ...]
    total: int
    corrected: str | None = None
    works: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A citation: the document it stands in, what it cites and how.

    `provisions` are the places cited, as "khoản 2 Điều 5"; offsets are those of the file's text.
    `likely` is the number of the work most likely meant where the mention leaves out the year.
    """

    document: Entry
    seq: int
    work: int
    likely: int | None
    relation: Relation
    type: str
    number: str | None
    name: str | None
    date: str | None
    issuer: str | None
    title: str | None
    provisions: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Repealed:
    """A citation of a document that another document had repealed or replaced by then."""

    mention: Mention
    work: Work
    by: Mention


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a chain of amendment: `document` changes `work`; `depth` counts from 1.

    `depth` is negative on the way back, to what the work asked for itself changes.
    """

    depth: int
    document: Entry
    relation: Relation
    work: Work


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Mentions that contradict each other or themselves.

    `code` is that of the warning, or `dates` where documents give one work several dates.
    """

    code: str
    text: str
    work: Work
    mention: Mention | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A document that needs a look: how many warnings it has, and citations that are unsure."""

    document: Entry
    warnings: int
    unsure: int


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of a document, or of its citation `seq`; `text` is it as in the JSON."""

    seq: int | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Facets:
    """Found documents by what they are: value and number of documents, the most first.

    `issuer` counts issuers in full, `relation` documents that cite so, `below` those with a
    citation less sure than that many per cent. The last two are empty where the documents are too
    many to go through their citations.
    """

    type: tuple[tuple[str, int], ...]
    issuer: tuple[tuple[str, int], ...]
    year: tuple[tuple[str, int], ...]
    relation: tuple[tuple[str, int], ...]
    below: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Documents of one year, issuer, type or relation, and the citations in them."""

    value: str | None
    documents: int
    citations: int


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word, how often documents have it, and how many documents of the archive do.

    `score` is its count times the natural logarithm of how rare it is.
    """

    word: str
    count: int
    documents: int
    score: float


@dataclass(frozen=True, slots=True)
class Stats:
    """How much is in an index; `size` in bytes, `vnadmin` schema `version`."""

    files: int
    copies: int
    documents: int
    pages: int
    citations: int
    works: int
    missing: int
    variants: int
    provisions: int
    edits: int
    warnings: int
    size: int
    version: int


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did, in files; `failed` has the path and the reason of each that it couldn't."""

    new: int
    replaced: int
    unchanged: int
    copies: int
    secret: int
    failed: tuple[tuple[str, str], ...]
    citations: int
