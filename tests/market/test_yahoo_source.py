"""The real yfinance against a server on this machine: what it is asked, and what comes of every fault."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from loopback_yahoo import (
    BAD_REQUEST,
    HTML,
    NOT_FOUND,
    REDIRECT_LOOP,
    REFUSED,
    SERVER_ERROR,
    Listing,
    trading_days,
    wander,
)

from hedger.advice import advise
from hedger.contracts import INDICES
from hedger.errors import PricesUnavailableError
from hedger.market import SnapshotSource, YahooSource, open_source, read_cache_status, update_prices
from hedger.market.yahoo.store import CloseStore
from hedger.portfolio import read_portfolio

if TYPE_CHECKING:
    from pathlib import Path

DAYS = trading_days("2016-08-22", "2026-08-21")


def listing(symbol: str, seed: int = 1, **changes) -> Listing:
    given = {"sessions": DAYS, "close": wander(DAYS.size, seed)}
    return Listing(symbol, **(given | changes))


def codes(prices) -> list[str]:
    return [note.code for note in prices.notes]


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def source(yahoo, folder, now) -> YahooSource:
    """The source under test; the index whose sessions are the calendar is listed already."""
    yahoo.add(listing("^GSPC"))
    return YahooSource(folder=folder, deadline=15.0, first_pause=0.05, now=lambda: now)


def test_each_symbol_is_asked_for_once_four_at_a_time_and_then_comes_out_of_the_cache(yahoo, source, tmp_path):
    symbols = ["^GSPC", *(f"S{number}" for number in range(1, 8))]
    yahoo.add(*(listing(symbol, seed) for seed, symbol in enumerate(symbols)))
    yahoo.faults["*"] = "slow"
    first = source.fetch(symbols, start=None, end=None)
    assert len(yahoo.requests) == len(symbols) + 2, "one for each, and two for the handshake"
    assert all(len(yahoo.charts(symbol)) == 1 for symbol in symbols)
    assert 2 <= yahoo.most_at_once <= 4
    assert first.symbols == tuple(symbols)
    assert first.notes == ()
    np.testing.assert_array_equal(first.column("S3"), wander(DAYS.size, 3), strict=True)
    again = source.fetch(symbols, start=None, end=None)
    assert len(yahoo.requests) == len(symbols) + 2
    np.testing.assert_array_equal(again.close, first.close, strict=True)
    np.testing.assert_array_equal(again.sessions, first.sessions, strict=True)


def test_a_damaged_cache_of_the_library_neither_matters_nor_is_touched(yahoo, source, tmp_path, monkeypatch):
    common = tmp_path / "home" / "py-yfinance"
    common.mkdir(parents=True)
    for name in ("tkr-tz.db", "cookies.db", "isin-tkr.db"):
        (common / name).write_bytes(b"garbage")
    monkeypatch.setenv("XDG_CACHE_HOME", str(common.parent))
    yahoo.add(listing("AAPL"))
    assert source.fetch(["AAPL"], start=None, end=None).symbols == ("AAPL",)
    assert {path.read_bytes() for path in common.iterdir()} == {b"garbage"}


def test_pence_become_pounds_and_pounds_become_dollars(yahoo, source):
    london = {"timezone": "Europe/London", "opens_at": clock_time(8), "closes_at": clock_time(16, 30)}
    yahoo.add(
        listing("VOD.L", 1, currency="GBp", **london),
        listing("BP.L", 2, currency="GBp", **london),
        listing("GBPUSD=X", 3, close=wander(DAYS.size, 3, level=1.25), timezone="Europe/London"),
        listing("NESN.SW", 4, currency="CHF", timezone="Europe/Zurich"),
        listing("AAPL", 5),
    )
    prices = source.fetch(["AAPL", "VOD.L", "BP.L", "NESN.SW"], start=None, end=None)
    rate = wander(DAYS.size, 3, level=1.25)
    np.testing.assert_allclose(prices.column("VOD.L"), wander(DAYS.size, 1) / 100.0 * rate, rtol=1e-12)
    assert len(yahoo.charts("GBPUSD=X")) == 1
    ((symbol, reason),) = prices.missing
    assert symbol == "NESN.SW"
    assert reason.endswith("(its prices are in CHF and the exchange rate CHFUSD=X is lacking)")
    (note,) = prices.notes
    assert note.code == "prices_converted"
    assert "VOD.L (GBp), BP.L (GBp)" in note.message


FAULTS = {
    "NOTFOUND": (NOT_FOUND, "does not know it"),
    "BADSPAN": (BAD_REQUEST, "without a single price"),
    "BROKEN": (SERVER_ERROR, "an error of its own (status 500)"),
    "HTML": (HTML, "cannot be read"),
    "CUT": ("cut", "cannot be read"),
    "RESET": ("reset", "cannot be reached (the connection fails or breaks)"),
    "LOOP": (REDIRECT_LOOP, "an error of its own"),
    "NULLS": (listing("NULLS", close=np.full(DAYS.size, np.nan)), "without a single price"),
    "EMPTY": (
        listing("EMPTY", sessions=trading_days("2001-01-01", "2001-01-11"), close=wander(9, 1)),
        "without a single price",
    ),
    "OTHER": (listing("AAPL"), "cannot be used (it is about AAPL)"),
    "BARE": (listing("BARE", currency=None), "it does not name a currency"),
    "SHORT": (
        listing("SHORT", sessions=DAYS[-20:], close=wander(20, 1), first_trade=date(1980, 12, 12)),
        "its 20 closes begin on 2026-07-27, although it has traded since 1980-12-12",
    ),
    "SPARSE": (listing("SPARSE", sessions=DAYS[::5], close=wander(DAYS[::5].size, 1)), "522 closes for 2606 weekdays"),
    "SPLIT": (
        listing("SPLIT", close=np.where(np.arange(DAYS.size) < DAYS.size - 5, 400.0, 100.0)),
        "its close goes from 400 to 100 on 2026-08-17, like a split that was not adjusted for",
    ),
    "../V1": (None, "not spelled like a symbol"),
    "A?B": (None, "not spelled like a symbol"),
    "US0378331005": (None, "looks like an ISIN"),
    "ES=F": (None, "priced from the level of their index"),
}


def test_every_fault_of_one_symbol_is_named_and_leaves_the_others_alone(yahoo, folder, now):
    yahoo.add(listing("GOOD"))
    for symbol, (fault, _) in FAULTS.items():
        if isinstance(fault, Listing):
            yahoo.listings[symbol] = fault
        elif fault is not None:
            yahoo.add(listing(symbol))
            yahoo.faults[symbol] = fault
    reported: list[tuple[str, int, int]] = []
    done = update_prices(
        [*FAULTS, "GOOD"], folder=folder, deadline=20.0, now=now, progress=lambda *step: reported.append(step)
    )
    assert done.updated == ("GOOD",)
    reasons = dict(done.failed)
    assert reasons.keys() == FAULTS.keys()
    for symbol, (_, words) in FAULTS.items():
        assert words in reasons[symbol], symbol
    asked = {symbol: len(yahoo.charts(symbol)) for symbol in FAULTS if symbol != "LOOP"}
    assert max(asked.values()) <= 2
    assert len(yahoo.charts("LOOP")) <= 6
    assert not [path for path in yahoo.requests if "/v1/" in path and "getcrumb" not in path]
    assert [step[1] for step in reported] == list(range(1, len(FAULTS) + 2))
    assert {step[2] for step in reported} >= {len(FAULTS) + 1}


def test_what_is_wrong_with_one_symbol_leaves_it_out_and_what_is_wrong_with_the_world_is_an_error(yahoo, source):
    yahoo.add(listing("GOOD"), listing("BROKEN"))
    yahoo.faults["BROKEN"] = SERVER_ERROR
    prices = source.fetch(["GOOD", "BROKEN", "NOPE"], start=None, end=None)
    assert prices.symbols == ("GOOD",)
    assert [symbol for symbol, _ in prices.missing] == ["BROKEN", "NOPE"]
    yahoo.faults["*"] = SERVER_ERROR
    with pytest.raises(
        PricesUnavailableError, match=r"no prices of A, B: .*\(status 500\)\. .* --prices FILE"
    ) as caught:
        source.fetch(["A", "B"], start=None, end=None)
    assert caught.value.symbols == ("A", "B")
    yahoo.faults["*"] = "reset"
    with pytest.raises(PricesUnavailableError, match=r"no prices of A: .* cannot be reached .* 1 other is at hand"):
        source.fetch(["GOOD", "A"], start=None, end=None)


SLOW_MACHINE = 10.0
"""Seconds beyond a deadline that say nothing of the deadline; what hangs, hangs for a minute."""


def test_a_hanging_symbol_costs_no_more_than_the_deadline_and_what_came_is_kept(yahoo, source, folder):
    yahoo.add(listing("GOOD"), listing("HUNG"))
    yahoo.faults["HUNG"] = "hang"
    began = time.monotonic()
    with pytest.raises(PricesUnavailableError, match=r"no prices of HUNG: .* did not answer in time \(within 6 s\)"):
        replace(source, deadline=6.0).fetch(["GOOD", "HUNG"], start=None, end=None)
    assert time.monotonic() - began < 6.0 + SLOW_MACHINE
    assert [stored.symbol for stored in read_cache_status(folder).symbols] == ["GOOD", "^GSPC"]


@pytest.mark.parametrize("where", ["CONNECT", "fc.yahoo.com/"])
def test_a_network_that_swallows_everything_costs_no_more_than_the_deadline(yahoo, source, where):
    yahoo.add(listing("AAPL"))
    yahoo.faults["CONNECT"] = yahoo.handshake_faults["*"] = "hang"
    if where != "CONNECT":
        del yahoo.faults["CONNECT"]
    began = time.monotonic()
    with pytest.raises(PricesUnavailableError, match=r"did not answer in time \(within 2 s\)"):
        replace(source, deadline=2.0).fetch(["AAPL"], start=None, end=None)
    assert time.monotonic() - began < 2.0 + SLOW_MACHINE


def test_a_refusal_that_passes_is_waited_for(yahoo, source, folder):
    yahoo.add(listing("AAPL"), listing("MSFT", 2))
    yahoo.faults["*"] = [REFUSED, REFUSED, REFUSED, None]
    assert source.fetch(["AAPL", "MSFT"], start=None, end=None).symbols == ("AAPL", "MSFT")
    assert read_cache_status(folder, now=source.now()).refused_until is None


def test_lasting_refusals_open_the_circuit_and_the_next_run_asks_nothing(yahoo, source, folder, now):
    symbols = [f"S{number}" for number in range(20)]
    yahoo.add(*(listing(symbol) for symbol in symbols))
    yahoo.faults["*"] = REFUSED
    yahoo.handshake_faults["query1.finance.yahoo.com/v1/test/getcrumb"] = REFUSED
    yahoo.handshake_faults["query2.finance.yahoo.com/v1/test/getcrumb"] = REFUSED
    with pytest.raises(PricesUnavailableError, match=r"S9 and 10 more: .* sent until 2026-08-22 08:10 in New York"):
        source.fetch(symbols, start=None, end=None)
    assert 4 <= yahoo.n_refused <= 30
    assert read_cache_status(folder, now=now).refused_until == now + timedelta(minutes=10)
    yahoo.forget()
    with pytest.raises(PricesUnavailableError, match="until 2026-08-22 08:10"):
        replace(source, now=lambda: now + timedelta(minutes=9)).fetch(["S1"], start=None, end=None)
    assert yahoo.requests == []
    yahoo.add(listing("S1"))
    later = replace(source, now=lambda: now + timedelta(minutes=11))
    assert later.fetch(["S1"], start=None, end=None).symbols == ("S1",)


def test_when_yahoo_fails_the_cache_stands_in_with_its_age_then_the_snapshot_where_it_is_allowed(yahoo, source, now):
    yahoo.add(listing("AAPL"), listing("VOD.L", 2, currency="GBp"), listing("GBPUSD=X", 3))
    source.fetch(["AAPL", "VOD.L"], start=None, end=None)
    yahoo.faults["*"] = REFUSED
    later = replace(source, now=lambda: now + timedelta(days=3, hours=12))
    prices = later.fetch(["AAPL", "VOD.L"], start=None, end=None)
    assert prices.symbols == ("AAPL", "VOD.L")
    note = next(note for note in prices.notes if note.code == "prices_from_cache")
    assert "Stored prices stand in for AAPL, VOD.L, GBPUSD=X: Yahoo Finance refuses" in note.message
    assert (
        "retrieved on 2026-08-22 08:00 New York time or later, up to 3 days ago, and end on 2026-08-21" in note.message
    )
    with pytest.raises(PricesUnavailableError, match=r"no prices of MSFT, NVDA: .* 1 other is at hand"):
        later.fetch(["AAPL", "MSFT", "NVDA"], start=None, end=None)
    with_snapshot = replace(later, fallback=SnapshotSource())
    prices = with_snapshot.fetch(["AAPL", "MSFT", "NVDA"], start=None, end=None)
    assert prices.source == "Yahoo Finance feed and shipped snapshot"
    assert codes(prices) == ["prices_from_cache", "prices_from_other_source"]
    assert "has MSFT, NVDA: the shipped snapshot stands in, whose closes of them end on 2026-08-21." in (
        prices.notes[1].message
    )
    assert with_snapshot.fetch(["MSFT"], start=None, end=None).source == "shipped snapshot"
    with pytest.raises(PricesUnavailableError, match="no prices of NOPE"):
        with_snapshot.fetch(["NOPE"], start=None, end=None)


def test_new_sessions_are_appended_restated_histories_fetched_anew_and_new_jumps_refused(yahoo, source, now):
    extended = trading_days("2016-08-22", "2026-08-28")
    kept, split, jump = (np.append(wander(DAYS.size, seed), np.full(5, np.nan)) for seed in (1, 2, 3))
    for symbol, close in (("KEPT", kept), ("SPLIT", split), ("JUMP", jump)):
        yahoo.add(listing(symbol, close=close[:-5]))
    source.fetch(["KEPT", "SPLIT", "JUMP"], start=None, end=None)
    yahoo.forget()
    for close, factor in ((kept, 1.01), (split, 1.01), (jump, 5.0)):
        close[-5:] = close[-6] * factor
    split /= 2.0
    yahoo.add(
        listing("KEPT", sessions=extended, close=kept),
        listing("SPLIT", sessions=extended, close=split, splits={date(2026, 8, 26): 2.0}),
        listing("JUMP", sessions=extended, close=jump),
    )
    later = replace(source, now=lambda: now + timedelta(days=7))
    prices = later.fetch(["KEPT", "SPLIT", "JUMP"], start=None, end=None)
    np.testing.assert_array_equal(prices.close, np.column_stack([kept, split]), strict=True)
    assert [datetime.fromtimestamp(first, UTC).date() for first, _ in yahoo.spans["KEPT"]] == [date(2026, 7, 22)]
    assert [datetime.fromtimestamp(first, UTC).year for first, _ in yahoo.spans["SPLIT"]] == [2026, 2016]
    (note,) = prices.notes
    assert note.code == "prices_restated"
    assert "Stored closes of SPLIT differ" in note.message
    ((symbol, reason),) = prices.missing
    assert symbol == "JUMP"
    assert "on 2026-08-24, like a split that was not adjusted for" in reason


def test_an_unfinished_session_is_no_close_and_a_newest_close_that_yahoo_lacks_is_named(yahoo, source):
    lacking = wander(DAYS.size, 2)
    lacking[-1] = np.nan
    yahoo.add(
        listing("OPEN"),
        listing("LATE", close=lacking, last_trade=date(2026, 8, 21)),
        listing("FIRSTDAY", sessions=DAYS[-1:], close=[20.0]),
    )
    during = replace(source, now=lambda: datetime(2026, 8, 21, 20, 19, tzinfo=UTC))
    prices = during.fetch(["OPEN", "FIRSTDAY"], start=None, end=None)
    assert prices.last_session == date(2026, 8, 20)
    assert prices.missing == (("FIRSTDAY", "Yahoo Finance answered without a single price"),)
    after = replace(source, now=lambda: datetime(2026, 8, 21, 20, 20, tzinfo=UTC))
    prices = after.fetch(["OPEN", "LATE"], start=None, end=None)
    assert prices.last_session == date(2026, 8, 21)
    assert prices.last_session_of("LATE") == date(2026, 8, 20)
    (note,) = prices.notes
    assert note.code == "newest_close_lacking"
    assert "LATE (2026-08-20)" in note.message


def test_prices_before_an_old_jump_are_not_used_and_a_new_one_leaves_the_symbol_out(yahoo, source, folder):
    yahoo.add(
        listing("OLD", close=np.where(np.arange(DAYS.size) < 500, 40.0, 10.0)),
        listing("NEW", 2),
        listing("YEN", 3, currency="JPY"),
        listing("JPYUSD=X", 4),
    )
    prices = source.fetch(["OLD"], start=None, end=None)
    assert prices.first_session == DAYS[500].item()
    (note,) = prices.notes
    assert note.code == "prices_jump"
    assert f"OLD: its close goes from 40 to 10 on {DAYS[500]}" in note.message
    source.fetch(["NEW", "YEN"], start=None, end=None)
    store = CloseStore(folder)
    for symbol in ("NEW", "JPYUSD=X"):
        stored = store.read(symbol)
        assert stored is not None
        store.write(replace(stored, close=np.append(stored.close[:-1], 1000.0)))
    prices = source.fetch(["OLD", "NEW", "YEN"], start=None, end=None)
    assert prices.symbols == ("OLD",)
    reasons = dict(prices.missing)
    assert reasons["NEW"].startswith("its prices jump as after a split that was not adjusted for (its close goes from")
    assert reasons["YEN"].endswith("(its prices are in JPY and the exchange rate JPYUSD=X is lacking)")


def test_an_earlier_start_is_fetched_once_and_an_index_comes_with_its_crises(yahoo, source):
    long = trading_days("1980-01-01", "2026-08-21")
    yahoo.add(*(listing(symbol, sessions=long, close=wander(long.size, 1)) for symbol in ("AAPL", "^GSPC")))
    both = source.fetch(["AAPL", "^GSPC"], start=None, end=None)
    assert both.first_session == date(1985, 1, 2)
    assert both.sessions[np.flatnonzero(~np.isnan(both.column("AAPL")))[0]] == np.datetime64("2016-01-01")
    for _ in range(2):
        assert source.fetch(["AAPL"], start=date(2000, 1, 3), end=None).first_session == date(2000, 1, 3)
    assert len(yahoo.charts("AAPL")) == 2
    assert source.fetch(["AAPL"], start=None, end=None).first_session == date(2000, 1, 3)


def test_a_connection_that_cannot_be_verified_is_named_as_such(yahoo, source, tmp_path, monkeypatch):
    import trustme  # noqa: PLC0415 - for another authority than the server's

    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other))
    with pytest.raises(PricesUnavailableError, match=r"cannot be verified; behind a company proxy, REQUESTS_CA_BUNDLE"):
        source.fetch(["AAPL"], start=None, end=None)


def test_a_program_that_cannot_run_is_named_with_its_last_words(yahoo, source, tmp_path, monkeypatch):
    (tmp_path / "yfinance.py").write_text("raise ImportError('half installed')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(PricesUnavailableError, match=r"stopped \(ImportError: half installed\)"):
        source.fetch(["AAPL"], start=None, end=None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(PricesUnavailableError, match=r"stopped \(No such file or directory\)"):
        source.fetch(["AAPL"], start=None, end=None)


def test_garbage_in_every_file_of_the_cache_is_noticed_and_replaced(yahoo, source, folder):
    yahoo.add(listing("AAPL"), listing("MSFT", 2))
    before = source.fetch(["AAPL", "MSFT"], start=None, end=None)
    (folder / "circuit.json").write_bytes(b"{}")
    for path in folder.iterdir():
        path.write_bytes(os.urandom(1000))
    assert read_cache_status(folder, now=source.now()).damaged == ("AAPL", "MSFT", "^GSPC")
    after = source.fetch(["AAPL", "MSFT"], start=None, end=None)
    np.testing.assert_array_equal(after.close, before.close, strict=True)
    assert codes(after) == ["cache_damaged"]
    assert read_cache_status(folder).damaged == ()
    assert codes(source.fetch(["AAPL", "MSFT"], start=None, end=None)) == []


def test_a_cache_that_cannot_be_written_is_done_without(yahoo, source, folder):
    yahoo.add(listing("AAPL"))
    folder.write_text("a file where the folder should be", encoding="utf-8")
    prices = source.fetch(["AAPL"], start=None, end=None)
    assert prices.symbols == ("AAPL",)
    assert codes(prices) == ["cache_not_written"]


UPDATE = """
import sys
from datetime import datetime
from pathlib import Path
from hedger.market import update_prices
done = update_prices(sys.argv[3:], folder=Path(sys.argv[1]), now=datetime.fromisoformat(sys.argv[2]))
print(*done.updated)
"""


def start_update(folder, now, symbols) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", UPDATE, str(folder), now.isoformat(), *symbols]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_an_update_killed_in_the_middle_leaves_whole_prices_and_nothing_else(yahoo, source, tmp_path, monkeypatch):
    folder, now = source.folder, source.now()
    levels = [index.symbol for index in INDICES]
    symbols = [*levels, *(f"S{number}" for number in range(1, 8))]
    yahoo.add(*(listing(symbol, seed) for seed, symbol in enumerate(symbols)))
    yahoo.faults |= dict.fromkeys(symbols[7:], "hang")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    update = start_update(folder, now, symbols)
    deadline = time.monotonic() + 20.0
    while len(list(folder.glob("closes_*"))) < 7 and time.monotonic() < deadline:
        time.sleep(0.02)
    update.kill()
    update.communicate()
    while list(scratch.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(scratch.iterdir()) == [], "the asking process has ended and cleaned up"
    stored = [entry.symbol for entry in read_cache_status(folder, now=now).symbols]
    assert len(stored) >= 7
    yahoo.requests.clear()
    prices = source.fetch(stored, start=None, end=None)
    assert not [path for symbol in stored for path in yahoo.charts(symbol)]
    for symbol in stored:
        np.testing.assert_array_equal(prices.column(symbol), wander(DAYS.size, symbols.index(symbol)), strict=True)
    yahoo.faults |= dict.fromkeys(symbols, "hang")
    held = [symbol for symbol in stored if symbol not in levels]
    rows = "".join(f"{symbol},100\n" for symbol in held)
    portfolio = read_portfolio(f"Symbol,Quantity\n{rows}".encode(), as_of=now.date(), name="mine")
    advice = advise(portfolio, source, today=now.date())
    assert [holding.symbol for holding in advice.exposure.book.holdings] == held
    assert advice.measurement.prices.last_session == prices.last_session


def test_two_updates_at_once_both_succeed(yahoo, folder, now):
    symbols = [f"S{number}" for number in range(6)]
    yahoo.add(*(listing(symbol, seed) for seed, symbol in enumerate(symbols)))
    updates = [start_update(folder, now, symbols) for _ in range(2)]
    outputs = [update.communicate(timeout=30)[0] for update in updates]
    assert [sorted(output.split()) for output in outputs] == [symbols, symbols]
    status = read_cache_status(folder, now=now)
    assert [entry.symbol for entry in status.symbols] == symbols
    assert sorted(path.name for path in folder.iterdir()) == [f"closes_{symbol}.json" for symbol in symbols]


def test_open_source_gives_yahoo_without_asking_anything(yahoo):
    plain, allowed = open_source("yahoo"), open_source("yahoo", allow_snapshot=True)
    assert (plain.name, plain.fallback) == ("yahoo", None)
    assert allowed.fallback == SnapshotSource()
    assert yahoo.requests == []
    with pytest.raises(ValueError, match="no symbol was asked for"):
        plain.fetch([], start=None, end=None)
