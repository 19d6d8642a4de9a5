r"""Branch and bound over one total of dollars per index: the proof that no whole plan is better.

By :mod:`hedger.hedge.search.relaxation` a plan exceeds the bound of its root by :math:`z^\top S z + \sum_j s_j`
exactly, :math:`z` being the distance of its totals from :math:`y^*`. With :math:`z_1, \dots, z_d` fixed, the least
:math:`z^\top S z` over all others is :math:`u_1^2 + \dots + u_d^2` with

.. math::

    L u = z, \qquad L L^\top = S_{RR}^{-1} \quad (L \text{ lower triangular}),

so every mix tried adds one square and its own :math:`s_j`. The same holds for the squared risk itself, with the
distance from the totals of least risk and no :math:`s_j`. The next index can then only have totals in an interval
around the point where its square is zero, one for either sum, and in those where its share of points, margin and count
is within what the others leave. The walk fixes the index with the fewest mixes first, tries all mixes in the common
part of these intervals, and turns back where a sum passes its limit. Nothing else is left out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hedger.hedge.search.curves import within
from hedger.hedge.search.mixes import Mixes, find_mixes
from hedger.hedge.search.relaxation import Relaxation, Root, product, quadratic
from hedger.hedge.search.sides import RELATIVE
from hedger.hedge.search.terms import COUNT, MARGIN, NODES, POINTS, WORK, Terms, float_table, floats, integers

IMPROVEMENT = 1e-10
"""Share of the squared tracking risk by which stage 1 wants a plan to be better."""
TIE = 4e-9
"""Relative difference of squared risks up to which plans of the same points are all kept."""
SLACK = 1e-12
"""Share of the squared limit by which the rounding of floats may move a bound."""
BOUND, RISK = range(2)
"""The two sums of squares: that above the bound, and squared risk."""


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
        Total from which the distance is measured, for either sum of squares.
    excess_after, margin_after, size_after, points_after
        Least of each that the indices from a level on need together; one entry more, of zero, at the end.
    row, high
        Mix that is tried, and the end of the interval of totals.
    center, distance
        Total at which the square is zero, and u, for either sum.
    spent, margin, size, points
        What the levels before take of each; `spent` for either sum.
    """

    order: list[int]
    mixes: list[Mixes]
    factor: list[list[float]]
    origin: list[list[float]]
    excess_after: list[float]
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


def gap_of(relaxation: Relaxation, root: Root, bound: float, best: Best) -> float:
    """Return by how much a plan of interest may exceed the bound of a root; negative if there can be none."""
    limit = limit_of(best) + root.prices[POINTS] * best.points[0]
    hair = relaxation.terms.rounding * abs(limit - bound) + SLACK * limit
    return limit - bound + hair if bound <= limit + SLACK * limit else -1.0


def walk(relaxation: Relaxation, root: Root, bound: float, best: Best, effort: list[int]) -> None:
    """Search all plans of a root.

    Parameters
    ----------
    bound
        That of the root, at its prices.
    best
        Better plans take their place here.
    effort
        Nodes and work are counted here; when the work is used up, the search is not complete.
    """
    gap = gap_of(relaxation, root, bound, best)
    if gap < 0.0:
        return
    found, left = [find_mixes(relaxation, root, root.free[0], gap, effort)], gap
    for i in range(1, len(root.free)):
        if len(found[-1].total) > 0:
            left = max(left - min(found[-1].excess), 0.0)
            found.append(find_mixes(relaxation, root, root.free[i], left, effort))
    if len(found[-1].total) == 0:
        return
    levels = _to_levels(relaxation, root, found)
    limits = relaxation.terms.limits
    depth, is_open = 0, False
    while depth >= 0 and effort[WORK] > 0:
        effort[WORK] -= 1
        mixes, after = levels.mixes[depth], depth + 1
        if is_open:
            levels.row[depth] += 1
        else:
            effort[NODES] += 1
            _open(relaxation, levels, depth, gap, best)
            is_open = True
        row = levels.row[depth]
        if row >= len(mixes.total) or mixes.total[row] > levels.high[depth]:
            depth -= 1
            continue
        distance = (mixes.total[row] - levels.center[BOUND][depth]) / levels.factor[depth][depth]
        spent = levels.spent[BOUND][depth] + distance * distance + mixes.excess[row]
        margin, size = levels.margin[depth] + mixes.margin[row], levels.size[depth] + mixes.size[row]
        points = levels.points[depth] + mixes.points[row]
        if (
            spent + levels.excess_after[after] > gap
            or margin + levels.margin_after[after] > limits[MARGIN]
            or size + levels.size_after[after] > limits[COUNT]
            or points + levels.points_after[after] > best.points[0]
        ):
            continue
        if after < len(levels.order):
            levels.distance[BOUND][depth], levels.spent[BOUND][after] = distance, spent
            distance = (mixes.total[row] - levels.center[RISK][depth]) / levels.factor[depth][depth]
            levels.distance[RISK][depth] = distance
            levels.spent[RISK][after] = levels.spent[RISK][depth] + distance * distance
            levels.margin[after], levels.size[after], levels.points[after] = margin, size, points
            depth, is_open = after, False
        elif _judge(relaxation.terms, levels, points, best):
            gap = gap_of(relaxation, root, bound, best)


