r"""Contracts of one index: what a total of dollars costs at least, and the mixes of sizes that reach it.

**Points.** Stage 2 of the problem wants the least cost and then the fewest contracts. Both are one integer, *points*:
cost in whole units times a power of two above any possible count, plus the number of contracts.

**Mixes.** On one side of the market (long or short) the contracts of an index are counts :math:`k_c \ge 0`; their
total is :math:`y = \pm \sum k_c N_c`. Let :math:`N_a = r N_b` with whole :math:`r`, and let :math:`r` contracts
:math:`b` cost and margin at least as much as one :math:`a` that has no limit of its own. Then :math:`r` of :math:`b`
may be swapped for one :math:`a` as long as :math:`r` of them are newly traded: the total stays, cost and margin do
not rise, the number of contracts falls. So counts of :math:`b` above those held plus :math:`r - 1` never matter. Of
mixes with one and the same total only those stay that no other beats in points, margin and count at once.

**Curves.** With fractions of contracts allowed, the least points, margin and count of a total :math:`y` are convex
and piecewise linear: contracts are used in the order of their price per dollar, those already held first (undoing
them costs, so keeping them earns). Where both sides are allowed, the points' lower convex envelope takes their place.
Each curve lies below every mix; the distance of a mix is its *excess*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import FloatArray, HedgeProblem, ProblemContract

IntArray = npt.NDArray[np.int64]

RELATIVE = 1e-9
"""Relative slack on tracking risk and margin when two plans are compared."""
COST_UNITS = 10_000
"""Costs are compared in whole units of this part of a dollar; fees such as 1.865 have halves of cents."""
SIGNS = {"sell": (-1,), "buy": (1,), "either": (-1, 1), "none": ()}
"""Signs that each side of a problem may hold."""
N_BUDGETS = 3
"""Points, margin, count: the quantities of a plan that may be limited, in this order."""


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
class Mixes:
    """Mixes of one index, by rising total.

    Parameters
    ----------
    total
        Signed USD, shape (n_mixes,).
    points
        Shape (n_mixes,).
    budgets
        Points, margin and count as floats, shape (3, n_mixes).
    excess
        Distance of `budgets` from the curves, not negative, shape (3, n_mixes).
    quantities
        Signed counts of the axis' contracts, shape (n_mixes, n_contracts).
    """

    total: FloatArray
    points: IntArray
    budgets: FloatArray
    excess: FloatArray
    quantities: IntArray


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


def cost_units(problem: HedgeProblem) -> list[int]:
    """Return the cost of each contract in whole units."""
    return [round(COST_UNITS * contract.cost) for contract in problem.contracts]


def to_axis(problem: HedgeProblem, index: int, *, scale: int, low: float, high: float) -> Axis:
    """Describe one index.

    Parameters
    ----------
    index
        Position of the index.
    scale
        Points per unit of cost.
    low, high
        Totals between which everything that matters lies, USD, ``low <= 0 <= high``.
    """
    positions = tuple(
        position for position, contract in enumerate(problem.contracts) if contract.index == problem.indices[index]
    )
    contracts = [problem.contracts[position] for position in positions]
    units = cost_units(problem)
    points = tuple(scale * units[position] for position in positions)
    current = tuple(contract.current for contract in contracts)
    idle = sum(price * abs(held) for price, held in zip(points, current, strict=True))
    sides = tuple(
        _one_side(problem, contracts, points, sign, high if sign > 0 else -low)
        for sign in SIGNS[problem.sides[index]]
        if contracts
    )
    breaks, values = _curves(sides, idle, low, high)
    return Axis(
        positions=positions,
        notional=tuple(contract.notional for contract in contracts),
        margin=tuple(contract.margin for contract in contracts),
        points=points,
        current=current,
        sides=sides,
        breaks=breaks,
        values=values,
        idle_points=idle,
    )


def _one_side(
    problem: HedgeProblem, contracts: Sequence[ProblemContract], points: tuple[int, ...], sign: int, reach: float
) -> OneSide:
    return OneSide(
        sign=sign,
        notional=tuple(contract.notional for contract in contracts),
        margin=tuple(contract.margin for contract in contracts),
        points=points,
        held=tuple(max(sign * contract.current, 0) for contract in contracts),
        most=tuple(_most(problem, contracts, points, c, sign, reach) for c in range(len(contracts))),
        closing=sum(
            price * max(-sign * contract.current, 0) for price, contract in zip(points, contracts, strict=True)
        ),
    )


def _most(
    problem: HedgeProblem,
    contracts: Sequence[ProblemContract],
    points: tuple[int, ...],
    position: int,
    sign: int,
    reach: float,
) -> int:
    """Return the highest count of one contract that can matter."""
    contract = contracts[position]
    highest = math.floor(reach / contract.notional * (1.0 + RELATIVE))
    if contract.limit is not None:
        highest = min(highest, contract.limit)
    if problem.max_contracts is not None:
        highest = min(highest, problem.max_contracts)
    if problem.margin_budget is not None and contract.margin > 0:
        highest = min(highest, math.floor(problem.margin_budget * (1.0 + RELATIVE) / contract.margin))
    held = max(sign * contract.current, 0)
    for larger, price in zip(contracts, points, strict=True):
        ratio = round(larger.notional / contract.notional)
        if (
            ratio > 1
            and larger.limit is None
            and abs(larger.notional - ratio * contract.notional) <= 1e-12 * larger.notional
            and ratio * points[position] >= price
            and ratio * contract.margin >= larger.margin * (1.0 - 1e-12)
        ):
            highest = min(highest, held + ratio - 1)
    return max(highest, 0)


def _curves(sides: tuple[OneSide, ...], idle: int, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Return the totals at which any of the three curves bends, and the curves there."""
    curves = []
    for budget in range(N_BUDGETS):
        corners = {0.0: float(idle) if budget == 0 else 0.0}
        for side in sides:
            total, value = 0.0, corners[0.0]
            for slope, width in _segments(side, budget):
                total, value = total + width, value + slope * width
                corners[side.sign * total] = value
        curves.append(_envelope(sorted(corners.items())))
    low = max(low, max(curve[0][0] for curve in curves))
    high = min(high, min(curve[-1][0] for curve in curves))
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
        if budget == 0:
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


