r"""Depth-first branch and bound over one total of dollars per index: the proof that no whole plan is better.

**Branching.** At every node the relaxation gives a bound :math:`D` and from it a window for each total that is still
free. The tree takes the index with the fewest mixes inside its window and tries them in the order of what the mix adds
to the bound at least,

.. math::

    z^2 / (S_{RR}^{-1})_{jj} + \gamma_j |z| + \Bigl(\sum_b \lambda_b v_b - c_j(y)\Bigr),

and stops at the first beyond the limit, because all others are beyond it as well. The last two indices are tried
together: the same inequality in two totals leaves for every mix of one index a window of the other. Nothing else is
left out, so what remains at the end is the optimum.

**Legs.** Each choice of as many indices as may be used is a tree of its own; a choice whose root lies beyond the
limit is done with.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.hedge.search.axes import COUNT, MARGIN, POINTS, RELATIVE
from hedger.hedge.search.mixes import ExhaustedError, find_mixes, nearest_mix
from hedger.hedge.search.prices import tighten
from hedger.hedge.search.relaxation import Node, Relaxation, quadratic, reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import FloatArray, HedgeProblem
    from hedger.hedge.search.axes import Axis
    from hedger.hedge.search.mixes import IntArray, Mixes

IMPROVEMENT = 1e-10
"""Share of the squared tracking risk by which stage 1 wants a plan to be better."""
TIE = 4e-9
"""Relative difference of squared risks up to which plans of the same points are all kept."""
CONVERGED = 1e-6
"""Share of the squared limit that a change of prices at a root must promise."""
WORTHWHILE = 0.02
"""Share of the distance to the limit that a change of prices further down must promise."""
SLACK = 1e-12
"""Share of the squared limit by which the rounding of floats may move a bound."""
WORK_OF_A_NODE = 1000
"""Work of bounding a node, in pairs of mixes looked at."""
MOST_PAIRS = 1 << 17
"""Pairs of mixes that are looked at in one go."""


class Tree:
    """The search tree of one stage, and the best plans found in it so far.

    Parameters
    ----------
    problem
        What is to be solved.
    axes
        Its indices, as the stage sees them.
    hair
        Tracking risk below which two risks are one, USD a year.
    most_work
        Pairs of mixes, nodes counted as a thousand, after which the search stops.
    most_squared
        Squared tracking risk up to which stage 2 takes any plan; not given in stage 1, which wants the least.
    """

    def __init__(
        self,
        problem: HedgeProblem,
        axes: list[Axis],
        *,
        hair: float,
        most_work: float,
        most_squared: float | None = None,
    ) -> None:
        self.axes = axes
        self.target: list[float] = (problem.hedge_fraction * problem.exposure).tolist()
        self.nothing = (0,) * len(problem.contracts)
        limits = [math.inf, math.inf, math.inf]
        if most_squared is not None:
            limits[POINTS] = float(self.points_of(self.nothing))
        if problem.margin_budget is not None:
            limits[MARGIN] = problem.margin_budget * (1.0 + RELATIVE)
        if problem.max_contracts is not None:
            limits[COUNT] = float(problem.max_contracts)
        self.relaxation = Relaxation(problem.covariance, axes, limits)
        usable = [j for j, axis in enumerate(axes) if any(side.pieces for side in axis.sides)]
        self.supports = list(itertools.combinations(usable, min(problem.legs, len(usable)))) if usable else []
        self.mixes: dict[int, Mixes] = {}
        self.hair_squared = hair * hair
        self.most_squared = most_squared
        self.squared = max(quadratic(self.relaxation.covariance, self.target), 0.0)
        self.points = self.points_of(self.nothing)
        self.plans = [self.nothing]
        self.n_nodes = 0
        self.work_left = most_work

    @property
    def limit(self) -> float:
        """Squared risk beyond which a node is of no interest."""
        return self.squared * (1.0 - IMPROVEMENT) if self.most_squared is None else self.most_squared

    def restart(self, points: int, squared: float = math.inf, plan: tuple[int, ...] | None = None) -> None:
        """Forget all plans but the one given and allow these points."""
        self.squared = squared
        self.plans = [] if plan is None else [plan]
        self._allow(points)

    def _allow(self, points: int) -> None:
        self.points = points
        if self.most_squared is not None:
            # Half a point and a hair more, because the curves are floats.
            self.relaxation.limits[POINTS] = points * (1.0 + 4.0 * float(np.finfo(np.float64).eps)) + 0.5

    def points_of(self, plan: Sequence[int]) -> int:
        """Return the points of a plan."""
        points = 0
        for axis in self.axes:
            for position, price, held in zip(axis.positions, axis.points, axis.current, strict=True):
                points += price * abs(plan[position] - held) + abs(plan[position])
        return points

    def root(self, support: tuple[int, ...]) -> Node:
        """Return the node in which the indices of a support are free and the others idle."""
        idle = sum(axis.idle_points for j, axis in enumerate(self.axes) if j not in support)
        curves = list(self.relaxation.free_of_charge)
        return Node(
            free=support,
            residual=list(self.target),
            total=[0.0] * len(self.target),
            place=[curve.locate(0.0) for curve in curves],
            prices=[0.0, 0.0, 0.0],
            curves=curves,
            spent=[float(idle), 0.0, 0.0],
        )

    def _fixed(self, node: Node, j: int, total: float, used: Sequence[float]) -> Node:
        """Return the node in which the total of one more index is fixed."""
        child = node.copy()
        child.free = tuple(k for k in node.free if k != j)
        child.residual[j], child.total[j] = self.target[j] + total, total
        child.spent = [spent + use for spent, use in zip(node.spent, used, strict=True)]
        return child

    def tighten(self, node: Node, enough: float) -> None:
        """Bound a node."""
        self._count(WORK_OF_A_NODE)
        tighten(self.relaxation, node, self.limit, enough)

    def _count(self, work: int) -> None:
        self.n_nodes += 1
        self.work_left -= work
        if self.work_left < 0:
            raise ExhaustedError

    def dive(self, node: Node) -> None:
        """Round one index after the other, the coarsest contracts first, for a first good plan of stage 1."""
        plan = list(self.nothing)
        while node.free and node.bound <= self.limit:
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
            self.tighten(node, CONVERGED * self.squared)
        if not node.free:
            self._accept(max(quadratic(self.relaxation.covariance, node.residual), 0.0), tuple(plan))

    def visit(self, root: Node, pricing: Node | None = None) -> None:
        """Search below a root.

        Parameters
        ----------
        pricing
            The root at other prices, at which fewer mixes can matter; the bound holds at any prices.
        """
        if root.bound > self.limit:
            return
        pricing = root if pricing is None else pricing
        gap = self._gap(pricing)
        for j in root.free:
            here = self._window(root, j, self.relaxation.rise(root, j), self._gap(root))
            there = self._window(pricing, j, self.relaxation.rise(pricing, j), gap)
            low, high = max(here[0], there[0]), min(here[1], there[1])
            curve = pricing.curves[j]
            price = curve.slopes[min(pricing.place[j] // 2, len(curve.slopes) - 1)]
            corners = np.array([low, min(max(pricing.total[j], low), high), high])
            # A convex curve less a straight line is highest at an end of the window.
            priced = np.interp(corners, curve.breaks, curve.values) - price * corners
            self.mixes[j] = find_mixes(
                self.axes[j],
                low=low,
                high=high,
                weights=pricing.prices,
                price=price,
                ceiling=gap + float(priced.max()),
                budgets=self.relaxation.budgets,
            )
        self._branch(root, {})

    def _left(self, node: Node) -> list[float]:
        return [limit - spent for limit, spent in zip(self.relaxation.limits, node.spent, strict=True)]

    def _gap(self, node: Node) -> float:
        """Return by how much a node's bound may rise, with a hair for rounding."""
        return (self.limit - node.bound) * (1.0 + self.relaxation.rounding) + SLACK * self.limit

    def _window(self, node: Node, j: int, rise: tuple[float, float, float], gap: float) -> tuple[float, float]:
        width, down, up = rise
        hair = RELATIVE * (abs(node.total[j]) + min(self.axes[j].notional))
        return node.total[j] - reach(width, down, gap) - hair, node.total[j] + reach(width, up, gap) + hair

    def _branch(self, node: Node, chosen: dict[int, int]) -> None:
        """Search below a node; `chosen` has the mix of each index that is fixed."""
        gap = self._gap(node)
        rises, spans = {}, {}
        for j in node.free:
            rises[j] = self.relaxation.rise(node, j)
            low, high = np.searchsorted(self.mixes[j].total, self._window(node, j, rises[j], gap)).tolist()
            if high <= low:
                return
            spans[j] = slice(low, high)
        j = min(node.free, key=lambda k: spans[k].stop - spans[k].start)
        score = self._score(node, j, spans[j], rises[j])
        near = np.flatnonzero(score <= gap)
        near = near[np.argsort(score[near], kind="stable")]
        score, rows = score[near], near + spans[j].start
        if len(node.free) == 1:
            self._judge(node, {j: rows}, chosen)
        elif len(node.free) == 2:
            self._try_pairs(node, j, rows, np.maximum(gap - score, 0.0), chosen)
        else:
            mixes, enough = self.mixes[j], WORTHWHILE * (self.limit - node.bound)
            for row, extra in zip(rows.tolist(), score.tolist(), strict=True):
                if extra > self._gap(node):
                    break
                child = self._fixed(node, j, float(mixes.total[row]), mixes.figures[:, row].tolist())
                self.tighten(child, enough)
                if child.bound <= self.limit:
                    self._branch(child, {**chosen, j: row})

    def _score(self, node: Node, j: int, span: slice, rise: tuple[float, float, float]) -> FloatArray:
        """Return what mixes of one index add to the bound of a node at least."""
        width, down, up = rise
        mixes = self.mixes[j]
        distance = mixes.total[span] - node.total[j]
        score = distance * distance / width + np.where(distance > 0.0, up, -down) * distance
        if any(node.prices):
            curve = node.curves[j]
            priced = np.array(node.prices) @ mixes.figures[:, span]
            score += np.maximum(priced - np.interp(mixes.total[span], curve.breaks, curve.values), 0.0)
        return score

    def _try_pairs(self, node: Node, j: int, rows: IntArray, gap: FloatArray, chosen: dict[int, int]) -> None:
        """Try mixes of one of the last two indices, each with those of the other that its window holds.

        Parameters
        ----------
        j, rows
            The first index and its mixes.
        gap
            By how much the bound may still rise after each of them.
        """
        k = node.free[0] if node.free[1] == j else node.free[1]
        covariance = self.relaxation.covariance
        totals = self.mixes[k].total
        distance = self.mixes[j].total[rows] - node.total[j]
        center = node.total[k] - covariance[j][k] / covariance[k][k] * distance
        half = np.sqrt(gap / covariance[k][k]) + RELATIVE * (abs(node.total[k]) + min(self.axes[k].notional))
        first = np.searchsorted(totals, center - half)
        counts = np.searchsorted(totals, center + half) - first
        ends = np.cumsum(counts)
        start = 0
        while start < rows.size:
            done = int(ends[start - 1]) if start else 0
            stop = max(int(np.searchsorted(ends, done + MOST_PAIRS)), start + 1)
            part = counts[start:stop]
            steps = np.arange(part.sum()) - np.repeat(np.cumsum(part) - part, part)
            pairs = {j: np.repeat(rows[start:stop], part), k: np.repeat(first[start:stop], part) + steps}
            self._judge(node, pairs, chosen)
            start = stop

    def _judge(self, node: Node, tried: dict[int, IntArray], chosen: dict[int, int]) -> None:
        """Keep the best of whole plans: chosen mixes, and for the last indices those tried, row by row."""
        left = self._left(node)
        fits = np.ones(next(iter(tried.values())).size, dtype=bool)
        self._count(fits.size)
        for budget in self.relaxation.budgets:
            used = np.zeros(fits.size)
            for j, rows in tried.items():
                used += self.mixes[j].figures[budget, rows]
            fits &= used <= left[budget]
        tried = {j: rows[fits] for j, rows in tried.items()}
        residual = np.repeat(np.array(node.residual)[:, None], np.count_nonzero(fits), axis=1)
        points = np.zeros(residual.shape[1], dtype=np.int64)
        for j, rows in tried.items():
            residual[j] = self.target[j] + self.mixes[j].total[rows]
            points += self.mixes[j].points[rows]
        squared = np.maximum(np.einsum("in,in->n", residual, np.array(self.relaxation.covariance) @ residual), 0.0)
        near = np.flatnonzero(squared <= self.limit)
        if near.size and self.most_squared is not None:
            near = near[points[near] == points[near].min()]
            near = near[squared[near] <= self._tie(float(squared[near].min()))]
        elif near.size:
            near = near[[np.argmin(squared[near])]]
        for row in near.tolist():
            self._accept(
                float(squared[row]), self._plan({**chosen, **{j: int(rows[row]) for j, rows in tried.items()}})
            )

    def _plan(self, chosen: dict[int, int]) -> tuple[int, ...]:
        plan = list(self.nothing)
        for j, row in chosen.items():
            quantities = self.mixes[j].quantities[row].tolist()
            for position, quantity in zip(self.axes[j].positions, quantities, strict=True):
                plan[position] = quantity
        return tuple(plan)

    def _tie(self, squared: float) -> float:
        """Return the squared risk up to which a plan ties with one of this squared risk."""
        return squared * (1.0 + TIE) + self.hair_squared

    def _accept(self, squared: float, plan: tuple[int, ...]) -> None:
        """Keep a plan if it is better than those kept, or as good by a hair."""
        points = self.points_of(plan)
        if self.most_squared is None:
            if squared < self.squared:
                self.squared, self.plans = squared, [plan]
        elif points < self.points or (points == self.points and self._tie(squared) < self.squared):
            self.squared, self.plans = squared, [plan]
            self._allow(points)
        elif points == self.points and squared <= self._tie(self.squared) and plan not in self.plans:
            self.squared = min(self.squared, squared)
            self.plans.append(plan)
