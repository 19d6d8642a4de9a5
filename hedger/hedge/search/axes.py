r"""One index of the problem: its contracts on either side of the market, and which counts of them can matter.

**Points.** Stage 2 of the problem wants the least cost and then the fewest contracts. Both are one integer, *points*:
cost in whole units times a power of two above any possible count, plus the number of contracts. Stage 1 does not look
at trades; there a point is a contract.

**Counts that matter.** On one side of the market the contracts of an index are counts :math:`k_c \ge 0`; their total
is :math:`y = \pm \sum k_c N_c`. Let :math:`N_a = r N_b` with whole :math:`r`, and let :math:`r` contracts :math:`b`
cost and margin at least as much as one :math:`a` that has no limit of its own. Then :math:`r` of :math:`b` may be
swapped for one :math:`a` as long as :math:`r` of them are newly traded: the total stays, cost and margin do not rise,
the number of contracts falls. So counts of :math:`b` above those held plus :math:`r - 1` never matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge.problem import HedgeProblem, ProblemContract

RELATIVE = 1e-9
"""Relative slack on tracking risk and margin when two plans are compared."""
ABSOLUTE = 1e-12
"""Absolute slack on tracking risk, as a share of the risk being hedged."""
SAME = 1e-12
"""Relative difference below which two notionals, totals or margins are one."""
COST_UNITS = 10_000
"""Costs are compared in whole units of this part of a dollar; fees such as 1.865 have halves of cents."""
SIGNS = {"sell": (-1,), "buy": (1,), "either": (-1, 1), "none": ()}
"""Signs that each side of a problem may hold."""
POINTS, MARGIN, COUNT = range(3)
"""The quantities of a plan that may be limited, in the order in which arrays have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSide:
    """Contracts of one index on one side of the market.

    Parameters
    ----------
    sign
        1 for long, -1 for short.
    notional, margin
        USD per contract.
    points
        Of trading one contract, without the point for holding it.
    held
        Contracts already held on this side.
    most
        Highest count that can matter.
    closing
        Points of closing what is held on the other side.
    reach
        Highest total that can matter, USD, not negative.
    pieces
        Contracts held and contracts to be traded as stretches of total: points, margin and count per USD, and width in
        USD. They are sorted, so that of pieces of one price the first is the best.
    """

    sign: int
    notional: tuple[float, ...]
    margin: tuple[float, ...]
    points: tuple[int, ...]
    held: tuple[int, ...]
    most: tuple[int, ...]
    closing: int
    reach: float
    pieces: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """One index of the problem.

    Parameters
    ----------
    positions
        Where each contract stands in the problem.
    notional, margin, points, current
        Of each contract: USD, USD, points of trading one, signed count held if trading costs points.
    sides
        Short before long; none where nothing may be held.
    idle_points
        Points of holding nothing.
    """

    positions: tuple[int, ...]
    notional: tuple[float, ...]
    margin: tuple[float, ...]
    points: tuple[int, ...]
    current: tuple[int, ...]
    sides: tuple[OneSide, ...]
    idle_points: int


def to_units(costs: Sequence[float]) -> list[int]:
    """Return costs in whole units, as large as all costs allow."""
    units = [round(COST_UNITS * cost) for cost in costs]
    common = max(math.gcd(*units), 1)
    return [unit // common for unit in units]


def to_axis(problem: HedgeProblem, index: int, *, points: Sequence[int], low: float, high: float) -> Axis:
    """Describe one index.

    Parameters
    ----------
    index
        Position of the index.
    points
        Of trading one of each contract of the problem; all 0 for stage 1, in which trades do not count.
    low, high
        Totals between which everything that matters lies, USD, ``low <= 0 <= high``.
    """
    positions = tuple(c for c, contract in enumerate(problem.contracts) if contract.index == problem.indices[index])
    contracts = [problem.contracts[position] for position in positions]
    prices = tuple(points[position] for position in positions)
    # What is held matters only where trading it costs something.
    current = tuple(contract.current if price else 0 for contract, price in zip(contracts, prices, strict=True))
    idle = sum(price * abs(held) for price, held in zip(prices, current, strict=True))
    sides = tuple(
        _one_side(problem, contracts, prices, current, sign=sign, reach=high if sign > 0 else -low)
        for sign in (SIGNS[problem.sides[index]] if contracts else ())
    )
    return Axis(
        positions=positions,
        notional=tuple(contract.notional for contract in contracts),
        margin=tuple(contract.margin for contract in contracts),
        points=prices,
        current=current,
        sides=sides,
        idle_points=idle,
    )


def _one_side(
    problem: HedgeProblem,
    contracts: Sequence[ProblemContract],
    points: tuple[int, ...],
    current: tuple[int, ...],
    *,
    sign: int,
    reach: float,
) -> OneSide:
    held = tuple(max(sign * count, 0) for count in current)
    most = _most(problem, contracts, points, held, reach)
    pieces = []
    for contract, price, kept, highest in zip(contracts, points, held, most, strict=True):
        margin, count = contract.margin / contract.notional, 1.0 / contract.notional
        for n, rate in ((min(kept, highest), 1 - price), (highest - min(kept, highest), 1 + price)):
            if n > 0:
                pieces.append((rate / contract.notional, margin, count, n * contract.notional))
    return OneSide(
        sign=sign,
        notional=tuple(contract.notional for contract in contracts),
        margin=tuple(contract.margin for contract in contracts),
        points=points,
        held=held,
        most=most,
        closing=sum(price * max(-sign * count, 0) for price, count in zip(points, current, strict=True)),
        reach=min(reach, sum(piece[-1] for piece in pieces)),
        pieces=tuple(sorted(pieces)),
    )


def _most(
    problem: HedgeProblem,
    contracts: Sequence[ProblemContract],
    points: tuple[int, ...],
    held: tuple[int, ...],
    reach: float,
) -> tuple[int, ...]:
    """Return the highest count of each contract that can matter."""
    most = []
    for contract, price, kept in zip(contracts, points, held, strict=True):
        highest = math.floor(reach / contract.notional * (1.0 + RELATIVE))
        if contract.limit is not None:
            highest = min(highest, contract.limit)
        if problem.max_contracts is not None:
            highest = min(highest, problem.max_contracts)
        if problem.margin_budget is not None and contract.margin > 0:
            highest = min(highest, math.floor(problem.margin_budget * (1.0 + RELATIVE) / contract.margin))
        for larger, larger_price in zip(contracts, points, strict=True):
            ratio = round(larger.notional / contract.notional)
            if (
                ratio > 1
                and larger.limit is None
                and abs(larger.notional - ratio * contract.notional) <= SAME * larger.notional
                and ratio * price >= larger_price
                and (problem.margin_budget is None or ratio * contract.margin >= larger.margin * (1.0 - SAME))
            ):
                highest = min(highest, kept + ratio - 1)
        most.append(max(highest, 0))
    return tuple(most)
