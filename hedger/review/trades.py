r"""What is held to what should be held: rolls of contracts that are due, and the trades that are left.

A contract is due from its roll date to its last trading day. Of what is due, as much as is wanted on is rolled: bought
back in the old month and sold in the new one (or the other way round), for two sides of fees and one tick of the
calendar spread. What is left is traded: first closed in the months that are held, the next to expire first, then opened
in the front month, each at the cost of a round trip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hedger.contracts import MonthlyFuture, find_front_expiry
from hedger.review.marks import price_in_month

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from hedger.contracts import ContractQuote
    from hedger.exposure import HeldFuture

Reason = Literal["roll", "adjust"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One order of a review.

    Parameters
    ----------
    future
        Contract and month.
    quantity
        Contracts, negative = sell.
    price
        Futures price of that month, points.
    cost
        USD: half of a roll, or a round trip.
    reason
        ``"roll"`` for either side of a roll, ``"adjust"`` for a change of the number of contracts.
    """

    future: MonthlyFuture
    quantity: int
    price: float
    cost: float
    reason: Reason

    @property
    def notional(self) -> float:
        """Value traded, USD, signed."""
        return self.quantity * self.future.contract.multiplier * self.price


def list_trades(
    held: Sequence[HeldFuture],
    wanted: Mapping[str, int],
    quotes: Sequence[ContractQuote],
    *,
    as_of: date,
) -> tuple[Trade, ...]:
    """List the trades that lead from what is held to what is wanted, in the order of the quotes.

    Parameters
    ----------
    held
        Contracts that still trade.
    wanted
        Number of contracts by root, whatever their month.
    quotes
        Of every root that is held or wanted, in the front month of the day.
    as_of
        The day.
    """
    trades: list[Trade] = []
    for quote in quotes:
        own = [each for each in held if each.future.symbol == quote.symbol]
        if own or wanted.get(quote.symbol):
            trades.extend(_trades_in(quote, own, wanted.get(quote.symbol, 0), as_of))
    return tuple(trades)


def _trades_in(quote: ContractQuote, held: Sequence[HeldFuture], wanted: int, as_of: date) -> Iterator[Trade]:
    def trade(future: MonthlyFuture, quantity: int, cost: float, reason: Reason) -> Trade:
        price = price_in_month(quote, future, as_of)
        return Trade(future=future, quantity=quantity, price=price, cost=abs(quantity) * cost, reason=reason)

    front = MonthlyFuture(contract=quote.contract, expiry=find_front_expiry(as_of, quote.contract.expiry_rule))
    change = wanted - sum(each.quantity for each in held)
    for each in sorted(held, key=lambda one: one.future.expiry.last_trading_day):
        close = _toward_zero(change, each.quantity)
        change -= close
        if close:
            yield trade(each.future, close, quote.round_trip_cost, "adjust")
        left = each.quantity + close
        if left and each.future.is_due(as_of):
            yield trade(each.future, -left, quote.roll_cost / 2.0, "roll")
            yield trade(front, left, quote.roll_cost / 2.0, "roll")
    if change:
        yield trade(front, change, quote.round_trip_cost, "adjust")


def _toward_zero(change: int, held: int) -> int:
    """Return how much of a change closes what is held: against its sign, and no more than all of it."""
    if change * held >= 0:
        return 0
    return max(change, -held) if change < 0 else min(change, -held)
