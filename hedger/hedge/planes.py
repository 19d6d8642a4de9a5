r"""Least expected shortfall over whole contracts, by planes that lie below it.

The expected shortfall :math:`ES(y)` of :math:`y` dollars of the indices is convex, and the losses of the tail at any
:math:`y_k` give a plane that lies below it everywhere and touches it there: :math:`ES(y) \ge a_k + s_k^\top y`. The
least value above all planes found so far, over whole contracts within the limits, is a mixed-integer linear programme,
which HiGHS solves to a gap of zero; its plan gives the next plane. Each value is a lower bound, and a plan that comes a
second time lies on a plane of its own, so that the bound is its shortfall: it is the best there is, up to what HiGHS
allows for, a millionth of the shortfall without contracts. (Künzi-Bay and Mayer. With one row per scenario instead, a
plain programme takes as long, one with a tolerance or legs of either sign some ten times longer.) Planes are found
for parts of contracts first, which is faster.

Contracts of one index have one side, and no more indices are used than allowed: a binary per index and side. How many
contracts it can admit is not guessed. A plan better than none, or within the tolerance, has by subadditivity
:math:`ES_r(y) \le ES_g(0) + ES_{-g}(0)`, where :math:`ES_r(y)` is the shortfall of the futures alone and
:math:`ES_g(0)` that of the book alone (a tolerance adds its share of it); planes below :math:`ES_r` bound :math:`y`.

References
----------
A. Künzi-Bay and J. Mayer (2006), "Computational aspects of minimizing conditional value-at-risk", Computational
Management Science 3(1) 3-27.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.arrays import freeze
from hedger.errors import SolverError
from hedger.hedge.search import SIGNS

if TYPE_CHECKING:
    from hedger.arrays import FloatArray
    from hedger.hedge.problem import HedgeProblem, ProblemContract
    from hedger.hedge.shortfall import Scenarios

Row = tuple[Any, Any, Any]
"""Constraints: coefficients of the unknowns, least and most."""

SCALE = 1000.0
"""Shortfall without contracts in units of the programmes, in which HiGHS allows for 1e-6."""
EXACT, ROUGH = 1e-6, 0.03
"""Distance from a bound at which a plan is the best, and at which whole contracts are asked for; in these units."""
MOST_PLANES = 500
"""Planes after which a search stops with the best plan so far; counted, so that no answer depends on the machine."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaneAnswer:
    """A plan as dollars of each index.

    Parameters
    ----------
    dollars
        USD, signed, shape (n_indices,).
    bound
        No feasible plan lies below this: of shortfall or cost, whichever was minimised, USD.
    is_complete
        Whether the search went to its end, so that the plan is the best.
    """

    dollars: FloatArray
    bound: float
    is_complete: bool

    def __post_init__(self) -> None:
        freeze(self, "dollars")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaneSearch:
    """The mixed-integer programme of a problem.

    Its unknowns, in this order: contracts of each kind sold and bought, whether each index is sold and bought,
    contracts of each kind traded, shortfall.

    Parameters
    ----------
    problem, scenarios
        What is to be solved.
    scale
        USD that are one unit of shortfall.
    most
        Most contracts of each kind, shape (n_contracts,).
    most_planes
        Planes after which a search stops.
    """

    problem: HedgeProblem
    scenarios: Scenarios
    scale: float
    most: FloatArray
    most_planes: int

    def __post_init__(self) -> None:
        freeze(self, "most")

    def least_shortfall(self, *, most_cost: float = math.inf) -> PlaneAnswer:
        """Return the plan of least shortfall at a cost of at most `most_cost` USD; its bound is a shortfall in USD."""
        objective = np.zeros(self._width)
        objective[-1] = 1.0
        answer = self._solve(objective, most_cost=most_cost)
        return replace(answer, bound=answer.bound * self.scale)

    def least_cost(self, most_shortfall: float) -> PlaneAnswer:
        """Return the cheapest plan with a shortfall of at most `most_shortfall` USD; its bound is a cost in USD."""
        return self._solve(self._cost(), most=most_shortfall / self.scale)

    @property
    def _n(self) -> int:
        return len(self.problem.contracts)

    @property
    def _width(self) -> int:
        return 3 * self._n + 2 * len(self.problem.indices) + 1

    def _padded(self, block: FloatArray, start: int = 0) -> FloatArray:
        """Return rows of all unknowns from those of the unknowns from `start`."""
        rows: FloatArray = np.pad(block, ((0, 0), (start, self._width - start - block.shape[1])))
        return rows

    def _cost(self) -> FloatArray:
        cost = np.array([[contract.cost for contract in self.problem.contracts]])
        row: FloatArray = self._padded(cost, self._width - 1 - self._n)[0]
        return row

    def _solve(self, objective: FloatArray, *, most: float = math.inf, most_cost: float = math.inf) -> PlaneAnswer:
        """Add planes, for parts of contracts first, until the best plan above them lies on one of them."""
        by_contract = self._dollars_of_contracts()
        rows = self._limits()
        if most_cost < math.inf:
            rows.append((self._cost()[None, :], -np.inf, most_cost))
        planes, floors = np.zeros((0, self._width)), np.zeros(0)
        best = PlaneAnswer(dollars=np.zeros(len(self.problem.indices)), bound=-math.inf, is_complete=False)
        least, dollars, is_whole = math.inf, best.dollars, False
        seen: set[bytes] = set()
        for _ in range(self.most_planes):
            value, slope = self.scenarios.plane(dollars)
            plane = self._padded(-(slope @ by_contract)[None, :] / self.scale)
            plane[0, -1] = 1.0
            planes = np.concatenate([planes, plane])
            floors = np.append(floors, (value - slope @ dollars) / self.scale)
            found = self._optimise(objective, [*rows, (planes, floors, np.inf)], most, is_whole=is_whole)
            held = np.rint(found.x[: 2 * self._n]) if is_whole else found.x[: 2 * self._n]
            dollars = by_contract @ held
            value = self.scenarios.expected_shortfall(dollars) / self.scale
            excess = value - (found.x[-1] if most == math.inf else most)
            if not is_whole:
                is_whole = excess <= ROUGH
                continue
            if value < least:
                least = value
                best = PlaneAnswer(dollars=dollars, bound=float(found.mip_dual_bound), is_complete=False)
            if excess <= EXACT or held.tobytes() in seen:
                chosen = best.dollars if most == math.inf else dollars
                return PlaneAnswer(dollars=chosen, bound=float(found.mip_dual_bound), is_complete=True)
            seen.add(held.tobytes())
        return best

    def _dollars_of_contracts(self) -> FloatArray:
        """Return the dollars of each index that a contract of each kind sold and bought holds."""
        dollars = np.zeros((len(self.problem.indices), self._n))
        for column, contract in enumerate(self.problem.contracts):
            dollars[self.problem.indices.index(contract.index), column] = contract.notional
        return np.concatenate([-dollars, dollars], axis=1)

    def _optimise(self, objective: FloatArray, rows: list[Row], most: float, *, is_whole: bool) -> Any:
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 (slow to import)

        n, n_sides = self._n, 2 * len(self.problem.indices)
        sides = [SIGNS[self.problem.sides[self.problem.indices.index(each.index)]] for each in self.problem.contracts]
        sold = np.where([-1 in side for side in sides], self.most, 0.0)
        bought = np.where([1 in side for side in sides], self.most, 0.0)
        answer = milp(
            objective,
            integrality=np.concatenate([np.full(2 * n + n_sides, float(is_whole)), np.zeros(n + 1)]),
            bounds=Bounds(
                np.concatenate([np.zeros(self._width - 1), [-np.inf]]),
                np.concatenate([sold, bought, np.ones(n_sides), np.full(n, np.inf), [most]]),
            ),
            constraints=[LinearConstraint(*row) for row in rows],
            options={"mip_rel_gap": 0.0},
        )
        if answer.x is None:
            raise SolverError(f"No plan of least expected shortfall was found ({answer.message}). Report this.")
        return answer

    def _limits(self) -> list[Row]:
        problem, n, n_indices = self.problem, self._n, len(self.problem.indices)
        places = [problem.indices.index(contract.index) for contract in problem.contracts]
        of_index: FloatArray = np.zeros((n, n_indices))
        of_index[range(n), places] = self.most
        both_sides: FloatArray = np.kron(np.eye(2), of_index).astype(np.float64)
        room = self._padded(both_sides, 2 * n)  # most contracts, where the side is open
        current = np.array([contract.current for contract in problem.contracts])
        change = np.concatenate([-np.eye(n), np.eye(n)], axis=1)
        traded = self._padded(np.eye(n), self._width - 1 - n)
        rows: list[Row] = [
            (traded - self._padded(change), -current, np.inf),  # what is traded is at least what changes
            (traded + self._padded(change), current, np.inf),
            (room - self._padded(np.eye(2 * n)), 0.0, np.inf),
            (self._padded(np.tile(np.eye(n_indices), 2), 2 * n), -np.inf, 1.0),
            (self._padded(np.ones((1, 2 * n_indices)), 2 * n), -np.inf, problem.legs),
        ]
        if problem.margin_budget is not None:
            budget = max(problem.margin_budget, 1.0)
            margin = np.array([[contract.margin / budget for contract in problem.contracts]])
            rows.append((self._padded(np.tile(margin, 2)), -np.inf, problem.margin_budget / budget))
        if problem.max_contracts is not None:
            rows.append((self._padded(np.ones((1, 2 * n))), -np.inf, problem.max_contracts))
        return rows


