"""From exposure and policy to orders, on books whose answers can be worked out by hand."""

import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.contracts import BrokerMargin, quote_contracts, select_contracts
from hedger.errors import InfeasibleHedgeError, SettingsError
from hedger.exposure import Book, Exposure, Holding, IndexBeta, annual_covariance
from hedger.hedge import ErrorBudget, HedgePolicy, solve_hedge

TODAY = date(2026, 8, 21)
PRICES = {"sp500": 6000.0, "nasdaq100": 20_000.0, "dow30": 45_000.0, "russell2000": 2400.0}
MARGINS = {"ES": 24_000.0, "MES": 2_400.0, "NQ": 36_000.0, "MNQ": 3_600.0, "YM": 16_000.0, "MYM": 1_600.0}


def make_quotes(*symbols, as_of=TODAY, include_delisted=False, level=1.0):
    contracts = select_contracts(as_of, symbols=symbols, include_delisted=include_delisted)
    return quote_contracts(
        contracts,
        as_of=as_of,
        prices={contract.symbol: (level * PRICES[contract.index], "made up") for contract in contracts},
        broker_margins=[
            BrokerMargin(symbol=symbol, initial=initial, maintenance=initial / 1.1, as_of=TODAY, source="made up")
            for symbol, initial in MARGINS.items()
        ],
    )


def make_exposure(*, value=10_000_000.0, covariance=None, **betas):
    """An exposure with the given betas; the first index explains most."""
    betas = betas or {"sp500": 1.0}
    by_index = tuple(
        IndexBeta(
            index=index,
            level=PRICES[index],
            beta=beta,
            stderr=0.03,
            low=beta - 0.25,
            high=beta + 0.25,
            low_21=beta - 0.35,
            high_21=beta + 0.35,
            stderr_drift=0.12,
            r_squared=0.9 - 0.1 * rank,
            beta_dollars=beta * value,
        )
        for rank, (index, beta) in enumerate(betas.items())
    )
    n_indices = len(by_index)
    share = Holding(symbol="ALL", quantity=1.0, price=value, market_value=value, exposure_value=value, is_priced=True)
    return Exposure(
        book=Book(holdings=(share,), cash=0.0, futures=(), excluded=(), notes=()),
        by_index=by_index,
        by_holding=(),
        covariance=np.diag(np.full(n_indices, 0.0256)) if covariance is None else np.array(covariance),
        sessions=np.array(["2026-08-20", "2026-08-21"], dtype="datetime64[D]"),
        gains=np.zeros(2),
        index_returns=np.zeros((2, n_indices)),
        unhedgeable_share=0.1,
        notes=(),
    )


def solve(exposure=None, quotes=None, **policy):
    return solve_hedge(exposure or make_exposure(), quotes or make_quotes("ES", "MES"), HedgePolicy(**policy))


def orders(plan):
    return {order.quote.symbol: order.quantity for order in plan.orders}


def held(plan):
    return {order.quote.symbol: order.held_after for order in plan.positions}


def codes(plan):
    return [note.code for note in plan.notes]


# ---------------------------------------------------------------- numbers that must come out


@pytest.mark.parametrize(
    ("hedge", "expected"), [(0.3, {"ES": -10}), (0.5, {"ES": -16, "MES": -7}), (1.0, {"ES": -33, "MES": -3})]
)
def test_ten_million_of_large_caps_at_beta_one(hedge, expected):
    plan = solve(hedge_fraction=hedge)
    assert orders(plan) == expected
    assert abs(plan.residual_beta_dollars - (1 - hedge) * 10_000_000) <= 0.5 * 30_000
    assert plan.target_notional == (("sp500", -hedge * 10_000_000),)


def test_the_figures_of_a_plan_follow_from_its_whole_contracts():
    plan = solve(hedge_fraction=0.5)
    es, mes = plan.orders
    assert es.notional == -16 * 50 * 6000.0
    assert mes.notional == -7 * 5 * 6000.0
    assert plan.hedge_notional == es.notional + mes.notional == -5_010_000.0
    assert plan.residual_beta_dollars == pytest.approx(4_990_000.0, rel=1e-12)
    assert plan.beta_before == 1.0
    assert plan.beta_after == pytest.approx(0.499, rel=1e-12)
    assert plan.achieved_hedge_fraction == pytest.approx(0.501, rel=1e-12)
    assert (plan.beta_after_low, plan.beta_after_high) == (
        pytest.approx(0.249, rel=1e-12),
        pytest.approx(0.749, rel=1e-12),
    )
    assert plan.initial_margin == 16 * 24_000.0 + 7 * 2_400.0
    assert plan.maintenance_margin == pytest.approx(plan.initial_margin / 1.1, rel=1e-12)
    cost = 16 * es.quote.round_trip_cost + 7 * mes.quote.round_trip_cost
    assert plan.round_trip_cost == pytest.approx(cost, rel=1e-12)
    assert plan.tracking_risk == pytest.approx(10_000.0 * 0.16, rel=1e-12)
    assert plan.best_tracking_risk == plan.bound == plan.tracking_risk
    assert plan.is_optimal
    assert (plan.reference_index, plan.hedge_fraction) == ("sp500", 0.5)


