from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedger.market.currency import load_units, to_unit
from hedger.market.yahoo.closes import CloseSeries
from hedger.market.yahoo.currency import convert, in_whole_units
from hedger.market.yahoo.failures import Failure

WEEKDAYS = np.arange("2026-01-05", "2026-08-22", dtype="datetime64[D]")
WEEKDAYS = WEEKDAYS[np.is_busday(WEEKDAYS)]
FRIDAY_EVENING = datetime(2026, 8, 21, 22, 0, tzinfo=UTC)


def make_series(**changes) -> CloseSeries:
    given = {
        "symbol": "AAPL",
        "currency": "USD",
        "timezone": "America/New_York",
        "closes_at": time(16, 0),
        "asked_from": date(2016, 1, 1),
        "retrieved_at": FRIDAY_EVENING,
        "has_newest": True,
        "sessions": WEEKDAYS,
        "close": np.linspace(100.0, 120.0, WEEKDAYS.size),
    }
    return CloseSeries(**(given | changes))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sessions": WEEKDAYS[:0], "close": []}, "0 closes for 0 sessions"),
        ({"close": [1.0]}, "1 closes for 165 sessions, expected one for each"),
        ({"sessions": WEEKDAYS[::-1]}, "sessions must rise strictly"),
        ({"close": np.full(WEEKDAYS.size, np.nan)}, "must be positive and finite"),
        ({"close": np.zeros(WEEKDAYS.size)}, "must be positive and finite"),
        ({"splits": ((date(2026, 3, 2), 0.0),)}, "ratios of splits must be positive"),
        ({"retrieved_at": datetime(2026, 8, 21, 22, 0)}, "needs a time zone"),  # noqa: DTZ001 - that is the mistake
    ],
)
def test_what_cannot_be_a_series_is_refused(changes, problem):
    with pytest.raises(ValueError, match=problem):
        make_series(**changes)


def test_a_series_cannot_be_changed_from_outside():
    close = np.linspace(100.0, 120.0, WEEKDAYS.size)
    series = make_series(close=close)
    close[0] = 1.0
    assert series.close[0] == 100.0
    with pytest.raises(ValueError, match="read-only"):
        series.close[0] = 1.0


@pytest.mark.parametrize(
    ("retrieved_at", "now", "is_fresh"),
    [
        # New York is four hours behind UTC in August; a close is final 20 minutes after 16:00 there.
        ("2026-08-21 22:00", "2026-08-21 22:05", True),
        ("2026-08-21 22:00", "2026-08-24 20:19", True),
        ("2026-08-21 22:00", "2026-08-24 20:20", False),
        ("2026-08-21 20:19", "2026-08-21 20:21", False),
        ("2026-08-20 22:00", "2026-08-21 15:00", True),
        ("2026-08-20 22:00", "2026-08-21 21:00", False),
        ("2026-08-22 12:00", "2026-08-23 23:00", True),
        ("2026-08-21 22:00", "2026-09-21 12:00", False),
        ("2026-08-21 22:00", "2026-08-21 21:59", False),
    ],
)
def test_a_series_is_fresh_until_the_next_close_on_a_weekday(retrieved_at, now, is_fresh):
    then, moment = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (retrieved_at, now))
    assert make_series(retrieved_at=then).is_fresh(moment) is is_fresh


def test_a_series_without_the_newest_close_is_fresh_for_a_quarter_of_an_hour():
    series = make_series(has_newest=False)
    assert series.is_fresh(FRIDAY_EVENING + timedelta(minutes=14))
    assert not series.is_fresh(FRIDAY_EVENING + timedelta(minutes=15))


@given(split=st.integers(10, WEEKDAYS.size - 1), overlap=st.integers(3, 10))
def test_a_series_cut_in_two_with_an_overlap_comes_together_again(split, overlap):
    whole = make_series()
    old = replace(whole, sessions=whole.sessions[:split], close=whole.close[:split])
    newer = replace(
        whole,
        asked_from=date(2026, 1, 1),
        sessions=whole.sessions[split - overlap :],
        close=whole.close[split - overlap :],
    )
    joined = old.extended_by(newer)
    assert joined is not None
    assert joined.asked_from == old.asked_from
    np.testing.assert_array_equal(joined.sessions, whole.sessions, strict=True)
    np.testing.assert_array_equal(joined.close, whole.close, strict=True)


def test_a_session_that_was_lacking_is_filled_in_and_one_that_is_lacking_now_is_kept():
    whole = make_series()
    without = {gap: np.delete(np.arange(WEEKDAYS.size), gap) for gap in (-3, -5)}
    old, newer = (replace(whole, sessions=whole.sessions[rows], close=whole.close[rows]) for rows in without.values())
    joined = old.extended_by(newer)
    assert joined is not None
    np.testing.assert_array_equal(joined.close, whole.close, strict=True)


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.9999, 1.0001])
def test_stored_closes_that_yahoo_has_rescaled_do_not_agree(factor):
    whole = make_series()
    assert whole.extended_by(replace(whole, close=whole.close * factor)) is None


