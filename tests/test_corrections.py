"""What people correct: where it belongs, that it is never lost, and that it can be taken back."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reviewed import made

from vnadmin.cli.main import main
from vnadmin.corrections import Corrections, corrections_path
from vnadmin.corrections.pairs import pairs_of
from vnadmin.corrections.units import Unit, units_of
from vnadmin.document import Document, Source, undo_edits
from vnadmin.errors import InputError
from vnadmin.evaluate.run import read_pair_file
from vnadmin.index import Index
from vnadmin.pipeline import extract_again

BY = "Nguyễn Thị Hoa"


def unit_of(document: Document, word: str) -> Unit:
    return next(u for u in units_of(document) if document.text[u.start : u.end] == word)


def on_word(unit: Unit, action: str, new: str | None = None) -> dict[str, Any]:
    asked = {"target": "word", "action": action, "page": unit.page, "start": unit.source_start}
    return {**asked, "by": BY, "read": unit.read, **({"new": new} if new is not None else {})}


@pytest.fixture
def empty(tmp_path: Path) -> Corrections:
    return Corrections.load(corrections_path(tmp_path / "a.pdf.json"))


def test_a_word_is_retyped_and_taken_back(empty: Corrections) -> None:
    document = made()
    asked = on_word(unit_of(document, "tiếp"), "retype", "tiễn")
    kept, record = empty.add(document, asked)
    assert (record.read, record.old, record.new, record.by) == ("tiep", "tiếp", "tiễn", BY)
    assert record.at.endswith("Z")
    assert kept.path.name == "a.pdf.corrections.jsonl"
    corrected = kept.apply(document).document
    assert "quy chế tiễn công dân" in corrected.text
    assert "quy chế tiễn công dân" in str(corrected.header.subject)
    (edit,) = (e for e in corrected.edits if e.kind == "human")
    assert (edit.source, edit.restored, edit.confidence) == ("tiep", "tiễn", 1.0)
    source = undo_edits(document.text, document.edits)
    assert undo_edits(corrected.text, corrected.edits) == source
    assert Document.from_json(corrected.to_json()) == corrected
    assert Corrections.load(kept.path).apply(corrected).document == corrected
    taken_back, _ = kept.undo(record.id, by=BY)
    assert taken_back.in_force == ()
    assert Corrections.load(kept.path).apply(corrected).document == extract_again(document)
    assert len(kept.path.read_text("utf-8").splitlines()) == 2


def test_what_was_read_was_right(empty: Corrections) -> None:
    document = made()
    kept, _ = empty.add(document, on_word(unit_of(document, "tiếp"), "reject"))
    corrected = kept.apply(document).document
    assert "quy chế tiep công dân" in corrected.text
    unit = unit_of(corrected, "tiep")
    assert (unit.edits, unit.confidence) == ((), 1.0)
    assert kept.apply(corrected).document == corrected


def test_accepting_makes_sure_and_changes_nothing(empty: Corrections) -> None:
    document = made()
    kept, _ = empty.add(document, on_word(unit_of(document, "tiếp"), "accept"))
    corrected = kept.apply(document).document
    assert corrected.text == document.text
    assert unit_of(corrected, "tiếp").confidence == 1.0
    assert [e.kind for e in corrected.edits] == [e.kind for e in document.edits]
    kept, _ = kept.undo(kept.in_force[0].id, by=BY)
    assert unit_of(kept.apply(corrected).document, "tiếp").confidence == 0.5


def test_a_word_is_left_out_and_junk_brought_back(empty: Corrections) -> None:
    document = made()
    kept, record = empty.add(document, on_word(unit_of(document, "TỈNH"), "retype", ""))
    junk = next(u for u in units_of(document) if u.start == u.end)
    kept, _ = kept.add(document, on_word(junk, "reject"))
    corrected = kept.apply(document).document
    assert corrected.text.startswith("UBND  HẢI VÂN")
    assert corrected.text.endswith("~. |\f")
    assert kept.apply(corrected).document == corrected
    kept, _ = kept.undo(record.id, by=BY)
    back = kept.apply(corrected).document
    assert back.text.startswith("UBND TỈNH HẢI VÂN")
    assert unit_of(back, "TỈNH").boxes == unit_of(document, "TỈNH").boxes


CHOICES = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.sampled_from(["accept", "reject", "retype"]),
        st.sampled_from(["một", "hai ba", "", "Nghị định số 5/2020/NĐ-CP", "12"]),
        st.booleans(),
    ),
    max_size=6,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHOICES)
def test_applied_twice_is_applied_once_and_all_can_be_taken_back(
    tmp_path_factory: pytest.TempPathFactory, choices: list[tuple[int, str, str, bool]]
) -> None:
    document = made(pages=2)
    units = units_of(document)
    kept = Corrections.load(tmp_path_factory.mktemp("c") / "a.corrections.jsonl")
    baked = document
    for at, action, new, rewritten in choices:
        asked = on_word(units[at % len(units)], action, new if action == "retype" else None)
        kept, _ = kept.add(baked if rewritten else document, asked)
        applied = kept.apply(document)
        assert applied.unfit == ()
        corrected = applied.document
        source = undo_edits(document.text, document.edits)
        assert undo_edits(corrected.text, corrected.edits) == source
        for page in corrected.pages:
            for word in page.words:
                assert page.start <= word.start < word.end <= page.end
        assert kept.apply(baked).document == corrected
        baked = corrected
    assert Corrections.load(kept.path) == kept
    for record in kept.in_force:
        kept, _ = kept.undo(record.id, by=BY)
    while kept.in_force:  # those that others had replaced
        kept, _ = kept.undo(kept.in_force[0].id, by=BY)
    if choices:
        assert kept.apply(baked).document == extract_again(document)


def test_another_reading_of_the_same_paper_keeps_the_correction(empty: Corrections) -> None:
    document = made()
    kept, _ = empty.add(document, on_word(unit_of(document, "tiếp"), "retype", "tiễn"))
    page = document.pages[0]
    moved = tuple(
        replace(w, box=(w.box[0] + 3, w.box[1] - 2, w.box[2] + 4, w.box[3])) for w in page.words
    )
    text = document.text.replace("tiếp", "xxxx")
    again = replace(document, text=text, pages=(replace(page, words=moved),))
    applied = kept.apply(again)
    assert "quy chế tiễn công dân" in applied.document.text
    assert applied.unfit == ()


def test_what_fits_nowhere_is_listed_and_kept(empty: Corrections) -> None:
    document = made()
    kept, record = empty.add(document, on_word(unit_of(document, "tiếp"), "retype", "tiễn"))
    kept, field = kept.add(
        document,
        {"target": "field", "action": "retype", "field": "header.place", "new": "Hà Nội", "by": BY},
    )
    page = document.pages[0]
    far = tuple(replace(w, box=tuple(side + 400 for side in w.box)) for w in page.words)
    again = replace(document, pages=(replace(page, words=far),))
    applied = kept.apply(again)
    assert applied.unfit == (record,)
    assert applied.document.header.place == "Hà Nội"
    other = replace(document, source=replace(document.source, sha256="1" * 64))
    assert set(kept.unfit(other)) == {record, field}
    assert kept.unfit(document) == ()
    assert Corrections.load(kept.path).in_force == (record, field)


def test_fields_are_corrected_and_what_follows_from_them(empty: Corrections) -> None:
    document = made()
    path = "header.number"
    asked = {"target": "field", "action": "retype", "field": path, "new": "27/QĐ-UBND", "by": BY}
    kept, record = empty.add(document, asked)
    assert record.old == "21/QĐ-UBND"
    header = kept.apply(document).document.header
    assert (header.number, header.symbol, header.confidence["number"]) == (
        "27/QĐ-UBND",
        "QĐ-UBND",
        1.0,
    )
    kept, _ = kept.undo(record.id, by=BY)
    again = extract_again(document)
    assert kept.apply(kept.apply(document).document).document.header == again.header


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": "page"},
        {"action": "undo"},
        {"action": ["accept"]},
        {"by": ""},
        {"by": "a\x00b"},
        {"by": None},
        {"field": "header.__class__"},
        {"field": "header.confidence.number"},
        {"field": "parts.0.number"},
        {"field": "header.signers.99.name"},
        {"field": "header.date", "new": "15/5/2014"},
        {"field": "header.date", "new": "2014-02-30"},
        {"new": "a\u202eb"},
        {"new": 5},
        {"new": "x" * 10_001},
        {"target": "word", "page": 1, "start": -1},
        {"target": "word", "page": "1", "start": True},
        {"target": "citation", "citation": 99},
        {"target": "citation", "citation": -1},
        {"target": "citation", "citation": 0, "field": "uri"},
        {"target": "citation", "citation": 0, "field": None},
    ],
)
def test_what_cannot_be_is_refused(empty: Corrections, wrong: dict[str, Any]) -> None:
    asked = {"target": "field", "action": "retype", "field": "header.place", "new": "X", "by": BY}
    with pytest.raises(InputError):
        empty.add(made(), {**asked, **wrong})
    assert not empty.path.exists()


def test_citations_are_corrected_and_rejected(empty: Corrections) -> None:
    document = made()
    asked = {"target": "citation", "citation": 0, "by": BY}
    kept, _ = empty.add(
        document, {**asked, "action": "retype", "field": "number", "new": "34/2016/NĐ-CP"}
    )
    kept, _ = kept.add(document, {**asked, "citation": 1, "action": "reject"})
    kept, _ = kept.add(document, {**asked, "citation": 2, "action": "accept"})
    found = kept.apply(document).document.citations
    assert [citation.number for citation in found] == ["34/2016/NĐ-CP", "12/TTr-VP"]
    assert found[0].year == 2016
    assert found[0].uri == "/akn/vn/act/nghi-dinh/2016/34-2016-nd-cp"
    assert set(found[1].confidence.values()) == {1.0}
    baked = kept.apply(document).document
    assert kept.apply(baked).document == baked
    assert [each["citation"] for each in kept.shown(document)] == [0, 1, 2]


def test_text_without_boxes_is_anchored_by_its_place(empty: Corrections) -> None:
    document = replace(made(), pages=(), source=Source("a.txt", "0" * 64, "text", 1))
    unit = unit_of(document, "năm")
    kept, _ = empty.add(document, on_word(unit, "retype", "nắm"))
    start = undo_edits(document.text, document.edits).index("Chánh")
    asked = {"target": "word", "action": "retype", "page": None, "start": start, "read": "Chánh"}
    kept, _ = kept.add(document, {**asked, "new": "Phó", "by": BY})
    corrected = kept.apply(document).document
    assert "đề nghị của Phó Văn phòng" in corrected.text
    assert "ngày 15 tháng 5 nắm 2014" in corrected.text
    assert kept.apply(corrected).document == corrected


def test_half_a_line_is_no_harm_and_damage_is_told(empty: Corrections) -> None:
    document = made()
    kept, _ = empty.add(document, on_word(unit_of(document, "tiếp"), "accept"))
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole + b'{"schema": "vnad')
    assert Corrections.load(kept.path).records == kept.records
    Corrections.load(kept.path).add(document, on_word(unit_of(document, "năm"), "accept"))
    with pytest.raises(InputError, match="line 2 is damaged"):
        Corrections.load(kept.path)


def _add_some(path: Path) -> None:
    document = made()
    for _ in range(20):
        Corrections.load(path).add(document, on_word(unit_of(document, "tiếp"), "accept"))


def test_two_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.corrections.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_some, args=(path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    lines = path.read_text("utf-8").splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == 40


def test_pairs_hold_what_was_corrected_among_what_is_sure(empty: Corrections) -> None:
    document = made()
    kept, _ = empty.add(document, on_word(unit_of(document, "tiếp"), "retype", "tiễn"))
    (pair,) = pairs_of(document, kept)
    assert pair.truth == "Về việc ban hành quy chế tiễn công dân"
    assert pair.read == "Về việc ban hành quy chế tiep công dân"
    assert pair.page == 1
    line = on_word(unit_of(document, "phòng"), "accept")
    kept, _ = kept.add(document, line)
    assert [p.truth for p in pairs_of(document, kept)][1].startswith("Văn phòng tại Tờ trình")


HOCR = """\
<html><body><div class="ocr_page" title="bbox 0 0 800 600">
<span class="ocr_line" title="bbox 20 40 600 60">
<span class="ocrx_word" title="bbox 20 40 80 60; x_wconf 80">Căn</span>
<span class="ocrx_word" title="bbox 90 40 160 60; x_wconf 90">cứ</span>
<span class="ocrx_word" title="bbox 170 40 220 60; x_wconf 90">Quyết</span>
<span class="ocrx_word" title="bbox 230 40 270 60; x_wconf 90">định</span>
<span class="ocrx_word" title="bbox 280 40 330 60; x_wconf 90">số</span>
<span class="ocrx_word" title="bbox 340 40 440 60; x_wconf 90">12/QĐ-UBND</span></span></div>
</body></html>
"""


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, Path, Corrections]:
    """A converted file, and a correction of its number."""
    source, out = tmp_path / "a.hocr", tmp_path / "out"
    source.write_text(HOCR, "utf-8")
    assert main(["convert", str(source), "-o", str(out), "--to", "txt,json,hocr,html"]) == 0
    converted = out / "a.hocr.json"
    document = Document.from_json(converted.read_text("utf-8"))
    unit = unit_of(document, "12/QĐ-UBND")
    asked = on_word(unit, "retype", "15/QĐ-UBND")
    kept, _ = Corrections.load(corrections_path(converted)).add(document, asked)
    return source, out, kept


def test_outputs_are_rewritten_and_stay_corrected(
    archive: tuple[Path, Path, Corrections], capsys: pytest.CaptureFixture[str]
) -> None:
    source, out, kept = archive
    assert main(["corrections", "apply", str(out)]) == 0
    for form in ("txt", "json", "hocr", "html"):
        assert "15/QĐ-UBND" in (out / f"a.hocr.{form}").read_text("utf-8")
    document = Document.from_json((out / "a.hocr.json").read_text("utf-8"))
    assert document.citations[0].number == "15/QĐ-UBND"
    source.write_text(HOCR.replace(" 60; x_wconf 80", " 61; x_wconf 80"), "utf-8")
    assert main(["convert", str(source), "-o", str(out), "--to", "txt,json"]) == 0
    told = capsys.readouterr().err
    assert "word 12/QĐ-UBND → 15/QĐ-UBND" in told
    assert "fits nowhere any more; it is kept" in told
    assert "12/QĐ-UBND" in (out / "a.hocr.txt").read_text("utf-8")
    assert main(["corrections", "list", str(out), "--unfit"]) == 0
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["fits"], line["new"], line["id"]) == (False, "15/QĐ-UBND", kept.records[0].id)
    source.write_text(HOCR, "utf-8")
    assert main(["convert", str(source), "-o", str(out), "--to", "txt,json"]) == 0
    assert "15/QĐ-UBND" in (out / "a.hocr.txt").read_text("utf-8")
    assert kept.path.exists()


def test_the_index_knows_what_was_corrected(archive: tuple[Path, Path, Corrections]) -> None:
    _, out, _ = archive
    with Index(out.parent / "a.db") as index:
        index.add(out)
        works = [work.number for work in index.most_cited()]
    assert works == ["15/QĐ-UBND"]


def test_a_channel_learns_from_pairs(
    archive: tuple[Path, Path, Corrections], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = archive
    pairs = out.parent / "pairs.jsonl"
    assert main(["corrections", "pairs", str(out), "-o", str(pairs)]) == 0
    (pair,) = read_pair_file(pairs, None)
    assert pair.truth.endswith("15/QĐ-UBND")
    assert pair.ocr.endswith("12/QĐ-UBND")


def test_corrections_without_their_document_are_told(
    archive: tuple[Path, Path, Corrections], capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, kept = archive
    (out / "a.hocr.json").unlink()
    assert main(["corrections", "apply", str(out)]) == 1
    assert "has no a.hocr.json beside it" in capsys.readouterr().err
    assert main(["corrections", "list", str(out / "a.hocr.txt")]) == 3
    assert kept.path.exists()
