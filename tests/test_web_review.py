"""Review and corrections in `vnadmin serve`: what they do, and attacks on each address of them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reviewed import made
from sites import ATTACK, converted
from starlette.testclient import TestClient
from test_review import filled

import vnadmin
from vnadmin.corrections import Corrections, corrections_path
from vnadmin.document import Document
from vnadmin.web.app import make_app
from vnadmin.web.guard import FORM, POLICY, form_token
from vnadmin.web.settings import Settings


class Reviewer:
    """A browser that has opened the review page of a document."""

    def __init__(self, client: TestClient, index: vnadmin.Index, output: Path) -> None:
        self.client, self.index, self.output = client, index, output
        (found,) = index.search("").hits
        self.base = f"/document/{found.document.document_id}"
        self.page = client.get(self.base + "/review")
        shown = re.search(r'name="csrf-token" content="(\w+)"', self.page.text)
        self.headers = {"x-csrf-token": shown[1] if shown else ""}
        data = re.search(r'id="data">(.*?)</script>', self.page.text, re.S)
        self.data = json.loads(data[1]) if data else {}

    def post(self, what: str = "", *, path: str = "/corrections", **asked: Any) -> Any:
        body = {"by": "Hoa", "version": self.data["version"], **asked}
        return self.client.post(self.base + path + what, headers=self.headers, json=body)

    def word(self, new: Any, /, **more: Any) -> Any:
        """Retype "tiếp"."""
        unit = next(u for u in self.data["pages"][0]["units"] if u[0] < 0.6)
        asked = {"target": "word", "action": "retype", "page": 1, "start": unit[2], "new": new}
        return self.post(**{**asked, **more})

    @property
    def kept(self) -> Corrections:
        return Corrections.load(corrections_path(self.output))


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"rate": 10_000.0}


@pytest.fixture
def reviewer(tmp_path: Path, settings: dict[str, Any]) -> Iterator[Reviewer]:
    output = converted(tmp_path)
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add(output)
        app = make_app(index, Settings(**settings))
        with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
            yield Reviewer(client, index, output)


# What it does


def test_a_corrected_word_is_in_the_text_the_search_and_the_outputs_until_undone(
    reviewer: Reviewer,
) -> None:
    client, base = reviewer.client, reviewer.base
    answer = reviewer.word("tiễn")
    assert answer.status_code == 200
    assert answer.json()["old"] == "tiếp"
    assert answer.json()["by"] == "Hoa"
    assert "quy chế tiễn công dân" in client.get(base + "/text.txt").text
    assert ">tiễn</" in client.get(base + "/review").text
    found = client.get("/search.json", params={"q": '"quy che tien cong dan"'}).json()
    assert [hit["document"]["document_id"] for hit in found] == [base.rpartition("/")[2]]
    assert reviewer.post("/rewrite").json() == {"notes": []}
    written = Document.from_json(reviewer.output.read_text("utf-8"))
    assert "quy chế tiễn công dân" in written.text
    assert "tiễn" in reviewer.output.with_suffix(".txt").read_text("utf-8")
    client.get(base + "/text")  # the index has read what was written
    undone = reviewer.post("/undo", id=answer.json()["id"])
    assert undone.status_code == 200
    assert "quy chế tiếp công dân" in client.get(base + "/text.txt").text
    assert client.get("/search.json", params={"q": '"quy chế tiễn"'}).json() == []
    assert reviewer.post("/rewrite").status_code == 200
    assert "quy chế tiếp công dân" in reviewer.output.with_suffix(".txt").read_text("utf-8")
    assert [record.action for record in reviewer.kept.records] == ["retype", "undo"]
    assert reviewer.kept.records[0].at
    assert reviewer.kept.records[0].by == "Hoa"


def test_fields_and_citations_are_corrected(reviewer: Reviewer) -> None:
    field = {"target": "field", "action": "retype", "field": "header.number"}
    assert reviewer.post(**field, new="27/QĐ-UBND").status_code == 200
    assert reviewer.post(target="citation", action="reject", citation=1).status_code == 200
    number = {"target": "citation", "action": "retype", "field": "number", "citation": 0}
    assert reviewer.post(**number, new="44/2014/NĐ-CP").status_code == 200
    reviewer.client.get(reviewer.base + "/text")
    cites = reviewer.client.get(reviewer.base + "/cites.json").json()
    assert [row["number"] for row in cites] == ["44/2014/NĐ-CP", "12/TTr-VP"]
    entry = reviewer.index.search("27/QĐ-UBND").hits[0].document
    assert entry.number == "27/QĐ-UBND"


def test_a_correction_is_about_the_page_as_it_was_shown(reviewer: Reviewer) -> None:
    """Another reviewer's word makes the first citation none; "the second" is still the second."""
    old = next(u for u in reviewer.data["pages"][0]["units"] if u[1] == [[184, 300, 239, 330]])
    assert reviewer.word("Không", start=old[2]).status_code == 200
    answer = reviewer.post(target="citation", action="reject", citation=1)
    assert answer.status_code == 200
    assert reviewer.kept.in_force[-1].read.startswith("Luật Khiếu nại")
    reviewer.post("/rewrite")
    late = reviewer.post(target="citation", action="reject", citation=1)
    assert late.status_code == 400
    assert "load the page again" in late.json()["error"]