def test_the_error_budget_adds_up_in_squares():
    plan = solve(hedge_fraction=0.5)
    budget = plan.error_budget
    assert (budget.stderr_estimation, budget.stderr_drift) == (0.03, 0.12)
    assert budget.stderr_rounding == pytest.approx(0.001, rel=1e-9)
    assert budget.stderr_total == pytest.approx((0.03**2 + 0.12**2 + 0.001**2) ** 0.5, rel=1e-12)
    assert ErrorBudget(stderr_estimation=3.0, stderr_drift=4.0, stderr_rounding=12.0).stderr_total == 13.0


def test_the_share_hedged_counts_beta_dollars_and_not_market_value():
    plan = solve(make_exposure(sp500=1.5), hedge_fraction=0.2)
    assert plan.hedge_notional == -3_000_000.0
    assert plan.beta_after == pytest.approx(1.2, rel=1e-12)


def test_a_plan_survives_pickling_and_compares():
    plan = solve(hedge_fraction=0.5)
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert hash(plan) == hash(solve(hedge_fraction=0.5))


# ---------------------------------------------------------------- what is wanted


def test_a_target_beta_is_reached_by_the_share_that_it_needs():
    plan = solve(make_exposure(sp500=1.25), target_beta=0.5)
    assert plan.hedge_fraction == pytest.approx(0.6, rel=1e-12)
    assert plan.beta_after == pytest.approx(0.5, abs=0.0015)


@pytest.mark.parametrize("target", [1.3, -1.3])
def test_a_target_beta_beyond_what_a_hedge_can_leave_is_refused(target):
    with pytest.raises(SettingsError, match=r"beta is 1\.25.*Choose a target between 1\.25 and -1\.25"):
        solve(make_exposure(sp500=1.25), target_beta=target)


def test_a_short_book_is_hedged_by_buying():
    plan = solve(make_exposure(value=-1_000_000.0), hedge_fraction=0.6)
    assert orders(plan) == {"ES": 2}
    assert plan.residual_beta_dollars == -400_000.0
    assert plan.achieved_hedge_fraction == pytest.approx(0.6, rel=1e-12)


def test_a_target_beta_of_a_short_book_lies_between_its_beta_and_the_opposite():
    exposure = make_exposure(sp500=-0.8)
    assert solve(exposure, target_beta=-0.2).hedge_fraction == pytest.approx(0.75, rel=1e-12)
    with pytest.raises(SettingsError, match=r"beta is -0\.80.*between -0\.80 and 0\.80"):
        solve(exposure, target_beta=-0.9)


def test_hedging_nothing_needs_no_order_and_says_so():
    plan = solve(hedge_fraction=0.0)
    assert (plan.orders, plan.positions, plan.tracking_risk) == ((), (), 0.0)
    assert (plan.beta_after, plan.achieved_hedge_fraction) == (1.0, 0.0)
    assert "Nothing is to be removed, so no contract is held." in plan.notes[0].message
    assert codes(plan)[0] == "nothing_to_hedge"


def test_a_book_without_exposure_gives_no_order_and_says_so():
    plan = solve(make_exposure(sp500=0.0))
    assert plan.orders == ()
    assert plan.achieved_hedge_fraction is None
    assert codes(plan) == ["nothing_to_hedge"]
    with pytest.raises(SettingsError, match="no beta, so a target beta cannot be reached"):
        solve(make_exposure(sp500=0.0), target_beta=0.5)


def test_a_book_below_half_a_micro_gets_no_order_and_says_so():
    plan = solve(make_exposure(value=14_000.0))
    assert plan.orders == ()
    assert codes(plan) == ["too_small_to_hedge"]
    assert "($14,000) is less than half of the smallest contract (MES, $30,000)" in plan.notes[0].message


