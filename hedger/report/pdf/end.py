"""The end of the printed plan: its days, how good the figures are, what it assumes, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.pdf.front import ABOVE_ANSWER
from hedger.report.pdf.page import TEXT_WIDTH, paragraph, section, side_by_side, table
from hedger.report.statement import (
    DISCLAIMER,
    METHODS,
    OBJECTIVE,
    REASONS,
    list_assumptions,
    list_sources,
    to_plain,
)
from hedger.report.words import to_dollars, to_long_day
from hedger.wording import name_some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    Document = dict[str, Any]

SHOWN_ELSEWHERE = (*REASONS, OBJECTIVE, "holdings_excluded")
"""Codes of notes whose facts the plan tells in its own words."""
SHOWN_NAMES = 12
"""Names in a sentence on what was left out; the rest is counted."""


def calendar_parts(document: Document) -> list[Any]:
    """Return the days of the plan in their order, and those on which the exchange does not trade as usual."""
    days: dict[date, list[str]] = {}
    for day, words in _days(document["calendar"]):
        days.setdefault(day, []).append(words)
    rows = [(to_long_day(day), paragraph(" ".join(words), "cell")) for day, words in sorted(days.items())]
    return section("Calendar", table((), rows, (100.0, TEXT_WIDTH - 100.0), n_labels=2))


def _days(calendar: Document) -> Iterator[tuple[date, str]]:
    yield calendar["review_date"], "Review the plan against today's holdings and prices."
    rolls: dict[date, list[str]] = {}
    ends: dict[date, list[str]] = {}
    for each in calendar["expiries"]:
        code = each["contract_code"]
        words = f"{abs(each['quantity']):,} {code} to {each['next_contract_code']}"
        rolls.setdefault(each["roll_date"], []).append(words)
        ends.setdefault(each["last_trading_day"], []).append(code)
    for day, listed in rolls.items():
        yield day, f"Roll {', '.join(listed)}."
    for day, listed in ends.items():
        yield day, f"Last trading day of {', '.join(listed)}."
    for each in calendar["closures"]:
        reason = f" ({each['reason']})" if each["reason"] else ""
        words = "is closed" if each["closes_at"] is None else f"closes at {each['closes_at']}"
        yield each["date"], f"The New York Stock Exchange {words}{reason}."


def quality_parts(document: Document) -> list[Any]:
    """Return every doubt that does not stand on the first page, and what was left out."""
    notes = [each for each in document["notes"] if each["code"] not in (*ABOVE_ANSWER, *SHOWN_ELSEWHERE)]
    lines = [*(to_plain(each["message"]) for each in notes), *_left_out(document["portfolio"])]
    if not lines:
        lines = ["Nothing was left out, and no doubt came up beyond those on the first page."]
    return section("Data quality and doubts", *(paragraph(words, "item") for words in lines))


def _left_out(portfolio: Document) -> Iterator[str]:
    """Say what was left out, one sentence for each reason."""
    for reason, group in _by_reason(portfolio["excluded"]).items():
        known = [each["market_value"] for each in group if each["market_value"] is not None]
        worth = f" (together {to_dollars(sum(known))})" if known else ""
        yield f"Left out{worth}: {name_some([each['symbol'] for each in group], SHOWN_NAMES)}: {reason}."
    for reason, group in _by_reason(portfolio["skipped_rows"]).items():
        noun = "Line" if len(group) == 1 else "Lines"
        yield f"{noun} {name_some([str(each['line']) for each in group], SHOWN_NAMES)} of the file left out: {reason}."


def _by_reason(rows: list[Document]) -> dict[str, list[Document]]:
    groups: dict[str, list[Document]] = {}
    for row in rows:
        groups.setdefault(row["reason"], []).append(row)
    return groups


def closing_parts(document: Document) -> list[Any]:
    """Return choices, methods, sources and the disclaimer."""
    half = TEXT_WIDTH * 0.34
    choices = [paragraph(words, "source", lead=f"{subject}:") for subject, words in list_assumptions(document)]
    methods = [paragraph(words, "source", lead=f"{subject}.") for subject, words in METHODS.items()]
    sources = [
        paragraph(
            f"{source.origin}" + (f" ({source.as_of})." if source.as_of else "."), "source", lead=f"{source.figure}:"
        )
        for source in list_sources(document)
    ]
    return [
        *section("Assumptions", side_by_side(choices, methods, widths=(half, TEXT_WIDTH - half))),
        *section("Sources", *sources),
        *section("Not advice", paragraph(DISCLAIMER, "small")),
    ]
