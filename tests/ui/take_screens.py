"""Write screenshots of the page: ``python tests/ui/take_screens.py FOLDER``.

Each shows a page for the sample portfolio half hedged, on a desk and on a phone, light and dark, down to its end.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from page_browser import HOW_TO_INSTALL, find_chromium, open_chromium, served_page
from playwright.sync_api import sync_playwright

from hedger.ui.page import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

START = ("-m", "streamlit", "run", "app.py", "--server.headless=true", "--server.port")
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
HALF = "?hedge=50"


def take_screens(folder: Path) -> None:
    """Write one PNG per page, size and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, served_page(*START) as address:
        chromium = find_chromium(playwright)
        if chromium is None:
            raise SystemExit(HOW_TO_INSTALL)
        browser = open_chromium(playwright, chromium)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                for entry in PAGES:
                    path = "" if entry is PAGES[0] else entry.url_path
                    page.goto(f"{address}/{path}{HALF}")
                    _wait_until_drawn(page)
                    main = page.get_by_test_id("stMain")
                    page.set_viewport_size({"width": width, "height": main.evaluate("each => each.scrollHeight")})
                    page.wait_for_timeout(1000)
                    page.screenshot(path=folder / f"{entry.url_path}-{size}-{scheme}.png")
                    page.set_viewport_size({"width": width, "height": height})
                page.close()
        browser.close()


def _wait_until_drawn(page: Page) -> None:
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=60_000)
    page.wait_for_timeout(2000)  # charts draw themselves after the text


if __name__ == "__main__":
    take_screens(Path(sys.argv[1]))
