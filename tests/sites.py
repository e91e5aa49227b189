"""Sites for the tests: small indexes served in this process, or by `vnadmin serve`."""

from __future__ import annotations

import copy
import hashlib
import io
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from archive import letters
from PIL import Image
from reviewed import made, picture_file
from starlette.testclient import TestClient

import vnadmin
from vnadmin.archive.convert import write_form
from vnadmin.archive.inputs import Item
from vnadmin.web.app import make_app
from vnadmin.web.settings import Settings

ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


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


@contextmanager
def running(index: vnadmin.Index, **settings: Any) -> Iterator[str]:
    """The address of the site of an index, served over real sockets."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        app = make_app(index, Settings(**settings))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


def converted(folder: Path, count: int = 1, **changes: Any) -> Path:
    """A scan, `folder/scans/a.tif`, and what convert would make of it: `folder/out/a.tif.json`."""
    sheets = [Image.open(io.BytesIO(picture_file(number))) for number in range(count)]
    scan = folder / "scans" / "a.tif"
    scan.parent.mkdir(parents=True, exist_ok=True)
    sheets[0].save(scan, save_all=True, append_images=sheets[1:], compression="tiff_deflate")
    document = made(count)
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    source = replace(document.source, name="scans/a.tif", kind="image", sha256=digest)
    document = replace(document, **{"id": digest[:16], "source": source, **changes})
    item = Item(scan, folder / "out" / "a.tif")
    item.base.parent.mkdir(exist_ok=True)
    for form in ("json", "txt"):
        write_form(form, document, item)
    return item.output("json")


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
