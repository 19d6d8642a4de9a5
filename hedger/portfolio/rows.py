"""What each row of a table is: a position, a total, a lot of the row above, text, or the rest of a broken row.

A row that states a quantity, a value or a weight is a position, unless it is one of the few things that brokers mix
among positions. A row that states none is text, unless it looks like the rest of a position: then it is broken and
must be named, because a wrong partial portfolio would give a wrong hedge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from hedger.portfolio.derivatives import is_strategy
from hedger.portfolio.lists import load_asset_types, load_cash_names
from hedger.portfolio.numbers import is_missing, to_fraction
from hedger.portfolio.splitting import DELIMITERS
from hedger.portfolio.symbols import is_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.portfolio.headers import Field
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.splitting import Row
    from hedger.portfolio.tables import Table

RowKind = Literal["position", "total", "pending", "futures value", "strategy", "text", "broken"]

_TOTAL = re.compile(
    r"(?:(?:sub|grand|account|positions?|portfolio|overall|page)[ -]?)*totals?(?: (?:value|account|portfolio|market value))?:?"
    r"|sum|summe|gesamt(?:summe|wert)?|totale|totaal|total general|合计|总计|合計|總計|all investments",
    re.IGNORECASE,
).fullmatch
_TOTAL_OF = re.compile(r"(?:(?:sub|grand|account|positions?) ?)?totals?\b", re.IGNORECASE).match
_PENDING = re.compile(r"pending (?:activity|transactions?|trades?|credits?|debits?)\b|unsettled\b", re.IGNORECASE).match
_FUTURES_VALUE = re.compile(r"futures positions? market value", re.IGNORECASE).fullmatch
_UNIT = re.compile(r"\(.*\)|\[.*\]|shares|units|usd|eur|gbp|[$€£%]", re.IGNORECASE).fullmatch
_TICKER = re.compile(r"[A-Z]{1,5}(?:[./-][A-Z]{1,2})?").fullmatch

MEASURES: tuple[Field, ...] = ("quantity", "value", "weight")


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
    field
        Column of a broken row that is to blame; ``None`` for the whole row.
    """

    row: Row
    cells: dict[Field, str]
    kind: RowKind
    reason: str = ""
    field: Field | None = None


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
    def __init__(self, table: Table, decimal: DecimalSign, delimiter: str) -> None:
        self.table = table
        self.decimal: DecimalSign = decimal
        self.delimiter = delimiter
        self.columns = tuple(table.columns.items())
        self.width = len(table.names)
        measures = MEASURES[:1] if table.layout.is_grouped else MEASURES
        self.measures = [field for field in measures if field in table.columns]
        self.needed = max(
            (table.columns[field] for field in ("quantity", "price", "value") if field in table.columns), default=0
        )
        self.accounts = self._accounts()
        level = table.columns.get("level")
        self.has_summaries = level is not None and any(
            row.cells[level].strip().upper() == "SUMMARY" for row in table.rows if len(row.cells) > level
        )
        self.lots: set[int] = set()
        self.sum_above = 0.0
        self.quantity_above: float | None = None

    def _accounts(self) -> frozenset[str]:
        column = self.table.columns.get("account")
        if column is None:
            return frozenset()
        return frozenset(row.cells[column].strip() for row in self.table.rows if len(row.cells) > self.needed)

    def sort(self, position: int, row: Row) -> SortedRow:
        """Tell what a row is."""
        cells = self._cells(row)
        if all(is_missing(cells.get(field, "")) for field in self.measures):
            return self._without_amount(row, cells)
        symbol, name = cells.get("symbol", ""), cells.get("name", "")
        label = symbol or name or next((cell for cell in row.filled() if cell not in self.accounts), "")
        quantity = cells.get("quantity", "")
        if len(row.cells) > self.width and any(cell.strip() for cell in row.cells[self.width :]):
            return self._too_long(row, cells, label)
        found = self._labelled(row, cells, label)
        if found is None and position in self.lots:
            found = SortedRow(row, cells, "text", "lot of the row above")
        if found is None and not symbol and "symbol" in self.table.columns and is_missing(quantity):
            found = self._summary(position, row, cells)
        if found is None and symbol and is_date(symbol) and self._are_lots(position):
            found = SortedRow(row, cells, "text", "lot of the row above")
        if found is None and self.table.layout.is_export and len(row.cells) <= self.needed:
            expected = f"a row of {self.width} cells as named in the header; it has {len(row.cells)}"
            found = SortedRow(row, cells, "broken", expected)
        if found is None:
            self.quantity_above = self._number(quantity)
            self.sum_above += self._number(cells.get("value", "")) or 0.0
            found = SortedRow(row, cells, "position")
        return found

    def _cells(self, row: Row) -> dict[Field, str]:
        texts, n_cells = row.cells, len(row.cells)
        return {field: texts[column].strip() for field, column in self.columns if column < n_cells}

    def _number(self, text: str) -> float | None:
        try:
            return to_fraction(text, self.decimal)[0]
        except ValueError:
            return None

    def _labelled(self, row: Row, cells: dict[Field, str], label: str) -> SortedRow | None:
        """Recognise what brokers name in words: totals, pending activity, lots, spreads."""
        if _TOTAL(label) or (_TOTAL_OF(label) and is_missing(cells.get("quantity", ""))):
            self.sum_above = 0.0
            return SortedRow(row, cells, "total", "total row")
        if _PENDING(label):
            return SortedRow(row, cells, "pending", "pending activity")
        if _FUTURES_VALUE(label):
            return SortedRow(row, cells, "futures value", "market value of futures that the file does not list")
        if self.has_summaries and cells.get("level", "").upper() != "SUMMARY":
            return SortedRow(row, cells, "text", "lot of the row above")
        if cells.get("currency", "").upper() in {"BASE_SUMMARY", "BASE CURRENCY SUMMARY"}:
            return SortedRow(row, cells, "text", "summary in the base currency")
        if label and is_strategy(label):
            return SortedRow(row, cells, "strategy", "spread whose legs are rows of their own")
        return None

    def _summary(self, position: int, row: Row, cells: dict[Field, str]) -> SortedRow | None:
        """Recognise a sum without the word: of all rows above, or of the group below."""
        value = self._number(cells.get("value", ""))
        if value is None:
            return None
        name = cells.get("name", "")
        if not name and self.sum_above and _is_close(value, self.sum_above):
            return SortedRow(row, cells, "total", "total row without a label")
        below = 0.0
        for following in self.table.rows[position + 1 :]:
            texts = self._cells(following)
            if is_missing(texts.get("quantity", "")):
                break
            below += self._number(texts.get("value", "")) or 0.0
        if below and _is_close(value, below) and not load_cash_names().search(name):
            return SortedRow(row, cells, "text", "sum of the group below")
        return None

    def _are_lots(self, position: int) -> bool:
        """Tell whether rows with a date for a symbol add to the row above; remember them if they do."""
        total, end = 0.0, position
        for following in self.table.rows[position:]:
            texts = self._cells(following)
            if not is_date(texts.get("symbol", "")):
                break
            total += self._number(texts.get("quantity", "")) or 0.0
            end += 1
        if self.quantity_above is None or not _is_close(total, self.quantity_above):
            return False
        self.lots.update(range(position, end))
        return True

    def _too_long(self, row: Row, cells: dict[Field, str], label: str) -> SortedRow:
        if label.count(" ") >= 3 and self._number(cells.get("quantity", "")) is None:
            return SortedRow(row, cells, "text", "text below the table")
        expected = (
            f"a row of {self.width} cells as named in the header; it has {len(row.cells)}. "
            "Put quotes around a number with a thousands comma"
        )
        return SortedRow(row, cells, "broken", expected)

    def _without_amount(self, row: Row, cells: dict[Field, str]) -> SortedRow:
        """Sort a row without quantity, value and weight: text, or a position that lost them."""
        layout, symbol, filled = self.table.layout, cells.get("symbol", ""), row.filled()
        first = filled[0]
        if layout.is_grouped:
            return SortedRow(row, cells, "text", "summary of the rows below")
        if _TOTAL(first) or _TOTAL(symbol or first) or _TOTAL_OF(first):
            return SortedRow(row, cells, "text", "total row without a value")
        if _PENDING(symbol or first):
            return SortedRow(row, cells, "text", "pending activity without a value")
        if symbol and layout.has_watched_rows:
            return SortedRow(row, cells, "text", "watch-list entry without a quantity")
        if first.startswith("#") and len(filled) == 1:
            return SortedRow(row, cells, "text", "comment")
        if all(map(_UNIT, filled)):
            return SortedRow(row, cells, "text", "units of the columns")
        other = next((d for d in DELIMITERS if d != self.delimiter and first.count(d) >= max(1, self.width - 2)), None)
        if len(filled) == 1 and other:
            return SortedRow(
                row, cells, "broken", f'a row separated by "{self.delimiter}", as the header is; it uses "{other}"'
            )
        is_section = (
            " ".join(first.lower().split()) in load_asset_types() or load_cash_names().fullmatch(first) is not None
        )
        is_rest = _TICKER(symbol) is not None or (
            len(filled) == 1 and len(row.cells) == 1 and _TICKER(first) is not None
        )
        if is_rest and not (is_section and len(filled) == 1):
            expected = f"a row of {self.width} cells as named in the header: its quantity or value is missing"
            return SortedRow(row, cells, "broken", expected)
        if first in self.accounts and "account" in self.table.columns and cells.get("account") == first:
            return SortedRow(row, cells, "broken", f"a row of {self.width} cells as named in the header; it ends early")
        return SortedRow(row, cells, "text", "text, not a position")


def _is_close(first: float, second: float) -> bool:
    return abs(first - second) <= 0.011 + 1e-6 * abs(second)