@pytest.mark.parametrize(("value", "is_said"), [(14_000.0, True), (-14_000.0, False)])
def test_only_a_long_book_too_small_to_hedge_could_be_sold_instead(value, is_said):
    (note,) = solve(make_exposure(value=value)).notes
    assert note.code == "too_small_to_hedge"
    assert ("A share of the holdings could be sold instead." in note.message) is is_said


def test_a_hedge_of_nothing_says_that_nothing_is_to_be_removed():
    (note,) = solve(make_exposure(), hedge_fraction=0.0).notes
    assert (note.code, note.message) == (
        "nothing_to_hedge",
        "Nothing is to be removed, so no contract is held.",
    )


def test_a_tolerance_that_covers_the_whole_hedge_is_said_to_do_so():
    plan = solve(make_exposure(value=20_000.0), tolerance=1.0)
    assert plan.orders == ()
    assert codes(plan) == ["tolerance_covers_hedge"]
    assert "Within the tolerance of 100%" in plan.notes[0].message


def test_a_tolerance_buys_a_cheaper_plan():
    exact, loose = solve(hedge_fraction=0.5), solve(hedge_fraction=0.5, tolerance=0.021)
    # 10,000 + 2.1 % of 5,000,000 dollars may be missed: 16 ES and 3 MES miss 110,000.
    assert orders(loose) == {"ES": -16, "MES": -3}
    assert loose.round_trip_cost < exact.round_trip_cost
    assert exact.tracking_risk < loose.tracking_risk <= exact.tracking_risk + 0.021 * 0.16 * 5_000_000
    assert loose.best_tracking_risk == exact.tracking_risk


# ---------------------------------------------------------------- which index, which contracts


TWO = [[0.0256, 0.0288], [0.0288, 0.04]]


def test_the_index_that_explains_most_among_those_allowed_is_used():
    exposure = make_exposure(nasdaq100=1.0, sp500=1.2)
    quotes = make_quotes("ES", "MES", "NQ", "MNQ")
    assert solve(exposure, quotes).reference_index == "nasdaq100"
    assert solve(exposure, quotes, indices=("sp500",)).reference_index == "sp500"
    assert solve(exposure, make_quotes("ES")).reference_index == "sp500"


def test_a_plan_says_what_the_other_indices_would_have_removed():
    plan = solve(make_exposure(sp500=1.0, nasdaq100=0.9, dow30=1.1))
    assert codes(plan) == ["index_choice"]
    assert plan.index_test is None  # two sessions tell nothing of the past
    assert plan.notes[0].message == (
        "Hedging with the S&P 500 would have removed 90% of this portfolio's variance over its history, in "
        "which recent sessions count more; with the Nasdaq-100 80%, with the Dow 70%."
    )


def test_a_plan_says_what_the_chosen_index_would_have_removed_instead_of_the_sp500():
    quotes = make_quotes("ES", "MES", "RTY", "M2K")
    exposure = make_two_index_exposure(sp500=100_000.0, russell2000=900_000.0)
    small = replace(
        exposure, by_index=tuple(replace(each, r_squared=each.index == "russell2000") for each in exposure.by_index)
    )
    plan = solve(small, quotes, legs=1)
    removed = dict(plan.index_test.removed)
    assert plan.index_test.n_quarters == 10
    assert next(note.message for note in plan.notes if note.code == "index_choice") == (
        f"Hedging with the Russell 2000 instead of the S&P 500 would have removed {removed['russell2000']:.0%} instead "
        f"of {removed['sp500']:.0%} of this portfolio's variance in the last 2.5 years, sized each quarter from "
        "earlier prices only."
    )
    assert removed["russell2000"] > 0.95 > removed["sp500"]


def test_a_plan_of_a_past_day_is_not_asked_how_other_indices_did():
    plan = solve_hedge(
        make_two_index_exposure(), make_quotes("ES", "MES"), HedgePolicy(legs=1), with_alternatives=False
    )
    assert (plan.index_test, plan.leg_test, plan.alternatives) == (None, (), ())


def test_no_contract_left_to_hedge_with_is_refused():
    with pytest.raises(SettingsError, match=r"indices allowed are nasdaq100, and the contracts allowed are on sp500"):
        solve(indices=("nasdaq100",))
    with pytest.raises(SettingsError, match="allowed are on none"):
        solve_hedge(make_exposure(), (), HedgePolicy())


