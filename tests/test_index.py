"""The index: what goes in, what replaces what, and what it answers."""

from __future__ import annotations

import copy
import json
import re
import sqlite3
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from archive import letter, letters, write

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode, InputError, UsageError

FIRST, SECOND, THIRD = letters()
SECRET = letter("1/BC-UBND", "Theo Nghị định số 100/2019/NĐ-CP.", mark="MẬT", kind="BÁO CÁO")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[vnadmin.Index]:
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents([FIRST, SECOND, THIRD])
        yield index
        assert list(index.check()) == []


def dump(index: vnadmin.Index) -> dict[str, list[object]]:
    """What the index holds, without ids, in an order of its own."""
    queries = {
        "documents": "SELECT document_id, l.part, l.type, l.number, l.issuer, l.place, l.date, "
        "l.subject, l.citations, l.start, relations, least, doubt FROM document_list AS l "
        "JOIN documents USING (id)",
        "works": "SELECT key, type, number, name, year, date, issuer, uri, mentions, citers, "
        "present FROM work_list",
        "variants": "SELECT key, v.type, v.number, v.name, v.date, v.issuer, v.mentions "
        "FROM variant_list AS v JOIN works ON works.id = v.work",
        "citations": "SELECT document_id, key, relation, c.text, c.title, provisions, page, "
        "c.confidence FROM citation_list AS c JOIN documents AS d ON d.id = c.document "
        "JOIN files ON files.id = d.file JOIN works ON works.id = c.work",
        "edits": "SELECT document_id, seq, restored FROM edits JOIN files ON id = file",
        "pages": "SELECT document_id, number FROM pages JOIN files ON id = file",
        "warnings": "SELECT code, text FROM warnings",
        "tallies": "SELECT kind, CASE WHEN kind IN ('type', 'issuer', 'place') THEN text "
        "ELSE value END, documents, citations FROM tallies LEFT JOIN strings ON id = value",
    }
    rows = {
        name: sorted((tuple(row) for row in index.connection.execute(query)), key=repr)
        for name, query in queries.items()
    }
    return {name: list(found) for name, found in rows.items()}


def test_an_empty_index_answers(tmp_path: Path) -> None:
    with vnadmin.Index(tmp_path / "a.db") as index:
        assert index.search("đất").total == 0
        assert index.find("1/2020/NĐ-CP") == []
        assert index.most_cited() == []
        assert index.stats().documents == 0
        assert list(index.check()) == []


def test_who_cites_with_relation_and_provision(index: vnadmin.Index) -> None:
    (decree,) = index.find("39/2022 nd-cp")
    assert (decree.citers, decree.date, decree.present) == (3, "2022-06-18", False)
    cited = index.cited_by(decree)
    assert [m.document.number for m in cited] == ["12/QĐ-UBND", "13/QĐ-UBND", "7/KH-SYT"]
    assert cited[0].provisions == ("khoản 2 Điều 5",)
    assert "39/2022/NĐ-CP" in cited[0].text
    assert [m.document.number for m in index.cited_by(decree, provision="dieu 5")] == [
        "12/QĐ-UBND",
        "7/KH-SYT",
    ]
    assert len(index.cited_by(decree, provision="khoản 2 điều 5")) == 1
    assert index.cited_by(decree, provision="Điều 6") == []
    assert len(index.cited_by(decree, relation="based_on")) == 3
    assert index.cited_by(decree, relation="amends") == []
    assert len(index.cited_by(decree, limit=2, offset=2)) == 1
    with pytest.raises(UsageError, match="not a relation"):
        index.cited_by(decree, relation="loves")


def test_variants_are_merged_but_never_one_without_a_year_into_a_dated_one(
    index: vnadmin.Index,
) -> None:
    (decree,) = index.find("39/2022/NĐ-CP")
    assert [(v.date, v.mentions) for v in index.variants(decree)] == [(None, 2), ("2022-06-18", 1)]
    undated, dated = sorted(index.find("23 qd/tw"), key=lambda work: work.year or 0)
    assert (undated.year, dated.date) == (None, "2021-07-30")
    assert undated.citers == dated.citers == 1


def test_what_a_document_cites(index: vnadmin.Index) -> None:
    (work,) = index.find("quyet dinh 12 qd ubnd")
    (own,) = index.documents(work)
    cited = index.cites(own)
    assert [m.number or m.name for m in cited] == ["Luật Đất đai", "39/2022/NĐ-CP", "23-QĐ/TW"]
    assert index.text(own.id)[cited[1].start : cited[1].end] == cited[1].text


