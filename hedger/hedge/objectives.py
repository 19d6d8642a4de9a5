"""The plan of least expected shortfall beside that of least variance: the same indices, limits and target."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import SettingsError
from hedger.hedge.plan import ObjectiveComparison, ObjectiveOutcome
from hedger.hedge.shortfall import Scenarios, held_dollars, minimise_shortfall
from hedger.hedge.solver import broken_limits, free_of_limits

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.hedge.kept import KeptFutures
    from hedger.hedge.policy import Objective
    from hedger.hedge.problem import Candidate, HedgeProblem, Solution

MOST_SCENARIOS, FEWEST_SCENARIOS = 1000, 250
"""Past sessions that the shortfall is taken over: about four years, and below which its tail is a handful of days."""


def prefer_shortfall(
    problem: HedgeProblem, solution: Solution, exposure: Exposure, kept: KeptFutures, fraction: float
) -> tuple[Solution, ObjectiveComparison]:
    """Return the plan of least expected shortfall in place of that of least variance, and both side by side.

    Parameters
    ----------
    problem, solution
        The hedge to be solved, and its plan of least variance.
    exposure
        What is to be hedged; its past sessions are the scenarios.
    kept
        Futures that no order changes.
    fraction
        Share of the book that is to be hedged.

    Raises
    ------
    SettingsError
        When the history is too short.
    SolverError
        As :func:`minimise_shortfall`.
    """
    indices = [exposure.indices.index(name) for name in problem.indices]
    held = kept.dollars(exposure.indices)
    returns = exposure.index_returns[:, indices]
    gains = fraction * exposure.gains + exposure.index_returns[:, held != 0] @ held[held != 0]
    known = np.flatnonzero(np.isfinite(gains) & np.isfinite(returns).all(axis=1))[-MOST_SCENARIOS:]
    if known.size < FEWEST_SCENARIOS:
        raise SettingsError(
            f"The expected shortfall is taken over past sessions, and the portfolio's history has {known.size}; at "
            f"least {FEWEST_SCENARIOS} are needed. Use --objective variance, or prices that reach further back."
        )
    scenarios = Scenarios(gains=gains[known], returns=returns[known])
    found = minimise_shortfall(problem, scenarios)
    free = free_of_limits(problem)
    preferred = replace(
        solution,
        best=found.best,
        is_optimal=solution.is_optimal and found.is_optimal,
        binding_limits=() if free is None else broken_limits(problem, minimise_shortfall(free, scenarios).best),
    )
    own_risk = kept.own_risk(exposure, problem.indices)

    def outcome(objective: Objective, plan: Candidate) -> ObjectiveOutcome:
        symbols = (contract.symbol for contract in problem.contracts)
        return ObjectiveOutcome(
            objective=objective,
            positions=tuple((symbol, n) for symbol, n in zip(symbols, plan.quantities, strict=True) if n)
            + tuple((quote.symbol, quantity) for quote, quantity in kept.positions),
            expected_shortfall=scenarios.expected_shortfall(held_dollars(problem, plan.quantities)),
            tracking_risk=math.hypot(plan.tracking_risk, own_risk),
            round_trip_cost=plan.cost,
            initial_margin=plan.margin + kept.margin,
        )

    comparison = ObjectiveComparison(
        level=scenarios.level,
        first_session=exposure.sessions[known[0]].item(),
        last_session=exposure.sessions[known[-1]].item(),
        n_scenarios=known.size,
        unhedged_shortfall=scenarios.expected_shortfall(np.zeros(len(indices))),
        outcomes=(outcome("expected-shortfall", found.best), outcome("variance", solution.best)),
    )
    return preferred, comparison