def test_delisted_contracts_mix_into_a_what_if():
    exposure = make_exposure()
    quotes = make_quotes("SP", "ES", "MES", as_of=date(2020, 3, 2), level=0.5)
    assert orders(solve(exposure, quotes, hedge_fraction=0.5)) == {"SP": -6, "ES": -3, "MES": -3}
    what_if = make_quotes("SP", "ES", "MES", include_delisted=True)
    assert orders(solve(exposure, what_if, hedge_fraction=0.5)) == {"SP": -3, "ES": -1, "MES": -7}
    with pytest.raises(SettingsError, match="SP"):
        make_quotes("SP", "ES", "MES")


# ---------------------------------------------------------------- limits


def test_a_margin_budget_gives_the_best_plan_inside_it_and_says_what_the_full_one_needs():
    plan = solve(hedge_fraction=0.5, margin_budget=250_000.0)
    assert orders(plan) == {"ES": -10, "MES": -4}
    assert plan.initial_margin == 249_600.0
    (limit,) = plan.binding_limits
    assert (limit.name, limit.limit, limit.needed) == ("margin_budget", 250_000.0, 16 * 24_000.0 + 7 * 2_400.0)
    assert codes(plan) == ["limit_binds"]
    assert plan.notes[0].message == ("The margin budget of $250,000 holds the hedge back: the full one needs $400,800.")


def test_a_contract_limit_gives_the_best_plan_inside_it_and_says_what_the_full_one_needs():
    plan = solve(hedge_fraction=0.5, max_contracts=5)
    assert orders(plan) == {"ES": -5}
    assert [(limit.name, limit.limit, limit.needed) for limit in plan.binding_limits] == [("max_contracts", 5, 23)]
    assert "limit on contracts (5) holds the hedge back: the full one needs 23." in plan.notes[0].message


def test_a_budget_of_one_dollar_is_refused_with_both_figures():
    with pytest.raises(
        InfeasibleHedgeError,
        match=r"No hedge fits a margin of \$1: one MES needs \$2,400, the full hedge \$400,800\. Raise the margin",
    ):
        solve(hedge_fraction=0.5, margin_budget=1.0)


def test_a_budget_of_one_dollar_is_enough_for_no_hedge():
    assert solve(hedge_fraction=0.0, margin_budget=1.0).orders == ()


@settings(max_examples=60, deadline=None)
@given(
    hedge=st.floats(0.05, 1.5),
    budget=st.floats(2_500.0, 800_000.0),
    wider=st.floats(1.0, 3.0),
    most=st.integers(1, 60),
)
def test_a_looser_limit_never_makes_tracking_worse(hedge, budget, wider, most):
    tight = solve(hedge_fraction=hedge, margin_budget=budget, max_contracts=most)
    for policy in (
        {"margin_budget": budget * wider, "max_contracts": most},
        {"margin_budget": budget, "max_contracts": most + 7},
        {},
    ):
        loose = solve(hedge_fraction=hedge, **policy)
        assert loose.best_tracking_risk <= tight.best_tracking_risk * (1 + 1e-9)
    assert tight.initial_margin <= budget * (1 + 1e-9)
    assert sum(abs(order.held_after) for order in tight.positions) <= most


@settings(max_examples=40, deadline=None)
@given(hedge=st.floats(0.0, 2.0), beta=st.floats(-2.0, 2.0), value=st.floats(1e4, 5e7))
def test_without_limits_the_residual_is_at_most_half_the_smallest_contract(hedge, beta, value):
    plan = solve(make_exposure(value=value, sp500=beta), hedge_fraction=hedge)
    missed = plan.residual_beta_dollars - (1 - hedge) * plan.beta_dollars
    assert abs(missed) <= 15_000.0 * (1 + 1e-9)
    assert plan.tracking_risk == pytest.approx(0.16 * abs(missed), rel=1e-6, abs=1e-3)
    assert all(order.held_after * beta <= 0 for order in plan.positions)


@settings(max_examples=30, deadline=None)
@given(hedge=st.floats(0.1, 1.0), value=st.floats(1e5, 2e7), budget=st.floats(1e4, 5e5))
def test_doubling_the_portfolio_and_the_limits_doubles_the_target(hedge, value, budget):
    once = solve(make_exposure(value=value), hedge_fraction=hedge, margin_budget=budget)
    twice = solve(make_exposure(value=2 * value), hedge_fraction=hedge, margin_budget=2 * budget)
    assert twice.target_notional[0][1] == pytest.approx(2 * once.target_notional[0][1], rel=1e-12)
    assert twice.best_tracking_risk <= 2 * once.best_tracking_risk * (1 + 1e-9)


