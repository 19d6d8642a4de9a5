r"""The hedge with fractions of contracts: a lower bound on the tracking risk of every whole plan.

With some totals fixed and the others, :math:`j \in R`, free, a plan with residual :math:`x = t + y` and figures
:math:`v_b` (points, margin, count; limits :math:`B_b`) has for any prices :math:`\lambda \ge 0` of the figures

.. math::

    x^\top S x \;\ge\; L(y) = x^\top S x + \sum_{j \in R} c_j(y_j; \lambda)
        + \sum_b \lambda_b \bigl(v_b^{\text{fixed}} - B_b\bigr) \;\ge\; D(\lambda) = \min_y L(y),

because it keeps within the limits and no mix lies below the curve :math:`c_j` of its index. The minimum is found
exactly by an active-set method: every total either rests at a bend of its curve or moves between two, where the
problem is linear algebra.

The curves are convex and :math:`S` is positive definite, so with :math:`z = y - y^*`

.. math::

    L(y) \ge D + \sum_{j \in R} \gamma_j |z_j| + z^\top S z, \qquad z^\top S z \ge z_j^2 / (S_{RR}^{-1})_{jj},

where :math:`\gamma_j \ge 0` is the slope with which a resting total leaves its bend. This says how far from its
minimum a total of any plan with a squared risk below a limit can lie: the window in which the search has to look.

The active-set functions take nested lists of floats, or arrays of the same shape: they index and add, no more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.hedge.search.axes import COUNT, MARGIN, POINTS, RELATIVE
from hedger.hedge.search.curves import Curve, to_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import FloatArray
    from hedger.hedge.search.axes import Axis

MOST_STEPS = 200
"""Steps of the active-set method after which a node counts as not bounded; a dozen is usual."""
NOISE = 1e-13
"""Share of a gradient that may be rounding."""


@dataclass(slots=True)
class Node:
    r"""Totals fixed and free, and where the relaxation has its minimum.

    Parameters
    ----------
    free
        Indices whose total is not fixed yet.
    residual, total
        :math:`x` and :math:`y`, USD.
    place
        Where each total is on its curve, as ``Curve.locate`` says.
    prices
        :math:`\lambda` of points, margin and count, squared USD for each.
    curves
        At these prices; those of the free indices count.
    spent
        Points, margin and count of the indices that are fixed.
    bound
        :math:`D`, squared USD.
    """

    free: tuple[int, ...]
    residual: list[float]
    total: list[float]
    place: list[int]
    prices: list[float]
    curves: list[Curve]
    spent: list[float]
    bound: float = -math.inf

    def copy(self) -> Node:
        """Return a node that changes independently of this one."""
        return Node(
            free=self.free,
            residual=list(self.residual),
            total=list(self.total),
            place=list(self.place),
            prices=self.prices,
            curves=list(self.curves),
            spent=self.spent,
            bound=self.bound,
        )


class Relaxation:
    """Bounds of one problem; see the module.

    Parameters
    ----------
    covariance
        Annual covariance, positive definite, shape (n_indices, n_indices).
    axes
        The indices.
    limits
        Most points, margin and count; ``math.inf`` where there is no limit. The search lowers the points as it goes.
    """

    def __init__(self, covariance: FloatArray, axes: Sequence[Axis], limits: list[float]) -> None:
        eigenvalues = np.linalg.eigvalsh(covariance)
        self.rounding = max(RELATIVE, 16.0 * float(np.finfo(np.float64).eps * eigenvalues[-1] / eigenvalues[0]))
        self.covariance: list[list[float]] = covariance.tolist()
        self.inverse: list[list[list[float]]] = inverses(covariance).tolist()
        self.axes = axes
        self.limits = limits
        self.budgets = tuple(budget for budget, limit in enumerate(limits) if limit < math.inf)
        self.alone = [
            [to_curve(axis, [float(one == budget) for one in (POINTS, MARGIN, COUNT)]) for axis in axes]
            for budget in (POINTS, MARGIN, COUNT)
        ]
        self.free_of_charge = [curve.scaled(0.0) for curve in self.alone[COUNT]]

    def reprice(self, node: Node, prices: list[float]) -> None:
        """Change the prices at a node and find its minimum again."""
        node.prices = prices
        charged = [budget for budget, price in enumerate(prices) if price > 0.0]
        for j in node.free:
            if not charged:
                curve = self.free_of_charge[j]
            elif len(charged) == 1:
                # Which contract is cheapest does not depend on the height of a single price.
                curve = self.alone[charged[0]][j].scaled(prices[charged[0]])
            else:
                curve = to_curve(self.axes[j], prices)
            node.curves[j] = curve
            node.place[j] = curve.locate(node.total[j])
        self.settle(node)

    def settle(self, node: Node) -> None:
        """Find the minimum at a node and set its bound."""
        bound = -math.inf
        breaks = [curve.breaks for curve in node.curves]
        slopes = [curve.slopes for curve in node.curves]
        if minimise(node.free, node.residual, node.total, node.place, breaks, slopes, self.covariance, self.inverse):
            bound = quadratic(self.covariance, node.residual)
            for budget, price in enumerate(node.prices):
                if price > 0.0:
                    bound += price * self.over(node, budget)
        node.bound = bound

    def over(self, node: Node, budget: int) -> float:
        """Return by how much the fixed totals and, by the curves, the free ones exceed a limit."""
        over = node.spent[budget] - self.limits[budget]
        for j in node.free:
            curve, place = self._curve(node, budget, j)
            over += curve.figure(budget, node.total[j], place)
        return over

    def rate(self, node: Node, budget: int, j: int) -> float:
        """Return how fast a figure grows with a total that moves."""
        curve, place = self._curve(node, budget, j)
        return curve.rates[budget][min(place // 2, len(curve.slopes) - 1)]

    def _curve(self, node: Node, budget: int, j: int) -> tuple[Curve, int]:
        """Return the curve along which a figure is read: without prices, that of the figure alone."""
        if any(node.prices):
            return node.curves[j], node.place[j]
        curve = self.alone[budget][j]
        return curve, curve.locate(node.total[j])

    def rise(self, node: Node, j: int) -> tuple[float, float, float]:
        """Return the width of the parabola of a total, and the slopes with which it leaves a bend downwards and up."""
        down = up = 0.0
        if node.place[j] % 2 == 0:
            i, slopes = node.place[j] // 2, node.curves[j].slopes
            gradient = 2.0 * sum(s * x for s, x in zip(self.covariance[j], node.residual, strict=True))
            up = max(gradient + slopes[i], 0.0) if i < len(slopes) else 0.0
            down = max(-gradient - slopes[i - 1], 0.0) if i > 0 else 0.0
        return self.inverse[sum(1 << k for k in node.free)][j][j], down, up


def reach(width: float, slope: float, gap: float) -> float:
    """Return the largest z >= 0 with z^2 / width + slope z <= gap."""
    half = 0.5 * slope * width
    return gap * width / (half + math.sqrt(half * half + gap * width)) if gap > 0.0 else 0.0


def inverses(covariance: FloatArray) -> FloatArray:
    """Return the inverse of every principal submatrix, padded with zeros, by the bit mask of its rows."""
    n_indices = covariance.shape[0]
    chosen = (np.arange(1 << n_indices)[:, None] >> np.arange(n_indices)) & 1
    both = (chosen[:, :, None] * chosen[:, None, :]).astype(np.float64)
    # With ones on the diagonal of the rows left out, all inverses come from one call.
    padded = both * covariance + np.eye(n_indices) * (1 - chosen)[:, :, None]
    inverted: FloatArray = both * np.linalg.inv(padded)
    return inverted


def quadratic(covariance: list[list[float]], residual: list[float]) -> float:
    """Return x' S x."""
    value = 0.0
    for j in range(len(residual)):
        value += residual[j] * _product(covariance[j], residual)
    return value


