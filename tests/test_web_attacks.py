"""Attacks on the pages, each tried: docs/security.md lists them with what becomes of them."""

from __future__ import annotations

import csv
import io
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import ATTACK, hostile, letters, pages, running, site
from starlette.testclient import TestClient

import vnadmin
from vnadmin.index.facets import facets
from vnadmin.web.downloads import download
from vnadmin.web.graph import Node, draw
from vnadmin.web.guard import FORM, POLICY, VISIT, form_token
from vnadmin.web.settings import Settings

TOKEN = "a-token-of-some-length"
SCRIPTS = {"/static/htmx-2.0.11.min.js", "/static/keys.js"}
GIVEN = ("q", "type", "issuer", "year", "relation", "below", "page", "lang", "provision", "next")


class Elements(HTMLParser):
    """Counts what a browser would make of a page: scripts, handlers, styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "script" and given.get("src") not in SCRIPTS:
            self.found.append(f"script {given}")
        if tag in ("img", "iframe", "object", "embed", "base", "style"):
            self.found.append(tag)
        for name, value in given.items():
            if name.startswith("on") or name == "style" or "hx-on" in name:
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action") and not re.match("[/#]", value or ""):
                self.found.append(f"{tag} {name}={value}")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with site(tmp_path / "a.db", *letters(), rate=10_000.0) as client:
        yield client


# Cross-site scripting


def test_no_field_of_a_document_becomes_an_element(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", hostile(), *letters()[1:], rate=10_000.0) as client:
        seen = 0
        for address in pages(client):
            answer = client.get(address)
            assert answer.status_code == 200, address
            if answer.headers["content-type"].startswith("text/html"):
                assert Elements(answer.text).found == [], address
                seen += "&lt;script&gt;" in answer.text
            elif address.endswith(".svg"):
                _only_drawing(answer.text)
        assert seen >= 8, "the attack is shown on hardly any page: does it get that far?"


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("where", ["/", "/lists/most-cited", "/login", "/nothing", "/works/x"])
def test_no_parameter_becomes_an_element(client: TestClient, where: str, name: str) -> None:
    answer = client.get(where, params={name: ATTACK}, follow_redirects=True)
    assert Elements(answer.text).found == []


@pytest.mark.parametrize("path", ["/%3Cscript%3Ealert(1)%3C/script%3E", "/document/%22onload=x"])
def test_no_address_becomes_an_element(client: TestClient, path: str) -> None:
    assert Elements(client.get(path).text).found == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_name_breaks_out_of_the_picture(name: str, key: str) -> None:
    node = Node(name, "/works/" + key, name, name)
    _only_drawing(draw(name, [node], [node], title=name, more=(name, name)))


def test_each_page_forbids_scripts_but_the_sites_own(client: TestClient) -> None:
    assert "unsafe" not in POLICY
    for address in (
        "/",
        "/lists/missing",
        "/nothing",
        "/static/keys.js",
        "/?page=x",
        "/search.csv",
    ):
        answer = client.get(address)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"


def test_a_spreadsheet_takes_no_cell_for_a_formula() -> None:
    formulas = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1"]
    answer = download([vnadmin.index.rows.Count(text, 1, 1) for text in formulas], "csv", "x")
    rows = list(csv.reader(io.StringIO(bytes(answer.body).decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == ["'" + text for text in formulas]


# Files


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py", "/static/..%2fsite.py", "/static/%2e%2e/site.py",
        "/static/..\\site.py", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
        "/static/....//site.py", "/static/..%252fsite.py", "/static/keys.js%00.css",
        "/../../etc/passwd", "/document/..%2f..%2fetc%2fpasswd", "/document/%2fetc%2fpasswd/text",
        "/works/../../../etc/passwd", "/works/..%2f..%2fetc%2fpasswd/cited-by.csv",
        "/lists/..%2f..%2fetc%2fpasswd.csv", "/lists/most-cited.../../x", "/static/",
    ],
)  # fmt: skip
def test_no_file_outside_is_read(tmp_path: Path, path: str) -> None:
    with served(tmp_path / "a.db") as port:
        answer = _raw(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.1 (404|400|405) ", answer), answer[:300]
    assert b"root:" not in answer
    assert b"import" not in answer


# Requests from other sites


def settings_of(client: TestClient) -> Settings:
    """The settings of its site, secret and all."""
    return client.app.user_middleware[0].kwargs["settings"]  # type: ignore[attr-defined,no-any-return]


def forge(client: TestClient, **headers: str) -> int:
    """The status of a form sent to /login with a right form token, and those headers."""
    client.get("/login")
    token = form_token(settings_of(client), client.cookies[FORM])
    data = {"form_token": token, "token": TOKEN}
    return client.post("/login", data=data, headers=headers).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": "http://localhost", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:8001"}, 403),
        ({"origin": "https://localhost"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_only_a_page_of_this_site_can_send_a_form(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    with site(tmp_path / "a.db", token=TOKEN) as client:
        assert forge(client, **headers) == status


def test_a_form_needs_the_token_of_its_cookie(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", token=TOKEN) as client:
        client.get("/login")
        for wrong in ({}, {"form_token": ""}, {"form_token": "0" * 64}):
            assert client.post("/login", data={**wrong, "token": TOKEN}).status_code == 403
        other = form_token(Settings(), client.cookies[FORM])
        assert client.post("/login", data={"form_token": other}).status_code == 403
        client.cookies.clear()
        empty = form_token(settings_of(client), "")
        assert client.post("/login", data={"form_token": empty}).status_code == 403
        answer = client.post("/login", json={"token": TOKEN})
        assert answer.status_code == 403


# The search box


@pytest.mark.parametrize(
    "query",
    [
        "' OR 1=1 --", "'; DROP TABLE documents; --", '" OR "1"="1', '") UNION SELECT 1 --',
        "x* OR y", "NEAR(a b, 2)", "body:secret", "head : x", "a AND", "NOT", "^x", "{a b}: c",
        '"', '""', '"""', "\\", "%", "_", "a" * 300, "0" * 300, "()" * 100, "1/" * 150, "-" * 300,
        "SELECT * FROM files", "/*", "\u202e\ufeff", "đ" * 300, "😀", "\x01\x1f",
        "AND OR NOT NEAR",
        "col1:col2:col3", "+ - ~ @ # $ ^ & * ( ) = { } [ ] | ; : < > , ? !",
        "' || load_extension('x') ||'",
    ],
)  # fmt: skip
def test_nothing_in_the_search_box_is_sql(client: TestClient, query: str) -> None:
    for address in ("/", "/search.json", "/search.csv"):
        for name in ("q", "type", "issuer"):
            answer = client.get(address, params={name: query})
            assert answer.status_code == 200, (address, name)
            if name != "q" and address == "/search.json":
                assert answer.json() == [] or not query.strip("\u202e\ufeff\x01\x1f")
    assert len(client.get("/search.json").json()) == 3


