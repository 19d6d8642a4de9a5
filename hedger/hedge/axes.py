r"""One index of the problem: its contracts on either side of the market, and what a total of dollars costs at least.

**Points.** Stage 2 of the problem wants the least cost and then the fewest contracts. Both are one integer, *points*:
cost in whole units times a power of two above any possible count, plus the number of contracts. Stage 1 does not look
at trades; there a point is a contract.

**Counts that matter.** On one side of the market the contracts of an index are counts :math:`k_c \ge 0`; their total
is :math:`y = \pm \sum k_c N_c`. Let :math:`N_a = r N_b` with whole :math:`r`, and let :math:`r` contracts :math:`b`
cost and margin at least as much as one :math:`a` that has no limit of its own. Then :math:`r` of :math:`b` may be
swapped for one :math:`a` as long as :math:`r` of them are newly traded: the total stays, cost and margin do not rise,
the number of contracts falls. So counts of :math:`b` above those held plus :math:`r - 1` never matter.

**Curves.** With fractions of contracts allowed, the least points, margin and count of a total :math:`y` are convex
and piecewise linear: contracts are used in the order of their price per dollar, those already held first (undoing
them costs, so keeping them earns). Where both sides are allowed, the lower convex envelope takes their place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import FloatArray, HedgeProblem, ProblemContract

RELATIVE = 1e-9
"""Relative slack on tracking risk and margin when two plans are compared."""
SAME = 1e-12
"""Relative difference below which two notionals, totals or margins are one."""
COST_UNITS = 10_000
"""Costs are compared in whole units of this part of a dollar; fees such as 1.865 have halves of cents."""
SIGNS = {"sell": (-1,), "buy": (1,), "either": (-1, 1), "none": ()}
"""Signs that each side of a problem may hold."""
POINTS, MARGIN, COUNT = range(3)
"""The quantities of a plan that may be limited, in the order in which arrays have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSide:
    """Contracts of one index on one side of the market.

    Parameters
    ----------
    sign
        1 for long, -1 for short.
    notional, margin
        USD per contract.
    points
        Of trading one contract, without the point for holding it.
    held
        Contracts already held on this side.
    most
        Highest count that can matter.
    closing
        Points of closing what is held on the other side.
    """

    sign: int
    notional: tuple[float, ...]
    margin: tuple[float, ...]
    points: tuple[int, ...]
    held: tuple[int, ...]
    most: tuple[int, ...]
    closing: int

    def per_contract(self) -> tuple[tuple[float, ...], ...]:
        """Return what one more contract adds to points (of trading), margin and count."""
        return self.points, self.margin, (1.0,) * len(self.points)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """One index of the problem: its sides and its curves.

    Parameters
    ----------
    positions
        Where each contract stands in the problem.
    notional, margin, points, current
        Of each contract: USD, USD, points of trading one, signed count held.
    sides
        One or two; none where nothing may be held.
    breaks
        Totals at which a curve bends, rising, with the lowest and the highest total that can matter at the ends.
    values
        Points, margin and count of the curves at `breaks`, shape (3, n_breaks).
    idle_points
        Points of holding nothing.
    """

    positions: tuple[int, ...]
    notional: tuple[float, ...]
    margin: tuple[float, ...]
    points: tuple[int, ...]
    current: tuple[int, ...]
    sides: tuple[OneSide, ...]
    breaks: FloatArray
    values: FloatArray
    idle_points: int


