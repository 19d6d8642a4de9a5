"""Fees, against the brokers' own published totals."""

from __future__ import annotations

import io
from datetime import date

import pytest

from hedger.contracts import (
    DEFAULT_FEE_SCHEDULE,
    SIZES,
    FeeRate,
    FeeSchedule,
    Size,
    find_fee_schedule,
    load_fee_schedules,
    read_fees,
)
from hedger.errors import SettingsError

TODAY = date(2026, 8, 21)


def per_side(schedule: str, size: Size, as_of: date = TODAY) -> float:
    return find_fee_schedule(schedule).find_fees(size, as_of=as_of).per_side


@pytest.mark.parametrize(
    ("schedule", "e_mini", "micro"),
    [("ibkr", 2.25, 0.62), ("schwab", 3.65, 2.62)],
)
def test_a_side_costs_what_the_table_of_facts_says(schedule: str, e_mini: float, micro: float) -> None:
    assert per_side(schedule, "e-mini") == pytest.approx(e_mini, abs=1e-9)
    assert per_side(schedule, "micro") == pytest.approx(micro, abs=1e-9)


@pytest.mark.parametrize(("plan", "round_turn"), [("free", 5.76), ("monthly", 5.16), ("lifetime", 4.36)])
def test_a_round_turn_at_ninjatrader_costs_what_a_comparison_of_january_2026_says(plan: str, round_turn: float) -> None:
    assert 2 * per_side(f"ninjatrader-{plan}", "e-mini") == pytest.approx(round_turn, abs=1e-9)


def test_ten_micros_cost_nearly_three_times_one_e_mini() -> None:
    assert 10 * per_side("ibkr", "micro") == pytest.approx(6.20, abs=1e-9)
    assert 10 * per_side("ibkr", "micro") / per_side("ibkr", "e-mini") == pytest.approx(2.8, abs=0.05)


@pytest.mark.parametrize(
    ("size", "as_of", "exchange_fee"),
    [
        ("e-mini", TODAY, 1.38),
        ("micro", TODAY, 0.35),
        ("standard", TODAY, 2.40),
        ("e-mini", date(2020, 3, 2), 1.18),
        ("micro", date(2020, 3, 2), 0.22),
        ("e-mini", date(1999, 3, 2), 1.18),  # the earliest known stands in
    ],
)
def test_the_exchange_fee_is_that_of_the_day(size: Size, as_of: date, exchange_fee: float) -> None:
    assert find_fee_schedule("ibkr").find_fees(size, as_of=as_of).exchange_fee == exchange_fee


@pytest.mark.parametrize(
    ("as_of", "fee"), [(date(2014, 9, 30), 0.02), (date(2014, 10, 1), 0.01), (date(2018, 1, 1), 0.02)]
)
def test_the_nfa_fee_is_that_of_the_day(as_of: date, fee: float) -> None:
    assert find_fee_schedule("ibkr").find_fees("e-mini", as_of=as_of).regulatory_fee == fee


def test_a_spot_quoted_contract_borrows_the_micros_rates_and_says_so() -> None:
    fees = find_fee_schedule("ibkr").find_fees("spot-quoted", as_of=TODAY)
    assert fees.is_assumed
    assert (fees.commission, fees.exchange_fee) == (0.25, 0.35)
    assert "exchange fee: IBKR CME fee page (2024-2026, that of micro stands in)" in fees.source


def test_known_rates_are_not_called_assumed() -> None:
    fees = find_fee_schedule("ibkr").find_fees("e-mini", as_of=TODAY)
    assert not fees.is_assumed
    assert fees.source.startswith("commission: IBKR futures commission page (2024); exchange fee: IBKR")
    assert fees.as_of == "2024, 2024-2026, since 2018-01-01"


def test_every_schedule_prices_every_size() -> None:
    schedules = load_fee_schedules()
    assert schedules[0].name == DEFAULT_FEE_SCHEDULE
    assert len({schedule.name for schedule in schedules}) == len(schedules) == 8
    for schedule in schedules:
        assert schedule.title
        for size in SIZES:
            assert schedule.find_fees(size, as_of=TODAY).per_side > 0.0


def test_an_unknown_schedule_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r'no fee schedule "robin"\. Choose among ibkr, schwab, tradestation'):
        find_fee_schedule("robin")


def test_a_schedule_without_a_rate_is_a_callers_mistake() -> None:
    rate = FeeRate(kind="commission", size="micro", amount=1.0, effective=TODAY, as_of="", source="")
    with pytest.raises(ValueError, match="schedule x has no commission for e-mini"):
        FeeSchedule(name="x", title="X", rates=(rate,)).find_fees("standard", as_of=TODAY)


def test_a_users_fees_are_read_per_side() -> None:
    (row,) = read_fees(io.StringIO("symbol,commission,exchange_fee,regulatory_fee\nMES,0.5,0.35,0\n"))
    assert row.symbol == "MES"
    assert row.fees.per_side == pytest.approx(0.85, abs=1e-12)
    assert row.fees.source == "own figures (The table, line 2)"
    assert not row.fees.is_assumed


def test_a_negative_fee_is_refused() -> None:
    with pytest.raises(SettingsError, match=r'line 2, column "exchange_fee": "-1" is not a number of at least 0'):
        read_fees(io.StringIO("symbol,commission,exchange_fee,regulatory_fee\nES,1,-1,0\n"))
