"""The sheets ``exposure`` and ``holdings``: how the portfolio moves with every index, and which holdings carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.palette import AFTER, BEFORE
from hedger.report.workbook.charts import add_bars
from hedger.report.workbook.page import Cell, Page, cell
from hedger.report.workbook.plan import follow_shares, plan_reference, titles_of

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    Document = dict[str, Any]

SHOWN_HOLDINGS = 15
"""Holdings of the chart."""


def write_exposure_sheet(book: Workbook, document: Document) -> None:
    """Write the betas of the portfolio, how sure they are, and how the indices move together."""
    page = Page(book, "exposure", [30, *[14.0] * 9])
    exposure, titles = document["exposure"], titles_of(document)
    reference = plan_reference(document)
    page.title(
        "How the portfolio moves with the indices",
        f"Measured on closes from {document['prices']['first_session']} to {document['prices']['last_session']}. "
        "The interval is for the beta of the next quarter, 19 times out of 20.",
    )
    page.section("Beta to every index")
    first = page.header(
        "Index", "Level, points", "Beta", "Standard error", "Low", "High", "Variance it removes", "Beta dollars",
        f"Moves per move of {titles[reference]}",
    )  # fmt: skip
    follow = follow_shares(document)
    for each in exposure["by_index"]:
        row = page.next_row
        beta = page.at(row, 2, is_absolute=False)
        page.row(
            [
                cell(each["title"] + (" (hedged with)" if each["index"] == reference else "")),
                cell(each["level"], "points"),
                cell(each["beta"], "beta"),
                cell(each["stderr"], "rate"),
                cell(each["low"], "beta"),
                cell(each["high"], "beta"),
                cell(each["r_squared"], "percent"),
                cell(each["beta_dollars"], "dollars", formula=f"={beta}*beta_base"),
                cell(follow[each["index"]], "beta"),
            ]
        )
    last = page.next_row - 1
    add_bars(
        page,
        "Variance that a hedge with each index alone removes",
        [("Variance removed", 6, AFTER)],
        (first, last),
        number_format="0%",
    )
    _write_error_budget(page, document)
    _write_covariance(page, document)


def _write_error_budget(page: Page, document: Document) -> None:
    budget = document["error_budget"]
    page.section("How sure the beta after the hedge is", "Standard errors, in beta.")
    page.header("Part", "Standard error")
    names = (("Estimation", "estimation"), ("Drift over a quarter", "drift"), ("Rounding to contracts", "rounding"))
    first = page.next_row
    for words, name in names:
        page.row([cell(words), cell(budget[f"stderr_{name}"], "rate")])
    span = f"{page.at(first, 1)}:{page.at(page.next_row - 1, 1)}"
    total = cell(budget["stderr_total"], "rate", formula=f"=SQRT(SUMSQ({span}))", is_total=True)
    page.row([cell("All together", is_total=True), total])


def _write_covariance(page: Page, document: Document) -> None:
    titles = list(titles_of(document).values())
    page.section("Covariance of the indices", "Of yearly returns; the square root of the diagonal is the volatility.")
    page.header("", *titles)
    for title, row in zip(titles, document["exposure"]["covariance"], strict=True):
        page.row([cell(title), *(cell(each, "rate") for each in row)])


def write_holdings_sheet(book: Workbook, document: Document) -> None:
    """Write every holding with its betas, the largest exposure first, and what was left out."""
    titles, reference = titles_of(document), plan_reference(document)
    others = [name for name in titles if name != reference]
    page = Page(book, "holdings", [26, *[14.0] * (8 + len(others)), 40])
    page.title(
        "Holdings",
        "Exposure is beta times market value; of an option, times its underlying and its delta. ± is how far the beta "
        "of the next quarter may lie from the one shown (95%).",
    )
    page.section(f"Exposure to the {titles[reference]}, the largest first")
    first = page.header(
        "Holding", "Market value", "Share of value", "Moves like", f"Beta to {titles[reference]}", "Next quarter ±",
        "Beta dollars", *(f"Beta to {titles[name]}" for name in others), "Sessions used", "Remarks", n_remarks=1,
    )  # fmt: skip
    rows = _by_holding(document)
    total = sum(row[reference]["market_value"] for row in rows)
    value_row = first + len(rows)
    for row in rows:
        page.row(_holding_row(page, row, [reference, *others], total, page.at(value_row, 1)))
    last = page.next_row - 1
    page.row(_total_row(page, document, total, first, last, n_columns=9 + len(others)))
    if rows:
        shown = min(len(rows), SHOWN_HOLDINGS)
        title = "Exposure of the holdings" + (f", the {shown} largest" if shown < len(rows) else "")
        add_bars(page, title, [("Beta dollars", 6, BEFORE)], (first, first + shown - 1))
    _write_left_out(page, document)
    page.sheet.freeze_panes(first, 1)


def _by_holding(document: Document) -> list[dict[str, Document]]:
    """Return one mapping from index to row per holding, the largest exposure to the reference index first."""
    reference = plan_reference(document)
    holdings: dict[str, dict[str, Document]] = {}
    for row in document["exposure"]["by_holding"]:
        holdings.setdefault(row["symbol"], {})[row["index"]] = row
    return sorted(holdings.values(), key=lambda row: -abs(row[reference]["exposure_value"] * row[reference]["beta"]))


def _holding_row(page: Page, row: dict[str, Document], indices: list[str], total: float, total_at: str) -> list[Cell]:
    main = row[indices[0]]
    at = {column: page.at(page.next_row, column, is_absolute=False) for column in (1, 3, 4)}
    share = main["market_value"] / total if total else None
    return [
        cell(main["symbol"]),
        cell(main["market_value"], "dollars"),
        cell(share, "percent1", formula=f"={at[1]}/{total_at}" if total else None),
        cell(main["exposure_value"], "dollars"),
        cell(main["beta"], "beta"),
        cell(None if main["high"] is None else main["high"] - main["beta"], "beta"),
        cell(main["exposure_value"] * main["beta"], "dollars", formula=f"={at[3]}*{at[4]}"),
        *(cell(row[name]["beta"], "beta") for name in indices[1:]),
        cell(main["n_observations"], "count"),
        cell(", ".join(flag.replace("_", " ") for flag in main["flags"]), "aside"),
    ]


def _total_row(page: Page, document: Document, total: float, first: int, last: int, *, n_columns: int) -> list[Cell]:
    sums = {1: total, 6: document["plan"]["beta_dollars"]}
    cells = [cell("Total", is_total=True)]
    for column in range(1, n_columns):
        value = sums.get(column)
        formula = f"=SUM({page.at(first, column)}:{page.at(last, column)})" if last >= first else "=0"
        known = cell(value, "dollars", formula=formula, is_total=True)
        cells.append(known if value is not None else cell(None, is_total=True))
    return cells


def _write_left_out(page: Page, document: Document) -> None:
    portfolio = document["portfolio"]
    page.section("Cash")
    page.row([cell("Cash in the file"), cell(portfolio["cash"], "dollars")])
    if portfolio["excluded"]:
        page.section("Left out: not hedged, and not in any figure")
        page.header("Holding", "Market value", "Reason", n_remarks=1)
        for each in portfolio["excluded"]:
            page.row([cell(each["symbol"]), cell(each["market_value"], "dollars"), cell(each["reason"], "aside")])
    if portfolio["skipped_rows"]:
        page.section("Rows of the file that are no holdings")
        page.header("Line", "Reason", n_labels=2)
        for each in portfolio["skipped_rows"]:
            page.row([cell(f"line {each['line']}"), cell(each["reason"])])
