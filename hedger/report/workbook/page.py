"""A sheet of the workbook as a page that is written from top to bottom.

What may be changed stands in blue on yellow, what follows from it in black. A cell holds a number with its format, a
formula together with the number that it gives now, or text. Text is never anything else: what comes from a user's
file and begins like a formula stays text, also when somebody edits the cell.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from hedger.report.palette import DARK, INPUT, INPUT_SHADE, MUTED, RULE, SHADE
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Value = float | int | str | bool | date | None

NUMBER_FORMATS = {
    "count": "#,##0",
    "dollars": "$#,##0;-$#,##0;$0",
    "cents": "$#,##0.00;-$#,##0.00;$0.00",
    "points": "#,##0.00",
    "factor": "General",
    "beta": "0.00",
    "percent": "0%",
    "percent1": "0.0%",
    "rate": "0.0000",
    "date": "yyyy-mm-dd",
}
"""Excel's number formats by style; a style that is not here is text."""
LONGEST_TEXT = 2_000
"""Characters of a cell; Excel takes 32,767, a reader far fewer."""
LINE, GAP = 15.0, 2.5
"""Height of a line, and of the space between rows, points."""
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in one cell.

    Parameters
    ----------
    value
        Number, text, truth or date; ``None`` leaves the cell empty. Of a formula: what it gives now.
    style
        One of :data:`NUMBER_FORMATS`, ``"text"``, ``"aside"`` (text after a gap), ``"words"`` and ``"remark"`` (the
        same, and they wrap) or ``"muted"``.
    formula
        Excel's formula, with its equals sign; ``None`` for a constant.
    is_input
        Whether a reader may change it.
    is_total
        Whether it closes a table.
    """

    value: Value
    style: str = "text"
    formula: str | None = None
    is_input: bool = False
    is_total: bool = False


def cell(
    value: Value, style: str = "text", *, formula: str | None = None, is_input: bool = False, is_total: bool = False
) -> Cell:
    """Return a cell; an undefined number leaves it empty."""
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    return Cell(value=value, style=style, formula=formula, is_input=is_input, is_total=is_total)


class Page:
    """One sheet, written row by row.

    Parameters
    ----------
    book
        The workbook.
    name
        Of the sheet.
    widths
        Of its columns, in characters, from the left.
    """

    def __init__(self, book: Workbook, name: str, widths: Sequence[float]) -> None:
        self.sheet: Worksheet = book.add_worksheet(name)
        self.book = book
        self.name = name
        self.next_row = 0
        self._widths = tuple(widths)
        self._formats: dict[tuple[str, bool, bool, bool], Format] = {}
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.set_default_row(LINE + GAP)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(1)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer("&L&8&F, &A&R&8&P / &N")

    def title(self, text: str, *lines: str) -> None:
        """Write the heading of the page, and a line of small print for each of `lines`."""
        title = self.book.add_format({"bold": True, "font_size": 16, "font_color": DARK})
        self.sheet.set_row(self.next_row, 24)
        self.sheet.write_string(self.next_row, 0, _clean(text), title)
        self.next_row += 1
        for line in lines:
            self.sheet.write_string(self.next_row, 0, _clean(line), self._format("muted"))
            self.next_row += 1

    def paragraph(self, text: str, *, is_bold: bool = False) -> None:
        """Write text across all columns."""
        form = self.book.add_format({"text_wrap": True, "valign": "top", "bold": is_bold})
        self.sheet.set_row(self.next_row, LINE * _n_lines(text, sum(self._widths)) + GAP)
        self.sheet.merge_range(self.next_row, 0, self.next_row, len(self._widths) - 1, "", form)
        self.sheet.write_string(self.next_row, 0, _clean(text), form)
        self.next_row += 1

    def section(self, title: str, remark: str = "") -> None:
        """Leave a line free and write the title of what follows, with a remark beneath it."""
        self.next_row += 1
        form = self.book.add_format({"bold": True, "font_size": 12, "font_color": DARK})
        self.sheet.write_string(self.next_row, 0, _clean(title), form)
        self.next_row += 1
        if remark:
            self.sheet.write_string(self.next_row, 0, _clean(remark), self._format("muted"))
            self.next_row += 1

    def header(self, *columns: str, n_labels: int = 1, n_remarks: int = 0) -> int:
        """Write the head of a table and return the row below it, from 0.

        The first `n_labels` and the last `n_remarks` columns hold text, those between numbers.
        """
        looks = {
            "bold": True,
            "bottom": 1,
            "bottom_color": MUTED,
            "bg_color": SHADE,
            "text_wrap": True,
            "valign": "top",
        }
        label = self.book.add_format({**looks, "align": "left"})
        number = self.book.add_format({**looks, "align": "right"})
        remark = self.book.add_format({**looks, "align": "left", "indent": 1})
        for column, name in enumerate(columns):
            text_form = label if column < n_labels else remark
            is_number = n_labels <= column < len(columns) - n_remarks
            self.sheet.write_string(self.next_row, column, name, number if is_number else text_form)
        n_lines = max(_n_lines(name, width) for name, width in zip(columns, self._widths, strict=False))
        self.sheet.set_row(self.next_row, LINE * n_lines + GAP)
        self.next_row += 1
        return self.next_row

    def row(self, cells: Iterable[Cell]) -> int:
        """Write one row and return its number, from 0."""
        n_lines = 1
        for column, each in enumerate(cells):
            self._write(self.next_row, column, each)
            if each.style in ("words", "remark") and isinstance(each.value, str):
                n_lines = max(n_lines, _n_lines(each.value, self._widths[column]))
        if n_lines > 1:
            self.sheet.set_row(self.next_row, LINE * n_lines + GAP)
        self.next_row += 1
        return self.next_row - 1

    def chart(self, chart: Any, row: int) -> None:
        """Place a chart of the workbook with its upper edge at a row."""
        chart.set_size({"width": 900, "height": 380})
        self.sheet.insert_chart(row, 0, chart, {"object_position": 2})

    def at(self, row: int, column: int, *, is_absolute: bool = True) -> str:
        """Return the address of a cell on this page for a formula, such as ``$C$7``."""
        letters = ""
        rest = column + 1
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"${letters}${row + 1}" if is_absolute else f"{letters}{row + 1}"

    def define(self, name: str, row: int, column: int) -> None:
        """Give a cell a name that formulas of all sheets may use."""
        self.book.define_name(name, f"={self.name}!{self.at(row, column)}")

    def _write(self, row: int, column: int, cell: Cell) -> None:
        if cell.formula is not None:
            self.sheet.write_formula(row, column, cell.formula, self._cell_format(cell), cell.value)
        elif cell.value is None:
            self.sheet.write_blank(row, column, None, self._cell_format(cell))
        elif isinstance(cell.value, str):
            text = _clean(cell.value)
            form = self._cell_format(cell, is_quoted=text.startswith(_LIKE_A_FORMULA))
            self.sheet.write_string(row, column, text, form)
        elif isinstance(cell.value, bool):
            self.sheet.write_string(row, column, "yes" if cell.value else "no", self._cell_format(cell))
        elif isinstance(cell.value, date):
            self.sheet.write_datetime(row, column, cell.value, self._cell_format(cell))
        else:
            self.sheet.write_number(row, column, cell.value, self._cell_format(cell))

    def _cell_format(self, cell: Cell, *, is_quoted: bool = False) -> Format:
        return self._format(cell.style, is_input=cell.is_input, is_total=cell.is_total, is_quoted=is_quoted)

    def _format(self, style: str, *, is_input: bool = False, is_total: bool = False, is_quoted: bool = False) -> Format:
        key = (style, is_input, is_total, is_quoted)
        if key not in self._formats:
            looks: dict[str, Any] = {"valign": "vcenter", "quote_prefix": is_quoted}
            looks |= {"text_wrap": style in ("words", "remark"), "indent": int(style in ("aside", "remark"))}
            if style in NUMBER_FORMATS:
                looks |= {"num_format": NUMBER_FORMATS[style], "align": "right"}
            if style == "muted":
                looks |= {"font_color": MUTED, "font_size": 9}
            if is_input:
                looks |= {"font_color": INPUT, "bg_color": INPUT_SHADE, "border": 1, "border_color": RULE}
            if is_total:
                looks |= {"bold": True, "top": 1, "top_color": MUTED}
            self._formats[key] = self.book.add_format(looks)
        return self._formats[key]


def _clean(text: str) -> str:
    """Return text without control characters, which Excel refuses to open."""
    return shorten(text, LONGEST_TEXT)


def _n_lines(text: str, width: float) -> int:
    """Return the lines that text takes in a column of `width` characters."""
    return max(len(textwrap.wrap(text, max(int(width), 1))), 1)
