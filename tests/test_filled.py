"""What was filled in over a PDF's page stands where it is printed."""

from __future__ import annotations

import io

import pikepdf
import pytest

from vnadmin.scan import RawPage, read_pages

LINES = ("So:            /QD-UBND, ngay            thang 02 nam 2025", "Decision on the boat race")


def signed(fields: list[tuple[float, float, str]], lines: tuple[str, ...] = LINES) -> bytes:
    """A page of `lines`, 18 points apart, with text laid over it: x, y in points and their text."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier
    )
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page = document.add_blank_page(page_size=(595, 842))
    page.Resources = resources
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 10 Tf 18 TL 72 700 Td {shown} ET".encode()
    page.Contents = document.make_stream(stream)
    annotations = []
    for x, y, text in fields:
        look = document.make_stream(
            f"BT /F1 10 Tf 0 2 Td ({text}) Tj ET".encode(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 60, 14],
            Resources=resources,
        )
        annotations.append(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Stamp,
                F=4,
                Rect=[x, y - 2, x + 60, y + 12],
                AP=pikepdf.Dictionary(N=look),
            )
        )
    page.Annots = document.make_indirect(pikepdf.Array(annotations))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def read(content: bytes) -> RawPage:
    (page,) = read_pages(content, name="x.pdf", kind="pdf", in_order=False)
    for word in page.words:
        assert page.text[word.start : word.end].split() == [page.text[word.start : word.end]]
    return page


# Letters of this font are six points wide: "So:" ends at 90, "ngay" at 246.
def test_number_and_day_laid_over_the_page_fill_the_blanks() -> None:
    page = read(signed([(100, 700, "105"), (255, 700, "20")]))
    line, rest = page.text.split("\n")
    assert line.split() == "So: 105 /QD-UBND, ngay 20 thang 02 nam 2025".split()
    assert rest == LINES[1]


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [(400, 300, "Signed by Nobody")],  # where no line is
        [(100, 700, " ".join("x" * 9)) for _ in range(9)],  # a form
    ],
)
def test_what_fills_no_blank_stays_out(fields: list[tuple[float, float, str]]) -> None:
    assert read(signed(fields)).text.split() == " ".join(LINES).split()