def nearest_mix(side: OneSide, total: float, left: Sequence[float]) -> list[int]:
    """Return counts near a total that fit what is left of margin and count; large contracts first.

    Parameters
    ----------
    total
        USD, not negative.
    left
        What is left of points (not looked at), margin and count.
    """
    counts = [0] * len(side.notional)
    margin, count = left[1], left[2]
    order = sorted(range(len(counts)), key=lambda c: -side.notional[c])
    usable = [c for c in order if side.most[c] > 0]
    for c in usable:
        share = total / side.notional[c]
        wanted = math.floor(share + 0.5) if c == usable[-1] else math.floor(share * (1.0 + 1e-12))
        fits = min(wanted, side.most[c], count)
        if fits * side.margin[c] > margin:
            fits = math.floor(margin / side.margin[c])
        counts[c] = max(int(fits), 0)
        total -= counts[c] * side.notional[c]
        margin -= counts[c] * side.margin[c]
        count -= counts[c]
    return counts


def find_mixes(axis: Axis, *, low: float, high: float, weights: Sequence[float], price: float, ceiling: float) -> Mixes:
    r"""Enumerate the mixes whose total lies in a window and whose weighted price is low enough.

    Parameters
    ----------
    low, high
        Window of totals, signed USD.
    weights
        Multipliers :math:`\lambda` of points, margin and count, not negative.
    price
        Slope :math:`p` per signed USD, about that of the weighted curves in the window.
    ceiling
        Highest :math:`\sum_b \lambda_b v_b(k) - p y` of interest.
    """
    parts = [np.zeros((1 if low <= 0.0 <= high else 0, len(axis.positions)), dtype=np.int64)]
    parts += [
        side.sign * _counts(side, low=low, high=high, weights=weights, price=price, ceiling=ceiling)
        for side in axis.sides
    ]
    return _described(axis, np.concatenate(parts))


def _counts(
    side: OneSide, *, low: float, high: float, weights: Sequence[float], price: float, ceiling: float
) -> IntArray:
    """Return the counts of one side, one row per mix; the contract with the widest range follows by division."""
    n_contracts = len(side.notional)
    if side.sign < 0:
        low, high = -high, -low
    ranges = _ranges(side, weights, price * side.sign, ceiling)
    if ranges is None or high <= 0.0:
        return np.zeros((0, n_contracts), dtype=np.int64)
    free = max(range(n_contracts), key=lambda c: ranges[c][1] - ranges[c][0])
    counts = np.zeros((1, n_contracts), dtype=np.int64)
    total = np.zeros(1)
    for c in range(n_contracts):
        first, last = ranges[c]
        last = min(last, math.floor(high / side.notional[c] * (1.0 + RELATIVE)))
        if c == free or last == 0:
            continue
        span = np.arange(first, last + 1)
        counts = np.repeat(counts, span.size, axis=0)
        counts[:, c] = np.tile(span, total.size)
        total = np.add.outer(total, span * side.notional[c]).ravel()
        inside = total <= high * (1.0 + RELATIVE)
        counts, total = counts[inside], total[inside]
    slack = RELATIVE * side.notional[free]
    first = np.maximum(np.ceil((low - total - slack) / side.notional[free]), ranges[free][0])
    last = np.minimum(np.floor((high - total + slack) / side.notional[free]), ranges[free][1])
    repeats = np.maximum(last - first + 1, 0).astype(np.int64)
    rows = np.repeat(np.arange(total.size), repeats)
    steps = np.arange(rows.size) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    counts = counts[rows]
    counts[:, free] = first[rows].astype(np.int64) + steps
    return counts


