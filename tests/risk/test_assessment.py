"""What a hedge changes: the arithmetic of scenarios, and the gains of book and futures together."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.contracts import quote_contracts, select_contracts
from hedger.exposure import Book, Exposure, Holding, IndexBeta, hedge_effectiveness
from hedger.hedge import HedgePolicy, solve_hedge
from hedger.risk import assess_risk, gain_distribution, hedge_gains, index_scenarios

TODAY = date(2026, 8, 21)
LEVELS = {"sp500": 6000.0, "nasdaq100": 20_000.0}
COVARIANCE = np.array([[0.0256, 0.0288], [0.0288, 0.04]])


def make_exposure(*, value=1_000_000.0, betas=(1.2, 0.9), unhedgeable=0.2, unknown=0):
    rng = np.random.default_rng(7)
    returns = rng.multivariate_normal([0.0, 0.0], COVARIANCE / 252, 800)
    gains = value * (returns @ [0.8, 0.3] + rng.normal(0.0, 0.003, 800))
    gains[:unknown] = np.nan
    by_index = tuple(
        IndexBeta(
            index=index,
            level=level,
            beta=beta,
            stderr=0.02,
            low=beta - 0.3,
            high=beta + 0.3,
            low_21=beta - 0.4,
            high_21=beta + 0.4,
            stderr_drift=0.1,
            r_squared=r_squared,
            beta_dollars=beta * value,
        )
        for (index, level), beta, r_squared in zip(LEVELS.items(), betas, (0.9, 0.8), strict=True)
    )
    share = Holding(
        symbol="ALL", quantity=1.0, price=abs(value), market_value=value, exposure_value=value, is_priced=True
    )
    return Exposure(
        book=Book(holdings=(share,), cash=0.0, futures=(), excluded=(), notes=()),
        by_index=by_index,
        by_holding=(),
        covariance=COVARIANCE,
        sessions=np.datetime64("2026-08-21") - np.arange(799, -1, -1),
        gains=gains,
        index_returns=returns,
        unhedgeable_share=unhedgeable,
        notes=(),
    )


def make_plan(exposure, **policy):
    contracts = select_contracts(TODAY, symbols=("ES", "MES", "NQ", "MNQ"))
    prices = {contract.symbol: (LEVELS[contract.index], "made up") for contract in contracts}
    return solve_hedge(
        exposure, quote_contracts(contracts, as_of=TODAY, prices=prices), HedgePolicy(**{"legs": 1, **policy})
    )


# ---------------------------------------------------------------- scenarios


def test_a_fall_of_the_index_by_hand():
    exposure = make_exposure()
    plan = make_plan(exposure, hedge_fraction=0.5)
    assert {order.quote.symbol: order.held_after for order in plan.positions} == {"ES": -2}
    fall = next(each for each in index_scenarios(exposure, plan) if each.name == "S&P 500 -10%")
    assert fall.kind == "index"
    assert dict(fall.shocks) == pytest.approx({"sp500": -0.10, "nasdaq100": -0.10 * 0.0288 / 0.0256}, rel=1e-12)
    assert fall.unhedged_pnl == pytest.approx(-120_000.0, rel=1e-12)
    assert fall.hedge_pnl == pytest.approx(2 * 300_000.0 * 0.10, rel=1e-12)
    assert fall.hedged_pnl == pytest.approx(-60_000.0, rel=1e-12)
    # The interval of the beta is 0.9 to 1.5 on a million dollars.
    assert (fall.unhedged_low, fall.unhedged_high) == pytest.approx((-150_000.0, -90_000.0), rel=1e-12)
    assert (fall.hedged_low, fall.hedged_high) == pytest.approx((-90_000.0, -30_000.0), rel=1e-12)
    assert fall.notes == ()


def test_futures_on_another_index_gain_by_its_conditional_expectation():
    exposure = make_exposure()
    plan = make_plan(exposure, hedge_fraction=0.5, current=(("MNQ", -10),))
    kept = [replace(each, held_after=-10) if each.quote.symbol == "MNQ" else each for each in plan.positions]
    plan = replace(plan, positions=tuple(kept))
    rise = next(each for each in index_scenarios(exposure, plan) if each.name == "S&P 500 +20%")
    held = {order.quote.symbol: order.held_after for order in plan.positions}
    assert held["MNQ"] == -10
    sp500 = held.get("ES", 0) * 300_000.0 + held.get("MES", 0) * 30_000.0
    assert rise.hedge_pnl == pytest.approx(sp500 * 0.20 - 10 * 40_000.0 * 0.20 * 1.125, rel=1e-12)


def test_moves_run_from_minus_to_plus_thirty_per_cent_without_zero():
    exposure = make_exposure()
    moves = [dict(each.shocks)["sp500"] for each in index_scenarios(exposure, make_plan(exposure))]
    assert moves == [-0.30, -0.25, -0.20, -0.15, -0.10, -0.05, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30]


def test_falls_beyond_the_limit_of_a_session_are_labelled():
    exposure = make_exposure()
    labelled = {each.name for each in index_scenarios(exposure, make_plan(exposure)) if each.notes}
    assert labelled == {"S&P 500 -30%", "S&P 500 -25%"}
    assert labelled == {
        each.name for each in index_scenarios(exposure, make_plan(exposure)) if each.takes_several_sessions
    }


@pytest.mark.parametrize("value", [1_000_000.0, -400_000.0])
def test_the_lower_end_of_an_interval_comes_first_whatever_the_sign(value):
    exposure = make_exposure(value=value)
    for each in index_scenarios(exposure, make_plan(exposure)):
        assert each.unhedged_low < each.unhedged_high
        assert each.hedged_low < each.hedged_high


def test_the_plan_of_a_fully_hedged_book_loses_little_in_any_move():
    exposure = make_exposure()
    for each in index_scenarios(exposure, make_plan(exposure)):
        assert abs(each.hedged_pnl) <= 0.30 * 15_000.0 * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    value=st.floats(2e4, 1e8),
    beta=st.floats(-2.0, 3.0).filter(lambda b: abs(b) > 0.01),
    hedge=st.floats(0.0, 2.0),
    held=st.integers(-20, 20),
)
def test_hedged_is_unhedged_plus_hedge_to_the_cent(value, beta, hedge, held):
    exposure = make_exposure(value=value, betas=(beta, beta))
    plan = make_plan(exposure, hedge_fraction=hedge, current=(("MNQ", held),))
    for each in assess_risk(exposure, plan).scenarios:
        assert round(each.hedged_pnl, 2) == pytest.approx(
            round(each.unhedged_pnl, 2) + round(each.hedge_pnl, 2), abs=0.011
        )
        by_residual = plan.residual_beta_dollars * dict(each.shocks)[plan.reference_index]
        assert each.hedged_pnl == pytest.approx(by_residual, rel=1e-9, abs=0.005)


# ---------------------------------------------------------------- gains and risk


def test_gains_of_the_hedge_are_notional_times_index_return():
    exposure = make_exposure()
    plan = make_plan(exposure, hedge_fraction=0.5, current=(("NQ", 1),))
    held = {order.quote.symbol: order.held_after * order.quote.notional for order in plan.positions}
    sp500 = held.get("ES", 0.0) + held.get("MES", 0.0)
    expected = exposure.index_returns @ [sp500, held["NQ"]]
    np.testing.assert_allclose(hedge_gains(exposure, plan), expected, rtol=1e-12)


def test_risk_is_that_of_the_gains_before_and_after():
    exposure = make_exposure(unknown=50)
    plan = make_plan(exposure)
    risk = assess_risk(exposure, plan)
    unhedged = exposure.gains[50:]
    hedged = unhedged + hedge_gains(exposure, plan)[50:]
    assert risk.before == gain_distribution(unhedged)
    assert risk.after == gain_distribution(hedged)
    assert risk.hedge_effectiveness == hedge_effectiveness(unhedged, hedged)
    assert risk.hedge_effectiveness > 0.8
    assert risk.after.volatility < 0.5 * risk.before.volatility
    assert (risk.unhedgeable_share, risk.notes) == (0.2, ())


def test_a_better_hedge_leaves_less_risk():
    exposure = make_exposure()
    volatilities = [
        assess_risk(exposure, make_plan(exposure, hedge_fraction=share)).after.volatility for share in (0.0, 0.5, 1.0)
    ]
    assert volatilities == sorted(volatilities, reverse=True)


@pytest.mark.parametrize("current", [(), (("ES", -2),)])
def test_a_plan_without_contracts_changes_nothing_and_has_no_effectiveness(current):
    exposure = make_exposure()
    risk = assess_risk(exposure, make_plan(exposure, hedge_fraction=0.0, current=current))
    assert risk.hedge_effectiveness is None
    assert risk.before == risk.after
    assert all(each.hedge_pnl == 0.0 for each in risk.scenarios)


def test_a_book_that_index_futures_hedge_badly_is_told_so():
    exposure = make_exposure(unhedgeable=0.62)
    (note,) = assess_risk(exposure, make_plan(exposure)).notes
    assert note.code == "hard_to_hedge"
    assert note.message.startswith("62% of this portfolio's variance comes from its own holdings")
