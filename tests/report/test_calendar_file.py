"""The calendar of a plan: right days, readable by other programs, the same bytes for the same plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from books import make_book, make_position
from icalendar import Calendar, Event

from hedger.advice import Advice, advise
from hedger.market import SnapshotSource
from hedger.report import plan_document
from hedger.report.calendar_file import calendar_ics
from hedger.settings import Settings

if TYPE_CHECKING:
    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)


def events_of(content: bytes) -> list[Event]:
    calendar = Calendar.from_ical(content)
    assert not calendar.errors
    return list(calendar.events)


def test_the_roll_names_old_and_new_contracts(technology_advice: Advice) -> None:
    roll, last, review = events_of(calendar_ics(technology_advice))
    assert roll.start == date(2026, 9, 14)
    assert str(roll["summary"]) == "Roll NQU6 to NQZ6, MNQU6 to MNQZ6 (hedge of technology)"
    held = {order.quote.symbol: -order.held_after for order in technology_advice.plan.positions}
    assert f"Buy {held['NQ']} NQU6, sell {held['NQ']} NQZ6" in str(roll["description"])
    assert (last.start, last.end) == (date(2026, 9, 18), date(2026, 9, 19))
    assert "NQU6, MNQU6" in str(last["summary"])
    assert "Review" in str(review["summary"])


def test_rolls_and_reviews_remind_a_day_ahead(technology_advice: Advice) -> None:
    reminders = [
        [alarm.TRIGGER for alarm in event.walk("VALARM")] for event in events_of(calendar_ics(technology_advice))
    ]
    assert reminders == [[timedelta(hours=-15)], [], [timedelta(hours=-15)]]


def test_the_same_plan_gives_the_same_bytes(technology_advice: Advice) -> None:
    content = calendar_ics(technology_advice)
    assert content == calendar_ics(technology_advice)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_later_plan_moves_the_entries_of_an_earlier_one(technology: Portfolio, technology_advice: Advice) -> None:
    earlier = advise(technology, settings=Settings(hedge=0.5), as_of=date(2026, 7, 24), today=DAY)
    before, after = events_of(calendar_ics(earlier)), events_of(calendar_ics(technology_advice))
    assert [event.uid for event in before] == [event.uid for event in after]
    assert len({event.uid for event in after}) == 3
    assert [event.start for event in before] == [date(2026, 9, 14), date(2026, 9, 18), date(2026, 8, 21)]
    assert all(old.stamp < new.stamp for old, new in zip(before, after, strict=True))


def test_contracts_that_roll_on_other_days_have_entries_of_their_own(technology: Portfolio) -> None:
    settings = Settings(hedge=0.5, current=(("QNDX", -40),), index=("nasdaq100",), sizes=("micro", "spot-quoted"))
    advice = advise(technology, settings=settings, today=DAY)
    both = {order.quote.symbol for order in advice.plan.positions if order.held_after}
    assert both == {"MNQ", "QNDX"}
    starts = [(str(event["summary"]).split()[0], event.start) for event in events_of(calendar_ics(advice))]
    assert starts == [
        ("Roll", date(2026, 9, 14)),
        ("Roll", date(2027, 6, 7)),
        ("Last", date(2026, 9, 18)),
        ("Last", date(2027, 6, 11)),
        ("Review", date(2026, 9, 14)),
    ]
    expiries = plan_document(advice)["calendar"]["expiries"]
    assert [(row["contract_code"], row["next_contract_code"]) for row in expiries] == [
        ("MNQU6", "MNQZ6"),
        ("QNDXM7", "QNDXM8"),
    ]


@pytest.mark.parametrize(
    ("as_of", "review"),
    [
        (date(2026, 8, 21), date(2026, 9, 14)),  # the roll comes first
        (date(2026, 6, 22), date(2026, 7, 20)),
    ],
)
def test_the_review_is_four_weeks_later_or_at_the_roll(technology: Portfolio, as_of: date, review: date) -> None:
    advice = advise(technology, as_of=as_of, today=DAY)
    assert plan_document(advice)["calendar"]["review_date"] == review


def test_what_the_file_holds_of_another_month_keeps_its_own_days(technology: Portfolio) -> None:
    held = make_position("NQZ26.CME", -1.0, asset_class="future", underlying="NQ")
    advice = advise(replace(technology, positions=(*technology.positions, held)), today=DAY)
    expiries = {row["contract_code"]: row for row in plan_document(advice)["calendar"]["expiries"]}
    after = {order.quote.symbol: order.held_after for order in advice.plan.positions}
    assert expiries["NQZ6"]["quantity"] == -1
    assert (expiries["NQZ6"]["roll_date"], expiries["NQZ6"]["next_contract_code"]) == (date(2026, 12, 14), "NQH7")
    assert expiries["NQU6"]["quantity"] == after["NQ"] + 1
    assert expiries["NQU6"]["roll_date"] == date(2026, 9, 14)


def test_what_is_due_is_rolled_on_the_day_of_the_plan() -> None:
    prices, day = SnapshotSource(), date(2026, 6, 16)
    held = make_position("NQM26.CME", -1.0, asset_class="future", underlying="NQ")
    advice = advise(make_book({"AAPL": 3000.0}, held), prices, as_of=day, today=day)
    assert plan_document(advice)["calendar"]["review_date"] == day
    rolls = [event for event in events_of(calendar_ics(advice)) if "NQM6 to NQU6" in str(event["summary"])]
    assert [event.start for event in rolls] == [day]


def test_a_plan_without_contracts_is_reviewed_all_the_same(technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.0), as_of=date(2025, 12, 4), today=DAY)
    (review,) = events_of(calendar_ics(advice))
    assert review.start == date(2026, 1, 2)
    assert plan_document(advice)["calendar"] == {
        "roll_date": None,
        "last_trading_day": None,
        "review_date": date(2026, 1, 2),
        "expiries": [],
        "closures": [
            {"date": date(2025, 12, 24), "closes_at": "13:00", "reason": ""},
            {"date": date(2025, 12, 25), "closes_at": None, "reason": "Christmas"},
            {"date": date(2026, 1, 1), "closes_at": None, "reason": "New Year's Day"},
        ],
    }


def test_a_name_cannot_break_out_of_its_line(technology_advice: Advice) -> None:
    name = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT;=cmd"
    measurement = technology_advice.measurement
    odd = replace(
        technology_advice, measurement=replace(measurement, portfolio=replace(technology_advice.portfolio, name=name))
    )
    events = events_of(calendar_ics(odd))
    assert len(events) == 3
    assert "END:VEVENT" in str(events[2]["summary"])
