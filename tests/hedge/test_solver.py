"""The solver against published optima, complete enumeration, and properties that must hold for every problem.

solver_instances.jsonl holds 300 made-up problems of July 2026 with their optima, proved by SCIP on the full integer
model, most of them by complete enumeration too, as ``proved_by`` says. ``benchmarks/solver.py`` solves them with SCIP
again.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hedger.errors import HedgeError, SolverError
from hedger.hedge.problem import HedgeProblem, ProblemContract
from hedger.hedge.search import Search, compile_solver, hedged_risk
from hedger.hedge.search.runner import RUNNER
from hedger.hedge.solver import check_solution, find_best, solve, to_candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import Solution

RECORDS = [json.loads(line) for line in (Path(__file__).parent / "solver_instances.jsonl").read_text().splitlines()]


def problem_of(record: dict[str, Any]) -> HedgeProblem:
    return HedgeProblem(
        indices=tuple(record["indices"]),
        exposure=record["exposure"],
        hedge_fraction=record["hedge_fraction"],
        covariance=record["covariance"],
        contracts=tuple(ProblemContract(**contract) for contract in record["contracts"]),
        sides=tuple(record["sides"]),
        legs=record["legs"],
        margin_budget=record["margin_budget"],
        max_contracts=record["max_contracts"],
        tolerance=record["tolerance"],
    )


@pytest.mark.parametrize("record", [pytest.param(record, id=record["id"]) for record in RECORDS])
def test_the_plan_is_the_proved_optimum_of_the_instance(record: dict[str, Any]) -> None:
    problem, expected = problem_of(record), record["expected"]
    best = find_best(problem)
    assert least_risk(problem) == pytest.approx(expected["sigma_star"], rel=1e-9, abs=1e-6)
    assert best.tracking_risk == pytest.approx(expected["sigma"], rel=1e-9, abs=1e-6)
    assert best.cost == pytest.approx(expected["cost"], rel=0, abs=1e-6)
    assert best.n_contracts == expected["contracts"]
    assert positions(problem, best.quantities) == expected["plan"]


@pytest.mark.parametrize("record", [pytest.param(record, id=record["id"]) for record in RECORDS[::6]])
def test_a_solution_proves_its_plan_and_shows_others(record: dict[str, Any]) -> None:
    problem = problem_of(record)
    solution = solve(problem)
    assert solution.is_optimal
    assert solution.bound <= solution.best_tracking_risk
    assert solution.bound == pytest.approx(record["expected"]["sigma_star"], rel=1e-9, abs=1e-6)
    assert positions(problem, solution.best.quantities) == record["expected"]["plan"]
    assert_alternatives(problem, solution)


def least_risk(problem: HedgeProblem) -> float:
    return math.sqrt(Search(problem).find_least_risk().squared)


def positions(problem: HedgeProblem, quantities: Sequence[int]) -> dict[str, int]:
    return {c.symbol: q for c, q in zip(problem.contracts, quantities, strict=True) if q}


class Enumerated(NamedTuple):
    least_risk: float
    risk: float
    cost: float
    quantities: tuple[int, ...]


MOST_PLANS = 60_000


def enumerate_all(problem: HedgeProblem) -> Enumerated:
    """Every plan of a small problem, written from the statement of the problem and nothing of the solver."""
    wanted = problem.hedge_fraction * problem.exposure
    hedged = math.sqrt(wanted @ problem.covariance @ wanted)
    # Nothing beyond the ellipsoid of doing nothing, widened by the tolerance, can be the answer: the empty plan
    # is feasible.
    reach = hedged * (1 + problem.tolerance) * np.sqrt(np.diag(np.linalg.inv(problem.covariance))) * (1 + 1e-6)
    ranges = []
    for contract in problem.contracts:
        j = problem.indices.index(contract.index)
        most = math.floor((abs(wanted[j]) + reach[j]) / contract.notional)
        for limit in (contract.limit, problem.max_contracts):
            most = most if limit is None else min(most, limit)
        side = problem.sides[j]
        ranges.append(range(-most if side in ("sell", "either") else 0, (most if side in ("buy", "either") else 0) + 1))
    assume(math.prod(len(one) for one in ranges) <= MOST_PLANS)
    plans = np.array(list(itertools.product(*ranges)), dtype=np.int64)
    index_of = np.array([problem.indices.index(c.index) for c in problem.contracts])
    member = np.array([[j == i for j in range(len(problem.indices))] for i in index_of])
    has_long, has_short = (plans > 0) @ member, (plans < 0) @ member
    feasible = ~(has_long & has_short).any(axis=1) & ((has_long | has_short).sum(axis=1) <= problem.legs)
    if problem.margin_budget is not None:
        margin = np.abs(plans) @ np.array([c.margin for c in problem.contracts])
        feasible &= margin <= problem.margin_budget * (1 + 1e-9)
    if problem.max_contracts is not None:
        feasible &= np.abs(plans).sum(axis=1) <= problem.max_contracts
    plans = plans[feasible]
    residual = wanted + (plans * np.array([c.notional for c in problem.contracts])) @ member
    risk = np.sqrt(np.einsum("ni,ij,nj->n", residual, problem.covariance, residual))
    least = float(risk.min())
    within = np.flatnonzero(risk <= (least + problem.tolerance * hedged) * (1 + 1e-9) + 1e-12 * hedged)
    current = np.array([c.current for c in problem.contracts])
    units = np.abs(plans - current) @ np.array([round(10_000 * c.cost) for c in problem.contracts])
    within = within[units[within] == units[within].min()]
    count = np.abs(plans).sum(axis=1)
    within = within[count[within] == count[within].min()]
    smallest = risk[within].min()
    within = within[risk[within] <= smallest * (1 + 1e-9) + 1e-12 * hedged]
    chosen = min(within.tolist(), key=lambda row: ([-abs(n) for n in plans[row].tolist()], plans[row].tolist()))
    return Enumerated(least, float(risk[chosen]), float(units[chosen]) / 10_000, tuple(plans[chosen].tolist()))


@st.composite
def problems(draw: st.DrawFn, most_indices: int = 3) -> HedgeProblem:
    n_indices = draw(st.integers(1, most_indices))
    names = tuple("abcde"[:n_indices])
    factor = np.array(
        draw(st.lists(st.floats(-0.2, 0.2), min_size=n_indices * n_indices, max_size=n_indices * n_indices))
    ).reshape(n_indices, n_indices)
    market = 0.15 + np.abs(factor[0])
    covariance = (
        np.outer(market, market) + factor @ factor.T + np.diag([draw(st.sampled_from([1e-4, 1e-2]))] * n_indices)
    )
    contracts = []
    for name in names:
        unit = draw(st.sampled_from([700.0, 1000.0, 2469.447]))
        for size, ratio in enumerate(draw(st.sampled_from([[1], [10, 1], [10, 1, 0.19], [5, 2, 1], [3, 1], [1, 1]]))):
            contracts.append(
                ProblemContract(
                    symbol=f"{name}{size}",
                    index=name,
                    notional=ratio * unit,
                    margin=draw(st.sampled_from([0.1 * ratio * unit, 0.08 * ratio * unit + 20, 0.0])),
                    cost=draw(st.sampled_from([0.0, 1.0, 2.5, 2.49, 1.865, round(0.35 * ratio + 1.1, 2)])),
                    limit=draw(st.sampled_from([None, None, None, 0, 1, 3])),
                    current=draw(st.sampled_from([0, 0, 0, -1, 2, -4])),
                    size="e-mini" if size == 0 else "micro",
                )
            )
    return HedgeProblem(
        indices=names,
        exposure=np.array(
            draw(st.lists(st.floats(-9000, 9000).map(lambda e: round(e, 2)), min_size=n_indices, max_size=n_indices))
        ),
        hedge_fraction=draw(st.sampled_from([0.0, 0.3, 0.5, 1.0, 1.3])),
        covariance=covariance,
        contracts=tuple(draw(st.permutations(contracts))),
        sides=tuple(draw(st.sampled_from(["sell", "sell", "buy", "either", "none"])) for _ in names),
        legs=draw(st.integers(1, n_indices)),
        margin_budget=draw(st.sampled_from([None, None, 0.0, 300.0, 1000.0])),
        max_contracts=draw(st.sampled_from([None, None, 0, 2, 5])),
        tolerance=draw(st.sampled_from([0.0, 0.0, 0.01, 0.05, 0.3])),
    )


SMALL = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
N_PROBLEMS = int(os.environ.get("HEDGER_FUZZ_PROBLEMS", "150"))
"""Problems of which one run looks at every plan; the variable asks for more."""


@settings(SMALL, max_examples=N_PROBLEMS)
@given(problem=problems())
def test_no_plan_of_a_small_problem_is_better_than_the_answer(problem: HedgeProblem) -> None:
    expected = enumerate_all(problem)
    best = find_best(problem)
    near = 1e-9 * hedged_risk(problem)
    assert least_risk(problem) == pytest.approx(expected.least_risk, rel=1e-9, abs=near)
    assert best.cost == pytest.approx(expected.cost, rel=0, abs=1e-9)
    assert best.tracking_risk == pytest.approx(expected.risk, rel=1e-9, abs=near)
    assert best.quantities == expected.quantities


@SMALL
@given(problem=problems())
def test_a_looser_limit_never_gives_more_tracking_risk(problem: HedgeProblem) -> None:
    least = least_risk(problem)
    looser = [
        replace(problem, margin_budget=None),
        replace(problem, max_contracts=None),
        replace(problem, legs=len(problem.indices)),
        replace(problem, sides=("either",) * len(problem.indices)),
        replace(problem, contracts=tuple(replace(contract, limit=None) for contract in problem.contracts)),
    ]
    if problem.margin_budget is not None:
        looser.append(replace(problem, margin_budget=2 * problem.margin_budget))
    for problem_with_more_room in looser:
        assert least_risk(problem_with_more_room) <= least * (1 + 1e-9) + 1e-9


@SMALL
@given(problem=problems())
def test_doubling_the_book_and_the_contracts_doubles_risk_and_keeps_the_plan(problem: HedgeProblem) -> None:
    doubled = replace(
        problem,
        exposure=2 * problem.exposure,
        contracts=tuple(replace(contract, notional=2 * contract.notional) for contract in problem.contracts),
    )
    assert find_best(doubled).quantities == find_best(problem).quantities
    assert least_risk(doubled) == pytest.approx(2 * least_risk(problem), rel=1e-9, abs=1e-9)


@SMALL
@given(problem=problems())
def test_doubling_the_book_and_all_limits_never_gives_more_than_twice_the_risk(problem: HedgeProblem) -> None:
    def twice(limit: int | None) -> int | None:
        return None if limit is None else 2 * limit

    doubled = replace(
        problem,
        exposure=2 * problem.exposure,
        contracts=tuple(replace(contract, limit=twice(contract.limit)) for contract in problem.contracts),
        margin_budget=None if problem.margin_budget is None else 2 * problem.margin_budget,
        max_contracts=twice(problem.max_contracts),
    )
    assert least_risk(doubled) <= 2 * least_risk(problem) * (1 + 1e-9) + 1e-9


@SMALL
@given(problem=problems())
def test_scaling_the_covariance_scales_the_risk_and_keeps_the_plan(problem: HedgeProblem) -> None:
    quadrupled = replace(problem, covariance=4 * problem.covariance)
    assert find_best(quadrupled).quantities == find_best(problem).quantities
    assert least_risk(quadrupled) == pytest.approx(2 * least_risk(problem), rel=1e-9, abs=1e-9)


@SMALL
@given(problem=problems(), turn=st.integers(1, 4))
def test_the_order_of_the_indices_changes_nothing(problem: HedgeProblem, turn: int) -> None:
    order = np.roll(np.arange(len(problem.indices)), turn)
    turned = replace(
        problem,
        indices=tuple(problem.indices[j] for j in order),
        exposure=problem.exposure[order],
        covariance=problem.covariance[np.ix_(order, order)],
        sides=tuple(problem.sides[j] for j in order),
    )
    assert find_best(turned).quantities == find_best(problem).quantities


@settings(SMALL, max_examples=40)
@given(problem=problems())
def test_alternatives_are_feasible_and_none_beats_another(problem: HedgeProblem) -> None:
    assert_alternatives(problem, solve(problem))


def assert_alternatives(problem: HedgeProblem, solution: Solution) -> None:
    named = {label: one for one in solution.alternatives for label in one.labels}
    assert named["cheapest_within_tolerance"].quantities == solution.best.quantities
    assert named["least_risk"].tracking_risk == pytest.approx(solution.best_tracking_risk, rel=2e-9, abs=1e-6)
    assert len({one.quantities for one in solution.alternatives}) == len(solution.alternatives)
    risks = [one.tracking_risk for one in solution.alternatives]
    assert risks == sorted(risks)
    for one in solution.alternatives:
        check_solution(problem, one, math.inf)
    if "one_index_only" in named:
        used = positions(problem, named["one_index_only"].quantities)
        assert len({contract.index for contract in problem.contracts if contract.symbol in used}) <= 1
    if "half_the_margin" in named:
        assert named["half_the_margin"].margin <= solution.best.margin / 2 * (1 + 1e-9)
    efficient = [one for one in solution.alternatives if "efficient" in one.labels]
    for one, other in itertools.permutations(efficient, 2):
        assert (
            one.tracking_risk < other.tracking_risk * (1 + 1e-9)
            or one.cost < other.cost - 1e-6
            or one.n_contracts < other.n_contracts
        )


ES = ProblemContract(symbol="ES", index="sp500", notional=300_000.0, margin=24_000.0, cost=17.0, size="e-mini")
MES = ProblemContract(symbol="MES", index="sp500", notional=30_000.0, margin=2_400.0, cost=2.5, size="micro")


def ten_millions(hedge_fraction: float, **changes: Any) -> HedgeProblem:
    """A case to be done by hand: 10,000,000 of large caps at beta 1, S&P 500 futures at 6,000."""
    problem = HedgeProblem(
        indices=("sp500",),
        exposure=np.array([10_000_000.0]),
        hedge_fraction=hedge_fraction,
        covariance=np.array([[0.0256]]),
        contracts=(ES, MES),
        sides=("sell",),
        legs=1,
    )
    return replace(problem, **changes)


@pytest.mark.parametrize(("hedge_fraction", "expected"), [(0.3, {"ES": -10}), (0.5, {"ES": -16, "MES": -7}), (0.0, {})])
def test_ten_millions_need_what_a_division_gives(hedge_fraction: float, expected: dict[str, int]) -> None:
    problem = ten_millions(hedge_fraction)
    solution = solve(problem)
    assert positions(problem, solution.best.quantities) == expected
    residual = hedge_fraction * 10_000_000 + sum(
        quantity * contract.notional
        for contract, quantity in zip(problem.contracts, solution.best.quantities, strict=True)
    )
    assert abs(residual) <= 15_000
    assert solution.best.tracking_risk == pytest.approx(abs(residual) * 0.16, rel=1e-12, abs=1e-9)


def test_a_budget_too_small_gives_the_best_plan_inside_it_and_says_what_the_full_one_needs() -> None:
    solution = solve(ten_millions(0.5, margin_budget=100_000.0, max_contracts=3))
    assert solution.best.quantities == (-3, 0)
    needs = {limit.name: (limit.limit, limit.needed) for limit in solution.binding_limits}
    assert needs == {"margin_budget": (100_000.0, 16 * 24_000 + 7 * 2_400), "max_contracts": (3, 23)}


def test_a_position_limit_binds_by_the_symbol_of_its_contract() -> None:
    limited = (replace(ES, limit=2), MES)
    solution = solve(ten_millions(0.3, contracts=limited))
    assert solution.best.quantities == (-2, -80)
    assert [(limit.name, limit.limit, limit.needed) for limit in solution.binding_limits] == [("ES", 2, 10)]


def test_nothing_binds_when_the_wished_plan_fits() -> None:
    assert solve(ten_millions(0.3, margin_budget=1e9, max_contracts=1_000)).binding_limits == ()


def test_alternatives_name_whole_e_minis_and_half_the_margin() -> None:
    solution = solve(ten_millions(0.5))
    named = {label: one for one in solution.alternatives for label in one.labels}
    assert named["e_minis_only"].quantities == (-17, 0)
    assert named["half_the_margin"].margin <= solution.best.margin / 2
    assert named["half_the_margin"].quantities == (-8, -3)


def test_tolerance_buys_a_cheaper_plan() -> None:
    solution = solve(ten_millions(0.5, tolerance=0.05))
    assert solution.best.quantities == (-16, 0)
    assert solution.best_tracking_risk == pytest.approx(10_000 * 0.16, rel=1e-9)


def test_held_contracts_are_kept_where_they_fit() -> None:
    held = (ES, replace(MES, current=-100))
    solution = solve(ten_millions(0.3, contracts=held))
    assert solution.best.quantities == (0, -100)
    assert solution.best.cost == 0.0


@pytest.mark.parametrize(
    ("quantities", "fault"),
    [
        ((-11, 0), "11 ES exceed 10"),
        ((1, 0), "1 ES have the wrong sign"),
        ((-1, 1), "long and short contracts of sp500"),
        ((-10, -31), "41 contracts exceed 40"),
        ((-10, -30), "a margin of 312,000.00 exceeds 300,000.00"),
        ((0, 0), "a tracking risk of 480,000.00 exceeds"),
    ],
)
def test_a_plan_that_breaks_a_promise_cannot_leave_the_solver(quantities: tuple[int, ...], fault: str) -> None:
    contracts = (replace(ES, limit=10), MES)
    problem = ten_millions(0.3, contracts=contracts, margin_budget=300_000.0, max_contracts=40)
    with pytest.raises(SolverError, match=fault):
        check_solution(problem, to_candidate(problem, quantities), 0.0)


NQ = ProblemContract(symbol="NQ", index="nasdaq100", notional=500_000.0, margin=40_000.0, cost=14.0, size="e-mini")
MNQ = ProblemContract(symbol="MNQ", index="nasdaq100", notional=50_000.0, margin=4_000.0, cost=2.2, size="micro")


def two_indices(**changes: Any) -> HedgeProblem:
    problem = HedgeProblem(
        indices=("sp500", "nasdaq100"),
        exposure=np.array([6_000_000.0, 4_000_000.0]),
        hedge_fraction=0.5,
        covariance=np.array([[0.0256, 0.0288], [0.0288, 0.0400]]),
        contracts=(ES, MES, NQ, MNQ),
        sides=("sell", "sell"),
        legs=2,
    )
    return replace(problem, **changes)


def test_each_index_is_hedged_in_its_own_contracts() -> None:
    solution = solve(two_indices())
    assert solution.best.quantities == (-10, 0, -4, 0)
    assert solution.best.tracking_risk == pytest.approx(0.0, abs=1e-6)
    named = {label: one for one in solution.alternatives for label in one.labels}
    assert named["one_index_only"].quantities == (-17, -5, 0, 0)


def test_a_limit_of_legs_binds_and_says_how_many_the_wish_would_take() -> None:
    solution = solve(two_indices(legs=1))
    assert solution.best.quantities == (-17, -5, 0, 0)
    assert [(limit.name, limit.limit, limit.needed) for limit in solution.binding_limits] == [("legs", 1, 2)]


def test_a_plan_with_too_many_legs_cannot_leave_the_solver() -> None:
    problem = two_indices(legs=1)
    with pytest.raises(SolverError, match="2 indices exceed 1"):
        check_solution(problem, to_candidate(problem, (-10, 0, -4, 0)), math.inf)


def test_a_budget_is_spent_where_it_removes_most_risk() -> None:
    problem = two_indices(margin_budget=100_000.0)
    solution = solve(problem)
    fits = [
        (-es, -mes, -nq, -mnq)
        for es, mes, nq, mnq in itertools.product(range(5), range(42), range(3), range(26))
        if 24_000 * es + 2_400 * mes + 40_000 * nq + 4_000 * mnq <= 100_000
    ]
    assert solution.best_tracking_risk == pytest.approx(
        min(to_candidate(problem, quantities).tracking_risk for quantities in fits), rel=1e-12
    )


def test_a_market_neutral_book_may_buy_one_index_and_sell_the_other() -> None:
    neutral = two_indices(exposure=np.array([6_000_000.0, -4_000_000.0]), sides=("either", "either"))
    assert solve(neutral).best.quantities == (-10, 0, 4, 0)


def test_ties_go_to_the_contract_listed_first_and_to_the_short_side() -> None:
    twins = (replace(ES, symbol="A"), replace(ES, symbol="B"))
    assert solve(ten_millions(0.3, contracts=twins)).best.quantities == (-10, 0)
    between = ten_millions(1.0, exposure=np.array([0.0]), contracts=(ES,), sides=("either",), tolerance=0.0)
    assert solve(between).best.quantities == (0,)


def test_what_is_held_is_closed_where_nothing_may_be_held() -> None:
    held = (replace(ES, current=-3), MES)
    solution = solve(ten_millions(0.3, contracts=held, sides=("none",)))
    assert solution.best.quantities == (0, 0)
    assert solution.best.cost == 3 * ES.cost


def test_a_book_without_contracts_stays_as_it_is() -> None:
    solution = solve(ten_millions(0.5, contracts=()))
    assert solution.best.quantities == ()
    assert solution.best.tracking_risk == pytest.approx(5_000_000 * 0.16, rel=1e-12)


@pytest.mark.parametrize("most_work", [0, 300, 1_000])
def test_a_search_cut_short_gives_a_plan_within_all_limits_and_does_not_call_it_proved(most_work: int) -> None:
    problem = problem_of(next(record for record in RECORDS if record["id"] == "s7-387"))
    solution = solve(problem, most_work=most_work)
    assert not solution.is_optimal
    assert solution.bound <= least_risk(problem) * (1 + 1e-9) <= solution.best_tracking_risk * (1 + 2e-9)
    check_solution(problem, solution.best, solution.best_tracking_risk)


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba, which is optional, is not installed")
def test_compiled_and_interpreted_give_the_same_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RUNNER, "is_compiled", False)
    interpreted = [find_best(problem_of(record)) for record in RECORDS]
    assert compile_solver()
    assert [find_best(problem_of(record)) for record in RECORDS] == interpreted


def test_without_numba_the_solver_stays_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert not compile_solver()
    assert not RUNNER.is_compiled


def test_more_mixes_than_memory_holds_stop_the_search() -> None:
    sizes = tuple(
        ProblemContract(symbol=f"C{n}", index="sp500", notional=1000.0 + 7 * n**3, margin=0.0, cost=1.0)
        for n in range(5)
    )
    solution = solve(ten_millions(1.0, contracts=sizes))
    assert not solution.is_optimal
    assert solution.bound <= solution.best_tracking_risk


def test_more_contracts_than_can_be_counted_are_refused() -> None:
    dust = (ProblemContract(symbol="DUST", index="sp500", notional=1e-3, margin=0.0, cost=1.0001),)
    with pytest.raises(SolverError, match="more than can be searched"):
        solve(ten_millions(1.0, contracts=dust))


def test_a_problem_must_fit_together() -> None:
    for changes, sentence in (
        ({"exposure": np.zeros(2)}, "must match indices"),
        ({"exposure": np.array([math.nan])}, "must be finite"),
        ({"covariance": np.array([[-0.01]])}, "must not have negative eigenvalues"),
        ({"sides": ()}, "one side per index"),
        ({"contracts": (replace(ES, index="dow30"),)}, "an index that is not in the problem"),
        ({"contracts": (replace(ES, notional=0.0),)}, "notionals must be positive"),
        ({"tolerance": -0.1}, "must not be negative"),
    ):
        with pytest.raises(ValueError, match=sentence):
            ten_millions(0.5, **changes)


def test_an_index_that_does_not_move_is_refused_by_name() -> None:
    with pytest.raises(HedgeError, match="The index sp500 does not move in these prices"):
        ten_millions(0.5, covariance=np.array([[0.0]]))


@pytest.mark.parametrize("slope", [1.0, -0.5])
def test_indices_that_move_as_one_are_refused_by_name(slope: float) -> None:
    twin = np.array([[1.0, slope, 0.4], [slope, slope * slope, 0.4 * slope], [0.4, 0.4 * slope, 1.0]]) * 0.04
    with pytest.raises(HedgeError, match="The indices sp500, nasdaq100 move as one in these prices"):
        two_indices(
            indices=("sp500", "nasdaq100", "dow30"),
            exposure=np.array([6e6, 4e6, 1e6]),
            covariance=twin,
            sides=("sell",) * 3,
        )


def test_a_covariance_is_symmetric() -> None:
    with pytest.raises(ValueError, match="must be symmetric"):
        two_indices(covariance=np.array([[0.04, 0.01], [0.02, 0.04]]))


def test_arrays_of_a_problem_cannot_be_changed() -> None:
    problem = ten_millions(0.5)
    with pytest.raises(ValueError, match="read-only"):
        problem.exposure[0] = 1.0
