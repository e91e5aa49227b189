"""Free text to documents: words, phrases and codes, ranked, with snippets."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vnadmin.index.facets import all_facets, facets
from vnadmin.index.keys import code_key, searchable
from vnadmin.index.questions import entries, entry, relation_number
from vnadmin.index.questions import work as work_of
from vnadmin.index.rows import Facets, Found, Hit, Work
from vnadmin.index.snippets import Snippets
from vnadmin.index.spelling import Vocabulary
from vnadmin.vietnamese import fold, in_new_habit, nfc

_HEAD_WEIGHT = 5.0  # a word of type, number, issuer or subject against one of the text
_RANKED = 1_000  # documents ranked by their words; see `_candidates`
_WINDOW = 100  # best documents among which those with the query's very accents come first
_CODE_TOKENS = 9  # "39/2022/TTLT-BTC-BTP-BCA-…"
_CONTEXT = 90  # code points on either side of a citation
_FEW = 5_000  # documents let through by filters: gathered once, rather than looked at one by one
_JOINED = "CROSS JOIN documents INDEXED BY documents_narrow ON documents.id = search.rowid"
_TOKEN = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Filters:
    """What documents must be, too; each compared without diacritics and case, dates ISO.

    With `whole`, issuer, type and place are the whole name, not words of it. `below`: with a
    citation less sure than that many per cent.
    """

    issuer: str | None = None
    type: str | None = None
    place: str | None = None
    since: str | None = None
    until: str | None = None
    relation: str | None = None
    whole: bool = False
    below: int | None = None


@dataclass(frozen=True, slots=True)
class _Query:
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    works: tuple[int, ...]  # by each code
    codes: tuple[str, ...]

    def match(self) -> str:
        texts = (*self.words, *self.phrases, *self.codes)
        return " AND ".join('"' + searchable(text).replace('"', "") + '"' for text in texts)


def search(
    connection: sqlite3.Connection,
    vocabulary: Callable[[], Vocabulary],
    text: str,
    filters: Filters,
    *,
    limit: int,
    offset: int,
) -> Found:
    """Find documents (see `Index.search`)."""
    query = _parse(connection, nfc(text))
    found = _run(connection, query, filters, limit=limit, offset=offset)
    if found.total or not query.words:
        return found
    for words in vocabulary().corrections(query.words):
        corrected = replace(query, words=words)
        again = _run(connection, corrected, filters, limit=limit, offset=offset)
        if again.total:
            quoted = (f'"{phrase}"' for phrase in corrected.phrases)
            return replace(again, corrected=" ".join((*words, *quoted, *corrected.codes)))
    return found


def search_facets(connection: sqlite3.Connection, text: str, filters: Filters) -> Facets:
    """Count what `search` finds by what it is (see `Index.facets`)."""
    query = _parse(connection, nfc(text))
    where, values = _conditions(connection, filters, query.works)
    if query.words or query.phrases:
        hits = f"SELECT search.rowid AS id FROM search {_narrowed(connection, where, values)}"
        return facets(connection, hits, [query.match(), *values], works=query.works)
    if query.codes:
        marks = ",".join("?" * len(query.works))
        where.insert(
            0,
            f"(documents.work IN ({marks}) OR documents.id IN "
            f"(SELECT document FROM citations WHERE citations.work IN ({marks})))",
        )
        values[:0] = [*query.works, *query.works]
    if not where:
        return all_facets(connection)
    hits = f"SELECT id FROM documents WHERE {' AND '.join(where)}"
    return facets(connection, hits, values, works=query.works)


def _run(
    connection: sqlite3.Connection, query: _Query, filters: Filters, *, limit: int, offset: int
) -> Found:
    where, values = _conditions(connection, filters, query.works)
    works = tuple(work_of(connection, each) for each in query.works)
    if query.codes and not query.words and not query.phrases:
        return _by_code(connection, works, where, values, limit=limit, offset=offset)
    if not (query.words or query.phrases):
        return _by_filters(connection, where, values, limit=limit, offset=offset)
    return _by_text(connection, query, works, where, values, limit=limit, offset=offset)


def _parse(connection: sqlite3.Connection, text: str) -> _Query:
    """Tell codes, phrases and words apart; a code is a number that the index knows."""
    words: list[str] = []
    phrases: list[str] = []
    works: list[int] = []
    codes: list[str] = []
    run: list[str] = []

    def end_run() -> None:
        position = 0
        while position < len(run):
            length, found = _code_at(connection, run, position)
            if found:
                codes.append(found[0]["text"])
                works.extend(row["id"] for row in found)
            elif code_key(run[position]):
                words.append(run[position])
            position += max(length, 1)
        run.clear()

    for match in _TOKEN.finditer(text):
        if match[1] is not None:
            end_run()
            if code_key(match[1]):
                phrases.append(match[1])
        else:
            run.append(match[2])
    end_run()
    return _Query(tuple(words), tuple(phrases), tuple(works), tuple(codes))


def _code_at(
    connection: sqlite3.Connection, tokens: Sequence[str], position: int
) -> tuple[int, list[sqlite3.Row]]:
    """The longest run of tokens that is a known number: how many, and the works."""
    if not tokens[position][0].isdigit():
        return 0, []
    for length in range(min(_CODE_TOKENS, len(tokens) - position), 0, -1):
        key = code_key("".join(tokens[position : position + length]))
        if key.isdigit():
            continue
        found = connection.execute(
            "SELECT works.id, text FROM works JOIN strings ON strings.id = works.number "
            "WHERE number_key = ? ORDER BY citers DESC",
            (key,),
        ).fetchall()
        if found:
            return length, found
    return 0, []


def _conditions(
    connection: sqlite3.Connection, filters: Filters, works: Sequence[int]
) -> tuple[list[str], list[Any]]:
    """SQL conditions on `documents`, and their values."""
    where: list[str] = []
    values: list[Any] = []
    issuer = None
    if filters.issuer:
        from vnadmin.extract.bodies import canonical_body  # here: it is slow to load

        issuer = canonical_body(filters.issuer)
    for column, wanted in (
        ("issuing_body", issuer),
        ("type", filters.type),
        ("place", filters.place),
    ):
        if wanted:
            ids = _strings_like(connection, column, wanted, whole=filters.whole)
            where.append(f"documents.{column} IN ({','.join('?' * len(ids))})")
            values += ids
    if filters.since:
        where.append("documents.date >= ?")
        values.append(filters.since)
    if filters.until:
        where.append("documents.date <= ?")
        values.append(filters.until + "\uffff")  # "2022" has all of that year
    if filters.relation:
        number = relation_number(filters.relation)
        where.append("documents.relations & ?")
        values.append(1 << number)
        if works:
            where.append(
                "EXISTS (SELECT 1 FROM citations WHERE citations.document = documents.id "
                f"AND relation = ? AND work IN ({','.join('?' * len(works))}))"
            )
            values += [number, *works]
    if filters.below is not None:
        where.append("documents.least < ?")
        values.append(filters.below)
    return where, values


def _strings_like(
    connection: sqlite3.Connection, column: str, wanted: str, *, whole: bool
) -> list[int]:
    """The strings in a column of `documents` that are, or have, the words wanted in that order."""
    rows = connection.execute(
        f"WITH RECURSIVE used (id) AS (SELECT min({column}) FROM documents UNION ALL "
        f"SELECT (SELECT min({column}) FROM documents WHERE {column} > used.id) FROM used "
        "WHERE used.id IS NOT NULL) SELECT strings.id, text FROM used JOIN strings USING (id)"
    )
    words = _spaced(wanted)
    return [
        row["id"]
        for row in rows
        if (words == _spaced(row["text"]) if whole else words in _spaced(row["text"]))
    ]


def _spaced(text: str) -> str:
    return f" {' '.join(re.findall('[a-z0-9]+', fold(nfc(text)).lower()))} "


def _by_text(
    connection: sqlite3.Connection,
    query: _Query,
    works: tuple[Work, ...],
    where: list[str],
    values: list[Any],
    *,
    limit: int,
    offset: int,
) -> Found:
    match = query.match()
    rest = f"FROM search {_narrowed(connection, where, values)}"
    (total,) = connection.execute(f"SELECT count(*) {rest}", (match, *values)).fetchone()
    if not total:
        return Found((), 0, works=works)
    wanted = max(offset + limit, _WINDOW)
    ranked = _ranked(connection, rest, (match, *values), total, wanted)
    accented = [word for word in (*query.words, *query.phrases) if fold(word) != word]
    texts: dict[int, tuple[str, str]] = {}
    if accented:
        texts = _texts(connection, [row["id"] for row in ranked[:_WINDOW]])
        ranked[:_WINDOW] = _accented_first(ranked[:_WINDOW], texts, accented)
    ranked = ranked[offset : offset + limit]
    ids = [row["id"] for row in ranked]
    texts |= _texts(connection, [each for each in ids if each not in texts])
    documents = entries(connection, ids)
    show = Snippets((*query.words, *query.phrases, *query.codes))
    hits = (Hit(documents[row["id"]], row["score"], show.of(*texts[row["id"]])) for row in ranked)
    return Found(tuple(hits), total, works=works)


def _narrowed(connection: sqlite3.Connection, where: list[str], values: list[Any]) -> str:
    """The end of a query for a match and conditions: by the few documents that these let through,
    else by a look at each that matches."""
    if not where:
        return "WHERE search MATCH ?"
    conditions = " AND ".join(where)
    (count,) = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM documents WHERE {conditions} LIMIT {_FEW})", values
    ).fetchone()
    if count < _FEW:
        few = f"(SELECT id FROM documents WHERE {conditions})"
        return f"WHERE search MATCH ? AND +search.rowid IN {few}"
    return f"{_JOINED} WHERE search MATCH ? AND {conditions}"


def _ranked(
    connection: sqlite3.Connection, rest: str, values: tuple[Any, ...], total: int, wanted: int
) -> list[sqlite3.Row]:
    """The best documents: all are ranked unless there are too many.

    Then those come first whose type, number, issuer or subject has the words, the best of the
    latest; then the latest added, as words that so many documents have say little of rank.
    """
    score = f"SELECT search.rowid AS id, -bm25(search, {_HEAD_WEIGHT}, 1.0) AS score {rest}"
    best, match = "ORDER BY score DESC, id LIMIT ?", values[0]
    if total <= _RANKED:
        return connection.execute(f"{score} {best}", (*values, wanted)).fetchall()
    ranked = connection.execute(
        f"SELECT * FROM ({score} ORDER BY search.rowid DESC LIMIT ?) {best}",
        (f"{{head}} : ({match})", *values[1:], _RANKED, wanted),
    ).fetchall()
    if len(ranked) < wanted:
        known = {row["id"] for row in ranked}
        latest = connection.execute(
            f"SELECT search.rowid AS id, 0.0 AS score {rest} ORDER BY search.rowid DESC LIMIT ?",
            (*values, wanted),
        )
        ranked += [row for row in latest if row["id"] not in known][: wanted - len(ranked)]
    return ranked


def _texts(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Head and body of documents."""
    marks = ",".join("?" * len(ids))
    rows = connection.execute(
        f"SELECT document, head, body FROM texts WHERE document IN ({marks})", ids
    )
    return {row["document"]: (row["head"], row["body"]) for row in rows}