def prepare_search(problem: HedgeProblem, scenarios: Scenarios, *, most_planes: int) -> PlaneSearch:
    """Return the search for the plan of least expected shortfall, of at most `most_planes` planes.

    Raises
    ------
    SolverError
        When the scenarios would let futures be held without any loss.
    """
    none = scenarios.expected_shortfall(np.zeros(len(problem.indices)))
    scale, most = abs(none) / SCALE or 1.0, _most_contracts(problem, scenarios)
    return PlaneSearch(problem=problem, scenarios=scenarios, scale=scale, most=most, most_planes=most_planes)


def _most_contracts(problem: HedgeProblem, scenarios: Scenarios) -> FloatArray:
    """Return the most contracts of each kind that need to be looked at.

    No plan better than none holds more dollars of an index than :func:`_most_dollars`; and where so many small
    contracts are exactly one larger one of no more margin and cost, the larger one does as well.
    """
    dollars = _most_dollars(problem, scenarios)
    most = []
    for contract in problem.contracts:
        useful = dollars[problem.indices.index(contract.index)] // contract.notional
        limits = (contract.limit, problem.max_contracts)
        larger = [each for each in problem.contracts if _replaces(each, contract)]
        fewer = [round(each.notional / contract.notional) - 1 for each in larger]
        most.append(min(useful, *(limit for limit in limits if limit is not None), *fewer, math.inf))
    return np.array(most, dtype=np.float64)


