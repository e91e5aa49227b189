"""The review page in a real browser: what a reviewer does, and what a screen reader meets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab
from reviewed import LINES, chromium, made, picture
from sites import converted, running
from test_review import ATTACKS, filled

import vnadmin
from vnadmin.corrections import Corrections, corrections_path
from vnadmin.document import Document, Source
from vnadmin.review import render_review

Open = Callable[..., Tab]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a document from disk; what the browser complains of fails the test."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_it(
        document: Document, *, width: int = 1300, height: int = 850, dark: bool = False, **more: Any
    ) -> Tab:
        images = {page.number: picture(page.number) for page in document.pages}
        file = tmp_path / "page.html"
        html = render_review(document, images, **more)
        file.write_text(html.encode("utf-8", "replace").decode(), "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda told: complaints.append(told.text))
        tab.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        tab.goto(file.as_uri())
        return tab

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def selected(tab: Tab) -> str:
    """The word in the inspector."""
    return str(tab.locator("#inspected .said > bdi").text_content())


def test_keys_jump_from_doubt_to_doubt(open_page: Open) -> None:
    tab = open_page(made(pages=2))
    expect(tab.locator("#doubt-count")).to_have_text("4")
    found = []
    for _ in range(5):
        tab.keyboard.press("n")
        found.append((selected(tab), tab.locator("#position").text_content()))
    one, two = "tiếp", "Chánh"
    assert found == [(one, "1 / 4"), (two, "2 / 4"), (one, "3 / 4"), (two, "4 / 4"), (one, "1 / 4")]
    tab.keyboard.press("p")
    assert selected(tab) == "Chánh"
    assert tab.evaluate("document.activeElement.textContent") == "Chánh"
    box = tab.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
    assert 0 < box["top"] < 850
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_be_visible()
    tab.locator("#keys-on").uncheck()
    tab.keyboard.press("Escape")
    tab.keyboard.press("n")
    assert selected(tab) == "Chánh"


def test_the_level_chooses_what_is_in_doubt(open_page: Open) -> None:
    tab = open_page(made(), language="en")
    tab.locator("#level").fill("60")
    expect(tab.locator("#doubt-count")).to_have_text("1")
    expect(tab.locator(".text .w.doubt")).to_have_text(["tiếp"])
    expect(tab.locator("#expected")).to_contain_text("1 words are marked")


def test_a_word_shows_its_place_and_a_place_its_word(open_page: Open) -> None:
    tab = open_page(made())
    tab.locator(".text .w", has_text="năm").first.hover()
    assert selected(tab) == "năm"
    expect(tab.locator("#inspected del")).to_have_text("ndm")
    expect(tab.locator("#inspected canvas")).to_be_visible()
    column = LINES[4].split(" ").index("năm")
    expect(tab.locator(".picture g.here rect")).to_have_attribute("x", str(60 + 62 * column))
    image = tab.locator(".picture").bounding_box()
    assert image is not None
    scale = image["width"] / 1000
    tab.mouse.move(image["x"] + 80 * scale, image["y"] + 75 * scale)
    assert selected(tab) == "UBND"
    expect(tab.locator(".text .w.here")).to_have_text("UBND")
    tab.mouse.click(image["x"] + 80 * scale, image["y"] + 75 * scale)
    tab.keyboard.press("ArrowRight")
    assert selected(tab) == "TỈNH"
    tab.keyboard.press("Tab")
    assert selected(tab) == "tiếp"


def test_citations_and_their_cards_lead_to_each_other(open_page: Open) -> None:
    tab = open_page(made(), language="en", link=lambda citation: f"documents/{citation.year}")
    expect(tab.locator(".citations li[data-c]")).to_have_count(3)
    tab.locator("#ref-1").click()
    expect(tab.locator("#citation-1")).to_have_class(re.compile("here"))
    expect(tab.locator("#citation-1")).to_be_focused()
    assert selected(tab).startswith("Luật Khiếu nại")
    tab.keyboard.press("c")
    expect(tab.locator("#ref-2")).to_be_focused()
    card = tab.locator("#citation-0")
    for text in ("43/2014/NĐ-CP", "2014-05-15", "Chính phủ", "based on"):
        expect(card).to_contain_text(text)
    expect(card.get_by_role("link", name="Open this document")).to_have_attribute(
        "href", "documents/2014"
    )
    card.locator(".to-text").click()
    expect(tab.locator("#ref-0")).to_be_focused()


def test_language_and_theme_are_switched_and_kept(open_page: Open) -> None:
    tab = open_page(made())
    expect(tab.locator("html")).to_have_attribute("data-theme", "light")
    tab.get_by_role("button", name="English").click()
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    expect(tab.get_by_role("heading", name="Header")).to_be_visible()
    expect(tab.get_by_role("img", name="Picture of page 1")).to_be_visible()
    tab.keyboard.press("d")
    tab.reload()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    expect(tab.get_by_role("button", name="Print")).to_be_visible()
    tab.keyboard.press("l")
    expect(tab.get_by_role("button", name="In", exact=True)).to_be_visible()


def test_it_is_dark_where_all_is(open_page: Open) -> None:
    tab = open_page(made(), dark=True)
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", background))) < 60


def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: Open) -> None:
    tab = open_page(made(), width=360, height=740)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    expect(tab.locator(".text")).to_be_visible()
    expect(tab.locator(".picture")).not_to_be_visible()
    tab.locator("#next").click()
    expect(tab.locator("#inspected canvas")).to_be_in_viewport()
    expect(tab.locator(".text .w.here")).to_be_in_viewport()
    tab.get_by_role("button", name="Bản giấy").click()
    expect(tab.locator(".picture")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_copied_is_the_text(open_page: Open) -> None:
    tab = open_page(made())
    tab.evaluate("getSelection().selectAllChildren(document.querySelector('.text'))")
    assert tab.evaluate("getSelection().toString()").strip() == "\n".join(LINES)


def test_print_has_all_words_and_no_tools(open_page: Open) -> None:
    tab = open_page(made(), dark=True)
    tab.keyboard.press("n")
    tab.emulate_media(media="print")
    expect(tab.locator(".tools")).not_to_be_visible()
    expect(tab.locator("#inspector")).not_to_be_visible()
    expect(tab.locator(".text .w", has_text="tiếp").first).to_be_visible()
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert tab.pdf().startswith(b"%PDF")


def test_without_script_all_is_there_to_read(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render_review(made(), {1: picture()}), "utf-8")
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(file.as_uri())
    expect(tab.locator(".text")).to_contain_text("Căn cứ Nghị định số 43/2014/NĐ-CP")
    expect(tab.locator(".picture img")).to_be_visible()
    context.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_stay_text(open_page: Open, attack: str) -> None:
    more = {"editable": True, "token": attack, "language": "en"}
    tab = open_page(filled(attack), **more)
    for key in "nnccl":
        tab.keyboard.press(key)
    assert tab.evaluate("document.querySelectorAll('script').length") == 2
    assert tab.evaluate("document.querySelectorAll('.picture img, img').length") == 1
    assert tab.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")


def test_a_direction_override_ends_where_it_began(open_page: Open) -> None:
    document = made()
    at = document.text.index("Khiếu")
    text = document.text[:at] + "\u202eiếu\u202d" + document.text[at + 5 :]
    tab = open_page(replace(document, text=text))
    left = "document.querySelectorAll('.text .w')[{}].getBoundingClientRect().left"
    places = [tab.evaluate(left.format(number)) for number in range(4)]
    assert places == sorted(places)
    expect(tab.locator(".text .unseen").first).to_have_attribute("data-code", "202E")


@pytest.mark.parametrize("form", ["light", "dark", "phone", "text", "editable", "help"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing(open_page: Open, form: str, language: str) -> None:
    document = made(pages=2)
    if form == "text":
        document = replace(document, pages=(), source=Source("a.txt", "0" * 64, "text", 2))
    document = replace(document, warnings=("page-failed: page 3: damaged",), complete=False)
    tab = open_page(
        document,
        language=language,
        dark=form == "dark",
        width=360 if form == "phone" else 1300,
        editable=form == "editable",
    )
    tab.keyboard.press("n")
    if form == "help":
        tab.keyboard.press("?")
    found = Axe().run(tab)
    told = [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]]
    assert told == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """`vnadmin serve` with a document: the address of its review page, and its JSON file."""
    path = converted(tmp_path)
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add(path)
        (found,) = index.search("").hits
        with running(index, rate=10_000.0) as address:
            yield f"{address}/document/{found.document.document_id}/review", path


def test_a_reviewer_corrects_and_takes_back(browser: Browser, server: tuple[str, Path]) -> None:
    address, output = server
    path = corrections_path(output)
    context = browser.new_context(locale="en", bypass_csp=True)  # axe is put into the page
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(address)
    tab.keyboard.press("n")
    tab.keyboard.press("t")
    tab.keyboard.type("tiễn")
    tab.get_by_label("Your name").fill("Hoa")
    tab.keyboard.press("Enter")
    expect(tab.locator(".text .w.corrected")).to_have_text("tiễn")
    expect(tab.locator("#inspected .by")).to_contain_text("corrected by Hoa")
    expect(tab.locator("#doubt-count")).to_have_text("1")
    tab.keyboard.press("Escape")
    tab.keyboard.press("n")
    tab.keyboard.press("a")  # the name is known now
    expect(tab.locator("#doubt-count")).to_have_text("0")
    row = tab.locator('.field[data-path="header.number"]')
    row.get_by_role("button", name="Correct").click()
    row.get_by_label("The paper says").fill("27/QĐ-UBND")
    row.get_by_role("button", name="Save").click()
    expect(row.locator(".value")).to_have_text("27/QĐ-UBND")
    date = tab.locator('.header-card .field[data-path="header.date"]')
    date.get_by_role("button", name="Correct").click()
    date.get_by_label("The paper says").fill("hôm qua")
    date.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert")).to_contain_text("write it as 2014-05-15")
    tab.locator("#citation-1").get_by_role("button", name="No citation").click()
    expect(tab.locator("#citation-1")).to_have_class(re.compile("rejected"))
    document = Document.from_json(output.read_text("utf-8"))
    corrected = Corrections.load(path).apply(document).document
    assert "quy chế tiễn công dân" in corrected.text
    assert corrected.header.number == "27/QĐ-UBND"
    assert len(corrected.citations) == 2
    tab.reload()
    expect(tab.locator(".text .w.corrected")).to_have_text(["tiễn", "Chánh"])
    expect(tab.locator("#citation-1")).to_have_class(re.compile("rejected"))
    found = Axe().run(tab).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    tab.locator("#citation-1").get_by_role("button", name="Undo").click()
    expect(tab.locator("#citation-1")).not_to_have_class(re.compile("rejected"))
    row.get_by_role("button", name="Undo").click()
    expect(row.locator(".value")).to_have_text("21/QĐ-UBND")
    tab.locator(".text .w.corrected", has_text="tiễn").click()
    tab.keyboard.press("u")
    expect(tab.locator(".text .w.doubt")).to_have_text("tiếp")
    assert [record.new for record in Corrections.load(path).in_force] == ["Chánh"]
    assert complaints == []
    context.close()


def test_thirty_pages_open(open_page: Open) -> None:
    lines = tuple(" ".join(f"từ{row}{column}" for column in range(12)) for row in range(34))
    document = made(pages=30, lines=(*LINES, *lines))
    assert len(document.text.split()) > 13_000
    tab = open_page(document)
    # Seconds of the processor: what else the machine does meanwhile doesn't count.
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable")
    tab.keyboard.press("n")
    assert selected(tab) == "tiếp"
    told = session.send("Performance.getMetrics")["metrics"]
    took = {metric["name"]: metric["value"] for metric in told}
    print(f"{took['ProcessTime']:.2f} s, of which the page's own thread {took['ThreadTime']:.2f} s")
