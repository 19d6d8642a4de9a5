"""The days of a plan: rolls, last trading days, the review, and what the exchange's calendar has until then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hedger.contracts import find_front_month, list_closures, to_session
from hedger.exposure import HeldFuture

if TYPE_CHECKING:
    from hedger.advice import Advice

REVIEW_AFTER = timedelta(weeks=4)
"""From the day of the advice to its review, unless a roll comes first: betas drift by about 0.1 a quarter."""


def calendar_document(advice: Advice) -> dict[str, Any]:
    """Return the days of a plan for its JSON.

    `roll_date` and `last_trading_day` are those of the expiry that the plan holds first, ``None`` for a plan without
    contracts; `closures` reach up to the last trading day of the last expiry held, or to the review.
    """
    held = held_contracts(advice)
    first = held[0].future.expiry if held else None
    review = review_date(advice)
    last = max([review, *(each.future.expiry.last_trading_day for each in held)])
    return {
        "roll_date": first.roll_date if first else None,
        "last_trading_day": first.last_trading_day if first else None,
        "review_date": review,
        "expiries": [
            {
                "contract_code": each.future.code,
                "quantity": each.quantity,
                "roll_date": each.future.expiry.roll_date,
                "next_contract_code": next_code(each),
                "last_trading_day": each.future.expiry.last_trading_day,
            }
            for each in held
        ],
        "closures": [
            {"date": each.day, "closes_at": each.closes_at, "reason": each.reason}
            for each in list_closures(advice.as_of, last)
        ],
    }


def held_contracts(advice: Advice) -> tuple[HeldFuture, ...]:
    """Return what a plan holds after its orders, month by month, the first to be rolled first.

    The orders trade the front month; what the file holds of other months stays as it is.
    """
    held = []
    for order in advice.plan.positions:
        front = find_front_month(order.quote.symbol, advice.as_of)
        others = [
            each
            for each in advice.exposure.book.futures
            if each.future.symbol == order.quote.symbol and each.future != front
        ]
        held += [HeldFuture(future=front, quantity=order.held_after - sum(each.quantity for each in others)), *others]
    days = (each for each in held if each.quantity)
    return tuple(sorted(days, key=lambda each: (each.future.expiry.roll_date, each.future.expiry.last_trading_day)))


def next_code(held: HeldFuture) -> str:
    """Return the code of the contract that one is rolled into, such as ``"MESH7"``."""
    return find_front_month(held.future.symbol, held.future.expiry.roll_date).code


def review_date(advice: Advice) -> date:
    """Return the session on which to look at the plan again: :data:`REVIEW_AFTER`, or the first roll if sooner.

    A roll that is due already is for today.
    """
    review = to_session(advice.as_of + REVIEW_AFTER)
    rolls = (max(each.future.expiry.roll_date, advice.as_of) for each in held_contracts(advice)[:1])
    return min([review, *rolls])