def _to_levels(relaxation: Relaxation, root: Root, found: list[Mixes]) -> Levels:
    """Sort the indices of a root by how many mixes they have, and prepare the walk over them."""
    n_levels = len(root.free)
    by_size, order = integers(n_levels), integers(n_levels)
    for i in range(n_levels):
        at = i
        while at > 0 and len(found[by_size[at - 1]].total) > len(found[i].total):
            by_size[at] = by_size[at - 1]
            at -= 1
        by_size[at] = i
    mixes = [found[by_size[0]]]
    for at in range(n_levels):
        order[at] = root.free[by_size[at]]
        if at > 0:
            mixes.append(found[by_size[at]])
    levels = Levels(
        order,
        mixes,
        _factor(relaxation.terms.inverse[root.mask], order),
        float_table(2, n_levels),
        floats(n_levels + 1),
        floats(n_levels + 1),
        integers(n_levels + 1),
        integers(n_levels + 1),
        integers(n_levels),
        floats(n_levels),
        float_table(2, n_levels),
        float_table(2, n_levels),
        float_table(2, n_levels + 1),
        floats(n_levels + 1),
        integers(n_levels + 1),
        integers(n_levels + 1),
    )
    for at in range(n_levels - 1, -1, -1):
        levels.origin[BOUND][at] = root.total[order[at]]
        levels.excess_after[at] = levels.excess_after[at + 1] + min(mixes[at].excess)
        levels.margin_after[at] = levels.margin_after[at + 1] + min(mixes[at].margin)
        levels.size_after[at] = levels.size_after[at + 1] + min(mixes[at].size)
        levels.points_after[at] = levels.points_after[at + 1] + min(mixes[at].points)
    levels.points[0] = root.idle
    _find_least_risk(relaxation.terms, root, levels)
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


def _find_least_risk(terms: Terms, root: Root, levels: Levels) -> None:
    """Write down the totals of least risk when no limit binds, and the squared risk that the idle indices leave."""
    residual, pull = floats(len(terms.target)), floats(len(terms.target))
    for j in range(len(residual)):
        residual[j] = 0.0 if root.mask >> j & 1 else terms.target[j]
    for j in root.free:
        pull[j] = product(terms.covariance[j], residual)
    for at in range(len(levels.order)):
        j = levels.order[at]
        residual[j] = -product(terms.inverse[root.mask][j], pull)
        levels.origin[RISK][at] = residual[j] - terms.target[j]
    levels.spent[RISK][0] = quadratic(terms.covariance, residual)


def _open(relaxation: Relaxation, levels: Levels, depth: int, gap: float, best: Best) -> None:
    """Find the interval of totals to be tried at a level, and its first mix."""
    limits, more, j = relaxation.terms.limits, 1.0 + relaxation.terms.rounding, levels.order[depth]
    low, high = -math.inf, math.inf
    for kind in (BOUND, RISK):
        center = levels.origin[kind][depth]
        for k in range(depth):
            center += levels.factor[depth][k] * levels.distance[kind][k]
        left = gap - levels.excess_after[depth] if kind == BOUND else limit_of(best) * more
        reach = levels.factor[depth][depth] * math.sqrt(max(left - levels.spent[kind][depth], 0.0))
        levels.center[kind][depth] = center
        low, high = max(low, center - reach), min(high, center + reach)
    if best.most_squared < math.inf:
        left = float(best.points[0] - levels.points[depth] - levels.points_after[depth + 1])
        low, high = within(relaxation.alone[POINTS], j, left * more, low, high)
    if limits[MARGIN] < math.inf:
        left = limits[MARGIN] - levels.margin[depth] - levels.margin_after[depth + 1]
        low, high = within(relaxation.alone[MARGIN], j, left * more, low, high)
    if limits[COUNT] < math.inf:
        left = limits[COUNT] - levels.size[depth] - levels.size_after[depth + 1]
        low, high = within(relaxation.alone[COUNT], j, left * more, low, high)
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


def _judge(terms: Terms, levels: Levels, points: int, best: Best) -> bool:
    """Keep the plan where the walk stands if it is better than those kept, or as good by a hair.

    Returns
    -------
    bool
        Whether fewer plans are of interest now.
    """
    residual = floats(len(terms.target))
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
