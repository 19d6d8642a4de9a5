"""What the pages are made of: figures with their help, and tables of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hedger.report import TextTable


METRIC_WIDTH = 142
"""Pixels: two figures beside each other on a phone."""


def show_metric(label: str, value: str, *, below: str | None = None, tip: str | None = None) -> None:
    """Show a figure under its name.

    Parameters
    ----------
    label
        Its name, in words of this package.
    value
        The figure; escaped.
    below
        What belongs to it, in small type; escaped. It is no change, so it has no colour and no arrow.
    tip
        What it means, behind a question mark; escaped.
    """
    st.metric(
        label,
        escape(value),
        delta=None if below is None else escape(below),
        delta_color="off",
        delta_arrow="off",
        width=METRIC_WIDTH,
        help=None if tip is None else escape(tip),
    )


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
