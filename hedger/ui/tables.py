"""Tables of text, the order ticket among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report import to_dollars
from hedger.ui.wording import escape, to_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hedger.advice import Advice
    from hedger.report import TextTable


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int = 1) -> str:
    """Return a Markdown table; the first `n_text` columns to the left, numbers to the right.

    Every cell is escaped, so that none can be read as Markdown.
    """
    alignment = [":--" if position < n_text else "--:" for position in range(len(headings))]
    lines = [[escape(heading) for heading in headings], alignment, *([escape(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def draw_table(table: TextTable) -> str:
    """Return a table in words as :func:`markdown_table` draws it."""
    return markdown_table(table.headings, table.rows, n_text=table.n_labels)


def order_ticket(advice: Advice) -> str:
    """Return the orders, one a row."""
    rows = [
        (
            f"{'Sell' if order.quantity < 0 else 'Buy'} {abs(order.quantity):,}",
            order.quote.code,
            order.quote.contract.name,
            to_day(order.quote.last_trading_day),
            f"{order.quote.price:,.2f}",
            to_dollars(order.notional),
            to_dollars(order.initial_margin),
            to_dollars(order.cost, places=2),
        )
        for order in advice.plan.orders
    ]
    headings = ("Order", "Contract", "Name", "Last trading day", "Price", "Notional", "Initial margin", "Cost")
    return markdown_table(headings, rows, n_text=4)
