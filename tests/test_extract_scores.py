"""Scoring citations: the counts, the fields, and the reading of VNLegalText."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vnadmin.document import Header, Signer
from vnadmin.errors import InputError
from vnadmin.evaluate.citation_run import score_files, truths_of
from vnadmin.evaluate.citation_spans import read_vnlegaltext, score_vnlegaltext
from vnadmin.evaluate.citations import Counts, FieldScores, score_documents
from vnadmin.evaluate.headers import HeaderScores, score_header
from vnadmin.evaluate.provisions import read_cases, score_provisions
from vnadmin.extract import citations, header
from vnadmin.options import Options


def test_counts() -> None:
    counts = Counts(hits=3, expected=4, found=6)
    assert (counts.recall, counts.precision) == (0.75, 0.5)
    assert round(counts.f1, 3) == 0.6
    assert "expected 4" in str(counts)
    assert Counts().f1 == 1.0


def test_documents_count_once() -> None:
    found = citations(
        "Nghị định số 12/2020/NĐ-CP ngày 05/02/2020 của Chính phủ. Nghị định số 12/2020/NĐ-CP."
        " Luật Đất đai năm 2013. Công văn số 7/UBND-KT."
    )
    scores = FieldScores()
    expected = [
        {
            "type": "Nghị định",
            "number": "12/2020/NĐ-CP",
            "date": "2020-02-05",
            "issuer": "Chính phủ",
        },
        {"type": "Luật", "number": None, "name": "Luật đất đai", "date": None},
        {"type": "Thông tư", "number": "1/2020/TT-BYT", "date": None},
    ]
    score_documents(expected, found, scores)
    assert (scores.documents.hits, scores.documents.expected, scores.documents.found) == (2, 3, 3)
    assert scores.fields["issuer"].hits == 1
    assert len(scores.missed) == 1
    assert scores.extra == ["Công văn 7/UBND-KT None"]


def test_header_fields_printed_by_hand_and_blank() -> None:
    own = header("SỞ NỘI VỤ\nSố: 5/SNV-TC\nHuế, ngày 02 tháng 3 năm 2020\nKính gửi: Sở Y tế.\n")
    scores = HeaderScores()
    expected = {
        "issuer": "Sở Nội vụ", "number": "6/SNV-TC", "date": "2020-03-01", "place": None,
        "subject": None, "addressees": ["Sở  Y tế"], "handwritten": ["date"],
        "signers": [{"name": "Lê An", "position": "GIÁM ĐỐC", "authority": "TL. GIÁM ĐỐC\nKT."}],
    }  # fmt: skip
    score_header(expected, own, scores, name="a.png")
    assert {key: (c.hits, c.expected) for key, c in scores.fields.items()} == {
        "issuer": (1, 1), "number": (0, 1), "addressees": (1, 1),
        "signers.name": (0, 1), "signers.position": (0, 1), "signers.authority": (0, 1),
    }  # fmt: skip
    assert (scores.printed.hits, scores.printed.expected, scores.printed.found) == (2, 6, 3)
    assert scores.missed[0] == "a.png: number: expected '6/SNV-TC', read '5/SNV-TC'"
    assert [line.split(":")[1] for line in scores.invented] == [" place", " date"]
    assert list(scores.rows())[-1].endswith("33.3 %")


def test_signers_compare_by_the_first_authority() -> None:
    own = Header(signers=(Signer("Lê An", "PHÓ CHÁNH VĂN PHÒNG", "TL."),))
    signer = {"name": "Lê An", "position": "Phó Chánh Văn phòng", "authority": "TL. A\nKT. B"}
    scores = HeaderScores()
    score_header({"signers": [signer]}, own, scores)
    assert not scores.missed
    assert scores.printed.hits == 3


def test_scans_against_a_folder_of_truths(tmp_path: Path) -> None:
    """What is cited on pages nobody annotated isn't held against the reading."""
    for name in ("a", "b"):
        text = "Theo Nghị định số 12/2020/NĐ-CP.\n\fTheo Nghị định số 13/2020/NĐ-CP.\n\f"
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        cited = [{"type": "Nghị định", "number": "12/2020/NĐ-CP", "date": None}]
        truth = {"pages_annotated": [1], "citations": cited, "header": {"issuer": "SỞ Y TẾ"}}
        (tmp_path / f"{name}.json").write_text(json.dumps(truth), encoding="utf-8")
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    report = score_files(truths_of(files, tmp_path), options=Options())
    assert report.documents == 2
    assert report.citations.documents == Counts(2, 2, 2)
    assert "header missed: b.txt: issuer: expected 'SỞ Y TẾ', read None" in report.report()
    with pytest.raises(InputError, match=r"a\.json"):
        list(truths_of(files, tmp_path / "a.json"))