def test_repealed_chains_missing_and_counts(index: vnadmin.Index) -> None:
    (found,) = index.repealed()
    assert found.mention.document.number == "7/KH-SYT"
    assert found.by.document.number == "13/QĐ-UBND"
    assert found.work.present
    (step,) = index.chain(found.work)
    assert (step.depth, step.relation, step.document.number) == (1, "repeals", "13/QĐ-UBND")
    (own,) = index.find("13/qđ-ubnd")
    assert [step.depth for step in index.chain(own)] == [-1]
    assert index.chained() == [found.work]
    missing = index.missing()
    assert "12/QĐ-UBND" not in [work.number for work in missing]
    assert missing[0].number == "39/2022/NĐ-CP"
    assert [(c.value, c.documents) for c in index.counts("year")] == [
        ("2022", 1),
        ("2023", 1),
        ("2024", 1),
    ]
    assert index.counts("issuer")[0].documents == 2
    assert {c.value for c in index.counts("relation")} >= {"based_on", "repeals", "implements"}
    with pytest.raises(UsageError):
        index.counts("colour")


def test_contradictions(tmp_path: Path) -> None:
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents(
            [
                letter("1/QĐ-UBND", "Căn cứ Nghị định số 39/2022/NĐ-CP ngày 18/6/2022."),
                letter("2/QĐ-UBND", "Căn cứ Nghị định số 39/2022/NĐ-CP ngày 19/6/2022."),
                letter("3/QĐ-UBND", "Căn cứ Nghị quyết số 12/2020/NĐ-CP ngày 5/6/2020."),
            ]
        )
        found = index.contradictions()
        assert found[0].code == "dates"
        assert "symbol-type" in [c.code for c in found[1:] if c.mention]
        assert found[0].text == "2022-06-18, 2022-06-19"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("thu hồi đất", {"12/QĐ-UBND"}),
        ("thu hoi dat", {"12/QĐ-UBND"}),
        ("THU HỒI ĐẤT", {"12/QĐ-UBND"}),
        ('"thu dat"', set()),
        ('"giai phong mat bang"', {"12/QĐ-UBND"}),
        ("tiêm chủngg", {"7/KH-SYT"}),
        ("23 qd/tw", {"12/QĐ-UBND", "13/QĐ-UBND"}),
        ("23-QĐ/TW", {"12/QĐ-UBND", "13/QĐ-UBND"}),
        ("23qđ tw", {"12/QĐ-UBND", "13/QĐ-UBND"}),
        ("39/2022/nd-cp tiem chung", {"7/KH-SYT"}),
        ("zzzz yyyy xxxx wwww", set()),
        ('"', {"12/QĐ-UBND", "13/QĐ-UBND", "7/KH-SYT"}),
        ("AND OR NOT (", set()),
    ],
)
def test_search(index: vnadmin.Index, query: str, numbers: set[str]) -> None:
    found = index.search(query)
    assert {hit.document.number for hit in found.hits} == numbers
    assert found.total == len(numbers)


def test_search_puts_accents_as_written_and_own_numbers_first(index: vnadmin.Index) -> None:
    assert index.search("thuế").hits[0].document.number == "12/QĐ-UBND"
    assert index.search("thuê").hits[0].document.number == "13/QĐ-UBND"
    assert index.search("12 qd ubnd").hits[0].document.number == "12/QĐ-UBND"
    assert "[" in index.search("39/2022/NĐ-CP").hits[0].snippet
    assert "[thuê]" in index.search("thuê").hits[0].snippet


def test_search_filters(index: vnadmin.Index) -> None:
    def numbers(query: str, **filters: str) -> set[str | None]:
        return {hit.document.number for hit in index.search(query, **filters).hits}  # type: ignore[arg-type]

    assert numbers("", issuer="UBND tỉnh") == {"12/QĐ-UBND", "13/QĐ-UBND"}
    assert numbers("", issuer="so y te") == {"7/KH-SYT"}
    assert numbers("", type="quyết định") == {"12/QĐ-UBND", "13/QĐ-UBND"}
    assert numbers("", since="2023", until="2023") == {"13/QĐ-UBND"}
    assert numbers("", relation="repeals") == {"13/QĐ-UBND"}
    assert numbers("12/QĐ-UBND", relation="repeals") == {"13/QĐ-UBND"}
    assert numbers("39/2022/NĐ-CP", relation="repeals") == set()
    assert numbers("", place="lao cai", issuer="SỞ") == {"7/KH-SYT"}
    assert numbers("căn cứ", issuer="bộ") == set()


def test_adding_again_changes_nothing(tmp_path: Path) -> None:
    for name, document in (("a.txt", FIRST), ("sub/b.txt", SECOND)):
        write(tmp_path / "out", name, document)
    (tmp_path / "out/report.json").write_text('{"pages": 3}', "utf-8")
    with vnadmin.Index(tmp_path / "a.db") as index:
        added = index.add(tmp_path / "out")
        assert (added.new, added.unchanged, added.failed) == (2, 0, ())
        before = dump(index)
        added = index.add(tmp_path / "out")
        assert (added.new, added.unchanged) == (0, 2)
        (tmp_path / "out/a.txt.json").touch()
        assert index.add(tmp_path / "out", tmp_path / "out").unchanged == 4
        assert dump(index) == before


