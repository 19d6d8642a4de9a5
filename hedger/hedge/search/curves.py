r"""What a total of dollars in one index needs at least, when fractions of contracts are allowed.

For prices :math:`\lambda \ge 0` of points, margin and count, the least priced sum
:math:`\sum_b \lambda_b v_b(k)` over real counts with :math:`\sum k_c N_c = |y|` is a convex, piecewise linear curve of
the total :math:`y`: contracts are used in the order of their price per dollar, those already held first (undoing them
costs points, so keeping them earns). Where both sides of the market are allowed and the two branches do not meet
convexly at zero, the lower convex envelope takes their place. Every whole mix lies on the curve or above it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from hedger.hedge.search.axes import POINTS, SAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.search.axes import Axis, OneSide


Corner = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Least priced sum of one index, and the points, margin and count that go with it.

    Parameters
    ----------
    breaks
        Totals at which the curve bends, rising, with the lowest and the highest total that matters at the ends.
    values, slopes
        The curve at `breaks`, and its slopes between them.
    figures, rates
        The same for points, margin and count, one list for each.
    """

    breaks: list[float]
    values: list[float]
    slopes: list[float]
    figures: list[list[float]]
    rates: list[list[float]]

    def scaled(self, price: float) -> Curve:
        """Return the curve at another height of its single price; without any price it has no bends."""
        if price == 0.0:
            ends = [self.breaks[0], self.breaks[-1]] if self.slopes else list(self.breaks)
            return Curve(breaks=ends, values=[0.0] * len(ends), slopes=[0.0] * (len(ends) - 1), figures=[], rates=[])
        return Curve(
            breaks=self.breaks,
            values=[price * value for value in self.values],
            slopes=[price * slope for slope in self.slopes],
            figures=self.figures,
            rates=self.rates,
        )

    def locate(self, total: float) -> int:
        """Return ``2 i`` for a total at bend ``i``, ``2 i + 1`` for one between bends ``i`` and ``i + 1``."""
        i = bisect_left(self.breaks, total)
        if i == len(self.breaks):
            return 2 * (i - 1)
        return 2 * i if self.breaks[i] == total or i == 0 else 2 * i - 1

    def figure(self, budget: int, total: float, place: int) -> float:
        """Return points, margin or count at a total whose place is known."""
        i = place // 2
        if place % 2:
            return self.figures[budget][i] + self.rates[budget][i] * (total - self.breaks[i])
        return self.figures[budget][i]


def to_curve(axis: Axis, weights: Sequence[float]) -> Curve:
    """Return the curve of one index for prices of points, margin and count."""
    start = (0.0, weights[POINTS] * axis.idle_points, float(axis.idle_points), 0.0, 0.0)
    corners = [start]
    for side in axis.sides:
        if side.sign < 0:
            corners = _branch(side, weights, start)[::-1] + corners
        else:
            corners += _branch(side, weights, start)
    if len(axis.sides) > 1:
        corners = _envelope(corners)
    breaks, values, *figures = (list(column) for column in zip(*corners, strict=True))
    widths = [after - before for before, after in pairwise(breaks)]
    slopes, *rates = (
        [(after - before) / width for (before, after), width in zip(pairwise(column), widths, strict=True)]
        for column in (values, *figures)
    )
    return Curve(breaks=breaks, values=values, slopes=slopes, figures=figures, rates=rates)


def _branch(side: OneSide, weights: Sequence[float], start: Corner) -> list[Corner]:
    """Return the corners of one side from zero outwards: total, priced sum, points, margin and count."""
    first, second, third = weights
    pieces = []
    for rank, (points, margin, count, width) in enumerate(side.pieces):
        price = first * points + second * margin + third * count
        # Prices that differ by rounding only are one.
        pieces.append((price + SAME * rank * abs(price), rank, width, points, margin, count))
    pieces.sort()
    corners = []
    total, value, all_points, all_margin, all_count = start
    left = side.reach
    for price, _, width, points, margin, count in pieces:
        used = min(width, left)
        if used <= 0.0:
            break
        left -= used
        total += side.sign * used
        value += price * used
        all_points += points * used
        all_margin += margin * used
        all_count += count * used
        corners.append((total, value, all_points, all_margin, all_count))
    return corners


def _envelope(corners: list[Corner]) -> list[Corner]:
    """Return the corners of the lower convex envelope of the priced sum."""
    hull: list[Corner] = []
    for corner in corners:
        while len(hull) >= 2:
            (x_1, y_1, *_), (x_2, y_2, *_) = hull[-2:]
            if (y_2 - y_1) * (corner[0] - x_1) < (corner[1] - y_1) * (x_2 - x_1):
                break
            hull.pop()
        hull.append(corner)
    return hull