def test_many_correct_at_once_and_none_is_lost(reviewer: Reviewer) -> None:
    units = [u for u in reviewer.data["pages"][0]["units"] if u[1]][:24]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda u: reviewer.word(f"x{u[2]}", start=u[2]), units))
    assert [answer.status_code for answer in answers] == [200] * 24
    assert {record.new for record in reviewer.kept.in_force} == {f"x{u[2]}" for u in units}
    text = reviewer.client.get(reviewer.base + "/text.txt").text
    assert all(f"x{u[2]}" in text for u in units)


def test_pictures_come_from_the_source_or_from_beside_the_outputs(reviewer: Reviewer) -> None:
    address = reviewer.base + "/pages/1.webp"
    assert address in reviewer.page.text
    first = reviewer.client.get(address)
    assert first.headers["content-type"] == "image/webp"
    assert first.content[8:12] == b"WEBP"
    assert reviewer.client.get(reviewer.base + "/pages/2.webp").status_code == 404
    folder = reviewer.output.with_suffix(".pages")
    folder.mkdir()
    (folder / "0001.webp").write_bytes(b"RIFF\0\0\0\0WEBPbeside")
    assert reviewer.client.get(address).content.endswith(b"beside")


@pytest.mark.parametrize("settings", [{"rate": 10_000.0, "read_only": True}])
def test_read_only_shows_and_refuses(reviewer: Reviewer) -> None:
    assert 'class="has-paper"' in reviewer.page.text
    assert "corrections-count" not in reviewer.page.text
    for what in ("", "/undo", "/rewrite"):
        assert reviewer.post(what).status_code == 403
    assert not corrections_path(reviewer.output).exists()


def test_documents_without_a_file_have_no_review(tmp_path: Path) -> None:
    document = made()
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents([document])
        app = make_app(index, Settings())
        with TestClient(app, base_url="http://localhost") as client:
            assert client.get(f"/document/{document.id}/review").status_code == 404
            assert "/review" not in client.get(f"/document/{document.id}").text


# Attacks


def test_no_correction_becomes_an_element(reviewer: Reviewer) -> None:
    plain = "\"'><script>alert(1)</script><img src=x onerror=alert(1)></script>{{7*7}}"
    assert reviewer.word(plain, by=plain).status_code == 200
    field = {"target": "field", "action": "retype", "field": "header.number"}
    assert reviewer.post(**field, new=plain, by=plain).status_code == 200
    citation = {"target": "citation", "action": "retype", "citation": 0, "by": plain}
    for name in ("number", "issuer", "title", "type", "name"):
        assert reviewer.post(**citation, field=name, new=plain).status_code == 200
    page = reviewer.client.get(reviewer.base + "/review").text
    assert page.count("<script") == 2
    assert "<img src=x" not in page
    for address in ("/review", "/text", "", "/cites.csv"):
        answer = reviewer.client.get(reviewer.base + address)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text or address == "/cites.csv"
        assert answer.headers["content-security-policy"] == POLICY
    assert reviewer.post("/rewrite").status_code == 200