def _ranges(side: OneSide, weights: Sequence[float], price: float, ceiling: float) -> list[tuple[int, int]] | None:
    """Return per contract the counts that can keep the priced sum below the ceiling, or nothing if none can."""
    trading, margin, holding = weights
    bends = []
    least = trading * side.closing
    for c, notional in enumerate(side.notional):
        common = margin * side.margin[c] + holding - price * notional + trading
        falling, rising = common - trading * side.points[c], common + trading * side.points[c]
        bottom = side.most[c] if rising < 0.0 else 0 if falling > 0.0 else min(side.held[c], side.most[c])
        kept = min(bottom, side.held[c])
        lowest = trading * side.points[c] * side.held[c] + falling * kept + rising * (bottom - kept)
        bends.append((falling, rising, bottom))
        least += lowest
    spare = ceiling - least
    spare += RELATIVE * (abs(ceiling) + abs(least))
    if spare < 0.0:
        return None
    return [
        _range(falling, rising, bottom, side.held[c], side.most[c], spare)
        for c, (falling, rising, bottom) in enumerate(bends)
    ]


def _range(falling: float, rising: float, bottom: int, held: int, most: int, spare: float) -> tuple[int, int]:
    """Return where a convex function with one bend at `held` and its minimum at `bottom` rises by at most `spare`."""
    first, last = 0, most
    if bottom > 0:
        # Downwards from the bottom the function rises by -rising above the bend and by -falling below it.
        above = max(bottom - held, 0)
        if rising < 0.0 and -rising * above > spare:
            first = bottom - math.floor(spare / -rising)
        elif falling < 0.0:
            rest = spare + min(rising, 0.0) * above
            first = max(bottom - above - math.floor(rest / -falling), 0)
    if bottom < most:
        below = max(min(held, most) - bottom, 0)
        if falling > 0.0 and falling * below > spare:
            last = bottom + math.floor(spare / falling)
        elif rising > 0.0:
            rest = spare - max(falling, 0.0) * below
            last = min(bottom + below + math.floor(rest / rising), most)
    return first, last


def _described(axis: Axis, quantities: IntArray) -> Mixes:
    """Return mixes with their figures, sorted by total, without those that another of the same total beats."""
    n_contracts = quantities.shape[1]
    count = np.abs(quantities)
    total = quantities @ np.array(axis.notional, dtype=np.float64)
    traded = np.abs(quantities - np.array(axis.current, dtype=np.int64))
    points = traded @ np.array(axis.points, dtype=np.int64) + count.sum(axis=1)
    margin = count @ np.array(axis.margin, dtype=np.float64)
    if total.size > 1:
        order = np.argsort(total, kind="stable")
        step = np.diff(total[order]) > 4.0 * np.finfo(np.float64).eps * max(abs(total[order[0]]), abs(total[order[-1]]))
        group = np.zeros(total.size, dtype=np.int64)
        group[order[1:]] = np.cumsum(step)
        by_contract = [-count[:, c] for c in range(n_contracts)][::-1]
        order = np.lexsort((*by_contract, margin, points, group))
        size = count.sum(axis=1)
        before, after = order[:-1], order[1:]
        beaten = (
            (group[before] == group[after])
            & (margin[before] <= margin[after] * (1.0 + 1e-12))
            & (size[before] <= size[after])
        )
        order = order[np.concatenate(([True], ~beaten))]
        quantities, total, points, margin, count = (
            quantities[order],
            total[order],
            points[order],
            margin[order],
            count[order],
        )
    budgets = np.stack([points.astype(np.float64), margin, count.sum(axis=1).astype(np.float64)])
    floor = np.stack([np.interp(total, axis.breaks, values) for values in axis.values])
    return Mixes(
        total=total,
        points=points,
        budgets=budgets,
        excess=np.maximum(budgets - floor, 0.0),
        quantities=quantities,
    )
