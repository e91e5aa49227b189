"""Words that were made from the bytes of a legacy encoding, inside Unicode texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vnadmin
from vnadmin.document import apply_edits, undo_edits
from vnadmin.formats.legacy import _TCVN3, _VISCII_TEXT, _VNI, READINGS
from vnadmin.options import Options
from vnadmin.restore import explain
from vnadmin.restore.engine import restorer
from vnadmin.restore.unicode import to_unicode

LINES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương và đề nghị của Giám đốc Sở Nội vụ;",
    "Điều 2. Các phòng, ban chuyên môn, xã, phường và thị trấn báo cáo trước ngày 15/3;",
    "kinh phí thực hiện lấy từ nguồn ngân sách được giao đầu năm, mỗi quý quyết toán một lần",
    "những việc vượt quá thẩm quyền thì kịp thời trình Ủy ban nhân dân huyện xem xét",
    "Nơi nhận: như trên; lưu văn thư, tổ chức cán bộ",
)
TEXT = "\n".join(LINES)


def typed_with(table: dict[str, str]) -> Callable[[str], str]:
    """An encoder for what a table decodes; letters it lacks as small letters, as fonts had it."""
    code = {letter: char for char, letter in reversed(table.items())}
    return lambda text: "".join(code.get(c, code.get(c.lower(), c)) for c in text)


def cp1258(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    for mark in "\u0302\u0306\u031b":  # these stay with their vowel, tones come after it
        for vowel in "aeouAEOU":
            whole = unicodedata.normalize("NFC", vowel + mark)
            for tone in ("", *"\u0300\u0301\u0303\u0309\u0323"):
                shape = unicodedata.normalize("NFD", vowel + tone + mark)
                apart = apart.replace(shape, whole + tone)
    return apart.encode("cp1258").decode("cp1252")


def utf_8(text: str) -> str:
    return "".join(
        chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252")
        for b in text.encode()
    )


ENCODERS: dict[str, Callable[[str], str]] = {
    "tcvn3": typed_with({chr(byte): letter for byte, letter in _TCVN3.items()}),
    "vni": typed_with({k: v for k, v in _VNI.items() if k in (k.lower(), k.upper())}),
    "viscii": typed_with(_VISCII_TEXT),
    "cp1258": cp1258,
    "utf-8": utf_8,
}


def read(source: str, encoding: str | None = None) -> str:
    """What `to_unicode` makes of a text, with the shipped model; its edits must replay."""
    text, edits = to_unicode(source, restorer(None).encodings, encoding)
    assert apply_edits(source, edits) == text
    assert undo_edits(text, edits) == source
    assert all(edit.kind == "encoding" for edit in edits)
    return text


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("legacy", [(0, 1, 2, 3, 4), (0, 2, 4), (1, 3), (2,)])
def test_legacy_lines_are_read_and_others_left(name: str, legacy: tuple[int, ...]) -> None:
    lines = [ENCODERS[name](ln) if n in legacy else ln for n, ln in enumerate(LINES)]
    assert "\n".join(lines) != TEXT
    text = read("\n".join(lines))
    # The Ủ of a TCVN3 text was typed as ủ, in a font that shows it large.
    assert text.replace("ủy ban", "Ủy ban") == TEXT


@pytest.mark.parametrize("name", READINGS)
def test_an_encoding_may_be_named(name: str) -> None:
    source = ENCODERS[name]("Sở Xây dựng")
    assert read(source, name) == "Sở Xây dựng"
    assert explain(source, options=Options(profile=name)).text == "Sở Xây dựng"


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("CéNG HOµ X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Céng hoμ x∙ héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("COÄNG HOØA XAÕ HOÄI CHUÛ NGHÓA VIEÄT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("NghÞ ®Þnh sè 12/2003/N§-CP cña ChÝnh phñ", "Nghị định số 12/2003/NĐ-CP của Chính phủ"),
        ("Quyết định số 15/QÐ-UBND, Ðiều 2", "Quyết định số 15/QĐ-UBND, Điều 2"),
        ("đƣợc ngƣời dân hƣởng ứng", "được người dân hưởng ứng"),
        ("tie\u0301\u0302ng Vie\u0323\u0302t", "tiếng Việt"),
    ],
)
def test_what_old_documents_look_like(source: str, meant: str) -> None:
    assert read(source) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Le décret relatif à l'état civil, publié l'été dernier, modifié à Lons où «\xa0né\xa0».",
        "Der Bürgermeister grüßt die Gäste; über Straßen, Flüsse und schöne Häuser läßt er reden.",
        "El niño pidió más información sobre el año próximo según la constitución española.",
        "O município não poderá à noite celebrar convênios; são três órgãos e dez secções.",
        "Það er ekki hægt að sjá Ísland; Ðað.",
        "50 µm ± 2 °C, 20 m² × 3, § 5 ¶ 2, ½ giờ, © 2020 ® №",
        "printf(\"%s»\", '¸'); // ¿? « £ ¥ Å Ø æ ß µ",
        "(u'ä', 'ã'), ('å', 'ë'), ('æ', 'ổ'), ('ç', 'ỗ'), ('î', 'ợ'), ('ï', 'ù')",
        "Ông Noël, bà Zoë và kỹ sư Müller, kỹ sư Françoise đến thăm khoa Hoá, tòa nhà số 2.",
        TEXT,
    ],
)
def test_what_is_no_legacy_text_stays(text: str) -> None:
    assert read(text) == text


def test_restoring_keeps_encoding_edits_apart() -> None:
    source = ENCODERS["tcvn3"](LINES[0]) + "\n" + LINES[1]
    result = explain(source)
    assert result.text.split("\n") == list(LINES[:2])
    assert {edit.kind for edit in result.edits} == {"encoding"}
    assert undo_edits(result.text, result.edits) == source


words = st.sampled_from([w for name in ENCODERS for w in ENCODERS[name](TEXT).split(" ")])
pieces = st.lists(words | st.text(max_size=4), max_size=20).map(" ".join)


@settings(max_examples=60)
@given(pieces)
def test_any_mixture_replays_and_is_composed(source: str) -> None:
    text = read(source)
    assert unicodedata.normalize("NFC", text) == text
    result = vnadmin.explain(source)
    assert undo_edits(result.text, result.edits) == source


def test_one_đ_read_as_two_that_look_alike_is_one() -> None:
    read = "Quyết định số 217-QĐÐ/TW và 218-QÐ/TW"
    assert explain(read).text == "Quyết định số 217-QĐ/TW và 218-QĐ/TW"