@pytest.mark.parametrize(
    "bad",
    [
        {"by": ""}, {"by": "x" * 101}, {"by": "a\nb\r\nSet-Cookie: x=1"}, {"by": None},
        {"by": ["a"]}, {"new": "x" * 10_001}, {"new": "a\u202eb"}, {"new": "a\0b"}, {"new": 1},
        {"new": None}, {"page": "1"}, {"page": 10**30}, {"start": -1}, {"start": {"a": 1}},
        {"target": "file"}, {"action": "undo"}, {"target": ["word"]}, {"version": "1"},
        {"version": "x y"}, {"version": "9" * 5000}, {"version": {"a": 1}},
        {"target": "field", "field": "header.__class__"}, {"target": "field", "field": "text"},
        {"target": "field", "field": "../../etc/passwd"}, {"target": "citation", "citation": -1},
        {"target": "citation", "citation": 0, "field": "uri"},
    ],
)  # fmt: skip
def test_what_is_no_correction_is_refused(reviewer: Reviewer, bad: dict[str, Any]) -> None:
    answer = reviewer.word("tiễn", **bad)
    if answer.status_code == 200:  # a line break in a name is a space
        assert "\n" not in answer.json()["by"]
        return
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not corrections_path(reviewer.output).exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 50_000, b"null", b'"x"'])
@pytest.mark.parametrize("what", ["", "/undo", "/rewrite"])
def test_bodies_that_are_no_object_are_refused(reviewer: Reviewer, body: bytes, what: str) -> None:
    address = f"{reviewer.base}/corrections{what}"
    answer = reviewer.client.post(address, headers=reviewer.headers, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("what", ["", "/undo", "/rewrite"])
def test_only_a_page_of_this_site_can_correct(reviewer: Reviewer, what: str) -> None:
    client, right = reviewer.client, reviewer.headers["x-csrf-token"]
    other = form_token(Settings(), client.cookies[FORM])
    for headers in (
        {}, {"x-csrf-token": ""}, {"x-csrf-token": "0" * 64}, {"x-csrf-token": other},
        {"x-csrf-token": right, "origin": "http://evil.example"},
        {"x-csrf-token": right, "origin": "null"},
        {"x-csrf-token": right, "sec-fetch-site": "cross-site"},
    ):  # fmt: skip
        address = f"{reviewer.base}/corrections{what}"
        assert client.post(address, headers=headers, json={}).status_code == 403
    reading = {"x-csrf-token": right, "host": "evil.example"}
    for address in ("/review", "/pages/1.webp", "/text.txt"):
        got = client.get(reviewer.base + address, headers={"host": "evil.example"})
        assert got.status_code == 421
    assert client.post(address, headers=reading, json={}).status_code == 421
    assert client.get(f"{reviewer.base}/corrections{what}").status_code in (404, 405)
    assert not corrections_path(reviewer.output).exists()


def test_without_the_token_nothing_is_shown_or_corrected(tmp_path: Path) -> None:
    output = converted(tmp_path)
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add(output)
        base = f"/document/{index.search('').hits[0].document.document_id}"
        app = make_app(index, Settings(token="a-token-of-some-length"))
        with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
            for address in ("/review", "/pages/1.webp", "/text.txt"):
                assert client.get(base + address).status_code == 401
            for what in ("", "/undo", "/rewrite"):
                assert client.post(f"{base}/corrections{what}", json={}).status_code == 401


def test_what_is_too_large_is_refused(reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = reviewer.word("x" * 70_000)
    assert answer.status_code == 413
    assert reviewer.word("tiễn").status_code == 200
    monkeypatch.setattr("vnadmin.web.desk._MOST", 10)
    assert reviewer.word("tiễn").status_code == 400


@pytest.mark.parametrize(
    "number", ["0", "-1", "01", "1%2e%2e", "..%2f..%2fa.tif", "9" * 20, "%00"]
)  # fmt: skip
def test_no_picture_but_a_pages(reviewer: Reviewer, number: str) -> None:
    answer = reviewer.client.get(f"{reviewer.base}/pages/{number}.webp")
    assert answer.status_code in (404, 200)
    assert answer.status_code == 404 or number == "01"


def test_no_source_outside_the_indexs_folders_is_drawn(tmp_path: Path) -> None:
    """Where the JSON names a file elsewhere: by `..`, from the root, or by a link in the folder."""
    home = tmp_path / "home"
    output = converted(home)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(home / "scans" / "a.tif", elsewhere / "b.tif")
    (home / "link.tif").symlink_to(elsewhere / "b.tif")
    plain = json.loads(output.read_text("utf-8"))
    names = (
        str(elsewhere / "b.tif"), "../elsewhere/b.tif", "../../elsewhere/b.tif", "link.tif",
        "scans/../../elsewhere/b.tif", "b.tif", "a\0b", "x" * 5000, "/dev/zero", "/proc/self/mem",
    )  # fmt: skip
    for name in names:
        plain["source"]["name"] = name
        output.write_text(json.dumps(plain), "utf-8")
        assert _picture(home, output, ()) == 404, name
    plain["source"]["name"] = "b.tif"
    output.write_text(json.dumps(plain), "utf-8")
    assert _picture(home, output, (elsewhere,)) == 200  # it was allowed
    plain["source"]["sha256"] = "0" * 64
    output.write_text(json.dumps(plain), "utf-8")
    assert _picture(home, output, (elsewhere,)) == 404  # it is another file by now


def test_no_picture_is_read_through_a_link(reviewer: Reviewer, tmp_path: Path) -> None:
    secret = tmp_path.parent / f"{tmp_path.name}-secret.webp"
    secret.write_bytes(b"RIFF\0\0\0\0WEBPsecret")
    folder = reviewer.output.with_suffix(".pages")
    folder.mkdir()
    (folder / "0001.webp").symlink_to(secret)
    assert b"secret" not in reviewer.client.get(reviewer.base + "/pages/1.webp").content
    (folder / "0001.webp").unlink()
    (folder / "0001.webp").write_bytes(b"<script>alert(1)</script>")
    assert b"script" not in reviewer.client.get(reviewer.base + "/pages/1.webp").content


def test_corrections_are_not_written_through_a_link(reviewer: Reviewer, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("")
    corrections_path(reviewer.output).symlink_to(target)
    assert reviewer.word("tiễn").status_code == 500
    assert target.read_text() == ""


def test_no_answer_tells_where_files_lie(reviewer: Reviewer, tmp_path: Path) -> None:
    assert reviewer.word("tiễn").status_code == 200
    reviewer.output.with_suffix(".html").write_text("")
    shutil.rmtree(tmp_path / "scans")
    told = [reviewer.post("/rewrite"), reviewer.client.get(reviewer.base + "/review")]
    corrections_path(reviewer.output).write_text("{}\n{}\n")
    told += [reviewer.word("a"), reviewer.post("/rewrite"), reviewer.post("/undo", id="x")]
    reviewer.output.write_text("{}")
    told += [reviewer.word("a"), reviewer.client.get(reviewer.base + "/review")]
    assert "stays as it is" in told[0].text
    for answer in told:
        assert str(tmp_path) not in answer.text, answer.text


def test_an_attack_in_every_field_stays_text_on_the_review_page(tmp_path: Path) -> None:
    output = converted(tmp_path)
    document = Document.from_json(output.read_text("utf-8"))
    bad = replace(filled(ATTACK), id=document.id)
    output.write_text(bad.to_json(), "utf-8")
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add(output)
        app = make_app(index, Settings(rate=10_000.0))
        with TestClient(app, base_url="http://localhost") as client:
            page = client.get(f"/document/{document.id}/review").text
            assert page.count("<script") == 2
            assert "<img src=x" not in page
            assert ATTACK not in page


def _picture(home: Path, output: Path, sources: tuple[Path, ...]) -> int:
    with vnadmin.Index(home / "a.db") as index:
        index.add(output)
        identifier = index.search("").hits[0].document.document_id
        app = make_app(index, Settings(rate=10_000.0, sources=sources))
        with TestClient(app, base_url="http://localhost") as client:
            assert client.get(f"/document/{identifier}/review").status_code == 200
            return client.get(f"/document/{identifier}/pages/1.webp").status_code
