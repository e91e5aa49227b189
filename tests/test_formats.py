"""hOCR, ALTO and PAGE XML: any engine's read, ours written and read back; hostile files."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytesseract
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

import vnadmin
from vnadmin.cli.main import main
from vnadmin.document import Document, Page, Source, Word
from vnadmin.errors import InputError, UsageError
from vnadmin.formats.alto import alto_parts, read_alto, write_alto
from vnadmin.formats.hocr import hocr_parts, read_hocr, write_hocr
from vnadmin.formats.ocr_file import form_of, read_ocr_file
from vnadmin.formats.raw import PageBuilder, RawPage, legal
from vnadmin.pipeline import extract_bytes
from vnadmin.scan import kind_of, read_pages

WRITERS = ((write_hocr, read_hocr), (write_alto, read_alto))


def read(text: str | bytes, **options: object) -> list[RawPage]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_ocr_file(data, name="x", **options))  # type: ignore[arg-type]


def words(page: RawPage) -> dict[str, tuple[tuple[int, int, int, int], float]]:
    return {page.text[w.start : w.end]: (w.box, w.confidence) for w in page.words}


# Tesseract's own


@pytest.fixture(scope="module")
def tesseract() -> Iterator[dict[str, bytes]]:
    """One small page as PNG and, read by Tesseract, as hOCR and ALTO."""
    image = Image.new("L", (1100, 420), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(44)
    lines = ["Thong tu so 12/2014/TT-BTC", "of <the> year & more", "FAR BELOW IT"]
    for y, line in zip((40, 110, 330), lines, strict=True):
        draw.text((50, y), line, fill=0, font=font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_THREAD_LIMIT", "1")
        run = pytesseract.image_to_pdf_or_hocr
        choices = "-c lstm_choice_mode=2"
        yield {
            "png": buffer.getvalue(),
            "hocr": run(image, lang="vie", extension="hocr"),
            "choices": run(image, lang="vie", extension="hocr", config=choices),
            "characters": run(
                image, lang="vie", extension="hocr", config=f"{choices} -c hocr_char_boxes=1"
            ),
            "alto": pytesseract.image_to_alto_xml(image, lang="vie"),
        }


@pytest.mark.parametrize("form", ["hocr", "choices", "characters", "alto"])
def test_tesseracts_files_hold_what_its_table_holds(tesseract: dict[str, bytes], form: str) -> None:
    (expected,) = read_pages(tesseract["png"], name="x", kind="image")
    data = tesseract[form]
    kind = kind_of(data[:4096])
    assert kind == ("alto" if form == "alto" else "hocr")
    (page,) = read_pages(data, name="x", kind=kind)
    assert page.text.splitlines()[0] == "Thong tu so 12/2014/TT-BTC"
    assert (page.number, page.width, page.height) == (1, 1100, 420)
    assert page.text == expected.text
    for got, want in zip(page.words, expected.words, strict=True):
        assert (got.start, got.end, got.box) == (want.start, want.end, want.box)
        assert got.confidence == pytest.approx(want.confidence, abs=0.011)


def test_extract_takes_them_as_it_takes_the_image(
    tesseract: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = extract_bytes(tesseract["png"], name="x")
    for form, kind in (("hocr", "hocr"), ("alto", "alto")):
        path = tmp_path / "page.txt"  # what it is, not what it is called
        path.write_bytes(tesseract[form])
        document = vnadmin.extract(path)
        assert document.source.kind == kind
        assert document.text == image.text
        assert [c.number for c in document.citations] == ["12/2014/TT-BTC"]
        assert [w.box for w in document.pages[0].words] == [w.box for w in image.pages[0].words]
        (single,) = vnadmin.pages(path)
        assert single.text == document.text
        assert main(["extract", "--format", "json", "--words", str(path)]) == 0
        assert Document.from_json(capsys.readouterr().out) == document


# Other engines'

HOCR = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name='ocr-system' content='somebody'>
<body>
<DIV class="ocr_page" title='image "a bbox 9 9 9 9; x.png"; bbox 0 0 600 800; ppageno 0'>
 <p class='ocr_par'>
  <span class="ocr_line" title="bbox 10 10 210 40; x_wconf 70"
    ><span class="ocrx_word" title="bbox 10 10 100 40; x_wconf 87.5"><b>Điều</b>&nbsp;</span
    ><span class="ocrx_word" title="x_wconf 0">5.</span><br>
  <span class="ocr_line" title="bbox 10 50 110 80">hai chữ</span>
 </p>
 <div class="ocr_carea"><p class=ocr_par title="bbox 0 100 300 130">không có dòng</p></div>
 <div class="ocr_photo" title="bbox 0 200 50 300"></div>
</div>
<div class="ocr_page" title="bbox 0 0 nan 800"><span class="ocr_header">
  <span class="ocrx_word" title="bbox -3 7.6 40.2 20">Trang</span></span></div>
</body></html>
"""


