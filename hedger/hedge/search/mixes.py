r"""Mixes of the sizes of one index, enumerated as far as they can matter.

At the prices of a root a mix exceeds the bound by :math:`s_j`, a sum of one part per contract that is convex in its
count. The counts are enumerated from the largest contract to the smallest, each inside the range that the excess spent
so far and the window of totals leave it. Of mixes with one and the same total only those stay that no other beats in
points, margin and count at once, and of equals the one with more of the contract listed first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hedger.hedge.search.relaxation import Relaxation, Root, line_below
from hedger.hedge.search.sides import RELATIVE, SAME
from hedger.hedge.search.terms import COUNT, MARGIN, POINTS, WORK, Terms, floats, integers

if TYPE_CHECKING:
    from hedger.arrays import IntArray

ROUNDING = 8.0 * float(np.finfo(np.float64).eps)
"""Relative difference of two totals that are one: products and sums of floats are no closer."""


class Mixes(NamedTuple):
    """Mixes of one index, by rising total.

    Parameters
    ----------
    total
        Signed USD.
    excess
        What a mix adds to each bound beside the quadratic term, squared USD, not negative, shape (n_bounds, n_mixes).
    points, margin, size
        Figures of each mix; the size is its number of contracts.
    quantities
        Signed counts of the index' contracts, mix after mix.
    """

    total: list[float]
    excess: list[list[float]]
    points: list[int]
    margin: list[float]
    size: list[int]
    quantities: list[int]


class Bounds(NamedTuple):
    """The bounds that a mix of one index must keep to.

    Parameters
    ----------
    roots, gaps
        Where they hold, and by how much a mix may exceed each.
    slopes, heights
        p and h of the index, for each.
    """

    roots: list[Root]
    gaps: list[float]
    slopes: list[float]
    heights: list[float]


class Parts(NamedTuple):
    """What each contract of one side adds to the excess: convex in its count, with a bend at what is held.

    Parameters
    ----------
    held, most
        Where the bend is, and the highest count.
    falling, rising
        Slopes below and above the bend, squared USD per contract.
    bottom, least
        Count at which the part is least, and the part there, that at zero contracts being 0.
    """

    held: list[int]
    most: list[int]
    falling: list[float]
    rising: list[float]
    bottom: list[int]
    least: list[float]


def no_mixes(n_bounds: int) -> Mixes:
    """Return room for mixes."""
    mixes = Mixes([0.0], [[0.0]], [0], [0.0], [0], [0])
    for _ in range(1, n_bounds):
        mixes.excess.append([0.0])
    for excess in mixes.excess:
        excess.clear()
    mixes.total.clear()
    mixes.points.clear()
    mixes.margin.clear()
    mixes.size.clear()
    mixes.quantities.clear()
    return mixes


def find_mixes(relaxation: Relaxation, roots: list[Root], gaps: list[float], j: int, effort: list[int]) -> Mixes:
    """Enumerate the mixes of one index that a plan may have which exceeds each bound by a gap at most.

    Parameters
    ----------
    roots, gaps
        The bounds, by the prices at which they hold, and the gaps, squared USD.
    effort
        Work is taken from it; when it is used up, mixes are missing.
    """
    terms, found = relaxation.terms, no_mixes(len(roots))
    n_contracts = terms.first[j + 1] - terms.first[j]
    slopes, heights = floats(len(roots)), floats(len(roots))
    low, high = -math.inf, math.inf
    for kind in range(len(roots)):
        slopes[kind], heights[kind] = line_below(terms, roots[kind], j)
        half = math.sqrt(gaps[kind] * terms.inverse[roots[kind].mask][j][j])
        hair = RELATIVE * (abs(roots[kind].total[j]) + half)
        low, high = max(low, roots[kind].total[j] - half - hair), min(high, roots[kind].total[j] + half + hair)
    for side in (2 * j, 2 * j + 1):
        if relaxation.sides.reach[side] > 0.0:
            _enumerate(found, relaxation, Bounds(roots, gaps, slopes, heights), side, low, high, effort)
    if low <= 0.0 <= high:
        _record(found, terms, Bounds(roots, gaps, slopes, heights), j, integers(n_contracts), 1)
    return _tidied(found, terms, n_contracts)


def _enumerate(  # noqa: PLR0917 - compiled code takes its arguments by position
    found: Mixes, relaxation: Relaxation, bounds: Bounds, side: int, low: float, high: float, effort: list[int]
) -> None:
    """Find the mixes of one side whose totals lie in an interval."""
    terms, j, sign = relaxation.terms, side // 2, 2 * (side % 2) - 1
    root, gap = bounds.roots[0], bounds.gaps[0]
    first, n_contracts = terms.first[j], terms.first[j + 1] - terms.first[j]
    parts = _to_parts(relaxation, root, side, sign * bounds.slopes[0])
    base = root.prices[POINTS] * relaxation.sides.closing[side] - bounds.heights[0]
    for c in range(n_contracts):
        base += parts.least[c] + root.prices[POINTS] * terms.points[first + c] * parts.held[c]
    center, width = sign * root.total[j], terms.inverse[root.mask][j][j]
    if sign < 0:
        low, high = -high, -low
    high = min(high, relaxation.sides.reach[side] * (1.0 + RELATIVE))
    order, rest = integers(n_contracts), floats(n_contracts)
    sort_by_size(terms, first, parts.most, order, rest)
    counts, last, total, excess = integers(n_contracts), integers(n_contracts), floats(n_contracts), floats(n_contracts)
    total_here, excess_here = 0.0, base
    at, is_open = 0, False
    while at >= 0 and effort[WORK] > 0:
        effort[WORK] -= 1
        c = order[at]
        notional = terms.notional[first + c]
        if is_open:
            counts[c] += 1
        else:
            total[at], excess[at] = total_here, excess_here
            counts[c], last[at] = _range(parts, c, gap - excess_here)
            counts[c] = max(counts[c], math.ceil((low - total_here - rest[at]) / notional))
            last[at] = min(last[at], math.floor((high - total_here) / notional))
            is_open = True
        if counts[c] > last[at]:
            counts[c] = 0
            at -= 1
            continue
        total_here = total[at] + counts[c] * notional
        excess_here = excess[at] + _part(parts, c, counts[c]) - parts.least[c]
        if at < n_contracts - 1:
            at, is_open = at + 1, False
        elif total_here > 0.0 and excess_here + (total_here - center) * (total_here - center) / width <= gap:
            _record(found, terms, bounds, j, counts, sign)


def _to_parts(relaxation: Relaxation, root: Root, side: int, earned: float) -> Parts:
    """Describe what each contract of a side adds to the excess when a USD of its total earns something."""
    terms, first = relaxation.terms, relaxation.terms.first[side // 2]
    n_contracts = terms.first[side // 2 + 1] - first
    parts = Parts(
        relaxation.sides.held[side],
        relaxation.sides.most[side],
        floats(n_contracts),
        floats(n_contracts),
        integers(n_contracts),
        floats(n_contracts),
    )
    for i in range(n_contracts):
        c = first + i
        trading = root.prices[POINTS] * terms.points[c]
        holding = root.prices[MARGIN] * terms.margin[c] + root.prices[COUNT] + root.prices[POINTS]
        parts.falling[i] = holding - earned * terms.notional[c] - trading
        parts.rising[i] = holding - earned * terms.notional[c] + trading
        if parts.rising[i] < 0.0:
            parts.bottom[i] = parts.most[i]
        elif parts.falling[i] <= 0.0:
            parts.bottom[i] = min(parts.held[i], parts.most[i])
        parts.least[i] = _part(parts, i, parts.bottom[i])
    return parts


def _part(parts: Parts, c: int, count: int) -> float:
    """Return what a count of a contract adds to the excess, less what none of it adds."""
    return parts.falling[c] * min(count, parts.held[c]) + parts.rising[c] * max(count - parts.held[c], 0)


def sort_by_size(terms: Terms, first: int, most: list[int], order: list[int], rest: list[float]) -> None:
    """Write down the contracts of an index from large to small, and the total that those after each can reach."""
    for c in range(len(order)):
        at = c
        while at > 0 and terms.notional[first + order[at - 1]] < terms.notional[first + c]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = c
    for at in range(len(order) - 2, -1, -1):
        rest[at] = rest[at + 1] + most[order[at + 1]] * terms.notional[first + order[at + 1]]


def _range(parts: Parts, c: int, spare: float) -> tuple[int, int]:
    """Return the first and the last count of a contract at which its part is above its least by no more than this."""
    bottom, held, most = parts.bottom[c], parts.held[c], parts.most[c]
    falling, rising = parts.falling[c], parts.rising[c]
    if spare < 0.0:
        return 1, 0
    first, last = 0, most
    if bottom > 0:
        # Downwards from the bottom the part rises by -rising above the bend and by -falling below it.
        above = max(bottom - held, 0)
        if rising < 0.0 and -rising * above > spare:
            first = bottom - math.floor(spare / -rising)
        elif falling < 0.0:
            first = max(bottom - above - math.floor(min((spare + min(rising, 0.0) * above) / -falling, bottom)), 0)
    if bottom < most:
        below = max(min(held, most) - bottom, 0)
        if falling > 0.0 and falling * below > spare:
            last = bottom + math.floor(spare / falling)
        elif rising > 0.0:
            last = bottom + below + math.floor(min((spare - max(falling, 0.0) * below) / rising, most - bottom - below))
    return first, last


def _record(  # noqa: PLR0917 - as above
    found: Mixes, terms: Terms, bounds: Bounds, j: int, counts: list[int], sign: int
) -> None:
    """Write down a mix if it is within the gap of every bound."""
    total, points, margin, size = 0.0, 0, 0.0, 0
    for i in range(len(counts)):
        c = terms.first[j] + i
        total += terms.notional[c] * sign * counts[i]
        points += terms.points[c] * abs(sign * counts[i] - terms.current[c]) + counts[i]
        margin += terms.margin[c] * counts[i]
        size += counts[i]
    for kind in range(len(bounds.roots)):
        root = bounds.roots[kind]
        excess = root.prices[POINTS] * points + root.prices[MARGIN] * margin + root.prices[COUNT] * size
        excess -= bounds.slopes[kind] * total + bounds.heights[kind]
        distance = total - root.total[j]
        if excess + distance * distance / terms.inverse[root.mask][j][j] > bounds.gaps[kind]:
            for earlier in range(kind):
                found.excess[earlier].pop()
            return
        found.excess[kind].append(excess)
    for i in range(len(counts)):
        found.quantities.append(sign * counts[i])
    found.total.append(total)
    found.points.append(points)
    found.margin.append(margin)
    found.size.append(size)


def _tidied(found: Mixes, terms: Terms, n_contracts: int) -> Mixes:
    """Return the mixes sorted by total, without those that another of the same total beats."""
    if len(found.total) < 2:
        return found
    kept, start, group = [0], 0, -1
    kept.clear()
    groups = _groups(found)
    is_limited_twice = terms.limits[MARGIN] < math.inf and terms.limits[COUNT] < math.inf
    by_points = np.argsort(np.array(found.points), kind="mergesort")
    for row in by_points[np.argsort(groups[by_points], kind="mergesort")]:
        if groups[row] != group:
            start, group = len(kept), groups[row]
        # Points rise within a group, so those kept need less of a limit one by one: the last needs the least.
        at, is_beaten = len(kept) - 1, False
        while at >= start and not is_beaten:
            is_beaten = _beats(found, terms, n_contracts, kept[at], row)
            at = at - 1 if is_limited_twice else -1
        if not is_beaten:
            while len(kept) > start and _beats(found, terms, n_contracts, row, kept[-1]):
                kept.pop()
            kept.append(row)
    tidy = no_mixes(len(found.excess))
    for row in kept:
        tidy.total.append(found.total[row])
        for kind in range(len(found.excess)):
            tidy.excess[kind].append(found.excess[kind][row])
        tidy.points.append(found.points[row])
        tidy.margin.append(found.margin[row])
        tidy.size.append(found.size[row])
        for c in range(n_contracts):
            tidy.quantities.append(found.quantities[row * n_contracts + c])
    return tidy


def _groups(found: Mixes) -> IntArray:
    """Return for each mix the rank of its total among all totals."""
    totals = np.array(found.total)
    hair = ROUNDING * np.abs(totals).max()
    groups, group, before = np.zeros(len(totals), dtype=np.int64), -1, -math.inf
    for row in np.argsort(totals, kind="mergesort"):
        if totals[row] - before > hair:
            group += 1
        groups[row], before = group, totals[row]
    return groups


def _beats(found: Mixes, terms: Terms, n_contracts: int, one: int, other: int) -> bool:
    """Tell whether a mix may stand in for another of the same total in every plan."""
    if (
        found.points[one] > found.points[other]
        or (terms.limits[MARGIN] < math.inf and found.margin[one] > found.margin[other] * (1.0 + SAME))
        or (terms.limits[COUNT] < math.inf and found.size[one] > found.size[other])
    ):
        return False
    if found.points[one] == found.points[other]:
        for c in range(n_contracts):
            mine, theirs = found.quantities[one * n_contracts + c], found.quantities[other * n_contracts + c]
            if mine != theirs:
                return abs(mine) > abs(theirs)
    return True
