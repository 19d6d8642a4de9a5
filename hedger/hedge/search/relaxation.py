r"""The hedge with fractions of contracts: a lower bound on the tracking risk of every whole plan.

With the indices :math:`j \in R` in use and the others idle, a plan with residual :math:`x = t + y` and figures
:math:`v_b` (points, margin, count; limits :math:`B_b`) has for any prices :math:`\lambda \ge 0` of the figures

.. math::

    x^\top S x + \lambda_0 v_0 \;\ge\; F = x^\top S x + \lambda^\top v - \sum_{b > 0} \lambda_b B_b ,

because it keeps within its limits. Let :math:`y^*` be any totals, :math:`x^*` their residual, :math:`z = y - y^*` and
:math:`p = -2 S x^*`. Since :math:`x^\top S x = x^{*\top} S x^* - p^\top z + z^\top S z` and no mix lies below the
curve :math:`c_j` of its index,

.. math::

    F = D + z^\top S z + \sum_{j \in R} s_j , \qquad s_j = \lambda^\top v_j - p_j y_j - h_j \ge 0, \qquad
    h_j = \min_y \bigl(c_j(y) - p_j y\bigr) ,

    D = x^{*\top} S x^* + \sum_{j \in R} \bigl(h_j + p_j y^*_j\bigr)
        + \lambda_0 v_0^{\text{idle}} - \sum_{b > 0} \lambda_b B_b .

This holds exactly for every :math:`y^*` and :math:`\lambda`, so nothing depends on how well they are chosen; :math:`D`
is highest where :math:`y^*` is the minimum of :math:`x^\top S x + \sum c_j(y_j)`. An active-set method finds it: every
total either rests at a bend of its curve or moves between two, where the problem is linear algebra.
"""

from __future__ import annotations

from typing import NamedTuple

from hedger.hedge.search.curves import (
    Curves,
    draw,
    draw_free,
    draw_scaled,
    figure_at,
    locate,
    no_curves,
    support,
)
from hedger.hedge.search.sides import Sides, to_sides
from hedger.hedge.search.terms import COUNT, MARGIN, POINTS, Terms, floats, integers

MOST_STEPS = 200
"""Steps of the active-set method; a dozen is usual."""
NOISE = 1e-13
"""Share of a gradient that may be rounding."""


class Relaxation(NamedTuple):
    """What the roots of a stage have in common.

    Parameters
    ----------
    terms, sides
        The problem.
    alone
        The curves of all indices at a price of one for points, then for margin, then for count.
    """

    terms: Terms
    sides: Sides
    alone: Curves


class Root(NamedTuple):
    r"""Indices in use, and where the relaxation over them has its minimum.

    Parameters
    ----------
    mask, free
        The indices, as bits and as a list.
    residual, total
        :math:`x^*` and :math:`y^*`, USD, of all indices.
    place
        Where each total is on its curve, as ``curves.locate`` says.
    prices
        :math:`\lambda` of points, margin and count, squared USD for each.
    curves
        At these prices.
    idle
        Points of the indices that are not in use.
    """

    mask: int
    free: list[int]
    residual: list[float]
    total: list[float]
    place: list[int]
    prices: list[float]
    curves: Curves
    idle: int


def relax(terms: Terms) -> Relaxation:
    """Prepare the relaxation of a problem."""
    sides = to_sides(terms)
    n_indices = len(terms.target)
    alone = no_curves(sides, 3 * n_indices)
    for figure in (POINTS, MARGIN, COUNT):
        prices = floats(3)
        prices[figure] = 1.0
        for j in range(n_indices):
            draw(alone, figure * n_indices + j, sides, j, prices)
    return Relaxation(terms, sides, alone)


def alone_row(relaxation: Relaxation, figure: int, j: int) -> int:
    """Return where the curve of an index at a price of one figure alone is."""
    return figure * len(relaxation.terms.target) + j


def to_root(relaxation: Relaxation, mask: int) -> Root:
    """Return the relaxation over the indices of a mask, without prices, and with nothing held yet."""
    terms, n_indices = relaxation.terms, len(relaxation.terms.target)
    n_free, idle = 0, 0
    for j in range(n_indices):
        if mask >> j & 1:
            n_free += 1
        else:
            idle += relaxation.sides.idle[j]
    root = Root(
        mask,
        integers(n_free),
        floats(n_indices),
        floats(n_indices),
        integers(n_indices),
        floats(3),
        no_curves(relaxation.sides, n_indices),
        idle,
    )
    n_free = 0
    for j in range(n_indices):
        root.residual[j] = terms.target[j]
        if mask >> j & 1:
            root.free[n_free] = j
            n_free += 1
            draw_free(root.curves, j, relaxation.alone, alone_row(relaxation, COUNT, j))
            root.place[j] = locate(root.curves, j, 0.0)
    return root


