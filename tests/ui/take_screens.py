"""Write screenshots of the page: ``python tests/ui/take_screens.py FOLDER``.

Each shows the sample portfolio half hedged, on a desk and on a phone, light and dark, down to the end of the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from page_browser import HOW_TO_INSTALL, find_chromium, open_chromium, served_page
from playwright.sync_api import sync_playwright

START = ("-m", "streamlit", "run", "app.py", "--server.headless=true", "--server.port")
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


def take_screens(folder: Path) -> None:
    """Write one PNG per size and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    with served_page(*START) as address, sync_playwright() as playwright:
        chromium = find_chromium(playwright)
        if chromium is None:
            raise SystemExit(HOW_TO_INSTALL)
        browser = open_chromium(playwright, chromium)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(address)
                page.get_by_role("heading", name="to remove 99%").wait_for()
                page.get_by_role("spinbutton", name="Hedge in %").fill("50")
                page.keyboard.press("Enter")
                page.get_by_role("heading", name="to remove 49%").wait_for()
                page.wait_for_timeout(1500)  # the chart draws itself after the text
                main = page.get_by_test_id("stMain")
                page.set_viewport_size({"width": width, "height": main.evaluate("each => each.scrollHeight")})
                page.wait_for_timeout(500)
                page.screenshot(path=folder / f"hedge-{size}-{scheme}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    take_screens(Path(sys.argv[1]))