def _replaces(larger: ProblemContract, smaller: ProblemContract) -> bool:
    """Return whether one contract always does as well as so many of another."""
    several = larger.notional / smaller.notional
    return (
        larger.index == smaller.index
        and several > 1.5
        and abs(several - round(several)) < 1e-12 * several
        and larger.limit is None
        and larger.margin <= smaller.margin * several
        and larger.cost <= smaller.cost * several
        and larger.current == smaller.current == 0
    )


def _most_dollars(problem: HedgeProblem, scenarios: Scenarios) -> FloatArray:
    """Return the most USD of each index that a plan better than none can hold on either side."""
    from scipy.optimize import linprog  # noqa: PLC0415 (slow to import)

    nothing, futures = np.zeros(len(problem.indices)), scenarios.without_book()
    none = scenarios.expected_shortfall(nothing)
    opposite = replace(scenarios, gains=-scenarios.gains).expected_shortfall(nothing)
    useful = none + problem.tolerance * max(none, 0.0) + opposite
    variance, axes = np.linalg.eigh(np.cov(scenarios.returns.T).reshape(nothing.size, nothing.size))
    patterns = np.array([each for each in itertools.product((-1.0, 0.0, 1.0), repeat=nothing.size) if any(each)])
    directions = patterns @ (axes / np.sqrt(np.maximum(variance, 1e-12 * variance[-1]))).T
    planes = np.array([futures.plane(direction)[1] for direction in directions])
    size = np.abs(planes).max()
    bounds = [(-np.inf if -1 in SIGNS[side] else 0.0, np.inf if 1 in SIGNS[side] else 0.0) for side in problem.sides]
    most = nothing.copy()
    for place, side in enumerate(problem.sides):
        for sign in SIGNS[side]:
            towards = nothing.copy()
            towards[place] = -sign
            answer = linprog(towards, A_ub=planes / size, b_ub=np.ones(len(planes)), bounds=bounds)
            if not answer.success:
                raise SolverError(
                    f"In the past sessions looked at, futures on {problem.indices[place]} could be held without any "
                    "loss, so no least expected shortfall exists. Use --objective variance."
                )
            most[place] = max(most[place], -float(answer.fun) * useful / size * (1.0 + EXACT))
    return most
