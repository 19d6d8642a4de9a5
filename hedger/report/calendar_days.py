"""The days of a plan: rolls, last trading days, the review, and what the exchange's calendar has until then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hedger.contracts import find_front_expiry, to_contract_code
from hedger.report.closures import list_closures, to_session

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.hedge import Order

REVIEW_AFTER = timedelta(weeks=4)
"""From the day of the advice to its review, unless a roll comes first: betas drift by about 0.1 a quarter."""


def calendar_document(advice: Advice) -> dict[str, Any]:
    """Return the days of a plan for its JSON.

    `roll_date` and `last_trading_day` are those of the expiry that the plan holds first, ``None`` for a plan without
    contracts; `closures` reach up to the last trading day of the last expiry held, or to the review.
    """
    held = held_orders(advice)
    first = held[0].quote if held else None
    review = review_date(advice)
    last = max([review, *(order.quote.last_trading_day for order in held)])
    return {
        "roll_date": first.roll_date if first else None,
        "last_trading_day": first.last_trading_day if first else None,
        "review_date": review,
        "expiries": [
            {
                "contract_code": order.quote.code,
                "quantity": order.held_after,
                "roll_date": order.quote.roll_date,
                "next_contract_code": next_code(order),
                "last_trading_day": order.quote.last_trading_day,
            }
            for order in held
        ],
        "closures": [
            {"date": each.day, "closes_at": each.closes_at, "reason": each.reason}
            for each in list_closures(advice.as_of, last)
        ],
    }


def held_orders(advice: Advice) -> tuple[Order, ...]:
    """Return what a plan holds after its orders, the first to be rolled first."""
    held = [order for order in advice.plan.positions if order.held_after]
    return tuple(sorted(held, key=lambda order: (order.quote.roll_date, order.quote.last_trading_day)))


def next_code(order: Order) -> str:
    """Return the code of the contract that an order's contract is rolled into, such as ``"MESH7"``."""
    quote = order.quote
    return to_contract_code(quote.symbol, find_front_expiry(quote.roll_date, quote.contract.expiry_rule))


def review_date(advice: Advice) -> date:
    """Return the session on which to look at the plan again: :data:`REVIEW_AFTER`, or the first roll if sooner."""
    review = to_session(advice.as_of + REVIEW_AFTER)
    return min([review, *(order.quote.roll_date for order in held_orders(advice)[:1])])
