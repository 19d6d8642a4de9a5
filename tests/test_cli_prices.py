"""The commands for the cache of live prices, and the price source that a command is given."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from loopback_yahoo import NOT_FOUND, REFUSED, Listing, LoopbackYahoo, trading_days, wander

from hedger.cli import hedger

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

SESSIONS = trading_days("2016-08-22", "2026-08-21")


def run(*words: str) -> Result:
    return CliRunner().invoke(hedger, ["prices", *words], catch_exceptions=False)


@pytest.fixture
def cache(yahoo: LoopbackYahoo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of an empty cache, and a Yahoo Finance with two shares."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for seed, symbol in enumerate(("AAPL", "KO")):
        yahoo.add(Listing(symbol, sessions=SESSIONS, close=wander(SESSIONS.size, seed)))
    return tmp_path / "hedger" / "yahoo"


def test_an_empty_cache_is_told_and_not_refreshed(cache: Path) -> None:
    status = json.loads(run("status", "--json").stdout)
    assert (status["folder"], status["symbols"]) == (str(cache), [])
    refused = run("update", "--json")
    assert refused.exit_code == 1
    assert "is empty, so there is nothing to refresh" in json.loads(refused.stdout)["error"]["message"]


def test_an_update_says_what_came_what_did_not_and_why(cache: Path, yahoo: LoopbackYahoo) -> None:
    result = run("update", "AAPL", "NOPE")
    assert result.exit_code == 0
    assert result.stdout == f"1 symbol refreshed, 0 symbols up to date already. Cache: {cache}\n"
    reason = "Yahoo Finance does not know it; it may be misspelled, renamed or delisted"
    assert f"Not refreshed: NOPE: {reason}" in result.stderr
    n_asked = len(yahoo.charts("AAPL"))
    document = json.loads(run("update", "KO", "AAPL", "NOPE", "--json").stdout)
    assert (document["updated"], document["current"]) == (["KO"], ["AAPL"])
    assert document["failed"] == [{"symbol": "NOPE", "reason": reason}]
    assert len(yahoo.charts("AAPL")) == n_asked


def test_status_tells_ranges_ages_damage_and_refusals(cache: Path, yahoo: LoopbackYahoo) -> None:
    assert run("update", "AAPL", "KO").exit_code == 0
    (cache / "closes_KO.json").write_text("{")
    yahoo.faults["*"] = REFUSED
    refused = run("update", "^GSPC", "--json")
    assert refused.exit_code == 1
    error = json.loads(refused.stdout)["error"]
    assert (error["code"], error["symbols"]) == ("prices_unavailable", ["^GSPC"])
    assert "Yahoo Finance refuses more requests for now" in error["message"]

    document = json.loads(run("status", "--json").stdout)
    (stored,) = document["symbols"]
    retrieved = datetime.fromisoformat(stored["retrieved_at"])
    today = retrieved.astimezone(ZoneInfo("America/New_York")).date()
    assert stored == {
        "symbol": "AAPL",
        "first_session": "2016-08-22",
        "last_session": "2026-08-21",
        "retrieved_at": stored["retrieved_at"],
        "age_days": (today - date(2026, 8, 21)).days,
    }
    assert document["damaged"] == ["KO"]
    until = datetime.fromisoformat(document["refused_until"])
    assert until > retrieved

    shown = run("status").stdout
    for words in (f"{retrieved:%Y-%m-%d %H:%M} UTC", "Damaged", "KO", f"from {until:%H:%M} UTC on"):
        assert words in shown


def test_the_snapshot_may_stand_in_only_where_the_user_says_so(
    cache: Path, yahoo: LoopbackYahoo, tmp_path: Path
) -> None:
    yahoo.faults["*"] = NOT_FOUND
    holdings = tmp_path / "mine.csv"
    holdings.write_text("ticker,shares\nAAPL,500\n")
    words = ["plan", str(holdings), "--prices", "yahoo", "--as-of", "2026-08-21", "--json"]
    refused = CliRunner().invoke(hedger, words)
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["code"] == "prices_unavailable"
    allowed = CliRunner().invoke(hedger, [*words, "--allow-snapshot"], catch_exceptions=False)
    assert allowed.exit_code == 0
    plan = json.loads(allowed.stdout)
    assert plan["prices"]["last_session"] == "2026-08-21"
    assert [note["code"] for note in plan["notes"] if note["code"].startswith("prices_from")] == [
        "prices_from_other_source"
    ]
    assert not cache.joinpath("closes_AAPL.json").exists()
