r"""The hedge with fractions of contracts: a lower bound on the tracking risk of every whole plan.

With some totals fixed and the others free between their limits, the relaxation is

.. math::

    \min_y \; x^\top S x \quad\text{subject to}\quad \sum_j c_{bj}(y_j) \le B_b, \qquad x = t + y,

where :math:`c_{bj}` are the convex, piecewise linear curves of :mod:`hedger.hedge.mixes` and :math:`B_b` what is left
of points, margin and count. For multipliers :math:`\lambda \ge 0` the dual function

.. math::

    D(\lambda) = \min_y \; x^\top S x + \sum_b \lambda_b \Bigl(\sum_j c_{bj}(y_j) - B_b\Bigr)

lies below the squared tracking risk of every plan that keeps within the budgets; whatever :math:`\lambda` is, the
bound holds. The inner minimum is found exactly by an active-set method: every total either rests at a bend of its
curve or moves inside one piece, where the problem is linear algebra. The multipliers climb by Newton steps; the climb stops early, since a bound needs no last digit.

Because the curves are convex and :math:`S` is positive definite,

.. math::

    L(y) \ge D + \sum_j \gamma_j |y_j - y^*_j| + (y - y^*)^\top S (y - y^*)

with :math:`\gamma_j \ge 0` the slope with which a resting total leaves its bend. So the total :math:`y_j` of any plan
with squared risk below :math:`r^2` satisfies :math:`z^2 / (S_{RR}^{-1})_{jj} + \gamma_j z \le r^2 - D`,
:math:`z = |y_j - y_j^*|`, R the free indices: the window in which the search has to look.

The functions take nested lists of floats, or arrays of the same shape: they index, and do nothing else with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.hedge.axes import RELATIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.mixes import Axis
    from hedger.hedge.problem import FloatArray

MOST_STEPS = 200
"""Steps of the active-set method after which a node counts as not bounded; a dozen is usual."""
MOST_CLIMBS = 12
"""Newton steps on the multipliers at one node."""
FLAT = 1e-9
"""Share of the largest eigenvalue, or part of a direction, below which it counts as zero."""
WORTHWHILE = 0.02
"""Share of the distance to the limit that a further Newton step must promise."""


@dataclass(slots=True)
class Node:
    r"""Totals fixed and free, and the state from which the active-set method starts.

    Parameters
    ----------
    free
        Indices whose total is not fixed yet.
    residual
        :math:`x`, USD.
    total
        :math:`y`, USD.
    place
        Per index ``2 i`` at bend ``i``, ``2 i + 1`` between bends ``i`` and ``i + 1``.
    multipliers
        :math:`\lambda` of points, margin and count.
    spent
        Points, margin and count of the indices that are fixed.
    bound
        :math:`D`, squared USD.
    """

    free: tuple[int, ...]
    residual: list[float]
    total: list[float]
    place: list[int]
    multipliers: list[float]
    spent: list[float]
    bound: float = -math.inf


class Relaxation:
    """The bounds of one problem; see the module.

    Parameters
    ----------
    covariance
        Annual covariance, positive definite, shape (n_indices, n_indices).
    axes
        Curves of each index.
    limits
        Most points, margin and count, infinite where there is no limit. The search lowers the points as it goes.
    """

    def __init__(self, covariance: FloatArray, axes: Sequence[Axis], limits: list[float]) -> None:
        self.covariance = covariance.tolist()
        eigenvalues = np.linalg.eigvalsh(covariance)
        self.rounding = max(RELATIVE, 16.0 * float(np.finfo(np.float64).eps * eigenvalues[-1] / eigenvalues[0]))
        self.inverse = [table.tolist() for table in inverses(covariance)]
        self.breaks = [axis.breaks.tolist() for axis in axes]
        self.values = [axis.values.tolist() for axis in axes]
        self.slopes = [
            (np.diff(axis.values, axis=1) / np.diff(axis.breaks)).tolist() if axis.breaks.size > 1 else [[], [], []]
            for axis in axes
        ]
        self.limits = limits
        self.budgets = tuple(budget for budget, limit in enumerate(limits) if limit < math.inf)

    def tighten(
        self, node: Node, limit: float, enough: float | None = None, budgets: Sequence[int] | None = None
    ) -> None:
        """Minimise at a node and raise its multipliers until the bound passes the limit or would gain too little.

        Parameters
        ----------
        limit
            Squared risk beyond which the bound need not go.
        enough
            Least gain that is worth a step, squared USD; a share of the distance to the limit if not given.
        budgets
            Whose multipliers may change; all that have a limit if not given.
        """
        self.settle(node)
        for _ in range(MOST_CLIMBS):
            if not -math.inf < node.bound <= limit:
                return
            least_gain = WORTHWHILE * (limit - node.bound) if enough is None else enough
            step = self._step(node, limit, least_gain, self.budgets if budgets is None else budgets)
            if step is None:
                return
            self._climb(node, step)

    def _climb(self, node: Node, step: list[float]) -> None:
        """Change the multipliers; where the curves bend on the way, step back until the bound has not fallen."""
        start, bound = node.multipliers, node.bound
        rising = self._slope_along(node, step)
        share = 1.0
        for _ in range(MOST_CLIMBS):
            node.multipliers = [max(m + share * change, 0.0) for m, change in zip(start, step, strict=True)]
            self.settle(node)
            if node.bound >= bound:
                return
            # The bound is concave along the step, so its slopes at both ends have opposite signs: take the secant.
            falling = self._slope_along(node, step)
            share *= min(max(rising / (rising - falling), 0.05), 0.95)
        node.multipliers = start
        self.settle(node)

    def _slope_along(self, node: Node, step: list[float]) -> float:
        return sum(change * self.over(node, budget) for budget, change in enumerate(step) if change != 0.0)

    def weighted_slopes(self, node: Node) -> list[list[float]]:
        """Return per index the slope of the weighted curves on each piece."""
        weights = [(budget, weight) for budget, weight in enumerate(node.multipliers) if weight > 0.0]
        weighted = []
        for j, slopes in enumerate(self.slopes):
            combined = [0.0] * len(slopes[0])
            if j in node.free:
                for budget, weight in weights:
                    row = slopes[budget]
                    for piece in range(len(combined)):
                        combined[piece] += weight * row[piece]
            weighted.append(combined)
        return weighted

    def value(self, budget: int, j: int, total: float, place: int) -> float:
        """Return a curve at a total."""
        i = place // 2
        value: float = self.values[j][budget][i]
        if place % 2:
            value += self.slopes[j][budget][i] * (total - self.breaks[j][i])
        return value

    def over(self, node: Node, budget: int) -> float:
        """Return by how much the fixed totals and, by the curves, the free ones exceed a limit."""
        free = math.fsum(self.value(budget, j, node.total[j], node.place[j]) for j in node.free)
        return node.spent[budget] + free - self.limits[budget]

    def settle(self, node: Node) -> None:
        """Minimise at a node with its multipliers as they are, and set its bound."""
        slope = self.weighted_slopes(node)
        converged = minimise(
            node.free, node.residual, node.total, node.place, self.breaks, slope, self.covariance, self.inverse
        )
        bound = quadratic(self.covariance, node.residual) if converged else -math.inf
        for budget, weight in enumerate(node.multipliers):
            if weight > 0.0:
                bound += weight * self.over(node, budget)
        node.bound = bound

    def _step(self, node: Node, limit: float, least_gain: float, budgets: Sequence[int]) -> list[float] | None:
        """Return the change of the multipliers that promises most, or nothing when none is worth it."""
        over = [self.over(node, budget) for budget in range(len(self.limits))]
        active = [budget for budget in budgets if over[budget] > 0.0 or node.multipliers[budget] > 0.0]
        if not active:
            return None
        moving = [j for j in node.free if node.place[j] % 2]
        inverse = self.inverse[sum(1 << j for j in moving)]
        slopes = [[self.slopes[j][budget][node.place[j] // 2] for j in moving] for budget in active]
        bend = [
            [
                0.5
                * sum(
                    a * inverse[j][k] * b
                    for a, j in zip(one, moving, strict=True)
                    for b, k in zip(other, moving, strict=True)
                )
                for other in slopes
            ]
            for one in slopes
        ]
        chosen, most = None, least_gain
        for i, budget in enumerate(active):
            weight = node.multipliers[budget]
            if bend[i][i] > 0.0:
                change = max(over[budget] / bend[i][i], -weight)
            elif over[budget] > 0.0:
                # Nothing moves yet: raise the price until something does.
                change = max(3.0 * weight, 2.0 * min(limit - node.bound, 4.0 * node.bound + least_gain) / over[budget])
            else:
                change = -weight
            gain = change * over[budget] - 0.5 * bend[i][i] * change * change
            if gain > most:
                chosen, most = [change if b == budget else 0.0 for b in range(len(over))], gain
        if len(active) > 1 and all(bend[i][i] > 0.0 for i in range(len(active))):
            joint = _joint_step(
                np.array(bend), np.array([over[b] for b in active]), np.array([node.multipliers[b] for b in active])
            )
            if joint is not None and joint[1] > most:
                chosen = [0.0] * len(over)
                for budget, change in zip(active, joint[0], strict=True):
                    chosen[budget] = change
        return chosen

    def rise(self, node: Node, j: int, slope: list[list[float]]) -> tuple[float, float, float]:
        """Return the width of the parabola of a total, and the slopes with which it leaves a bend downwards and up."""
        down = up = 0.0
        if node.place[j] % 2 == 0:
            i = node.place[j] // 2
            gradient = 2.0 * sum(s * x for s, x in zip(self.covariance[j], node.residual, strict=True))
            up = max(gradient + slope[j][i], 0.0) if i < len(slope[j]) else 0.0
            down = max(-gradient - slope[j][i - 1], 0.0) if i > 0 else 0.0
        mask = sum(1 << k for k in node.free)
        width = self.inverse[mask][j][j]
        return width, down, up


def _joint_step(bend: FloatArray, over: FloatArray, weights: FloatArray) -> tuple[list[float], float] | None:
    """Return a Newton step for several multipliers that stay above zero, and the gain it promises."""
    scale = 1.0 / np.sqrt(np.diag(bend))
    values, vectors = np.linalg.eigh(bend * np.outer(scale, scale))
    part = vectors.T @ (over * scale)
    flat = values <= FLAT
    if np.abs(part[flat]).max(initial=0.0) > FLAT * np.abs(part).max():
        # Prices that may rise against each other without moving anything: go on until one of them is gone.
        change = scale * (vectors[:, flat] @ part[flat])
        room = weights.max() / np.abs(change).max()
    else:
        change = scale * (vectors[:, ~flat] @ (part[~flat] / values[~flat]))
        room = 1.0
    falling = change < 0.0
    share = min([room, *(weights[falling] / -change[falling]).tolist()])
    if share <= 0.0:
        return None
    change = change * share
    return change.tolist(), float(change @ over - 0.5 * change @ bend @ change)


def reach(width: float, slope: float, gap: float) -> float:
    """Return the largest z >= 0 with z^2 / width + slope z <= gap."""
    half = 0.5 * slope * width
    return gap * width / (half + math.sqrt(half * half + gap * width)) if gap > 0.0 else 0.0


def inverses(covariance: FloatArray) -> list[FloatArray]:
    """Return the inverse of every principal submatrix, padded with zeros, by the bit mask of its rows."""
    n = covariance.shape[0]
    table = [np.zeros((n, n)) for _ in range(1 << n)]
    for mask in range(1, 1 << n):
        rows = [j for j in range(n) if mask >> j & 1]
        block = np.ix_(rows, rows)
        table[mask][block] = np.linalg.inv(covariance[block])
    return table


def quadratic(covariance: list[list[float]], residual: list[float]) -> float:
    """Return x' S x."""
    value = 0.0
    for j, x in enumerate(residual):
        row = covariance[j]
        inner = 0.0
        for k, other in enumerate(residual):
            inner += row[k] * other
        value += x * inner
    return value


