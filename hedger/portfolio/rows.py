"""What each row of a table is: a position, a total, a lot of the row above, text, or the rest of a broken row.

A row that states a quantity, a value or a weight is a position, unless it is one of the few things that brokers mix
among positions. A row that states none is text, unless it looks like the rest of a position: then it is broken and
must be named, because a wrong partial portfolio would give a wrong hedge.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from hedger.portfolio.derivatives import contract_inside, is_strategy, read_option
from hedger.portfolio.lists import load_asset_types, load_cash_names
from hedger.portfolio.numbers import is_missing, to_number
from hedger.portfolio.splitting import DELIMITERS
from hedger.portfolio.symbols import is_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hedger.portfolio.headers import Field
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.splitting import Row
    from hedger.portfolio.tables import Table

_Cells: TypeAlias = "dict[Field, str]"
_Rule: TypeAlias = "Callable[[_Sorter, int, Row, _Cells, str], SortedRow | None]"
RowKind = Literal["position", "total", "pending", "futures value", "strategy", "text", "broken"]

_TOTAL = re.compile(
    r"(?:(?:sub|grand|account|positions?|portfolio|overall|page)[ -]?)*totals?"
    r"(?: (?:value|account|portfolio|market value))?:?"
    r"|sum|summe|gesamt(?:summe|wert)?|totale|totaal|total general|合计|总计|合計|總計|all investments",
    re.IGNORECASE,
).fullmatch
_TOTAL_OF = re.compile(r"(?:(?:sub|grand|account|positions?) ?)?totals?\b", re.IGNORECASE).match
_PENDING = re.compile(r"pending (?:activity|transactions?|trades?|credits?|debits?)\b|unsettled\b", re.IGNORECASE).match
_FUTURES_VALUE = re.compile(r"futures positions? market value", re.IGNORECASE).fullmatch
_UNIT = re.compile(r"\(.*\)|\[.*\]|shares|units|usd|eur|gbp|[$€£%]", re.IGNORECASE).fullmatch
_TICKER = re.compile(r"[A-Z]{1,5}(?:[./-][A-Z]{1,2})?").fullmatch

_MAY_BE_LABEL = re.compile(
    r"sub|grand|account|position|portfolio|overall|page|total|sum|gesamt|tota|all|pending|unsettled|futures",
    re.IGNORECASE,
).match
_MOST_REMEMBERED = 10_000

_NO_TEXT = frozenset({"-", "--", "---", "N/A", "n/a"})
_TEXTS: tuple[Field, ...] = ("symbol", "name", "cusip", "isin", "currency")

_HEAD = 300
_NEEDED: tuple[Field, ...] = ("quantity", "price", "value", "bid", "ask", "direction", "level")
_IDENTIFIER = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9 ./:-]{4,31}").fullmatch

_MEASURES: tuple[Field, ...] = ("quantity", "value", "weight")
_LABELS: tuple[tuple[Callable[[str], object], RowKind, str], ...] = (
    (_PENDING, "pending", "pending activity"),
    (_FUTURES_VALUE, "futures value", "market value of futures that the file does not list"),
    (is_strategy, "strategy", "spread whose legs are rows of their own"),
)


class SortedRow(NamedTuple):
    """A row and what it is.

    Parameters
    ----------
    row
        The row.
    cells
        Stripped text of every mapped column.
    kind
        What it is.
    reason
        Why it is no position; for a broken row, what was expected.
    """

    row: Row
    cells: dict[Field, str]
    kind: RowKind
    reason: str = ""


def sort_rows(table: Table, decimal: DecimalSign, delimiter: str) -> Iterator[SortedRow]:
    """Yield every row of a table with what it is, in order.

    Parameters
    ----------
    table
        A table of holdings.
    decimal
        Decimal sign of the file.
    delimiter
        Delimiter of the file.
    """
    sorter = _Sorter(table, decimal, delimiter)
    for position, row in enumerate(table.rows):
        yield sorter.sort(position, row)


class _Sorter:
    """Applies the rules that fit a table, in order, to one row after another."""

    def __init__(self, table: Table, decimal: DecimalSign, delimiter: str) -> None:
        layout, columns = table.layout, table.columns
        self.table = table
        self.decimal: DecimalSign = decimal
        self.delimiter = delimiter
        self.columns = tuple(columns.items())
        self.texts = [field for field in _TEXTS if field in columns]
        self.last = max(columns.values(), default=0)
        self.width = len(table.names)
        self.measures = [field for field in (_MEASURES[:1] if layout.is_grouped else _MEASURES) if field in columns]
        self.needed = max((columns[field] for field in _NEEDED if field in columns), default=0)
        self.usual_length = self._usual_length()
        self.accounts = self._accounts()
        self.above: list[int] = []
        self.n_added, self.sum_above = 0, 0.0
        self.dates_end, self.are_lots = 0, False
        self.most = self.usual_length if layout.is_export else sys.maxsize
        self.has_level = self._has_summaries()
        self.rules = self._rules()

    def _rules(self) -> list[_Rule]:
        """Return the rules that fit the table; as functions, because bound methods would tie the table to itself."""
        layout, sorter = self.table.layout, type(self)
        rules: list[_Rule] = [sorter.units, sorter.too_long, sorter.labelled]
        if layout.is_export and not layout.is_grouped:
            rules.append(sorter.unlike_others)
        if self.has_level:
            rules.append(sorter.level)
        rules.append(sorter.named_below if layout.is_grouped else sorter.lot)
        if "symbol" in self.table.columns:
            rules.append(sorter.summary)
        return rules

    def _accounts(self) -> frozenset[str]:
        column = self.table.columns.get("account")
        if column is None:
            return frozenset()
        last = max(column, self.needed)
        return frozenset(row.cells[column].strip() for row in self.table.rows if len(row.cells) > last)

    def _usual_length(self) -> int:
        """Return the number of cells of most rows; a program writes rows of one length, and shorter totals."""
        lengths = Counter(len(row.cells) for row in self.table.rows[:_HEAD])
        return max(lengths, key=lambda length: (lengths[length], length), default=0)

    def _has_summaries(self) -> bool:
        level = self.table.columns.get("level")
        return level is not None and any(
            row.cells[level].strip().upper() == "SUMMARY" for row in self.table.rows if len(row.cells) > level
        )

    def sort(self, position: int, row: Row) -> SortedRow:
        """Tell what a row is."""
        cells = self._cells(row)
        for field in self.measures:
            if not is_missing(cells.get(field, "")):
                break
        else:
            return self._without_amount(position, row, cells)
        label = cells.get("symbol", "")
        if label and not self.has_level and self._fits(row) and _is_ordinary(label):
            self.above.append(position)  # as all rules below would find, one by one
            return SortedRow(row, cells, "position")
        label = label or cells.get("name", "")
        if not label:
            first = row.cells[0].strip()
            label = first if first not in self.accounts or _is_total(first, cells) else ""
        for rule in self.rules:
            found = rule(self, position, row, cells, label)
            if found is not None:
                if found.kind == "total":
                    self.above.clear()
                    self.n_added, self.sum_above = 0, 0.0
                return found
        self.above.append(position)
        return SortedRow(row, cells, "position")

    def _fits(self, row: Row) -> bool:
        """Tell whether a row has as many cells as it should, so that no rule can object to their number."""
        n_cells = len(row.cells)
        return self.needed < n_cells <= self.most and (
            n_cells <= self.width or not "".join(row.cells[self.width :]).strip()
        )

    def _cells(self, row: Row) -> _Cells:
        texts, n_cells = row.cells, len(row.cells)
        if n_cells > self.last:
            cells = {field: texts[column].strip() for field, column in self.columns}
        else:
            cells = {field: texts[column].strip() for field, column in self.columns if column < n_cells}
        for field in self.texts:
            if cells.get(field) in _NO_TEXT:
                cells[field] = ""
        return cells

    def _number(self, position: int, field: Field) -> float | None:
        """Return a number in another row of the table."""
        column = self.table.columns.get(field)
        cells = self.table.rows[position].cells
        try:
            return None if column is None else to_number(cells[column].strip(), self.decimal)
        except (ValueError, IndexError):
            return None

    def _symbol_below(self, position: int) -> str:
        below = self.table.rows[position + 1 : position + 2]
        return self._cells(below[0]).get("symbol", "") if below else ""

    def units(self, _: int, row: Row, cells: _Cells, label: str) -> SortedRow | None:
        """Recognise the row below a header that tells the units of the columns."""
        is_units = not label and all(map(_UNIT, row.filled()))
        return SortedRow(row, cells, "text", "units of the columns") if is_units else None

    def too_long(self, position: int, row: Row, cells: _Cells, label: str) -> SortedRow | None:
        """Recognise a row with more filled cells than the header."""
        if len(row.cells) <= self.width or not "".join(row.cells[self.width :]).strip():
            return None
        if label.count(" ") >= 3 and self._number(position, "quantity") is None:
            return SortedRow(row, cells, "text", "text below the table")
        reason = f"{self._as_header(row)}. Put quotes around a number with a thousands comma"
        return SortedRow(row, cells, "broken", reason)

    def labelled(self, _: int, row: Row, cells: _Cells, label: str) -> SortedRow | None:
        """Recognise what brokers name in words: totals, pending activity, futures, spreads."""
        if _is_total(label, cells):
            return SortedRow(row, cells, "total", "total row")
        found = (SortedRow(row, cells, kind, reason) for is_so, kind, reason in _LABELS if is_so(label))
        return next(found, None)

    def unlike_others(self, _: int, row: Row, cells: _Cells, label: str) -> SortedRow | None:
        """Recognise a row that ends before its amounts or was shifted, in files that a program wrote."""
        n_cells = len(row.cells)
        is_shifted = n_cells > self.usual_length and not load_cash_names().search(label)
        return SortedRow(row, cells, "broken", self._as_header(row)) if n_cells <= self.needed or is_shifted else None

    def level(self, _: int, row: Row, cells: _Cells, __: str) -> SortedRow | None:
        """Recognise lots in a file that has rows of sums too."""
        is_lot = cells.get("level", "").upper() not in {"SUMMARY", ""}
        return SortedRow(row, cells, "text", "lot of the row above") if is_lot else None

    def named_below(self, position: int, row: Row, cells: _Cells, label: str) -> SortedRow | None:
        """Recognise a future that is named by its root, above the row of its contract."""
        contract = contract_inside(self._symbol_below(position)) if label.startswith("/") else None
        if contract is None or contract == label or not contract.startswith(label):
            return None
        return SortedRow(row, cells, "text", "summary of the rows below")

    def lot(self, position: int, row: Row, cells: _Cells, label: str) -> SortedRow | None:
        """Recognise rows that have a date for a symbol and add to the row above."""
        if label.isalpha() or not is_date(label):
            return None
        if position >= self.dates_end:
            total, end = 0.0, position
            while end < len(self.table.rows) and is_date(self._cells(self.table.rows[end]).get("symbol", "")):
                total += self._number(end, "quantity") or 0.0
                end += 1
            quantity = self._number(self.above[-1], "quantity") if self.above else None
            self.are_lots, self.dates_end = quantity is not None and _is_close(total, quantity), end
        return SortedRow(row, cells, "text", "lot of the row above") if self.are_lots else None

    def summary(self, position: int, row: Row, cells: _Cells, _: str) -> SortedRow | None:
        """Recognise a sum without the word: of all rows above, or of the group below."""
        if cells.get("symbol") or not is_missing(cells.get("quantity", "")):
            return None
        value = self._number(position, "value")
        if value is None:
            return None
        name = cells.get("name", "")
        for other in self.above[self.n_added :]:
            self.sum_above += self._number(other, "value") or 0.0
        self.n_added = len(self.above)
        if not name and self.sum_above and _is_close(value, self.sum_above):
            return SortedRow(row, cells, "total", "total row without a label")
        below = 0.0
        other = position + 1
        while other < len(self.table.rows) and self._number(other, "quantity") is not None:
            below += self._number(other, "value") or 0.0
            other += 1
        if below and _is_close(value, below) and not load_cash_names().search(name):
            return SortedRow(row, cells, "text", "sum of the group below")
        return None

    def _without_amount(self, position: int, row: Row, cells: _Cells) -> SortedRow:
        """Sort a row without quantity, value and weight: text, or a position that lost them."""
        layout, symbol, filled = self.table.layout, cells.get("symbol", ""), row.filled()
        if layout.is_grouped:
            return self._group(position, row, cells)
        first, is_alone = filled[0], len(filled) == 1
        words = " ".join(first.lower().split())
        is_section = is_alone and (words in load_asset_types() or load_cash_names().fullmatch(words) is not None)
        other = next((d for d in DELIMITERS if d != self.delimiter and first.count(d) >= max(1, self.width - 2)), "")
        rest = symbol or (first if is_alone and len(row.cells) == 1 else "")
        is_cut = len(row.cells) <= self.needed and not is_alone and layout.is_export and first.count(" ") < 3
        lost = f"a row of {self.width} cells as named in the header: its quantity or value is missing"
        rules: tuple[tuple[object, RowKind, str], ...] = (
            (_is_total(first, cells) or _is_total(symbol, cells), "text", "total row without a value"),
            (_PENDING(symbol or first), "pending", "pending activity"),
            (symbol and layout.has_watched_rows, "text", "watch-list entry without a quantity"),
            (is_alone and first.startswith("#"), "text", "comment"),
            (all(map(_UNIT, filled)), "text", "units of the columns"),
            (is_alone and other, "broken", f'a row separated by "{self.delimiter}"; it uses "{other}"'),
            ((_TICKER(rest) and not is_section) or read_option(rest), "broken", lost),
            (not is_alone and _IDENTIFIER(symbol), "broken", lost),
            (is_cut or (first in self.accounts and cells.get("account") == first), "broken", self._as_header(row)),
        )
        found = (SortedRow(row, cells, kind, reason) for holds, kind, reason in rules if holds)
        return next(found, SortedRow(row, cells, "text", "text, not a position"))

    def _group(self, position: int, row: Row, cells: _Cells) -> SortedRow:
        """Sort a row without quantity in a table whose rows stand in groups: the head of one, or a broken row."""
        symbol, below = cells.get("symbol", ""), self._symbol_below(position)
        if read_option(symbol, underlying="X") or (_TICKER(symbol) and (not below or _TICKER(below))):
            return SortedRow(row, cells, "broken", "a row with a quantity")
        return SortedRow(row, cells, "text", "summary of the rows below")

    def _as_header(self, row: Row) -> str:
        return f"a row of {self.width} cells as named in the header; it has {len(row.cells)}"


@lru_cache(maxsize=_MOST_REMEMBERED)
def _is_ordinary(label: str) -> bool:
    """Tell whether no rule that looks at a label can have anything to say about this one."""
    return label.isalpha() and label.isascii() and _MAY_BE_LABEL(label) is None


def _is_total(label: str, cells: _Cells) -> bool:
    """Tell whether a label names a total; words behind the name count only where no quantity stands."""
    if _TOTAL(label):
        return True
    return _TOTAL_OF(label) is not None and is_missing(cells.get("quantity", ""))


def _is_close(first: float, second: float) -> bool:
    return abs(first - second) <= 0.011 + 1e-6 * abs(second)
