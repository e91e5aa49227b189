"""Pictures of the pages for README and docs: the project's examples, converted, indexed, looked at.

make screenshots     # writes docs/images/*.png; needs Tesseract with Vietnamese, and Chromium
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import vnadmin

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
COLOURS = 96  # of a picture: a page of text needs no more, and weighs a third


def main() -> None:
    """Convert the examples, serve an index of them, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for example in sorted(ROOT.glob("docs/examples/*/scan*")):
            (work / "scans").mkdir(exist_ok=True)
            shutil.copy(example, work / "scans" / f"{example.parent.name}{example.suffix}")
        run(work, "convert", "--to", "json", "scans", "-o", "out")
        run(work, "index", "add", "archive.db", "out")
        with vnadmin.Index(work / "archive.db") as index:
            found = {
                hit.document.source.rpartition("/")[2]: hit.document.document_id
                for hit in index.search("", limit=50).hits
            }
        command = [sys.executable, "-m", "vnadmin", "serve", "archive.db", "--port", "0"]
        with subprocess.Popen(command, cwd=work, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                take(server.stdout.readline().strip(), found)
            finally:
                server.terminate()


def run(work: Path, *command: str) -> None:
    """Run a command of vnadmin in a folder."""
    subprocess.run([sys.executable, "-m", "vnadmin", *command], cwd=work, check=True)


def take(address: str, found: dict[str, str]) -> None:
    """Take the pictures of a site."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=arguments
        )
        for language in ("en", "vi"):
            tab = browser.new_context(
                base_url=address, locale=language, viewport={"width": 1280, "height": 760}
            ).new_page()
            tab.goto(f"/document/{found['party-directive.pdf']}/review")
            tab.locator(".picture img").first.wait_for()
            tab.wait_for_load_state("networkidle")
            tab.keyboard.press("n")
            keep(tab, f"review-{language}")
            tab.goto("/?q=thi+hanh+quyet+dinh")
            tab.locator("#facets details").first.wait_for()
            keep(tab, f"search-{language}")
            if language == "en":
                tab.goto(f"/document/{found['state-decision.pdf']}")
                keep(tab, "document-en")
        browser.close()


def keep(tab: Page, name: str) -> None:
    """Write what is seen, in few colours."""
    IMAGES.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(tab.screenshot()))
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{name}.png", optimize=True)
    print(f"docs/images/{name}.png", (IMAGES / f"{name}.png").stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