def test_readers_cannot_write_to_the_index(tmp_path: Path) -> None:
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents(letters())
        from vnadmin.web.site import Site

        own = Site(index, Settings())
        run = own._readers.submit
        with pytest.raises(Exception, match="readonly"):
            run(lambda: index.connection.execute("DELETE FROM documents")).result()
        own.close()
        assert index.search("").total == 3
        assert facets(index.connection, "SELECT id FROM documents", ()).type


# Size and number


@contextmanager
def served(path: Path, **settings: object) -> Iterator[int]:
    """The port of a site of letters, served over real sockets."""
    with vnadmin.Index(path) as index:
        index.add_documents(letters())
        with running(index, **settings) as address:
            yield int(address.rpartition(":")[2])


def _raw(port: int, request: str | bytes) -> bytes:
    data = request.encode("utf-8") if isinstance(request, str) else request
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        answer = b""
        while True:
            try:
                part = connection.recv(65_536)
            except ConnectionResetError:
                break
            if not part:
                break
            answer += part
    return answer


END = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
POST = "POST /login" + END
CHUNK = "4000\r\n" + "x" * 0x4000 + "\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(POST + "Content-Length: 99999999999\r\n\r\n", b"413", id="announced"),
        pytest.param(POST + "Content-Length: 70000\r\n\r\n" + "x" * 70_000, b"413", id="sent"),
        pytest.param(POST + "Transfer-Encoding: chunked\r\n\r\n" + CHUNK * 5, b"413", id="chunked"),
        pytest.param(POST + "Content-Length: -1\r\n\r\n", b"400", id="negative"),
        pytest.param(
            POST + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"403|400",
            id="smuggled",
        ),
        pytest.param("GET /?q=" + "a" * 5_000 + END + "\r\n", b"414", id="address"),
        pytest.param("GET /" + END + "X: " + "a" * 200_000 + "\r\n\r\n", b"400|431", id="header"),
        pytest.param("PUT /" + END + "Content-Length: 0\r\n\r\n", b"405", id="put"),
        pytest.param("TRACE /" + END + "\r\n", b"405", id="trace"),
        pytest.param("GARBAGE\r\n\r\n", b"400", id="garbage"),
    ],
)
def test_what_is_too_large_or_wrong_is_refused(
    tmp_path: Path, request_: str, status: bytes
) -> None:
    with served(tmp_path / "a.db") as port:
        answer = _raw(port, request_)
        assert re.match(rb"HTTP/1.1 (%s) " % status, answer), answer[:300]
        fine = _raw(port, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert fine.startswith(b"HTTP/1.1 200")


def test_more_requests_than_allowed_are_refused(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", rate=5.0) as client:
        statuses = [client.get("/static/keys.js").status_code for _ in range(60)]
        assert statuses[:20] == [200] * 20
        assert statuses.count(429) >= 20
        time.sleep(0.5)
        assert client.get("/static/keys.js").status_code == 200


def test_a_question_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", *letters(), seconds=0.2) as client:
        endless = (
            "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
        )
        patched = pytest.MonkeyPatch()
        patched.setattr(
            vnadmin.Index,
            "most_cited",
            lambda self, **_: self.connection.execute(endless).fetchall(),
        )
        with patched.context():
            start = time.monotonic()
            answer = client.get("/lists/most-cited")
        patched.undo()
        assert answer.status_code == 503
        assert time.monotonic() - start < 20
        assert client.get("/lists/most-cited").status_code == 200


# Headers


@pytest.mark.parametrize(
    "value",
    ["/\r\nSet-Cookie: x=1", "//evil.example", "/\\evil.example", "https://evil.example",
     "\\\\evil.example", "/%0d%0aX: 1", "javascript:alert(1)", "/\t/evil.example", "", "/ x"],
)  # fmt: skip
def test_no_header_or_other_site_can_be_put_into_where_login_leads(
    tmp_path: Path, value: str
) -> None:
    with site(tmp_path / "a.db", token=TOKEN) as client:
        client.get("/login")
        token = form_token(settings_of(client), client.cookies[FORM])
        answer = client.post(
            "/login", params={"next": value}, data={"form_token": token, "token": TOKEN}
        )
        assert answer.status_code == 303
        assert answer.headers["location"] in ("/", "/%0d%0aX:%201", "/%0d%0aX: 1".replace(" ", ""))
        assert "x=1" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("name", ["lang", "q", "next", "page"])
def test_no_parameter_becomes_a_header(tmp_path: Path, name: str) -> None:
    with served(tmp_path / "a.db") as port:
        answer = _raw(
            port,
            f"GET /?{name}=en%0d%0aSet-Cookie:%20evil=1 HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: close\r\n\r\n",
        )
    assert b"evil=1" not in answer.partition(b"\r\n\r\n")[0]


# Names


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True), ("localhost:8000", True), ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("LOCALHOST", True), ("evil.example", False), ("evil.example:8000", False), ("", False),
        ("localhost.evil.example", False), ("127.0.0.1.evil.example", False),
        ("evil.example@localhost", False), ("localhost:8000:80", False), ("192.0.2.7", False),
        ("[::1].evil.example", False), ("0.0.0.0", False), ("localhost, evil.example", False),
        ("2130706433", False), ("127.0.0.1/x", False),
    ],
)  # fmt: skip
def test_a_name_that_was_made_to_point_here_is_refused(
    client: TestClient, host: str, is_ours: bool
) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == (200 if is_ours else 421)


