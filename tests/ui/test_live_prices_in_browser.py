"""Live prices on the page, from a server on this machine that plays Yahoo Finance with a fault."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from page_browser import served_page
from playwright.sync_api import expect
from test_page_in_browser import upload, wait_for_heading, wait_until_still

from hedger.ui.wording import to_day

sys.path.append(str(Path(__file__).parents[1] / "market"))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopback_yahoo import LoopbackYahoo
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

HOLDINGS = b"Symbol,Quantity,Price,Market Value\nAAPL,400,200,80000\nKO,900,70,63000\nGONE,100,50,5000\n"
# The page goes by the clock of its machine, and so must the prices that it is given.
YESTERDAY = datetime.now(ZoneInfo("America/New_York")).date() - timedelta(days=1)


@pytest.fixture
def yahoo(tmp_path: Path) -> Iterator[LoopbackYahoo]:
    """Prices up to yesterday of the indices and of all holdings but one, which it does not know."""
    from loopback_yahoo import NOT_FOUND, Listing, LoopbackYahoo, trading_days, wander  # noqa: PLC0415 - see the path

    days = trading_days(str(YESTERDAY - timedelta(days=3650)), str(YESTERDAY))
    with LoopbackYahoo(tmp_path) as server:
        for seed, symbol in enumerate(("^GSPC", "^NDX", "^DJI", "^RUT", "MDY", "AAPL", "KO")):
            server.add(Listing(symbol, sessions=days, close=wander(days.size, seed, level=200.0)))
        server.faults["GONE"] = NOT_FOUND
        yield server


def test_live_prices_come_and_a_holding_without_them_can_be_given_a_proxy(
    browser: Browser, yahoo: LoopbackYahoo, tmp_path: Path
) -> None:
    environment = yahoo.environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with served_page("-m", "hedger", "app", "--no-browser", "--port", environment=environment) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        upload(page, "mine.csv", HOLDINGS)
        wait_for_heading(page, "Mine")
        assert yahoo.requests == []
        wait_until_still(page)
        page.get_by_text("Live prices", exact=True).click()
        newest = max(listing.sessions[-1] for listing in yahoo.listings.values()).item()
        expect(page.get_by_text(f"Yahoo Finance feed to {to_day(newest)}")).to_be_visible()
        wait_until_still(page)
        page.get_by_text("Left out: 1 position of the file").click()
        page.get_by_label("Proxy for GONE").fill("KO")
        page.keyboard.press("Enter")
        expect(page.get_by_text("counts as KO").first).to_be_visible()
        assert yahoo.charts("AAPL")
        page.close()
