from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hedger.market import SnapshotSource
from hedger.market.snapshot import PRICES_FILE

INDICES = ("^GSPC", "^DJI", "^NDX", "^RUT", "^VIX", "MDY")


@pytest.fixture(scope="module")
def indices():
    return SnapshotSource().fetch(INDICES, start=None, end=None)


# Closing levels to the cent, as the index owners published them; those of 2026-08-21 are the source's printed
# numbers, rounded.
@pytest.mark.parametrize(
    ("symbol", "day", "level"),
    [
        ("^GSPC", "1987-10-19", 224.84),
        ("^GSPC", "2009-03-09", 676.53),
        ("^GSPC", "2020-03-23", 2237.40),
        ("^GSPC", "2025-04-08", 4982.77),
        ("^GSPC", "2026-08-21", 7674.37),
        ("^DJI", "1987-10-19", 1738.74),
        ("^DJI", "2020-03-23", 18591.93),
        ("^DJI", "2026-08-21", 53277.01),
        ("^NDX", "2000-03-27", 4704.73),
        ("^NDX", "2026-08-21", 29308.86),
        ("^RUT", "2020-03-18", 991.16),
        ("^RUT", "2026-08-21", 3017.87),
        ("^VIX", "2020-03-16", 82.69),
    ],
)
def test_indices_stand_at_their_published_levels(indices, symbol, day, level):
    assert indices.close_on(symbol, date.fromisoformat(day)) == pytest.approx(level, abs=0.005)


# Worst days of 1987 and 2020, per cent, as histories of the crises have them.
@pytest.mark.parametrize(
    ("symbol", "before", "day", "fall"),
    [
        ("^GSPC", "1987-10-16", "1987-10-19", -20.47),
        ("^DJI", "1987-10-16", "1987-10-19", -22.61),
        ("^NDX", "1987-10-16", "1987-10-19", -15.08),
        ("^RUT", "1987-10-16", "1987-10-19", -12.53),
        ("^GSPC", "2020-03-13", "2020-03-16", -11.98),
    ],
)
def test_the_worst_days_are_those_of_the_history_books(indices, symbol, before, day, fall):
    ratio = indices.close_on(symbol, date.fromisoformat(day)) / indices.close_on(symbol, date.fromisoformat(before))
    assert 100.0 * (ratio - 1.0) == pytest.approx(fall, abs=0.005)


# Printed cells of the original file.
@pytest.mark.parametrize(
    ("symbol", "day", "text"),
    [
        ("AAPL", "2016-08-22", "24.8148"),
        ("AAPL", "2026-08-21", "309.35"),
        ("TSLA", "2026-08-21", "362.86"),
        ("BRK-B", "2026-08-21", "495.82"),
        ("SPY", "2016-08-22", "186.147"),
        ("SPY", "2026-08-21", "765.72"),
        ("PLTR", "2026-08-21", "179.94"),
        ("WTS", "2026-08-21", "375.57"),
        ("GLD", "2025-12-31", "396.31"),
        ("MDY", "2025-09-26", "596.68"),
        ("^GSPC", "2026-08-21", "7674.3701"),
    ],
)
def test_closes_are_exactly_the_printed_numbers(symbol, day, text):
    prices = SnapshotSource().fetch([symbol], start=None, end=None)
    assert prices.close_on(symbol, date.fromisoformat(day)) == float(text)


def test_the_snapshot_holds_137_symbols_on_2514_sessions_of_ten_years():
    with np.load(PRICES_FILE, allow_pickle=False) as members:
        symbols = [str(name) for name in [*members["indices.names"], *members["stocks.names"]]]
    prices = SnapshotSource().fetch(symbols, start=date(2016, 8, 22), end=None)
    assert prices.close.shape == (2514, 137)
    assert prices.missing == ()
    assert prices.source == "shipped snapshot"
    assert (prices.first_session, prices.last_session) == (date(2016, 8, 22), date(2026, 8, 21))


def test_each_index_begins_where_its_source_does(indices):
    assert indices.sessions.size == 10_490
    begins = {symbol: str(indices.sessions[np.argmax(~np.isnan(indices.column(symbol)))]) for symbol in INDICES}
    assert begins == {
        "^GSPC": "1985-01-02",
        "^DJI": "1985-01-02",
        "^NDX": "1985-10-01",
        "^RUT": "1987-09-10",
        "^VIX": "1990-01-02",
        "MDY": "1995-05-04",
    }


def test_no_session_is_missing_inside_an_index_but_four_of_the_vix(indices):
    gaps = {}
    for symbol in INDICES:
        has_close = np.flatnonzero(~np.isnan(indices.column(symbol)))
        gaps[symbol] = int(has_close[-1] - has_close[0] + 1 - has_close.size)
    assert gaps == {"^GSPC": 0, "^DJI": 0, "^NDX": 0, "^RUT": 0, "^VIX": 4, "MDY": 0}


def test_a_stock_asked_for_before_its_prices_begin_is_missing_beside_the_index():
    prices = SnapshotSource().fetch(["^GSPC", "AAPL"], start=None, end=date(2010, 6, 30))
    assert prices.symbols == ("^GSPC",)
    assert prices.missing == (("AAPL", "the shipped snapshot has AAPL from 2016-08-22 to 2026-08-21 only"),)


def test_the_reason_for_an_unknown_symbol_says_what_the_snapshot_has():
    prices = SnapshotSource().fetch(["^GSPC", "NOPE"], start=None, end=None)
    assert prices.missing == (("NOPE", "not in the shipped snapshot (137 symbols, 2016-08-22 to 2026-08-21)"),)


def test_the_shipped_prices_stay_small():
    assert PRICES_FILE.stat().st_size < 700_000
