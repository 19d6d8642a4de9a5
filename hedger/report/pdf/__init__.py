"""A plan as pages that an adviser can hand to a client, ``plan.pdf``.

The same plan gives the same bytes: the day of the plan stands as the day of making, and nothing depends on the
machine. Every figure is one of the plan's document.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from reportlab.platypus import SimpleDocTemplate

from hedger.report.document import plan_document
from hedger.report.palette import MUTED, RULE
from hedger.report.pdf.cash import cash_parts, cost_parts, other_plans_parts
from hedger.report.pdf.end import calendar_parts, closing_parts, quality_parts
from hedger.report.pdf.front import front_parts
from hedger.report.pdf.moves import crisis_parts, move_parts
from hedger.report.pdf.page import HEIGHT, MARGIN, REGULAR, WIDTH, to_print
from hedger.report.plan_tables import SHOWN_PLANS, other_plans_table
from hedger.report.words import state_answer, to_long_day
from hedger.wording import shorten

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.report.text_table import TextTable

    Document = dict[str, Any]

FRAME_PADDING = 6.0
"""What the library leaves free within its margins, points."""


def plan_pdf(advice: Advice) -> bytes:
    """Return the pages of a plan: what and why, ticket, before and after, days, moves, cash, costs, others, doubts."""
    document, answer = plan_document(advice), state_answer(advice)
    others = other_plans_table(advice.plan, most=SHOWN_PLANS)
    _, n_pages = _print(document, answer, others, n_pages=0)
    pages, _ = _print(document, answer, others, n_pages=n_pages)
    return pages


def _print(document: Document, answer: str, others: TextTable | None, *, n_pages: int) -> tuple[bytes, int]:
    """Return the pages and their number; `n_pages` is what the pages say of it."""
    stream = io.BytesIO()
    name = to_print(shorten(document["portfolio"]["name"]))
    template = SimpleDocTemplate(
        stream,
        pagesize=(WIDTH, HEIGHT),
        leftMargin=MARGIN - FRAME_PADDING,
        rightMargin=MARGIN - FRAME_PADDING,
        topMargin=44 - FRAME_PADDING,
        bottomMargin=42 - FRAME_PADDING,
        initialFontName=REGULAR,
        title=f"Hedge plan: {name}",
        author=f"hedger {document['version']}",
        subject="Hedge plan with index futures. Not investment advice.",
        creator=f"hedger {document['version']}",
        lang="en-US",
        invariant=1,
        pageCompression=1,
    )
    as_of = document["as_of"]

    def frame(canvas: Any, _: Any) -> None:
        canvas.setDateFormatter(lambda *_: f"D:{as_of:%Y%m%d}000000+00'00'")
        canvas.setFont(REGULAR, 7.2)
        canvas.setFillColor(MUTED)
        canvas.setStrokeColor(RULE)
        number = canvas.getPageNumber()
        if number > 1:
            canvas.drawString(MARGIN, HEIGHT - 32, f"Hedge plan: {name}")
            canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 32, to_long_day(as_of))
        canvas.line(MARGIN, 34, WIDTH - MARGIN, 34)
        digits = document["inputs_hash"][:12]
        canvas.drawString(MARGIN, 24, f"hedger {document['version']}, inputs {digits}. Not investment advice.")
        canvas.drawRightString(WIDTH - MARGIN, 24, f"Page {number} of {n_pages}")

    story = [
        *front_parts(document, answer),
        *calendar_parts(document),
        *move_parts(document),
        *crisis_parts(document),
        *cash_parts(document),
        *cost_parts(document),
        *other_plans_parts(others),
        *quality_parts(document),
        *closing_parts(document),
    ]
    template.build(story, onFirstPage=frame, onLaterPages=frame)
    return stream.getvalue(), template.page