# ---------------------------------------------------------------- futures already held


def test_only_the_difference_to_what_is_held_is_traded():
    plan = solve(hedge_fraction=0.5, current=(("ES", -10), ("MES", -7)))
    assert orders(plan) == {"ES": -6}
    assert held(plan) == {"ES": -16, "MES": -7}
    assert plan.round_trip_cost == pytest.approx(6 * plan.orders[0].quote.round_trip_cost, rel=1e-12)
    assert plan.initial_margin == 16 * 24_000.0 + 7 * 2_400.0
    assert (plan.orders[0].initial_margin, plan.orders[0].maintenance_margin) == (
        6 * 24_000.0,
        pytest.approx(6 * 24_000.0 / 1.1, rel=1e-12),
    )


def test_a_plan_that_is_in_place_needs_no_order():
    plan = solve(hedge_fraction=0.5, current=(("ES", -16), ("MES", -7)))
    assert plan.orders == ()
    assert (plan.round_trip_cost, plan.beta_after) == (0.0, pytest.approx(0.499, rel=1e-12))


def test_futures_that_are_not_needed_any_more_are_closed_and_free_their_margin():
    plan = solve(hedge_fraction=0.0, current=(("ES", -3),))
    assert orders(plan) == {"ES": 3}
    assert (plan.orders[0].initial_margin, plan.initial_margin) == (-3 * 24_000.0, 0.0)
    assert plan.orders[0].cost > 0
    assert plan.notes[0].message.endswith("so no contract is held, and the futures held are closed.")


def test_a_position_of_zero_contracts_is_none():
    assert solve(hedge_fraction=0.5, current=(("NQ", 0),)) == solve(hedge_fraction=0.5)


def test_a_contract_that_is_held_needs_a_quote():
    with pytest.raises(ValueError, match=r"no quote of NQ, which policy\.current holds"):
        solve(current=(("NQ", -1),))


def make_two_index_plan(**policy):
    exposure = make_exposure(sp500=1.0, nasdaq100=0.8, covariance=TWO)
    return solve(exposure, make_quotes("ES", "MES", "NQ", "MNQ"), **policy)


def test_futures_on_another_index_are_closed_where_the_hedge_has_one_leg():
    plan = make_two_index_plan(current=(("NQ", -5),))
    assert held(plan) == {"ES": -33, "MES": -3, "NQ": 0}
    assert orders(plan) == {"ES": -33, "MES": -3, "NQ": 5}
    assert plan.hedge_notional == -33 * 300_000.0 - 3 * 30_000.0
    (note,) = [note.message for note in plan.notes if note.code == "futures_on_other_indices"]
    assert note == "Futures are held on indices that this hedge does not use: -5 NQ are closed."


@pytest.mark.parametrize("quantity", [-100, -5, 5])
@pytest.mark.parametrize("legs", [None, 1, 2])
def test_no_leg_is_bought_against_futures_that_are_held_on_another_index(quantity, legs):
    plan = make_two_index_plan(hedge_fraction=0.1, current=(("NQ", quantity),), indices=("sp500",), legs=legs)
    after = held(plan)
    assert all(n <= 0 for symbol, n in after.items() if symbol != "NQ")
    assert 0 <= after["NQ"] / quantity <= 1
    assert len({order.quote.index for order in plan.positions if order.held_after}) <= (legs or 1)


def test_two_legs_keep_as_many_futures_on_another_index_as_bring_the_hedge_closest():
    plan = make_two_index_plan(current=(("NQ", -5),), indices=("sp500",), legs=2, hedge_fraction=0.33)
    covariance, target = np.array(TWO), np.array([3_300_000.0, 0.0])

    def risk(n_es, n_mes, n_nq):
        left = target + np.array([n_es * 300_000.0 + n_mes * 30_000.0, n_nq * 400_000.0])
        return np.sqrt(left @ covariance @ left)

    least = min(risk(es, mes, nq) for es in range(-20, 1) for mes in range(-9, 1) for nq in range(-5, 1))
    assert plan.tracking_risk == pytest.approx(least, rel=1e-9)
    assert plan.tracking_risk == pytest.approx(
        risk(*(held(plan).get(each, 0) for each in ("ES", "MES", "NQ"))), rel=1e-9
    )