def _accented_first(
    ranked: list[sqlite3.Row], texts: Mapping[int, tuple[str, str]], accented: list[str]
) -> list[sqlite3.Row]:
    """Documents that have the words with their accents, in either tone habit, before the others."""
    forms = [{word, in_new_habit(word)} for word in (each.lower() for each in accented)]

    def lacks(row: sqlite3.Row) -> bool:
        text = "\n".join(texts[row["id"]]).lower()
        return not all(any(_has_word(text, form) for form in each) for each in forms)

    return sorted(ranked, key=lacks)


def _has_word(text: str, word: str) -> bool:
    """Whether the word stands in the text, between what isn't of a word."""
    end = 0
    while (start := text.find(word, end)) >= 0:
        end = start + len(word)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return True
    return False


def _by_code(
    connection: sqlite3.Connection,
    works: tuple[Work, ...],
    where: list[str],
    values: list[Any],
    *,
    limit: int,
    offset: int,
) -> Found:
    """The document of that number, then those that cite it, what changes it first."""
    also = " AND ".join(["", *where]) if where else ""
    ids = [each.id for each in works]
    marks = ",".join("?" * len(ids))
    own = connection.execute(
        f"SELECT id FROM documents WHERE work IN ({marks}) {also} ORDER BY id", (*ids, *values)
    ).fetchall()
    citing: list[sqlite3.Row] = []
    total = len(own)
    skip = max(0, offset - len(own))
    room = limit - max(0, len(own) - offset)
    join = "JOIN documents ON documents.id = citations.document" if where else ""
    for each in works:
        if where:
            (count,) = connection.execute(
                f"SELECT count(DISTINCT document) FROM citations {join} "
                f"WHERE citations.work = ? {also}",
                (each.id, *values),
            ).fetchone()
        else:
            count = each.citers
        total += count
        if room > len(citing):
            citing += connection.execute(
                f"SELECT document, min(seq) AS seq FROM citations {join} "
                f"WHERE citations.work = ? {also} GROUP BY citations.relation, citations.document "
                "ORDER BY citations.relation, citations.document LIMIT ? OFFSET ?",
                (each.id, *values, room - len(citing), skip),
            ).fetchall()
        skip = max(0, skip - count)
    hits = [
        Hit(entry(connection, row["id"]), 2.0, entry(connection, row["id"]).subject or "")
        for row in own[offset : offset + limit]
    ]
    seen = {row["id"] for row in own}
    for row in citing:
        if row["document"] not in seen:
            seen.add(row["document"])
            text = _around(connection, row["document"], row["seq"])
            hits.append(Hit(entry(connection, row["document"]), 1.0, text))
    return Found(tuple(hits), total, works=works)


