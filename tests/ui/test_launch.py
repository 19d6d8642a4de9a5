from __future__ import annotations

import re
import socket
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.web import cli

from hedger.errors import SettingsError
from hedger.shipped import SHIPPED
from hedger.ui import launch
from hedger.ui.files import SAMPLE_FOLDERS, sample_files
from hedger.ui.launch import PAGE

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments with which Streamlit would have been run; every run ends with status 3."""
    runs: list[list[str]] = []

    def run(arguments: list[str], **_: Any) -> int:
        runs.append(arguments)
        return 3

    monkeypatch.setattr(cli, "main", run)
    return runs


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
        return number


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_an_address_that_others_can_reach_is_refused(started: list[list[str]], host: str) -> None:
    with pytest.raises(SettingsError, match=r"other machines could reach it\. Use --host 127\.0\.0\.1"):
        launch(None, host=host)
    assert started == []


def test_an_open_address_may_be_meant(started: list[list[str]], port: int) -> None:
    launch(None, host="0.0.0.0", port=port, is_open_on_purpose=True)
    assert "--server.address=0.0.0.0" in started[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_the_page_is_served_to_this_machine_without_telemetry(started: list[list[str]], host: str, port: int) -> None:
    assert launch(None, host=host, port=port) == 3
    (arguments,) = started
    assert arguments[:2] == ["run", str(PAGE)]
    assert {
        f"--server.address={host}",
        f"--server.port={port}",
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--server.maxUploadSize=50",
        "--browser.gatherUsageStats=false",
    } <= set(arguments)
    assert "--server.headless=true" not in arguments
    assert "--" not in arguments


def test_a_holdings_file_and_a_server_without_browser_can_be_asked_for(started: list[list[str]], port: int) -> None:
    launch(REPOSITORY / "sample_portfolios" / "adviser.csv", port=port, is_headless=True)
    (arguments,) = started
    assert arguments[-2:] == ["--", str(REPOSITORY / "sample_portfolios" / "adviser.csv")]
    assert "--server.headless=true" in arguments


def test_a_missing_holdings_file_is_refused_before_anything_starts(started: list[list[str]]) -> None:
    with pytest.raises(SettingsError, match=r'There is no file "nowhere\.csv"'):
        launch(Path("nowhere.csv"))
    assert started == []


def test_a_port_that_is_taken_is_refused_with_a_remedy(started: list[list[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"cannot listen on port {number} of 127.0.0.1: .+\. Choose another"):
            launch(None, port=number)
    assert started == []


def test_the_package_brings_the_configuration_of_the_repository() -> None:
    text = (REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert (PAGE.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8") == text
    options = tomllib.loads(text)
    assert options["server"]["address"] == "127.0.0.1"
    assert options["server"]["enableXsrfProtection"] is True
    assert options["server"]["maxUploadSize"] == 50
    assert options["browser"]["gatherUsageStats"] is False


def test_the_configuration_names_nothing_on_another_machine() -> None:
    for name in ("page.css", "icon.svg", "script/.streamlit/config.toml"):
        text = (PAGE.parents[1] / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in text
        assert "url(" not in text
    for path in (PAGE.parents[1] / "gain_chart").iterdir():
        assert not re.search(r"https?:|url\(|import |fetch\(", path.read_text(encoding="utf-8"))


def test_the_package_brings_the_first_sample_of_the_repository() -> None:
    shipped = SHIPPED / "sample_portfolios" / "technology.csv"
    assert shipped.read_bytes() == (REPOSITORY / "sample_portfolios" / "technology.csv").read_bytes()
    assert SAMPLE_FOLDERS[1] == shipped.parent
    assert next(iter(sample_files())) == "Technology"
    assert len(sample_files()) == len(list((REPOSITORY / "sample_portfolios").glob("*.csv")))


@pytest.mark.parametrize("script", [REPOSITORY / "app.py", PAGE], ids=["copy of the repository", "package"])
@pytest.mark.parametrize("arguments", [[], [str(REPOSITORY / "sample_portfolios" / "large_caps.csv")]])
def test_both_scripts_start_the_page(monkeypatch: pytest.MonkeyPatch, script: Path, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", [str(script), *arguments])
    page = AppTest.from_file(script, default_timeout=60).run()
    assert not page.exception
    assert page.selectbox(key="portfolio").value == ("Large caps" if arguments else "Technology")


def test_errors_of_the_world_are_caught_in_exactly_one_place_of_the_page() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in PAGE.parents[1].rglob("*.py")}
    assert [name for name, text in sources.items() if "except HedgerError" in text] == ["refusals.py"]
    assert not any("unsafe_allow_html" in text or "unsafe_allow_javascript" in text for text in sources.values())
