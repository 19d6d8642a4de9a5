"""Journeys across the pages in a real browser: a plan reviewed, the past tested and left, the catalogue searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from page_browser import download, wait_until_still
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def go_to(page: Page, title: str) -> None:
    page.get_by_role("link", name=title).click()


def test_a_plan_that_was_downloaded_is_reviewed_on_its_page(visit: Callable[..., Page]) -> None:
    page = visit()
    plan = download(page, "plan.json")
    go_to(page, "Review")
    expect(page.get_by_role("button", name="Show an example")).to_be_visible()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(
        {"name": "my plan.json", "mimeType": "application/json", "buffer": plan}
    )
    expect(page.get_by_role("heading", name="Nothing to do")).to_have_count(1)
    expect(page.get_by_text("Reviewing with my plan.json")).to_be_visible()
    go_to(page, "Contracts")
    expect(page.get_by_role("heading", name="Index futures")).to_have_count(1)
    go_to(page, "Review")
    expect(page.get_by_role("heading", name="Nothing to do")).to_have_count(1)


def test_a_test_of_the_past_can_be_left_and_shows_the_choices_of_the_hedge(visit: Callable[..., Page]) -> None:
    page = visit()
    wait_until_still(page)
    page.get_by_role("spinbutton", name="Hedge in %").fill("40")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="40%")).to_have_count(1)
    go_to(page, "Evidence")
    expect(page.get_by_text("Testing the hedge on the past").first).to_be_visible()
    go_to(page, "Contracts")
    expect(page.get_by_role("heading", name="Position size")).to_have_count(1)
    go_to(page, "Evidence")
    expect(page.get_by_role("heading", name="this plan's rule would have removed")).to_have_count(1)
    expect(page.get_by_text("A hedge of 40%").first).to_be_visible()


def test_the_catalogue_can_be_searched_on_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844)
    page.goto(page.url.split("?")[0].rstrip("/") + "/contracts")
    expect(page.get_by_role("heading", name="Index futures")).to_have_count(1)
    search = page.get_by_role("textbox", name="Search")
    search.fill("soybeans")
    search.press("Enter")
    expect(page.get_by_text("No contract matches")).to_be_visible()
    search.fill("nasdaq micro")
    search.press("Enter")
    expect(page.get_by_text("1 contract listed on")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
