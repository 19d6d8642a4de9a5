"""The sheet ``scenarios``: what the portfolio, the futures and both gain when markets move.

Moves of the reference index are live: they may be changed, and they follow the orders on the sheet ``plan``. Other
scenarios stay as they were computed; what both gain together is a sum everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.palette import FUTURES
from hedger.report.workbook.charts import add_columns, add_lines, compare
from hedger.report.workbook.page import Cell, Page, cell
from hedger.report.workbook.plan import plan_reference, titles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.workbook import Workbook

    Document = dict[str, Any]

HALF_A_CENT = 0.005
_COLUMNS = (
    "Without hedge",
    "Futures",
    "With hedge",
    "Without hedge, low end",
    "Without hedge, high end",
    "With hedge, low end",
    "With hedge, high end",
    "What to know",
)


def write_scenarios_sheet(book: Workbook, document: Document) -> None:
    """Write what the portfolio, the futures and both gain when indices move, and in past crises."""
    page = Page(book, "scenarios", [44, *[14.0] * 8, 60])
    title = titles_of(document)[plan_reference(document)]
    page.title(
        "If markets move",
        "Gains in US dollars. The ranges are the ends of the 95% interval of the beta over the next quarter.",
    )
    scenarios = document["scenarios"]
    live = [each for each in scenarios if _is_live(each, document)]
    crises = [each for each in scenarios if each["kind"] == "crisis"]
    others = [each for each in scenarios if each not in live and each not in crises]
    page.section(f"Moves of the {title}", "The moves may be changed.")
    first = page.header("", f"{title} moves", *_COLUMNS, n_remarks=1)
    for each in live:
        page.row(_live_row(page, each, document))
    if live:
        series = (*compare(2, 4), ("Futures", 3, FUTURES))
        add_lines(page, f"Gain when the {title} moves", series, (first, page.next_row - 1), places=1)
    if others:
        page.section("Other moves, stresses and your own scenarios")
        page.header("", f"{title} moves", *_COLUMNS, n_remarks=1)
        for each in others:
            page.row(_fixed_row(page, each, document))
    if crises:
        _write_crises(page, crises, title, document)
    _write_tax(page, document)
    page.sheet.freeze_panes(1, 1)


def _is_live(scenario: Document, document: Document) -> bool:
    """Whether a scenario follows from the beta dollars on the plan sheet and a move of the reference index."""
    if scenario["group"] != "reference":
        return False
    move, plan = scenario["shocks"][plan_reference(document)], document["plan"]
    joint = plan["residual_beta_dollars"] - plan["beta_dollars"]
    gaps = (scenario["unhedged_pnl"] - plan["beta_dollars"] * move, scenario["hedge_pnl"] - joint * move)
    return all(abs(gap) < HALF_A_CENT for gap in gaps)


def _live_row(page: Page, scenario: Document, document: Document) -> list[Cell]:
    row = page.next_row
    at = {column: page.at(row, column, is_absolute=False) for column in range(9)}
    ends = f"beta_low*beta_base*{at[1]},beta_high*beta_base*{at[1]}"
    return [
        cell(scenario["name"]),
        cell(scenario["shocks"][plan_reference(document)], "percent", is_input=True),
        cell(scenario["unhedged_pnl"], "dollars", formula=f"=beta_dollars*{at[1]}"),
        cell(scenario["hedge_pnl"], "dollars", formula=f"=hedge_beta_dollars*{at[1]}"),
        cell(scenario["hedged_pnl"], "dollars", formula=f"={at[2]}+{at[3]}"),
        cell(scenario["unhedged_low"], "dollars", formula=f"=MIN({ends})"),
        cell(scenario["unhedged_high"], "dollars", formula=f"=MAX({ends})"),
        cell(scenario["hedged_low"], "dollars", formula=f"={at[5]}+{at[3]}"),
        cell(scenario["hedged_high"], "dollars", formula=f"={at[6]}+{at[3]}"),
        cell(" ".join(scenario["notes"]), "remark"),
    ]


def _fixed_row(page: Page, scenario: Document, document: Document) -> list[Cell]:
    row = page.next_row
    together = f"={page.at(row, 2, is_absolute=False)}+{page.at(row, 3, is_absolute=False)}"
    return [
        cell(scenario["name"], "words"),
        cell(scenario["shocks"].get(plan_reference(document)), "percent1"),
        cell(scenario["unhedged_pnl"], "dollars"),
        cell(scenario["hedge_pnl"], "dollars"),
        cell(scenario["hedged_pnl"], "dollars", formula=together),
        *(cell(scenario[f"{side}_{end}"], "dollars") for side in ("unhedged", "hedged") for end in ("low", "high")),
        cell(" ".join(scenario["notes"]), "remark"),
    ]


def _write_crises(page: Page, crises: Sequence[Document], title: str, document: Document) -> None:
    page.section(
        "Past crises with today's holdings",
        "Real returns where a holding traded then, its beta times the index where it did not.",
    )
    first = page.header(
        "",
        f"{title} moved",
        "Without hedge",
        "Futures",
        "With hedge",
        "From",
        "To",
        "Real returns",
        "By beta",
        "What to know",
        n_remarks=1,
    )
    for each in crises:
        row = page.next_row
        together = f"={page.at(row, 2, is_absolute=False)}+{page.at(row, 3, is_absolute=False)}"
        page.row(
            [
                cell(each["name"]),
                cell(each["shocks"].get(plan_reference(document)), "percent1"),
                cell(each["unhedged_pnl"], "dollars"),
                cell(each["hedge_pnl"], "dollars"),
                cell(each["hedged_pnl"], "dollars", formula=together),
                cell(each["start"], "date"),
                cell(each["end"], "date"),
                cell(each["n_real"], "count"),
                cell(each["n_by_beta"], "count"),
                cell(" ".join(each["notes"]), "remark"),
            ]
        )
    title = "Past crises with today's holdings"
    add_columns(page, title, compare(2, 4), (first, page.next_row - 1))


def _write_tax(page: Page, document: Document) -> None:
    if not document["futures_tax"]:
        return
    page.section(
        "Tax on the futures, United States",
        "At the rates that you stated: 60% of a gain is long-term, 40% short-term (Section 1256). Not advice.",
    )
    page.header("", "Gain of the futures", "Long-term part", "Short-term part", "Tax")
    for each in document["futures_tax"]:
        page.row(
            [
                cell(each["scenario"]),
                *(cell(each[name], "dollars") for name in ("gain", "long_term", "short_term", "tax")),
            ]
        )
