r"""Depth-first branch and bound over one total of dollars per index: the proof that no whole plan is better.

**Stage 1** looks for the least tracking risk. **Stage 2** looks for the least points (cost, then contracts) among
plans within the tolerance; it is the same search with points as one more budget: a part of the tree is left out when
even fractions of contracts with fewer points than allowed cannot bring the risk down to the limit.

At every node the relaxation gives a bound, its minimiser and multipliers, and from these a window for each total
that is still free. The search takes the index with the fewest mixes inside its window and tries them in the order of
the bound that the mix adds, :math:`D + z^2 / (S_{RR}^{-1})_{jj} + \gamma_j z + \sum_b \lambda_b \cdot excess_b`; it
stops at the first one beyond the limit, because all others are beyond it as well. Nothing else is left out.

Stage 2 first asks how few points fractions could do with, then allows slightly more, doubling the allowance until a
plan is found: trees with too small an allowance are small, and the last one is the proof.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.hedge.mixes import N_BUDGETS, RELATIVE, find_mixes, nearest_mix, to_axis
from hedger.hedge.relaxation import Node, Relaxation, quadratic, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.mixes import Mixes
    from hedger.hedge.problem import HedgeProblem

ABSOLUTE = 1e-12
"""Absolute slack on tracking risk, as a share of the risk being hedged."""
IMPROVEMENT = 1e-10
"""Share of the squared tracking risk by which stage 1 wants a plan to be better."""
POINTS, MARGIN, COUNT = range(N_BUDGETS)


def hedged_risk(problem: HedgeProblem) -> float:
    """Return the tracking risk of doing nothing, ``h sqrt(e' S e)``, USD a year."""
    return problem.hedge_fraction * math.sqrt(max(float(problem.exposure @ problem.covariance @ problem.exposure), 0.0))


def risk_limit(problem: HedgeProblem, least: float) -> float:
    """Return the tracking risk up to which a plan counts as within the tolerance, USD a year."""
    hedged = hedged_risk(problem)
    return (least + problem.tolerance * hedged) * (1.0 + RELATIVE) + ABSOLUTE * hedged


class Search:
    """Both stages for one problem."""

    def __init__(self, problem: HedgeProblem) -> None:
        self.problem = problem
        self.n_nodes = 0
        self.target = (problem.hedge_fraction * problem.exposure).tolist()
        n_indices = len(problem.indices)
        # The empty plan is feasible, so no plan with more risk than it and the tolerance can be the answer.
        worst = risk_limit(problem, hedged_risk(problem))
        reach = worst * np.sqrt(np.diag(np.linalg.inv(problem.covariance)))
        smallest = min((contract.notional for contract in problem.contracts), default=1.0)
        most_contracts = sum((abs(t) + r) / smallest for t, r in zip(self.target, reach.tolist(), strict=True))
        held = sum(abs(contract.current) for contract in problem.contracts)
        scale = 1 << (int(most_contracts) + held + 2).bit_length()
        self.axes = [
            to_axis(problem, j, scale=scale, low=min(-t - r, 0.0), high=max(-t + r, 0.0))
            for j, (t, r) in enumerate(zip(self.target, reach.tolist(), strict=True))
        ]
        self.idle_points = sum(axis.idle_points for axis in self.axes)
        self.limits = [math.inf, math.inf, math.inf]
        budgets = []
        if problem.margin_budget is not None:
            self.limits[MARGIN] = problem.margin_budget * (1.0 + RELATIVE)
            budgets.append(MARGIN)
        if problem.max_contracts is not None:
            self.limits[COUNT] = float(problem.max_contracts)
            budgets.append(COUNT)
        self.relaxation = Relaxation(problem.covariance, self.axes, budgets)
        usable = [j for j in range(n_indices) if self.axes[j].breaks.size > 1]
        self.supports = list(itertools.combinations(usable, min(problem.legs, len(usable)))) if usable else []
        self.mixes: dict[int, Mixes] = {}
        self.squared = quadratic(self.relaxation.covariance, self.target)
        self.points = self.idle_points
        self.plans: list[list[int]] = [[0] * len(problem.contracts)]
        self.most_squared: float | None = None

    def least_risk(self) -> float:
        """Run stage 1 and return the least tracking risk, USD a year."""
        roots = [self._root(support) for support in self.supports]
        for node in roots:
            self._tighten(node)
        roots.sort(key=lambda node: node.bound)
        for node in roots:
            if node.bound < self._limit():
                self._dive(node)
        self._visit(roots)
        return math.sqrt(max(self.squared, 0.0))

    def cheapest(self, limit: float) -> list[list[int]]:
        """Run stage 2: all plans of least points, and then least risk, with a risk up to `limit`, USD a year."""
        self.relaxation.budgets = (POINTS, *self.relaxation.budgets)
        self.most_squared = limit * limit
        known_points, known_squared, known_plan = self.points, self.squared, self.plans[0]
        shares = (1.0,)
        floor = 0
        if self.problem.tolerance > 0.0:
            floors = [self._least_points(support, known_points) for support in self.supports]
            floor = max(min([*floors, known_points]), 0)
            shares = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
        for share in shares:
            self.points = math.ceil(floor + share * (known_points - floor))
            self.squared, self.plans = math.inf, []
            if self.points >= known_points:
                self.points, self.squared, self.plans = known_points, known_squared, [known_plan]
            roots = [self._root(support) for support in self.supports]
            for node in roots:
                self._tighten(node)
            roots.sort(key=lambda node: node.bound)
            self._visit(roots)
            if self.plans:
                break
        return self.plans

    def _visit(self, roots: list[Node]) -> None:
        for node in roots:
            if node.bound <= self._limit():
                self._find_mixes(node)
                self._branch(node, {})

    def _limit(self) -> float:
        """Return the squared risk beyond which a node is of no interest."""
        if self.most_squared is None:
            return self.squared * (1.0 - IMPROVEMENT)
        return self.most_squared

    def _root(self, support: tuple[int, ...]) -> Node:
        place = [2 * int(np.searchsorted(axis.breaks, 0.0)) for axis in self.axes]
        left = list(self.limits)
        if self.most_squared is not None:
            others = sum(axis.idle_points for j, axis in enumerate(self.axes) if j not in support)
            # Half a point more, because the curves are floats.
            left[POINTS] = self.points - others + 0.5
        return Node(
            free=support,
            residual=list(self.target),
            total=[0.0] * len(self.target),
            place=place,
            multipliers=[0.0] * N_BUDGETS,
            left=left,
        )

    def _tighten(self, node: Node) -> None:
        self.n_nodes += 1
        self.relaxation.tighten(node, self._limit())

    def _least_points(self, support: tuple[int, ...], known: int) -> int:
        """Return points below which fractions of contracts on a support cannot meet the limit."""
        others = sum(axis.idle_points for j, axis in enumerate(self.axes) if j not in support)
        node = self._root(support)
        floor = sum(float(self.axes[j].values[POINTS].min()) for j in support)
        for _ in range(12):
            node.left[POINTS] = floor
            self.n_nodes += 1
            self.relaxation.tighten(node, 1e6 * self.most_squared, 1e-3 * self.most_squared)
            price = node.multipliers[POINTS]
            if node.bound <= self.most_squared * (1.0 + 1e-3) or price <= 0.0:
                break
            floor += (node.bound - self.most_squared) / price
            if floor + others > known:
                return known
        return math.floor(floor) + others

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
            left=[left - use for left, use in zip(node.left, used, strict=True)],
        )

    def _dive(self, node: Node) -> None:
        """Round one index after the other, the coarsest contracts first, for a first good plan."""
        plan = [0] * len(self.problem.contracts)
        while node.free and node.bound < self._limit():
            j = max(node.free, key=lambda k: min(self.axes[k].notional))
            axis = self.axes[j]
            counts, sign = [0] * len(axis.notional), 0
            for side in axis.sides:
                if side.sign * node.total[j] > 0:
                    counts, sign = nearest_mix(side, abs(node.total[j]), node.left), side.sign
            for position, count in zip(axis.positions, counts, strict=True):
                plan[position] = sign * count
            total = sign * sum(n * notional for n, notional in zip(counts, axis.notional, strict=True))
            margin = sum(n * margin for n, margin in zip(counts, axis.margin, strict=True))
            node = self._fixed(node, j, total, (0.0, margin, float(sum(counts))))
            self._tighten(node)
        if not node.free:
            self._accept(quadratic(self.relaxation.covariance, node.residual), self._points_of(plan), plan)

    def _points_of(self, plan: Sequence[int]) -> int:
        points = 0
        for axis in self.axes:
            for position, price, held in zip(axis.positions, axis.points, axis.current, strict=True):
                points += price * abs(plan[position] - held) + abs(plan[position])
        return points

    def _find_mixes(self, node: Node) -> None:
        """Enumerate for each free index the mixes that can matter below a root."""
        gap = self._limit() - node.bound
        gap += RELATIVE * abs(gap)
        slope = self.relaxation.weighted_slopes(node)
        for j in node.free:
            width, down, up = self.relaxation.rise(node, j, slope)
            axis = self.axes[j]
            low = node.total[j] - reach(width, down, gap)
            high = node.total[j] + reach(width, up, gap)
            hair = RELATIVE * (abs(node.total[j]) + min(axis.notional))
            low, high = low - hair, high + hair
            pieces = slope[j]
            price = pieces[min(node.place[j] // 2, len(pieces) - 1)]
            weighted = np.array(node.multipliers) @ axis.values
            ends = np.interp([low, high], axis.breaks, weighted) - price * np.array([low, high])
            here = float(np.interp(node.total[j], axis.breaks, weighted)) - price * node.total[j]
            ceiling = gap + max(float(ends.max()), here)
            self.mixes[j] = find_mixes(axis, low=low, high=high, weights=node.multipliers, price=price, ceiling=ceiling)

    def _branch(self, node: Node, chosen: dict[int, int]) -> None:
        """Search below a node."""
        gap = self._limit() - node.bound
        if gap < 0.0:
            return
        gap += RELATIVE * abs(gap) + 1e-12 * self._limit()
        slope = self.relaxation.weighted_slopes(node)
        fewest = None
        for j in node.free:
            width, down, up = self.relaxation.rise(node, j, slope)
            totals = self.mixes[j].total
            hair = RELATIVE * (abs(node.total[j]) + min(self.axes[j].notional))
            low, high = np.searchsorted(
                totals,
                (
                    node.total[j] - reach(width, down, gap) - hair,
                    node.total[j] + reach(width, up, gap) + hair,
                ),
            )
            if high <= low:
                return
            if fewest is None or high - low < fewest[0]:
                fewest = (high - low, j, slice(low, high), width, down, up)
        _, j, span, width, down, up = fewest
        if len(node.free) == 1:
            self._scan(node, j, span, chosen)
            return
        mixes = self.mixes[j]
        distance = mixes.total[span] - node.total[j]
        score = distance * distance / width + np.where(distance > 0.0, min(up, 1e30), -min(down, 1e30)) * distance
        for budget in self.relaxation.budgets:
            if node.multipliers[budget] > 0.0:
                score += node.multipliers[budget] * mixes.excess[budget, span]
        near = np.flatnonzero(score <= gap)
        near = near[np.argsort(score[near], kind="stable")]
        for offset, extra in zip((near + span.start).tolist(), score[near].tolist(), strict=True):
            if node.bound + extra > self._limit() * (1.0 + RELATIVE):
                break
            child = self._fixed(node, j, float(mixes.total[offset]), mixes.budgets[:, offset].tolist())
            self._tighten(child)
            if child.bound <= self._limit():
                self._branch(child, {**chosen, j: offset})

    def _scan(self, node: Node, j: int, span: slice, chosen: dict[int, int]) -> None:
        """Try all mixes of the last index inside its window."""
        self.n_nodes += 1
        mixes = self.mixes[j]
        covariance = self.relaxation.covariance
        others = list(node.residual)
        others[j] = 0.0
        cross = sum(s * x for s, x in zip(covariance[j], others, strict=True))
        last = self.target[j] + mixes.total[span]
        squared = quadratic(covariance, others) + last * (2.0 * cross + covariance[j][j] * last)
        fits = (mixes.budgets[MARGIN, span] <= node.left[MARGIN]) & (mixes.budgets[COUNT, span] <= node.left[COUNT])
        if self.most_squared is None:
            fits &= squared < self._limit()
        else:
            fits &= (squared <= self.most_squared) & (mixes.budgets[POINTS, span] <= node.left[POINTS])
        rows = np.flatnonzero(fits)
        if not rows.size:
            return
        if self.most_squared is None:
            rows = rows[[np.argmin(squared[rows])]]
        else:
            points = mixes.points[span][rows]
            rows = rows[points == points.min()]
        for row in rows.tolist():
            plan = [0] * len(self.problem.contracts)
            for k, offset in {**chosen, j: span.start + row}.items():
                for position, quantity in zip(
                    self.axes[k].positions, self.mixes[k].quantities[offset].tolist(), strict=True
                ):
                    plan[position] = quantity
            self._accept(float(squared[row]), self._points_of(plan), plan)

    def _accept(self, squared: float, points: int, plan: list[int]) -> None:
        """Keep a plan if it is better, or as good by a hair."""
        if self.most_squared is None:
            if squared < self.squared:
                self.squared, self.points, self.plans = squared, points, [plan]
        elif points < self.points or not self.plans:
            self.squared, self.points, self.plans = squared, points, [plan]
        elif points == self.points:
            self.squared = min(self.squared, squared)
            self.plans.append(plan)
