"""convert's JSON to what the writer takes: plain tuples that need no look into the index.

Another process may make them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from vnadmin.document import Header
from vnadmin.extract.bodies import canonical_body, home_of
from vnadmin.extract.identity import identity, uri
from vnadmin.grammar import parse_number
from vnadmin.index.interning import NewWork, Place, Stated
from vnadmin.index.keys import searchable
from vnadmin.index.schema import RELATIONS
from vnadmin.vietnamese import canonical, fold

MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What `prepare` raises where the JSON isn't that of a document."""

_RELATION = {name: number for number, name in enumerate(RELATIONS)}
_SECRET = frozenset(("mat", "toi mat", "tuyet mat"))
_PARTS = (
    ("dash", "gạch đầu dòng"),
    ("subpoint", "tiết"),
    ("point", "điểm"),
    ("paragraph", "đoạn"),
    ("clause", "khoản"),
    ("article", "Điều"),
    ("subsection", "Tiểu mục"),
    ("section", "Mục"),
    ("chapter", "Chương"),
    ("part", "Phần"),
    ("appendix", "Phụ lục"),
)
_OTHER_PARTS = [part for part, _ in _PARTS if part not in ("article", "clause", "point")]


Cited = tuple[
    str,
    Stated,
    NewWork,
    int,
    tuple[int, int, int | None, int | None, int | None, int],
    tuple[str, NewWork] | None,
    tuple[Place, ...],
    Sequence[str],
]
"""A citation: the work's key, what is stated of it, what is known, relation, the columns of
`citations` from `start` on, key and work of what is likely meant, provisions, warnings."""


class Part(NamedTuple):
    """A document. `names` are type, number, issuer, issuing body, parent issuer, place, urgency
    and secrecy; `own` is key and address of the work it is."""

    start: int
    end: int
    own: tuple[str, str | None] | None
    names: tuple[str | None, ...]
    date: str | None
    subject: str | None
    signers: str | None
    head: str
    body: str
    folded: tuple[str, str]
    warnings: Sequence[str]
    citations: Sequence[Cited]


class Prepared(NamedTuple):
    """A file. `source` is the source's id, name, kind, pages and whether it was read whole."""

    source: tuple[str, str, str, int, bool]
    secret: bool
    pages: Sequence[tuple[Any, ...]]
    edits: Sequence[tuple[Any, ...]]
    parts: Sequence[Part]


def malformed(error: BaseException) -> str:
    """What to tell of a file that has JSON of another form."""
    return f"not the JSON of a document ({error!r}); convert it again"


def prepare(document: Mapping[str, Any]) -> Prepared:
    """Make rows of a document in its JSON form.

    Raises:
        one of `MALFORMED`: the form isn't that of a document.
    """
    text: str = document["text"].replace("\0", "\ufffd")
    pages = [
        (p["number"], p["width"], p["height"], p["start"], p["end"], p["reading"])
        for p in document["pages"]
    ]
    edits = [
        (
            seq, e["start"], e["end"], e["source_start"], e["source_end"], e["source"],
            e["restored"], e["kind"], round(e["confidence"] * 100),
        )
        for seq, e in enumerate(document["edits"])
    ]  # fmt: skip
    parts = document["parts"] or [{"start": 0, "end": len(text), "header": document["header"]}]
    starts = [part["start"] for part in parts]
    cited: list[list[Mapping[str, Any]]] = [[] for _ in parts]
    for citation in document["citations"]:
        cited[max(bisect_right(starts, citation["start"]) - 1, 0)].append(citation)
    source = document["source"]
    return Prepared(
        (document["id"], source["name"], source["kind"], source["pages"], document["complete"]),
        is_secret(document),
        pages,
        edits,
        [
            _part(part, text[part["start"] : part["end"]], citations, own_warnings)
            for part, citations, own_warnings in zip(
                parts, cited, [document["warnings"], *[()] * (len(parts) - 1)], strict=True
            )
        ],
    )


def is_secret(document: Mapping[str, Any]) -> bool:
    """Whether the file, or a document in it, is marked Mật, Tối mật or Tuyệt mật."""
    headers = [document["header"], *(part["header"] for part in document["parts"])]
    marks = (fold(header.get("secrecy") or "").lower().split() for header in headers)
    return any(" ".join(mark) in _SECRET for mark in marks)


