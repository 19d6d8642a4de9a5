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

from hedger.hedge.axes import COUNT, MARGIN, POINTS, RELATIVE
from hedger.hedge.curves import Curve, to_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.mixes import Axis
    from hedger.hedge.problem import FloatArray

MOST_STEPS = 200
"""Steps of the active-set method after which a node counts as not bounded; a dozen is usual."""
MOST_CLIMBS = 12
"""Steps of the multipliers at one node."""
MOST_TRIALS = 8
"""Points along one step."""
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
    curves
        Priced with the multipliers; those of the free indices count.
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
    curves: list[Curve]
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
        self.axes = axes
        self.alone = [
            [to_curve(axis, [float(budget == one) for one in (POINTS, MARGIN, COUNT)]) for axis in axes]
            for budget in (POINTS, MARGIN, COUNT)
        ]
        self.idle = [
            Curve(breaks=[each.breaks[0], each.breaks[-1]], values=[0.0, 0.0], slopes=[0.0], figures=[], rates=[])
            if len(each.breaks) > 1
            else each
            for each in self.alone[0]
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
            steps = self._steps(node, limit, self.budgets if budgets is None else budgets)
            steps = sorted((step for step in steps if step[0] > least_gain), reverse=True)
            if not (any(self._climb(node, step, least_gain) for _, step in steps) or self._stir(node, least_gain)):
                return

    def _stir(self, node: Node, least_gain: float) -> bool:
        """Give all budgets a small price, for limits that can be met one by one may still exclude each other."""
        if len(self.budgets) < 2 or any(weight > 0.0 for weight in node.multipliers):
            return False
        before = node.multipliers
        share = least_gain / len(self.budgets)
        node.multipliers = [share / max(limit_, 1.0) if limit_ < math.inf else 0.0 for limit_ in self.limits]
        self.price(node)
        self.settle(node)
        if self._slope_along(node, node.multipliers) > 0.0:
            return True
        node.multipliers = before
        self.price(node)
        self.settle(node)
        return False

    def _climb(self, node: Node, step: list[float], least_gain: float) -> bool:
        """Change the multipliers along a step, less far where the curves bend on the way, if the bound rises at all."""
        start, bound = node.multipliers, node.bound
        rising = self._slope_along(node, step)
        share = 1.0
        for _ in range(MOST_TRIALS):
            node.multipliers = [max(m + share * change, 0.0) for m, change in zip(start, step, strict=True)]
            self.price(node)
            self.settle(node)
            if node.bound > bound:
                return node.bound > bound + 0.1 * least_gain
            # The bound is concave along the step, so its slopes at both ends have opposite signs: take the secant, or
            # less, for where the order of the contracts changes the slope jumps.
            falling = self._slope_along(node, step)
            share *= min(max(rising / (rising - falling), 0.02), 0.5)
        node.multipliers = start
        self.price(node)
        self.settle(node)
        return False

    def _slope_along(self, node: Node, step: list[float]) -> float:
        return sum(change * self.over(node, budget) for budget, change in enumerate(step) if change != 0.0)

    def price(self, node: Node) -> None:
        """Give a node the curves of its multipliers."""
        weights = node.multipliers
        priced = [budget for budget, weight in enumerate(weights) if weight > 0.0]
        for j in node.free:
            if not priced:
                curve = self.idle[j]
            elif len(priced) == 1:
                # The order of the contracts does not depend on a single price.
                alone, weight = self.alone[priced[0]][j], weights[priced[0]]
                curve = Curve(
                    breaks=alone.breaks,
                    values=[weight * value for value in alone.values],
                    slopes=[weight * slope for slope in alone.slopes],
                    figures=alone.figures,
                    rates=alone.rates,
                )
            else:
                curve = to_curve(self.axes[j], weights)
            node.curves[j] = curve
            node.place[j] = curve.locate(node.total[j])

    def over(self, node: Node, budget: int) -> float:
        """Return by how much the fixed totals and, by the curves, the free ones exceed a limit."""
        over = node.spent[budget] - self.limits[budget]
        is_priced = any(weight > 0.0 for weight in node.multipliers)
        for j in node.free:
            if is_priced:
                over += node.curves[j].figure(budget, node.total[j], node.place[j])
            else:
                alone = self.alone[budget][j]
                over += alone.figure(budget, node.total[j], alone.locate(node.total[j]))
        return over

    def settle(self, node: Node) -> None:
        """Minimise at a node with its multipliers as they are, and set its bound."""
        bound = -math.inf
        if minimise(node.free, node.residual, node.total, node.place, node.curves, self.covariance, self.inverse):
            bound = quadratic(self.covariance, node.residual)
            for budget, weight in enumerate(node.multipliers):
                if weight > 0.0:
                    bound += weight * self.over(node, budget)
        node.bound = bound

    def _steps(self, node: Node, limit: float, budgets: Sequence[int]) -> list[tuple[float, list[float]]]:
        """Return changes of the multipliers with the gain each promises: one by one, in proportion, and jointly."""
        weights = node.multipliers
        over = [self.over(node, budget) for budget in range(len(weights))]
        active = [budget for budget in budgets if over[budget] > 0.0 or weights[budget] > 0.0]
        moving = [j for j in node.free if node.place[j] % 2]
        inverse = self.inverse[sum(1 << j for j in moving)]
        rates = {budget: [self._rate(node, budget, j) for j in moving] for budget in active}
        bend = {
            (one, other): 0.5
            * sum(
                a * inverse[j][k] * b
                for a, j in zip(rates[one], moving, strict=True)
                for b, k in zip(rates[other], moving, strict=True)
            )
            for one in active
            for other in active
        }
        steps = []
        for budget in active:
            if bend[budget, budget] > 0.0:
                change = max(over[budget] / bend[budget, budget], -weights[budget])
            elif over[budget] > 0.0:
                # Nothing moves yet: raise the price until something does.
                far = min(limit - node.bound, 4.0 * abs(node.bound) + RELATIVE * limit)
                change = max(3.0 * weights[budget], 2.0 * far / over[budget])
            else:
                change = -weights[budget]
            gain = change * over[budget] - 0.5 * bend[budget, budget] * change * change
            steps.append((gain, [change if one == budget else 0.0 for one in range(len(weights))]))
        if len(active) > 1:
            # In proportion the order of the contracts stays, so nothing jumps.
            slope = sum(weights[budget] * over[budget] for budget in active)
            bent = sum(weights[one] * weights[other] * bend[one, other] for one in active for other in active)
            share = max(slope / bent, -1.0) if bent > 0.0 else math.copysign(1.0, slope)
            proportional = [share * weight if budget in active else 0.0 for budget, weight in enumerate(weights)]
            steps.append((share * slope - 0.5 * bent * share * share, proportional))
            if all(bend[budget, budget] > 0.0 for budget in active):
                joint = _joint_step(
                    np.array([[bend[one, other] for other in active] for one in active]),
                    np.array([over[budget] for budget in active]),
                    np.array([weights[budget] for budget in active]),
                )
                if joint is not None:
                    changes = dict(zip(active, joint[1], strict=True))
                    steps.append((joint[0], [changes.get(budget, 0.0) for budget in range(len(weights))]))
        return steps

    def _rate(self, node: Node, budget: int, j: int) -> float:
        """Return how fast a figure grows with a moving total."""
        curve, place = node.curves[j], node.place[j]
        if not curve.rates:
            curve = self.alone[budget][j]
            place = curve.locate(node.total[j])
        return curve.rates[budget][min(place // 2, len(curve.slopes) - 1)]

    def rise(self, node: Node, j: int) -> tuple[float, float, float]:
        """Return the width of the parabola of a total, and the slopes with which it leaves a bend downwards and up."""
        down = up = 0.0
        if node.place[j] % 2 == 0:
            i, slopes = node.place[j] // 2, node.curves[j].slopes
            gradient = 2.0 * sum(s * x for s, x in zip(self.covariance[j], node.residual, strict=True))
            up = max(gradient + slopes[i], 0.0) if i < len(slopes) else 0.0
            down = max(-gradient - slopes[i - 1], 0.0) if i > 0 else 0.0
        mask = sum(1 << k for k in node.free)
        width = self.inverse[mask][j][j]
        return width, down, up


def _joint_step(bend: FloatArray, over: FloatArray, weights: FloatArray) -> tuple[float, list[float]] | None:
    """Return a Newton step for several multipliers that stay above zero, after the gain it promises."""
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
    return float(change @ over - 0.5 * change @ bend @ change), change.tolist()


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
    curves: list[Curve],
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
                            value -= row[k] * 0.5 * (gradient[k] + curves[k].slopes[place[k] // 2])
                    move[j] = value
                    i = place[j] // 2
                    if total[j] + value > curves[j].breaks[i + 1]:
                        part = (curves[j].breaks[i + 1] - total[j]) / value
                        if part < share:
                            share, blocked = part, j
                    elif total[j] + value < curves[j].breaks[i]:
                        part = (curves[j].breaks[i] - total[j]) / value
                        if part < share:
                            share, blocked = part, j
            for j in free:
                if move[j] != 0.0:
                    total[j] += share * move[j]
                    residual[j] += share * move[j]
            if blocked >= 0:
                i = place[blocked] // 2 + (1 if move[blocked] > 0.0 else 0)
                residual[blocked] += curves[blocked].breaks[i] - total[blocked]
                total[blocked] = curves[blocked].breaks[i]
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
                if i < len(curves[j].breaks) - 1:
                    pull = -(gradient[j] + curves[j].slopes[i]) - noise
                    if pull > worst:
                        worst, leaving = pull, 2 * i + 1 + (j << 16)
                if i > 0:
                    pull = gradient[j] + curves[j].slopes[i - 1] - noise
                    if pull > worst:
                        worst, leaving = pull, 2 * i - 1 + (j << 16)
        if leaving < 0:
            return True
        place[leaving >> 16] = leaving & 0xFFFF
    return False
