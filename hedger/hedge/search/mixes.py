r"""Mixes of the sizes of one index, enumerated as far as they can matter.

The counts of all contracts but one are enumerated inside the ranges that a price per dollar leaves them; the count of
the one with the widest range follows by division from the window of totals. Of mixes with one and the same total only
those stay that no other beats in points, margin and count at once, and of equals the one with more of the contract
listed first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hedger.hedge.search.axes import COUNT, MARGIN, RELATIVE, SAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import FloatArray
    from hedger.hedge.search.axes import Axis, OneSide

IntArray = npt.NDArray[np.int64]

ROUNDING = 8.0 * float(np.finfo(np.float64).eps)
"""Relative difference of two totals that are one: products and sums of floats are no closer."""


MOST_MIXES = 1 << 22
"""Mixes of one index that are enumerated at most."""


class ExhaustedError(Exception):
    """The search would take more time or memory than it may; it stops with the best plan so far."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixes:
    """Mixes of one index, by rising total.

    Parameters
    ----------
    total
        Signed USD, shape (n_mixes,).
    points
        Shape (n_mixes,).
    figures
        Points, margin and count as floats, shape (3, n_mixes).
    quantities
        Signed counts of the axis' contracts, shape (n_mixes, n_contracts).
    """

    total: FloatArray
    points: IntArray
    figures: FloatArray
    quantities: IntArray


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


def find_mixes(
    axis: Axis,
    *,
    low: float,
    high: float,
    weights: Sequence[float],
    price: float,
    ceiling: float,
    budgets: Sequence[int],
) -> Mixes:
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
    budgets
        Which of points, margin and count are limited.

    Raises
    ------
    ExhaustedError
        When there are too many.
    """
    parts = [np.zeros((1 if low <= 0.0 <= high else 0, len(axis.positions)), dtype=np.int64)]
    parts += [
        side.sign * _counts(side, low=low, high=high, weights=weights, price=price, ceiling=ceiling)
        for side in axis.sides
    ]
    return _described(axis, np.concatenate(parts), budgets)


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
        if total.size * span.size > MOST_MIXES:
            raise ExhaustedError
        counts = np.repeat(counts, span.size, axis=0)
        counts[:, c] = np.tile(span, total.size)
        total = np.add.outer(total, span * side.notional[c]).ravel()
        inside = total <= high * (1.0 + RELATIVE)
        counts, total = counts[inside], total[inside]
    slack = RELATIVE * side.notional[free]
    lowest = np.maximum(np.ceil((low - total - slack) / side.notional[free]), ranges[free][0]).astype(np.int64)
    highest = np.minimum(np.floor((high - total + slack) / side.notional[free]), ranges[free][1]).astype(np.int64)
    repeats = np.maximum(highest - lowest + 1, 0)
    if repeats.sum() > MOST_MIXES:
        raise ExhaustedError
    rows = np.repeat(np.arange(total.size), repeats)
    steps = np.arange(rows.size) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    counts = counts[rows]
    counts[:, free] = lowest[rows] + steps
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
        _range(falling, rising, spare, bottom=bottom, held=side.held[c], most=side.most[c])
        for c, (falling, rising, bottom) in enumerate(bends)
    ]


def _range(falling: float, rising: float, spare: float, *, bottom: int, held: int, most: int) -> tuple[int, int]:
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


def _described(axis: Axis, quantities: IntArray, budgets: Sequence[int]) -> Mixes:
    """Return mixes with their figures, sorted by total, without those that another of the same total beats."""
    count = np.abs(quantities)
    total = quantities.astype(np.float64) @ np.array(axis.notional, dtype=np.float64)
    size = count.sum(axis=1)
    points = np.abs(quantities - np.array(axis.current, dtype=np.int64)) @ np.array(axis.points, dtype=np.int64) + size
    margin = count @ np.array(axis.margin, dtype=np.float64)
    if total.size > 1:
        order = np.argsort(total, kind="stable")
        group = np.zeros(total.size, dtype=np.int64)
        group[order[1:]] = np.cumsum(np.diff(total[order]) > ROUNDING * np.abs(total).max())
        by_contract = [-count[:, c] for c in range(count.shape[1])][::-1]
        order = np.lexsort((*by_contract, points, group))
        before, after = order[:-1], order[1:]
        beaten = group[before] == group[after]
        if MARGIN in budgets:
            beaten &= margin[before] <= margin[after] * (1.0 + SAME)
        if COUNT in budgets:
            beaten &= size[before] <= size[after]
        order = order[np.concatenate(([True], ~beaten))]
        quantities, total = quantities[order], total[order]
        points, margin, size = points[order], margin[order], size[order]
    figures = np.stack([points.astype(np.float64), margin, size.astype(np.float64)])
    return Mixes(
        total=total,
        points=points,
        figures=figures,
        quantities=quantities,
    )