def test_vnlegaltext_is_read_as_running_text(tmp_path: Path) -> None:
    value = "Theo Nghị_định số 7/2015/NĐ-CP ( sửa_đổi ) , Luật Thuế_thu_nhập ."
    number = value.index("Nghị"), value.index(" (")
    law = value.index("Luật"), value.index(" .")
    record = {
        "data": {"value": value},
        "annotations": [
            {
                "result": [
                    {"value": {"start": s, "end": e, "labels": ["L"]}} for s, e in (number, law)
                ]
            }
        ],
    }
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    (sentence,) = read_vnlegaltext(path)
    assert sentence.text == "Theo Nghị định số 7/2015/NĐ-CP (sửa đổi), Luật Thuế thu nhập."
    assert [sentence.text[s:e] for s, e in sentence.spans] == [
        "Nghị định số 7/2015/NĐ-CP",
        "Luật Thuế thu nhập",
    ]


def test_spans_and_annotation_errors(tmp_path: Path) -> None:
    """The second, short mention was looked up at the place of the first, longer one."""
    value = (
        "Nghị_định số 12/2020/NĐ-CP ngày 05/02/2020 , Nghị_định số 12/2020/NĐ-CP và TCVN 5945:2005"
    )
    spans = [(0, value.index(" ngày")), (0, value.index(" ,"))]
    record = {
        "data": {"value": value},
        "annotations": [{"result": [{"value": {"start": s, "end": e}} for s, e in spans]}],
    }
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    report = score_vnlegaltext(path)
    assert report.annotated == Counts(hits=1, expected=2, found=3)
    assert report.wording == report.corrected == Counts(hits=2, expected=2, found=2)
    assert report.reasons == {"displaced": 1}
    assert "displaced" in str(report)
    assert report.to_dict()["sentences"] == 1


PROVISIONS = Path(__file__).parent / "cases" / "provisions.tsv"


def test_provisions_of_the_written_sentences() -> None:
    """The floor: 98 % F1 over all 300 sentences, 95 % in each form."""
    report = score_provisions(read_cases(PROVISIONS))
    assert report.sentences == 300
    assert report.total.f1 >= 0.98, report.report()
    for form, counts in report.forms.items():
        assert counts.f1 >= 0.95, (form, report.differences)


def test_provisions_are_counted_by_document_and_place(tmp_path: Path) -> None:
    path = tmp_path / "cases.tsv"
    path.write_text(
        "form\texpected\ttext\n"
        "x\tLuật Đất đai: -/-/5, -/-/7\ttheo Điều 5, Điều 6 Luật Đất đai\n"
        "y\tself: -/2/3\ttheo khoản 2 Điều 3 Luật này\n",
        encoding="utf-8",
    )
    report = score_provisions(read_cases(path))
    assert (report.total.hits, report.total.expected, report.total.found) == (2, 3, 3)
    assert report.forms["y"].f1 == 1.0
    assert [line.split(" in")[0] for line in report.differences] == [
        "- Luật Đất đai: -/-/7",
        "+ Luật Đất đai: -/-/6",
    ]
    assert "F1 0.6667" in report.report()
    assert report.to_dict()["all"]["hits"] == 2


@pytest.mark.parametrize("content", ["h\nonly one cell", "h\nx\tno separator\ttext"])
def test_misshapen_provision_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cases.tsv"
    with pytest.raises(InputError):
        list(read_cases(path))
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        list(read_cases(path))
