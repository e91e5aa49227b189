"""References in Akoma Ntoso 3.0: what each document cites, as a file that AKN tools read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from vnadmin.extract.identity import slug

_NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_MODIFICATIONS = {"repeals": "repeal", "replaces": "substitution", "amends": "substitution"}
_UNKNOWN_DATE = "0001-01-01"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def akoma(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield a file name and its XML for each document; two levels of folders, for many files."""
    documents = connection.execute(
        "SELECT d.*, works.uri, works.key FROM document_list AS d "
        "LEFT JOIN works ON works.id = d.work ORDER BY d.id"
    )
    for document in documents:
        cited = connection.execute(
            "SELECT c.*, works.uri, works.key FROM citation_list AS c "
            "JOIN works ON works.id = c.work WHERE document = ? ORDER BY seq",
            (document["id"],),
        ).fetchall()
        provisions: dict[int, list[sqlite3.Row]] = {}
        for row in connection.execute(
            "SELECT seq, article, clause, point FROM cited_provisions "
            "JOIN provisions ON provisions.id = provision WHERE document = ? ORDER BY seq, text",
            (document["id"],),
        ):
            provisions.setdefault(row["seq"], []).append(row)
        name = f"{document['document_id']}-{document['part']}.xml"
        yield f"{name[:2]}/{name}", _document(document, cited, provisions)


def _document(
    document: sqlite3.Row, cited: list[sqlite3.Row], provisions: dict[int, list[sqlite3.Row]]
) -> str:
    own = document["uri"] or f"/akn/vn/doc/{document['document_id']}-{document['part']}"
    date = document["date"] or _UNKNOWN_DATE
    author = slug(document["issuing_body"] or "unknown")
    references, modifications, mentions = [], [], []
    for row in cited:
        target = row["uri"] or f"/akn/vn/doc/{row['key']}"
        eid = f"ref_{row['seq'] + 1}"
        references.append(_tag("activeRef", eId=eid, href=target, showAs=_shown(row)))
        places = [target + _anchor(place) for place in provisions.get(row["seq"], ())] or [target]
        change = _MODIFICATIONS.get(row["relation"])
        if change is not None:
            inner = _tag("source", href=f"#mention_{row['seq'] + 1}")
            inner += "".join(_tag("destination", href=place) for place in places)
            modifications.append(
                f'<textualMod eId="mod_{row["seq"] + 1}" type="{change}">{inner}</textualMod>'
            )
        text = escape(_clean(row["text"]))
        mentions.append(
            f'<p eId="mention_{row["seq"] + 1}"><ref href={_quoted(places[0])}>{text}</ref></p>'
        )
    analysis = ""
    if modifications:
        inner = "".join(modifications)
        analysis = (
            '<analysis source="#vnadmin"><activeModifications>'
            f"{inner}</activeModifications></analysis>"
        )
    people = _tag(
        "TLCOrganization",
        eId=author, href=f"/ontology/organization/vn/{author}",
        showAs=document["issuing_body"] or "?",
    ) + _tag(
        "TLCOrganization",
        eId="vnadmin", href="/ontology/organization/vnadmin", showAs="vnadmin",
    )  # fmt: skip
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<akomaNtoso xmlns="{_NAMESPACE}"><doc name={_quoted(slug(document["type"] or "doc"))}>'
        f'<meta><identification source="#vnadmin">{_identification(own, date, author)}'
        f'</identification>{analysis}<references source="#vnadmin">'
        f"{people}{''.join(references)}</references></meta>"
        f"<mainBody>{''.join(mentions) or '<p/>'}</mainBody></doc></akomaNtoso>\n"
    )


def _identification(uri: str, date: str, author: str) -> str:
    parts = []
    for level, suffix, last in (
        ("FRBRWork", "", _tag("FRBRcountry", value="vn")),
        ("FRBRExpression", "/vie@", _tag("FRBRlanguage", language="vie")),
        ("FRBRManifestation", "/vie@.xml", ""),
    ):
        inner = (
            _tag("FRBRthis", value=f"{uri}{suffix}/!main")
            + _tag("FRBRuri", value=uri + suffix)
            + _tag("FRBRdate", date=date, name="issued")
            + _tag("FRBRauthor", href=f"#{author}")
            + last
        )
        parts.append(f"<{level}>{inner}</{level}>")
    return "".join(parts)


def _anchor(place: sqlite3.Row) -> str:
    """Where in a document: "#art_5__clause_2__point_a"."""
    named = (("art", place["article"]), ("clause", place["clause"]), ("point", place["point"]))
    steps = [f"{label}_{value}" for label, value in named if value]
    return "#" + "__".join(steps) if steps else ""


def _shown(row: sqlite3.Row) -> str:
    return " ".join(filter(None, (row["name"] or row["type"], row["number"])))


def _tag(element: str, /, **attributes: Any) -> str:
    inner = "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())
    return f"<{element}{inner}/>"


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)
