r"""When the futures account of a plan is called for cash, and what would prevent it.

A short hedge loses when the market rises, and losses are paid in cash every evening. The account holds the initial
margin and a buffer; a call comes when what is left at a close is below maintenance, that is when the futures have
lost more than :math:`E_0` = initial + buffer - maintenance.

All legs count jointly, as one position: :math:`G` is their gross notional, and :math:`\sigma` the daily standard
deviation of their joint gain as a share of it. The log move that loses :math:`E_0` is :math:`\ln(1 + E_0 / G)` for a
short position and :math:`-\ln(1 - E_0 / G)` for a long one; how likely it is, :mod:`hedger.risk.first_passage` tells.
The move of the reference index at which a call comes is :math:`E_0` over what the position loses when that index
moves and the others follow at their conditional expectation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from hedger.errors import Note
from hedger.exposure import MONTH, QUARTER
from hedger.risk.first_passage import passage_deviation, passage_distance, passage_probability, simulate_passage
from hedger.risk.futures_account import AccountRange, FuturesAccount
from hedger.risk.positions import hedge_gains, held_notional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.arrays import FloatArray
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan

HORIZONS = (5, MONTH, QUARTER)
"""Sessions: a week, a month, a quarter."""
PROBABILITIES = (0.10, 0.05, 0.01)
"""Chances of a call for which the buffer is told."""
MARGIN_RISES = (1.5, 2.0)
"""Multiples of today's margins; from January to March 2020 they rose 1.8 to 2.2 times."""
ACCEPTED = 0.05
"""Chance of a call within a quarter up to which a buffer counts as enough; one of :data:`PROBABILITIES`."""


