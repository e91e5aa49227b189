"""The noise factory: fonts, rendered pages, corpora and pairs."""

from __future__ import annotations

import gzip
import json
import lzma
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from vnadmin.train import fonts, pairs
from vnadmin.train.corpus import documents, is_held_back
from vnadmin.train.genre import DEFAULT_SYMBOLS, Genre
from vnadmin.train.render import Style, font_families, render_page, sample_style

PARAGRAPHS = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Căn cứ Quyết định số 217-QĐ/TW ngày 12/12/2013 của Bộ Chính trị “về việc ban hành Quy chế”;",
    "Điều 1. Ủy ban nhân dân các cấp tổ chức thực hiện công tác dân vận trong tình hình mới.",
    "- Xem https://vi.example/" + "duong-dan-rat-dai/" * 12 + " để biết thêm.",
]
HELD_BACK = "Văn bản số 528 được giữ lại"


def style(**changes: object) -> Style:
    plain = Style(seed=1, family=font_families()[0].name, dpi=72)
    return replace(plain, **changes)  # type: ignore[arg-type]


def without_space(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("kind", ["directive", "crisp", "mixed"])
def test_the_seed_decides_the_style(kind: str) -> None:
    first, second, other = (sample_style(random.Random(seed), kind=kind) for seed in (1, 1, 2))
    assert first == second != other
    assert abs(first.skew_degrees) <= 1.5
    assert 11 <= first.size_pt <= 14
    assert 150 <= first.dpi <= 300


@pytest.mark.parametrize("damage", [{}, {"threshold": 0.4}, {"jpeg_quality": 30, "lighting": 0.2}])
def test_the_style_decides_the_pixels(damage: dict[str, float]) -> None:
    worn = style(
        skew_degrees=0.7,
        spread=0.4,
        blur_px=0.5,
        uneven_ink=0.3,
        roughness=0.3,
        grain=0.05,
        specks_per_cm2=0.5,
        margin_line=True,
        edge_band=True,
        stamp=True,
        **damage,
    )
    image, text = render_page(PARAGRAPHS, worn)
    assert (image.mode, image.size) == ("L", (595, 842))
    again, same_text = render_page(PARAGRAPHS, worn)
    assert (again.tobytes(), same_text) == (image.tobytes(), text)
    other, same_text = render_page(PARAGRAPHS, replace(worn, seed=2))
    assert other.tobytes() != image.tobytes()
    if "threshold" in damage:
        assert {level for _, level in image.getcolors() or []} == {0, 255}


@pytest.mark.parametrize("justified", [True, False])
@pytest.mark.parametrize("gap", [0.0, 6.0])
def test_the_truth_is_the_text_as_laid_out(justified: bool, gap: float) -> None:
    _, text = render_page(PARAGRAPHS, style(justified=justified, paragraph_gap_pt=gap))
    assert without_space(text) == without_space(" ".join(PARAGRAPHS))
    assert text.endswith("thêm.\n")
    assert ("\n\n" in text) is (gap > 0)
    assert max(map(len, text.splitlines())) < 110
    words = "".join(
        line if line.endswith(("-", "/")) else line + " " for line in text.splitlines()
    ).split()
    assert [w for w in words if "/" not in w] == [
        w for w in " ".join(PARAGRAPHS).split() if "/" not in w
    ]


def test_a_line_may_break_after_a_hyphen_only_inside_a_word() -> None:
    paragraphs = ["xã " * fill + "23-QĐ/TW - hết" for fill in range(18, 30)]
    _, text = render_page(paragraphs, style(justified=False, indent_pt=0.0))
    assert "23-\nQĐ/TW" in text
    assert "QĐ/\n" not in text


def test_what_does_not_fit_is_neither_printed_nor_in_the_truth() -> None:
    full = [f"{n}. " + "Các cơ quan, đơn vị, địa phương. " * 9 for n in range(40)]
    image, text = render_page(full, style(page_number=7, number_at_top=False))
    body, _, number = text.rstrip().rpartition("\n")
    assert number == "7"
    assert without_space(" ".join(full)).startswith(without_space(body))
    assert 40 < body.count("\n") < 60
    margins = image.copy()
    margins.paste(255, (84, 40, 540, 830))
    assert margins.getextrema() == (255, 255)


def test_print_is_black_on_white_where_the_text_is() -> None:
    image, _ = render_page(["Quyết định"], style(margins_pt=(100.0, 100.0, 100.0, 100.0)))
    left, top, right, bottom = Image.eval(image, lambda level: 255 - level).getbbox() or (0,) * 4
    assert 130 <= left <= 140
    assert top >= 95
    assert bottom <= 125
    assert right <= 215


def test_every_face_has_every_character() -> None:
    assert {"ẫ", "Ữ", "đ", "Đ", "“", "–"} <= fonts.REPERTOIRE
    for face in font_families()[0].faces:
        assert fonts.missing_characters(face) == ""
        assert fonts.missing_characters(face, "a漢\ue123") == "漢\ue123"


def test_without_fonts_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "_DIRECTORIES", (str(tmp_path),))
    with pytest.raises(ValueError, match="fonts-croscore"):
        fonts.font_families.__wrapped__()


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="漢"):
        render_page(["chữ 漢"], style())
    with pytest.raises(ValueError, match="Nowhere Serif"):
        render_page(["chữ"], style(family="Nowhere Serif"))


@pytest.mark.parametrize("suffix", [".txt", ".txt.xz", ".txt.gz"])
def test_documents_are_separated_by_empty_lines(suffix: str, tmp_path: Path) -> None:
    data = "\n Điều 1. \nĐiều 2.\n\n \nQuyết định\n".encode()
    packed = {".txt": data, ".txt.xz": lzma.compress(data), ".txt.gz": gzip.compress(data)}
    path = tmp_path / f"corpus{suffix}"
    path.write_bytes(packed[suffix])
    assert list(documents(path)) == [["Điều 1.", "Điều 2."], ["Quyết định"]]