def test_hocr_of_other_engines() -> None:
    first, second = read(HOCR)
    assert first.text == "Điều 5.\nhai chữ\n\nkhông có dòng"
    assert (first.width, first.height) == (600, 800)
    assert words(first) == {
        "Điều": ((10, 10, 100, 40), 0.875),
        "5.": ((10, 10, 210, 40), 0.0),  # its line's box
        "hai": ((10, 50, 53, 80), 1.0),
        "chữ": ((67, 50, 110, 80), 1.0),
        "không": ((0, 100, 115, 130), 1.0),
        "có": ((138, 100, 185, 130), 1.0),
        "dòng": ((208, 100, 300, 130), 1.0),
    }
    assert (second.number, second.text) == (2, "Trang")
    assert (second.width, second.height) == (40, 20)  # what stands on it
    assert words(second) == {"Trang": ((0, 8, 40, 20), 1.0)}


def test_hocr_in_other_encodings() -> None:
    expected = read(HOCR)
    assert read(b"\xef\xbb\xbf" + HOCR.encode()) == expected
    assert read(HOCR.encode("utf-16")) == expected
    latin = HOCR.replace("utf-8", "iso-8859-1").encode("latin-1", "xmlcharrefreplace")
    assert read(latin) == expected
    assert kind_of(HOCR.encode("utf-16")) == "hocr"


ALTO = """<?xml version="1.0" encoding="UTF-8"?>
<{p}alto xmlns{q}="{namespace}"><{p}Description><{p}MeasurementUnit>{unit}</{p}MeasurementUnit>
</{p}Description><{p}Layout><{p}Page ID="P1" WIDTH="{width}" HEIGHT="2540">
<{p}TopMargin><{p}TextBlock><{p}TextLine><{p}String CONTENT="2"/></{p}TextLine></{p}TextBlock
></{p}TopMargin>
<{p}PrintSpace><{p}TextBlock ID="B1">
<{p}TextLine HPOS="100" VPOS="100" WIDTH="500" HEIGHT="30">
 <{p}String HPOS="100" VPOS="100" WIDTH="100" HEIGHT="30" WC="0.5" CONTENT="cán"/><{p}SP/>
 <{p}String HPOS="254" VPOS="100" WIDTH="254" HEIGHT="30" WC="0.9" CONTENT="chuy"
  SUBS_TYPE="HypPart1" SUBS_CONTENT="chuyên"/><{p}HYP CONTENT="&#xAD;"/>
</{p}TextLine>
<{p}TextLine>
 <{p}String HPOS="100" VPOS="200" WIDTH="50" HEIGHT="30" WC="0.8" CONTENT="ên"
  SUBS_TYPE="HypPart2" SUBS_CONTENT="chuyên"/><{p}SP/>
 <{p}String HPOS="200" VPOS="200" WIDTH="50" HEIGHT="30" WC="97" CONTENT="QĐ"/>
 <{p}HYP HPOS="250" VPOS="210" WIDTH="10" HEIGHT="5"/>
</{p}TextLine></{p}TextBlock>
<{p}ComposedBlock><{p}TextBlock><{p}TextLine><{p}String HPOS="1" VPOS="2" WIDTH="x" HEIGHT="4"
 CONTENT="TW"/></{p}TextLine></{p}TextBlock></{p}ComposedBlock>
</{p}PrintSpace></{p}Page></{p}Layout></{p}alto>
"""
NAMESPACES = [f"http://www.loc.gov/standards/alto/ns-v{version}#" for version in (2, 3, 4)]