def test_limits_bind_what_is_held_after_futures_on_another_index_were_closed():
    plan = make_two_index_plan(current=(("NQ", -5),), margin_budget=300_000.0)
    assert held(plan) == {"ES": -12, "MES": -5, "NQ": 0}
    assert plan.initial_margin == 12 * 24_000.0 + 5 * 2_400.0
    (limit,) = plan.binding_limits
    assert (limit.limit, limit.needed) == (300_000.0, 33 * 24_000.0 + 3 * 2_400.0)
    plan = make_two_index_plan(current=(("NQ", -5),), max_contracts=4)
    # An NQ is worth more than an ES and moves with it: of the five held, four may stay.
    assert held(plan) == {"NQ": -4}
    (limit,) = plan.binding_limits
    assert (limit.limit, limit.needed) == (4, 33 + 3)


def test_alternatives_close_the_futures_on_other_indices_too():
    plan = make_two_index_plan(hedge_fraction=0.5, current=(("NQ", -5),))
    best = next(each for each in plan.alternatives if "cheapest_within_tolerance" in each.labels)
    assert dict(best.positions) == {symbol: n for symbol, n in held(plan).items() if n}
    assert best.initial_margin == plan.initial_margin
    assert best.round_trip_cost == pytest.approx(plan.round_trip_cost, rel=0, abs=0.01)
    assert not any("NQ" in dict(each.positions) for each in plan.alternatives)


def test_a_held_contract_that_was_not_chosen_may_shrink_but_never_grow():
    quotes = make_quotes("ES", "MES")
    grown = solve(quotes=quotes, hedge_fraction=0.5, current=(("ES", -2),), closing_only=("ES",))
    assert held(grown) == {"ES": -2, "MES": -147}
    assert grown.binding_limits == ()
    shrunk = solve(quotes=quotes, hedge_fraction=0.01, current=(("ES", -2),), closing_only=("ES",))
    assert held(shrunk) == {"ES": 0, "MES": -3}
    turned = solve(quotes=quotes, hedge_fraction=0.5, current=(("ES", 2),), closing_only=("ES",))
    assert held(turned) == {"ES": 0, "MES": -167}


def test_a_held_contract_that_was_not_chosen_does_not_choose_the_index():
    exposure = make_exposure(nasdaq100=1.0, sp500=1.2, covariance=[[0.04, 0.0288], [0.0288, 0.0256]])
    quotes = make_quotes("ES", "MES", "NQ")
    plan = solve(exposure, quotes, current=(("NQ", -1),), closing_only=("NQ",))
    assert plan.reference_index == "sp500"
    assert held(plan)["NQ"] == 0


def test_long_legs_change_nothing_where_selling_is_best():
    assert solve(hedge_fraction=0.5, allow_long_legs=True).positions == solve(hedge_fraction=0.5).positions


# ---------------------------------------------------------------- alternatives


def test_alternatives_rise_in_tracking_risk_and_name_the_plan():
    plan = solve(hedge_fraction=0.5)
    risks = [each.tracking_risk for each in plan.alternatives]
    assert risks == sorted(risks)
    labels = {label: each for each in plan.alternatives for label in each.labels}
    assert {"least_risk", "cheapest_within_tolerance", "e_minis_only", "half_the_margin"} <= set(labels)
    assert dict(labels["least_risk"].positions) == held(plan)
    assert dict(labels["e_minis_only"].positions) == {"ES": -17}
    assert labels["half_the_margin"].initial_margin <= plan.initial_margin / 2


# ---------------------------------------------------------------- several indices


def make_two_index_exposure(sp500=600_000.0, russell2000=400_000.0):
    """A book that is made of two indices, with the history that tells so."""
    rng = np.random.default_rng(2)
    common = rng.normal(0.0, 0.009, 800)
    indices = common[:, None] + rng.normal(0.0, 1.0, (800, 2)) * np.array([0.003, 0.007])
    gains = indices @ np.array([sp500, russell2000]) + rng.normal(0.0, 500.0, 800)
    covariance = annual_covariance(indices)
    joint = annual_covariance(np.column_stack([indices, gains]))
    sp500_beta, russell_beta = joint[:2, 2] / np.diag(joint)[:2] / 1_000_000.0
    base = make_exposure(
        value=1_000_000.0, covariance=covariance, sp500=float(sp500_beta), russell2000=float(russell_beta)
    )
    return replace(base, gains=gains, index_returns=indices, sessions=np.arange(800).astype("datetime64[D]"))


