"""What futures have gained since the plan: first in, first out, with the fees of the schedule.

What was held before the plan enters at the plan's price and without fees. Each trade closes the oldest contracts of the
opposite sign first; what it closes is realised at the difference of prices times the multiplier. What is left open is
marked at today's price; what expired is realised at the settlement.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from hedger.contracts import MonthlyFuture
    from hedger.review.earlier import EarlierPlan
    from hedger.review.fills import Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Contracts that were traded, or brought into the plan.

    Parameters
    ----------
    time
        When.
    future
        Contract and month.
    quantity
        Contracts, negative = sold.
    price
        Points.
    is_trade
        Whether fees were paid: not for what was held before the plan.
    """

    time: datetime
    future: MonthlyFuture
    quantity: int
    price: float
    is_trade: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesGain:
    """What the contracts of one month have gained since the plan.

    Parameters
    ----------
    future
        Contract and month.
    quantity
        Contracts still open, negative = short.
    price
        That the open contracts are marked at, or that expired ones were settled at, points; ``None`` where nothing was
        left to mark.
    realised_pnl, open_pnl
        USD, before fees.
    fees
        USD, positive.
    is_settled
        Whether what was left expired.
    """

    future: MonthlyFuture
    quantity: int
    price: float | None
    realised_pnl: float
    open_pnl: float
    fees: float
    is_settled: bool


def list_executions(plan: EarlierPlan, fills: Sequence[Fill] | None) -> tuple[Execution, ...]:
    """List what was held before the plan and what was traded since, oldest first.

    Parameters
    ----------
    plan
        The earlier plan.
    fills
        What was really traded; ``None`` for the plan's orders at the plan's prices.
    """
    start = datetime.combine(plan.as_of, time.min)
    executions = [
        Execution(time=start, future=each.future, quantity=each.quantity_before, price=each.price, is_trade=False)
        for each in plan.positions
        if each.quantity_before
    ]
    if fills is None:
        executions += [
            Execution(time=start, future=each.future, quantity=order, price=each.price, is_trade=True)
            for each in plan.positions
            if (order := each.quantity - each.quantity_before)
        ]
    else:
        executions += [
            Execution(time=fill.time, future=fill.future, quantity=fill.quantity, price=fill.price, is_trade=True)
            for fill in fills
        ]
    return tuple(executions)


def gain_of(
    executions: Iterable[Execution],
    *,
    as_of: date,
    price_of: Callable[[MonthlyFuture], float | None],
    fee_of: Callable[[Execution], float],
) -> FuturesGain | None:
    """Return what executions in one future have gained; ``None`` where what is open cannot be marked.

    Parameters
    ----------
    executions
        All of one future, oldest first.
    as_of
        Day of the review.
    price_of
        Price that open or expired contracts are marked at, points; ``None`` where it cannot be told.
    fee_of
        Fees of a side of one contract, USD.
    """
    listed = tuple(executions)
    future = listed[0].future
    multiplier = future.contract.multiplier
    lots: deque[tuple[int, float]] = deque()
    realised = fees = 0.0
    for execution in listed:
        realised += multiplier * _match(lots, execution.quantity, execution.price)
        fees += abs(execution.quantity) * fee_of(execution) if execution.is_trade else 0.0
    left = sum(quantity for quantity, _ in lots)
    price = price_of(future) if lots else None
    if lots and price is None:
        return None
    to_mark = multiplier * sum(quantity * (price - entry) for quantity, entry in lots) if price is not None else 0.0
    is_settled = bool(lots) and future.is_gone(as_of)
    return FuturesGain(
        future=future,
        quantity=0 if is_settled else left,
        price=price,
        realised_pnl=realised + (to_mark if is_settled else 0.0),
        open_pnl=0.0 if is_settled else to_mark,
        fees=fees,
        is_settled=is_settled,
    )


def _match(lots: deque[tuple[int, float]], quantity: int, price: float) -> float:
    """Trade against the oldest lots; return what was realised, points times contracts."""
    realised = 0.0
    while quantity and lots and lots[0][0] * quantity < 0:
        held, entry = lots.popleft()
        closed = min(abs(held), abs(quantity)) * (1 if held > 0 else -1)
        realised += closed * (price - entry)
        if held != closed:
            lots.appendleft((held - closed, entry))
        quantity += closed
    if quantity:
        lots.append((quantity, price))
    return realised
