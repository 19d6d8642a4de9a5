"""A plan as an Excel workbook, ``plan.xlsx``: tables, native charts, and formulas where a reader would change an input.

The same plan gives the same bytes: the workbook carries the day of the plan as the day of its making. Every formula
comes with the number that it gives now, so that a viewer which does not compute shows the plan as it is.
"""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from xlsxwriter.workbook import Workbook

from hedger.report.document import plan_document
from hedger.report.statement import DISCLAIMER, METHODS, list_assumptions, list_sources
from hedger.report.words import state_answer
from hedger.report.workbook.exposure import write_exposure_sheet, write_holdings_sheet
from hedger.report.workbook.money import write_costs_sheet, write_margin_sheet
from hedger.report.workbook.page import Page, cell
from hedger.report.workbook.plan import write_plan_sheet
from hedger.report.workbook.scenarios import write_scenarios_sheet

if TYPE_CHECKING:
    from hedger.advice import Advice

    Document = dict[str, Any]


def plan_xlsx(advice: Advice) -> bytes:
    """Return the workbook of a plan: plan, exposure, scenarios, margin, costs, holdings, assumptions."""
    document = plan_document(advice)
    stream = io.BytesIO()
    # Text is never taken for a formula, a number or a link, whatever it looks like.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties(
            {
                "title": "Hedge plan",
                "author": f"hedger {document['version']}",
                "comments": "Not investment advice.",
                "created": datetime.combine(advice.as_of, time()),
            }
        )
        book.set_calc_mode("auto")
        write_plan_sheet(book, document, state_answer(advice))
        write_exposure_sheet(book, document)
        write_scenarios_sheet(book, document)
        write_margin_sheet(book, document)
        write_costs_sheet(book, document)
        write_holdings_sheet(book, document)
        _write_assumptions_sheet(book, document)
    return stream.getvalue()


def _write_assumptions_sheet(book: Workbook, document: Document) -> None:
    """Write doubts, choices, methods and sources."""
    page = Page(book, "assumptions", [44, 30, 100])
    page.title("What the plan rests on")
    page.section("Worth knowing")
    for note in document["notes"]:
        page.paragraph(note["message"])
    page.section("Choices in force")
    for subject, words in list_assumptions(document):
        page.row([cell(subject), cell(words)])
    page.section("Method")
    for subject, words in METHODS.items():
        page.row([cell(subject), cell(words)])
    page.section("Sources")
    page.header("Figure", "As of", "Source", n_labels=3)
    for source in list_sources(document):
        page.row([cell(source.figure, "words"), cell(source.as_of, "words"), cell(source.origin, "words")])
    page.section("This plan")
    page.row([cell("Program"), cell(f"hedger {document['version']}")])
    page.row([cell("Day"), cell(document["as_of"].isoformat())])
    page.row([cell("Age of the prices"), cell(f"{document['prices']['age_days']} days")])
    page.row([cell("Fingerprint of all inputs (SHA-256)"), cell(document["inputs_hash"])])
    page.next_row += 1
    page.paragraph(DISCLAIMER)
