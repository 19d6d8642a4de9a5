"""The plan of least expected shortfall beside that of least variance: the same indices, limits and target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import SettingsError
from hedger.hedge.plan import ObjectiveComparison, ObjectiveOutcome
from hedger.hedge.search import RELATIVE
from hedger.hedge.shortfall import Scenarios, held_dollars, minimise_shortfall
from hedger.hedge.solver import CHEAPEST, broken_limits, free_of_limits, to_candidate

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.hedge.policy import Objective
    from hedger.hedge.problem import Candidate
    from hedger.hedge.proposals import Proposal

MOST_SCENARIOS, FEWEST_SCENARIOS = 1000, 250
"""Past sessions that the shortfall is taken over: about four years, and below which its tail is a handful of days."""
LEAST = "least_shortfall"
"""Label of the plan of least expected shortfall."""


def prefer_shortfall(proposal: Proposal, exposure: Exposure) -> tuple[Proposal, ObjectiveComparison]:
    """Return the plan of least expected shortfall in place of that of least variance, and both side by side.

    Parameters
    ----------
    proposal
        The plan of least variance.
    exposure
        What is to be hedged; its past sessions are the scenarios.

    Raises
    ------
    SettingsError
        When the history is too short.
    SolverError
        As :func:`minimise_shortfall`.
    """
    problem, by_variance = proposal.problem, proposal.solution
    returns = exposure.index_returns[:, [exposure.indices.index(name) for name in problem.indices]]
    known = np.flatnonzero(np.isfinite(exposure.gains) & np.isfinite(returns).all(axis=1))[-MOST_SCENARIOS:]
    if known.size < FEWEST_SCENARIOS:
        raise SettingsError(
            f"The expected shortfall is taken over past sessions, and the portfolio's history has {known.size}; at "
            f"least {FEWEST_SCENARIOS} are needed. Use --objective variance, or prices that reach further back."
        )
    of_book = Scenarios(gains=exposure.gains[known], returns=returns[known])
    scenarios = replace(of_book, gains=proposal.fraction * of_book.gains)
    found = minimise_shortfall(problem, scenarios)
    free = free_of_limits(problem)
    is_least = found.expected_shortfall <= found.least * (1.0 + RELATIVE)
    others = by_variance.alternatives
    labels = {each.quantities: tuple(label for label in each.labels if label != CHEAPEST) for each in others}
    labels[found.best.quantities] = (*labels.get(found.best.quantities, ()), LEAST if is_least else CHEAPEST)
    shown = [to_candidate(problem, plan, why) for plan, why in labels.items() if why]
    preferred = replace(
        by_variance,
        best=found.best,
        binding_limits=() if free is None else broken_limits(problem, minimise_shortfall(free, scenarios).best),
        alternatives=tuple(sorted(shown, key=lambda each: each.tracking_risk)) if others else (),
    )

    def outcome(objective: Objective, plan: Candidate) -> ObjectiveOutcome:
        symbols = (contract.symbol for contract in problem.contracts)
        dollars = held_dollars(problem, plan.quantities)
        return ObjectiveOutcome(
            objective=objective,
            positions=tuple((symbol, n) for symbol, n in zip(symbols, plan.quantities, strict=True) if n),
            expected_shortfall=scenarios.expected_shortfall(dollars),
            book_shortfall=of_book.expected_shortfall(dollars),
            tracking_risk=proposal.tracking_risk(plan.tracking_risk),
            round_trip_cost=plan.cost,
            initial_margin=plan.margin,
        )

    idle = np.zeros(len(problem.indices))
    comparison = ObjectiveComparison(
        level=scenarios.level,
        first_session=exposure.sessions[known[0]].item(),
        last_session=exposure.sessions[known[-1]].item(),
        n_scenarios=known.size,
        fraction=proposal.fraction,
        tolerance=problem.tolerance,
        least_shortfall=found.least,
        bound=found.bound,
        unhedged_shortfall=scenarios.expected_shortfall(idle),
        unhedged_book_shortfall=of_book.expected_shortfall(idle),
        outcomes=(outcome("expected-shortfall", found.best), outcome("variance", by_variance.best)),
    )
    is_optimal = proposal.is_optimal and found.is_optimal
    return replace(proposal, solution=preferred, is_optimal=is_optimal), comparison
