"""The two stages of the problem: the least tracking risk, then the least cost within the tolerance of it.

Each choice of as many indices as may be used is a root of its own. Both stages first allow slightly more than the best
root promises, then more and more until there is a plan: searches that allow too little are short, and the last one is
the proof. Stage 1 allows squared risk. Stage 2 allows points, among plans within the limit of risk.
"""

from __future__ import annotations

import math

from hedger.hedge.search.mixes import sort_by_size
from hedger.hedge.search.prices import Goal, tighten
from hedger.hedge.search.relaxation import Relaxation, Root, quadratic, relax, to_root
from hedger.hedge.search.sides import RELATIVE, Sides
from hedger.hedge.search.terms import COUNT, MARGIN, POINTS, WORK, Terms, float_table, floats, integers
from hedger.hedge.search.walk import Best, limit_of, walk

WORTHWHILE = 0.05
"""Share of the first step that prices may miss of the bound."""
GRAIN = 1.0 / 12.0
"""Mean squared error of rounding to whole numbers."""
GROWTH = 4
"""By how much each search of stage 1 allows more squared risk beyond the bound than the one before."""
UNLIMITED = 1 << 62
"""Points that no plan has."""


def find_least(terms: Terms, effort: list[int]) -> tuple[float, float, list[int]]:
    """Run stage 1.

    Parameters
    ----------
    effort
        Nodes visited so far, and work that may be done; both change. The search is complete if work is left.

    Returns
    -------
    tuple
        Least squared tracking risk found, squared risk below which no feasible plan lies, and the plan.
    """
    relaxation = relax(terms)
    roots = _to_roots(relaxation)
    bounds = floats(len(roots))
    plan = integers(len(terms.notional))
    known = _squared_of(terms, plan)
    least, step = known, 0.0
    for i in range(len(roots)):
        grain = _grain(terms, relaxation.sides, roots[i])
        bounds[i] = tighten(relaxation, roots[i], Goal(math.inf, WORTHWHILE * grain, known), effort)
        least, step = min(least, max(bounds[i], 0.0)), max(step, grain)
        rounded = _rounded(relaxation, roots[i])
        if _squared_of(terms, rounded) < known:
            known, plan = _squared_of(terms, rounded), rounded
    best = Best(math.inf, 0.0, [known], [UNLIMITED], [plan])
    while effort[WORK] > 0:
        limit = min(least + step, known)
        best.squared[0] = limit
        for i in _by_bound(bounds):
            if bounds[i] <= limit_of(best):
                walk(relaxation, [roots[i]], [bounds[i]], best, effort)
        if best.squared[0] < limit:
            known, plan = best.squared[0], best.plans[0]
        if effort[WORK] > 0:
            least = min(limit, known)
            if limit >= known:
                break
        step *= GROWTH
    return known, min(least, known), plan


def find_cheapest(
    terms: Terms, limit: float, hair_squared: float, known: list[int], effort: list[int]
) -> list[list[int]]:
    """Run stage 2.

    Parameters
    ----------
    limit
        Squared tracking risk that a plan may have.
    hair_squared
        Squared tracking risk below which all risks are one.
    known
        A feasible plan within the limit.
    effort
        Nodes visited so far, and work that may be done; both change. The search is complete if work is left.

    Returns
    -------
    list
        All plans of least points whose risks differ by a hair at most.
    """
    relaxation = relax(terms)
    roots, priced = _to_roots(relaxation), _to_roots(relaxation)
    bounds, floors = float_table(len(roots), 2), floats(len(roots))
    most, step = _points_of(terms, known), _cheapest_trade(terms)
    floor = float(most)
    for i in range(len(roots)):
        grain = _grain(terms, relaxation.sides, roots[i])
        bounds[i][1] = tighten(relaxation, roots[i], Goal(math.inf, WORTHWHILE * grain, limit), effort)
        floors[i] = math.inf
        if bounds[i][1] <= limit:
            floors[i] = tighten(relaxation, priced[i], Goal(limit, WORTHWHILE * step, float(most)), effort)
            bounds[i][0] = limit + floors[i] * priced[i].prices[POINTS]
        floor = min(floor, floors[i])
    allowed = min(math.floor(max(floor, 0.0)) + step, most)
    best = Best(limit, hair_squared, [math.inf], [allowed], [known])
    best.plans.clear()
    while effort[WORK] > 0 and len(best.plans) == 0:
        best.points[0] = allowed
        if allowed == most:
            best.squared[0] = _squared_of(terms, known)
            best.plans.append(known)
        for i in _by_bound(floors):
            if floors[i] <= best.points[0]:
                walk(relaxation, [priced[i], roots[i]], [bounds[i][0], bounds[i][1]], best, effort)
        allowed = min(allowed + step, most)
        step *= 2
    if len(best.plans) == 0:
        best.plans.append(known)
    return best.plans


