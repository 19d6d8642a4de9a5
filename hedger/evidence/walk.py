r"""One strategy through the past: hedged at each roll, watched every month, paid for.

**At a roll** the hedge is solved by :func:`hedger.hedge.solve_hedge` on what was known at that close, as a plan of the
day would be. Contracts that stay are rolled, the others are bought or sold.

**Between rolls**, every :data:`WATCH` sessions, the exposure is measured again. With hedge fraction :math:`h`, beta
:math:`\beta` to the reference index :math:`r`, held dollars :math:`x_j`, index covariance :math:`S` and value :math:`V`
the hedge misses its aim by :math:`h \beta + \sum_j S_{rj} x_j / (S_{rr} V)` of beta. When that has moved by more than
:data:`BAND` since the roll, the hedge is solved again in the same indices, with what is held.

**Costs** are half a round trip for each contract bought or sold, and the roll of each that stays; they are taken from
the gain of the next session; closing what is held in the end, from the last one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import QUARTERS_A_YEAR
from hedger.errors import InfeasibleHedgeError, SettingsError
from hedger.hedge import solve_hedge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.evidence.history import History, Span
    from hedger.evidence.strategies import Sizing, Strategy
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan, HedgePolicy

    Measure = Callable[[int], Mapping[Sizing, Exposure]]
    Positions = tuple[tuple[str, int], ...]

WATCH = 21
"""Sessions after which a hedge is looked at again: a month."""
BAND = 0.10
"""Beta by which a hedge may miss its aim before it is put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Contracts held from one close to another.

    Parameters
    ----------
    first, last
        Positions of the sessions.
    held
        Root and signed number of contracts, without zeros.
    """

    first: int
    last: int
    held: Positions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldQuarter:
    """What a strategy held in one quarter.

    Parameters
    ----------
    exposure
        As measured at the roll.
    plan
        Solved at the roll; ``None`` where no hedge could be had.
    refusal
        Why there is no plan; empty otherwise.
    stretches
        What was held, oldest first; the first begins at the roll.
    """

    exposure: Exposure
    plan: HedgePlan | None
    refusal: str
    stretches: tuple[Stretch, ...]


def hold_quarter(
    strategy: Strategy, history: History, span: Span, quotes: Sequence[ContractQuote], measure: Measure
) -> HeldQuarter:
    """Hedge one quarter: decide at its roll, and put the hedge right where it leaves its band.

    Parameters
    ----------
    measure
        Returns the exposures at the close of a session of this quarter, by the way to size a hedge.
    """
    usable = history.reprice(quotes, span, span.first)
    exposure = measure(span.first)[strategy.sizing]
    try:
        plan = solve_hedge(exposure, usable, strategy.policy, with_alternatives=False)
    except (SettingsError, InfeasibleHedgeError) as error:
        # A target beta may lie beyond a past beta, and a margin budget below one contract: then nothing is held.
        idle = Stretch(first=span.first, last=span.last, held=())
        return HeldQuarter(exposure=exposure, plan=None, refusal=str(error), stretches=(idle,))
    stretches = []
    begin, held = span.first, _positions(plan)
    missed = _miss(held, exposure, usable, plan, strategy.policy)
    for session in range(span.first + WATCH, span.last, WATCH):
        exposure_now = measure(session)[strategy.sizing]
        priced = history.reprice(usable, span, session)
        if abs(_miss(held, exposure_now, priced, plan, strategy.policy) - missed) <= BAND:
            continue
        corrected = _put_right(held, exposure_now, priced, replace(strategy.policy, indices=_legs(plan), current=held))
        missed = _miss(corrected, exposure_now, priced, plan, strategy.policy)
        if corrected != held:
            stretches.append(Stretch(first=begin, last=session, held=held))
            begin, held = session, corrected
    stretches.append(Stretch(first=begin, last=span.last, held=held))
    return HeldQuarter(exposure=exposure, plan=plan, refusal="", stretches=tuple(stretches))


def _miss(
    held: Positions, exposure: Exposure, quotes: Sequence[ContractQuote], plan: HedgePlan, policy: HedgePolicy
) -> float:
    """Return by how much beta the futures held miss their aim: see the module's docstring."""
    follow = exposure.follow_shares(plan.reference_index)
    quantities = dict(held)
    moved = sum(
        quantities[quote.symbol] * quote.notional * follow[exposure.indices.index(quote.index)]
        for quote in quotes
        if quote.symbol in quantities
    )
    beta = exposure.of(plan.reference_index).beta
    aimed_at = plan.hedge_fraction * beta if policy.target_beta is None else beta - policy.target_beta
    return float(aimed_at + moved / exposure.book.beta_base)


def _put_right(held: Positions, exposure: Exposure, quotes: Sequence[ContractQuote], policy: HedgePolicy) -> Positions:
    """Return what the hedge asks for now; what is held where it cannot be had."""
    try:
        return _positions(solve_hedge(exposure, quotes, policy, with_alternatives=False))
    except (SettingsError, InfeasibleHedgeError):
        return held


def _legs(plan: HedgePlan) -> tuple[str, ...]:
    return tuple(name for name, _ in plan.target_notional)


def _positions(plan: HedgePlan) -> Positions:
    return tuple((order.quote.symbol, order.held_after) for order in plan.positions if order.held_after)


def stretch_gains(stretch: Stretch, span: Span, steps: FloatArray, notional: Mapping[str, FloatArray]) -> FloatArray:
    """Return what the contracts of a stretch gained in each of its sessions, before costs, USD.

    Parameters
    ----------
    steps
        Moves of the indices in the quarter's sessions per unit of their level at its roll, shape
        (span.n_sessions, n_indices).
    notional
        By root: USD of one contract in each index, shape (n_indices,).
    """
    dollars = sum((quantity * notional[symbol] for symbol, quantity in stretch.held), np.zeros(steps.shape[1]))
    gains: FloatArray = steps[stretch.first - span.first : stretch.last - span.first] @ dollars
    return gains


def trade_cost(
    before: Positions,
    after: Positions,
    quotes: Mapping[str, ContractQuote],
    *,
    is_roll: bool,
) -> tuple[float, int]:
    """Return what it costs to get from one holding of futures to another, USD, and the number of orders.

    Parameters
    ----------
    is_roll
        Whether contracts that stay have to be rolled to the next expiry.
    """
    old, new = dict(before), dict(after)
    cost, n_orders = 0.0, 0
    for symbol in {**old, **new}:
        quote, was, will = quotes[symbol], old.get(symbol, 0), new.get(symbol, 0)
        if was != will:
            cost += abs(will - was) * quote.round_trip_cost / 2.0
            n_orders += 1
        stays = min(abs(was), abs(will)) if was * will > 0 else 0
        if is_roll and stays:
            cost += stays * quote.yearly_roll_cost / QUARTERS_A_YEAR
            n_orders += 1
    return cost, n_orders
