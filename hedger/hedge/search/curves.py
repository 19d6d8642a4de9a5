r"""What a total of dollars in one index needs at least, when fractions of contracts are allowed.

For prices :math:`\lambda \ge 0` of points, margin and count, the least priced sum
:math:`\sum_b \lambda_b v_b(k)` over real counts with :math:`\sum k_c N_c = |y|` is a convex, piecewise linear curve of
the total :math:`y`: contracts are used in the order of their price per dollar, those already held first (undoing them
costs points, so keeping them earns). Where both sides of the market are allowed and the two branches do not meet
convexly at zero, the lower convex envelope takes their place. Every whole mix lies on the curve or above it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hedger.hedge.search.sides import SAME, Sides
from hedger.hedge.search.terms import COUNT, MARGIN, POINTS, float_block, float_table, floats, integers


class Curves(NamedTuple):
    """Curves, one in each row, from the lowest to the highest total that matters.

    Parameters
    ----------
    n_bends
        Bends of each curve, its ends included.
    breaks, values
        Totals at the bends, rising, and the priced sum there, shape (n_rows, n_bends).
    slopes
        Slopes of the curve after each bend.
    figures
        Points, margin and count at the bends, shape (3, n_rows, n_bends).
    """

    n_bends: list[int]
    breaks: list[list[float]]
    values: list[list[float]]
    slopes: list[list[float]]
    figures: list[list[list[float]]]


def no_curves(sides: Sides, rows: int) -> Curves:
    """Return curves that are still to be drawn."""
    columns = 1
    for n_pieces in sides.n_pieces:
        columns = max(columns, 2 * n_pieces + 1)
    return Curves(
        n_bends=integers(rows),
        breaks=float_table(rows, columns),
        values=float_table(rows, columns),
        slopes=float_table(rows, columns),
        figures=float_block(3, rows, columns),
    )


def draw(curves: Curves, row: int, sides: Sides, j: int, prices: list[float]) -> None:
    """Draw the curve of one index at prices of points, margin and count."""
    short, long = 2 * j, 2 * j + 1
    curves.breaks[row][0] = 0.0
    curves.values[row][0] = prices[POINTS] * sides.idle[j]
    curves.figures[POINTS][row][0] = sides.idle[j]
    curves.figures[MARGIN][row][0] = 0.0
    curves.figures[COUNT][row][0] = 0.0
    curves.n_bends[row] = 1
    if sides.reach[short] > 0.0:
        _extend(curves, row, sides, short, prices)
        _turn(curves, row)
    if sides.reach[long] > 0.0:
        _extend(curves, row, sides, long, prices)
    if sides.reach[short] > 0.0 and sides.reach[long] > 0.0:
        _convexify(curves, row)
    set_slopes(curves, row)


def draw_scaled(curves: Curves, row: int, units: Curves, unit: int, price: float) -> None:
    """Draw a curve at a single price, from another at a price of one."""
    curves.n_bends[row] = units.n_bends[unit]
    for i in range(units.n_bends[unit]):
        curves.breaks[row][i] = units.breaks[unit][i]
        curves.values[row][i] = price * units.values[unit][i]
        curves.slopes[row][i] = price * units.slopes[unit][i]
        for figure in range(3):
            curves.figures[figure][row][i] = units.figures[figure][unit][i]


def draw_free(curves: Curves, row: int, units: Curves, unit: int) -> None:
    """Draw a curve without any prices, from another: it has no bends but its ends, and no figures."""
    last = units.n_bends[unit] - 1
    curves.n_bends[row] = min(last, 1) + 1
    curves.breaks[row][0] = units.breaks[unit][0]
    curves.breaks[row][min(last, 1)] = units.breaks[unit][last]
    for i in range(curves.n_bends[row]):
        curves.values[row][i] = curves.slopes[row][i] = 0.0


def set_slopes(curves: Curves, row: int) -> None:
    """Compute the slopes of a curve from its bends."""
    breaks, values = curves.breaks[row], curves.values[row]
    for i in range(curves.n_bends[row] - 1):
        curves.slopes[row][i] = (values[i + 1] - values[i]) / (breaks[i + 1] - breaks[i])


def locate(curves: Curves, row: int, total: float) -> int:
    """Return ``2 i`` for a total at bend ``i``, ``2 i + 1`` for one between bends ``i`` and ``i + 1``."""
    breaks, i = curves.breaks[row], 0
    while i < curves.n_bends[row] - 1 and breaks[i] < total:
        i += 1
    return 2 * i - 1 if i > 0 and breaks[i] > total else 2 * i


def figure_at(curves: Curves, figure: int, row: int, total: float, place: int) -> float:
    """Return points, margin or count at a total whose place is known."""
    i = place // 2
    if place % 2:
        return curves.figures[figure][row][i] + rate_at(curves, figure, row, place) * (total - curves.breaks[row][i])
    return curves.figures[figure][row][i]


def rate_at(curves: Curves, figure: int, row: int, place: int) -> float:
    """Return how fast a figure grows with the total, after a place."""
    i = min(place // 2, curves.n_bends[row] - 2)
    if i < 0:
        return 0.0
    at, breaks = curves.figures[figure][row], curves.breaks[row]
    return (at[i + 1] - at[i]) / (breaks[i + 1] - breaks[i])


def support(curves: Curves, row: int, slope: float) -> float:
    """Return the height at zero of the highest straight line of a slope that lies nowhere above a curve."""
    height = curves.values[row][0] - slope * curves.breaks[row][0]
    for i in range(1, curves.n_bends[row]):
        height = min(height, curves.values[row][i] - slope * curves.breaks[row][i])
    return height


def within(curves: Curves, row: int, most: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of an interval of totals in which a curve is at most this high."""
    breaks, values, slopes, last = curves.breaks[row], curves.values[row], curves.slopes[row], curves.n_bends[row] - 1
    i = 0
    while i <= last and values[i] > most:
        i += 1
    if i > last:
        return math.inf, -math.inf
    if i > 0:
        low = max(low, breaks[i] + (most - values[i]) / slopes[i - 1])
    i = last
    while values[i] > most:
        i -= 1
    if i < last:
        high = min(high, breaks[i] + (most - values[i]) / slopes[i])
    return low, high


