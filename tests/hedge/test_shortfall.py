"""The hedge of least expected shortfall, against complete enumeration and against the definition."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hedger.errors import SolverError
from hedger.hedge.problem import HedgeProblem, ProblemContract
from hedger.hedge.shortfall import Scenarios, held_dollars, minimise_shortfall
from hedger.hedge.solver import solve

INDICES = ("sp500", "nasdaq100", "russell2000")


def make_scenarios(n_scenarios=60, *, dollars=(120_000.0, 60_000.0, 0.0), noise=600.0, seed=1, n_indices=3, level=0.95):
    rng = np.random.default_rng(seed)
    common = rng.standard_t(4, n_scenarios) * 0.007
    returns = common[:, None] + rng.normal(0.0, 1.0, (n_scenarios, n_indices)) * 0.005
    gains = returns @ np.array(dollars[:n_indices]) + rng.normal(0.0, noise, n_scenarios)
    return Scenarios(gains=gains, returns=returns, level=level)


def make_problem(scenarios, contracts, **changes):
    covariance = np.cov(scenarios.returns.T).reshape(scenarios.returns.shape[1], -1) * 252
    indices = INDICES[: len(covariance)]
    chosen = {
        "indices": indices,
        "exposure": np.linalg.solve(covariance, np.cov(scenarios.returns.T, scenarios.gains)[:-1, -1] * 252),
        "hedge_fraction": 1.0,
        "covariance": covariance,
        "contracts": tuple(contracts),
        "sides": ("sell",) * len(indices),
        "legs": len(indices),
    } | changes
    return HedgeProblem(**chosen)


def contract(symbol, index, notional, *, margin=2_000.0, cost=3.0, limit=None, current=0):
    return ProblemContract(
        symbol=symbol, index=index, notional=notional, margin=margin, cost=cost, limit=limit, current=current
    )


def is_feasible(problem, plan):
    signs = {name: set() for name in problem.indices}
    for each, n in zip(problem.contracts, plan, strict=True):
        if n:
            signs[each.index].add(math.copysign(1, n))
    allowed = {"sell": {-1}, "buy": {1}, "either": {-1, 1}, "none": set()}
    margin = sum(each.margin * abs(n) for each, n in zip(problem.contracts, plan, strict=True))
    return (
        all(len(used) <= 1 and used <= allowed[side] for used, side in zip(signs.values(), problem.sides, strict=True))
        and sum(map(bool, signs.values())) <= problem.legs
        and (problem.margin_budget is None or margin <= problem.margin_budget * (1 + 1e-9))
        and (problem.max_contracts is None or sum(map(abs, plan)) <= problem.max_contracts)
        and all(each.limit is None or abs(n) <= each.limit for each, n in zip(problem.contracts, plan, strict=True))
    )


def enumerate_plans(problem, scenarios, most=6):
    """All feasible plans of up to `most` contracts of each kind, with shortfall and cost."""
    ranges = [range(-min(most, each.limit or most), min(most, each.limit or most) + 1) for each in problem.contracts]
    for plan in itertools.product(*ranges):
        if is_feasible(problem, plan):
            cost = sum(each.cost * abs(n - each.current) for each, n in zip(problem.contracts, plan, strict=True))
            yield plan, scenarios.expected_shortfall(held_dollars(problem, plan)), cost


# ---------------------------------------------------------------- the measure


def test_the_expected_shortfall_is_the_mean_of_the_worst_losses():
    gains = np.arange(-50.0, 50.0)
    scenarios = Scenarios(gains=gains, returns=np.zeros((100, 1)), level=0.95)
    assert scenarios.expected_shortfall(np.zeros(1)) == pytest.approx(np.mean([50, 49, 48, 47, 46]), rel=1e-12)


@pytest.mark.parametrize(("n_scenarios", "level"), [(60, 0.95), (101, 0.9), (250, 0.99), (30, 0.99)])
def test_the_expected_shortfall_is_the_least_value_of_rockafellar_and_uryasev(n_scenarios, level):
    scenarios = make_scenarios(n_scenarios, level=level)
    dollars = np.array([-40_000.0, -30_000.0, 0.0])
    losses = -(scenarios.gains + scenarios.returns @ dollars)
    weight = 1.0 / ((1.0 - level) * n_scenarios)
    programme = linprog(
        np.concatenate([[1.0], np.full(n_scenarios, weight)]),
        A_ub=-np.column_stack([np.ones(n_scenarios), np.eye(n_scenarios)]),
        b_ub=-losses,
        bounds=[(None, None), *[(0, None)] * n_scenarios],
    )
    assert scenarios.expected_shortfall(dollars) == pytest.approx(programme.fun, rel=1e-9)


def test_a_plane_touches_the_shortfall_where_it_was_taken_and_lies_below_it_elsewhere():
    scenarios = make_scenarios()
    rng = np.random.default_rng(5)
    here = rng.normal(0.0, 60_000.0, 3)
    value, slope = scenarios.plane(here)
    assert value == scenarios.expected_shortfall(here)
    for elsewhere in rng.normal(0.0, 150_000.0, (200, 3)):
        assert scenarios.expected_shortfall(elsewhere) >= value + slope @ (elsewhere - here) - 1e-6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gains": np.zeros(59)}, "one row per scenario"),
        ({"gains": np.full(60, np.nan)}, "must be finite"),
        ({"level": 1.0}, "level must lie between 0 and 1"),
    ],
)
def test_scenarios_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(make_scenarios(), **changes)


# ---------------------------------------------------------------- the best plan


@st.composite
def problems(draw):
    n_indices = draw(st.integers(1, 3))
    scenarios = make_scenarios(
        draw(st.integers(25, 120)),
        dollars=tuple(draw(st.floats(-150_000.0, 150_000.0)) for _ in range(3)),
        noise=draw(st.floats(100.0, 2_000.0)),
        seed=draw(st.integers(0, 10_000)),
        n_indices=n_indices,
        level=draw(st.sampled_from([0.8, 0.9, 0.95])),
    )
    contracts = []
    for index in INDICES[:n_indices]:
        notional = draw(st.floats(8_000.0, 40_000.0))
        most, held = draw(st.integers(0, 4)), draw(st.integers(-2, 2))
        contracts.append(contract(f"{index}S", index, notional, cost=2.0, limit=most, current=held))
        if n_indices < 3 and draw(st.booleans()):
            several = draw(st.sampled_from([3.0, 10.0, 2.7]))
            contracts.append(
                contract(f"{index}L", index, notional * several, margin=2_000.0 * several, cost=4.5, limit=2)
            )
    problem = make_problem(
        scenarios,
        contracts,
        sides=tuple(draw(st.sampled_from(["sell", "buy", "either", "either", "none"])) for _ in range(n_indices)),
        legs=draw(st.integers(1, n_indices)),
        margin_budget=draw(st.one_of(st.none(), st.floats(1_000.0, 30_000.0))),
        max_contracts=draw(st.one_of(st.none(), st.integers(1, 6))),
        tolerance=draw(st.sampled_from([0.0, 0.0, 0.05, 0.3])),
    )
    return problem, scenarios


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_plan_is_the_best_of_all(case):
    problem, scenarios = case
    plans = list(enumerate_plans(problem, scenarios, most=4))
    found = minimise_shortfall(problem, scenarios)
    none = scenarios.expected_shortfall(np.zeros(len(problem.indices)))
    slack = 1e-6 * abs(none)
    least = min(shortfall for _, shortfall, _ in plans)
    assert found.is_optimal
    assert found.least == pytest.approx(least, abs=slack)
    assert found.bound <= least + slack
    assert is_feasible(problem, found.best.quantities)
    within = least + (problem.tolerance * none if none > 0 else 0.0)
    assert found.expected_shortfall <= within + slack
    # Dollars on the very edge of the tolerance may fall on either side of it.
    cheapest = min(cost for _, shortfall, cost in plans if shortfall <= within - slack or shortfall <= least + slack)
    if problem.tolerance > 0 and none > 0:
        assert found.best.cost <= cheapest + 0.01


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_shortfall_is_never_larger_than_that_of_the_plan_of_least_variance(case):
    problem, scenarios = replace(case[0], tolerance=0.0), case[1]
    by_variance = solve(problem, with_alternatives=False).best
    shortfall = scenarios.expected_shortfall(held_dollars(problem, by_variance.quantities))
    found = minimise_shortfall(problem, scenarios)
    assert found.expected_shortfall <= shortfall + 1e-6 * abs(found.expected_shortfall)
    assert found.best.tracking_risk >= by_variance.tracking_risk * (1 - 1e-9)


def nested(cost_small=2.2, current=0, **changes):
    scenarios = make_scenarios(1000, dollars=(1_200_000.0, 700_000.0, 500_000.0), noise=8_000.0)
    sizes = [
        ("ES", "MES", "sp500", 300_000.0),
        ("NQ", "MNQ", "nasdaq100", 400_000.0),
        ("RTY", "M2K", "russell2000", 120e3),
    ]
    contracts = [
        each
        for large, small, index, notional in sizes
        for each in (
            contract(large, index, notional, margin=20_000.0, cost=4.5, current=current),
            contract(small, index, notional / 10, margin=2_000.0, cost=cost_small),
        )
    ]
    return make_problem(scenarios, contracts, **changes), scenarios


def test_of_the_mixes_that_hold_the_same_dollars_the_cheapest_is_chosen():
    problem, scenarios = nested()
    found = minimise_shortfall(problem, scenarios).best
    assert all(abs(n) <= 9 for n in found.quantities[1::2])
    cheap_small, _ = nested(cost_small=0.1)
    small = minimise_shortfall(cheap_small, scenarios).best
    assert small.quantities[::2] == (0, 0, 0)
    assert held_dollars(problem, small.quantities) == pytest.approx(held_dollars(problem, found.quantities), rel=1e-9)


def test_a_tolerance_gives_a_cheaper_plan_within_it():
    problem, scenarios = nested()
    exact = minimise_shortfall(problem, scenarios)
    loose = minimise_shortfall(replace(problem, tolerance=0.03), scenarios)
    none = scenarios.expected_shortfall(np.zeros(3))
    assert loose.best.cost < exact.best.cost
    assert exact.expected_shortfall <= loose.expected_shortfall <= exact.least + 0.03 * none * (1 + 1e-9)
    assert (loose.least, loose.bound) == (exact.least, exact.bound)


def test_contracts_already_held_are_kept_where_they_do_as_well():
    problem, scenarios = nested(tolerance=0.2)
    held = replace(
        problem,
        contracts=tuple(replace(each, current=-2) if each.symbol == "ES" else each for each in problem.contracts),
    )
    fresh, kept = (minimise_shortfall(each, scenarios).best for each in (problem, held))
    assert kept.cost < fresh.cost
    assert kept.quantities[0] == -2


def test_a_looser_limit_never_makes_the_shortfall_larger():
    problem, scenarios = nested()
    least = [
        minimise_shortfall(replace(problem, max_contracts=most, margin_budget=budget, legs=legs), scenarios).least
        for most, budget, legs in ((3, 40_000.0, 1), (6, 40_000.0, 1), (6, 80_000.0, 2), (20, 160_000.0, 3))
    ]
    assert least == sorted(least, reverse=True)


def test_doubling_book_and_contracts_doubles_the_shortfall():
    problem, scenarios = nested()
    doubled = tuple(replace(each, notional=2 * each.notional) for each in problem.contracts)
    once = minimise_shortfall(problem, scenarios)
    twice = minimise_shortfall(replace(problem, contracts=doubled), replace(scenarios, gains=2 * scenarios.gains))
    assert twice.best.quantities == once.best.quantities
    assert twice.expected_shortfall == pytest.approx(2 * once.expected_shortfall, rel=1e-9)


def test_a_book_that_never_moves_is_left_alone():
    scenarios = replace(make_scenarios(), gains=np.zeros(60))
    problem = make_problem(make_scenarios(), [contract("MES", "sp500", 30_000.0)], sides=("either", "sell", "none"))
    found = minimise_shortfall(problem, scenarios)
    assert (found.best.quantities, found.least, found.is_optimal) == ((0,), 0.0, True)


def test_futures_that_never_lost_are_refused():
    scenarios = make_scenarios(n_indices=1)
    falling = replace(scenarios, returns=-np.abs(scenarios.returns) - 0.001)
    problem = make_problem(scenarios, [contract("MES", "sp500", 30_000.0)])
    with pytest.raises(SolverError, match=r"futures on sp500 could be held without any loss.*--objective variance"):
        minimise_shortfall(problem, falling)


@pytest.mark.parametrize("most_planes", [1, 12])
def test_a_search_cut_short_gives_a_feasible_plan_and_does_not_call_it_proved(most_planes):
    problem, scenarios = nested(max_contracts=7)
    proved = minimise_shortfall(problem, scenarios)
    short = minimise_shortfall(problem, scenarios, most_planes=most_planes)
    assert not short.is_optimal
    assert is_feasible(problem, short.best.quantities)
    assert short.bound <= proved.least <= short.expected_shortfall * (1 + 1e-9)
