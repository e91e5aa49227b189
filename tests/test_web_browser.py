"""The pages of `vnadmin serve` in a real browser: what readers do, and what axe finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab
from reviewed import chromium, opened, shot
from sites import hostile, letters, running

import vnadmin


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a site of three letters and a hostile one."""
    path = tmp_path_factory.mktemp("site") / "a.db"
    with vnadmin.Index(path) as index:
        index.add_documents([*letters(), hostile()])
        with running(index, rate=10_000.0) as served:
            yield served


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tab(browser: Browser, address: str, language: str) -> Iterator[Tab]:
    """A tab; what the browser complains of fails the test."""
    tab, complaints = opened(browser, address, language)
    tab.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
    yield tab
    tab.context.close()
    assert complaints == []


def all_pages(tab: Tab) -> list[str]:
    """The addresses of one page of each kind, the hostile document's among them."""
    tab.goto("/")
    documents = tab.locator(".results h3 a")
    links = [str(documents.nth(i).get_attribute("href")) for i in range(documents.count())]
    tab.goto("/lists/most-cited")
    work = str(tab.locator("tr.row a").first.get_attribute("href"))
    bad = next(link for link in links if "/document/bad" in link)
    good = next(link for link in links if "/document/bad" not in link)
    lists = ("most-cited", "repealed", "needs-a-look", "missing", "contradictions")
    return [
        "/", "/?q=quyet+dinh&type=Quyết+định", "/?q=zzzz", "/?q=thu+hoi+dat+xyz", good, bad,
        "/facets",
        f"{good}/text", f"{bad}/text", work, f"{work}?relation=amends", "/login", "/nothing",
        *(f"/lists/{name}" for name in lists),
    ]  # fmt: skip


def test_a_reader_searches_as_he_types_and_follows_a_citation(tab: Tab, language: str) -> None:
    tab.goto("/")
    tab.keyboard.press("/")
    tab.keyboard.type("thu hoi dat", delay=20)
    expect(tab).to_have_url(re.compile(r"\?q=thu(\+|%20)hoi(\+|%20)dat$"))
    expect(tab.locator(".results h3").first).to_have_text(re.compile("12/QĐ-UBND"))
    expect(tab.locator(".snippet mark").first).to_be_visible()
    tab.reload()
    expect(tab.locator("#q")).to_have_value("thu hoi dat")
    expect(tab.locator(".results h3").first).to_have_text(re.compile("12/QĐ-UBND"))
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("Quyết định 12/QĐ-UBND")
    tab.locator("section", has=tab.locator("#cites")).get_by_role("link", name="39/2022").click()
    expect(tab.locator("h1")).to_have_text("Nghị định 39/2022/NĐ-CP")
    tab.get_by_role("link", name="7/KH-SYT").click()
    expect(tab.locator("h1")).to_have_text("Kế hoạch 7/KH-SYT")
    expect(tab.locator("html")).to_have_attribute("lang", language)


def test_facets_narrow_and_widen(tab: Tab) -> None:
    tab.goto("/?q=39/2022/nd-cp")
    expect(tab.locator(".results > li")).to_have_count(3)
    tab.locator(".facets details", has_text="Kế hoạch").get_by_role("link", name="Kế hoạch").click()
    expect(tab.locator(".results > li")).to_have_count(1)
    tab.locator("#q").fill("tiem chung")
    expect(tab).to_have_url(re.compile(r"q=tiem(\+|%20)chung.*type="))
    expect(tab.locator(".results > li")).to_have_count(1)
    tab.locator(".chosen a").click()
    expect(tab.locator(".chosen")).to_have_count(0)


def test_the_picture_leads_to_documents(tab: Tab) -> None:
    tab.goto("/?q=12/qd-ubnd")
    tab.locator(".results h3 a").first.click()
    expect(tab.locator("svg.graph a")).to_have_count(5)
    tab.locator("svg.graph a", has_text="13/QĐ-UBND").first.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_have_text("Quyết định 13/QĐ-UBND")


def test_files_are_downloaded(tab: Tab, tmp_path: Path) -> None:
    tab.goto("/?q=thu+hoi+dat")
    with tab.expect_download() as started:
        tab.get_by_role("link", name="JSON").click()
    assert started.value.suggested_filename == "documents.json"
    started.value.save_as(tmp_path / "found.json")
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert "12/QĐ-UBND" in {hit["document"]["number"] for hit in found}


def test_the_language_is_switched_and_kept(tab: Tab, language: str) -> None:
    other = "vi" if language == "en" else "en"
    tab.goto("/?q=thu+hoi")
    tab.locator("a.language").click()
    expect(tab.locator("html")).to_have_attribute("lang", other)
    expect(tab.locator("#q")).to_have_value("thu hoi")
    tab.goto("/lists/missing")
    expect(tab.locator("html")).to_have_attribute("lang", other)


@pytest.mark.parametrize(
    ("width", "dark"), [(1200, False), (390, True)], ids=["desk-light", "phone-dark"]
)
def test_axe_finds_no_violation(
    browser: Browser, address: str, language: str, width: int, dark: bool
) -> None:
    context = browser.new_context(
        base_url=address,
        locale=language,
        viewport={"width": width, "height": 850},
        color_scheme="dark" if dark else "light",
        bypass_csp=True,  # axe is put into the page
    )
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    for number, page in enumerate(all_pages(tab)):
        tab.goto(page)
        tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        found = Axe().run(tab)
        assert found.violations_count == 0, f"{page}\n{found.generate_report()}"
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
        shot(tab, f"index-{language}-{width}-{number:02}")
    context.close()


def test_nothing_runs_of_what_documents_say(tab: Tab) -> None:
    ran: list[str] = []
    tab.context.expose_binding("alert", lambda _, text: ran.append(str(text)))
    pages = [page for page in all_pages(tab) if page != "/nothing"]
    for page in pages:
        tab.goto(page)
        tab.wait_for_load_state("networkidle")
    tab.goto("/")
    tab.locator("#q").fill("script alert")
    expect(tab.locator(".snippet").first).to_contain_text("alert")
    assert ran == []
    assert tab.evaluate("document.querySelectorAll('img, script:not([src])').length") == 0