def _extend(curves: Curves, row: int, sides: Sides, side: int, prices: list[float]) -> None:
    """Add the corners of one side after the last bend, which is at zero, outwards."""
    sign = 2 * (side % 2) - 1
    n_pieces = sides.n_pieces[side]
    order, cost = integers(n_pieces), floats(n_pieces)
    for piece in range(n_pieces):
        price = 0.0
        for figure in range(3):
            price += prices[figure] * sides.rates[figure][side][piece]
        # Prices that differ by rounding only are one.
        cost[piece] = price + SAME * piece * abs(price)
        at = piece
        while at > 0 and cost[order[at - 1]] > cost[piece]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = piece
    left = sides.reach[side]
    for piece in order:
        used = min(sides.width[side][piece], left)
        if used <= 0.0:
            return
        left -= used
        i = curves.n_bends[row]
        curves.breaks[row][i] = curves.breaks[row][i - 1] + sign * used
        curves.values[row][i] = curves.values[row][i - 1] + cost[piece] * used
        for figure in range(3):
            at_bends = curves.figures[figure][row]
            at_bends[i] = at_bends[i - 1] + sides.rates[figure][side][piece] * used
        curves.n_bends[row] = i + 1


def _turn(curves: Curves, row: int) -> None:
    """Reverse the order of the bends."""
    last = curves.n_bends[row] - 1
    for i in range((last + 1) // 2):
        _swap(curves.breaks[row], i, last - i)
        _swap(curves.values[row], i, last - i)
        for figure in range(3):
            _swap(curves.figures[figure][row], i, last - i)


def _swap(numbers: list[float], i: int, k: int) -> None:
    numbers[i], numbers[k] = numbers[k], numbers[i]


def _convexify(curves: Curves, row: int) -> None:
    """Keep the bends of the lower convex envelope."""
    breaks, values = curves.breaks[row], curves.values[row]
    kept = 0
    for i in range(curves.n_bends[row]):
        while kept >= 2 and (values[kept - 1] - values[kept - 2]) * (breaks[i] - breaks[kept - 2]) >= (
            values[i] - values[kept - 2]
        ) * (breaks[kept - 1] - breaks[kept - 2]):
            kept -= 1
        breaks[kept], values[kept] = breaks[i], values[i]
        for figure in range(3):
            curves.figures[figure][row][kept] = curves.figures[figure][row][i]
        kept += 1
    curves.n_bends[row] = kept
