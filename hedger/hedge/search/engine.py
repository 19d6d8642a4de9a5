"""From a problem to numbers, through both stages, and back to plans; interpreted or compiled."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.errors import SolverError
from hedger.hedge.search.runner import RUNNER
from hedger.hedge.search.sides import RELATIVE
from hedger.hedge.search.terms import NODES, WORK, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray
    from hedger.hedge.problem import HedgeProblem

ABSOLUTE = 1e-12
"""Absolute slack on tracking risk, as a share of the risk being hedged."""
SIGNS = {"sell": (-1,), "buy": (1,), "either": (-1, 1), "none": ()}
"""Signs that each side of a problem may hold."""
COST_UNITS = 10_000
"""Costs are compared in whole units of this part of a dollar; fees such as 1.865 have halves of cents."""
EPSILON = float(np.finfo(np.float64).eps)
"""Relative rounding of floats."""
MOST_WORK = 2_000_000
"""Rows of tables after which a stage stops; some seconds when it is interpreted."""
MOST_POINTS = 1 << 62
"""Points of a plan must stay below this, to be whole numbers of 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a stage has found.

    Parameters
    ----------
    plans
        Signed quantities in the order of the problem's contracts: one plan of least risk, or all of least points
        whose risks differ by a hair at most.
    squared, bound
        Least squared tracking risk found by stage 1, and that below which no feasible plan lies.
    n_nodes
        Nodes visited.
    is_complete
        Whether the search came to its end; if not, a better plan may exist.
    """

    plans: tuple[tuple[int, ...], ...]
    squared: float
    bound: float
    n_nodes: int
    is_complete: bool


class Search:
    """Both stages of one problem.

    Parameters
    ----------
    problem
        What is to be solved.
    most_work
        Work after which a stage stops with the best plan so far.
    """

    def __init__(self, problem: HedgeProblem, *, most_work: int = MOST_WORK) -> None:
        place = {name: j for j, name in enumerate(problem.indices)}
        home = [place[contract.index] for contract in problem.contracts]
        inverse = inverses(problem.covariance)
        self._problem = problem
        self._hedged = hedged_risk(problem)
        self.most_work = most_work
        self._order = sorted(range(len(home)), key=home.__getitem__)
        self._contracts = [problem.contracts[c] for c in self._order]
        self._target: FloatArray = problem.hedge_fraction * problem.exposure
        self._spread: FloatArray = np.sqrt(inverse[-1].diagonal())
        # No less than the ratio of the largest to the least eigenvalue.
        condition = float(problem.covariance.trace() * inverse[-1].trace())
        self._units = to_units([contract.cost for contract in self._contracts])
        arrays: dict[str, Any] = {"target": self._target, "covariance": problem.covariance, "inverse": inverse}
        terms = Terms(
            **arrays,
            rounding=max(RELATIVE, 16.0 * EPSILON * condition),
            low=[],
            high=[],
            may_hold=[[int(sign in SIGNS[side]) for sign in (-1, 1)] for side in problem.sides],
            first=[sum(j < one for j in home) for one in range(len(place) + 1)],
            notional=[contract.notional for contract in self._contracts],
            margin=[contract.margin for contract in self._contracts],
            points=[0] * len(self._contracts),
            current=[0] * len(self._contracts),
            limit=[-1 if contract.limit is None else contract.limit for contract in self._contracts],
            limits=[
                math.inf,
                math.inf if problem.margin_budget is None else problem.margin_budget * (1.0 + RELATIVE),
                math.inf if problem.max_contracts is None else float(problem.max_contracts),
            ],
            legs=problem.legs,
        )
        self._terms = RUNNER.placed(terms)

    def find_least_risk(self) -> Found:
        """Run stage 1."""
        # The empty plan is feasible, so no plan with more risk than it can be the answer.
        low, high = self._span(self._hedged)
        effort = [0, self.most_work]
        squared, bound, plan = RUNNER.find_least(self._terms._replace(low=low, high=high), effort)
        return Found(
            plans=(self._restored(plan),),
            squared=squared,
            bound=bound,
            n_nodes=effort[NODES],
            is_complete=effort[WORK] > 0,
        )

    def find_cheapest(self, least: Found, *, tolerance: float, known: tuple[int, ...] | None = None) -> Found:
        """Run stage 2 on what stage 1 has found.

        Parameters
        ----------
        tolerance
            Tracking risk that may be given up, as in :class:`~hedger.hedge.problem.HedgeProblem`.
        known
            A plan within this tolerance, such as the answer at a smaller one; that of stage 1 if not given.

        Raises
        ------
        SolverError
            When a plan may take more contracts than can be counted.
        """
        limit = most_risk(math.sqrt(least.squared), tolerance, self._hedged)
        low, high = self._span(limit)
        scale = self._scale(low, high)
        points = [scale * units for units in self._units]
        terms = self._terms._replace(
            low=low,
            high=high,
            points=points,
            # What is held matters only where trading it costs something.
            current=[one.current if price else 0 for one, price in zip(self._contracts, points, strict=True)],
        )
        hair = ABSOLUTE * self._hedged
        start = least.plans[0] if known is None else known
        effort = [0, self.most_work]
        plans = RUNNER.find_cheapest(terms, limit * limit, hair * hair, [start[c] for c in self._order], effort)
        return Found(
            plans=tuple(self._restored(plan) for plan in plans),
            squared=least.squared,
            bound=least.bound,
            n_nodes=effort[NODES],
            is_complete=effort[WORK] > 0,
        )

    def _span(self, risk: float) -> tuple[list[float], list[float]]:
        """Return totals between which those of all plans up to a tracking risk lie, and zero."""
        reach = risk * (1.0 + RELATIVE) * self._spread
        return np.minimum(-self._target - reach, 0.0).tolist(), np.maximum(reach - self._target, 0.0).tolist()

    def _scale(self, low: Sequence[float], high: Sequence[float]) -> int:
        """Return points of a unit of cost: a power of two above any count of contracts."""
        smallest = min((contract.notional for contract in self._contracts), default=1.0)
        most = int(sum(max(-one, other) for one, other in zip(low, high, strict=True)) / smallest) + 1
        scale = 1 << most.bit_length()
        held = sum(abs(contract.current) for contract in self._contracts)
        if scale * (max(self._units, default=0) + 1) * (most + held) >= MOST_POINTS:
            raise SolverError(
                f"The hedge may take {most:,} contracts, more than can be searched. Allow larger contract sizes, or "
                "split the portfolio."
            )
        return scale

    def _restored(self, plan: Sequence[int]) -> tuple[int, ...]:
        """Return a plan in the order of the problem's contracts."""
        quantities = [0] * len(self._order)
        for c, quantity in zip(self._order, plan, strict=True):
            quantities[c] = int(quantity)
        return tuple(quantities)