def _to_roots(relaxation: Relaxation) -> list[Root]:
    """Return a root for each choice of as many indices as may be used."""
    n_indices = len(relaxation.terms.target)
    usable = n_usable = 0
    for j in range(n_indices):
        if relaxation.sides.reach[2 * j] > 0.0 or relaxation.sides.reach[2 * j + 1] > 0.0:
            usable, n_usable = usable | 1 << j, n_usable + 1
    roots = [to_root(relaxation, usable)]
    roots.clear()
    for mask in range(1, 1 << n_indices):
        size = 0
        for j in range(n_indices):
            size += mask >> j & 1
        if mask & usable == mask and size == min(relaxation.terms.legs, n_usable):
            roots.append(to_root(relaxation, mask))
    return roots


def _grain(terms: Terms, sides: Sides, root: Root) -> float:
    """Return about what rounding to whole contracts adds to squared risk."""
    grain = 0.0
    for j in root.free:
        smallest = math.inf
        for side in (2 * j, 2 * j + 1):
            for c in range(terms.first[j], terms.first[j + 1]):
                if sides.most[side][c - terms.first[j]] > 0:
                    smallest = min(smallest, terms.notional[c])
        grain += GRAIN * smallest * smallest / terms.inverse[root.mask][j][j]
    return grain


def _rounded(relaxation: Relaxation, root: Root) -> list[int]:
    """Return a feasible plan near the minimum of a root: large contracts first, the last ones rounded."""
    terms, sides = relaxation.terms, relaxation.sides
    plan = integers(len(terms.notional))
    margin, count = terms.limits[MARGIN], terms.limits[COUNT]
    for j in root.free:
        is_long = root.total[j] > 0.0
        left, most, first = abs(root.total[j]), sides.most[2 * j + is_long], terms.first[j]
        order, rest = integers(terms.first[j + 1] - first), floats(terms.first[j + 1] - first)
        sort_by_size(terms, first, most, order, rest)
        for at in range(len(order)):
            c = first + order[at]
            share = left / terms.notional[c]
            wanted = math.floor(share + 0.5 if rest[at] == 0.0 else share * (1.0 + RELATIVE))
            fits = max(min(wanted, most[order[at]]), 0)
            if fits > count:
                fits = math.floor(count)
            if fits * terms.margin[c] > margin:
                fits = math.floor(margin / terms.margin[c])
            plan[c] = fits if is_long else -fits
            left, margin, count = left - fits * terms.notional[c], margin - fits * terms.margin[c], count - fits
    return plan


def _by_bound(bounds: list[float]) -> list[int]:
    """Return the places of bounds from the lowest to the highest."""
    order = integers(len(bounds))
    for i in range(len(bounds)):
        at = i
        while at > 0 and bounds[order[at - 1]] > bounds[i]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = i
    return order


def _points_of(terms: Terms, plan: list[int]) -> int:
    points = 0
    for c in range(len(plan)):
        points += terms.points[c] * abs(plan[c] - terms.current[c]) + abs(plan[c])
    return points


def _cheapest_trade(terms: Terms) -> int:
    """Return the fewest points, above zero, that trading a contract takes."""
    cheapest = 0
    for points in terms.points:
        if points > 0 and (cheapest == 0 or points < cheapest):
            cheapest = points
    return max(cheapest, 1)


def _squared_of(terms: Terms, plan: list[int]) -> float:
    residual = floats(len(terms.target))
    for j in range(len(residual)):
        residual[j] = terms.target[j]
        for c in range(terms.first[j], terms.first[j + 1]):
            residual[j] += plan[c] * terms.notional[c]
    return quadratic(terms.covariance, residual)
