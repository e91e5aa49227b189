"""Texts with links: well-formed whatever the text, and nothing of it lost."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vnadmin
from vnadmin.document import Citation, Document, Source
from vnadmin.extract import citations

TEXT = """1. Căn cứ Nghị định số 39/2022/NĐ-CP ngày 18/6/2022 của Chính phủ <b>&amp; "quy chế"</b>;
- Luật sửa đổi, bổ sung một số điều của Luật Đất đai năm 2018 và Công văn số 7/UBND-
KT [kèm theo] *nguyên văn*.\f# Trang sau: TCVN 5945:2005"""


def document(text: str) -> Document:
    source = Source("<text>", "0" * 64, "text", 1)
    return Document(id="0", source=source, text=text, citations=citations(text))


def test_html_links() -> None:
    root = ElementTree.fromstring(f"<pre>{vnadmin.annotate(document(TEXT))}</pre>")
    assert "".join(root.itertext()) == TEXT.replace("\f", "\n")
    links = {"".join(a.itertext()): a.attrib for a in root.iter("a")}
    assert list(links) == [
        "Nghị định số 39/2022/NĐ-CP ngày 18/6/2022",
        "Luật sửa đổi, bổ sung một số điều của Luật Đất đai năm 2018",
        "Công văn số 7/UBND-\nKT",
        "TCVN 5945:2005",
    ]
    first = links["Nghị định số 39/2022/NĐ-CP ngày 18/6/2022"]
    assert first["href"] == "/akn/vn/act/nghi-dinh/2022/39-2022-nd-cp"
    assert first["data-relation"] == "based_on"


def test_markdown_links() -> None:
    lines = vnadmin.annotate(document(TEXT), form="markdown").split("\n")
    assert lines[0].startswith("1\\. Căn cứ [Nghị định số 39/2022/NĐ-CP ngày 18/6/2022](</akn/")
    assert lines[0].endswith('\\<b\\>\\&amp; "quy chế"\\</b\\>;')
    assert lines[1].startswith("\\- [Luật sửa đổi")
    assert "[Công văn số 7/UBND- KT](<" in lines[1]
    assert lines[2].startswith("\\# Trang sau")


def test_links_of_ones_own() -> None:
    def link(citation: Citation) -> str | None:
        return f'https://x.vn/?q="{citation.number}"&a=1' if citation.type == "Công văn" else None

    marked = vnadmin.annotate(document(TEXT), link=link)
    (found,) = ElementTree.fromstring(f"<pre>{marked}</pre>").iter("a")
    assert found.attrib["href"] == 'https://x.vn/?q="7/UBND-KT"&a=1'
    in_markdown = vnadmin.annotate(document(TEXT), form="markdown", link=link)
    assert "](<https://x.vn/?q=%227/UBND-KT%22&a=1>)" in in_markdown
    with pytest.raises(ValueError, match="html or markdown"):
        vnadmin.annotate(document(TEXT), form="pdf")  # type: ignore[arg-type]


def test_texts_of_a_document_cant_break_out() -> None:
    (citation,) = citations("Công văn số 7/UBND-KT")
    evil = replace(citation, id='"><script>', title='" onclick="x', uri=None)
    source = Source("<text>", "0" * 64, "text", 1)
    page = Document(id="0", source=source, text="Công văn số 7/UBND-KT", citations=(evil,))
    root = ElementTree.fromstring(f"<pre>{vnadmin.annotate(page)}</pre>")
    assert {element.tag for element in root.iter()} == {"pre", "a"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TEXT.split(" ")) | st.text(max_size=6), max_size=24).map(" ".join))
def test_any_text_is_well_formed(text: str) -> None:
    page = document(text)
    fragment = vnadmin.annotate(page)
    root = ElementTree.fromstring(f"<pre>{fragment}</pre>")
    bare = re.sub("<[^>]*>", "", fragment)
    assert len(html.unescape(bare)) == len(text)
    assert all(a.attrib["href"] for a in root.iter("a"))
    markdown = vnadmin.annotate(page, form="markdown")
    assert markdown.count("](<") >= len(list(root.iter("a")))
