"""Live prices on the page, from a server on this machine that plays Yahoo Finance with a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from loopback_yahoo import NOT_FOUND, Listing, LoopbackYahoo, trading_days, wander
from page_browser import served_page, upload, wait_for_heading, wait_until_still
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

HOLDINGS = b"Symbol,Quantity,Price,Market Value\nAAPL,400,200,80000\nKO,900,70,63000\nGONE,100,50,5000\n"
PAGE_OF_A_DAY = """
from datetime import date
from hedger.ui.page import show_page

show_page(today=date(2026, 9, 3))
"""


@pytest.fixture
def listed(loopback_server: LoopbackYahoo) -> Iterator[LoopbackYahoo]:
    """Prices of ten years to the day before of the indices and of all holdings but one, which it does not know."""
    days = trading_days("2016-09-02", "2026-09-02")
    for seed, symbol in enumerate(("^GSPC", "^NDX", "^DJI", "^RUT", "MDY", "AAPL", "KO")):
        loopback_server.add(Listing(symbol, sessions=days, close=wander(days.size, seed, level=200.0)))
    loopback_server.faults["GONE"] = NOT_FOUND
    yield loopback_server
    loopback_server.forget()


def test_live_prices_come_and_a_holding_without_them_can_be_given_a_proxy(
    browser: Browser, listed: LoopbackYahoo, tmp_path: Path
) -> None:
    environment = listed.environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    script = tmp_path / "page.py"
    script.write_text(PAGE_OF_A_DAY)
    command = ("-m", "streamlit", "run", str(script), "--server.headless=true", "--server.port")
    with served_page(*command, environment=environment) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        upload(page, "mine.csv", HOLDINGS)
        wait_for_heading(page, "Mine")
        assert listed.requests == []
        wait_until_still(page)
        page.get_by_text("Live prices", exact=True).click()
        expect(page.get_by_text("Yahoo Finance feed to 2 Sep 2026")).to_be_visible()
        wait_until_still(page)
        page.get_by_text("Left out: 1 position of the file").click()
        page.get_by_label("Proxy for GONE").fill("KO")
        page.keyboard.press("Enter")
        expect(page.get_by_text("counts as KO").first).to_be_visible()
        assert listed.charts("AAPL")
        page.close()