def test_a_book_of_two_indices_is_hedged_in_both_when_a_further_leg_may_pay():
    plan = solve(make_two_index_exposure(), make_quotes("ES", "MES", "RTY", "M2K"), hedge_fraction=1.0)
    target = dict(plan.target_notional)
    assert target["sp500"] == pytest.approx(-600_000.0, rel=0.05)
    assert target["russell2000"] == pytest.approx(-400_000.0, rel=0.05)
    notional = {"sp500": 0.0, "russell2000": 0.0}
    for order in plan.orders:
        notional[order.quote.index] += order.notional
    smallest = {"sp500": 5 * 6000.0, "russell2000": 5 * PRICES["russell2000"]}
    assert all(abs(notional[index] - target[index]) <= 1.5 * smallest[index] for index in target)
    assert plan.achieved_hedge_fraction == pytest.approx(1.0, abs=0.03)
    assert "leg_choice" in codes(plan)
    assert next(note.message for note in plan.notes if note.code == "leg_choice").endswith(
        f"S&P 500 and Russell 2000 {plan.leg_test[1].explained:.0%}, {plan.leg_test[1].removed:.0%} (used)."
    )
    alone, both = plan.leg_test
    assert (alone.indices, both.indices, both.is_taken) == (("sp500",), ("sp500", "russell2000"), True)
    assert both.removed > alone.removed
    tested = dict(plan.index_test.removed)
    assert tested["sp500"] == alone.removed > tested["russell2000"]


def test_half_of_two_indices_leaves_half_of_the_beta():
    plan = solve(make_two_index_exposure(), make_quotes("ES", "MES", "RTY", "M2K"), hedge_fraction=0.5, legs=2)
    assert plan.beta_after == pytest.approx(plan.beta_before / 2, abs=0.03)


def test_with_one_leg_the_same_book_trades_one_index_only():
    plan = solve(make_two_index_exposure(), make_quotes("ES", "MES", "RTY", "M2K"), hedge_fraction=1.0, legs=1)
    assert {order.quote.index for order in plan.orders} == {"sp500"}
    # The book is made of two indices: a second leg would pay, and the limit says so.
    assert [(limit.name, limit.limit, limit.needed) for limit in plan.binding_limits] == [("legs", 1, 2)]
    assert "without this limit 2 would pay" in next(note.message for note in plan.notes if note.code == "limit_binds")


# ---------------------------------------------------------------- the other objective


