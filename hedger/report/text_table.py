"""A table in words, before a terminal or a page draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """Cells that are worded and rounded already.

    Parameters
    ----------
    headings
        One per column.
    rows
        Cells, as many as there are headings.
    n_labels
        How many columns are labels, from the left; the others are numbers.
    bold
        Rows to stand out, counted from 0.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_labels: int = 1
    bold: tuple[int, ...] = ()