def alto(namespace: str, *, prefix: str = "", unit: str = "pixel", width: str = "1200") -> str:
    p, q = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
    return ALTO.format(p=p, q=q, namespace=namespace, unit=unit, width=width)


@pytest.mark.parametrize("namespace", [*NAMESPACES, "http://schema.ccs-gmbh.com/ALTO", ""])
@pytest.mark.parametrize("prefix", ["", "a"])
def test_alto_of_all_versions(namespace: str, prefix: str) -> None:
    if prefix and not namespace:
        return
    text = alto(namespace, prefix=prefix)
    assert kind_of(text.encode()) == "alto"
    (page,) = read(text)
    assert page.text == "2\n\ncán chuyên\nQĐ-\n\nTW"
    assert (page.width, page.height) == (1200, 2540)
    assert words(page) == {
        "cán": ((100, 100, 200, 130), 0.5),
        "chuy": ((254, 100, 508, 130), 0.8),
        "ên": ((100, 200, 150, 230), 0.8),
        "QĐ-": ((200, 200, 260, 230), 0.97),
    }


def test_alto_in_tenths_of_a_millimetre_and_without_a_size() -> None:
    (page,) = read(alto(NAMESPACES[0], unit="mm10"))
    assert page.height == 3000  # 25.4 cm at 300 dpi
    assert words(page)["chuy"][0] == (300, 118, 600, 154)
    (page,) = read(alto(NAMESPACES[0], unit="inch1200", width=""))
    assert page.width == 127


def test_a_word_that_breaks_over_pages_or_is_no_pair_stays_as_printed() -> None:
    string = '<String CONTENT="{}" SUBS_TYPE="HypPart{}" SUBS_CONTENT="{}"/>'
    first, second = string.format("a", 1, "ab"), string.format("b", 2, "ab")
    lines = "<TextLine>{}<HYP/></TextLine><TextLine>{}</TextLine>"
    pages = f"<Page>{lines.format(first, '')}</Page><Page>{second}</Page>"
    assert [p.text for p in read(f"<alto>{pages}</alto>")] == ["a-", "b"]
    for one, two in ((second, first), (string.format("a", 1, ""), string.format("b", 2, ""))):
        (page,) = read(f"<alto><Page>{lines.format(one, two)}</Page></alto>")
        assert re.fullmatch("[ab]-\n[ab]", page.text)


PAGE = """<?xml version="1.0"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/{version}">
<Metadata/><Page imageFilename="a.png" imageWidth="1000" imageHeight="500">
<ReadingOrder><OrderedGroup id="g"><RegionRefIndexed index="1" regionRef="r1"/>
 <UnorderedGroupIndexed index="0"><RegionRef regionRef="r2"/></UnorderedGroupIndexed>
</OrderedGroup></ReadingOrder>
<TextRegion id="r0"><Coords points="0,400 100,400 100,460 0,460"/>
 <TextEquiv><Unicode>cuối
cùng</Unicode></TextEquiv></TextRegion>
<TextRegion id="r1"><Coords points=""/>
 <TextLine id="l1">{coords}
  <Word><Coords points="10,20 60,22 60,50 10,48"/>
   <TextEquiv index="1" conf="0.1"><Unicode>Diêu</Unicode></TextEquiv>
   <TextEquiv index="0" conf="0.75"><Unicode>Điều</Unicode></TextEquiv></Word>
  <Word><TextEquiv><Unicode>5</Unicode></TextEquiv></Word>
  <TextEquiv><Unicode>Điều 5 again</Unicode></TextEquiv></TextLine>
 <TextLine><Coords points="0,100 90,100 90,120 0,120"/>
  <TextEquiv conf="0.5"><Unicode>ba chữ số</Unicode></TextEquiv></TextLine>
 <TextEquiv><Unicode>the region again</Unicode></TextEquiv>
</TextRegion>
<TableRegion id="r2"><TableCell><TextLine><TextEquiv><Unicode>ô</Unicode></TextEquiv></TextLine>
</TableCell></TableRegion>
</Page></PcGts>
"""