def _part(
    part: Mapping[str, Any],
    body: str,
    citations: Sequence[Mapping[str, Any]],
    warnings: Sequence[str],
) -> Part:
    header = part["header"]
    kind, number, issuer = header["type"], header["number"], header["issuer"]
    parent, place, subject = header["parent_issuer"], header["place"], header["subject"]
    head = " ".join(filter(None, (kind, number, issuer, subject)))
    names = (
        kind, number, issuer, _body(issuer, parent, place), parent, place,
        header.get("urgency"), header.get("secrecy"),
    )  # fmt: skip
    return Part(
        part["start"],
        part["end"],
        (header["id"], header["uri"]) if header.get("id") else None,
        names,
        header["date"],
        subject,
        _signers(header),
        head,
        body,
        (searchable(head), searchable(body)),
        [*warnings, *header.get("warnings", ())],
        [_cited(each) for each in citations],
    )


def _cited(c: Mapping[str, Any]) -> Cited:
    kind, number, name, year = c["type"], c["number"], c["name"], c["year"]
    date, issuer, resolved = c["date"], c["issuer"], c["resolved"]
    start, title, sure = c["start"], c["spans"]["title"], c["confidence"]
    known_number, known_issuer, likely = number, issuer, None
    if resolved:
        known_issuer = issuer or resolved.get("issuer")
        if year is None:
            likely = _likely(c, resolved)
        elif number is None:
            known_number = resolved.get("number")
    places = c["provisions"]
    return (
        c["id"],
        (kind, number, name, date, issuer),
        (kind, known_number, name, year, date, known_issuer, c["title"], c["uri"]),
        _RELATION[c["relation"]],
        (
            start, c["end"] - start,
            title[0] - start if title else None, title[1] - title[0] if title else None,
            c["page"], round((sure.get("number") or sure.get("type") or 0) * 100),
        ),
        likely,
        tuple({_place(each): None for each in places}) if places else (),
        c["warnings"],
    )  # fmt: skip


def _likely(citation: Mapping[str, Any], resolved: Mapping[str, Any]) -> tuple[str, NewWork] | None:
    """The work that context says is meant, where what is printed has no year of it."""
    number = resolved.get("number")
    parsed = parse_number(number) if number else None
    if parsed is None:
        return None
    date, issuer = resolved.get("date"), resolved.get("issuer")
    kind, name = citation["type"], citation["name"]
    year = int(date[:4]) if date else None
    key = identity(kind, parsed, None, year, issuer)
    if key == citation["id"]:
        return None
    address = uri(kind, number, name, year, issuer)
    return key, (kind, number, name, parsed.year or year, date, issuer, None, address)


@lru_cache(maxsize=4096)
def _body(issuer: str | None, parent: str | None, place: str | None) -> str | None:
    """The issuer's full name in small letters."""
    if issuer is None:
        return None
    home = home_of(Header(issuer=issuer, parent_issuer=parent, place=place))
    return canonical(canonical_body(issuer, home))


def _signers(header: Mapping[str, Any]) -> str | None:
    signers = (
        " ".join(each[key] for key in ("authority", "position", "name") if each[key])
        for each in header["signers"]
    )
    return "; ".join(signers) or None


def _place(provision: Mapping[str, str | None]) -> Place:
    """A provision as a row: as it is written in Vietnamese, article, clause, point, the others."""
    article, clause, point = provision["article"], provision["clause"], provision["point"]
    return _place_row(article, clause, point, *map(provision.get, _OTHER_PARTS))


@lru_cache(maxsize=65536)
def _place_row(
    article: str | None, clause: str | None, point: str | None, *others: str | None
) -> Place:
    parts = dict(zip(_OTHER_PARTS, others, strict=True))
    parts |= {"article": article, "clause": clause, "point": point}
    named = [(part, f"{label} {parts[part]}") for part, label in _PARTS if parts[part]]
    rest = [text for part, text in named if part in _OTHER_PARTS]
    return " ".join(text for _, text in named), article, clause, point, " ".join(rest) or None
