"""The days of a plan as a calendar file (iCalendar, RFC 5545): rolls, last trading days and the review.

Days are whole days of New York. An entry keeps its identity from plan to plan of the same portfolio, so that
importing a later plan moves the entries of an earlier one instead of adding to them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from icalendar import TRANSP, Alarm, Calendar, Event

from hedger.report.calendar_days import held_contracts, next_code, review_date
from hedger.version import __version__
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.advice import Advice
    from hedger.exposure import HeldFuture


def calendar_ics(advice: Advice) -> bytes:
    """Return the roll, the last trading day and the review of a plan as an iCalendar file.

    The same advice gives the same bytes. Every roll and review reminds a day ahead, at nine in the morning.
    """
    name = shorten(advice.portfolio.name)
    calendar = Calendar.new(
        prodid=f"-//hedger//hedger {__version__}//EN",
        method="PUBLISH",
        name=f"Hedge of {name}",
        uid=_identity(advice, "calendar"),
        subcomponents=list(_events(advice, name)),
    )
    content: bytes = calendar.to_ical()
    return content


def _events(advice: Advice, name: str) -> Iterator[Event]:
    held = held_contracts(advice)
    # What is to be rolled since before the plan is due on its day.
    for day, due in groupby(held, key=lambda each: max(each.future.expiry.roll_date, advice.as_of)):
        yield _roll(advice, name, day, tuple(due))
    for day, last in groupby(held, key=lambda each: each.future.expiry.last_trading_day):
        codes = ", ".join(each.future.code for each in last)
        yield _whole_day(
            advice,
            day,
            key=f"last trading day {codes}",
            summary=f"Last trading day of {codes} (hedge of {name})",
            text="What is still held at the end of trading settles in cash, and the hedge is gone.",
        )
    yield _whole_day(
        advice,
        review_date(advice),
        key="review",
        summary=f"Review the hedge of {name}",
        text="Compare today with the plan: hedger review PORTFOLIO --plan plan.json",
        is_reminding=True,
    )


def _roll(advice: Advice, name: str, day: date, due: Sequence[HeldFuture]) -> Event:
    steps = "\n".join(
        f"{_verb(-each.quantity)} {abs(each.quantity):,} {each.future.code}, "
        f"{_verb(each.quantity).lower()} {abs(each.quantity):,} {next_code(each)}"
        for each in due
    )
    codes = ", ".join(f"{each.future.code} to {next_code(each)}" for each in due)
    return _whole_day(
        advice,
        day,
        key=f"roll {', '.join(each.future.code for each in due)}",
        summary=f"Roll {codes} (hedge of {name})",
        text=f"To keep the hedge beyond {due[0].future.expiry.last_trading_day}:\n{steps}\nReview the numbers first.",
        is_reminding=True,
    )


def _verb(quantity: int) -> str:
    return "Buy" if quantity > 0 else "Sell"


def _whole_day(advice: Advice, day: date, *, key: str, summary: str, text: str, is_reminding: bool = False) -> Event:
    event = Event.new(
        uid=_identity(advice, key),
        stamp=datetime.combine(advice.as_of, time(), UTC),
        start=day,
        end=day + timedelta(days=1),
        summary=summary,
        description=text,
        transparency=TRANSP.TRANSPARENT,  # the day stays free for other appointments
        categories=["hedge"],
    )
    if is_reminding:
        alarm = Alarm.new(description=summary, uid=_identity(advice, f"{key} reminder"))
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(hours=-15))
        event.add_component(alarm)
    return event


def _identity(advice: Advice, key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"hedger:{advice.portfolio.name}:{key}")