@pytest.mark.parametrize("version", ["2010-03-19", "2013-07-15", "2019-07-15"])
def test_page_xml(version: str) -> None:
    coords = '<Coords points="10,20 200,20 200,50 10,50"/>'
    if version < "2013":
        coords = '<Coords><Point x="10" y="20"/><Point x="200" y="50"/></Coords>'
    text = PAGE.format(version=version, coords=coords)
    assert form_of(text.encode()) == "page"
    assert kind_of(text.encode()) == "alto"
    (page,) = read(text)
    assert page.text == "ô\n\nĐiều 5\nba chữ số\n\ncuối\ncùng"
    assert (page.width, page.height) == (1000, 500)
    assert words(page) == {
        "Điều": ((10, 20, 60, 50), 0.75),
        "5": ((10, 20, 200, 50), 1.0),
        "ba": ((0, 100, 20, 120), 0.5),
        "chữ": ((30, 100, 60, 120), 0.5),
        "số": ((70, 100, 90, 120), 0.5),
        "cuối": ((0, 400, 100, 430), 1.0),
        "cùng": ((0, 430, 100, 460), 1.0),
    }
    document = extract_bytes(text.encode(), name="x")
    assert document.source.kind == "alto"
    assert document.pages[0].width == 1000


# Pages


def test_choice_of_pages() -> None:
    assert [p.number for p in read(HOCR, pages=range(2, 9))] == [2]
    assert [p.number for p in read(HOCR, pages=range(1, 2))] == [1]
    with pytest.raises(InputError, match=r"^x: has 2 page\(s\), none of those asked for"):
        read(HOCR, pages=range(3, 9))