def shortfall_by_hand(exposure, plan, fraction, n_sessions=800):
    """Mean loss of the worst 5 % of sessions of a share of the book with all futures of the plan."""
    gains = fraction * exposure.gains[-n_sessions:]
    for order in plan.positions:
        place = exposure.indices.index(order.quote.index)
        gains = gains + order.held_after * order.quote.notional * exposure.index_returns[-n_sessions:, place]
    return -np.sort(gains)[: n_sessions // 20].mean()


def solve_both(fraction=1.0, **policy):
    exposure, quotes = make_two_index_exposure(), make_quotes("ES", "MES", "RTY", "M2K")
    plans = (
        solve(exposure, quotes, hedge_fraction=fraction, objective=objective, **policy)
        for objective in ("expected-shortfall", "variance")
    )
    return exposure, *plans


@pytest.mark.parametrize("fraction", [0.5, 1.0])
def test_the_plan_of_least_expected_shortfall_stands_beside_that_of_least_variance(fraction):
    exposure, plan, by_variance = solve_both(fraction, legs=1)
    comparison = plan.comparison
    chosen, other = comparison.outcomes
    assert (plan.objective, chosen.objective, other.objective) == ("expected-shortfall",) * 2 + ("variance",)
    assert (dict(chosen.positions), dict(other.positions)) == (held(plan), held(by_variance))
    assert chosen.expected_shortfall == pytest.approx(shortfall_by_hand(exposure, plan, fraction), rel=1e-9)
    assert other.expected_shortfall == pytest.approx(shortfall_by_hand(exposure, by_variance, fraction), rel=1e-9)
    assert chosen.expected_shortfall <= other.expected_shortfall < comparison.unhedged_shortfall
    assert chosen.tracking_risk == plan.tracking_risk >= other.tracking_risk == by_variance.tracking_risk
    assert chosen.initial_margin == plan.initial_margin
    assert chosen.round_trip_cost == pytest.approx(plan.round_trip_cost, rel=1e-12)
    assert plan.best_tracking_risk == by_variance.best_tracking_risk
    assert (comparison.n_scenarios, comparison.level, plan.is_optimal) == (800, 0.95, True)
    assert (by_variance.comparison, by_variance.objective) == (None, "variance")


def test_a_plan_of_least_expected_shortfall_says_what_it_does():
    _, plan, by_variance = solve_both(legs=1)
    (note,) = [note.message for note in plan.notes if note.code == "objective"]
    assert "the mean loss in the worst 5% of the last 800 sessions as small as it can" in note
    assert f"holds {held(by_variance)['ES']:+d} ES" in note
    assert f"${plan.comparison.outcomes[0].expected_shortfall:,.0f} a session" in note
    assert "objective" not in codes(by_variance)


def test_both_objectives_hold_a_book_without_noise_of_its_own_alike():
    exposure = make_two_index_exposure()
    same = replace(exposure, gains=exposure.index_returns @ np.array([600_000.0, 0.0]))
    plan = solve(same, make_quotes("ES", "MES"), hedge_fraction=0.5, legs=1, objective="expected-shortfall")
    assert plan.comparison.outcomes[0].positions == (("ES", -1),)
    same_size = replace(same, by_index=tuple(replace(each, beta_dollars=600_000.0) for each in same.by_index))
    plan = solve(same_size, make_quotes("ES", "MES"), hedge_fraction=0.5, legs=1, objective="expected-shortfall")
    assert "The hedge of least variance is the same." in next(n.message for n in plan.notes if n.code == "objective")


def test_limits_of_the_plan_of_least_expected_shortfall_are_its_own():
    _, plan, _ = solve_both(legs=1, max_contracts=2)
    assert sum(abs(order.held_after) for order in plan.positions) <= 2
    limit, _ = plan.binding_limits
    free = solve_both(legs=1)[1]
    assert (limit.name, limit.limit) == ("max_contracts", 2)
    assert limit.needed == sum(abs(order.held_after) for order in free.positions)


def test_futures_on_another_index_may_stay_in_part_where_two_legs_are_allowed():
    exposure, plan, _ = solve_both(0.6, indices=("sp500",), legs=2, current=(("RTY", -2),))
    chosen, _ = plan.comparison.outcomes
    assert dict(chosen.positions) == {symbol: n for symbol, n in held(plan).items() if n}
    assert -2 <= held(plan)["RTY"] <= 0
    assert chosen.expected_shortfall == pytest.approx(shortfall_by_hand(exposure, plan, 0.6), rel=1e-9)
    assert chosen.tracking_risk == pytest.approx(plan.tracking_risk, rel=1e-12)
    assert chosen.initial_margin == pytest.approx(plan.initial_margin, rel=1e-12)


def test_the_shortfall_of_the_whole_book_and_the_proof_stand_beside_that_of_the_share_to_be_hedged():
    exposure, plan, _ = solve_both(0.5, legs=1)
    comparison = plan.comparison
    chosen, other = comparison.outcomes
    assert chosen.book_shortfall == pytest.approx(shortfall_by_hand(exposure, plan, 1.0), rel=1e-9)
    assert comparison.unhedged_book_shortfall == pytest.approx(2 * comparison.unhedged_shortfall, rel=1e-9)
    assert comparison.bound <= comparison.least_shortfall == pytest.approx(chosen.expected_shortfall, rel=1e-9)
    assert comparison.least_shortfall <= other.expected_shortfall
    (label,) = [each.labels for each in plan.alternatives if dict(each.positions) == held(plan)]
    assert "least_shortfall" in label


def test_a_tolerance_to_the_expected_shortfall_buys_a_cheaper_plan_and_the_note_says_so():
    _, exact, _ = solve_both(legs=1)
    _, loose, _ = solve_both(legs=1, tolerance=0.2)
    comparison = loose.comparison
    assert loose.round_trip_cost < exact.round_trip_cost
    assert comparison.least_shortfall == exact.comparison.least_shortfall
    most = comparison.least_shortfall + 0.2 * comparison.unhedged_shortfall
    assert comparison.least_shortfall < comparison.outcomes[0].expected_shortfall <= most * (1 + 1e-9)
    note = next(note.message for note in loose.notes if note.code == "objective")
    assert note.startswith("The plan is the cheapest whose mean loss in the worst 5% of the last 800 sessions")
    assert f"the least, ${comparison.least_shortfall:,.0f}" in note


def test_a_short_history_has_no_expected_shortfall():
    with pytest.raises(SettingsError, match=r"history has 2; at least 250 are needed\. Use --objective variance"):
        solve(objective="expected-shortfall")
