"""What may go wrong, one thing at a time, and what the user asks about."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import COVARIANCE, make_exposure, make_plan

from hedger.errors import SettingsError
from hedger.risk import (
    Circumstances,
    Distribution,
    StatedScenario,
    assess_margin_calls,
    assess_risk,
    stated_scenarios,
    stress_scenarios,
)

BEFORE = Distribution(volatility=200_000.0, tails=())


def stresses(exposure, plan, buffer=0.0):
    call = assess_margin_calls(exposure, plan, buffer=buffer)
    return {each.name: each for each in stress_scenarios(exposure, plan, before=BEFORE, margin_call=call)}


@pytest.fixture
def half_hedged():
    exposure = make_exposure()  # a million at a beta of 1.2
    return exposure, make_plan(exposure, hedge_fraction=0.5)  # two ES short: 600,000


def test_another_index_moves_and_the_futures_follow(half_hedged):
    fall = stresses(*half_hedged)["Nasdaq-100 -10%, the others follow"]
    assert fall.kind == "index"
    # The S&P 500 moves by 0.0288 / 0.04 = 0.72 of it.
    assert dict(fall.shocks) == pytest.approx({"sp500": -0.072, "nasdaq100": -0.10}, rel=1e-12)
    assert fall.unhedged_pnl == pytest.approx(-120_000.0, rel=1e-12)
    assert fall.hedge_pnl == pytest.approx(43_200.0, rel=1e-12)
    assert (fall.unhedged_low, fall.unhedged_high) == pytest.approx((-150_000.0, -90_000.0), rel=1e-12)


def test_the_reference_index_itself_is_not_among_the_other_indices(half_hedged):
    assert not any(name.startswith("S&P 500") and "follow" in name for name in stresses(*half_hedged))


@pytest.mark.parametrize(
    ("name", "unhedged"),
    [
        ("S&P 500 -20%, beta +0.2", -280_000.0),
        ("S&P 500 -20%, beta -0.2", -200_000.0),
        ("S&P 500 +20%, beta +0.2", 280_000.0),
        ("S&P 500 +20%, beta -0.2", 200_000.0),
    ],
)
def test_a_beta_that_is_two_tenths_off(half_hedged, name, unhedged):
    scenario = stresses(*half_hedged)[name]
    assert scenario.kind == "shock"
    assert scenario.unhedged_pnl == pytest.approx(unhedged, rel=1e-12)
    assert scenario.hedge_pnl == pytest.approx(-math.copysign(120_000.0, unhedged), rel=1e-12)


def test_a_correlation_that_breaks_costs_the_hedge_and_spares_nothing(half_hedged):
    told = stresses(*half_hedged)
    rise = told["Correlation breaks: S&P 500 +10%, holdings unchanged"]
    assert (rise.unhedged_pnl, rise.hedge_pnl) == (0.0, pytest.approx(-60_000.0, rel=1e-12))
    alone = told["Correlation breaks: indices unchanged, the holdings fall alone"]
    # A fifth of the variance of 200,000 a year, over a quarter of a year, once in twenty quarters.
    assert alone.unhedged_pnl == pytest.approx(-1.645 * 200_000.0 * math.sqrt(0.2 / 4.0), rel=1e-12)
    assert alone.hedge_pnl == 0.0
    assert set(dict(alone.shocks).values()) == {0.0}


def test_risen_margins_gain_and_lose_nothing_but_need_cash(half_hedged):
    # Two ES: 44,000 initial, 40,000 maintenance.
    short, ample = stresses(*half_hedged), stresses(*half_hedged, buffer=50_000.0)
    assert short["Margin +50%"].notes == ("$16,000 of cash must be added at once.",)
    assert short["Margin +100%"].notes == ("$36,000 of cash must be added at once.",)
    assert (
        ample["Margin +50%"]
        .notes[0]
        .startswith("The buffer of $50,000 covers it; a call within a quarter has a chance")
    )
    assert {(each.unhedged_pnl, each.hedge_pnl) for name, each in ample.items() if name.startswith("Margin")} == {
        (0.0, 0.0)
    }


def test_a_plan_without_contracts_has_no_margin_to_rise():
    exposure = make_exposure()
    told = stresses(exposure, make_plan(exposure, hedge_fraction=0.0))
    assert not any(name.startswith("Margin") for name in told)
    assert {each.hedge_pnl for each in told.values()} == {0.0}


# ---------------------------------------------------------------- the user's own


def stated(*moves, name="mine"):
    return StatedScenario(name=name, moves=moves)


def test_one_stated_index_is_a_move_that_the_others_follow(half_hedged):
    exposure, plan = half_hedged
    (mine,) = stated_scenarios([stated(("nasdaq100", -0.10))], exposure, plan)
    built_in = stresses(exposure, plan)["Nasdaq-100 -10%, the others follow"]
    assert (mine.name, mine.kind) == ("mine", "shock")
    assert dict(mine.shocks) == pytest.approx(dict(built_in.shocks), rel=1e-12)
    assert mine.unhedged_pnl == pytest.approx(built_in.unhedged_pnl, rel=1e-12)
    assert mine.hedge_pnl == pytest.approx(built_in.hedge_pnl, rel=1e-12)


def test_several_stated_indices_move_the_book_by_its_joint_exposure(half_hedged):
    exposure, plan = half_hedged
    (mine,) = stated_scenarios([stated(("sp500", -0.12), ("nasdaq100", -0.18))], exposure, plan)
    assert dict(mine.shocks) == {"sp500": -0.12, "nasdaq100": -0.18}
    # Joint exposures e = S^-1 c with c = 1.2 million times the diagonal of S: by Cramer's rule.
    s11, s12, s22 = COVARIANCE[0, 0], COVARIANCE[0, 1], COVARIANCE[1, 1]
    c1, c2 = 1.2e6 * s11, 1.2e6 * s22
    determinant = s11 * s22 - s12 * s12
    joint = ((c1 * s22 - c2 * s12) / determinant, (c2 * s11 - c1 * s12) / determinant)
    assert mine.unhedged_pnl == pytest.approx(-0.12 * joint[0] - 0.18 * joint[1], rel=1e-9)
    assert mine.unhedged_pnl == pytest.approx(
        float(np.array([-0.12, -0.18]) @ exposure.joint_exposure(["sp500", "nasdaq100"])), rel=1e-9
    )
    assert mine.hedge_pnl == pytest.approx(0.12 * 600_000.0, rel=1e-12)
    # The interval of the beta is 0.6 wide.
    assert mine.unhedged_high - mine.unhedged_low == pytest.approx(0.6 * 0.12 * 1e6, rel=1e-9)


def test_a_stated_holding_moves_as_stated_and_leaves_the_rest_to_the_index(half_hedged):
    exposure, plan = half_hedged
    (alone, both) = stated_scenarios([stated(("AAA", -0.30)), stated(("AAA", -0.30), ("sp500", -0.10))], exposure, plan)
    assert (alone.unhedged_pnl, alone.hedge_pnl) == (pytest.approx(-180_000.0, rel=1e-12), 0.0)
    assert alone.notes == ("Stated: AAA -30%.",)
    assert both.notes == ("Stated: AAA -30%, S&P 500 -10%.",)
    assert both.unhedged_pnl == pytest.approx(-180_000.0 - 400_000.0 * 1.2 * 0.10, rel=1e-12)
    assert both.hedge_pnl == pytest.approx(60_000.0, rel=1e-12)


def test_a_stated_fall_beyond_the_limit_of_a_session_is_labelled(half_hedged):
    edge, deep = stated_scenarios([stated(("sp500", -0.17)), stated(("sp500", -0.21))], *half_hedged)
    assert (edge.takes_several_sessions, deep.takes_several_sessions) == (False, True)
    assert deep.notes == (
        "Stated: S&P 500 -21%.",
        "Takes several sessions: trading stops for the day at -20%.",
    )


def test_a_scenario_of_something_that_is_not_held_is_refused(half_hedged):
    with pytest.raises(SettingsError, match='scenario "mine" moves ZZZ, which is neither an index measured here'):
        stated_scenarios([stated(("ZZZ", -0.1))], *half_hedged)


@settings(max_examples=40, deadline=None)
@given(
    moves=st.dictionaries(st.sampled_from(["sp500", "nasdaq100", "AAA", "BBB"]), st.floats(-1.0, 1.0), min_size=1),
    hedge=st.floats(0.0, 1.5),
    held=st.integers(-5, 5),
)
def test_hedged_is_unhedged_plus_hedge_to_the_cent_in_every_scenario(moves, hedge, held):
    exposure = make_exposure(cash=300_000.0)
    plan = make_plan(exposure, hedge_fraction=hedge, current=(("MNQ", held),))
    risk = assess_risk(exposure, plan, Circumstances(stated=(stated(*moves.items()),)))
    assert risk.stresses[-1].name == "mine"
    assert {each.group for each in risk.scenarios} == {"reference"}
    assert [each.group for each in risk.stresses if each.group != "stress"] == ["other_index"] * 2 + ["stated"]
    assert all(each.kind == "index" for each in risk.stresses if each.group == "other_index")
    for each in (*risk.scenarios, *risk.stresses):
        assert round(each.hedged_pnl, 2) == pytest.approx(
            round(each.unhedged_pnl, 2) + round(each.hedge_pnl, 2), abs=0.011
        )
        assert each.unhedged_low <= each.unhedged_pnl + 1e-6
        assert each.unhedged_high >= each.unhedged_pnl - 1e-6
        assert each.hedged_low == each.unhedged_low + each.hedge_pnl
        assert set(dict(each.shocks)) == {"sp500", "nasdaq100"}