@pytest.mark.parametrize("form", ["hocr", "alto"])
def test_a_large_file_takes_the_memory_of_a_page(form: str, tmp_path: Path) -> None:
    pad = "x" * 3000
    page = {
        "hocr": f'<div class="ocr_page" id="{pad}"><p class="ocr_par">số hai</p></div>\n',
        "alto": f'<Page ID="{pad}"><TextLine><String CONTENT="số hai"/></TextLine></Page>\n',
    }[form]
    path = tmp_path / "large"
    with path.open("w", encoding="utf-8") as stream:
        stream.write({"hocr": "<html><body>", "alto": "<alto>"}[form])
        for _ in range(2000):
            stream.write(page)
        stream.write({"hocr": "</body></html>", "alto": "</alto>"}[form])
    assert path.stat().st_size > 6_000_000
    tracemalloc.start()
    count = sum(1 for _ in read_ocr_file(path, name="x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2000
    assert peak < 3_000_000


# Hostile and damaged files

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE alto [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE alto [<!ENTITY a SYSTEM "file:///etc/hostname">]>
"""
GOOD_ALTO = '<alto><Page><String CONTENT="x"/></Page></alto>'
GOOD_HOCR = '<html><div class="ocr_page"><p class="ocr_par">x</p></div></html>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAUGHS + GOOD_ALTO, "line 2; refused"),
        (OUTSIDE + GOOD_ALTO, "line 2; refused"),
        ('<!DOCTYPE alto [<!ATTLIST a b CDATA "c">]>' + GOOD_ALTO, "line 1; refused"),
        (LAUGHS.replace("alto", "html") + GOOD_HOCR, "line 2; refused"),
        (GOOD_ALTO.replace('"x"', '"&unknown;"'), r"damaged XML at line 1 \(undefined entity\)"),
        (
            '<!DOCTYPE alto SYSTEM "x.dtd">' + GOOD_ALTO.replace("<String", "&unknown;<String"),
            "declares or uses XML entities or default attributes at line 1; refused",
        ),
        ("<alto>\n<Page>\n<String>\n</Page></alto>", r"line 4 \(mismatched tag\)"),
        ("<alto>\n<Page>\n<String CONTENT=", r"line 3 \(unclosed token\)"),
        ("<alto>\n<Page/>\n", r"line 3 \(no element found\)"),
        ("<alto/>", "no pages in it"),
        ("<PcGts/>", "no pages in it"),
        ('<html><meta name="ocr-system"/></html>', "no pages in it"),
        ('<html>\n<div class="ocr_page">\n<p>Điều', "ends within a page at line 3"),
        ('<html>\n<div class="ocr_page"></div>\n<div class="oc', "ends within a page at line 3"),
        ("<alto><Page>" + "<a>" * 5000, "too deeply nested at line 1"),
        ('<div class="ocr_page">' + "<a>" * 5000, "too deeply nested at line 1"),
        ('<alto a="' + "x" * 9_000_000, "a tag at line 1 never ends"),
        ('<div class="ocr_page"><!--' + "x" * 9_000_000, "a tag at line 1 never ends"),
        ('<div class="ocr_page"><a' + " a" * 300_000, "ends within a page at line 1"),
        # Which of both depends on the release of Python's HTML parser.
        ('<div class="ocr_page"><![x[', "(damaged HTML|ends within a page) at line 1"),
        ('<?xml version="1.0" encoding="klingon"?>' + GOOD_ALTO, "damaged XML at line 1"),
        ('<?xml version="1.0" encoding="klingon"?>' + GOOD_HOCR, "unknown encoding 'klingon'"),
        (GOOD_HOCR.encode().replace(b"x<", b"\xff<"), "not valid utf-8"),
        (GOOD_ALTO.encode().replace(b'"x"', b'"\xff"'), r"line 1 \(not well-formed"),
    ],
)
def test_hostile_and_damaged_files(text: str | bytes, message: str) -> None:
    data = text.encode() if isinstance(text, str) else text
    kind = kind_of(data[:4096])
    assert kind in ("hocr", "alto")
    started = time.monotonic()
    with pytest.raises(InputError, match=message) as caught:
        list(read_pages(data, name="x", kind=kind))
    assert str(caught.value).startswith("x: ")
    assert "\n" not in str(caught.value)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("good", [HOCR, alto(NAMESPACES[2]), PAGE])
@settings(max_examples=60)
@given(st.data())
def test_damage_anywhere_ends_in_pages_or_a_clear_error(good: str, data: st.DataObject) -> None:
    damaged = bytearray(good.encode())
    at = st.integers(0, len(damaged) - 1)
    for position in data.draw(st.lists(at, min_size=1, max_size=8)):
        damaged[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | at)
    message = "x: none"
    try:
        for page in read(bytes(damaged[:cut])):
            check(page)
    except InputError as error:
        message = str(error)
    assert message.startswith("x: ")
    assert "\n" not in message


def check(page: RawPage) -> None:
    """What the later stages count on."""
    assert page.width > 0
    assert page.height > 0
    assert not re.search("[\0-\x08\x0b-\x1f]", page.text)
    assert page.text == page.text.strip()
    for word in page.words:
        assert page.text[word.start : word.end].split() == [page.text[word.start : word.end]]
        assert 0 <= word.box[0] <= word.box[2]
        assert 0 <= word.box[1] <= word.box[3]
        assert 0 <= word.confidence <= 1
    for one, two in pairwise(page.words):
        assert one.end <= two.start


def test_a_file_that_vanished(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="x: no such file or directory"):
        list(read_ocr_file(tmp_path / "gone", name="x"))


# Writing

CHARACTERS = st.text(st.sampled_from("aĐễ1/<>&;\"'-\u0301\U0001f600"), min_size=1, max_size=6)
SIZES = st.tuples(*[st.integers(0, 99)] * 3)  # gap, width, height
WORDS = st.tuples(CHARACTERS, SIZES, st.integers(0, 100).map(lambda n: n / 100))
LINES = st.lists(WORDS, min_size=1, max_size=4)
PAGES = st.lists(
    st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=3), min_size=1, max_size=3
)


def document_of(raws: list[RawPage], name: str = "x") -> Document:
    text, pages = "", []
    for raw in raws:
        at = len(text)
        moved = tuple(replace(w, start=w.start + at, end=w.end + at) for w in raw.words)
        end = at + len(raw.text)
        pages.append(Page(raw.number, raw.width, raw.height, at, end, moved))
        text += raw.text + "\n\f"
    return Document("id", Source(name, "0" * 64, "image", len(raws)), text, pages=tuple(pages))


@settings(max_examples=60)
@given(PAGES)
def test_what_is_written_reads_back(
    pages: list[list[list[list[tuple[str, tuple[int, int, int], float]]]]],
) -> None:
    raws = []
    for number, paragraphs in enumerate(pages, 1):
        builder = PageBuilder()
        y = 0
        for paragraph in paragraphs:
            for line in paragraph:
                x, y = 0, y + 100
                for text, (gap, width, height), confidence in line:
                    builder.add(text, (x + gap, y, x + gap + width, y + height), confidence)
                    x += gap + width
                builder.break_line()
            builder.break_paragraph()
        raws.append(builder.page(number, 5000, 6000))
    for write, reader in WRITERS:
        written = write(document_of(raws)).encode()
        back = list(reader(written, name="x"))
        assert [p.text for p in back] == [p.text for p in raws]
        for got, want in zip(back, raws, strict=True):
            check(got)
            assert (got.number, got.width, got.height) == (want.number, 5000, 6000)
            for one, two in zip(got.words, want.words, strict=True):
                assert (one.start, one.end, one.box) == (two.start, two.end, two.box)
                assert one.confidence == pytest.approx(two.confidence)


def placed(text: str, *words: Word) -> dict[str, tuple[tuple[int, int, int, int], float]]:
    page = Page(1, 1000, 500, 0, len(text), words)
    document = Document("id", Source("x", "0" * 64, "image", 1), text, pages=(page,))
    (hocr,), (alto,) = (list(r(w(document).encode(), name="x")) for w, r in WRITERS)
    assert [w.box for w in hocr.words] == [w.box for w in alto.words]
    assert hocr.text == alto.text == text.strip()
    return globals()["words"](hocr)  # type: ignore[no-any-return]


def test_a_split_word_has_two_boxes_with_a_gap() -> None:
    assert placed("phải thực", Word(0, 9, (100, 10, 190, 40), 0.9)) == {
        "phải": ((100, 10, 140, 40), 0.9),
        "thực": ((150, 10, 190, 40), 0.9),
    }


def test_joined_words_have_the_box_around_them() -> None:
    one, two, after = (10, 10, 40, 40), (45, 12, 90, 44), (100, 10, 110, 40)
    for first, second in (((0, 5), (0, 5)), ((0, 2), (2, 5))):  # changed, or only put together
        got = placed(
            "phòng 1", Word(*first, one, 0.9), Word(*second, two, 0.8), Word(6, 7, after, 1.0)
        )
        assert got == {"phòng": ((10, 10, 90, 44), 0.8), "1": (after, 1.0)}


def test_a_word_joined_over_lines_stays_on_the_first() -> None:
    got = placed("23-QĐ/TW", Word(0, 3, (800, 10, 890, 40), 0.9), Word(3, 8, (10, 60, 90, 90), 0.8))
    assert got == {"23-QĐ/TW": ((800, 10, 890, 40), 0.8)}


def test_lines_are_those_of_the_paper() -> None:
    text = "số 23-QĐ/TW ngày"
    boxes = ((10, 10, 40, 40), (800, 10, 890, 40), (10, 60, 90, 90), (100, 60, 190, 90))
    spans = ((0, 2), (3, 6), (6, 11), (12, 16))
    placed_words = [Word(*span, box, 1.0) for span, box in zip(spans, boxes, strict=True)]
    page = Page(1, 1000, 500, 0, len(text), tuple(placed_words))
    document = Document("id", Source("x", "0" * 64, "image", 1), text, pages=(page,))
    for write, reader in WRITERS:
        (back,) = reader(write(document).encode(), name="x")
        assert back.text == "số 23-QĐ/TW\nngày"


def test_words_without_boxes_are_not_lost() -> None:
    got = placed("a b\n\nc", Word(0, 1, (10, 10, 20, 20), 0.5))
    assert got["b"] == ((10, 10, 20, 20), 0.0)
    assert got["c"] == ((0, 0, 1000, 500), 0.0)


@given(st.text(st.characters(), min_size=1))
def test_any_character_is_written(text: str) -> None:
    page = Page(1, 10, 10, 0, len(text), (Word(0, len(text), (0, 0, 9, 9), 1.0),))
    document = Document("id", Source(text, "0" * 64, "image", 1), text, pages=(page,))
    for write, reader in WRITERS:
        written = write(document).encode()
        ElementTree.fromstring(written)
        (back,) = reader(written, name="x")
        assert back.text.split() == [legal(token) for token in text.split()]


def test_what_xml_cannot_hold() -> None:
    name, text = "a\"b'<&>;\x00.png", "x\x01\ud800\ufffe]]> \x0b&amp;"
    page = Page(1, 10, 10, 0, len(text), (Word(0, len(text), (0, 0, 9, 9), 1.0),))
    document = Document("id", Source(name, "0" * 64, "image", 1), text, pages=(page,))
    for write, reader in WRITERS:
        (back,) = reader(write(document).encode(), name="x")
        assert back.text == "x\ufffd\ufffd\ufffd]]> &amp;"
        assert (back.width, back.height) == (10, 10)


@pytest.mark.parametrize("write", [write_hocr, write_alto])
def test_a_plain_text_has_nothing_to_place(write: Callable[[Document], str]) -> None:
    with pytest.raises(UsageError, match="plain text has no pages with boxes to write as"):
        write(vnadmin.extract("Điều 5"))


@pytest.mark.parametrize("parts", [hocr_parts, alto_parts])
def test_page_by_page(parts: Callable[[Iterator[Document]], Iterator[str]], tmp_path: Path) -> None:
    path = tmp_path / "two.hocr"
    path.write_text(HOCR, "utf-8")
    seen: list[str] = []

    def documents() -> Iterator[Document]:
        for document in vnadmin.pages(path):
            seen.append(document.id)
            yield document

    written = parts(documents())
    next(written), next(written)
    assert len(seen) == 1
    rest = "".join(written)
    assert len(seen) == 2
    assert "Trang" in rest
    whole = "".join(parts(iter([vnadmin.extract(path)])))
    assert "".join(parts(vnadmin.pages(path))) == whole
    with pytest.raises(UsageError, match="no document"):
        list(parts(iter(())))


XHTML = "{http://www.w3.org/1999/xhtml}"


def inside(inner: str, outer: str) -> bool:
    pattern = r"bbox (\d+) (\d+) (\d+) (\d+)"
    a, b = ([int(side) for side in re.findall(pattern, title)[0]] for title in (inner, outer))
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def test_structure_of_the_hocr() -> None:
    root = ElementTree.fromstring(write_hocr(document_of(read(HOCR))))
    assert root.tag == f"{XHTML}html"
    stated = {m.get("name"): m.get("content") for m in root.iter(f"{XHTML}meta")}
    used = {e.get("class") for e in root.iter() if e.get("class")}
    assert used | {"ocrp_wconf"} == set((stated["ocr-capabilities"] or "").split())
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for outer in root.iter():
        for inner in outer:
            if outer.get("title") and inner.get("title"):
                assert inside(str(inner.get("title")), str(outer.get("title")))
    word = next(e for e in root.iter() if e.get("class") == "ocrx_word")
    assert (word.text, word.get("title")) == ("Điều", "bbox 10 10 100 40; x_wconf 88")


def test_structure_of_the_alto() -> None:
    root = ElementTree.fromstring(write_alto(document_of(read(HOCR)[:1])))
    space = "{" + NAMESPACES[2] + "}"
    assert root.tag == f"{space}alto"
    assert [e.tag.removeprefix(space) for e in root] == ["Description", "Layout"]
    description = [e.tag.removeprefix(space) for e in root[0]]
    assert description == ["MeasurementUnit", "sourceImageInformation", "Processing"]
    (page,) = root[1]
    assert [page.get(key) for key in ("WIDTH", "HEIGHT", "PHYSICAL_IMG_NR")] == ["600", "800", "1"]
    ids = [e.get("ID") for e in root.iter() if e.get("ID")]
    assert len(ids) == len(set(ids))
    for line in root.iter(f"{space}TextLine"):
        tags = [e.tag.removeprefix(space) for e in line]
        assert tags == (["String", "SP"] * len(tags))[: len(tags)]
        assert tags[-1] == "String"
