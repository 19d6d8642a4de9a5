"""The sheet ``plan``: the answer, the futures with live sums, before and after, and what else could be done.

Orders, futures prices, margins and costs per contract may be changed; notional, margin, cost and beta follow, here and
on the other sheets, which know the sums by name. What comes from a simulation (volatility, value at risk, chances)
belongs to the plan as it was made and stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.words import to_percent
from hedger.report.workbook.charts import add_columns, compare
from hedger.report.workbook.page import Cell, Page, cell
from hedger.wording import plural

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    Document = dict[str, Any]


def titles_of(document: Document) -> dict[str, str]:
    """Return the names for people of the indices."""
    return {each["index"]: each["title"] for each in document["exposure"]["by_index"]}


def follow_shares(document: Document) -> dict[str, float]:
    """Return how far each index moves per unit of move of the reference index: covariance over its variance."""
    exposure = document["exposure"]
    names = [each["index"] for each in exposure["by_index"]]
    row = exposure["covariance"][names.index(exposure["reference_index"])]
    variance = row[names.index(exposure["reference_index"])]
    return {name: covariance / variance for name, covariance in zip(names, row, strict=True)}


def write_plan_sheet(book: Workbook, document: Document, answer: str) -> None:
    """Write the answer, the futures with their live sums, before and after, and what else could be done."""
    page = Page(book, "plan", [34, *[13.0] * 14])
    portfolio, prices = document["portfolio"], document["prices"]
    page.title(
        f"Hedge plan: {portfolio['name']}",
        f"For {document['as_of']}. Prices: {prices['source']}, closes of {prices['last_session']}. "
        f"hedger {document['version']}. Not investment advice.",
        "Blue figures on yellow may be changed; black ones follow. All money in US dollars, short is negative.",
    )
    page.next_row += 1
    page.paragraph(answer, is_bold=True)
    _write_futures(page, document)
    _write_before_and_after(page, document)
    _write_alternatives(page, document)
    page.sheet.freeze_panes(1, 1)


def _write_futures(page: Page, document: Document) -> None:
    plan, titles, follow = document["plan"], titles_of(document), follow_shares(document)
    reference = titles[plan_reference(document)]
    page.section("Futures")
    first = page.header(
        "Contract",
        "Index",
        "Held before",
        "Order",
        "Held after",
        "Price, points",
        "USD per point",
        "Notional held",
        f"Moves per move of {reference}",
        "Initial margin of one",
        "Initial margin",
        "Maintenance of one",
        "Maintenance margin",
        "Round trip of one",
        "Round trip of order",
        n_labels=2,
    )
    for position in plan["positions"]:
        page.row(_futures_row(page, position, titles[position["index"]], follow[position["index"]]))
    last = page.next_row - 1
    names = {7: "hedge_notional", 10: "initial_margin", 12: "maintenance_margin", 14: "round_trip_cost"}
    sums = {7: "hedge_notional", 10: "initial_margin", 12: "maintenance_margin", 14: "round_trip_cost"}
    cells = [cell("Total", is_total=True)]
    for column in range(1, 15):
        if column not in sums:
            cells.append(cell(None, is_total=True))
            continue
        span = f"{page.at(first, column)}:{page.at(last, column)}"
        formula = f"=SUM({span})" if last >= first else "=0"
        style = "cents" if column == 14 else "dollars"
        cells.append(cell(plan[sums[column]], style, formula=formula, is_total=True))
    row = page.row(cells)
    for column, name in names.items():
        page.define(name, row, column)
    joint = plan["residual_beta_dollars"] - plan["beta_dollars"]
    formula = (
        f"=SUMPRODUCT({page.at(first, 7)}:{page.at(last, 7)},{page.at(first, 8)}:{page.at(last, 8)})"
        if last >= first
        else "=0"
    )
    row = page.row(
        [cell(f"The same as exposure to the {reference}"), *[cell(None)] * 6, cell(joint, "dollars", formula=formula)]
    )
    page.define("hedge_beta_dollars", row, 7)


def _futures_row(page: Page, position: Document, title: str, follow: float) -> list[Cell]:
    row = page.next_row
    at = {column: page.at(row, column, is_absolute=False) for column in range(15)}
    held, order = position["quantity"], position["quantity"] - position["quantity_before"]
    initial, maintenance = position["contract_initial_margin"], position["contract_maintenance_margin"]
    return [
        cell(position["contract_code"]),
        cell(title),
        cell(position["quantity_before"], "count"),
        cell(order, "count", is_input=True),
        cell(held, "count", formula=f"={at[2]}+{at[3]}"),
        cell(position["price"], "points", is_input=True),
        cell(position["multiplier"], "factor"),
        cell(position["notional"], "dollars", formula=f"={at[4]}*{at[5]}*{at[6]}"),
        cell(follow, "beta"),
        cell(initial, "dollars", is_input=True),
        cell(abs(held) * initial, "dollars", formula=f"=ABS({at[4]})*{at[9]}"),
        cell(maintenance, "dollars", is_input=True),
        cell(abs(held) * maintenance, "dollars", formula=f"=ABS({at[4]})*{at[11]}"),
        cell(position["contract_cost"], "cents", is_input=True),
        cell(abs(order) * position["contract_cost"], "cents", formula=f"=ABS({at[3]})*{at[13]}"),
    ]


def plan_reference(document: Document) -> str:
    """Return the name of the index that the plan refers to."""
    name: str = document["exposure"]["reference_index"]
    return name


def _write_before_and_after(page: Page, document: Document) -> None:
    plan, portfolio = document["plan"], document["portfolio"]
    by_index = {each["index"]: each for each in document["exposure"]["by_index"]}
    reference = by_index[plan_reference(document)]
    title = reference["title"]
    page.section("Before and after", "The lower rows, from volatility on, belong to the plan as made.")
    page.header("", "Before", "After")
    page.define(
        "beta_base",
        page.row([cell("Value that betas refer to"), cell(portfolio["beta_base"], "dollars")]),
        1,
    )
    row = page.row(
        [
            cell(f"Exposure to the {title} (beta dollars)"),
            cell(plan["beta_dollars"], "dollars"),
            cell(plan["residual_beta_dollars"], "dollars", formula="=beta_dollars+hedge_beta_dollars"),
        ]
    )
    page.define("beta_dollars", row, 1)
    page.define("residual_beta_dollars", row, 2)
    beta_row = page.row(
        [
            cell(f"Beta to the {title}"),
            cell(plan["beta_before"], "beta", formula="=beta_dollars/beta_base"),
            cell(plan["beta_after"], "beta", formula="=residual_beta_dollars/beta_base"),
        ]
    )
    shift = f"+{page.at(beta_row, 2)}-{page.at(beta_row, 1)}"
    for words, name, value, after in (
        ("   95% interval, next quarter: from", "beta_low", reference["low"], plan["beta_after_low"]),
        ("   to", "beta_high", reference["high"], plan["beta_after_high"]),
    ):
        row = page.row([cell(words), cell(value, "beta"), cell(after, "beta", formula=f"={name}{shift}")])
        page.define(name, row, 1)
    removed = plan["achieved_hedge_fraction"]
    if removed is not None:
        page.row(
            [
                cell("Share of the exposure removed"),
                cell(None),
                cell(removed, "percent", formula="=1-residual_beta_dollars/beta_dollars"),
            ]
        )
    _write_simulated(page, document)


def _write_simulated(page: Page, document: Document) -> None:
    before, after = document["risk"]["before"], document["risk"]["after"]
    page.row(
        [
            cell("Yearly volatility"),
            cell(before["volatility"], "dollars"),
            cell(after["volatility"], "dollars"),
        ]
    )
    tails = page.next_row
    for kind, words in (("value_at_risk", "Value at risk"), ("expected_shortfall", "Expected shortfall")):
        for one, other in zip(before[kind], after[kind], strict=True):
            days = plural(one["horizon_days"], "day")
            label = f"{words}, {days}, {to_percent(one['level'])}"
            page.row([cell(label), cell(one["value"], "dollars"), cell(other["value"], "dollars")])
    removed = document["risk"]["hedge_effectiveness"]
    if removed is not None:
        page.row([cell("Variance removed, last five years"), cell(None), cell(removed, "percent")])
    page.row(
        [cell("Variance that no index removes"), cell(document["risk"]["unhedgeable_share"], "percent"), cell(None)]
    )
    n_tails = len(before["value_at_risk"])
    if not n_tails:
        return
    add_columns(page, "Value at risk, before and after", compare(1, 2), (tails, tails + n_tails - 1))


def _write_alternatives(page: Page, document: Document) -> None:
    alternatives = document["plan"]["alternatives"]
    if not alternatives:
        return
    page.section("What else could be done", "Whole-contract plans that are best in one respect.")
    page.header("Held afterwards", "Tracking risk a year", "Round trip", "Initial margin", "Best at", n_remarks=1)
    for each in alternatives:
        held = ", ".join(f"{one['quantity']:,} {one['symbol']}" for one in each["positions"]) or "nothing"
        page.row(
            [
                cell(held),
                cell(each["tracking_risk"], "dollars"),
                cell(each["round_trip_cost"], "cents"),
                cell(each["initial_margin"], "dollars"),
                cell(", ".join(label.replace("_", " ") for label in each["labels"]), "aside"),
            ]
        )