def minimise(
    free: tuple[int, ...],
    residual: list[float],
    total: list[float],
    place: list[int],
    breaks: list[list[float]],
    slope: list[list[float]],
    covariance: list[list[float]],
    inverse: list[list[list[float]]],
) -> bool:
    """Move the free totals, and the residual with them, to the minimum of x' S x plus the weighted curves.

    Returns
    -------
    bool
        Whether the minimum was reached.
    """
    n = len(residual)
    for _ in range(MOST_STEPS):
        mask = 0
        for j in free:
            if place[j] % 2 == 1:
                mask |= 1 << j
        gradient = [0.0] * n
        for j in free:
            row = covariance[j]
            value = 0.0
            for k in range(n):
                value += row[k] * residual[k]
            gradient[j] = 2.0 * value
        if mask:
            table = inverse[mask]
            share, blocked = 1.0, -1
            move = [0.0] * n
            for j in free:
                if place[j] % 2 == 1:
                    row = table[j]
                    value = 0.0
                    for k in free:
                        if place[k] % 2 == 1:
                            value -= row[k] * 0.5 * (gradient[k] + slope[k][place[k] // 2])
                    move[j] = value
                    i = place[j] // 2
                    if total[j] + value > breaks[j][i + 1]:
                        part = (breaks[j][i + 1] - total[j]) / value
                        if part < share:
                            share, blocked = part, j
                    elif total[j] + value < breaks[j][i]:
                        part = (breaks[j][i] - total[j]) / value
                        if part < share:
                            share, blocked = part, j
            for j in free:
                if move[j] != 0.0:
                    total[j] += share * move[j]
                    residual[j] += share * move[j]
            if blocked >= 0:
                i = place[blocked] // 2 + (1 if move[blocked] > 0.0 else 0)
                residual[blocked] += breaks[blocked][i] - total[blocked]
                total[blocked] = breaks[blocked][i]
                place[blocked] = 2 * i
                continue
            for j in free:
                row = covariance[j]
                value = 0.0
                for k in range(n):
                    value += row[k] * residual[k]
                gradient[j] = 2.0 * value
        worst, leaving = 0.0, -1
        for j in free:
            if place[j] % 2 == 0:
                i = place[j] // 2
                noise = 1e-13 * (abs(gradient[j]) + covariance[j][j] * abs(residual[j]))
                if i < len(breaks[j]) - 1:
                    pull = -(gradient[j] + slope[j][i]) - noise
                    if pull > worst:
                        worst, leaving = pull, 2 * i + 1 + (j << 16)
                if i > 0:
                    pull = gradient[j] + slope[j][i - 1] - noise
                    if pull > worst:
                        worst, leaving = pull, 2 * i - 1 + (j << 16)
        if leaving < 0:
            return True
        place[leaving >> 16] = leaving & 0xFFFF
    return False
