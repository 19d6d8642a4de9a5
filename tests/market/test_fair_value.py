from __future__ import annotations

import csv
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedger.market import SnapshotSource, dividend_yield_on, fair_value, rate_on

levels = st.floats(1.0, 1e6)
rates = st.floats(-0.02, 0.2)
yields = st.floats(0.0, 0.1)
days = st.integers(0, 400)

INDEX_OF = {"ES": "^GSPC", "NQ": "^NDX", "YM": "^DJI", "RTY": "^RUT"}


def test_the_example_of_the_exchange_comes_out():
    """CME Group, "Calculating Fair Value": S&P 500 at 1146, 5.7 %, dividend yield 1.40 %, 78 days: 1156.68."""
    assert fair_value(1146.0, 0.057, 0.0140, 78) == pytest.approx(1156.68, abs=0.005)


@given(levels, rates, yields)
def test_at_expiry_the_future_is_the_index(level, rate, dividend_yield):
    assert fair_value(level, rate, dividend_yield, 0) == level


@given(levels, st.floats(0.0, 0.1), days)
def test_interest_and_dividends_of_the_same_rate_cancel(level, rate, n_days):
    assert fair_value(level, rate, rate, n_days) == pytest.approx(level, rel=1e-12)


@given(levels, rates, yields, days, st.floats(0.01, 100.0))
def test_fair_value_is_proportional_to_the_level(level, rate, dividend_yield, n_days, factor):
    assert fair_value(factor * level, rate, dividend_yield, n_days) == pytest.approx(
        factor * fair_value(level, rate, dividend_yield, n_days), rel=1e-12
    )


@given(levels, rates, yields, st.integers(1, 400), st.floats(1e-4, 0.1))
def test_interest_lifts_the_future_and_dividends_lower_it_by_as_much(level, rate, dividend_yield, n_days, more):
    value = fair_value(level, rate, dividend_yield, n_days)
    with_interest = fair_value(level, rate + more, dividend_yield, n_days)
    with_dividends = fair_value(level, rate, dividend_yield + more, n_days)
    assert with_dividends < value < with_interest
    assert with_interest - value == pytest.approx(value - with_dividends, rel=1e-6)
    assert with_interest - value == pytest.approx(level * more * n_days / 360, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((0.0, 0.05, 0.01, 90), "level is 0.0, expected a positive number"),
        ((math.nan, 0.05, 0.01, 90), "level is nan"),
        ((math.inf, 0.05, 0.01, 90), "level is inf"),
        ((5000.0, math.nan, 0.01, 90), "must be finite"),
        ((5000.0, 0.05, math.inf, 90), "must be finite"),
        ((5000.0, 0.05, 0.01, -1), "days is -1"),
    ],
)
def test_arguments_outside_their_range_are_refused(arguments, problem):
    with pytest.raises(ValueError, match=problem):
        fair_value(*arguments)


def test_real_futures_trade_near_fair_value_and_nearer_than_to_the_index():
    """Forty closes of front futures at 16:00 New York: the first of each February and August, 2019 to 2023.

    The closes come from the pysystemtrade collection (Interactive Brokers), last trading days from the contract
    calendar, levels, rates and yields from the shipped tables.
    """
    with (Path(__file__).parent / "futures_closes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    prices = SnapshotSource().fetch(list(INDEX_OF.values()), start=date(2019, 1, 2), end=None)
    errors, basis = [], []
    for row in rows:
        day, index, close = date.fromisoformat(row["date"]), INDEX_OF[row["symbol"]], float(row["close"])
        rate, dividend_yield = rate_on(day), dividend_yield_on(index, day)
        assert rate is not None
        assert dividend_yield is not None
        level = prices.close_on(index, day)
        n_days = (date.fromisoformat(row["last_trading_day"]) - day).days
        errors.append(1e4 * abs(fair_value(level, rate.value, dividend_yield.value, n_days) / close - 1.0))
        basis.append(1e4 * abs(level / close - 1.0))
    assert len(errors) == 40
    assert np.median(errors) < 10.0
    assert max(errors) < 30.0
    assert np.median(errors) < 0.5 * np.median(basis)
