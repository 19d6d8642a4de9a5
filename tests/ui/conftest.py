"""A browser for the tests marked ``browser``, and a fresh page of it for each."""

from __future__ import annotations

import ipaddress
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from page_browser import HOW_TO_INSTALL, find_chromium, open_chromium, served_page
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the tests are skipped, or fail where ``CI=true``."""
    expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            if os.environ.get("CI") == "true":
                pytest.fail(HOW_TO_INSTALL)
            pytest.skip(HOW_TO_INSTALL)
        chromium = open_chromium(playwright, path)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page_address() -> Iterator[str]:
    """Address of a running server of the page, started as the installed command starts it."""
    with served_page("-m", "hedger", "app", "--no-browser", "--port") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, page_address: str) -> Iterator[Callable[..., Page]]:
    """Open the page as a new visitor; whatever any of them asks for must come from this machine."""
    requested: list[str] = []
    with ExitStack() as visitors:

        def arrive(width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            visitors.enter_context(context)
            page = context.new_page()
            page.on("request", lambda request: requested.append(request.url))
            page.on("websocket", lambda socket: requested.append(socket.url))
            page.goto(page_address)
            expect(page.get_by_role("heading", name="Technology")).to_have_count(1)
            return page

        yield arrive
        assert len(requested) > 10
        assert [url for url in requested if not _stays_here(url)] == []


def _stays_here(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme in ("data", "blob"):
        return True
    return ipaddress.ip_address(parts.hostname or "0.0.0.0").is_loopback
