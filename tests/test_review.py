"""The review page as HTML: what stands in it, and that no text of a document can do anything."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed import LINES, made, picture

from vnadmin.corrections.units import units_of
from vnadmin.document import (
    Arrival,
    Document,
    Edit,
    Page,
    Region,
    Resolved,
    Signer,
    Source,
    Word,
    undo_edits,
)
from vnadmin.interface import words_of
from vnadmin.review.marks import Mark, marked
from vnadmin.review.page import render_review

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "javascript:alert(1)",
    "\u2028alert(1)\u2029",
    "\u202egnp.exe\u2066",
    "{{ 7*7 }}{% raw %}",
    "\x00\x08\x0b\x1f",
    "\ud800",
    "]]><svg onload=alert(1)>",
)
VOID = {"meta", "link", "img", "input", "br", "hr", "rect"}


class Elements(HTMLParser):
    """All start tags of a page, and what a browser would take as script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif "div" in self.open:
            self.text.append(data)


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page but for their text: what no document may change."""
    return [(tag, tuple(named)) for tag, named in Elements(html).tags]


def filled(attack: str) -> Document:
    """A document that says the same in every place that takes a text."""
    document = made()
    header = replace(
        document.header,
        **dict.fromkeys(
            (
                *("issuer", "parent_issuer", "number", "symbol", "place", "date", "type"),
                *("subject", "urgency", "secrecy", "id", "uri"),
            ),
            attack,
        ),
        addressees=(attack,),
        recipients=(attack,),
        signers=(Signer(attack, attack, None),),
        arrival=Arrival(attack, attack, attack),
        warnings=(attack,),
    )
    citation = replace(
        document.citations[0],
        **dict.fromkeys(
            (
                *("type", "number", "symbol", "name", "date", "issuer", "title", "text"),
                *("source_text", "id", "uri"),
            ),
            attack,
        ),
        resolved=Resolved(attack, attack, attack, (attack,)),
        warnings=(attack,),
    )
    end = len(document.text)
    edit = Edit(end, end, end, end + len(attack), attack, "", "junk", 0.3)
    word = document.text.index("UBND")
    text = document.text
    return replace(
        document,
        source=Source(attack, "0" * 64, "pdf", 1),
        text=text[:word] + attack[:4].ljust(4) + text[word + 4 :],
        header=header,
        citations=(citation,),
        edits=(*document.edits, edit),
        warnings=(attack,),
        pages=tuple(
            replace(page, regions=(Region("stamp", (1, 2, 3, 4), attack),))
            for page in document.pages
        ),
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("editable", [False, True])
def test_no_text_becomes_markup(attack: str, editable: bool) -> None:
    def render(text: str) -> str:
        return render_review(
            filled(text),
            {1: picture()},
            editable=editable,
            corrections=[{"id": text, "by": text, "new": text}],
            endpoint=text,
            token=text,
        )

    page = render(attack)
    wanted = [(tag, named) for tag, named in shape(render("plain")) if tag != "span"]
    assert [(tag, named) for tag, named in shape(page) if tag != "span"] == wanted
    elements = Elements(page)
    assert not any(name.startswith("on") for _, named in elements.tags for name in named)
    assert [json.loads(elements.scripts[0])["endpoint"]] == [attack.replace("\ud800", "\ufffd")]
    assert len(elements.scripts) == 2
    assert "\u2028" not in "".join(elements.scripts)
    for url in (named.get("href") for _, named in elements.tags):
        assert url is None or url.startswith("#")
    title = re.search("<title>(.*?)</title>", page)
    assert title is not None
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x00]", title[1])


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("\tjavascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:x", False),
        ("//elsewhere.example/", False),
        ("/\\elsewhere.example/", False),
        ("http://[", False),
        ("document?id=%22%3E", True),
        ('/documents/a"b', True),
        ("https://example.org/?a=1&b=2", True),
    ],
)
def test_links_lead_where_one_may_go(url: str, leads: bool) -> None:
    page = render_review(made(), {}, link=lambda citation: url)
    links = [named["href"] for tag, named in Elements(page).tags if tag == "a"]
    assert (url in links) == leads


def test_the_policy_allows_this_page_and_nothing_else() -> None:
    page = render_review(made(), {1: picture()})
    policy = next(n["content"] for t, n in Elements(page).tags if "http-equiv" in n) or ""
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "connect-src 'none'" in policy
    assert " style=" not in page.split("<script>")[0]
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


def test_the_text_is_whole_and_each_word_tells_its_place() -> None:
    document = made(pages=2)
    page = render_review(document, {1: picture(), 2: picture()})
    texts = re.findall(r'<div class="text" lang="vi">(.*?)</div>', page, re.DOTALL)
    shown = [
        re.sub("<[^>]*>", "", re.sub(r'<a class="ref".*?</a>', "", text, flags=re.DOTALL))
        for text in texts
    ]
    assert "\n".join([*shown[0].split("\n")]) == "\n".join(LINES)
    data = json.loads(Elements(page).scripts[0])
    assert [sheet["n"] for sheet in data["pages"]] == [1, 2]
    units = units_of(document)
    assert sum(len(sheet["units"]) for sheet in data["pages"]) == len(units)
    assert {unit.read for unit in units if unit.edits} == {"tiep", "ndm", "~. |"}
    for unit in units:
        assert undo_edits(document.text, document.edits)[unit.source_start :].startswith(unit.read)


def test_joined_words_are_one_with_both_boxes() -> None:
    edit = Edit(0, 8, 0, 9, "23-\nQD/TW", "23-QĐ/TW", "code", 0.7)
    boxes = ((0, 0, 9, 9), (0, 10, 9, 19))
    words = tuple(Word(0, 8, box, 0.7) for box in boxes)
    document = Document(
        "a", Source("a", "0" * 64, "pdf", 1), "23-QĐ/TW\n\f", edits=(edit,),
        pages=(Page(1, 20, 20, 0, 9, words),),
    )  # fmt: skip
    (unit,) = units_of(document)
    assert (unit.boxes, unit.read, unit.confidence) == (boxes, "23-\nQD/TW", 0.7)


def test_a_turned_page_is_shown_upright() -> None:
    word = Word(0, 1, (10, 20, 30, 60), 0.9)
    page = Page(1, 200, 100, 0, 1, (word,), turned=90)
    document = Document("a", Source("a", "0" * 64, "image", 1), "a\f", pages=(page,))
    data = json.loads(Elements(render_review(document, {1: picture()})).scripts[0])
    assert data["pages"][0]["size"] == [100, 200]
    assert data["pages"][0]["units"][0][1] == [[40, 10, 80, 30]]


def test_text_without_pages_has_no_paper() -> None:
    document = replace(made(), pages=(), source=Source("a.txt", "0" * 64, "text", 1))
    page = render_review(document, {}, language="en")
    assert 'class="picture"' not in page
    assert '<html lang="en" data-view="text">' in page


def test_both_languages_say_everything() -> None:
    words = words_of()
    assert words["vi"].keys() == words["en"].keys()
    page = render_review(made(), {1: picture()}, editable=True)
    used = set(re.findall(r'data-t(?:-label|-alt)?="(\w+)"', page))
    used |= {f"kind_{kind}" for kind in ("word", "code", "join", "split", "junk", "case")}
    assert used <= words["vi"].keys()
    script = Elements(page).scripts[1]
    assert set(re.findall(r'\bt\("(\w+)"', script)) <= words["vi"].keys()


MARKS = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 3))


@settings(max_examples=300)
@given(st.text("ab<&\n", min_size=12, max_size=12), st.lists(MARKS, max_size=8))
def test_marks_nest_and_keep_the_text(text: str, spans: list[tuple[int, int, int]]) -> None:
    marks = [
        Mark(min(a, b), max(a, b), depth, f'i class="m{number}"')
        for number, (a, b, depth) in enumerate(spans)
    ]
    html = str(marked(text, marks, 0, len(text)))
    assert Elements(f"<div>{html}</div>").open == []
    assert "".join(Elements(f"<div>{html}</div>").text) == text
    for number, mark in enumerate(marks):
        assert (f'"m{number}"' in html) == (mark.start < mark.end or mark.start < len(text))
