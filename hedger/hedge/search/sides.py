r"""The contracts of an index on one side of the market, and which counts of them can matter.

On one side the contracts of an index are counts :math:`k_c \ge 0`; their total is :math:`y = \pm \sum k_c N_c`. Let
:math:`N_a = r N_b` with whole :math:`r`, and let :math:`r` contracts :math:`b` cost and margin at least as much as one
:math:`a` that has no limit of its own. Then :math:`r` of :math:`b` may be swapped for one :math:`a` as long as
:math:`r` of them are newly traded: the total stays, cost and margin do not rise, the number of contracts falls. So
counts of :math:`b` above those held plus :math:`r - 1` never matter.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hedger.hedge.search.terms import (
    COUNT,
    MARGIN,
    POINTS,
    Terms,
    float_block,
    float_table,
    floats,
    integer_table,
    integers,
)

RELATIVE = 1e-9
"""Relative slack on tracking risk and margin when two plans are compared."""
SAME = 1e-12
"""Relative difference below which two notionals, totals or margins are one."""


class Sides(NamedTuple):
    """All sides of all indices: row ``2 j`` is the short side of index ``j``, row ``2 j + 1`` the long one.

    Parameters
    ----------
    idle
        Points of holding nothing, per index.
    closing
        Points of closing what is held on the other side.
    reach
        Highest total that can matter, USD, not negative; 0 for a side that may not be held.
    held, most
        Per side and contract of the index: contracts held on this side, and the highest count that can matter.
    n_pieces, width, rates
        Contracts held and contracts to be traded as stretches of total: how many, their width in USD, and points,
        margin and count per USD, shape (3, n_sides, n_pieces). They are sorted by these rates, so that of pieces of
        one price the first is the best.
    """

    idle: list[int]
    closing: list[int]
    reach: list[float]
    held: list[list[int]]
    most: list[list[int]]
    n_pieces: list[int]
    width: list[list[float]]
    rates: list[list[list[float]]]


def to_sides(terms: Terms) -> Sides:
    """Describe the sides of all indices."""
    n_indices, widest = len(terms.target), 0
    for j in range(n_indices):
        widest = max(widest, terms.first[j + 1] - terms.first[j])
    rows, columns = 2 * n_indices, 2 * widest
    sides = Sides(
        idle=integers(n_indices),
        closing=integers(rows),
        reach=floats(rows),
        held=integer_table(rows, widest),
        most=integer_table(rows, widest),
        n_pieces=integers(rows),
        width=float_table(rows, columns),
        rates=float_block(3, rows, columns),
    )
    for j in range(n_indices):
        for c in range(terms.first[j], terms.first[j + 1]):
            sides.idle[j] += terms.points[c] * abs(terms.current[c])
        for long in range(2):
            if terms.may_hold[j][long]:
                _fill(terms, sides, j, 2 * j + long)
    return sides


def _fill(terms: Terms, sides: Sides, j: int, side: int) -> None:
    """Describe one side."""
    sign = 2 * (side % 2) - 1
    reach = terms.high[j] if sign > 0 else -terms.low[j]
    widths = 0.0
    for c in range(terms.first[j], terms.first[j + 1]):
        i, price, notional = c - terms.first[j], terms.points[c], terms.notional[c]
        held, closed = max(sign * terms.current[c], 0), max(-sign * terms.current[c], 0)
        most = _most(terms, j, c, held, reach)
        sides.held[side][i], sides.most[side][i] = held, most
        sides.closing[side] += price * closed
        kept = min(held, most)
        margin, count = terms.margin[c] / notional, 1.0 / notional
        if kept > 0:
            _insert(sides, side, (1 - price) / notional, margin, count, kept * notional)
        if most > kept:
            _insert(sides, side, (1 + price) / notional, margin, count, (most - kept) * notional)
        widths += most * notional
    sides.reach[side] = min(reach, widths)


def _most(terms: Terms, j: int, c: int, held: int, reach: float) -> int:
    """Return the highest count of a contract that can matter."""
    notional, margin = terms.notional[c], terms.margin[c]
    most = math.floor(reach / notional * (1.0 + RELATIVE))
    if terms.limit[c] >= 0:
        most = min(most, terms.limit[c])
    if terms.limits[COUNT] < math.inf:
        most = min(most, math.floor(terms.limits[COUNT]))
    if terms.limits[MARGIN] < math.inf and margin > 0.0:
        most = min(most, math.floor(terms.limits[MARGIN] / margin))
    for larger in range(terms.first[j], terms.first[j + 1]):
        ratio = math.floor(terms.notional[larger] / notional + 0.5)
        if (
            ratio > 1
            and terms.limit[larger] < 0
            and abs(terms.notional[larger] - ratio * notional) <= SAME * terms.notional[larger]
            and ratio * terms.points[c] >= terms.points[larger]
            and (terms.limits[MARGIN] == math.inf or ratio * margin >= terms.margin[larger] * (1.0 - SAME))
        ):
            most = min(most, held + ratio - 1)
    return max(most, 0)


def _insert(  # noqa: PLR0917 - compiled code takes its arguments by position
    sides: Sides, side: int, points: float, margin: float, count: float, width: float
) -> None:
    """Add a piece to a side, sorted by its points, then its margin per USD."""
    at = sides.n_pieces[side]
    all_points, all_margin, all_count = sides.rates[POINTS][side], sides.rates[MARGIN][side], sides.rates[COUNT][side]
    while at > 0 and (all_points[at - 1] > points or (all_points[at - 1] == points and all_margin[at - 1] > margin)):
        all_points[at], all_margin[at], all_count[at] = all_points[at - 1], all_margin[at - 1], all_count[at - 1]
        sides.width[side][at] = sides.width[side][at - 1]
        at -= 1
    all_points[at], all_margin[at], all_count[at] = points, margin, count
    sides.width[side][at] = width
    sides.n_pieces[side] += 1
