r"""The whole-contract hedge of least expected shortfall over past sessions, beside that of least variance.

**What is minimised.** With the gain :math:`g_t` of the share of the book that is to be hedged, at today's weights, and
the index returns :math:`r_t` of the same session, a plan that holds :math:`y` dollars of the indices has the loss
:math:`L_t(y) = -(g_t + y^\top r_t)`. Its expected shortfall is the mean of the worst :math:`1 - \beta` of these losses,
:math:`\beta = 0.95`; by Rockafellar and Uryasev

.. math::

    ES(y) = \min_\alpha \; \alpha + \frac{1}{(1-\beta) T} \sum_t \max(L_t(y) - \alpha, 0).

The share that is to stay unhedged is left out of :math:`g`: a hedge of 50 % looks at half of the book together with all
of the futures. So both objectives aim at the same target (the variance of the same sum is least where tracking risk
is), and with a hedge of 100 % this is the shortfall of the whole hedged book.

**How.** :mod:`hedger.hedge.planes` finds the dollars of each index. Of the mixes of contracts that hold these dollars,
:mod:`hedger.hedge.solver` chooses the cheapest. With a tolerance, the cheapest plan within it is looked for, and of
equal ones that of least shortfall. What leaves is checked like any plan, and its figures are those of the integers.

References
----------
R. T. Rockafellar and S. Uryasev (2000), "Optimization of conditional value-at-risk", Journal of Risk 2(3) 21-41.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.errors import SolverError
from hedger.hedge.planes import MOST_PLANES, prepare_search
from hedger.hedge.solver import find_best, to_candidate

if TYPE_CHECKING:
    from hedger.arrays import FloatArray
    from hedger.hedge.problem import Candidate, HedgeProblem


LEVEL = 0.95
"""Of the expected shortfall that is minimised."""
CENT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenarios:
    """Past sessions as the book and the futures of today would have met them.

    Parameters
    ----------
    gains
        Of the share of the book that is to be hedged, USD; shape (n_scenarios,).
    returns
        Of the indices of the problem, in its order, shape (n_scenarios, n_indices).
    level
        Of the expected shortfall.
    """

    gains: FloatArray
    returns: FloatArray
    level: float = LEVEL

    def __post_init__(self) -> None:
        freeze(self, "gains", "returns")
        if self.gains.ndim != 1 or self.returns.ndim != 2 or len(self.gains) != len(self.returns):
            raise ValueError("gains and returns must have one row per scenario")
        if not (np.isfinite(self.gains).all() and np.isfinite(self.returns).all()):
            raise ValueError("gains and returns must be finite")
        if not 0 < self.level < 1:
            raise ValueError("level must lie between 0 and 1")

    def expected_shortfall(self, dollars: FloatArray) -> float:
        """Return the mean loss of the tail with `dollars` of each index held, USD, positive = loss."""
        return self.plane(dollars)[0]

    def plane(self, dollars: FloatArray) -> tuple[float, FloatArray]:
        """Return the expected shortfall, and what a further dollar of each index adds to it in the same tail."""
        losses = -(self.gains + self.returns @ dollars)
        weights = self._tail_weights()
        worst = np.argsort(-losses, kind="stable")[: weights.size]
        return float(weights @ losses[worst]), -weights @ self.returns[worst]

    def without_book(self) -> Scenarios:
        """Return the same sessions for futures alone."""
        return replace(self, gains=np.zeros_like(self.gains))

    def _tail_weights(self) -> FloatArray:
        """Return the weights of the worst scenarios, the worst first; the last may count in part."""
        n_tail = (1.0 - self.level) * self.gains.size
        n_whole = math.floor(n_tail + 1e-9)
        parts = np.append(np.ones(n_whole), max(n_tail - n_whole, 0.0))
        weights: FloatArray = parts[parts > 1e-9] / n_tail
        return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallSolution:
    """The plan of least expected shortfall.

    Parameters
    ----------
    best
        The plan; its `tracking_risk` is that of the problem.
    expected_shortfall
        Of the plan, USD, positive = loss.
    least, bound
        Least of any feasible plan, and what no feasible plan lies below, USD.
    is_optimal
        Whether the search was complete.
    """

    best: Candidate
    expected_shortfall: float
    least: float
    bound: float
    is_optimal: bool


def minimise_shortfall(
    problem: HedgeProblem, scenarios: Scenarios, *, most_planes: int = MOST_PLANES
) -> ShortfallSolution:
    """Return the feasible plan of least expected shortfall; ties go to the cheaper plan.

    Parameters
    ----------
    problem
        Contracts, sides and limits; its exposure and covariance only tell the plan's tracking risk. Its tolerance is a
        share of the shortfall without contracts.
    scenarios
        With a column of returns per index of the problem.
    most_planes
        Planes after which each search stops with the best plan so far, which is then not called optimal.

    Raises
    ------
    SolverError
        When the programme has no answer, or the answer fails its own check.
    """
    none = scenarios.expected_shortfall(np.zeros(len(problem.indices)))
    search = prepare_search(problem, scenarios, most_planes=most_planes)
    first = answer = search.least_shortfall()
    least = scenarios.expected_shortfall(first.dollars)
    is_complete = first.is_complete
    if problem.tolerance > 0 and none > 0:
        cheapest = search.least_cost(least + problem.tolerance * none)
        answer = search.least_shortfall(most_cost=cheapest.bound + CENT) if cheapest.is_complete else cheapest
        is_complete = first.is_complete and answer.is_complete
    best = to_candidate(problem, _cheapest_mix(problem, answer.dollars))
    return ShortfallSolution(
        best=best,
        expected_shortfall=scenarios.expected_shortfall(held_dollars(problem, best.quantities)),
        least=least,
        bound=least if first.is_complete else min(first.bound, least),
        is_optimal=is_complete,
    )


def held_dollars(problem: HedgeProblem, quantities: tuple[int, ...]) -> FloatArray:
    """Return the dollars of each index that a plan holds, USD, signed."""
    dollars = np.zeros(len(problem.indices))
    for contract, quantity in zip(problem.contracts, quantities, strict=True):
        dollars[problem.indices.index(contract.index)] += quantity * contract.notional
    return dollars


def _cheapest_mix(problem: HedgeProblem, dollars: FloatArray) -> tuple[int, ...]:
    """Return the best mix of contracts that holds exactly these dollars: the hedge of an exposure to them."""
    mix = find_best(replace(problem, exposure=-dollars, hedge_fraction=1.0, tolerance=0.0)).quantities
    missed = float(np.abs(held_dollars(problem, mix) - dollars).max(initial=0.0))
    if missed > 1e-6 * np.abs(dollars).max(initial=1.0):
        raise SolverError(f"The solver's own check failed (${missed:,.2f} missing), so no plan is given. Report this.")
    return mix
