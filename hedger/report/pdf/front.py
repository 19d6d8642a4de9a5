"""The first page of the printed plan: what to do and why, the ticket, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportlab.platypus import Spacer

from hedger.report.palette import AFTER, ALARM, BEFORE
from hedger.report.pdf.charts import BarChart, Bars
from hedger.report.pdf.page import TEXT_WIDTH, panel, paragraph, section, side_by_side, table
from hedger.report.statement import explain, index_title, to_plain
from hedger.report.words import ALARMS, state_proof, to_beta, to_dollars, to_long_day, to_percent
from hedger.wording import plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    Document = dict[str, Any]

ABOVE_ANSWER = (*ALARMS, "prices_are_old", "hard_to_hedge", "buffer_too_small")
"""Codes of notes that stand above the answer."""
ALARM_GROUND = "#FDF1EF"
_TICKET_WIDTHS = (64.0, 44.0, 54.0, 74.0, 54.0, 80.0, 74.0, 68.0)


def front_parts(document: Document, answer: str) -> list[Any]:
    """Return title, warnings, answer, explanation, ticket, and what changes."""
    portfolio, prices = document["portfolio"], document["prices"]
    parts = [
        paragraph(f"Hedge plan: {shorten(portfolio['name'])}", "title"),
        paragraph(
            f"For {to_long_day(document['as_of'])}. {plural(portfolio['n_positions'], 'holding')} worth "
            f"{to_dollars(portfolio['market_value'])}, cash included. Prices: {prices['source']}, "
            f"closes of {to_long_day(prices['last_session'])}.",
            "small",
        ),
        Spacer(1, 5),
        panel([paragraph(answer, "answer")]),
        Spacer(1, 5),
    ]
    grave = [note["message"] for note in document["notes"] if note["code"] in ABOVE_ANSWER]
    if grave:
        alarms = [paragraph(to_plain(message), "alarm") for message in grave]
        parts += [panel(alarms, colour=ALARM_GROUND, edge=ALARM), Spacer(1, 3)]
    parts += section("What and why", *(paragraph(words) for words in explain(document)))
    parts += section("Order ticket", *_ticket(document), n_kept=2)
    parts += section("Before and after", _before_and_after(document))
    return parts


def _ticket(document: Document) -> Iterator[Any]:
    plan, calendar = document["plan"], document["calendar"]
    if not plan["orders"]:
        yield paragraph("No orders.")
        return
    rows = [
        (
            order["contract_code"],
            "BUY" if order["quantity"] > 0 else "SELL",
            f"{abs(order['quantity']):,}",
            f"{order['price']:,.2f}",
            to_dollars(order["multiplier"], places=0 if order["multiplier"] >= 1 else 2),
            to_dollars(order["notional"]),
            to_dollars(order["initial_margin"]),
            to_dollars(order["cost"], places=2),
        )
        for order in plan["orders"]
    ]
    if len(rows) > 1:
        totals = [sum(order[name] for order in plan["orders"]) for name in ("notional", "initial_margin", "cost")]
        sums = (to_dollars(totals[0]), to_dollars(totals[1]), to_dollars(totals[2], places=2))
        rows.append(("Total", "", "", "", "", *sums))
    head = ("Contract", "Action", "Contracts", "Price, points", "Per point", "Notional", "Initial margin", "Round trip")
    yield table(head, rows, _TICKET_WIDTHS, n_labels=2, has_total=len(plan["orders"]) > 1)
    words = (
        f"Last trading day {to_long_day(calendar['last_trading_day'])}; roll on {to_long_day(calendar['roll_date'])}."
    )
    if any(each["quantity_before"] for each in plan["positions"]):
        after = [f"{each['quantity']:+,} {each['symbol']}" for each in plan["positions"] if each["quantity"]]
        margin = to_dollars(plan["initial_margin"])
        words += f" Held afterwards: {', '.join(after) or 'no futures'}; initial margin of all {margin}."
    if plan["is_optimal"] and document["policy"]["tolerance"] == 0:
        words += f" {state_proof(plan['objective'])}"
    yield paragraph(words, "small")


def _before_and_after(document: Document) -> Any:
    plan, risk, title = document["plan"], document["risk"], index_title(document)
    reference = next(
        each for each in document["exposure"]["by_index"] if each["index"] == document["exposure"]["reference_index"]
    )
    before, after = risk["before"], risk["after"]
    base = document["portfolio"]["beta_base"]
    rows = [
        (f"Beta to the {title}", to_beta(plan["beta_before"]), to_beta(plan["beta_after"])),
        (
            "   next quarter, 19 times out of 20",
            _interval(reference["low"], reference["high"]),
            _interval(plan["beta_after_low"], plan["beta_after_high"]),
        ),
        (f"Exposure to the {title}", to_dollars(plan["beta_dollars"]), to_dollars(plan["residual_beta_dollars"])),
        ("Yearly volatility", to_dollars(before["volatility"]), to_dollars(after["volatility"])),
        (
            "   as a share of the value",
            to_percent(before["volatility"] / base, places=1),
            to_percent(after["volatility"] / base, places=1),
        ),
        *(
            (f"Loss exceeded {_often(one)}", to_dollars(one["value"]), to_dollars(other["value"]))
            for one, other in zip(before["value_at_risk"], after["value_at_risk"], strict=True)
        ),
        ("Variance removed, last five years", "", to_percent(risk["hedge_effectiveness"])),
    ]
    figures = table(("", "Without hedge", "With hedge"), rows, (170.0, 76.0, 76.0))
    if not before["value_at_risk"]:
        return figures
    groups = [f"{_days(each)}\n1 in {round(1.0 / (1.0 - each['level']))}" for each in before["value_at_risk"]]
    chart = BarChart(
        groups,
        [
            Bars(name="Without hedge", colour=BEFORE, amounts=tuple(each["value"] for each in before["value_at_risk"])),
            Bars(name="With hedge", colour=AFTER, amounts=tuple(each["value"] for each in after["value_at_risk"])),
        ],
        (TEXT_WIDTH - 332.0, 136.0),
    )
    caption = paragraph("Loss exceeded once in so many times", "small")
    return side_by_side(figures, [caption, chart], widths=(332.0, TEXT_WIDTH - 332.0))


def _days(tail: Document) -> str:
    return plural(tail["horizon_days"], "day")


def _often(tail: Document) -> str:
    """Say how often a loss is exceeded, such as ``on 1 day in 20``."""
    days, one_in = tail["horizon_days"], round(1.0 / (1.0 - tail["level"]))
    return f"on 1 day in {one_in}" if days == 1 else f"in 1 of {one_in} spans of {days} days"


def _interval(low: float, high: float) -> str:
    return f"{to_beta(low)} to {to_beta(high)}"
