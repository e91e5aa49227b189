"""From source to document: offsets through edits, pages, files by content, encodings."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

import vnadmin
from vnadmin.document import Edit, OffsetMap, undo_edits
from vnadmin.errors import InputError, UsageError
from vnadmin.evaluate.metrics import measure
from vnadmin.formats.decode import decode
from vnadmin.formats.legacy import _TCVN3, _VNI
from vnadmin.pipeline import extract_bytes

TEXT = "Căn cứ Nghị định số 43/2014/NĐ-CP ngày 15 tháng 5 năm 2014 của Chính phủ;\n"


@given(st.lists(st.tuples(st.text("ab", max_size=4), st.none() | st.text("xy", max_size=4))))
def test_offsets_map_through_edits(pieces: list[tuple[str, str | None]]) -> None:
    source = restored = ""
    edits: list[Edit] = []
    kept: list[tuple[int, int, int]] = []  # restored start, source start, length
    for before, after in pieces:
        if after is None:
            kept.append((len(restored), len(source), len(before)))
        elif before or after:
            a, b = len(restored), len(source)
            edits.append(Edit(a, a + len(after), b, b + len(before), before, after, "word", 1.0))
        source += before
        restored += before if after is None else after
    back, forth = OffsetMap.to_source(edits), OffsetMap.to_restored(edits)
    for a, b, size in kept:
        for i in range(size):
            for j in range(i + 1, size + 1):
                assert (back.start(a + i), back.end(a + j)) == (b + i, b + j)
                assert (forth.start(b + i), forth.end(b + j)) == (a + i, a + j)
    for edit in edits:
        if edit.restored and edit.source:
            assert back.start(edit.start) == edit.source_start
            assert back.end(edit.end) == edit.source_end
    for offsets in (range(len(restored) + 1),):
        assert all(back.start(a) <= back.start(b) for a, b in pairwise(offsets))
        assert all(back.end(a) <= back.end(b) for a, b in pairwise(offsets))
    for i in range(len(restored)):
        assert 0 <= back.start(i) <= back.end(i + 1) <= len(source)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(), max_size=60) | st.text("số 12/QĐ-TWngày\n\f 2014é", max_size=80))
def test_extract_takes_any_text_and_replays(text: str) -> None:
    document = vnadmin.extract(text)
    assert undo_edits(document.text, document.edits) == text
    for citation in document.citations:
        assert document.text[citation.start : citation.end]
        assert text[citation.source_start : citation.source_end] == citation.source_text
    assert vnadmin.Document.from_json(document.to_json()) == document


def test_a_citation_points_into_both_texts() -> None:
    source = "Can ctr Nghi dinh s6 43/2014/ND-CP ngay 15 thang 5 ndm 2014 cua Chinh phu;\n" * 3
    document = vnadmin.extract(source)
    assert [c.number for c in document.citations] == ["43/2014/NĐ-CP"] * 3
    for number, citation in enumerate(document.citations):
        line = number * len(source) // 3
        assert line < citation.source_start < citation.source_end < line + len(source) // 3
        assert citation.source_text == source[citation.source_start : citation.source_end]
        assert citation.source_text.startswith("Nghi")
        assert citation.page is None
    assert document.source.kind == "text"
    assert document.pages == ()


def test_pages_of_a_text_are_its_form_feeds(tmp_path: Path) -> None:
    file = tmp_path / "three.pdf"
    file.write_text(f"{TEXT}\fKhông có gì.\n\f{TEXT}\f", "utf-8")
    document = vnadmin.extract(file)
    assert [c.page for c in document.citations] == [1, 3]
    assert document.source.pages == 3
    last = vnadmin.extract(file, pages=range(2, 4))
    assert [c.page for c in last.citations] == [3]
    assert last.source.pages == 2
    assert last.text.count("\f") == 2
    single = list(vnadmin.pages(file))
    assert [len(d.citations) for d in single] == [1, 0, 1]
    assert [d.id for d in single] == [f"{document.id}-p{n}" for n in (1, 2, 3)]
    with pytest.raises(InputError, match=r"three\.pdf: has 3 page"):
        vnadmin.extract(file, pages=range(7, 9))


def test_the_id_is_the_contents(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, "utf-8")
    document = vnadmin.extract(file)
    assert document.source.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert document.source.sha256.startswith(document.id)
    assert document.id == vnadmin.extract(TEXT).id
    assert document.source.name == str(file)
    assert vnadmin.extract(TEXT).source.name == "<text>"


def test_an_image_has_pages_with_words() -> None:
    image = Image.new("L", (1100, 200), 255)
    font = ImageFont.load_default(44)
    ImageDraw.Draw(image).text((40, 60), "Thong tu so 12/2014/TT-BTC", fill=0, font=font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    document = extract_bytes(buffer.getvalue(), name="x")
    assert document.source.kind == "image"
    assert document.text.endswith("\f")
    (page,) = document.pages
    assert (page.number, page.width, page.height, page.start) == (1, 1100, 200, 0)
    words = {document.text[w.start : w.end]: w for w in page.words}
    assert "12/2014/TT-BTC" in words
    assert 250 < words["12/2014/TT-BTC"].box[0] < 400 < words["12/2014/TT-BTC"].box[2]
    assert [c.page for c in document.citations] == [1]


def tcvn3(text: str) -> bytes:
    table = {letter: code for code, letter in _TCVN3.items()}
    return bytes(table.get(c, ord(c)) for c in text)


def vni(text: str) -> bytes:
    table: dict[str, str] = {}
    for pair, letter in _VNI.items():
        table.setdefault(letter, pair)
    return "".join(table.get(c, c) for c in text).encode("cp1252")


def cp1258(text: str) -> bytes:
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = []
    for char in text:
        apart = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(c for c in apart if c not in tones))
        parts.append(base + "".join(c for c in apart if c in tones))
    return "".join(parts).encode("cp1258")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
        (cp1258(TEXT), "cp1258"),
        (tcvn3(TEXT), "tcvn3"),
        (vni(TEXT), "vni"),
        (b"", "utf-8"),
        (b"plain", "utf-8"),
    ],
)
def test_encodings_are_detected(data: bytes, encoding: str) -> None:
    decoded = decode(data, name="x")
    assert decoded.encoding == encoding
    assert decoded.text == (TEXT if len(data) > 9 else data.decode())


def test_every_letter_of_the_legacy_tables() -> None:
    letters = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    for each in (letters, "ĂÂĐÊÔƠƯ"):
        assert decode(tcvn3(each), name="x", encoding="TCVN3").text == each
    for each in (letters, letters.upper()):
        assert decode(vni(each), name="x", encoding="vni").text == each
    assert decode(cp1258(letters), name="x", encoding="cp1258").text == letters


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (TEXT.encode()[:-40] + b"\xff" + TEXT.encode()[-40:], "not valid UTF-8.*0xff"),
        ("中文文件".encode("gb18030"), "not valid UTF-8"),
        ("schöne Grüße überall".encode("latin-1"), "no legacy Vietnamese encoding fits"),
        (b"abc\0def", "not a text file.*NUL"),
        (bytes(range(256)) * 9, "not a text file"),
        (b"\x01\x02\x03\x04abc", "control characters"),
        (b"\xff\xfea", "not valid utf-16"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(data, name="x")


def test_the_encoding_may_be_named() -> None:
    assert decode("é".encode("latin-1"), name="x", encoding="latin-1").text == "é"
    with pytest.raises(InputError, match="not valid ascii at byte offset 0"):
        decode("é".encode(), name="x", encoding="ascii")
    for unknown in ("klingon", "base64", "é"):
        with pytest.raises(UsageError, match="unknown encoding"):
            decode(b"x", name="x", encoding=unknown)


def test_a_detected_legacy_encoding_is_told() -> None:
    document = extract_bytes(tcvn3(TEXT), name="x")
    assert document.warnings == ("encoding: read as tcvn3, as its bytes suggest",)
    assert [c.number for c in document.citations] == ["43/2014/NĐ-CP"]


def stamped_letter() -> bytes:
    """A letter as an engine's hOCR gives it: rows over both columns, an arrival stamp below."""
    rows = [
        (200, 90, [(380, "ỦY BAN NHÂN DÂN"), (1180, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")]),
        (270, 90, [(440, "TỈNH AN BÌNH"), (1330, "Độc lập - Tự do - Hạnh phúc")]),
        (400, 90, [(400, "Số: 412/UBND-NN"), (1300, "An Bình, ngày 5 tháng 3 năm 2021")]),
        (560, 90, [(120, "CÔNG VĂN ĐẾN")]),
        (620, 60, [(120, "Số: 93")]),
        (680, 60, [(120, "Ngày: 06/3/2021")]),
        (800, 90, [(900, "Kính gửi: Sở Nông nghiệp")]),
        (900, 90, [(300, "Thực hiện Nghị quyết của Hội đồng nhân dân tỉnh về việc phát triển xã")]),
    ]
    lines = []
    for y, sure, runs in rows:
        words = ""
        for start, text in runs:
            x = start
            for word in text.split():
                box = f"{x} {y} {x + 21 * len(word)} {y + 40}"
                words += (
                    f"<span class='ocrx_word' title='bbox {box}; x_wconf {sure}'>{word}</span> "
                )
                x += 21 * len(word) + 10
        lines.append(f"<span class='ocr_line' title='bbox 0 {y} 2480 {y + 40}'>{words}</span>")
    page = f"<div class='ocr_page' title='bbox 0 0 2480 3508'>{''.join(lines)}</div>"
    return f"<html><body>{page}</body></html>".encode()


def test_an_arrival_stamp_is_in_the_header_and_not_in_the_text() -> None:
    document = extract_bytes(stamped_letter(), name="x")
    assert document.text.startswith(
        "ỦY BAN NHÂN DÂN\nTỈNH AN BÌNH\nSố: 412/UBND-NN\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
    )
    assert "ĐẾN" not in document.text
    assert document.header.number == "412/UBND-NN"
    assert document.header.arrival is not None
    assert (document.header.arrival.number, document.header.arrival.date) == ("93", "2021-03-06")
    ((region,),) = (page.regions for page in document.pages)
    assert region.kind == "stamp"
    assert region.box == (120, 560, 424, 720)
    assert vnadmin.Document.from_json(document.to_json()) == document


def test_a_scanned_letter_is_read_in_order() -> None:
    example = Path(__file__).parent.parent / "docs" / "examples" / "official-letter"
    truth = (example / "truth.txt").read_text("utf-8").split("\f")[0]
    document = vnadmin.extract(example / "scan-1.png")
    raw = (example / "vie.txt").read_text("utf-8").split("\f")[0]
    assert measure(truth, vnadmin.restore(raw)).cer > 0.1
    assert measure(truth, document.text).cer < 0.02
    assert [r.kind for r in document.pages[0].regions if "ĐẾN" in r.text] == ["stamp"]
