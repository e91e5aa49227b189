"""What a reviewer does in `vnadmin serve`, in Chromium, from search to the undone correction."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from archive import letters
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from reviewed import chromium, made, opened, shot
from sites import ATTACK, converted, running

import vnadmin
from vnadmin.archive.convert import write_form
from vnadmin.archive.inputs import Item
from vnadmin.corrections import Corrections, corrections_path
from vnadmin.document import Source
from vnadmin.review.file import MOST_INSIDE


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a site of letters and a scan, and the scan's JSON file."""
    output = converted(tmp_path, 2)
    with vnadmin.Index(tmp_path / "kho.db") as index:
        index.add(output)
        index.add_documents(letters())
        with running(index, rate=10_000.0) as address:
            yield address, output


WORDS = {
    "vi": {
        "name": "Tên người rà soát", "review": "Đối chiếu với bản quét", "rewrite": "Ghi lại",
        "rewritten": "Đã ghi lại", "by": "Hoa sửa", "text": "Nội dung", "download": "Tải về",
    },
    "en": {
        "name": "Your name", "review": "Review beside the scan", "rewrite": "Rewrite",
        "rewritten": "are rewritten", "by": "corrected by Hoa", "text": "Text",
        "download": "Download",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_reviewer_finds_reads_corrects_exports_and_takes_back(
    browser: Browser, archive: tuple[str, Path], language: str
) -> None:
    base, output = archive
    tab, complaints = opened(browser, base, language)
    t = WORDS[language]
    # search without diacritics, follow a citation to what cites it, and back to the scan
    tab.goto("/")
    expect(tab.locator("#facets details").first).to_be_visible()
    shot(tab, f"reviewer-{language}-1-first")
    tab.keyboard.press("/")
    tab.keyboard.type("quy che tiep cong dan", delay=10)
    expect(tab.locator(".snippet mark").first).to_be_visible()
    expect(tab.locator(".results > li")).to_have_count(1)
    expect(tab.locator("#facets details").first).to_be_visible()
    shot(tab, f"reviewer-{language}-2-search")
    tab.locator(".results h3 a").click()
    expect(tab.locator("h1")).to_contain_text("21/QĐ-UBND")
    tab.locator("section", has=tab.locator("#cites")).get_by_role(
        "link", name="43/2014/NĐ-CP"
    ).first.click()
    expect(tab.locator("h1")).to_have_text("Nghị định 43/2014/NĐ-CP")
    tab.get_by_role("link", name="21/QĐ-UBND").first.click()
    # the review page: doubts, one after the other
    tab.get_by_role("link", name=t["review"]).click()
    expect(tab.locator("html")).to_have_attribute("lang", language)
    expect(tab.locator("#doubt-count")).to_have_text("4")
    expect(tab.locator(".picture img").first).not_to_have_js_property("naturalWidth", 0)
    tab.keyboard.press("n")
    tab.keyboard.press("n")
    tab.keyboard.press("p")
    expect(tab.locator("#inspected .said > bdi")).to_have_text("tiếp")
    shot(tab, f"reviewer-{language}-3-doubt")
    tab.keyboard.press("t")
    tab.keyboard.type("tiễn")
    tab.get_by_label(t["name"]).fill("Hoa")
    tab.keyboard.press("Enter")
    expect(tab.locator("#corrections li")).to_have_count(1)
    expect(tab.locator("#corrections")).to_contain_text(t["by"])
    expect(tab.locator("#doubt-count")).to_have_text("3")
    shot(tab, f"reviewer-{language}-4-corrected")
    review = tab.url
    # it is in the text, the search, the downloads, the outputs
    tab.locator("a.home").click()
    tab.get_by_role("link", name=t["text"], exact=True).click()
    expect(tab.locator(".text")).to_contain_text("quy chế tiễn công dân")
    with tab.expect_download() as download:
        tab.get_by_role("link", name=t["download"]).click()
    assert "quy chế tiễn công dân" in Path(download.value.path()).read_text("utf-8")
    tab.goto("/?q=%22quy+che+tien+cong+dan%22")
    expect(tab.locator(".results > li")).to_have_count(1)
    tab.goto(review)
    tab.get_by_role("button", name=t["rewrite"]).click()
    expect(tab.get_by_role("alert")).to_contain_text(t["rewritten"])
    assert "quy chế tiễn công dân" in output.with_suffix(".txt").read_text("utf-8")
    assert "quy chế tiễn công dân" in json.loads(output.read_text("utf-8"))["text"]
    # and undone
    expect(tab.locator(".text .w.corrected").first).to_have_text("tiễn")
    tab.locator("#corrections").get_by_role("button").click()
    expect(tab.locator("#corrections li")).to_have_count(0)
    expect(tab.locator(".text .w.doubt").first).to_have_text("tiếp")
    tab.locator("a.home").click()
    tab.get_by_role("link", name=t["text"], exact=True).click()
    expect(tab.locator(".text")).not_to_contain_text("tiễn")
    tab.goto("/?q=%22quy+che+tien+cong+dan%22")
    expect(tab.locator(".results > li")).to_have_count(0)
    tab.goto(review)
    tab.get_by_role("button", name=t["rewrite"]).click()
    expect(tab.get_by_role("alert")).to_contain_text(t["rewritten"])
    assert "tiễn" not in output.with_suffix(".txt").read_text("utf-8")
    records = Corrections.load(corrections_path(output)).records
    assert [(r.action, r.by, r.old, r.new) for r in records] == [
        ("retype", "Hoa", "tiếp", "tiễn"),
        ("undo", "Hoa", "", None),
    ]
    assert complaints == []
    tab.context.close()


def test_nothing_runs_of_what_a_reviewer_types(browser: Browser, archive: tuple[str, Path]) -> None:
    base, output = archive
    tab, complaints = opened(browser, base, "en")
    ran: list[str] = []
    tab.context.expose_binding("alert", lambda _, text: ran.append(str(text)))
    identifier = json.loads(output.read_text("utf-8"))["id"]
    tab.goto(f"/document/{identifier}/review")
    tab.keyboard.press("n")
    tab.get_by_label("The paper says").first.fill(ATTACK)
    tab.get_by_label("Your name").fill(ATTACK)
    tab.keyboard.press("Enter")
    row = tab.locator('.field[data-path$="header.number"]').first
    row.get_by_role("button", name="Correct").click()
    row.get_by_label("The paper says").fill(ATTACK)
    row.get_by_role("button", name="Save").click()
    expect(tab.locator("#corrections li")).to_have_count(2)
    for address in ("/review", "", "/text"):
        tab.goto(f"/document/{identifier}{address}")
        tab.wait_for_load_state("networkidle")
        assert tab.locator("img[src='x']").count() == 0
    tab.goto("/?q=alert")
    expect(tab.locator(".results > li")).to_have_count(1)
    assert ran == []
    assert complaints == []
    tab.context.close()


def test_the_language_goes_along_from_page_to_page(
    browser: Browser, archive: tuple[str, Path]
) -> None:
    base, _ = archive
    tab, complaints = opened(browser, base, "vi")
    tab.goto("/?q=quy+che+tiep+cong+dan")
    tab.locator(".results h3 a").click()
    tab.get_by_role("link", name="Đối chiếu với bản quét").click()
    tab.get_by_role("button", name="English").click()
    tab.locator("a.home").click()
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    tab.locator("a.language").click()
    tab.get_by_role("link", name="Đối chiếu với bản quét").click()
    expect(tab.locator("html")).to_have_attribute("lang", "vi")
    assert complaints == []
    tab.context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("width", "dark"), [(1300, False), (1300, True), (390, False)])
def test_axe_finds_nothing_on_the_review_page(
    browser: Browser, archive: tuple[str, Path], language: str, width: int, dark: bool
) -> None:
    base, output = archive
    identifier = json.loads(output.read_text("utf-8"))["id"]
    tab, complaints = opened(
        browser, base, language, bypass_csp=True, viewport={"width": width, "height": 850},
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    for address in ("/facets?q=quy+che", f"/document/{identifier}", f"/document/{identifier}/text"):
        tab.goto(address)
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
    tab.goto(f"/document/{identifier}/review")
    tab.keyboard.press("n")
    tab.get_by_label(WORDS[language]["name"]).fill("Hoa")
    tab.keyboard.press("Escape")
    tab.keyboard.press("r")
    expect(tab.locator("#corrections li")).to_have_count(1)
    tab.locator("#citation-1").get_by_role("button").nth(-1).click()
    expect(tab.locator("#citation-1")).to_have_class(re.compile("rejected"))
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(tab, f"review-{language}-{width}{'-dark' if dark else ''}")
    assert complaints == []
    tab.context.close()


def test_a_served_document_of_thirty_pages_opens(browser: Browser, tmp_path: Path) -> None:
    lines = tuple(" ".join(f"từ{row}{column}" for column in range(12)) for row in range(34))
    whole = made(30, lines)
    output = converted(tmp_path, 30, text=whole.text, edits=whole.edits, pages=whole.pages)
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add(output)
        identifier = json.loads(output.read_text("utf-8"))["id"]
        with running(index, rate=10_000.0) as address:
            tab, complaints = opened(browser, address, "vi")
            tab.goto("/login")
            cpu = time.process_time()  # the server is in this process
            tab.goto(f"/document/{identifier}/review")
            expect(tab.locator(".picture img").first).not_to_have_js_property("naturalWidth", 0)
            served = time.process_time() - cpu
            timing = "performance.getEntriesByType('navigation')[0]"
            took = tab.evaluate(f"{timing}.domContentLoadedEventEnd - {timing}.startTime")
            paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            print(
                f"30 pages: seen after {tab.evaluate(paint):.0f} ms, usable after {took:.0f} ms;"
                f" the server worked {served * 1e3:.0f} ms"
            )
            tab.keyboard.press("n")
            expect(tab.locator("#position")).not_to_contain_text("–")
            assert complaints == []
            tab.context.close()


def test_the_pictures_of_a_large_document_lie_beside_its_page(
    browser: Browser, tmp_path: Path
) -> None:
    count = MOST_INSIDE + 2
    converted(tmp_path, count)
    item = Item(tmp_path / "scans" / "a.tif", tmp_path / "out" / "a & b #1.tif")
    document = made(count)
    document = replace(document, source=Source("a.tif", "0" * 64, "image", count))
    write_form("html", document, item)
    assert len(list(item.pictures.glob("*.webp"))) == count
    page = item.output("html")
    assert page.stat().st_size < 3_000_000
    tab, complaints = opened(browser, "http://localhost", "vi")
    tab.goto(page.as_uri())
    expect(tab.locator(".picture img").first).not_to_have_js_property("naturalWidth", 0)
    last = tab.locator(".picture img").nth(count - 1)
    last.scroll_into_view_if_needed()
    expect(last).not_to_have_js_property("naturalWidth", 0)
    assert last.get_attribute("src") == f"a%20%26%20b%20%231.tif.pages/{count:04}.webp"
    tab.keyboard.press("p")
    expect(tab.locator("#position")).to_have_text(f"{2 * count} / {2 * count}")
    expect(tab.locator("#inspected canvas")).to_be_visible()
    assert complaints == []
    tab.context.close()