BufferOrigin = Literal["stated", "cash", "no_cash", "cash_below_margin"]
"""Where a buffer comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChance:
    """Chance of a margin call within a horizon.

    Parameters
    ----------
    horizon_days
        Sessions.
    probability
        By formula.
    simulated
        Share of past windows, scaled to today's volatility; ``None`` where the record is too short.
    """

    horizon_days: int
    probability: float
    simulated: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferNeed:
    """Cash beyond initial margin that leaves a given chance of a call.

    Parameters
    ----------
    horizon_days
        Sessions.
    probability
        Chance of a call.
    buffer
        USD; zero where initial margin alone suffices.
    """

    horizon_days: int
    probability: float
    buffer: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StressedCall:
    """The same account after the exchange or the broker has raised margins.

    Parameters
    ----------
    margin_multiplier
        New margins over today's.
    cash_needed
        What has to be added at once to stay above maintenance, USD; zero for nothing.
    call_move
        Move of the reference index at which a call comes, as a fraction; ``None`` when it comes at once, or when
        no move does it.
    probability
        Chance of a call within a quarter, by formula; 1 when it comes at once.
    needs
        Cash beyond *today's* initial margin that leaves each of :data:`PROBABILITIES` of a call within a quarter.
    """

    margin_multiplier: float
    cash_needed: float
    call_move: float | None
    probability: float
    needs: tuple[BufferNeed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCall:
    """When the futures account of a plan is called for cash.

    Parameters
    ----------
    buffer
        Cash beyond initial margin, USD.
    origin
        Where the buffer comes from: stated by the user, or the cash in the holdings file beyond initial margin, which
        is nothing where the file tells of no cash or of less than that margin.
    call_level, call_move
        Level of the reference index, in points, and its move, as a fraction, at which a call comes; ``None`` where no
        move does it.
    chances, needs, stressed
        See their types.
    fan
        Where the account may stand over the next quarter, today first; its `lowest` refers to :data:`ACCEPTED`.
    largest_hedge
        Share of the plan that the same cash would carry through a quarter with a chance of 95 %; at most 1.
    largest_hedge_fraction
        The same as a share of beta dollars; ``None`` for a book without exposure.
    notes
        Where the buffer comes from, and whether it would do.
    """

    buffer: float
    origin: BufferOrigin
    call_level: float | None
    call_move: float | None
    chances: tuple[CallChance, ...]
    needs: tuple[BufferNeed, ...]
    stressed: tuple[StressedCall, ...]
    fan: tuple[AccountRange, ...]
    largest_hedge: float
    largest_hedge_fraction: float | None
    notes: tuple[Note, ...]

    @property
    def is_stated(self) -> bool:
        """Whether the user stated the buffer."""
        return self.origin == "stated"

    def need(self, probability: float, horizon_days: int) -> float:
        """Return the buffer of one of :data:`PROBABILITIES` and :data:`HORIZONS`, USD; ``ValueError`` for another."""
        for each in self.needs:
            if (each.probability, each.horizon_days) == (probability, horizon_days):
                return each.buffer
        raise ValueError(f"no buffer was computed for {probability} within {horizon_days} sessions")


def assess_margin_calls(exposure: Exposure, plan: HedgePlan, *, buffer: float | None = None) -> MarginCall | None:
    """Return when a plan's futures account would be called; ``None`` for a plan without contracts.

    Parameters
    ----------
    exposure
        What is hedged.
    plan
        What is held after the orders.
    buffer
        Cash beyond initial margin, USD, not negative; ``None`` for the cash of the holdings file that initial margin
        leaves, at least nothing.

    Raises
    ------
    ValueError
        When the buffer is negative.
    """
    if buffer is not None and buffer < 0:
        raise ValueError(f"buffer must not be negative, not {buffer}")
    notional = held_notional(exposure, plan)
    gross = sum(abs(order.held_after) * order.quote.notional for order in plan.positions)
    if not gross:
        return None
    stated = buffer if buffer is not None else max(exposure.book.cash - plan.initial_margin, 0.0)
    returns = hedge_gains(exposure, plan) / gross
    returns = returns[np.isfinite(returns)]
    account = FuturesAccount(
        cash=plan.initial_margin + stated,
        maintenance=plan.maintenance_margin,
        gross=gross,
        sensitivity=float(notional @ exposure.follow_shares(plan.reference_index)),
        deviation=passage_deviation(returns),
    )
    chances = tuple(_chance(account, returns, horizon) for horizon in HORIZONS)
    needs = tuple(_need(account, plan, horizon, chance) for horizon in HORIZONS for chance in PROBABILITIES)
    worst = account.loss(passage_distance(ACCEPTED, account.deviation, QUARTER))
    largest = min(account.cash / (account.maintenance + worst), 1.0)
    removed = plan.achieved_hedge_fraction
    move = account.call_move(account.maintenance)
    call = MarginCall(
        buffer=stated,
        origin=_origin(buffer, cash=exposure.book.cash, initial_margin=plan.initial_margin),
        call_level=exposure.of(plan.reference_index).level * (1.0 + move) if move is not None else None,
        call_move=move,
        chances=chances,
        needs=needs,
        stressed=tuple(_stressed(account, plan, multiplier) for multiplier in MARGIN_RISES),
        fan=account.spread(ACCEPTED),
        largest_hedge=largest,
        largest_hedge_fraction=None if removed is None else largest * removed,
        notes=(),
    )
    return replace(call, notes=tuple(_list_notes(call, plan, cash=exposure.book.cash)))


def _chance(account: FuturesAccount, returns: FloatArray, horizon: int) -> CallChance:
    distance = account.distance(account.maintenance)
    index_returns = -returns if account.is_short else returns
    return CallChance(
        horizon_days=horizon,
        probability=passage_probability(distance, account.deviation, horizon),
        simulated=simulate_passage(index_returns, distance, account.deviation, horizon, is_short=account.is_short),
    )


def _need(
    account: FuturesAccount, plan: HedgePlan, horizon: int, probability: float, *, multiplier: float = 1.0
) -> BufferNeed:
    worst = account.loss(passage_distance(probability, account.deviation, horizon))
    return BufferNeed(
        horizon_days=horizon,
        probability=probability,
        buffer=max(worst + multiplier * plan.maintenance_margin - plan.initial_margin, 0.0),
    )


def _stressed(account: FuturesAccount, plan: HedgePlan, multiplier: float) -> StressedCall:
    maintenance = multiplier * account.maintenance
    missing = max(maintenance - account.cash, 0.0)
    chance = passage_probability(account.distance(maintenance), account.deviation, QUARTER)
    return StressedCall(
        margin_multiplier=multiplier,
        cash_needed=missing,
        call_move=account.call_move(maintenance),
        probability=1.0 if missing else chance,
        needs=tuple(_need(account, plan, QUARTER, chance, multiplier=multiplier) for chance in PROBABILITIES),
    )


def _origin(buffer: float | None, *, cash: float, initial_margin: float) -> BufferOrigin:
    if buffer is not None:
        return "stated"
    if not cash:
        return "no_cash"
    return "cash" if cash >= initial_margin else "cash_below_margin"


def _list_notes(call: MarginCall, plan: HedgePlan, *, cash: float) -> Iterator[Note]:
    """Say where the buffer comes from where that is an assumption, and whether it would do."""
    margin = f"initial margin of ${plan.initial_margin:,.0f}"
    own = "" if call.is_stated else " State your own with --buffer."
    held = {
        "stated": f"your buffer of ${call.buffer:,.0f} beyond initial margin",
        "cash": f"the ${call.buffer:,.0f} that the cash in the file leaves beyond the {margin}",
        "no_cash": f"nothing beyond the {margin}, as the file tells of no cash",
        "cash_below_margin": f"nothing beyond the {margin}",
    }[call.origin]
    if call.origin == "cash_below_margin":
        sign = "-" if cash < 0 else ""
        yield Note(
            code="cash_below_margin",
            message=f"The cash in the file, {sign}${abs(cash):,.0f}, does not cover the {margin}.",
        )
    chance = call.chances[-1].probability
    if chance > ACCEPTED:
        lower = f", or lower the hedge to {call.largest_hedge:.0%} of these contracts" if call.largest_hedge > 0 else ""
        yield Note(
            code="buffer_too_small",
            message=(
                f"With {held}, the futures account is called for more within a quarter with a chance of {chance:.0%}. "
                f"To make that {ACCEPTED:.0%}, hold ${call.need(ACCEPTED, QUARTER):,.0f}{lower}.{own}"
            ),
        )
    elif not call.is_stated:
        yield Note(code="buffer_assumed", message=f"The chance of a margin call counts on {held}.{own}")
