"""The index in other forms: each is read back by what it is for."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from archive import letter

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode, MissingProgramError, OutputError, UsageError

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = tmp_path / "a.db"
    with vnadmin.Index(path) as index:
        index.add_documents(
            [
                letter("1/QĐ-UBND", "Căn cứ điểm a khoản 2 Điều 5 Nghị định số 39/2022/NĐ-CP."),
                letter("2/QĐ-UBND", "Bãi bỏ Quyết định số 1/QĐ-UBND ngày 15/3/2021."),
                letter("3/QĐ-UBND", "Không dẫn văn bản nào, chỉ nêu kế hoạch tiêm chủng."),
            ]
        )
    return str(path)


def test_json_lines_has_every_document_with_its_citations(
    db: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["index", "export", db, "--to", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [len(row["citations"]) for row in rows] == [1, 1, 0]
    assert rows[0]["citations"][0]["provisions"] == ["điểm a khoản 2 Điều 5"]
    assert rows[0]["citations"][0]["cited"] == "nghi-dinh/39-2022-nd-cp"


def test_csv_has_a_citation_a_row(db: str, tmp_path: Path) -> None:
    assert main(["index", "export", db, "--to", "csv", "-o", str(tmp_path / "a.csv")]) == 0
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["number"] for row in rows] == ["39/2022/NĐ-CP", "1/QĐ-UBND"]
    assert rows[1]["relation"] == "repeals"
    assert rows[1]["document_number"] == "2/QĐ-UBND"


def test_every_edge_of_the_graph_has_its_nodes(db: str, tmp_path: Path) -> None:
    assert main(["index", "export", db, "--to", "graph", "-o", str(tmp_path / "g")]) == 0
    tables = {}
    for name in ("nodes", "edges"):
        with (tmp_path / "g" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            tables[name] = list(csv.DictReader(stream))
    nodes = {row["Id"]: row for row in tables["nodes"]}
    assert len(nodes) == len(tables["nodes"]) == 5
    assert all(e["Source"] in nodes and e["Target"] in nodes for e in tables["edges"])
    assert {e["relation"] for e in tables["edges"]} == {"based_on", "repeals"}


def test_parquet_loads_into_duckdb_as_it_is(db: str, tmp_path: Path) -> None:
    out = tmp_path / "parquet"
    assert main(["index", "export", db, "--to", "parquet", "--text", "-o", str(out)]) == 0
    assert main(["index", "export", db, "--to", "parquet", "--text", "-o", str(out)]) == 0
    connection = duckdb.connect()
    for path in out.glob("*.parquet"):
        connection.execute(f"CREATE TABLE {path.stem} AS SELECT * FROM '{path}'")
    with vnadmin.Index(db) as index:
        stats = index.stats()
        (decree,) = index.find("39/2022/NĐ-CP")

    def one(query: str) -> object:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    assert one("SELECT count(*) FROM citations") == stats.citations
    assert one("SELECT count(*) FROM documents") == one("SELECT count(*) FROM texts") == 3
    assert one("SELECT count(*) FROM works WHERE NOT present") == stats.missing
    assert (
        one(
            "SELECT d.number FROM citations AS c JOIN works AS w ON w.id = c.work "
            "JOIN documents AS d ON d.id = c.document JOIN provisions AS p "
            "ON p.document = c.document AND p.seq = c.seq "
            f"WHERE w.key = '{decree.key}' AND p.article = '5' AND c.confidence > 0.5"
        )
        == "1/QĐ-UBND"
    )


def test_akoma_ntoso_says_what_is_cited_where(db: str, tmp_path: Path) -> None:
    assert main(["index", "export", db, "--to", "akn", "-o", str(tmp_path / "akn")]) == 0
    trees = [ElementTree.parse(path) for path in sorted((tmp_path / "akn").rglob("*.xml"))]
    assert len(trees) == 3
    targets = {ref.get("href") for tree in trees for ref in tree.iter(f"{AKN}ref")}
    assert "/akn/vn/act/nghi-dinh/2022/39-2022-nd-cp#art_5__clause_2__point_a" in targets
    (change,) = (mod for tree in trees for mod in tree.iter(f"{AKN}textualMod"))
    assert change.get("type") == "repeal"
    ids = [{e.get("eId") for e in tree.iter() if e.get("eId")} for tree in trees]
    for tree, known in zip(trees, ids, strict=True):
        for source in tree.iter(f"{AKN}source"):
            assert (source.get("href") or "").removeprefix("#") in known


def test_where_it_cannot_be_written(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["index", "export", db, "--to", "graph"]) == ExitCode.USAGE
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine", "utf-8")
    with vnadmin.Index(db) as index:
        with pytest.raises(OutputError, match="something else"):
            index.export("graph", tmp_path / "full")
        with pytest.raises(UsageError, match="not one of"):
            index.export("xls", tmp_path / "x")
        monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
        with pytest.raises(MissingProgramError, match="pyarrow"):
            index.export("parquet", tmp_path / "p")
        assert not (tmp_path / "p").exists()


def test_keywords_tell_a_document_from_the_others(db: str) -> None:
    with vnadmin.Index(db) as index:
        hit = index.search("tiêm chủng").hits[0]
        words = [each.word for each in index.keywords([hit.document])]
    assert "tiêm chủng" in words[:3]
    assert main(["index", "keywords", db, "tiem chung"]) == 0
