"""The contract table as it stood on a day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hedger.contracts import load_margins
from hedger.errors import SettingsError
from hedger.market import Prices
from hedger.report import list_contracts

DAY = date(2026, 8, 21)


def prices(last_session: date, **levels: float) -> Prices:
    return Prices(
        sessions=np.array([last_session], dtype="datetime64[D]"),
        symbols=tuple(levels),
        close=np.array([list(levels.values())]),
        source="made up",
    )


@pytest.mark.parametrize(
    ("last_session", "notional"),
    [(DAY, 50 * 7000.0), (date(2026, 8, 14), 50 * 7000.0), (date(2026, 8, 13), None), (date(2026, 8, 24), None)],
)
def test_a_level_counts_for_a_week(last_session: date, notional: float | None) -> None:
    known = prices(last_session, **{"^GSPC": 7000.0})
    listed = {row.contract.symbol: row for row in list_contracts(DAY, known)}
    assert listed["ES"].notional == notional
    assert listed["NQ"].notional is None


def test_a_fund_that_stands_for_an_index_is_no_level() -> None:
    listed = {row.contract.symbol: row for row in list_contracts(DAY, prices(DAY, MDY=600.0))}
    assert listed["EMD"].notional is None


def test_the_margin_is_the_newest_up_to_the_day_and_its_age_is_told() -> None:
    listed = {row.contract.symbol: row for row in list_contracts(DAY, prices(DAY, MDY=1.0))}
    newest = max((each for each in load_margins()["EMD"] if each.as_of <= DAY), key=lambda each: each.as_of)
    assert listed["EMD"].margin == newest
    assert listed["EMD"].margin_age_days == (DAY - newest.as_of).days
    assert listed["EMD"].has_old_margin
    assert listed["QSPX"].margin is None
    assert listed["QSPX"].margin_age_days is None
    assert not listed["QSPX"].has_old_margin


def test_a_delisted_contract_has_no_front_month_and_the_last_margin_of_its_life() -> None:
    standard = {row.contract.symbol: row for row in list_contracts(DAY, prices(DAY, MDY=1.0))}["SP"]
    assert (standard.is_listed, standard.code, standard.expiry) == (False, None, None)
    assert standard.margin is not None
    assert standard.margin.as_of <= date(2021, 9, 17)


def test_no_contract_is_listed_before_the_first() -> None:
    with pytest.raises(SettingsError, match=r"No index future was listed on 1980-01-02"):
        list_contracts(date(1980, 1, 2), prices(DAY, MDY=1.0))
