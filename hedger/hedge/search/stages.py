"""The two stages of the problem: the least tracking risk, then the least cost within the tolerance of it.

Stage 2 is the search of stage 1 with points as one more limit. It first asks how few points fractions of contracts
could do with, then allows slightly more, and twice that, until there is a plan: trees with too small an allowance are
small, and the last one is the proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import SolverError
from hedger.hedge.search.axes import ABSOLUTE, POINTS, RELATIVE, to_axis, to_units
from hedger.hedge.search.mixes import ExhaustedError
from hedger.hedge.search.prices import tighten
from hedger.hedge.search.relaxation import quadratic
from hedger.hedge.search.tree import CONVERGED, Tree

if TYPE_CHECKING:
    from hedger.hedge.problem import HedgeProblem
    from hedger.hedge.search.axes import Axis
    from hedger.hedge.search.relaxation import Node

MOST_WORK = 1e8
"""Work after which a stage stops, see :class:`hedger.hedge.search.tree.Tree`; some seconds."""
MOST_POINTS = 1 << 62
"""Points of a plan must stay below this, to be whole numbers of 64 bits."""
MOST_PRICES = 12
"""Prices of a point that are tried for the least points of fractions."""
CLOSE = 1e-4
"""Share of the squared limit to which the risk at the last of these prices meets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a stage has found.

    Parameters
    ----------
    squared
        Least squared tracking risk of `plans`.
    plans
        Signed quantities in the order of the problem's contracts: one plan of least risk, or all of least points
        whose risks differ by a hair at most.
    bound
        Squared tracking risk below which no feasible plan lies.
    n_nodes
        Nodes visited.
    is_complete
        Whether the search came to its end; if not, a better plan may exist.
    """

    squared: float
    plans: tuple[tuple[int, ...], ...]
    bound: float
    n_nodes: int
    is_complete: bool


def hedged_risk(problem: HedgeProblem) -> float:
    """Return the tracking risk of doing nothing, ``h sqrt(e' S e)``, USD a year."""
    return problem.hedge_fraction * math.sqrt(max(float(problem.exposure @ problem.covariance @ problem.exposure), 0.0))


def risk_limit(problem: HedgeProblem, least: float) -> float:
    """Return the tracking risk up to which a plan counts as within the tolerance, USD a year."""
    hedged = hedged_risk(problem)
    return (least + problem.tolerance * hedged) * (1.0 + RELATIVE) + ABSOLUTE * hedged


def find_least_risk(problem: HedgeProblem, *, most_work: float = MOST_WORK) -> Found:
    """Run stage 1, for as long as `most_work` lets it."""
    tree = Tree(problem, _axes(problem, has_points=False), hair=ABSOLUTE * hedged_risk(problem), most_work=most_work)
    roots = [tree.root(support) for support in tree.supports]
    is_complete = True
    try:
        for node in roots:
            tree.tighten(node, CONVERGED * tree.limit)
        roots.sort(key=lambda node: node.bound)
        for node in roots:
            if node.bound <= tree.limit:
                tree.dive(node)
        for node in roots:
            if node.bound <= tree.limit:
                # Dives have lowered the limit, so the prices of the root can be better ones.
                tree.tighten(node, CONVERGED * tree.limit)
            tree.visit(node)
    except ExhaustedError:
        is_complete = False
    bound = tree.squared if is_complete else max(min([tree.squared, *(node.bound for node in roots)]), 0.0)
    return Found(
        squared=tree.squared, plans=tuple(tree.plans), bound=bound, n_nodes=tree.n_nodes, is_complete=is_complete
    )


def find_cheapest(problem: HedgeProblem, least: Found, *, most_work: float = MOST_WORK) -> Found:
    """Run stage 2 on what stage 1 has found, for as long as `most_work` lets it."""
    limit = risk_limit(problem, math.sqrt(least.squared)) ** 2
    tree = Tree(
        problem,
        _axes(problem, has_points=True),
        hair=ABSOLUTE * hedged_risk(problem),
        most_work=most_work,
        most_squared=limit,
    )
    is_complete = True
    try:
        _deepen(tree, least)
    except ExhaustedError:
        is_complete = False
        if not tree.plans:
            tree.restart(tree.points_of(least.plans[0]), least.squared, least.plans[0])
    return Found(
        squared=tree.squared,
        plans=tuple(tree.plans),
        bound=least.bound,
        n_nodes=tree.n_nodes,
        is_complete=is_complete,
    )


def _deepen(tree: Tree, least: Found) -> None:
    """Allow more and more points until there is a plan."""
    limit = tree.limit
    known = tree.points_of(least.plans[0])
    roots = [tree.root(support) for support in tree.supports]
    floors = [_least_points(tree, node) for node in roots]
    roots = [node for node, floor in zip(roots, floors, strict=True) if floor <= known]
    pricings = {node.free: node.copy() for node in roots}
    step = min((price for axis in tree.axes for price in axis.points if price > 0), default=1)
    points = min(math.floor(min([*floors, known])) + step, known)
    while True:
        if points < known:
            tree.restart(points)
        else:
            tree.restart(known, least.squared, least.plans[0])
        for node in roots:
            tree.tighten(node, CONVERGED * limit)
        for node in sorted(roots, key=lambda node: node.bound):
            tree.relaxation.settle(pricings[node.free])
            tree.visit(node, pricings[node.free])
        if tree.plans:
            return
        needed = min(_needed_points(node, points, limit) for node in roots)
        if needed > points:
            points = min(math.floor(min(needed, known)) + step, known)
        else:
            points = min(points + step, known)
            step *= 2


def _axes(problem: HedgeProblem, *, has_points: bool) -> list[Axis]:
    """Describe the indices of a problem for a stage that looks at the points of trades, or does not."""
    # The empty plan is feasible, so no plan with more risk than it and the tolerance can be the answer.
    worst = risk_limit(problem, hedged_risk(problem))
    target = problem.hedge_fraction * problem.exposure
    span = worst * np.sqrt(np.diag(np.linalg.inv(problem.covariance)))
    low, high = np.minimum(-target - span, 0.0), np.maximum(-target + span, 0.0)
    smallest = min((contract.notional for contract in problem.contracts), default=1.0)
    most_contracts = int(np.maximum(-low, high).sum() / smallest) + 1
    units = to_units([contract.cost for contract in problem.contracts])
    scale = 1 << most_contracts.bit_length() if has_points else 0
    held = sum(abs(contract.current) for contract in problem.contracts)
    if scale * (max(units, default=0) + 1) * (most_contracts + held) >= MOST_POINTS:
        raise SolverError(
            f"The hedge may take {most_contracts:,} contracts, more than can be searched. Allow larger contract sizes, "
            "or split the portfolio."
        )
    points = [scale * each for each in units]
    return [
        to_axis(problem, j, points=points, low=float(low[j]), high=float(high[j])) for j in range(len(problem.indices))
    ]


def _least_points(tree: Tree, node: Node) -> float:
    """Return points below which fractions of contracts cannot meet the limit, and leave a root priced for them.

    For any price of a point in squared dollars, the least sum of squared risk and priced points bounds the points from
    below; the best price is the one at which the risk meets the limit.
    """
    relaxation, limit = tree.relaxation, tree.limit
    others = [budget for budget in relaxation.budgets if budget != POINTS]
    tighten(relaxation, node, limit, CLOSE * limit, others)
    least = node.bound
    if least > limit:
        return math.inf
    floor = node.spent[POINTS] + sum(min(relaxation.alone[POINTS][j].values) for j in node.free)
    allowed = relaxation.limits[POINTS]
    spread = relaxation.over(node, POINTS) + allowed - floor
    if spread <= 0.0 or least == limit:
        return floor
    price, low, high = (limit - least) / spread, 0.0, math.inf
    for _ in range(MOST_PRICES):
        tree.n_nodes += 1
        relaxation.reprice(node, [price, *node.prices[1:]])
        tighten(relaxation, node, math.inf, CLOSE * limit, others)
        floor = max(floor, allowed + (node.bound - limit) / price)
        squared = quadratic(relaxation.covariance, node.residual)
        if abs(squared - limit) <= CLOSE * limit:
            break
        if squared < limit:
            low = price
        else:
            high = price
        price *= min(max(math.sqrt((limit - least) / max(squared - least, CLOSE * limit)), 0.01), 100.0)
        if not low < price < high:
            price = 2.0 * low if high == math.inf else math.sqrt(low * high) if low > 0.0 else 0.1 * high
    return floor


def _needed_points(node: Node, points: int, limit: float) -> float:
    """Return points below which the bound of a root stays beyond the limit."""
    if node.bound <= limit:
        return points
    price = node.prices[POINTS]
    return points + (node.bound - limit) / price if price > 0.0 else math.inf
