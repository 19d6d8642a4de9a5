r"""Prices of the limits that make the bound of a root high.

Whatever the prices are, the bound of :mod:`hedger.hedge.search.relaxation` holds; so they need not be the best ones.
Stage 1 wants :math:`D(\lambda)` high, with prices of margin and count. Stage 2 wants to know how few points fractions
of contracts could do with at a squared risk of at most :math:`L`: with :math:`\mu` points for a unit of squared risk
and :math:`\kappa` points for a unit of margin or count these are at least

.. math:: G(\mu, \kappa) = \mu \bigl(D(1/\mu, \kappa/\mu) - L\bigr) .

Both functions are concave, and their slopes are what the relaxation exceeds its limits by. They are climbed along one
price at a time, the others being the best ones for it. Each climb keeps the best tangent on either side of the top;
where they meet lies no value of the function, so that the climb knows when it is close enough. A limit that the
relaxation keeps at a price of zero gets no price.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hedger.hedge.search.curves import support
from hedger.hedge.search.relaxation import Relaxation, Root, alone_row, figure_of, quadratic, reprice
from hedger.hedge.search.terms import COUNT, MARGIN, NODES, POINTS, floats, integers

MOST_TRIALS = 30
"""Prices tried along one line."""
MARGINAL = 1e-3
"""Share of the interval between two tangents that a trial stays away from their ends."""
GROWTH = 8.0
"""By how much a price is raised or lowered until the top lies between two tangents."""
RISING, FALLING = range(2)
"""Sides of the top."""


class Goal(NamedTuple):
    """What prices are wanted for.

    Parameters
    ----------
    squared
        Squared risk that is allowed, in stage 2; infinite in stage 1.
    enough
        How close to the top a climb has to come: squared USD in stage 1, points in stage 2.
    ceiling
        Height at which it may stop, for the root is of no interest then.
    """

    squared: float
    enough: float
    ceiling: float


class Line(NamedTuple):
    """A concave function of one price, as far as it is known: a tangent on either side of its top.

    Parameters
    ----------
    price, value, slope
        Where the tangent that rises and the one that falls touch the function, its value there, and their slopes.
    beside
        Slope of the function by another price at these points.
    is_known
        Whether there is such a tangent yet.
    """

    price: list[float]
    value: list[float]
    slope: list[float]
    beside: list[float]
    is_known: list[int]


def tighten(relaxation: Relaxation, root: Root, goal: Goal, effort: list[int]) -> float:
    """Find good prices for a root and return the height that they reach."""
    kappa = floats(3)
    if goal.squared < math.inf:
        # Points per squared USD to begin with: all that fractions could save, for all the risk that may be added.
        least = reprice(relaxation, root, kappa)
        if least >= goal.squared:
            return math.inf
        floor = float(root.idle)
        for j in root.free:
            floor += support(relaxation.alone, alone_row(relaxation, POINTS, j), 0.0)
        kappa[POINTS] = max(figure_of(relaxation, root, POINTS) - floor, goal.enough) / (goal.squared - least)
    return _climb_margin(relaxation, root, goal, kappa, effort)


def _climb_margin(relaxation: Relaxation, root: Root, goal: Goal, kappa: list[float], effort: list[int]) -> float:
    """Find the best price of margin, and the best others at it; return the height."""
    kappa[MARGIN] = 0.0
    value, slope = _climb_count(relaxation, root, goal, kappa, effort)
    if relaxation.terms.limits[MARGIN] == math.inf:
        return value
    line = _new_line()
    _note(line, 0.0, value, slope, 0.0)
    for trial in range(MOST_TRIALS):
        if _is_done(line, goal):
            break
        kappa[MARGIN] = _next_price(line, goal, trial)
        value, slope = _climb_count(relaxation, root, goal, kappa, effort)
        _note(line, kappa[MARGIN], value, slope, 0.0)
    if kappa[MARGIN] != _best_price(line):
        kappa[MARGIN] = _best_price(line)
        value, slope = _climb_count(relaxation, root, goal, kappa, effort)
    return value


def _climb_count(
    relaxation: Relaxation, root: Root, goal: Goal, kappa: list[float], effort: list[int]
) -> tuple[float, float]:
    """Find the best price of a contract at a price of margin; return the height, and its slope by that price."""
    kappa[COUNT] = 0.0
    value = _climb_scale(relaxation, root, goal, kappa, effort)
    if relaxation.terms.limits[COUNT] == math.inf:
        return value, _over(relaxation, root, MARGIN)
    line = _new_line()
    _note(line, 0.0, value, _over(relaxation, root, COUNT), _over(relaxation, root, MARGIN))
    for trial in range(MOST_TRIALS):
        if _is_done(line, goal):
            break
        kappa[COUNT] = _next_price(line, goal, trial)
        value = _climb_scale(relaxation, root, goal, kappa, effort)
        _note(line, kappa[COUNT], value, _over(relaxation, root, COUNT), _over(relaxation, root, MARGIN))
    if kappa[COUNT] != _best_price(line):
        kappa[COUNT] = _best_price(line)
        value = _climb_scale(relaxation, root, goal, kappa, effort)
    return value, _beside(line)


def _climb_scale(relaxation: Relaxation, root: Root, goal: Goal, kappa: list[float], effort: list[int]) -> float:
    """Find the best number of points for a unit of squared risk, at these prices in points; return the height."""
    if goal.squared == math.inf:
        effort[NODES] += 1
        return reprice(relaxation, root, kappa)
    line = _new_line()
    price, value = kappa[POINTS], 0.0
    for trial in range(MOST_TRIALS):
        value = _height(relaxation, root, goal, kappa, price, effort)
        _note(line, price, value, quadratic(relaxation.terms.covariance, root.residual) - goal.squared, 0.0)
        if _is_done(line, goal):
            break
        price = _next_price(line, goal, trial)
    kappa[POINTS] = _best_price(line)
    return value if price == kappa[POINTS] else _height(relaxation, root, goal, kappa, kappa[POINTS], effort)


def _height(  # noqa: PLR0917 - compiled code takes its arguments by position
    relaxation: Relaxation, root: Root, goal: Goal, kappa: list[float], price: float, effort: list[int]
) -> float:
    """Return G."""
    effort[NODES] += 1
    prices = floats(3)
    prices[POINTS], prices[MARGIN], prices[COUNT] = 1.0 / price, kappa[MARGIN] / price, kappa[COUNT] / price
    return price * (reprice(relaxation, root, prices) - goal.squared)


def _over(relaxation: Relaxation, root: Root, figure: int) -> float:
    """Return by how much a figure exceeds its limit."""
    limit = relaxation.terms.limits[figure]
    return figure_of(relaxation, root, figure) - limit if limit < math.inf else -1.0


def _new_line() -> Line:
    return Line(floats(2), floats(2), floats(2), floats(2), integers(2))


def _note(line: Line, price: float, value: float, slope: float, beside: float) -> None:
    """Write down a tangent, in place of the one known on its side of the top."""
    for side in (RISING, FALLING):
        if slope == 0.0 or (slope > 0.0) == (side == RISING):
            line.price[side], line.value[side], line.slope[side] = price, value, slope
            line.beside[side], line.is_known[side] = beside, 1


def _is_done(line: Line, goal: Goal) -> bool:
    """Tell whether the top is near enough, or high enough, or at a price of zero."""
    best = -math.inf
    for side in (RISING, FALLING):
        if line.is_known[side]:
            best = max(best, line.value[side])
    if best > goal.ceiling or (line.is_known[FALLING] and line.price[FALLING] == 0.0):
        return True
    return line.is_known[RISING] == 1 and line.is_known[FALLING] == 1 and _crossing(line)[1] - best <= goal.enough


def _crossing(line: Line) -> tuple[float, float]:
    """Return the price at which the tangents meet, and their value there."""
    low, high, rising, falling = line.price[RISING], line.price[FALLING], line.slope[RISING], line.slope[FALLING]
    if high <= low or rising <= falling:
        return low, line.value[RISING]
    share = (line.value[FALLING] - line.value[RISING] - falling * (high - low)) / ((rising - falling) * (high - low))
    share = min(max(share, 0.0), 1.0)
    return low + share * (high - low), line.value[RISING] + rising * share * (high - low)


def _next_price(line: Line, goal: Goal, trial: int) -> float:
    """Return the price to be tried next: where the slope would be zero and where the tangents meet, by turns."""
    low, high = line.price[RISING], line.price[FALLING]
    if not line.is_known[FALLING]:
        return GROWTH * low if low > 0.0 else (goal.ceiling - line.value[RISING]) / line.slope[RISING]
    if not line.is_known[RISING]:
        return high / GROWTH
    if trial % 2:
        price = _crossing(line)[0]
    else:
        price = low + line.slope[RISING] / (line.slope[RISING] - line.slope[FALLING]) * (high - low)
    return min(max(price, low + MARGINAL * (high - low)), high - MARGINAL * (high - low))


def _best_price(line: Line) -> float:
    """Return the price at which the function is highest, as far as known."""
    if line.is_known[RISING] and (not line.is_known[FALLING] or line.value[RISING] > line.value[FALLING]):
        return line.price[RISING]
    return line.price[FALLING]


def _beside(line: Line) -> float:
    """Return the slope by the other price where the slope along the line is zero."""
    if not line.is_known[RISING] or not line.is_known[FALLING]:
        return line.beside[FALLING] if line.is_known[FALLING] else line.beside[RISING]
    rising, falling = line.slope[RISING], -line.slope[FALLING]
    if rising + falling <= 0.0:
        return line.beside[RISING]
    return (falling * line.beside[RISING] + rising * line.beside[FALLING]) / (rising + falling)
