"""The cash that the futures account needs, what the hedge costs, and which other plans there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.palette import AFTER, ALARM, BEFORE, FUTURES
from hedger.report.pdf.charts import BarChart, Bars, Line, LineChart
from hedger.report.pdf.page import TEXT_WIDTH, paragraph, section, side_by_side, table
from hedger.report.plan_tables import OTHER_PLANS_LEGEND
from hedger.report.statement import index_title
from hedger.report.words import BUFFER_ORIGINS, to_dollars, to_percent

if TYPE_CHECKING:
    from hedger.report.text_table import TextTable

    Document = dict[str, Any]

SHOWN_CHANCE = 0.05
_RAISED = (52.0, 62.0, 48.0, 72.0)
"""Widths of the columns on margins that have risen, points."""


def cash_parts(document: Document) -> list[Any]:
    """Return when the futures account is called for cash, how likely that is, and what would prevent it."""
    call = document["margin_call"]
    if call is None:
        return []
    half = TEXT_WIDTH / 2.0
    chances = {each["horizon_days"]: each for each in call["probability"]}
    need = {each["horizon_days"]: each["buffer"] for each in call["buffer_for"] if each["probability"] == SHOWN_CHANCE}
    rows = [
        (
            f"{horizon} sessions",
            to_percent(each["probability"]),
            to_percent(each["simulated"]),
            to_dollars(need.get(horizon)),
        )
        for horizon, each in chances.items()
    ]
    head = ("Within", "Chance of a call", "in past windows", f"Buffer for {to_percent(SHOWN_CHANCE)}")
    raised = [
        (
            f"{each['margin_multiplier']:g} times",
            to_dollars(each["cash_needed"]),
            to_percent(each["probability"]),
            *(to_dollars(need["buffer"]) for need in each["buffer_for"] if need["probability"] == SHOWN_CHANCE),
        )
        for each in call["stressed"]
    ]
    return section(
        "Cash for the futures account",
        paragraph(_call_words(document)),
        side_by_side(
            [
                paragraph(
                    "Futures account by sessions from now, before cash is added: half of its courses (dark), "
                    "9 in 10 (light)",
                    "small",
                ),
                _account_chart(document),
            ],
            [paragraph("Buffer that leaves a given chance of a call", "small"), _buffer_chart(call)],
            widths=(half, half),
        ),
        side_by_side(
            table(head, rows, (56.0, 66.0, 72.0, 66.0)),
            table(("Margins", "Cash at once", "Chance", f"Buffer for {to_percent(SHOWN_CHANCE)}"), raised, _RAISED),
            widths=(TEXT_WIDTH - sum(_RAISED), sum(_RAISED)),
        ),
        paragraph(
            "In 19 of 20 courses no close until then lies below the dotted line: where it crosses the line of the "
            "call, the chance of one is 5%.",
            "small",
        ),
    )


def _call_words(document: Document) -> str:
    call, plan, title = document["margin_call"], document["plan"], index_title(document)
    origin = BUFFER_ORIGINS[call["buffer_origin"]]
    words = (
        f"The futures need {to_dollars(plan['initial_margin'])} of initial margin; beyond it the account holds "
        f"{to_dollars(call['buffer'])} ({origin}). Losses on futures are paid in cash every evening. "
    )
    if call["call_move"] is None:
        return f"{words}No move of the {title} alone leads to a call for cash. {_past_words(call)}".rstrip()
    verb = "rises" if call["call_move"] >= 0 else "falls"
    words += (
        f"The broker calls for cash when the {title} {verb} by {to_percent(abs(call['call_move']), places=1)}, to "
        f"{call['call_level']:,.0f}; when it is not paid, the futures are closed and the hedge is gone. "
    )
    return f"{words}{_past_words(call)}".rstrip()


def _past_words(call: Document) -> str:
    """Say what the hardest of the past crises and rallies would have asked for."""
    hardest = max(call["past"], key=lambda each: each["cash_needed"], default=None)
    if hardest is None or not hardest["cash_needed"]:
        return ""
    return (
        f"Of the past crises and rallies, {hardest['name']} would have asked most of these futures: "
        f"{to_dollars(hardest['cash_needed'])} of further cash."
    )


def _account_chart(document: Document) -> Any:
    """Draw the fan of the account: half and nine in ten of its courses, and the line below which the broker calls."""
    fan, call_line = document["margin_call"]["fan"], document["plan"]["maintenance_margin"]
    days = [float(each["horizon_days"]) for each in fan]
    amounts = [[each["value"] for each in at["account"]] for at in fan]
    nine_in_ten = tuple((each[0], each[-1]) for each in amounts)
    half = tuple((each[1], each[-2]) for each in amounts)
    lines = [
        Line(
            name="Account",
            colour=AFTER,
            points=tuple(zip(days, (each[len(each) // 2] for each in amounts), strict=True)),
            bands=(nine_in_ten, half),
            look="plain",
        ),
        Line(
            name="Low until then",
            colour=FUTURES,
            points=tuple(zip(days, (at["lowest"] for at in fan), strict=True)),
            look="dotted",
        ),
        Line(
            name="Call below",
            colour=ALARM,
            points=((days[0], call_line), (days[-1], call_line)),
            look="dashed",
        ),
    ]
    marks = [float(each["horizon_days"]) for each in document["margin_call"]["probability"]]
    size = (TEXT_WIDTH / 2.0, 112.0)
    return LineChart(lines, size, to_label=lambda day: f"{day:.0f}", marks=[0.0, *marks])


def _buffer_chart(call: Document) -> Any:
    chances = sorted({each["probability"] for each in call["buffer_for"]}, reverse=True)
    horizons = sorted({each["horizon_days"] for each in call["buffer_for"]})
    need = {(each["horizon_days"], each["probability"]): each["buffer"] for each in call["buffer_for"]}
    bars = [
        Bars(
            name=f"{to_percent(chance)} chance",
            colour=colour,
            amounts=tuple(need[horizon, chance] for horizon in horizons),
        )
        for chance, colour in zip(chances, (FUTURES, AFTER, BEFORE), strict=False)
    ]
    groups = [f"{horizon} sessions" for horizon in horizons]
    return BarChart(groups, bars, (TEXT_WIDTH / 2.0, 112.0))


def cost_parts(document: Document) -> list[Any]:
    """Return what the hedge costs once and a year, and what else would do."""
    costs = document["costs"]
    once = [
        ("Orders, in and out", to_dollars(costs["one_off"], places=2)),
        ("Each roll to the next month", to_dollars(costs["per_roll"], places=2)),
    ]
    points = f"{costs['basis_points_per_year']:+,.0f} basis points of the portfolio"
    yearly = [
        ("Rolls", to_dollars(costs["rolls_per_year"], places=2)),
        ("Carry: dividends owed less interest received", to_dollars(costs["carry_per_year"])),
        (f"Together, {points}", to_dollars(costs["per_year"])),
    ]
    half = TEXT_WIDTH * 0.42
    parts = [
        side_by_side(
            table(("Once", "USD"), once, (half - 80.0, 66.0)),
            table(("A year", "USD"), yearly, (TEXT_WIDTH - half - 70.0, 70.0), has_total=True),
            widths=(half, TEXT_WIDTH - half),
        ),
        paragraph(
            "Positive is a cost, negative a gain: short futures earn about the interest on their notional and owe the "
            "dividends of the index.",
            "small",
        ),
    ]
    if costs["alternatives"]:
        parts.append(_alternatives(costs["alternatives"]))
    return section("What it costs", *parts, n_kept=len(parts))


def _alternatives(ways: list[Document]) -> Any:
    has_tax = any(each["tax"] is not None for each in ways)
    rows = [
        (
            "Selling" if each["name"] == "selling" else f"Buying {each['name']}",
            *(to_dollars(each[name]) for name in ("amount", "one_off", "per_year")),
            *([to_dollars(each["tax"])] if has_tax else []),
            paragraph(each["remark"], "cell"),
        )
        for each in ways
    ]
    head = ("Instead", "Amount", "Once", "A year", *(["Tax"] if has_tax else []), "What to know")
    widths = (60.0, 62.0, 44.0, 48.0, *([50.0] if has_tax else []))
    return table(head, rows, (*widths, TEXT_WIDTH - sum(widths)), n_remarks=1)


def other_plans_parts(others: TextTable | None) -> list[Any]:
    """Return the table of what else could be done."""
    if others is None:
        return []
    figures = table(others.headings, others.rows, (160.0, 112.0, 80.0, 80.0, 80.0), n_labels=others.n_labels)
    return section("Other plans", figures, paragraph(OTHER_PLANS_LEGEND, "small"), n_kept=2)
