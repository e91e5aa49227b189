"""Sites for the tests: small indexes served in this process, or by `vnadmin serve`."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive import letter
from starlette.testclient import TestClient

import vnadmin
from vnadmin.web.app import make_app
from vnadmin.web.settings import Settings

DECREE = "Nghị định số 39/2022/NĐ-CP ngày 18 tháng 6 năm 2022 của Chính phủ"
ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


def letters() -> list[Mapping[str, Any]]:
    """Three letters: the second repeals the first, the third cites it still."""
    return [
        letter(
            "12/QĐ-UBND",
            f"Căn cứ Luật Đất đai năm 2013;\nCăn cứ khoản 2 Điều 5 {DECREE};\n"
            "Căn cứ Quyết định số 23-QĐ/TW;\nGiải phóng mặt bằng thuế đất.",
            date="2022-08-01",
            subject="thu hồi đất",
        ),
        letter(
            "13/QĐ-UBND",
            "Căn cứ Nghị định 39/2022/NĐ-CP;\nCăn cứ Quyết định số 23-QĐ/TW ngày 30/7/2021;\n"
            "Bãi bỏ Quyết định số 12/QĐ-UBND ngày 01/8/2022 của UBND tỉnh Lào Cai. Cho thuê nhà.",
            date="2023-02-01",
            subject="cho thuê nhà",
        ),
        letter(
            "7/KH-SYT",
            "Thực hiện Quyết định số 12/QĐ-UBND ngày 01/8/2022 của UBND tỉnh Lào Cai.\n"
            "Căn cứ Điều 5 Nghị định số 39/2022/NĐ-CP.",
            date="2024-05-06",
            issuer="SỞ Y TẾ",
            kind="KẾ HOẠCH",
            subject="tiêm chủng",
        ),
    ]


def hostile() -> Mapping[str, Any]:
    """A letter with an attack in each of its texts."""
    made: dict[str, Any] = copy.deepcopy(dict(letters()[0]))
    made["id"] = "bad" + ATTACK.replace("/", "")
    made["source"]["name"] = f"bad{ATTACK}.txt"
    made["warnings"] = [f"code{ATTACK}: {ATTACK}"]
    for name, value in made["header"].items():
        if isinstance(value, str) and name not in ("date", "uri"):
            made["header"][name] = value + ATTACK
    made["header"]["signers"] = [{"name": ATTACK, "position": ATTACK, "authority": None}]
    made["text"] += ATTACK
    for citation in made["citations"]:
        for name in ("type", "number", "name", "issuer", "title", "id", "uri"):
            if citation[name] is not None:
                citation[name] += ATTACK
        citation["warnings"] = [f"symbol-issuer: {ATTACK}"]
        for provision in citation["provisions"]:
            provision["article"] = ATTACK
    return made


@contextmanager
def site(path: Path, *documents: Mapping[str, Any], **settings: Any) -> Iterator[TestClient]:
    """A client of the site of an index of those documents."""
    with vnadmin.Index(path) as index:
        index.add_documents(documents)
        app = make_app(index, Settings(**settings))
        with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
            for counted in app.state.site.warming:
                counted.result()
            yield client


def pages(client: TestClient) -> list[str]:
    """The addresses of all pages that can be reached by links, and of their files."""
    import re
    from html import unescape

    seen, to_see = {"/"}, ["/"]
    while to_see:
        answer = client.get(to_see.pop())
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for link in re.findall(r'<a\b[^>]*?href="([^"]*)"', answer.text):
            target = unescape(link).partition("#")[0]
            if target.startswith("/") and target not in seen and "lang=" not in target:
                seen.add(target)
                to_see.append(target)
    return sorted(seen)
