"""Views for a terminal: what they are made of, and how one is shown.

A view is something that rich can draw. It fits 80 columns, aligns its numbers, and says the same without colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from hedger.report.words import ALARMS, state_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hedger.advice import Advice
    from hedger.report.text_table import TextTable

NARROWEST, WIDEST = 80, 100
"""Columns below which figures would be cut, and beyond which lines are hard to read."""
SHOWN_ROWS = 8
"""Rows of a list of what was left out; the rest is counted."""


def show(view: RenderableType) -> None:
    """Write a view to standard output: with colour to a terminal, plain to a pipe or a file."""
    console = Console(highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(view, width=min(max(console.width, NARROWEST), WIDEST))
    console.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    console.file.flush()


def answer(advice: Advice) -> RenderableType:
    """Return the answer in a sentence, and what nobody shall act on it without."""
    alarms = (Text(note.message, style="bold red") for note in advice.notes if note.code in ALARMS)
    return Group(Text(state_answer(advice), style="bold"), *alarms)


def section(title: str, *parts: RenderableType) -> RenderableType:
    """Return parts under a title, with a blank line before it."""
    return Group(Text(), Text(title, style="bold cyan"), *parts)


def paragraph(text: str, *, style: str = "") -> RenderableType:
    """Return text that wraps at the width of the view."""
    return Text(text, style=style)


def bullet_list(items: Iterable[str]) -> RenderableType:
    """Return one item per line, continuation lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row("-", Text(item))
    return grid


def number_table(
    *columns: str,
    rows: Sequence[Sequence[str]],
    n_labels: int = 1,
    bold: Iterable[int] = (),
    gap: int = 2,
    aligned_with: Sequence[Sequence[str]] = (),
) -> Table:
    """Return a table whose first columns are labels, on the left, and whose others are numbers, on the right.

    Parameters
    ----------
    columns
        Headers.
    rows
        Cells, as many as there are columns.
    n_labels
        How many columns are labels.
    bold
        Rows to stand out, counted from 0.
    gap
        Blanks between columns.
    aligned_with
        Rows of other tables of the view, whose columns shall be as wide as these.
    """
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim", show_edge=False)
    for position, column in enumerate(columns):
        widest = max((len(cells[position]) for cells in aligned_with), default=0)
        if position < n_labels:
            table.add_column(column, overflow="fold", min_width=widest)
        else:
            table.add_column(column, justify="right", no_wrap=True, min_width=widest)
    strong = set(bold)
    for number, cells in enumerate(rows):
        table.add_row(*(Text(cell) for cell in cells), style="bold" if number in strong else "")
    return table


def draw_table(table: TextTable) -> Table:
    """Return a table in words as :func:`number_table` draws it."""
    return number_table(*table.headings, rows=table.rows, n_labels=table.n_labels, bold=table.bold)


def left_out(items: Sequence[str]) -> RenderableType:
    """Return the first items of a list of what was left out, and how many more there are."""
    shown = list(items[:SHOWN_ROWS])
    if len(items) > len(shown):
        shown.append(f"and {len(items) - len(shown)} more; --json lists all")
    return bullet_list(shown)
