"""The pages of `vnadmin serve`: what they show, lead to and give to download."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import letters, pages, site
from starlette.testclient import TestClient

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode, UsageError
from vnadmin.web.interface import words


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with site(tmp_path / "a.db", *letters(), rate=10_000.0) as client:
        yield client


def test_search_without_diacritics_finds_and_counts(client: TestClient) -> None:
    text = client.get("/", params={"q": "thu hoi dat", "lang": "en"}).text
    assert "12/QĐ-UBND" in text
    assert "13/QĐ-UBND" not in text
    assert "<mark>thu</mark> <mark>hồi</mark>" in text
    assert "Documents: 1<" in text


def test_each_facet_finds_as_many_as_it_says(client: TestClient) -> None:
    import re
    from html import unescape

    for start in ("?lang=en", "?q=39/2022/nd-cp&lang=en", "?q=can+cu&lang=en"):
        text = client.get("/facets" + start).text
        found = re.findall(
            r'<a href="([^"]*)"><span lang="\w+">[^<]*</span> <span class="count">(\d+)<', text
        )
        assert len(found) >= 7, start
        for link, count in found:
            assert f"Documents: {count}<" in client.get(unescape(link)).text, (start, link)


def test_all_links_lead_somewhere(client: TestClient) -> None:
    seen = pages(client)
    assert len(seen) > 40
    for address in seen:
        assert client.get(address).status_code == 200, address


def test_both_languages_have_all_words() -> None:
    assert words("vi").keys() == words("en").keys()
    assert all(words("vi").values())
    assert all(words("en").values())


def test_the_language_is_asked_for_remembered_or_the_browsers(client: TestClient) -> None:
    assert '<html lang="vi">' in client.get("/", headers={"accept-language": "fr"}).text
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "en-GB,vi"}).text
    assert '<html lang="en">' in client.get("/?lang=en", headers={"accept-language": "vi"}).text
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "vi"}).text


def test_a_document_shows_what_it_cites_and_who_cites_it(client: TestClient) -> None:
    found = client.get("/search.json", params={"q": "12/qd-ubnd thu hoi"}).json()
    text = client.get(f"/document/{found[0]['document']['document_id']}?lang=en").text
    assert "39/2022/NĐ-CP" in text
    assert "khoản 2 Điều 5" in text
    cited_by = text[text.index('id="cited-by"') :]
    assert "13/QĐ-UBND" in cited_by
    assert "repeals" in cited_by
    assert "7/KH-SYT" in cited_by
    assert '<time datetime="2022-06-18">18/06/2022</time>' in text[text.index('id="timeline"') :]
    assert 'class="line repeals"' in text


def test_downloads_hold_what_the_view_shows(client: TestClient) -> None:
    answer = client.get("/search.csv", params={"q": "39/2022/nd-cp"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["document_number"] for row in rows] == ["12/QĐ-UBND", "13/QĐ-UBND", "7/KH-SYT"]
    most = client.get("/lists/most-cited.json").json()
    assert most[0]["number"] == "39/2022/NĐ-CP"
    assert most[0]["citers"] == 3
    repealed = client.get("/lists/repealed.json").json()
    assert [r["mention"]["document"]["number"] for r in repealed] == ["7/KH-SYT"]
    key = most[0]["key"]
    cited = client.get(f"/works/{key}/cited-by.json", params={"provision": "Điều 5"}).json()
    assert {each["document"]["number"] for each in cited} == {"12/QĐ-UBND", "7/KH-SYT"}
    assert client.get("/search.exe").status_code == 404


def test_where_files_lie_on_the_server_is_not_told(client: TestClient, tmp_path: Path) -> None:
    for address in pages(client):
        assert str(tmp_path) not in client.get(address).text


def test_what_changed_is_shown_without_a_restart(tmp_path: Path) -> None:
    first, second, third = letters()
    path = tmp_path / "a.db"
    with site(path, first, second) as client:
        assert "7/KH-SYT" not in client.get("/?q=tiem+chung").text
        with vnadmin.Index(path) as other:
            other.add_documents([third])
        assert "7/KH-SYT" in client.get("/?q=tiem+chung").text


def test_an_address_of_a_document_stays_when_it_is_added_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with site(path, *letters()) as client:
        address = "/document/" + client.get("/search.json").json()[0]["document"]["document_id"]
        before = client.get(address)
        with vnadmin.Index(path) as other:
            other.add_documents(letters())
        assert client.get(address).status_code == before.status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/document/nothing", 404), ("/works/nothing", 404), ("/lists/nothing", 404),
        ("/nothing", 404), ("/?year=abc", 400), ("/?below=7", 400), ("/?relation=x", 400),
        ("/?page=0", 400), ("/?page=9999", 400), ("/?q=" + "a" * 301, 400), ("/?q=%00", 400),
        ("/document/x~99999999", 404), ("/lists/most-cited?page=-1", 400),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_an_empty_index_is_served(tmp_path: Path) -> None:
    with site(tmp_path / "a.db") as client:
        for name in ("/", "/lists/most-cited", "/lists/needs-a-look", "/search.csv"):
            assert client.get(name).status_code == 200


def test_the_command_serves_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with vnadmin.Index(path) as index:
        index.add_documents(letters())
    command = [sys.executable, "-m", "vnadmin", "serve", str(path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            end = time.monotonic() + 60
            while True:
                try:
                    with urllib.request.urlopen(address + "search.json", timeout=30) as answer:
                        found = json.load(answer)
                    break
                except ConnectionError:
                    assert time.monotonic() < end
                    time.sleep(0.1)
            assert len(found) == 3
        finally:
            server.terminate()
    assert server.returncode in (0, -15)


def test_others_are_not_let_in_without_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.db"
    vnadmin.Index(path).close()
    assert main(["serve", str(path), "--host", "0.0.0.0"]) == ExitCode.USAGE
    assert "needs a token" in capsys.readouterr().err
    assert main(["serve", str(path), "--token", "short"]) == ExitCode.USAGE
    assert main(["serve", str(tmp_path / "no.db")]) == ExitCode.BAD_INPUT
    with pytest.raises(UsageError), site(path, host="192.0.2.1"):
        pass