def _around(connection: sqlite3.Connection, document: int, seq: int) -> str:
    """The text about a citation, which stands in brackets."""
    row = connection.execute(
        "SELECT substr(body, max(c.start - d.start - ?1, 0) + 1, "
        "min(c.start - d.start, ?1)) AS before, "
        "substr(body, c.start - d.start + 1, c.length) AS cited, "
        "substr(body, c.start - d.start + c.length + 1, ?1) AS after "
        "FROM citations AS c JOIN documents AS d ON d.id = c.document "
        "JOIN texts ON texts.document = d.id WHERE c.document = ?2 AND c.seq = ?3",
        (_CONTEXT, document, seq),
    ).fetchone()
    return " ".join(f"…{row['before']}[{row['cited']}]{row['after']}…".split())


def _by_filters(
    connection: sqlite3.Connection, where: list[str], values: list[Any], *, limit: int, offset: int
) -> Found:
    """All documents that the filters let through, the newest first."""
    conditions = f"WHERE {' AND '.join(where)}" if where else ""
    (total,) = connection.execute(f"SELECT count(*) FROM documents {conditions}", values).fetchone()
    rows = connection.execute(
        f"SELECT id FROM documents {conditions} ORDER BY date DESC, id LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    entries = [entry(connection, row["id"]) for row in rows]
    return Found(tuple(Hit(each, 0.0, each.subject or "") for each in entries), total)
