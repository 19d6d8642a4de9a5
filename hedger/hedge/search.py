r"""Depth-first branch and bound over one total of dollars per index: the proof that no whole plan is better.

**Stage 1** looks for the least tracking risk. **Stage 2** looks for the least points (cost, then contracts) among
plans within the tolerance; it is the same search with points as one more budget: a part of the tree is left out when
even fractions of contracts with no more points than allowed cannot bring the risk down to the limit.

**Branching.** At every node the relaxation gives a bound :math:`D`, its minimiser and multipliers, and from these a
window for each total that is still free. The search takes the index with the fewest mixes inside its window and tries
them in the order of the bound that the mix adds,
:math:`z^2 / (S_{RR}^{-1})_{jj} + \gamma_j z + \sum_b \lambda_b \cdot excess_b`. It stops at the first beyond the
limit, because all others are beyond it as well. The last two indices are tried together: the same inequality in two
totals leaves for every mix of one index a window of the other. Nothing else is left out, so what remains at the end
is the optimum.

**Legs.** Each choice of as many indices as may be used is a tree of its own; a choice whose root lies beyond the
limit is done with.

**Deepening.** Stage 2 first asks how few points fractions of contracts could do with, then allows slightly more, and
twice that, until there is a plan. Trees with too small an allowance are small, and the last one is the proof.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.hedge.axes import COUNT, MARGIN, POINTS, RELATIVE, to_axis
from hedger.hedge.mixes import find_mixes, nearest_mix
from hedger.hedge.relaxation import Node, Relaxation, quadratic, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.mixes import IntArray, Mixes
    from hedger.hedge.problem import FloatArray, HedgeProblem

ABSOLUTE = 1e-12
"""Absolute slack on tracking risk, as a share of the risk being hedged."""
IMPROVEMENT = 1e-10
"""Share of the squared tracking risk by which stage 1 wants a plan to be better."""
TIE = 4e-9
"""Relative difference of squared risks up to which plans of the same points are all kept."""
CONVERGED = 1e-6
"""Share of the squared limit that a Newton step at a root must promise."""
SLACK = 1e-12
"""Share of the squared limit by which the rounding of floats may move a bound."""
MOST_PAIRS = 1 << 17
"""Pairs of mixes that are looked at in one go."""


def hedged_risk(problem: HedgeProblem) -> float:
    """Return the tracking risk of doing nothing, ``h sqrt(e' S e)``, USD a year."""
    return problem.hedge_fraction * math.sqrt(max(float(problem.exposure @ problem.covariance @ problem.exposure), 0.0))


def risk_limit(problem: HedgeProblem, least: float) -> float:
    """Return the tracking risk up to which a plan counts as within the tolerance, USD a year."""
    hedged = hedged_risk(problem)
    return (least + problem.tolerance * hedged) * (1.0 + RELATIVE) + ABSOLUTE * hedged


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
    n_nodes
        Nodes visited.
    """

    squared: float
    plans: tuple[tuple[int, ...], ...]
    n_nodes: int


def find_least_risk(problem: HedgeProblem) -> Found:
    """Run stage 1."""
    tree = Tree(problem, has_points=False)
    tree.squared = quadratic(tree.relaxation.covariance, tree.target)
    tree.plans = [(0,) * len(problem.contracts)]
    roots = [tree.root(support) for support in tree.supports]
    for node in roots:
        tree.tighten(node, enough=CONVERGED * tree.squared)
    roots.sort(key=lambda node: node.bound)
    for node in roots:
        if node.bound <= tree.limit():
            tree.dive(node)
    tree.visit(roots)
    return Found(squared=tree.squared, plans=tuple(tree.plans), n_nodes=tree.n_nodes)


def find_cheapest(problem: HedgeProblem, least: Found) -> Found:
    """Run stage 2 on what stage 1 has found."""
    tree = Tree(problem, has_points=True)
    tree.most_squared = risk_limit(problem, math.sqrt(max(least.squared, 0.0))) ** 2
    known = tree.points_of(least.plans[0])
    prices = [price for axis in tree.axes for price in axis.points if price > 0]
    step = min(prices, default=1)
    roots = [tree.root(support) for support in tree.supports]
    floors = [tree.least_points(node) for node in roots]
    roots = [node for node, floor in zip(roots, floors, strict=True) if floor <= known]
    points = min(math.floor(min([*floors, known])) + step, known)
    while True:
        tree.allow(points)
        tree.squared, tree.plans = math.inf, []
        if points == known:
            tree.squared, tree.plans = least.squared, [least.plans[0]]
        for node in roots:
            tree.tighten(node, enough=CONVERGED * tree.most_squared)
        roots.sort(key=lambda node: node.bound)
        tree.visit(roots)
        if tree.plans:
            return Found(squared=tree.squared, plans=tuple(tree.plans), n_nodes=tree.n_nodes)
        needed = min(tree.needed_points(node) for node in roots)
        if needed > points:
            points = min(math.floor(min(needed, known)) + step, known)
        else:
            points = min(points + step, known)
            step *= 2


class Tree:
    """The search tree of one stage.

    Parameters
    ----------
    problem
        What is to be solved.
    has_points
        Whether trades cost points (stage 2) or not (stage 1).
    """

    def __init__(self, problem: HedgeProblem, *, has_points: bool) -> None:
        self.target: list[float] = (problem.hedge_fraction * problem.exposure).tolist()
        self.n_nodes = 0
        # The empty plan is feasible, so no plan with more risk than it and the tolerance can be the answer.
        worst = risk_limit(problem, hedged_risk(problem))
        spans = (worst * np.sqrt(np.diag(np.linalg.inv(problem.covariance)))).tolist()
        lows = [min(-target - span, 0.0) for target, span in zip(self.target, spans, strict=True)]
        highs = [max(-target + span, 0.0) for target, span in zip(self.target, spans, strict=True)]
        smallest = min((contract.notional for contract in problem.contracts), default=1.0)
        most_contracts = math.ceil(sum(max(-low, high) for low, high in zip(lows, highs, strict=True)) / smallest)
        scale = 1 << most_contracts.bit_length() if has_points else 0
        self.axes = [
            to_axis(problem, j, scale=scale, low=low, high=high)
            for j, (low, high) in enumerate(zip(lows, highs, strict=True))
        ]
        limits = [math.inf, math.inf, math.inf]
        if has_points:
            limits[POINTS] = self.points_of((0,) * len(problem.contracts))
        if problem.margin_budget is not None:
            limits[MARGIN] = problem.margin_budget * (1.0 + RELATIVE)
        if problem.max_contracts is not None:
            limits[COUNT] = float(problem.max_contracts)
        self.relaxation = Relaxation(problem.covariance, self.axes, limits)
        usable = [j for j, axis in enumerate(self.axes) if any(side.pieces for side in axis.sides)]
        self.supports = list(itertools.combinations(usable, min(problem.legs, len(usable)))) if usable else []
        self.n_contracts = len(problem.contracts)
        self.mixes: dict[int, Mixes] = {}
        self.has_points = has_points
        self.most_squared = math.inf
        self.squared = math.inf
        self.points = 0
        self.plans: list[tuple[int, ...]] = []

    def limit(self) -> float:
        """Return the squared risk beyond which a node is of no interest."""
        return self.most_squared if self.has_points else self.squared * (1.0 - IMPROVEMENT)

    def root(self, support: tuple[int, ...]) -> Node:
        """Return the node in which the indices of a support are free and the others idle."""
        idle = sum(axis.idle_points for j, axis in enumerate(self.axes) if j not in support)
        node = Node(
            free=support,
            residual=list(self.target),
            total=[0.0] * len(self.target),
            place=[0] * len(self.target),
            multipliers=[0.0, 0.0, 0.0],
            curves=list(self.relaxation.idle),
            spent=[float(idle), 0.0, 0.0],
        )
        self.relaxation.price(node)
        return node

    def tighten(self, node: Node, enough: float | None = None) -> None:
        """Bound a node."""
        self.n_nodes += 1
        self.relaxation.tighten(node, self.limit(), enough)

    def least_points(self, node: Node) -> float:
        """Return points below which fractions of contracts cannot meet the limit, and leave a root priced for them.

        For any price of a point in squared dollars, the least sum of squared risk and priced points bounds the points
        from below; the best price is the one at which the risk meets the limit.
        """
        others = [budget for budget in self.relaxation.budgets if budget != POINTS]
        self.relaxation.tighten(node, self.most_squared, 1e-3 * self.most_squared, others)
        least = node.bound
        if least > self.most_squared:
            return math.inf
        floor = node.spent[POINTS] + sum(min(self.relaxation.alone[POINTS][j].values) for j in node.free)
        limit = self.relaxation.limits[POINTS]
        spread = self.relaxation.over(node, POINTS) + limit - floor
        if spread <= 0.0 or least == self.most_squared:
            return floor
        price, low, high = (self.most_squared - least) / spread, 0.0, math.inf
        for _ in range(12):
            node.multipliers[POINTS] = price
            self.n_nodes += 1
            self.relaxation.price(node)
            self.relaxation.tighten(node, math.inf, 1e-3 * self.most_squared, others)
            floor = max(floor, limit + (node.bound - self.most_squared) / price)
            squared = quadratic(self.relaxation.covariance, node.residual)
            if abs(squared - self.most_squared) <= 1e-4 * self.most_squared:
                break
            if squared < self.most_squared:
                low = price
            else:
                high = price
            change = math.sqrt((self.most_squared - least) / max(squared - least, 1e-4 * self.most_squared))
            price *= min(max(change, 0.01), 100.0)
            if not low < price < high:
                price = math.sqrt(low * high) if low > 0.0 else 0.1 * high
        return floor

    def needed_points(self, node: Node) -> float:
        """Return points below which the bound of a root stays beyond the limit."""
        price = node.multipliers[POINTS]
        if node.bound <= self.most_squared:
            return self.points
        return self.points + (node.bound - self.most_squared) / price if price > 0.0 else math.inf

    def visit(self, roots: Sequence[Node]) -> None:
        """Search below roots that are sorted by their bound."""
        for node in roots:
            if node.bound <= self.limit():
                if not self.has_points:
                    self.tighten(node, enough=CONVERGED * self.limit())
                if node.bound <= self.limit():
                    self._find_mixes(node)
                    self._branch(node, {})

    def _fixed(self, node: Node, j: int, total: float, used: Sequence[float]) -> Node:
        """Return the node in which the total of one more index is fixed."""
        residual, totals = list(node.residual), list(node.total)
        residual[j], totals[j] = self.target[j] + total, total
        return Node(
            free=tuple(k for k in node.free if k != j),
            residual=residual,
            total=totals,
            place=list(node.place),
            multipliers=list(node.multipliers),
            curves=list(node.curves),
            spent=[spent + use for spent, use in zip(node.spent, used, strict=True)],
        )

    def dive(self, node: Node) -> None:
        """Round one index after the other, the coarsest contracts first, for a first good plan."""
        plan = [0] * self.n_contracts
        while node.free and node.bound <= self.limit():
            j = max(node.free, key=lambda k: min(self.axes[k].notional))
            axis = self.axes[j]
            counts, sign = [0] * len(axis.notional), 0
            for side in axis.sides:
                if side.sign * node.total[j] > 0:
                    counts, sign = nearest_mix(side, abs(node.total[j]), self._left(node)), side.sign
            for position, count in zip(axis.positions, counts, strict=True):
                plan[position] = sign * count
            total = sign * sum(n * notional for n, notional in zip(counts, axis.notional, strict=True))
            margin = sum(n * margin for n, margin in zip(counts, axis.margin, strict=True))
            node = self._fixed(node, j, total, (0.0, margin, float(sum(counts))))
            self.tighten(node, enough=CONVERGED * self.squared)
        if not node.free:
            self._accept(quadratic(self.relaxation.covariance, node.residual), 0, tuple(plan))

    def _left(self, node: Node) -> list[float]:
        return [limit - spent for limit, spent in zip(self.relaxation.limits, node.spent, strict=True)]

    def points_of(self, plan: Sequence[int]) -> int:
        """Return the points of a plan."""
        points = 0
        for axis in self.axes:
            for position, price, held in zip(axis.positions, axis.points, axis.current, strict=True):
                points += price * abs(plan[position] - held) + abs(plan[position])
        return points

    def _gap(self, node: Node) -> float:
        """Return by how much a node's bound may rise, with a hair for rounding."""
        return (self.limit() - node.bound) * (1.0 + self.relaxation.rounding) + SLACK * self.limit()

    def _window(self, node: Node, j: int, width: float, down: float, up: float, gap: float) -> tuple[float, float]:
        hair = RELATIVE * (abs(node.total[j]) + min(self.axes[j].notional))
        return node.total[j] - reach(width, down, gap) - hair, node.total[j] + reach(width, up, gap) + hair

    def _find_mixes(self, node: Node) -> None:
        """Enumerate for each free index the mixes that can matter below a root."""
        gap = self._gap(node)
        for j in node.free:
            axis = self.axes[j]
            low, high = self._window(node, j, *self.relaxation.rise(node, j), gap)
            curve = node.curves[j]
            price = curve.slopes[min(node.place[j] // 2, len(curve.slopes) - 1)]
            corners = np.array([low, node.total[j], high])
            # Convex curves less a straight line are highest at an end of the window.
            priced = np.interp(corners, curve.breaks, curve.values) - price * corners
            self.mixes[j] = find_mixes(
                axis,
                low=low,
                high=high,
                weights=node.multipliers,
                price=price,
                ceiling=gap + float(priced.max()),
                budgets=self.relaxation.budgets,
            )

    def _branch(self, node: Node, chosen: dict[int, int]) -> None:
        """Search below a node."""
        gap = self._gap(node)
        rises, spans = {}, {}
        for j in node.free:
            rises[j] = self.relaxation.rise(node, j)
            low, high = np.searchsorted(self.mixes[j].total, self._window(node, j, *rises[j], gap))
            if high <= low:
                return
            spans[j] = slice(int(low), int(high))
        j = min(node.free, key=lambda k: spans[k].stop - spans[k].start)
        score = self._score(node, j, spans[j], rises[j])
        near = np.flatnonzero(score <= gap)
        near = near[np.argsort(score[near], kind="stable")]
        score, near = score[near], near + spans[j].start
        if len(node.free) <= 2:
            self._scan(node, j, near, np.maximum(gap - score, 0.0), chosen)
            return
        for offset, extra in zip(near.tolist(), score.tolist(), strict=True):
            if node.bound + extra > self.limit() * (1.0 + RELATIVE):
                break
            mixes = self.mixes[j]
            child = self._fixed(node, j, float(mixes.total[offset]), mixes.figures[:, offset].tolist())
            self.tighten(child)
            if child.bound <= self.limit():
                self._branch(child, {**chosen, j: offset})

    def _score(self, node: Node, j: int, span: slice, rise: tuple[float, float, float]) -> FloatArray:
        """Return what mixes of one index add to the bound of a node at least."""
        width, down, up = rise
        mixes = self.mixes[j]
        distance = mixes.total[span] - node.total[j]
        score = distance * distance / width + np.where(distance > 0.0, up, -down) * distance
        if any(weight > 0.0 for weight in node.multipliers):
            curve = node.curves[j]
            priced = np.array(node.multipliers) @ mixes.figures[:, span]
            score += np.maximum(priced - np.interp(mixes.total[span], curve.breaks, curve.values), 0.0)
        return score

    def _scan(self, node: Node, j: int, rows: IntArray, gap: FloatArray, chosen: dict[int, int]) -> None:
        """Try the mixes of the last index, or of the last two together.

        Parameters
        ----------
        j, rows
            Index and its mixes.
        gap
            By how much the bound may still rise after each of them.
        """
        self.n_nodes += 1
        if len(node.free) == 1:
            self._judge(node, {j: rows}, chosen)
            return
        k = node.free[0] if node.free[1] == j else node.free[1]
        covariance = self.relaxation.covariance
        totals = self.mixes[k].total
        hair = RELATIVE * (abs(node.total[k]) + min(self.axes[k].notional))
        center = node.total[k] - covariance[j][k] / covariance[k][k] * (self.mixes[j].total[rows] - node.total[j])
        half = np.sqrt(gap / covariance[k][k]) + hair
        first = np.searchsorted(totals, center - half)
        counts = np.searchsorted(totals, center + half) - first
        ends = np.cumsum(counts)
        start = 0
        while start < rows.size:
            done = ends[start - 1] if start else 0
            stop = max(int(np.searchsorted(ends, done + MOST_PAIRS)), start + 1)
            part = counts[start:stop]
            steps = np.arange(part.sum()) - np.repeat(np.cumsum(part) - part, part)
            pairs = {j: np.repeat(rows[start:stop], part), k: np.repeat(first[start:stop], part) + steps}
            self._judge(node, pairs, chosen)
            start = stop

    def _judge(self, node: Node, tried: dict[int, IntArray], chosen: dict[int, int]) -> None:
        """Keep the best of whole plans: chosen mixes, and for the last indices one of those tried."""
        covariance = np.array(self.relaxation.covariance)
        left = self._left(node)
        fits = np.ones(next(iter(tried.values())).size, dtype=bool)
        for budget in self.relaxation.budgets:
            used = sum(self.mixes[j].figures[budget, rows] for j, rows in tried.items())
            fits &= used <= left[budget]
        tried = {j: rows[fits] for j, rows in tried.items()}
        residual = np.repeat(np.array(node.residual)[:, None], np.count_nonzero(fits), axis=1)
        for j, rows in tried.items():
            residual[j] = self.target[j] + self.mixes[j].total[rows]
        squared = np.einsum("in,in->n", residual, covariance @ residual)
        near = np.flatnonzero(squared <= self.limit())
        if not near.size:
            return
        points = sum(self.mixes[j].points[rows[near]] for j, rows in tried.items())
        if self.has_points:
            near = near[points == points.min()]
            near = near[squared[near] <= squared[near].min() * (1.0 + TIE)]
        else:
            near = near[[np.argmin(squared[near])]]
        for row in near.tolist():
            plan = [0] * self.n_contracts
            for j, offset in {**chosen, **{j: int(rows[row]) for j, rows in tried.items()}}.items():
                for position, quantity in zip(
                    self.axes[j].positions, self.mixes[j].quantities[offset].tolist(), strict=True
                ):
                    plan[position] = quantity
            self._accept(float(squared[row]), self.points_of(plan), tuple(plan))

    def _accept(self, squared: float, points: int, plan: tuple[int, ...]) -> None:
        """Keep a plan if it is better, or as good by a hair."""
        if self.has_points and points == self.points and self.plans and squared <= self.squared * (1.0 + TIE):
            if squared < self.squared * (1.0 - TIE):
                self.plans = []
            self.squared = min(self.squared, squared)
            if plan not in self.plans:
                self.plans.append(plan)
        elif (points < self.points or not self.plans) if self.has_points else squared < self.squared:
            self.squared, self.plans = squared, [plan]
            self.allow(points)

    def allow(self, points: int) -> None:
        """Set the most points that a plan may have."""
        self.points = points
        if self.has_points:
            # Half a point more, because the curves are floats.
            self.relaxation.limits[POINTS] = points + 0.5
