"""When the futures account is called for cash, and what would prevent it."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from made_up import make_exposure, make_plan

from hedger.risk import assess_margin_calls, hedge_gains, passage_deviation, passage_probability


def by_horizon(call):
    return {each.horizon_days: each for each in call.chances}


def test_the_level_of_a_call_by_hand():
    exposure = make_exposure()
    plan = make_plan(exposure)  # 1.2 million of beta dollars are four ES short at 300,000 each
    assert {order.quote.symbol: order.held_after for order in plan.positions} == {"ES": -4}
    call = assess_margin_calls(exposure, plan, buffer=52_000.0)
    # 88,000 initial and 52,000 buffer are 60,000 above the maintenance of 80,000: 5 % of 1.2 million.
    assert call.call_move == pytest.approx(0.05, rel=1e-12)
    assert call.call_level == pytest.approx(6300.0, rel=1e-12)
    assert (call.buffer, call.is_stated) == (52_000.0, True)


def test_the_chance_of_a_call_is_that_of_the_index_rising_so_far():
    exposure = make_exposure()
    plan = make_plan(exposure)
    call = assess_margin_calls(exposure, plan, buffer=52_000.0)
    deviation = passage_deviation(exposure.index_returns[:, 0])
    assert deviation == pytest.approx(0.9 * 0.01, rel=0.15)  # 16 % a year
    for horizon, chance in by_horizon(call).items():
        assert chance.probability == pytest.approx(passage_probability(math.log(1.05), deviation, horizon), rel=1e-9)
        # Independent normal returns: past windows say what the formula says, up to their number.
        assert chance.simulated == pytest.approx(chance.probability, abs=0.15)
    assert list(by_horizon(call)) == [5, 21, 63]


def keep(plan, **held):
    """Return a plan whose futures of some roots are held as stated instead of being closed."""
    positions = (
        replace(order, quantity=0, held_after=held.get(order.quote.symbol, order.held_after))
        for order in plan.positions
    )
    return replace(plan, positions=tuple(positions))


def test_legs_count_jointly():
    exposure = make_exposure()
    plan = keep(make_plan(exposure, current=(("NQ", -1),)), NQ=-1)
    held = {order.quote.symbol: order.held_after for order in plan.positions}
    call = assess_margin_calls(exposure, plan, buffer=50_000.0)
    room = plan.initial_margin + 50_000.0 - plan.maintenance_margin
    per_unit = -(held["ES"] * 300_000.0 + held.get("MES", 0) * 30_000.0) + 400_000.0 * 1.125
    assert call.call_move == pytest.approx(room / per_unit, rel=1e-12)
    gross = sum(abs(order.held_after) * order.quote.notional for order in plan.positions)
    deviation = passage_deviation(hedge_gains(exposure, plan) / gross)
    assert by_horizon(call)[63].probability == pytest.approx(
        passage_probability(math.log1p(room / gross), deviation, 63), rel=1e-12
    )


def test_the_buffer_for_a_chance_leaves_that_chance():
    exposure = make_exposure()
    plan = make_plan(exposure)
    for need in assess_margin_calls(exposure, plan, buffer=0.0).needs:
        if need.buffer > 0:
            call = assess_margin_calls(exposure, plan, buffer=need.buffer)
            assert by_horizon(call)[need.horizon_days].probability == pytest.approx(need.probability, rel=1e-9)
        else:
            call = assess_margin_calls(exposure, plan, buffer=0.0)
            assert by_horizon(call)[need.horizon_days].probability <= need.probability
    with pytest.raises(ValueError, match=r"no buffer was computed for 0\.5 within 63 sessions"):
        call.need(0.5, 63)


def test_a_larger_buffer_is_never_worse():
    exposure = make_exposure()
    plan = make_plan(exposure)
    calls = [assess_margin_calls(exposure, plan, buffer=buffer) for buffer in (0.0, 1e4, 1e5, 1e6, 1e7)]
    for before, after in pairwise(calls):
        assert after.call_move > before.call_move
        assert after.largest_hedge >= before.largest_hedge
        assert [need.buffer for need in after.needs] == [need.buffer for need in before.needs]
        for horizon in (5, 21, 63):
            assert by_horizon(after)[horizon].probability <= by_horizon(before)[horizon].probability
            assert by_horizon(after)[horizon].simulated <= by_horizon(before)[horizon].simulated


def test_the_largest_hedge_is_the_one_that_the_same_cash_would_carry():
    exposure = make_exposure(holdings=(("AAA", 50_000_000.0, 1.2),))
    plan = make_plan(exposure)
    call = assess_margin_calls(exposure, plan, buffer=1_000_000.0)
    assert 0.1 < call.largest_hedge < 1.0
    assert call.largest_hedge_fraction == pytest.approx(call.largest_hedge, rel=1e-3)
    smaller = make_plan(exposure, hedge_fraction=call.largest_hedge)
    cash = plan.initial_margin + 1_000_000.0
    carried = assess_margin_calls(exposure, smaller, buffer=cash - smaller.initial_margin)
    assert by_horizon(carried)[63].probability == pytest.approx(0.05, abs=2e-4)
    assert [note.code for note in call.notes] == ["buffer_too_small"]
    assert "with a chance of" in call.notes[0].message


def test_margins_that_rise_call_earlier_or_at_once():
    exposure = make_exposure()
    plan = make_plan(exposure)  # 88,000 initial, 80,000 maintenance
    half, double = assess_margin_calls(exposure, plan, buffer=52_000.0).stressed
    assert (half.margin_multiplier, double.margin_multiplier) == (1.5, 2.0)
    # 140,000 of cash against 120,000 and 160,000.
    assert half.cash_needed == 0.0
    assert half.call_move == pytest.approx(20_000.0 / 1_200_000.0, rel=1e-12)
    assert 0.5 < half.probability < 1.0
    assert double.cash_needed == pytest.approx(20_000.0, rel=1e-12)
    assert (double.call_move, double.probability) == (None, 1.0)


def test_the_buffer_for_risen_margins_covers_what_is_added_to_maintenance():
    exposure = make_exposure()
    call = assess_margin_calls(exposure, make_plan(exposure), buffer=0.0)
    for stressed in call.stressed:
        added = (stressed.margin_multiplier - 1.0) * 80_000.0
        assert [need.probability for need in stressed.needs] == [0.10, 0.05, 0.01]
        for need in stressed.needs:
            assert need.buffer == pytest.approx(call.need(need.probability, 63) + added, rel=1e-12)
            assert need.horizon_days == 63


def test_a_bought_hedge_of_a_short_book_is_called_in_a_fall():
    exposure = make_exposure(holdings=(("AAA", -1_000_000.0, 1.2),), cash=2_000_000.0)
    plan = make_plan(exposure)
    assert plan.hedge_notional > 0
    call = assess_margin_calls(exposure, plan, buffer=52_000.0)
    assert call.call_move == pytest.approx(-0.05, rel=1e-12)
    assert call.call_level == pytest.approx(5700.0, rel=1e-12)
    deviation = passage_deviation(exposure.index_returns[:, 0])
    assert by_horizon(call)[63].probability == pytest.approx(
        passage_probability(-math.log(0.95), deviation, 63), rel=1e-12
    )
    assert by_horizon(call)[63].simulated > 0
    # A long position cannot lose more than it is worth.
    safe = assess_margin_calls(exposure, plan, buffer=2_000_000.0)
    assert (safe.call_move, safe.call_level) == (None, None)
    assert [chance.probability for chance in safe.chances] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("cash", "buffer", "origin", "words"),
    [
        (0.0, 0.0, "no_cash", "With nothing beyond the initial margin of $88,000, as the file tells of no cash, the"),
        (50_000.0, 0.0, "cash_below_margin", "With nothing beyond the initial margin of $88,000, the futures account"),
        (
            188_000.0,
            100_000.0,
            "cash",
            "With the $100,000 that the cash in the file leaves beyond the initial margin of $88,000, the futures",
        ),
    ],
)
def test_without_a_stated_buffer_it_is_the_cash_that_initial_margin_leaves(cash, buffer, origin, words):
    exposure = make_exposure(holdings=(("AAA", 1_000_000.0, 1.2),), cash=cash)
    call = assess_margin_calls(exposure, make_plan(exposure))
    assert call.buffer == pytest.approx(buffer, abs=1e-9)
    assert (call.is_stated, call.origin) == (False, origin)
    note = call.notes[-1]
    assert note.code == "buffer_too_small"
    assert note.message.startswith(words)
    assert note.message.endswith("State your own with --buffer.")


@pytest.mark.parametrize(("cash", "told"), [(50_000.0, "$50,000"), (-2_000.0, "-$2,000")])
def test_cash_that_does_not_cover_the_initial_margin_is_told(cash, told):
    exposure = make_exposure(holdings=(("AAA", 1_000_000.0, 1.2),), cash=cash)
    note = assess_margin_calls(exposure, make_plan(exposure)).notes[0]
    assert note.code == "cash_below_margin"
    assert note.message == f"The cash in the file, {told}, does not cover the initial margin of $88,000."
    stated = assess_margin_calls(exposure, make_plan(exposure), buffer=10_000.0)
    assert [note.code for note in stated.notes] == ["buffer_too_small"]


def test_a_buffer_that_would_do_is_only_named():
    exposure = make_exposure(cash=1_000_000.0)
    plan = make_plan(exposure)
    (note,) = assess_margin_calls(exposure, plan).notes
    assert note.code == "buffer_assumed"
    assert "--buffer" in note.message
    assert assess_margin_calls(exposure, plan, buffer=900_000.0).notes == ()
    assert assess_margin_calls(exposure, plan, buffer=900_000.0).largest_hedge == 1.0


def test_a_plan_without_contracts_has_no_futures_account():
    exposure = make_exposure()
    assert assess_margin_calls(exposure, make_plan(exposure, hedge_fraction=0.0)) is None


def test_a_negative_buffer_is_the_callers_mistake():
    exposure = make_exposure()
    with pytest.raises(ValueError, match="buffer must not be negative"):
        assess_margin_calls(exposure, make_plan(exposure), buffer=-1.0)
