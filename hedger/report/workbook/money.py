"""The sheets ``margin`` and ``costs``: the cash that the hedge needs, and what it costs.

The buffer may be changed, and everything that may be changed on the sheet ``plan`` acts here too. Chances of a margin
call belong to the plan as made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.palette import AFTER, ALARM, BEFORE, FUTURES
from hedger.report.statement import index_title
from hedger.report.words import BUFFER_ORIGINS, to_percent
from hedger.report.workbook.charts import add_columns, add_lines
from hedger.report.workbook.page import Page, cell
from hedger.report.workbook.plan import plan_reference

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    Document = dict[str, Any]

ACCOUNT_MOVES = (-0.10, -0.05, 0.0, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
"""Index moves for which the futures account is shown; mirrored for an account that is long."""


def write_margin_sheet(book: Workbook, document: Document) -> None:
    """Write when the futures account is called for cash, live in the buffer and the orders, and how likely that is."""
    page = Page(book, "margin", [40, *[15.0] * 8])
    call, title = document["margin_call"], index_title(document)
    page.title(
        "Cash for the futures account",
        "Losses on futures are paid in cash every evening; a call comes when the account is below maintenance.",
    )
    if call is None:
        page.next_row += 1
        page.paragraph("The plan holds no contracts and needs no margin.")
        return
    rows = _write_account(page, document, title)
    _write_account_moves(page, document, title, rows)
    _write_fan(page, document)
    _write_chances(page, call)
    _write_risen_margins(page, call, title)
    _write_past(page, call)
    _write_margin_sources(page, document)


def _write_account(page: Page, document: Document, title: str) -> dict[str, str]:
    """Write the live account; return the addresses of its buffer and its level."""
    call, plan = document["margin_call"], document["plan"]
    level = next(
        each["level"] for each in document["exposure"]["by_index"] if each["index"] == plan_reference(document)
    )
    room = plan["initial_margin"] + call["buffer"] - plan["maintenance_margin"]
    page.section("The account", "The buffer may be changed.")
    page.row([cell("Initial margin"), cell(plan["initial_margin"], "dollars", formula="=initial_margin")])
    origin = BUFFER_ORIGINS[call["buffer_origin"]]
    row = page.row([cell(f"Buffer ({origin})"), cell(call["buffer"], "dollars", is_input=True)])
    page.define("buffer", row, 1)
    page.row([cell("Maintenance margin"), cell(plan["maintenance_margin"], "dollars", formula="=maintenance_margin")])
    room_row = page.row(
        [
            cell("Loss until a call", is_total=True),
            cell(room, "dollars", formula="=initial_margin+buffer-maintenance_margin", is_total=True),
        ]
    )
    room_at = page.at(room_row, 1)
    reached = f"{room_at}<0,hedge_beta_dollars=0,-{room_at}/hedge_beta_dollars<=-1"
    row = page.row(
        [
            cell(f"Move of the {title} that calls for cash"),
            cell(
                "none" if call["call_move"] is None else call["call_move"],
                "percent1",
                formula=f'=IF(hedge_beta_dollars=0,"none",IF(OR({reached}),"none",-{room_at}/hedge_beta_dollars))',
            ),
        ]
    )
    move_at = page.at(row, 1)
    level_row = page.row([cell(f"Level of the {title} today"), cell(level, "points")])
    page.row(
        [
            cell(f"Level of the {title} that calls for cash"),
            cell(
                "none" if call["call_level"] is None else call["call_level"],
                "points",
                formula=f'=IF(ISNUMBER({move_at}),{page.at(level_row, 1)}*(1+{move_at}),"none")',
            ),
        ]
    )
    page.row([cell("Share of these contracts that the cash carries"), cell(call["largest_hedge"], "percent")])
    return {"level": page.at(level_row, 1), "move": move_at}


def _write_account_moves(page: Page, document: Document, title: str, rows: dict[str, str]) -> None:
    plan, buffer = document["plan"], document["margin_call"]["buffer"]
    joint = plan["residual_beta_dollars"] - plan["beta_dollars"]
    level = next(
        each["level"] for each in document["exposure"]["by_index"] if each["index"] == plan_reference(document)
    )
    page.section(f"The account when the {title} moves", "Before any cash is added.")
    first = page.header("Index level", f"{title} moves", "Gain of the futures", "In the account", "Maintenance margin")
    side = 1.0 if joint <= 0 else -1.0
    for move in sorted(side * each for each in ACCOUNT_MOVES):
        at = page.at(page.next_row, 1, is_absolute=False)
        gain = page.at(page.next_row, 2, is_absolute=False)
        page.row(
            [
                cell(level * (1.0 + move), "points", formula=f"={rows['level']}*(1+{at})"),
                cell(move, "percent", is_input=True),
                cell(joint * move, "dollars", formula=f"=hedge_beta_dollars*{at}"),
                cell(
                    plan["initial_margin"] + buffer + joint * move,
                    "dollars",
                    formula=f"=initial_margin+buffer+{gain}",
                ),
                cell(plan["maintenance_margin"], "dollars", formula="=maintenance_margin"),
            ]
        )
    series = (("In the account", 3, AFTER), ("Maintenance margin", 4, ALARM))
    add_lines(page, f"The futures account when the {title} moves", series, (first, page.next_row - 1), places=1)


def _write_fan(page: Page, document: Document) -> None:
    """Write where the account may stand over the next quarter, live in the buffer."""
    plan, call = document["plan"], document["margin_call"]
    cash = plan["initial_margin"] + call["buffer"]
    page.section(
        "Where the account may stand over the next quarter",
        "Before any cash is added; by the model of the chances by formula.",
    )
    chances = [each["probability"] for each in call["fan"][0]["account"]]
    heads = [f"{to_percent(chance)} stand lower" for chance in chances]
    first = page.header("Sessions from now", *heads, "Low until then, 5%", "Maintenance margin")
    for at in call["fan"]:
        amounts = [*(each["value"] for each in at["account"]), at["lowest"]]
        page.row(
            [
                cell(at["horizon_days"], "count"),
                *(
                    cell(amount, "dollars", formula=f"=initial_margin+buffer+({amount - cash:.12g})")
                    for amount in amounts
                ),
                cell(plan["maintenance_margin"], "dollars", formula="=maintenance_margin"),
            ]
        )
    middle, lowest = 1 + len(chances) // 2, 1 + len(chances)
    series = (
        (heads[-1], len(chances), BEFORE),
        ("Middle", middle, AFTER),
        (heads[0], 1, BEFORE),
        ("Low until then, 5%", lowest, FUTURES),
        ("Maintenance margin", lowest + 1, ALARM),
    )
    title = "The futures account over the next quarter"
    add_lines(page, title, series, (first, page.next_row - 1), places=0, place_format="0")


def _write_risen_margins(page: Page, call: Document, title: str) -> None:
    page.section("After margins were raised", "From January to March 2020 they rose 1.8 to 2.2 times.")
    buffers = [f"Buffer for {to_percent(each['probability'])}" for each in call["stressed"][0]["buffer_for"]]
    moves = f"{title} moves until a call"
    page.header("Margins", "Cash to add at once", moves, "Chance within a quarter", *buffers)
    for each in call["stressed"]:
        page.row(
            [
                cell(f"{each['margin_multiplier']:g} times today's"),
                cell(each["cash_needed"], "dollars"),
                cell(each["call_move"], "percent1"),
                cell(each["probability"], "percent"),
                *(cell(need["buffer"], "dollars") for need in each["buffer_for"]),
            ]
        )


def _write_chances(page: Page, call: Document) -> None:
    page.section("How likely a call is", "By formula, and by past windows at today's volatility.")
    page.header("Within", "By formula", "By past windows")
    for each in call["probability"]:
        page.row(
            [
                cell(f"{each['horizon_days']} sessions"),
                cell(each["probability"], "percent"),
                cell(each["simulated"], "percent"),
            ]
        )
    chances = sorted({each["probability"] for each in call["buffer_for"]}, reverse=True)
    page.section("Buffer that leaves a given chance of a call", "Cash beyond initial margin.")
    first = page.header("Within", *(f"Chance of {to_percent(chance)}" for chance in chances))
    buffers = {(each["horizon_days"], each["probability"]): each["buffer"] for each in call["buffer_for"]}
    for horizon in sorted({horizon for horizon, _ in buffers}):
        amounts = [cell(buffers.get((horizon, chance)), "dollars") for chance in chances]
        page.row([cell(f"{horizon} sessions"), *amounts])
    colours = (FUTURES, AFTER, BEFORE)
    series = [
        (f"Chance of {to_percent(chance)}", column, colours[(column - 1) % len(colours)])
        for column, chance in enumerate(chances, start=1)
    ]
    add_columns(page, "Buffer that leaves a given chance of a call", series, (first, page.next_row - 1))


def _write_past(page: Page, call: Document) -> None:
    if not call["past"]:
        return
    page.section("What the account would have gone through", "Today's contracts in past crises and rallies.")
    page.header("", "From", "To", "Gain of the futures", "Lowest on the way", "on", "First call on", "Cash to add")
    for each in call["past"]:
        page.row(
            [
                cell(f"{each['name']} ({each['kind']})"),
                cell(each["start"], "date"),
                cell(each["end"], "date"),
                cell(each["hedge_pnl"], "dollars"),
                cell(each["worst_pnl"], "dollars"),
                cell(each["worst_session"], "date"),
                cell(each["call_session"], "date"),
                cell(each["cash_needed"], "dollars"),
            ]
        )


def _write_margin_sources(page: Page, document: Document) -> None:
    orders = document["plan"]["orders"]
    if not orders:
        return
    page.section("Where the margins come from")
    page.header("Contract", "In force on", "Assumed", "Source", n_remarks=2)
    for each in orders:
        page.row(
            [
                cell(each["contract_code"]),
                cell(each["margin_as_of"], "date"),
                cell(each["margin_is_assumed"], "aside"),
                cell(each["margin_source"], "aside"),
            ]
        )


def write_costs_sheet(book: Workbook, document: Document) -> None:
    """Write what the hedge costs once and a year, item by item, and what else would do."""
    page = Page(book, "costs", [56, *[16.0] * 3, 22, 90])
    costs = document["costs"]
    page.title("What the hedge costs", "In US dollars; positive is a cost, negative a gain.")
    page.section("In short")
    page.row([cell("Orders, in and out, once"), cell(costs["one_off"], "cents", formula="=round_trip_cost")])
    page.row([cell("One roll to the next month"), cell(costs["per_roll"], "cents")])
    page.row([cell("Carry a year (dividends owed less interest received)"), cell(costs["carry_per_year"], "dollars")])
    year = page.row([cell("Rolls and carry a year"), cell(costs["per_year"], "dollars")])
    page.row(
        [
            cell("   in basis points of the portfolio"),
            cell(costs["basis_points_per_year"], "points", formula=f"=10000*{page.at(year, 1)}/beta_base"),
        ]
    )
    for kind, words in (("one_off", "Once"), ("roll", "Rolls, a year"), ("carry", "Carry, a year")):
        items = [each for each in costs["items"] if each["kind"] == kind]
        if not items:
            continue
        page.section(words)
        first = page.header("Item", "USD", "", "", "As of", "Source", n_remarks=2)
        for each in items:
            page.row(
                [
                    cell(each["name"][0].upper() + each["name"][1:]),
                    cell(each["amount"], "cents"),
                    cell(None),
                    cell(None),
                    cell(each["as_of"], "remark"),
                    cell(each["source"], "remark"),
                ]
            )
        total = sum(each["amount"] for each in items)
        formula = f"=SUM({page.at(first, 1)}:{page.at(page.next_row - 1, 1)})"
        page.row([cell("Total", is_total=True), cell(total, "cents", formula=formula, is_total=True)])
    if costs["alternatives"]:
        page.section("What else would take off the same exposure")
        page.header("Way", "Sold or bought", "Once", "A year", "Tax", "What to know", n_remarks=1)
        for each in costs["alternatives"]:
            page.row(
                [
                    cell("Selling part of every holding" if each["name"] == "selling" else f"Buying {each['name']}"),
                    cell(each["amount"], "dollars"),
                    cell(each["one_off"], "cents"),
                    cell(each["per_year"], "dollars"),
                    cell(each["tax"], "dollars"),
                    cell(f"{each['remark']} Source: {each['source']}.", "remark"),
                ]
            )