def test_the_same_documents_stay_held_back() -> None:
    # Written down once: scores are comparable only as long as these numbers stay.
    numbers = [n for n in range(1000) if is_held_back([f"Văn bản số {n} được giữ lại"])]
    assert numbers == [528, 842, 881, 904]
    assert is_held_back(["a", "b"]) == is_held_back(("a", "b"))


def test_citations_follow_the_grammar_of_their_symbol() -> None:
    genre, rng = Genre(("QĐ/TW",), (1.0,)), random.Random(3)
    for _ in range(50):
        number, symbol = genre.number(rng, 2013)
        assert symbol == "QĐ/TW"
        assert number.replace(" ", "").endswith("-QĐ/TW")
        assert genre.citation(rng).startswith("Quyết định ")
    lines = [
        line
        for _ in range(300)
        for line in (*Genre().letterhead(rng), Genre().citations(rng), Genre().name(rng))
    ]
    assert fonts.REPERTOIRE.issuperset(without_space("".join(lines)))


def test_symbols_of_a_file_join_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "symbols.tsv"
    path.write_text("TT-BXYZ\t900\nQĐ-ABC\t100\nno count\n", encoding="utf-8")
    genre = pairs.load_genre(path)
    assert genre.symbols[-2:] == ("TT-BXYZ", "QĐ-ABC")
    assert sum(genre.weights[-2:]) == pytest.approx(sum(DEFAULT_SYMBOLS.values()))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    kept = [f"{n}. Các sở, ban, ngành báo cáo kết quả thực hiện." for n in range(30)]
    lines = [HELD_BACK, "", *kept, "漢 không in được năm sáu bảy", HELD_BACK]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes pages tiny and Tesseract a stub."""

    def small(rng: random.Random, *, kind: str) -> Style:
        return style(seed=rng.getrandbits(32), size_pt=13.0)

    monkeypatch.setattr(pairs, "sample_style", small)
    monkeypatch.setattr(pairs, "_recognise", lambda image, name, *_: f"{name} {image.size}")


@pytest.mark.usefixtures("quick")
def test_a_stopped_run_continues_as_if_it_had_not_stopped(corpus: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    assert pairs.make_pairs({corpus: 1.0}, 3, ["eng", "vie"], 3, whole) == 3
    assert pairs.make_pairs({corpus: 1.0}, 1, ["eng", "vie"], 3, parts) == 1
    with parts.open("a", encoding="utf-8") as file:
        file.write('{"page": 1, "truth": "bị ng')
    assert pairs.make_pairs({corpus: 1.0}, 3, ["eng", "vie"], 3, parts) == 2
    assert parts.read_bytes() == whole.read_bytes()
    assert pairs.make_pairs({corpus: 1.0}, 3, ["eng", "vie"], 3, parts) == 0
    records = [json.loads(line) for line in whole.read_text(encoding="utf-8").splitlines()]
    assert [record["page"] for record in records] == [0, 1, 2]
    assert len({record["truth"] for record in records}) == 3
    assert {record["seed"] for record in records} == {3}
    assert set(records[0]["ocr"]) == {"eng", "vie"}
    with pytest.raises(ValueError, match="seed 3"):
        pairs.make_pairs({corpus: 1.0}, 6, ["eng"], 4, whole)


@pytest.mark.usefixtures("quick")
def test_a_page_that_takes_too_long_is_left_out(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(10))

    def slow(*_: object) -> str:
        if next(calls) == 1:
            raise RuntimeError("Tesseract process timeout")
        return ""

    monkeypatch.setattr(pairs, "_recognise", slow)
    out = tmp_path / "pairs.jsonl"
    assert pairs.make_pairs({corpus: 1.0}, 3, ["eng"], 1, out) == 2
    assert [json.loads(line)["page"] for line in out.open(encoding="utf-8")] == [0, 2]


def test_pools_leave_out_what_is_held_back(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt.xz"
    other.write_bytes(lzma.compress(("một hai ba bốn năm sáu. " * 20 + "\n").encode()))
    pools = pairs.sample_pools({corpus: 1.0, other: 1.0}, 8, seed=1)
    again = pairs.sample_pools({corpus: 1.0, other: 1.0}, 8, seed=1)
    assert pools == again
    assert len(pools[0].paragraphs) == 8
    assert not any("漢" in p or p == HELD_BACK for p in pools[0].paragraphs)
    lengths = [len(pool.paragraphs[0].split()) for pool in pools]
    shares = [pool.pick_weight() * length for pool, length in zip(pools, lengths, strict=True)]
    assert shares[0] == pytest.approx(shares[1])
    empty = tmp_path / "empty.txt"
    empty.write_text("ngắn quá\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"empty\.txt"):
        pairs.sample_pools({empty: 1.0}, 8, seed=1)


def test_tesseract_reads_a_rendered_page(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strip(rng: random.Random, *, kind: str) -> Style:
        return style(dpi=150, size_pt=13.0, margins_pt=(85.0, 57.0, 57.0, 700.0), grain=0.02)

    monkeypatch.setattr(pairs, "sample_style", strip)
    out = tmp_path / "pairs.jsonl"
    assert pairs.make_pairs({corpus: 1.0}, 1, ["vie"], 5, out) == 1
    record = json.loads(out.read_text(encoding="utf-8"))
    assert len(record["truth"].split()) > 20
    truth, read = record["truth"].split(), record["ocr"]["vie"].split()
    assert Levenshtein.normalized_similarity(truth, read) > 0.8
