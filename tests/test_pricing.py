"""A contract quoted by itself: at fair value by the newest level, and not at all where none is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hedger.contracts import find_contract
from hedger.market import Prices, SnapshotSource, dividend_yield_on, fair_value, rate_on
from hedger.pricing import quote_fair

DAY = date(2026, 8, 21)


def test_a_quote_is_fair_value_by_the_newest_level_however_old():
    later = date(2026, 9, 1)
    prices = SnapshotSource().fetch(["^GSPC"], start=None, end=None)
    quote = quote_fair(find_contract("MES", later), prices, later)
    rate, dividends = rate_on(later), dividend_yield_on("^GSPC", later)
    level, days = prices.close_on("^GSPC", DAY), (date(2026, 9, 18) - DAY).days
    assert quote.code == "MESU6"
    assert quote.price == pytest.approx(fair_value(level, rate.value, dividends.value, days), rel=1e-12)


@pytest.mark.parametrize(("root", "day"), [("MES", DAY), ("MNQ", DAY), ("EMD", DAY), ("ES", date(2026, 8, 18))])
def test_without_a_level_there_is_no_quote(root, day):
    prices = Prices(
        sessions=np.array(["2026-08-19", "2026-08-20", "2026-08-24"], dtype="datetime64[D]"),
        symbols=("^NDX", "MDY"),
        close=np.array([[np.nan, 600.0], [np.nan, 601.0], [29_000.0, 602.0]]),
        source="made up",
    )
    assert quote_fair(find_contract(root, day), prices, day) is None
