from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

import hedger.market
from hedger.market import YahooSource
from hedger.market.yahoo.answers import check_symbol, to_series
from hedger.market.yahoo.failures import Failure

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


def answer(**changes) -> dict:
    given = {
        "symbol": "AAPL",
        "currency": "USD",
        "timezone": "America/New_York",
        "closes_at": "16:00:00",
        "first_trade": "1980-12-12",
        "has_newest": True,
        "sessions": ["2026-08-19", "2026-08-20", "2026-08-21"],
        "close": [100.0, 101.0, 102.0],
        "splits": [["2026-08-20", 4.0]],
    }
    return given | changes


def judge(**changes):
    since = date(2026, 8, 19)
    return to_series("AAPL", answer(**changes), since=since, asked_from=since, now=NOW)


def test_a_good_answer_becomes_a_series():
    series = judge()
    assert not isinstance(series, Failure)
    assert series.last_session == date(2026, 8, 21)
    assert series.splits == ((date(2026, 8, 20), 4.0),)
    assert series.retrieved_at == NOW
    np.testing.assert_array_equal(series.close, [100.0, 101.0, 102.0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbol": "MSFT"}, "it is about MSFT"),
        ({"symbol": None}, "it is about None"),
        ({"currency": None}, "does not name a currency"),
        ({"close": [100.0, 101.0]}, "2 closes for 3 sessions"),
        ({"close": [100.0, 101.0, float("inf")]}, "closes must be positive and finite"),
        ({"sessions": ["2026-08-19", "2026-08-20", "2026-08-20"]}, "sessions must rise strictly"),
    ],
)
def test_a_bad_answer_is_a_failure_that_says_why(changes, words):
    failure = judge(**changes)
    assert isinstance(failure, Failure)
    assert failure.kind == "unusable"
    assert words in failure.detail


def test_an_answer_may_begin_late_when_trade_did_or_when_nobody_knows():
    since = date(2016, 1, 1)
    for first_trade in ("2026-08-19", None):
        series = to_series("AAPL", answer(first_trade=first_trade), since=since, asked_from=since, now=NOW)
        assert not isinstance(series, Failure)
    failure = to_series("AAPL", answer(), since=since, asked_from=since, now=NOW)
    assert isinstance(failure, Failure)
    assert "its 3 closes begin on 2026-08-19, although it has traded since 1980-12-12" in failure.detail


def test_a_long_holiday_is_no_hole():
    since = date(2026, 2, 2)
    week_off = answer(sessions=["2026-02-13", "2026-02-24"], close=[100.0, 101.0], splits=[], first_trade=None)
    assert not isinstance(to_series("AAPL", week_off, since=since, asked_from=since, now=NOW), Failure)


@pytest.mark.parametrize("symbol", ["AAPL", "^GSPC", "BRK-B", "0005.HK", "GBPUSD=X", "7203.T", "BTC-USD", "A"])
def test_symbols_of_yahoo_may_be_asked_for(symbol):
    assert check_symbol(symbol) is None


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "aapl",
        "A B",
        "A?B",
        "A#B",
        "A/B",
        "%41APL",
        "AAPL\n",
        "../V1",
        ".A",
        "A" * 16,
        "ÄPFEL",
        "US0378331005",
        "ES=F",
    ],
)
def test_what_would_ask_for_something_else_is_never_asked_for(symbol):
    failure = check_symbol(symbol)
    assert failure is not None
    assert failure.kind == "invalid"


def test_the_room_offers_live_prices_under_its_own_name_and_nothing_unknown():
    assert hedger.market.YahooSource is YahooSource
    with pytest.raises(AttributeError, match="has no attribute 'GoogleSource'"):
        hedger.market.GoogleSource  # noqa: B018 - asking for it is the test
