"""Journeys through the page in a real browser, against a real server."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from page_browser import download, upload, wait_for_heading, wait_until_still
from playwright.sync_api import expect

from hedger.advice import decide, measure_account
from hedger.errors import InvalidRowsError, UnreadableFileError
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.report import orders_csv, plan_document, to_json
from hedger.settings import Settings
from hedger.ui.page import PAGES
from hedger.ui.remedies import in_page_words
from hedger.ui.wording import WORD_JOINER

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

HOLDINGS = b"Symbol,Quantity\nAAPL,400\nMSFT,250\nKO,900\nNVDA,300\nZZZZ,12\n"
BAD_ROW = b"Symbol,Quantity,Market Value\nAAPL,400,120000\nMSFT,2oo,90000\nZZZZ,1000,60000\n"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"


def type_hedge(page: Page, percent: int) -> None:
    wait_until_still(page)
    page.get_by_role("spinbutton", name="Hedge in %").fill(str(percent))
    page.keyboard.press("Enter")


def wait_for_value(widget: Locator, value: str) -> None:
    expect(widget).to_have_value(value)


def test_upload_slide_and_download_give_what_decide_gives(visit: Callable[..., Page]) -> None:
    page = visit()
    upload(page, "my holdings.csv", HOLDINGS)
    wait_for_heading(page, "My holdings")
    type_hedge(page, 60)
    slider = page.get_by_role("slider", name="Hedge")
    wait_for_value(slider, "60")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    wait_for_value(page.get_by_role("spinbutton", name="Hedge in %"), "62")
    wait_for_heading(page, "You asked for 62%")
    downloaded = json.loads(download(page, "plan.json"))

    today = day_of(downloaded)
    settings = Settings(hedge=0.62)
    portfolio = read_portfolio(HOLDINGS, as_of=today, name="my holdings")
    advice = decide(measure_account(portfolio, SnapshotSource(), settings, today=today), settings)
    assert downloaded == json.loads(to_json(plan_document(advice)))
    assert download(page, "orders.csv").decode() == orders_csv(advice)
    wait_until_still(page)
    page.get_by_text("Left out: 1 position of the file").click()
    page.get_by_role("cell", name="ZZZZ").first.wait_for()


def test_the_chart_follows_the_slider_while_it_is_dragged_and_the_answer_when_it_rests(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    type_hedge(page, 50)
    wait_for_heading(page, "You asked for 50%")
    wait_until_still(page)
    line, answer = page.locator("polyline.hedged"), page.get_by_role("heading", name="to remove")
    drawn, said = line.get_attribute("points"), answer.inner_text()
    thumb = page.get_by_test_id("stSliderThumbValue").bounding_box()
    assert thumb is not None
    middle, below = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] + 6
    page.mouse.move(middle, below)
    page.mouse.down()
    page.mouse.move(middle + 70, below, steps=4)
    expect(line).not_to_have_attribute("points", drawn or "")
    assert answer.inner_text() == said
    page.mouse.up()
    expect(answer).not_to_have_text(said)


def test_the_chart_tells_its_numbers_to_pointer_and_keys(visit: Callable[..., Page]) -> None:
    page = visit()
    wait_until_still(page)
    chart, told = page.get_by_role("img", name="Gain or loss"), page.locator("output")
    expect(told).to_contain_text("Nasdaq-100 -10%")
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("Nasdaq-100 -15%")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 50)
    expect(told).to_contain_text("Nasdaq-100 +30%")


def test_a_phone_reaches_every_page(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844)
    wait_until_still(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    for entry in reversed(PAGES):
        wait_until_still(page)
        page.get_by_role("link", name=entry.title, exact=True).click()
        page.wait_for_url("**/" if entry is PAGES[0] else f"**/{entry.url_path}")


def day_of(document: dict[str, Any]) -> date:
    """Return the day on which the page gave its advice."""
    prices = document["prices"]
    return date.fromisoformat(prices["last_session"]) + timedelta(days=prices["age_days"])


def test_a_broken_file_says_so_and_leaves_the_portfolio_in_place(visit: Callable[..., Page]) -> None:
    page = visit()
    upload(page, "holdings.csv", PICTURE)
    alert = page.get_by_role("alert")
    expect(alert).to_have_count(1)
    with pytest.raises(UnreadableFileError, match="PNG") as refused:
        read_portfolio(PICTURE, as_of=date(2026, 8, 21))
    assert str(refused.value) in alert.inner_text()
    wait_for_heading(page, "Technology")
    type_hedge(page, 40)
    wait_for_heading(page, "Nasdaq-100 risk")


def test_a_file_with_a_bad_row_shows_its_cell_and_goes_on_without_it_on_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844)
    upload(page, "mine.csv", BAD_ROW)
    expect(page.get_by_role("alert")).to_contain_text('Line 3, column "Quantity": "2oo" is not a number.')
    wait_for_heading(page, "Technology")
    page.get_by_role("button", name="Go on without these rows").click()
    wait_for_heading(page, "Mine")
    wait_for_heading(page, "to remove")
    expect(page.get_by_role("alert").filter(has_text="is not a number")).to_have_count(0)
    wait_until_still(page)
    page.get_by_text("Left out: 1 position and 1 row of the file").click()
    page.get_by_label("Proxy for ZZZZ").fill("KO")
    page.keyboard.press("Enter")
    page.get_by_text("counts as KO").first.wait_for()
    expect(page.get_by_text('"2oo" is not a number. The row was left out.').first).to_be_visible()
    page.wait_for_selector("[data-test-script-state=notRunning]")
    for selector in ("html", "[data-testid=stMain]"):
        page.wait_for_function("selector => document.querySelector(selector).scrollWidth <= 390", arg=selector)
    downloaded = json.loads(download(page, "plan.json"))
    today, settings = day_of(downloaded), Settings(proxy=(("ZZZZ", "KO"),))
    portfolio = read_portfolio(BAD_ROW, as_of=today, name="mine", leave_out_bad_rows=True)
    advice = decide(measure_account(portfolio, SnapshotSource(), settings, today=today), settings)
    assert downloaded == json.loads(to_json(plan_document(advice)))


def test_a_phone_shows_everything_without_scrolling_sideways(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844, scheme="dark")
    wait_until_still(page)
    page.get_by_text("The same in numbers").click()
    page.get_by_role("rowheader", name="-30%").wait_for()
    for selector in ("html", "[data-testid=stMain]"):  # once the style sheet has come, just behind the text
        page.wait_for_function("selector => document.querySelector(selector).scrollWidth <= 390", arg=selector)
    for name in ("All files", "One file"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390


def test_one_visitor_never_sees_the_portfolio_of_another(visit: Callable[..., Page]) -> None:
    first, second = visit(), visit()
    upload(first, "secret.csv", HOLDINGS)
    wait_for_heading(first, "Secret")
    type_hedge(second, 30)
    wait_for_heading(second, "You asked for 30%")
    wait_for_heading(second, "Technology")
    assert "ecret" not in second.inner_text("body")


def test_every_control_has_a_name_for_screen_readers(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_text("Limits and method", exact=True).click()
    for role, name in (
        ("combobox", "Portfolio"),
        ("switch", "Live prices"),
        ("radio", "Share of exposure"),
        ("slider", "Hedge Hedge"),
        ("spinbutton", "Hedge in %"),
        ("combobox", "Index"),
        ("button", "Micro"),
        ("spinbutton", "Margin budget, USD"),
        ("spinbutton", "Most contracts"),
        ("radio", "Auto"),
        ("switch", "A leg may be bought"),
        ("spinbutton", "Tolerance in %"),
        ("spinbutton", "Cash buffer, USD"),
        ("textbox", "Futures held already"),
        ("combobox", "Beta estimator"),
        ("radio", "Expected shortfall"),
        ("radio", "Limit"),
        (
            "img",
            "Gain or loss against moves of the Nasdaq-100; arrow keys choose a move. The table below has the numbers.",
        ),
        ("button", "All files"),
        ("button", "One file"),
    ):
        expect(page.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]


def test_hostile_names_and_cells_are_shown_letter_by_letter(visit: Callable[..., Page]) -> None:
    page = visit()
    name = "<b>*a* [x](www.evil.com) $\\beta$ :red[x] :smile: me@x.com"
    upload(page, f"{name}.csv", HOLDINGS)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("evil.com")
    assert heading.inner_text().replace(WORD_JOINER, "") == name
    assert heading.locator("a, b, em, code, del, .katex, .stMarkdownColoredText").count() == 0

    cells = b"Symbol,Quantity\nAAPL,[x](http://evil.com)\nMSFT,:red[x] $a$ <i>b</i>\n"
    upload(page, "cells.csv", cells)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("http")
    with pytest.raises(InvalidRowsError, match="evil") as refused:
        read_portfolio(cells, as_of=date(2026, 8, 21))
    assert in_page_words(str(refused.value)) in alert.inner_text().replace(WORD_JOINER, "")
    assert alert.locator("a, i, em, .katex, .stMarkdownColoredText").count() == 0