def to_axis(problem: HedgeProblem, index: int, *, scale: int, low: float, high: float) -> Axis:
    """Describe one index.

    Parameters
    ----------
    index
        Position of the index.
    scale
        Points per unit of cost; 0 for stage 1, in which trades do not count.
    low, high
        Totals between which everything that matters lies, USD, ``low <= 0 <= high``.
    """
    positions = tuple(c for c, contract in enumerate(problem.contracts) if contract.index == problem.indices[index])
    contracts = [problem.contracts[position] for position in positions]
    points = tuple(scale * round(COST_UNITS * contract.cost) for contract in contracts)
    current = tuple(contract.current if scale else 0 for contract in contracts)
    idle = sum(price * abs(held) for price, held in zip(points, current, strict=True))
    sides = []
    for sign in SIGNS[problem.sides[index]] if contracts else ():
        held = tuple(max(sign * count, 0) for count in current)
        reach = high if sign > 0 else -low
        sides.append(
            OneSide(
                sign=sign,
                notional=tuple(contract.notional for contract in contracts),
                margin=tuple(contract.margin for contract in contracts),
                points=points,
                held=held,
                most=_most(problem, contracts, points, held, reach),
                closing=sum(price * max(-sign * count, 0) for price, count in zip(points, current, strict=True)),
            )
        )
    breaks, values = _curves(sides, idle, low, high)
    return Axis(
        positions=positions,
        notional=tuple(contract.notional for contract in contracts),
        margin=tuple(contract.margin for contract in contracts),
        points=points,
        current=current,
        sides=tuple(sides),
        breaks=breaks,
        values=values,
        idle_points=idle,
    )


def _most(
    problem: HedgeProblem,
    contracts: Sequence[ProblemContract],
    points: tuple[int, ...],
    held: tuple[int, ...],
    reach: float,
) -> tuple[int, ...]:
    """Return the highest count of each contract that can matter."""
    most = []
    for contract, price, kept in zip(contracts, points, held, strict=True):
        highest = math.floor(reach / contract.notional * (1.0 + RELATIVE))
        if contract.limit is not None:
            highest = min(highest, contract.limit)
        if problem.max_contracts is not None:
            highest = min(highest, problem.max_contracts)
        if problem.margin_budget is not None and contract.margin > 0:
            highest = min(highest, math.floor(problem.margin_budget * (1.0 + RELATIVE) / contract.margin))
        for larger, larger_price in zip(contracts, points, strict=True):
            ratio = round(larger.notional / contract.notional)
            if (
                ratio > 1
                and larger.limit is None
                and abs(larger.notional - ratio * contract.notional) <= SAME * larger.notional
                and ratio * price >= larger_price
                and (problem.margin_budget is None or ratio * contract.margin >= larger.margin * (1.0 - SAME))
            ):
                highest = min(highest, kept + ratio - 1)
        most.append(max(highest, 0))
    return tuple(most)


def _curves(sides: Sequence[OneSide], idle: int, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return the totals at which any of the three curves bends, and the curves there."""
    curves = []
    for budget in (POINTS, MARGIN, COUNT):
        corners = {0.0: float(idle) if budget == POINTS else 0.0}
        for side in sides:
            total, value = 0.0, corners[0.0]
            for slope, width in _segments(side, budget):
                total, value = total + width, value + slope * width
                corners[side.sign * total] = value
        curves.append(_envelope(sorted(corners.items())))
    low = max(low, *(curve[0][0] for curve in curves))
    high = min(high, *(curve[-1][0] for curve in curves))
    inner = {total for curve in curves for total, _ in curve if low < total < high}
    breaks = np.array(sorted({low, high} | inner))
    values = np.array([np.interp(breaks, *np.array(curve).T) for curve in curves])
    return breaks, values


def _segments(side: OneSide, budget: int) -> list[tuple[float, float]]:
    """Return slope and width, USD, of the pieces of one curve, away from zero."""
    segments = []
    for price, notional, held, most in zip(
        side.per_contract()[budget], side.notional, side.held, side.most, strict=True
    ):
        if budget == POINTS:
            kept = min(held, most)
            segments.append(((1.0 - price) / notional, kept * notional))
            segments.append(((1.0 + price) / notional, (most - kept) * notional))
        else:
            segments.append((price / notional, most * notional))
    return sorted(segment for segment in segments if segment[1] > 0)


def _envelope(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the lower convex envelope of points that are sorted by their first coordinate."""
    hull: list[tuple[float, float]] = []
    for x, y in corners:
        while len(hull) >= 2 and (hull[-1][1] - hull[-2][1]) * (x - hull[-2][0]) >= (y - hull[-2][1]) * (
            hull[-1][0] - hull[-2][0]
        ):
            hull.pop()
        hull.append((x, y))
    return hull