def _product(row: list[float], residual: list[float]) -> float:
    value = 0.0
    for k in range(len(residual)):
        value += row[k] * residual[k]
    return value


def minimise(  # noqa: PLR0917 - a numerical core takes its arrays by position
    free: tuple[int, ...],
    residual: list[float],
    total: list[float],
    place: list[int],
    breaks: list[list[float]],
    slopes: list[list[float]],
    covariance: list[list[float]],
    inverse: list[list[list[float]]],
) -> bool:
    """Move the free totals, and the residual with them, to the minimum of x' S x and the curves.

    Returns
    -------
    bool
        Whether the minimum was reached.
    """
    for _ in range(MOST_STEPS):
        if _advance(free, residual, total, place, breaks, slopes, covariance, inverse):
            continue
        if not _release(free, residual, place, slopes, covariance):
            return True
    return False


def _advance(  # noqa: PLR0917 - as minimise
    free: tuple[int, ...],
    residual: list[float],
    total: list[float],
    place: list[int],
    breaks: list[list[float]],
    slopes: list[list[float]],
    covariance: list[list[float]],
    inverse: list[list[list[float]]],
) -> bool:
    """Go to the minimum over the totals that move, or to the first bend on the way; return whether there was one."""
    mask = 0
    push = [0.0] * len(residual)
    for j in free:
        if place[j] % 2 == 1:
            mask |= 1 << j
            push[j] = -_product(covariance[j], residual) - 0.5 * slopes[j][place[j] // 2]
    move = [0.0] * len(residual)
    share, blocked = 1.0, -1
    for j in free:
        if place[j] % 2 == 1:
            move[j] = _product(inverse[mask][j], push)
            i = place[j] // 2
            bend = breaks[j][i + 1] if move[j] > 0.0 else breaks[j][i]
            if abs(move[j]) * share > abs(bend - total[j]):
                share, blocked = abs(bend - total[j]) / abs(move[j]), j
    for j in free:
        total[j] += share * move[j]
        residual[j] += share * move[j]
    if blocked >= 0:
        i = place[blocked] // 2 + (1 if move[blocked] > 0.0 else 0)
        residual[blocked] += breaks[blocked][i] - total[blocked]
        total[blocked] = breaks[blocked][i]
        place[blocked] = 2 * i
    return blocked >= 0


def _release(
    free: tuple[int, ...],
    residual: list[float],
    place: list[int],
    slopes: list[list[float]],
    covariance: list[list[float]],
) -> bool:
    """Let the total move that gains most by leaving its bend; return whether there was one."""
    most, leaving, piece = 0.0, -1, 0
    for j in free:
        if place[j] % 2 == 0:
            i = place[j] // 2
            gradient = 2.0 * _product(covariance[j], residual)
            noise = NOISE * (abs(gradient) + covariance[j][j] * abs(residual[j]))
            if i < len(slopes[j]) and -gradient - slopes[j][i] - noise > most:
                most, leaving, piece = -gradient - slopes[j][i] - noise, j, i
            if i > 0 and gradient + slopes[j][i - 1] - noise > most:
                most, leaving, piece = gradient + slopes[j][i - 1] - noise, j, i - 1
    if leaving >= 0:
        place[leaving] = 2 * piece + 1
    return leaving >= 0
