"""The commands for the cache of live prices, and the price source that a command is given."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hedger.cli import hedger
from hedger.cli import prices as prices_group
from hedger.errors import Note
from hedger.market import CacheStatus, PriceUpdate, StoredSymbol

STATUS = CacheStatus(
    folder=Path("cache"),
    symbols=(
        StoredSymbol(
            symbol="AAPL",
            first_session=date(2016, 8, 22),
            last_session=date(2026, 8, 21),
            retrieved_at=datetime(2026, 8, 21, 21, 5, tzinfo=UTC),
            age_days=1,
        ),
    ),
    damaged=("KO",),
    refused_until=datetime(2026, 8, 22, 9, 30, tzinfo=UTC),
)


def _run(*words: str):
    return CliRunner().invoke(hedger, ["prices", *words])


def _outcome(**changes) -> PriceUpdate:
    fields = {"folder": Path("cache"), "updated": ("AAPL",), "current": (), "failed": (), "notes": ()}
    return PriceUpdate(**(fields | changes))


@pytest.fixture
def answer(monkeypatch):
    """Let the room's function answer with what a test says, and report progress as the real one does."""

    def set_answer(outcome: PriceUpdate) -> None:
        def update_prices(symbols, *, progress):
            for number, symbol in enumerate(symbols, start=1):
                progress(symbol, number, len(symbols))
            return outcome

        monkeypatch.setattr("hedger.market.update_prices", update_prices, raising=False)

    return set_answer


def test_an_empty_cache_is_told_and_not_refreshed(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert json.loads(_run("status", "--json").stdout)["symbols"] == []
    refused = _run("update", "--json")
    assert refused.exit_code == 1
    assert "is empty, so there is nothing to refresh" in json.loads(refused.stdout)["error"]["message"]


def test_status_tells_ranges_ages_damage_and_refusals(monkeypatch):
    monkeypatch.setattr("hedger.market.read_cache_status", lambda: STATUS, raising=False)
    document = json.loads(_run("status", "--json").stdout)
    assert document["symbols"] == [
        {
            "symbol": "AAPL",
            "first_session": "2016-08-22",
            "last_session": "2026-08-21",
            "retrieved_at": "2026-08-21T21:05:00+00:00",
            "age_days": 1,
        }
    ]
    assert (document["folder"], document["damaged"]) == ("cache", ["KO"])
    shown = _run("status").stdout
    assert all(words in shown for words in ("AAPL", "2026-08-21 21:05 UTC", "Damaged", "KO", "from 09:30 UTC on"))


def test_an_update_says_what_came_what_did_not_and_why(answer):
    note = Note(code="cache_damaged", message="One entry was damaged.")
    answer(_outcome(current=("KO", "PG"), failed=(("NOPE", "Yahoo Finance does not know it"),), notes=(note,)))
    result = _run("update", "AAPL", "KO", "PG", "NOPE")
    assert result.exit_code == 0
    assert result.stdout == "1 symbol refreshed, 2 symbols up to date already. Cache: cache\n"
    assert "Not refreshed: NOPE: Yahoo Finance does not know it" in result.stderr
    assert "One entry was damaged." in result.stderr
    document = json.loads(_run("update", "AAPL", "--json").stdout)
    assert document["failed"] == [{"symbol": "NOPE", "reason": "Yahoo Finance does not know it"}]
    assert document["notes"] == [{"code": "cache_damaged", "message": "One entry was damaged."}]


def test_an_update_without_any_success_is_a_failure_with_one_document(answer):
    answer(_outcome(updated=(), failed=(("AAPL", "it cannot be reached"),)))
    result = _run("update", "AAPL", "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert (error["code"], error["symbols"]) == ("prices_unavailable", ["AAPL"])


def test_the_snapshot_may_stand_in_only_where_the_user_says_so(monkeypatch, sample_folder):
    asked = []

    def open_source(name, *, allow_snapshot):
        asked.append((name, allow_snapshot))
        from hedger.market import SnapshotSource  # noqa: PLC0415

        return SnapshotSource()

    monkeypatch.setattr("hedger.cli.options.open_source", open_source)
    words = ["plan", str(sample_folder / "large_caps.csv"), "--prices", "yahoo", "--json"]
    assert CliRunner().invoke(hedger, words).exit_code == 0
    assert CliRunner().invoke(hedger, [*words, "--allow-snapshot"]).exit_code == 0
    assert asked == [("yahoo", False), ("yahoo", True)]


def test_the_group_is_part_of_the_command():
    assert hedger.commands["prices"] is prices_group
