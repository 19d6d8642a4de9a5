"""The page in a real browser: a server of its own on a free loopback port, and the Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Page, Playwright

REPOSITORY = Path(__file__).parents[2]
HOW_TO_INSTALL = (
    "No Chromium was found. Install it with `apt-get install chromium` or `python -m playwright install chromium`."
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium(playwright: Playwright) -> str | None:
    """Return the path of a Chromium: the system's, else the one that Playwright installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path is not None:
            return path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def wait_until_still(page: Page) -> None:
    """Wait until the page has been drawn to its end: what is typed into a widget before may be drawn over."""
    page.wait_for_selector("[data-test-script-state=notRunning]")


def upload(page: Page, name: str, content: bytes) -> None:
    """Give the page a holdings file."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def wait_for_heading(page: Page, name: str) -> None:
    """Wait until one such heading is there: for a moment the old one stands beside the new one."""
    expect(page.get_by_role("heading", name=name)).to_have_count(1)


def download(page: Page, name: str) -> bytes:
    """Return one file of the plan, as the page "Hedge" hands it over."""
    wait_until_still(page)
    page.get_by_text("The same in numbers").wait_for()  # the chart draws itself last, above the buttons
    page.get_by_role("button", name="One file").click()
    with page.expect_download() as arriving:
        page.get_by_role("button", name=name).click()
    if arriving.value.suggested_filename != name:
        raise RuntimeError(f"the file is called {arriving.value.suggested_filename}, not {name}")
    page.keyboard.press("Escape")
    return Path(arriving.value.path()).read_bytes()


def open_chromium(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))


@contextmanager
def served_page(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the page with a Python command that takes ``--port``, and yield its address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, *command, str(port)],
        cwd=REPOSITORY,
        env=os.environ | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_until_healthy(f"{address}/_stcore/health", server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"{address} did not answer within {patience:g} seconds")
