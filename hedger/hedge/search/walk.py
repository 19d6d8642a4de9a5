r"""Branch and bound over one total of dollars per index: the proof that no whole plan is better.

By :mod:`hedger.hedge.search.relaxation` a plan exceeds the bound of its root by :math:`z^\top S z + \sum_j s_j`
exactly, :math:`z` being the distance of its totals from :math:`y^*`. With :math:`z_1, \dots, z_d` fixed, the least
:math:`z^\top S z` over all others is :math:`u_1^2 + \dots + u_d^2` with

.. math::

    L u = z, \qquad L L^\top = S_{RR}^{-1} \quad (L \text{ lower triangular}),

so every mix tried adds one square and its own :math:`s_j`, and the totals of the next index that can still matter form
an interval around the point where its square is zero. Stage 2 has two such sums, one at prices of points, and one at
those of stage 1, for its plans must not pass the limit of risk either; and what a total needs at least of points,
margin and count must be within what the indices fixed before leave. The walk fixes the index with the fewest mixes
first, tries all mixes in the common part of these intervals, and turns back where a sum passes its limit. Nothing else
is left out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hedger.hedge.search.curves import within
from hedger.hedge.search.mixes import Mixes, find_mixes, no_mixes
from hedger.hedge.search.relaxation import Relaxation, Root, alone_row, quadratic
from hedger.hedge.search.sides import RELATIVE
from hedger.hedge.search.terms import COUNT, MARGIN, NODES, POINTS, WORK, Terms, float_table, floats, integers

IMPROVEMENT = 1e-10
"""Share of the squared tracking risk by which stage 1 wants a plan to be better."""
TIE = 4e-9
"""Relative difference of squared risks up to which plans of the same points are all kept."""
SLACK = 1e-12
"""Share of the squared limit by which the rounding of floats may move a bound."""


class Best(NamedTuple):
    """The best plans that a stage has found so far; lists of one element change as it goes.

    Parameters
    ----------
    most_squared
        Squared tracking risk up to which stage 2 takes any plan; infinite in stage 1, which wants the least.
    hair_squared
        Squared tracking risk below which all risks are one.
    squared, points
        Of the best plan, or those below which a plan is wanted.
    plans
        Signed quantities: one plan of least risk, or all of least points whose risks differ by a hair at most.
    """

    most_squared: float
    hair_squared: float
    squared: list[float]
    points: list[int]
    plans: list[list[int]]


class Levels(NamedTuple):
    """What the walk knows of each index, in the order in which it fixes them, and of the way to where it stands.

    Parameters
    ----------
    order, mixes
        Which index it is, and its mixes.
    factor
        L, in this order.
    origin
        Total from which the distance is measured, for each bound.
    excess_after, margin_after, size_after, points_after
        Least of each that the indices from a level on need together, the excess for each bound; one entry more, of
        zero, at the end.
    row, high
        Mix that is tried, and the end of the interval of totals.
    center, distance
        Total at which the square is zero, and u, for each bound.
    spent, margin, size, points
        What the levels before take of each; `spent` of each gap.
    """

    order: list[int]
    mixes: list[Mixes]
    factor: list[list[float]]
    origin: list[list[float]]
    excess_after: list[list[float]]
    margin_after: list[float]
    size_after: list[int]
    points_after: list[int]
    row: list[int]
    high: list[float]
    center: list[list[float]]
    distance: list[list[float]]
    spent: list[list[float]]
    margin: list[float]
    size: list[int]
    points: list[int]


def limit_of(best: Best) -> float:
    """Return the squared risk beyond which a plan is of no interest."""
    return best.most_squared if best.most_squared < math.inf else best.squared[0] * (1.0 - IMPROVEMENT)


def walk(relaxation: Relaxation, roots: list[Root], bounds: list[float], best: Best, effort: list[int]) -> None:
    """Search all plans that use the indices of a root.

    Parameters
    ----------
    roots, bounds
        The same root at one or several prices, and its bounds there; mixes are enumerated at the first.
    best
        Better plans take their place here.
    effort
        Nodes and work are counted here; when the work is used up, the search is not complete.
    """
    terms, free = relaxation.terms, roots[0].free
    gaps = floats(len(roots))
    _measure_gaps(terms, roots, bounds, best, gaps)
    if min(gaps) < 0.0:
        return
    found = _find_all_mixes(relaxation, roots, gaps, effort)
    if len(found) < len(free):
        return
    levels = _to_levels(relaxation, roots, found)
    depth, is_open = 0, False
    while depth >= 0 and effort[WORK] > 0:
        effort[WORK] -= 1
        if is_open:
            levels.row[depth] += 1
        else:
            effort[NODES] += 1
            _open(relaxation, levels, depth, gaps, best)
            is_open = True
        row, mixes = levels.row[depth], levels.mixes[depth]
        if row >= len(mixes.total) or mixes.total[row] > levels.high[depth]:
            depth -= 1
        elif _fits(terms, levels, depth, gaps, best):
            if depth + 1 < len(free):
                depth, is_open = depth + 1, False
            elif _judge(terms, levels, best):
                _measure_gaps(terms, roots, bounds, best, gaps)


def _measure_gaps(terms: Terms, roots: list[Root], bounds: list[float], best: Best, gaps: list[float]) -> None:
    """Write down by how much a plan of interest may exceed each bound; negative if there can be none."""
    for kind in range(len(roots)):
        limit = limit_of(best) + roots[kind].prices[POINTS] * best.points[0]
        hair = terms.rounding * abs(limit - bounds[kind]) + SLACK * limit
        gaps[kind] = limit - bounds[kind] + hair if bounds[kind] <= limit + SLACK * limit else -1.0


def _find_all_mixes(relaxation: Relaxation, roots: list[Root], gaps: list[float], effort: list[int]) -> list[Mixes]:
    """Find the mixes of the indices of a root, up to the first index that has none."""
    found, left = [no_mixes(len(roots))], floats(len(gaps))
    found.clear()
    for kind in range(len(gaps)):
        left[kind] = gaps[kind]
    for j in roots[0].free:
        mixes = find_mixes(relaxation, roots, left, j, effort)
        if len(mixes.total) == 0:
            break
        found.append(mixes)
        # What an index exceeds a bound by at least is not left for the others.
        for kind in range(len(gaps)):
            left[kind] = max(left[kind] - min(mixes.excess[kind]), 0.0)
    return found


def _fits(terms: Terms, levels: Levels, depth: int, gaps: list[float], best: Best) -> bool:
    """Tell whether the mix that is tried at a level leaves enough of everything, and write down what it takes."""
    row, mixes, after = levels.row[depth], levels.mixes[depth], depth + 1
    points = levels.points[depth] + mixes.points[row]
    margin, size = levels.margin[depth] + mixes.margin[row], levels.size[depth] + mixes.size[row]
    if (
        points + levels.points_after[after] > best.points[0]
        or margin + levels.margin_after[after] > terms.limits[MARGIN]
        or size + levels.size_after[after] > terms.limits[COUNT]
    ):
        return False
    for kind in range(len(gaps)):
        distance = (mixes.total[row] - levels.center[kind][depth]) / levels.factor[depth][depth]
        spent = levels.spent[kind][depth] + distance * distance + mixes.excess[kind][row]
        if spent + levels.excess_after[kind][after] > gaps[kind]:
            return False
        levels.distance[kind][depth], levels.spent[kind][after] = distance, spent
    levels.points[after], levels.margin[after], levels.size[after] = points, margin, size
    return True


def _to_levels(relaxation: Relaxation, roots: list[Root], found: list[Mixes]) -> Levels:
    """Sort the indices of a root by how many mixes they have, and prepare the walk over them."""
    n_levels, n_bounds = len(found), len(roots)
    by_size, order = integers(n_levels), integers(n_levels)
    for i in range(n_levels):
        at = i
        while at > 0 and len(found[by_size[at - 1]].total) > len(found[i].total):
            by_size[at] = by_size[at - 1]
            at -= 1
        by_size[at] = i
    mixes = [found[by_size[0]]]
    for at in range(n_levels):
        order[at] = roots[0].free[by_size[at]]
        if at > 0:
            mixes.append(found[by_size[at]])
    levels = Levels(
        order,
        mixes,
        _factor(relaxation.terms.inverse[roots[0].mask], order),
        float_table(n_bounds, n_levels),
        float_table(n_bounds, n_levels + 1),
        floats(n_levels + 1),
        integers(n_levels + 1),
        integers(n_levels + 1),
        integers(n_levels),
        floats(n_levels),
        float_table(n_bounds, n_levels),
        float_table(n_bounds, n_levels),
        float_table(n_bounds, n_levels + 1),
        floats(n_levels + 1),
        integers(n_levels + 1),
        integers(n_levels + 1),
    )
    for at in range(n_levels - 1, -1, -1):
        for kind in range(n_bounds):
            levels.origin[kind][at] = roots[kind].total[order[at]]
            levels.excess_after[kind][at] = levels.excess_after[kind][at + 1] + min(mixes[at].excess[kind])
        levels.margin_after[at] = levels.margin_after[at + 1] + min(mixes[at].margin)
        levels.size_after[at] = levels.size_after[at + 1] + min(mixes[at].size)
        levels.points_after[at] = levels.points_after[at + 1] + min(mixes[at].points)
    levels.points[0] = roots[0].idle
    return levels


def _factor(matrix: list[list[float]], order: list[int]) -> list[list[float]]:
    """Return the Cholesky factor of the rows and columns of a matrix in an order."""
    factor = float_table(len(order), len(order))
    for i in range(len(order)):
        for k in range(i + 1):
            value = matrix[order[i]][order[k]]
            for m in range(k):
                value -= factor[i][m] * factor[k][m]
            factor[i][k] = math.sqrt(value) if i == k else value / factor[k][k]
    return factor


def _open(relaxation: Relaxation, levels: Levels, depth: int, gaps: list[float], best: Best) -> None:
    """Find the interval of totals to be tried at a level, and its first mix."""
    limits, more, j = relaxation.terms.limits, 1.0 + relaxation.terms.rounding, levels.order[depth]
    low, high = -math.inf, math.inf
    for kind in range(len(gaps)):
        center = levels.origin[kind][depth]
        for k in range(depth):
            center += levels.factor[depth][k] * levels.distance[kind][k]
        left = gaps[kind] - levels.spent[kind][depth] - levels.excess_after[kind][depth]
        reach = levels.factor[depth][depth] * math.sqrt(max(left, 0.0))
        levels.center[kind][depth] = center
        low, high = max(low, center - reach), min(high, center + reach)
    if best.most_squared < math.inf:
        left = float(best.points[0] - levels.points[depth] - levels.points_after[depth + 1])
        low, high = within(relaxation.alone, alone_row(relaxation, POINTS, j), left * more, low, high)
    if limits[MARGIN] < math.inf:
        left = limits[MARGIN] - levels.margin[depth] - levels.margin_after[depth + 1]
        low, high = within(relaxation.alone, alone_row(relaxation, MARGIN, j), left * more, low, high)
    if limits[COUNT] < math.inf:
        left = limits[COUNT] - levels.size[depth] - levels.size_after[depth + 1]
        low, high = within(relaxation.alone, alone_row(relaxation, COUNT, j), left * more, low, high)
    hair = RELATIVE * (abs(low) + abs(high)) if low <= high else 0.0
    levels.high[depth] = high + hair
    levels.row[depth] = _first_at_least(levels.mixes[depth].total, low - hair)


def _first_at_least(rising: list[float], low: float) -> int:
    """Return the place of the first number of a rising list that is not below another."""
    first, end = 0, len(rising)
    while first < end:
        middle = (first + end) // 2
        if rising[middle] < low:
            first = middle + 1
        else:
            end = middle
    return first


def _judge(terms: Terms, levels: Levels, best: Best) -> bool:
    """Keep the plan where the walk stands if it is better than those kept, or as good by a hair.

    Returns
    -------
    bool
        Whether fewer plans are of interest now.
    """
    points, residual = levels.points[len(levels.order)], floats(len(terms.target))
    for j in range(len(residual)):
        residual[j] = terms.target[j]
    for at in range(len(levels.order)):
        residual[levels.order[at]] += levels.mixes[at].total[levels.row[at]]
    squared = quadratic(terms.covariance, residual)
    is_better = best.most_squared == math.inf or points < best.points[0] or _tie(best, squared) < best.squared[0]
    if squared > limit_of(best) or (not is_better and squared > _tie(best, best.squared[0])):
        return False
    plan = integers(len(terms.notional))
    for at in range(len(levels.order)):
        first, end = terms.first[levels.order[at]], terms.first[levels.order[at] + 1]
        for c in range(first, end):
            plan[c] = levels.mixes[at].quantities[levels.row[at] * (end - first) + c - first]
    if is_better:
        best.plans.clear()
        best.squared[0] = squared
        if best.most_squared < math.inf:
            best.points[0] = points
    elif _has(best.plans, plan):
        return False
    best.squared[0] = min(best.squared[0], squared)
    best.plans.append(plan)
    return is_better


def _tie(best: Best, squared: float) -> float:
    """Return the squared risk up to which a plan ties with one of this squared risk."""
    return squared * (1.0 + TIE) + best.hair_squared


def _has(plans: list[list[int]], plan: list[int]) -> bool:
    """Tell whether a plan is among others; the same plan may be found from several roots."""
    for known in plans:
        is_same = True
        for c in range(len(plan)):
            is_same = is_same and known[c] == plan[c]
        if is_same:
            return True
    return False