def test_noise_of_single_precision_is_no_disagreement():
    whole = make_series()
    assert whole.extended_by(replace(whole, close=whole.close.astype(np.float32))) is not None


def test_too_short_an_overlap_or_another_currency_is_no_agreement():
    whole = make_series()
    old = replace(whole, sessions=whole.sessions[:100], close=whole.close[:100])
    newer = replace(whole, sessions=whole.sessions[98:], close=whole.close[98:])
    assert old.extended_by(newer) is None
    assert whole.extended_by(replace(whole, currency="EUR")) is None


def jump(ratio: float, row: int, *, splits=()) -> CloseSeries:
    """Return closes near 100 that are divided by `ratio` from `row` on."""
    close = np.linspace(100.0, 101.0, WEEKDAYS.size)
    close[row:] /= ratio
    return make_series(close=close, splits=tuple((day.item(), size) for day, size in splits))


def test_an_ordinary_series_is_trusted_as_it_is():
    series = make_series(splits=((WEEKDAYS[80].item(), 4.0),))
    assert series.trusted() == (series, "")


@pytest.mark.parametrize("ratio", [2.6, 4.0, 20.0, 0.1])
def test_only_what_follows_an_old_large_jump_is_trusted(ratio):
    judged = jump(ratio, 60).trusted()
    assert not isinstance(judged, Failure)
    usable, doubt = judged
    assert usable.first_session == WEEKDAYS[60].item()
    assert usable.close.size == WEEKDAYS.size - 60
    assert f"on {WEEKDAYS[60]}" in doubt


@pytest.mark.parametrize("row", [-1, -19])
def test_nobody_knows_the_level_right_after_a_large_jump(row):
    judged = jump(4.0, row).trusted()
    assert isinstance(judged, Failure)
    assert judged.kind == "suspicious"


def test_a_split_that_still_shows_is_found_although_its_jump_alone_would_not_be():
    for ratio, step in ((2.0, 2.0), (2.0, 0.5), (1.5, 1.5)):
        assert jump(step, 60).trusted()[1] == ""
        assert f"on {WEEKDAYS[60]}" in jump(step, 60, splits=[(WEEKDAYS[60], ratio)]).trusted()[1]
    assert jump(1.3, 60, splits=[(WEEKDAYS[60], 4.0)]).trusted()[1] == "", (
        "a bad day that happens to be that of a split"
    )
    assert jump(1.05, 60, splits=[(WEEKDAYS[60], 1.05)]).trusted()[1] == "", "too small to tell"
    assert jump(1.0, 60, splits=[(np.datetime64("2027-01-04"), 4.0)]).trusted()[1] == "", "announced"


def test_parts_of_a_currency_become_whole_ones():
    assert {code: (unit.currency, unit.units) for code, unit in load_units().items()} == {
        "GBp": ("GBP", 100.0),
        "GBX": ("GBP", 100.0),
        "ZAc": ("ZAR", 100.0),
        "ZAC": ("ZAR", 100.0),
        "ILA": ("ILS", 100.0),
        "KWF": ("KWD", 1000.0),
        "USX": ("USD", 100.0),
    }
    assert [to_unit(code).rate_symbol for code in ("USD", "EUR", "GBp", "USX")] == [None, "EURUSD=X", "GBPUSD=X", None]
    cents = in_whole_units(make_series(currency="USX"))
    assert (cents.currency, cents.close[0]) == ("USD", 1.0)


def test_a_close_is_converted_at_the_rate_of_its_day_or_of_the_week_before():
    rate = make_series(
        symbol="GBPUSD=X",
        sessions=np.array(["2026-01-12", "2026-01-14"], dtype="datetime64[D]"),
        close=[1.25, 1.5],
    )
    pence = make_series(currency="GBp", close=np.full(WEEKDAYS.size, 200.0))
    converted = convert(pence, rate)
    assert converted is not None
    assert converted.currency == "USD"
    assert dict(zip(converted.sessions.astype(str).tolist(), converted.close.tolist(), strict=True)) == {
        "2026-01-12": 2.5,
        "2026-01-13": 2.5,
        "2026-01-14": 3.0,
        "2026-01-15": 3.0,
        "2026-01-16": 3.0,
        "2026-01-19": 3.0,
        "2026-01-20": 3.0,
        "2026-01-21": 3.0,
    }
    assert convert(pence, replace(rate, sessions=rate.sessions + 1000)) is None


def test_a_failure_is_of_a_known_kind():
    with pytest.raises(ValueError, match="'bad luck' is not a kind of failure"):
        Failure(kind="bad luck")
    assert str(Failure(kind="empty")) == "Yahoo Finance answered without a single price"
