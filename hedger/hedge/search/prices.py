r"""Prices of the limits that make the bound of a node high.

The bound :math:`D(\lambda)` of :mod:`hedger.hedge.search.relaxation` is concave in the prices, and whatever they are
it holds; so they need not be the best ones. They climb by steps of four kinds: Newton's for one price alone and for
all jointly, which know how :math:`D` bends while nothing but the totals moves; all prices in proportion, because the
order in which contracts are used depends on their ratio only, and :math:`D` has kinks where it changes; and where the
figures cannot move at all, a rise until they do. The climb ends when no step promises enough.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.hedge.search.axes import RELATIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import FloatArray
    from hedger.hedge.search.relaxation import Node, Relaxation

MOST_STEPS = 12
"""Steps at one node."""
MOST_TRIALS = 8
"""Points tried along one step."""
KEPT = 0.1
"""Share of the gain wanted from a step that makes it a success."""
FLAT = 1e-9
"""Share of the largest eigenvalue, or of a direction, below which it counts as zero."""


def tighten(
    relaxation: Relaxation, node: Node, limit: float, enough: float, budgets: Sequence[int] | None = None
) -> None:
    """Raise the bound of a node until it passes the limit or no step promises enough.

    Parameters
    ----------
    limit
        Squared risk beyond which the bound need not go.
    enough
        Least gain that is worth a step, squared USD.
    budgets
        Whose prices may change; all that have a limit if not given.
    """
    budgets = relaxation.budgets if budgets is None else budgets
    relaxation.settle(node)
    for _ in range(MOST_STEPS):
        if not -math.inf < node.bound <= limit:
            return
        steps = sorted((step for step in _steps(relaxation, node, limit, budgets) if step[0] > enough), reverse=True)
        has_risen = any(_climb(relaxation, node, step, enough) for _, step in steps)
        if not has_risen and not _stir(relaxation, node, enough, budgets):
            return


def _slope_along(relaxation: Relaxation, node: Node, step: Sequence[float]) -> float:
    return sum(change * relaxation.over(node, budget) for budget, change in enumerate(step) if change != 0.0)


def _climb(relaxation: Relaxation, node: Node, step: Sequence[float], enough: float) -> bool:
    """Change the prices along a step, or part of it, so that the bound rises; return whether it did noticeably."""
    start, bound = node.prices, node.bound
    rising = _slope_along(relaxation, node, step)
    share = 1.0 if rising > 0.0 else 0.0
    for _ in range(MOST_TRIALS):
        if share == 0.0:
            return False
        relaxation.reprice(node, [max(price + share * change, 0.0) for price, change in zip(start, step, strict=True)])
        if node.bound > bound:
            return node.bound > bound + KEPT * enough
        # The bound is concave along the step, so its slope has changed sign: take the secant, or less, for where the
        # order of the contracts changes the slope jumps.
        falling = _slope_along(relaxation, node, step)
        share *= min(max(rising / (rising - falling), 0.02), 0.5) if falling < 0.0 else 0.5
    relaxation.reprice(node, start)
    return False


def _stir(relaxation: Relaxation, node: Node, enough: float, budgets: Sequence[int]) -> bool:
    """Give every limit a small price, for limits that can be met one by one may still exclude each other."""
    if len(budgets) < 2 or any(node.prices):
        return False
    prices = [0.0, 0.0, 0.0]
    for budget in budgets:
        prices[budget] = enough / len(budgets) / max(relaxation.limits[budget], 1.0)
    before = node.prices
    relaxation.reprice(node, prices)
    if _slope_along(relaxation, node, prices) > 0.0:
        return True
    relaxation.reprice(node, before)
    return False


def _steps(relaxation: Relaxation, node: Node, limit: float, budgets: Sequence[int]) -> list[tuple[float, list[float]]]:
    """Return changes of the prices, each after the gain that it promises."""
    prices = node.prices
    over = [relaxation.over(node, budget) for budget in range(len(prices))]
    active = [budget for budget in budgets if over[budget] > 0.0 or prices[budget] > 0.0]
    bend = _bend(relaxation, node, active)
    steps = []
    for i, budget in enumerate(active):
        if bend[i][i] > 0.0:
            change = max(over[budget] / bend[i][i], -prices[budget])
        elif over[budget] > 0.0:
            # Nothing moves yet: raise the price until something does.
            far = min(limit - node.bound, 4.0 * abs(node.bound) + RELATIVE * limit)
            change = max(3.0 * prices[budget], 2.0 * far / over[budget])
        else:
            change = -prices[budget]
        gain = change * over[budget] - 0.5 * bend[i][i] * change * change
        steps.append((gain, [change if one == budget else 0.0 for one in range(len(prices))]))
    if len(active) > 1:
        weights, excess = [prices[budget] for budget in active], [over[budget] for budget in active]
        together = [_proportional_step(bend, excess, weights)]
        if all(bend[i][i] > 0.0 for i in range(len(active))):
            together.append(_joint_step(np.array(bend), np.array(excess), np.array(weights)))
        for gain, changes in together:
            by_budget = dict(zip(active, changes, strict=True))
            steps.append((gain, [by_budget.get(budget, 0.0) for budget in range(len(prices))]))
    return steps


def _bend(relaxation: Relaxation, node: Node, active: Sequence[int]) -> list[list[float]]:
    """Return how fast each figure falls with each price, through the totals that move."""
    moving = [j for j in node.free if node.place[j] % 2]
    inverse = relaxation.inverse[sum(1 << j for j in moving)]
    rates = [[relaxation.rate(node, budget, j) for j in moving] for budget in active]
    return [
        [
            0.5
            * sum(
                a * inverse[j][k] * b
                for a, j in zip(one, moving, strict=True)
                for b, k in zip(other, moving, strict=True)
            )
            for other in rates
        ]
        for one in rates
    ]


def _proportional_step(bend: list[list[float]], over: list[float], prices: list[float]) -> tuple[float, list[float]]:
    """Return Newton's step for all prices in proportion."""
    slope = sum(price * excess for price, excess in zip(prices, over, strict=True))
    bent = sum(one * bend[i][k] * other for i, one in enumerate(prices) for k, other in enumerate(prices))
    share = max(slope / bent, -1.0) if bent > 0.0 else math.copysign(1.0, slope)
    return share * slope - 0.5 * bent * share * share, [share * price for price in prices]


def _joint_step(bend: FloatArray, over: FloatArray, prices: FloatArray) -> tuple[float, list[float]]:
    """Return Newton's step for several prices that stay above zero."""
    scale = 1.0 / np.sqrt(np.diag(bend))
    values, vectors = np.linalg.eigh(bend * np.outer(scale, scale))
    part = vectors.T @ (over * scale)
    flat = values <= FLAT
    if np.abs(part[flat]).max(initial=0.0) > FLAT * np.abs(part).max():
        # Prices that rise against each other without moving a total: go on until one of them is gone.
        change = scale * (vectors[:, flat] @ part[flat])
        most = prices.max() / np.abs(change).max()
    else:
        change = scale * (vectors[:, ~flat] @ (part[~flat] / values[~flat]))
        most = 1.0
    falling = change < 0.0
    change *= min([most, *(prices[falling] / -change[falling]).tolist()])
    return float(change @ over - 0.5 * change @ bend @ change), change.tolist()