def reprice(relaxation: Relaxation, root: Root, prices: list[float]) -> float:
    """Change the prices of a root, find its minimum again and return its bound."""
    n_charged, charged = 0, 0
    for figure in range(3):
        root.prices[figure] = prices[figure]
        if prices[figure] > 0.0:
            n_charged, charged = n_charged + 1, figure
    for j in root.free:
        if n_charged == 0:
            draw_free(root.curves, j, relaxation.alone, alone_row(relaxation, COUNT, j))
        elif n_charged == 1:
            # Which contract is cheapest does not depend on the height of a single price.
            unit = alone_row(relaxation, charged, j)
            draw_scaled(root.curves, j, relaxation.alone, unit, prices[charged])
        else:
            draw(root.curves, j, relaxation.sides, j, prices)
        root.place[j] = locate(root.curves, j, root.total[j])
    return settle(relaxation, root)


def settle(relaxation: Relaxation, root: Root) -> float:
    """Find the minimum of a root and return its bound D, squared USD."""
    terms = relaxation.terms
    minimise(terms, root)
    bound = quadratic(terms.covariance, root.residual) + root.prices[POINTS] * root.idle
    for figure in (MARGIN, COUNT):
        if root.prices[figure] > 0.0:
            bound -= root.prices[figure] * terms.limits[figure]
    for j in root.free:
        slope, height = line_below(terms, root, j)
        bound += height + slope * root.total[j]
    return bound


def line_below(terms: Terms, root: Root, j: int) -> tuple[float, float]:
    """Return p and h of one index: slope, and height at zero, of a line that lies nowhere above its curve."""
    slope = -2.0 * product(terms.covariance[j], root.residual)
    return slope, support(root.curves, j, slope)


def figure_of(relaxation: Relaxation, root: Root, figure: int) -> float:
    """Return points, margin or count of a root by the curves: without prices, by those of the figure alone."""
    value = float(root.idle) if figure == POINTS else 0.0
    is_priced = has_prices(root)
    for j in root.free:
        if is_priced:
            value += figure_at(root.curves, figure, j, root.total[j], root.place[j])
        else:
            alone, row = relaxation.alone, alone_row(relaxation, figure, j)
            value += figure_at(alone, figure, row, root.total[j], locate(alone, row, root.total[j]))
    return value


def has_prices(root: Root) -> bool:
    """Tell whether any figure has a price."""
    return root.prices[POINTS] > 0.0 or root.prices[MARGIN] > 0.0 or root.prices[COUNT] > 0.0


def quadratic(covariance: list[list[float]], residual: list[float]) -> float:
    """Return x' S x."""
    value = 0.0
    for j in range(len(residual)):
        value += residual[j] * product(covariance[j], residual)
    return max(value, 0.0)


def product(row: list[float], residual: list[float]) -> float:
    """Return the sum of the products of two rows."""
    value = 0.0
    for k in range(len(residual)):
        value += row[k] * residual[k]
    return value


def minimise(terms: Terms, root: Root) -> None:
    """Move the totals of a root, and its residual with them, to the minimum of x' S x and the curves."""
    push, move = floats(len(root.total)), floats(len(root.total))
    for _ in range(MOST_STEPS):
        if not _advance(terms, root, push, move) and not _release(terms, root):
            return


def _advance(terms: Terms, root: Root, push: list[float], move: list[float]) -> bool:
    """Go to the minimum over the totals that move, or to the first bend on the way; return whether there was one."""
    total, residual, place, breaks = root.total, root.residual, root.place, root.curves.breaks
    mask = 0
    for j in root.free:
        push[j] = 0.0
        if place[j] % 2 == 1:
            mask |= 1 << j
            push[j] = -product(terms.covariance[j], residual) - 0.5 * root.curves.slopes[j][place[j] // 2]
    share, blocked = 1.0, -1
    for j in root.free:
        if place[j] % 2 == 1:
            move[j] = product(terms.inverse[mask][j], push)
            i = place[j] // 2
            bend = breaks[j][i + 1] if move[j] > 0.0 else breaks[j][i]
            if abs(move[j]) * share > abs(bend - total[j]):
                share, blocked = abs(bend - total[j]) / abs(move[j]), j
    for j in root.free:
        if place[j] % 2 == 1:
            total[j] += share * move[j]
            residual[j] += share * move[j]
    if blocked >= 0:
        i = place[blocked] // 2 + (1 if move[blocked] > 0.0 else 0)
        total[blocked] = breaks[blocked][i]
        residual[blocked] = terms.target[blocked] + total[blocked]
        place[blocked] = 2 * i
    return blocked >= 0


def _release(terms: Terms, root: Root) -> bool:
    """Let the total move that gains most by leaving its bend; return whether there was one."""
    most, leaving, piece = 0.0, -1, 0
    for j in root.free:
        if root.place[j] % 2 == 0:
            i, slopes = root.place[j] // 2, root.curves.slopes[j]
            gradient = 2.0 * product(terms.covariance[j], root.residual)
            noise = NOISE * (abs(gradient) + terms.covariance[j][j] * abs(root.residual[j]))
            if i < root.curves.n_bends[j] - 1 and -gradient - slopes[i] - noise > most:
                most, leaving, piece = -gradient - slopes[i] - noise, j, i
            if i > 0 and gradient + slopes[i - 1] - noise > most:
                most, leaving, piece = gradient + slopes[i - 1] - noise, j, i - 1
    if leaving >= 0:
        root.place[leaving] = 2 * piece + 1
    return leaving >= 0