def test_a_changed_file_replaces_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "a.txt", FIRST, time=1)
    write(out, "b.txt", SECOND, time=1)
    with vnadmin.Index(tmp_path / "a.db") as index, vnadmin.Index(tmp_path / "b.db") as fresh:
        index.add(out)
        write(out, "a.txt", THIRD, time=2)
        added = index.add(out)
        assert (added.replaced, added.unchanged) == (1, 1)
        fresh.add(out)
        assert dump(index) == dump(fresh)
        assert list(index.check()) == []
        assert index.search("giải phóng").total == 0


def test_a_newer_conversion_elsewhere_replaces_the_older(tmp_path: Path) -> None:
    older, newer = copy.deepcopy(dict(FIRST)), copy.deepcopy(dict(FIRST))
    newer["citations"] = newer["citations"][:1]
    write(tmp_path / "old", "a.txt", older, time=1)
    write(tmp_path / "new", "a.txt", newer, time=2)
    with vnadmin.Index(tmp_path / "a.db") as index:
        for places in ([tmp_path / "old", tmp_path / "new"], [tmp_path / "old"]):
            index.add(*places)
            stats = index.stats()
            assert (stats.files, stats.copies, stats.citations) == (1, 1, 1)
        # The newer gone to another document, the older one is that source's again.
        write(tmp_path / "new", "a.txt", SECOND, time=3)
        index.add(tmp_path / "new")
        stats = index.stats()
        assert (stats.files, stats.copies, stats.documents) == (2, 0, 2)
        assert list(index.check()) == []


def test_secret_documents_are_left_out_and_taken_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert SECRET["header"]["secrecy"], "the header's mark isn't read"
    out, db = tmp_path / "out", str(tmp_path / "a.db")
    write(out, "secret-name.txt", SECRET)
    write(out, "b.txt", SECOND)
    assert main(["index", "add", db, str(out)]) == 0
    with vnadmin.Index(db) as index:
        assert index.stats().documents == 2
    assert main(["index", "add", "--skip-secret", db, str(out)]) == 0
    assert "secret-name" not in "".join(capsys.readouterr())
    with vnadmin.Index(db) as index:
        assert index.stats().documents == 1
        assert index.find("100/2019/NĐ-CP") == []
        index.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = b"".join(path.read_bytes() for path in tmp_path.glob("a.db*"))
    assert b"secret-name" not in data
    assert b"100/2019" not in data


def test_parts_are_documents_of_their_own(tmp_path: Path) -> None:
    both = copy.deepcopy(dict(FIRST))
    shift = len(both["text"])
    both["text"] += SECOND["text"]
    both["parts"] = [
        {"start": 0, "end": shift, "header": FIRST["header"]},
        {"start": shift, "end": len(both["text"]), "header": SECOND["header"]},
    ]
    for citation in copy.deepcopy(SECOND["citations"]):
        citation["start"] += shift
        citation["end"] += shift
        citation["spans"] = {
            key: [x + shift for x in span] if span else None
            for key, span in citation["spans"].items()
        }
        both["citations"].append(citation)
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents([both])
        stats = index.stats()
        assert (stats.files, stats.documents) == (1, 2)
        (repealing,) = index.cited_by(index.find("12/qđ-ubnd")[0])
        assert (repealing.document.part, repealing.document.number) == (1, "13/QĐ-UBND")
        assert repealing.text.startswith("Quyết định số 12/QĐ-UBND")


def test_bad_files_are_told_and_the_others_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, db = tmp_path / "out", str(tmp_path / "a.db")
    write(out, "a.txt", FIRST)
    (out / "cut.json").write_text(json.dumps(FIRST)[:1000], "utf-8")
    write(out, "newer", {"schema": "vnadmin/document/9"})
    broken = copy.deepcopy(dict(SECOND))
    del broken["citations"][1]["relation"]
    write(out, "broken", broken)
    assert main(["index", "add", db, str(out)]) == ExitCode.SOME_FAILED
    errors = capsys.readouterr().err
    for name in ("cut.json", "newer.json", "broken.json"):
        assert name in errors
    with vnadmin.Index(db) as index:
        assert index.stats().documents == 1
        assert list(index.check()) == []
        with vnadmin.Index(tmp_path / "b.db") as fresh:
            fresh.add(out / "a.txt.json")
            assert dump(index) == dump(fresh)


def test_what_is_no_index(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("văn bản " * 100, "utf-8")
    with pytest.raises(InputError, match="not an index"):
        vnadmin.Index(text)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(InputError, match="not an index of vnadmin"):
        vnadmin.Index(tmp_path / "other.db")
    with pytest.raises(InputError, match="no such index"):
        vnadmin.Index(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()


ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "query",
    re.findall(r"```sql\n(.*?)```", (ROOT / "docs/archive-index.md").read_text("utf-8"), re.S),
)
def test_the_sql_of_the_docs_runs(index: vnadmin.Index, query: str) -> None:
    rows = index.connection.execute(query).fetchall()
    assert rows or "edits" in query


def test_the_picture_of_the_tables_is_up_to_date() -> None:
    spec = spec_from_file_location("schema_picture", ROOT / "scripts/schema_picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = (ROOT / "docs/index-schema.svg").read_text("utf-8")
    assert module.picture() == drawn, "run scripts/schema_picture.py"
