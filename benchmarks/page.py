"""How fast the page answers, beside a trivial Streamlit page with one slider and one metric.

    python benchmarks/page.py [RUNS]

Both are served by this machine and looked at in turn with one Chromium, each time as a new visitor with an empty
cache. Three times are taken inside the browser: from the start of the navigation to the figures on the screen, for the
very first visitor of a server and for later ones, and from a key pressed on the slider to figures that have changed.
Steps of the slider that change nothing (contracts are whole) are not pressed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from hedger import Settings, read_portfolio
from hedger.advice import decide, measure_account
from hedger.market import SnapshotSource

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests" / "ui"))
page_browser = import_module("page_browser")  # server and browser of the tests

SAMPLE = ROOT / "sample_portfolios" / "technology.csv"
WATCHED = "Hedge size"
TRIVIAL = f"""
import streamlit as st

share = st.slider("Hedge", 0, 150, 100)
st.metric("{WATCHED}", share)
"""
TARGETS = {"slider": 1.6, "first": 2.0}
MOST_SECONDS = 0.120

WATCH = f"""
const figure = () => [...document.querySelectorAll('[data-testid=stMetric]')]
  .find(metric => metric.textContent.includes('{WATCHED}'))
  ?.querySelector('[data-testid=stMetricValue]')?.textContent;
let shown;
new MutationObserver(() => {{
  const now = figure();
  if (now === undefined || now === shown) return;
  shown = now;
  window.changed = performance.now();
}}).observe(document, {{ childList: true, subtree: true, characterData: true }});
document.addEventListener('keydown', () => {{ window.pressed = performance.now(); window.changed = undefined; }}, true);
"""


def arrive(browser: Browser, address: str) -> tuple[Page, float]:
    """Open a page as a new visitor; return it with the seconds until its figures stood there."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_function("window.changed")
    seconds: float = page.evaluate("window.changed / 1000")
    page.wait_for_selector("[data-test-script-state=notRunning]")
    return page, seconds


def press(page: Page) -> float:
    """Press a key on the slider and return the seconds until the figures have changed."""
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(700)  # what the step before has set off is over
    page.get_by_role("slider").press("ArrowRight")
    page.wait_for_function("window.changed > window.pressed")
    seconds: float = page.evaluate("(window.changed - window.pressed) / 1000")
    return seconds


def telling_steps(n_steps: int) -> list[int]:
    """Return percentages from which one step more changes the hedge of the sample."""
    today = datetime.now(UTC).date()
    measurement = measure_account(read_portfolio(SAMPLE, as_of=today), SnapshotSource(), Settings(), today=today)
    sizes = [decide(measurement, Settings(hedge=percent / 100)).plan.hedge_notional for percent in range(30, 100)]
    steps = [30 + step for step, (size, following) in enumerate(pairwise(sizes)) if size != following]
    return steps[:n_steps]


def main() -> None:
    """Time both pages in turn and print medians and ratios."""
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    steps = telling_steps(2 * n_runs)
    first: dict[str, list[float]] = {"trivial": [], "hedger": []}
    slider: dict[str, list[float]] = {"trivial": [], "hedger": []}
    with sync_playwright() as playwright, ExitStack() as stack:
        chromium = page_browser.find_chromium(playwright)
        if chromium is None:
            raise SystemExit(page_browser.HOW_TO_INSTALL)
        browser = page_browser.open_chromium(playwright, chromium)
        stack.callback(browser.close)
        script = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "trivial.py"
        script.write_text(TRIVIAL)
        options = ("--server.headless=true", "--server.port")
        addresses = {
            "trivial": stack.enter_context(page_browser.served_page("-m", "streamlit", "run", str(script), *options)),
            "hedger": stack.enter_context(page_browser.served_page("-m", "hedger", "app", "--no-browser", "--port")),
        }
        visits = {name: arrive(browser, address) for name, address in addresses.items()}
        print("very first visit:  " + ", ".join(f"{name} {seconds:.3f} s" for name, (_, seconds) in visits.items()))
        for _ in range(n_runs):
            for name, address in addresses.items():
                page, seconds = arrive(browser, address)
                first[name].append(seconds)
                page.context.close()
        for percent in steps:
            for name, (page, _) in visits.items():
                page.bring_to_front()
                if name == "hedger":
                    page.get_by_role("spinbutton", name="Hedge in %").fill(str(percent))
                    page.keyboard.press("Enter")
                    expect(page.get_by_role("slider")).to_have_value(str(percent))
                slider[name].append(press(page))
    for words, key, times in (("first render", "first", first), ("slider step", "slider", slider)):
        trivial, own = statistics.median(times["trivial"]), statistics.median(times["hedger"])
        print(
            f"{words:13s}  trivial {trivial:.3f} s, hedger {own:.3f} s, ratio {own / trivial:.2f} "
            f"(target: at most {TARGETS[key]:.1f}; medians of {len(times['hedger'])})"
        )
    print(f"slider step at most {MOST_SECONDS:.3f} s: {statistics.median(slider['hedger']) <= MOST_SECONDS}")


if __name__ == "__main__":
    main()