def test_two_host_headers_are_refused(tmp_path: Path) -> None:
    with served(tmp_path / "a.db") as port:
        answer = _raw(
            port,
            "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        )
    assert re.match(rb"HTTP/1.1 (400|421) ", answer)


def test_names_are_those_given_and_addresses(tmp_path: Path) -> None:
    open_to_all = {"host": "0.0.0.0", "token": TOKEN, "names": ("archive.example",)}
    with site(tmp_path / "a.db", **open_to_all) as client:
        for host, status in (
            ("archive.example", 200), ("192.0.2.7:8000", 200), ("evil.example", 421),
        ):  # fmt: skip
            assert client.get("/login", headers={"host": host}).status_code == status


# The token, and read-only


def test_without_the_token_nothing_is_shown(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", *letters(), token=TOKEN, rate=10_000.0) as client:
        html = {"accept": "text/html"}
        for address in ("/", "/search.csv", "/lists/missing", "/document/x", "/nothing", "/Login"):
            assert client.get(address).status_code == 401
            answer = client.get(address, headers=html)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/login?next=%2F")
            assert "12/QĐ-UBND" not in answer.text
        for wrong in ("x", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
            assert client.get("/", headers={"authorization": wrong}).status_code == 401
        for cookie in ("", TOKEN, "0" * 64):
            assert client.get("/", headers={"cookie": f"{VISIT}={cookie}"}).status_code == 401
        assert client.get("/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert forge(client) == 303
        assert client.get("/").status_code == 200
        assert TOKEN not in client.cookies[VISIT]


def test_tokens_cannot_be_tried_out(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", token=TOKEN) as client:
        client.get("/login")
        token = form_token(settings_of(client), client.cookies[FORM])
        tried = [
            client.post("/login", data={"form_token": token, "token": f"wrong {i}"}).status_code
            for i in range(8)
        ]
        assert tried == [403] * 5 + [429] * 3


def test_read_only_refuses_all_that_writes(tmp_path: Path) -> None:
    with site(tmp_path / "a.db", *letters(), read_only=True) as client:
        for address in ("/", "/document/x/corrections", "/document/x/corrections/undo"):
            assert client.post(address).status_code == 403


def _only_drawing(svg: str) -> None:
    allowed = {"svg", "defs", "a", "rect", "path", "text", "title"}
    for element in ElementTree.fromstring(svg).iter():
        assert element.tag.rpartition("}")[2] in allowed, element.tag
        assert not [name for name in element.attrib if name.startswith("on")]
        href = element.get("href")
        assert href is None or href.startswith("/")