def hedged_risk(problem: HedgeProblem) -> float:
    """Return the tracking risk of doing nothing, ``h sqrt(e' S e)``, USD a year."""
    return problem.hedge_fraction * math.sqrt(max(float(problem.exposure @ problem.covariance @ problem.exposure), 0.0))


def risk_limit(problem: HedgeProblem, least: float, tolerance: float) -> float:
    """Return the tracking risk up to which a plan counts as within a tolerance, USD a year."""
    return most_risk(least, tolerance, hedged_risk(problem))


def most_risk(least: float, tolerance: float, hedged: float) -> float:
    """Return the same from the tracking risk of doing nothing."""
    return (least + tolerance * hedged) * (1.0 + RELATIVE) + ABSOLUTE * hedged


def to_units(costs: Sequence[float]) -> list[int]:
    """Return costs in whole units, as large as all costs allow."""
    units = [round(COST_UNITS * cost) for cost in costs]
    common = max(math.gcd(*units), 1)
    return [unit // common for unit in units]


def inverses(covariance: FloatArray) -> FloatArray:
    """Return the inverse of every principal submatrix, padded with zeros, by the bit mask of its rows."""
    both, rest = _rows_and_columns(covariance.shape[0])
    # With ones on the diagonal of the rows left out, all inverses come from one call.
    inverted: FloatArray = both * np.linalg.inv(both * covariance + rest)
    return inverted


@functools.cache
def _rows_and_columns(n_indices: int) -> tuple[FloatArray, FloatArray]:
    """Return for each bit mask which entries of a matrix it chooses, and ones on the rest of the diagonal."""
    chosen = (np.arange(1 << n_indices)[:, None] >> np.arange(n_indices)) & 1
    both = (chosen[:, :, None] * chosen[:, None, :]).astype(np.float64)
    return both, np.eye(n_indices) * (1 - chosen)[:, :, None]
