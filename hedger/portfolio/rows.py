"""What each row of a table is: a position, a total, a lot of the row above, text, or the rest of a broken row.

A row that states a quantity, a value or a weight is a position, unless it is one of the few things that brokers mix
among positions. A row that states none is text, unless it looks like the rest of a position: then it is broken and
must be named, because a wrong partial portfolio would give a wrong hedge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from hedger.portfolio.derivatives import contract_inside, is_strategy
from hedger.portfolio.lists import load_asset_types, load_cash_names
from hedger.portfolio.numbers import is_missing, to_number
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
    r"(?:(?:sub|grand|account|positions?|portfolio|overall|page)[ -]?)*totals?"
    r"(?: (?:value|account|portfolio|market value))?:?"
    r"|sum|summe|gesamt(?:summe|wert)?|totale|totaal|total general|合计|总计|合計|總計|all investments",
    re.IGNORECASE,
).fullmatch
_TOTAL_OF = re.compile(r"(?:(?:sub|grand|account|positions?) ?)?totals?\b", re.IGNORECASE).match
_PENDING = re.compile(r"pending (?:activity|transactions?|trades?|credits?|debits?)\b|unsettled\b", re.IGNORECASE).match
_FUTURES_VALUE = re.compile(r"futures positions? market value", re.IGNORECASE).fullmatch
_IS_SPECIAL = re.compile(
    r"total|sub|grand|account|position|portfolio|overall|page|sum|gesamt|[合总總]|all investments|pending|unsettled"
    r"|futures",
    re.IGNORECASE,
).match
_UNIT = re.compile(r"\(.*\)|\[.*\]|shares|units|usd|eur|gbp|[$€£%]", re.IGNORECASE).fullmatch
_TICKER = re.compile(r"[A-Z]{1,5}(?:[./-][A-Z]{1,2})?").fullmatch

_NO_TEXT = frozenset({"-", "--", "---", "N/A", "n/a"})
_TEXTS: tuple[Field, ...] = ("symbol", "name", "cusip", "isin", "currency")

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
    def __init__(self, table: Table, decimal: DecimalSign, delimiter: str) -> None:
        self.table = table
        self.decimal: DecimalSign = decimal
        self.delimiter = delimiter
        self.columns = tuple(table.columns.items())
        self.texts = [field for field in _TEXTS if field in table.columns]
        self.last = max(table.columns.values(), default=0)
        self.width = len(table.names)
        self.is_complete = table.layout.is_export and not table.layout.is_grouped
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
        self.above: list[int] = []

    def _accounts(self) -> frozenset[str]:
        column = self.table.columns.get("account")
        if column is None:
            return frozenset()
        return frozenset(row.cells[column].strip() for row in self.table.rows if len(row.cells) > self.needed)

    def sort(self, position: int, row: Row) -> SortedRow:
        """Tell what a row is."""
        cells = self._cells(row)
        for field in self.measures:
            if not is_missing(cells.get(field, "")):
                break
        else:
            return self._without_amount(row, cells)
        symbol = cells.get("symbol", "")
        label = symbol or cells.get("name", "")
        if not label:
            first = row.cells[0].strip()
            label = first if first not in self.accounts or _is_total(first, cells) else ""
        if len(row.cells) > self.width and "".join(row.cells[self.width :]).strip():
            return self._too_long(row, cells, label)
        found = self._labelled(row, cells, label)
        if found is None and self.table.layout.is_grouped and self._names_below(position, symbol):
            found = SortedRow(row, cells, "text", "summary of the rows below")
        if found is None and symbol and not symbol.isalpha() and self._is_lot(position, symbol):
            found = SortedRow(row, cells, "text", "lot of the row above")
        if found is None and not symbol and "symbol" in self.table.columns and is_missing(cells.get("quantity", "")):
            found = self._summary(position, row, cells)
        if (
            found is None
            and len(row.cells) <= self.needed
            and self.table.layout.is_export
            and not self.table.layout.is_grouped
        ):
            expected = f"a row of {self.width} cells as named in the header; it has {len(row.cells)}"
            found = SortedRow(row, cells, "broken", expected)
        if found is None:
            self.above.append(position)
            found = SortedRow(row, cells, "position")
        return found

    def _cells(self, row: Row) -> dict[Field, str]:
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

    def _labelled(self, row: Row, cells: dict[Field, str], label: str) -> SortedRow | None:
        """Recognise what brokers name in words: totals, pending activity, lots, spreads."""
        if not self.has_summaries and not _IS_SPECIAL(label) and "/" not in label:
            return None
        is_lot = self.has_summaries and cells.get("level", "").upper() != "SUMMARY"
        rules: tuple[tuple[object, RowKind, str], ...] = (
            (_is_total(label, cells), "total", "total row"),
            (_PENDING(label), "pending", "pending activity"),
            (_FUTURES_VALUE(label), "futures value", "market value of futures that the file does not list"),
            (is_lot, "text", "lot of the row above"),
            (is_strategy(label), "strategy", "spread whose legs are rows of their own"),
        )
        found = next((SortedRow(row, cells, kind, reason) for holds, kind, reason in rules if holds), None)
        if found is not None and found.kind == "total":
            self.above.clear()
        return found

    def _summary(self, position: int, row: Row, cells: dict[Field, str]) -> SortedRow | None:
        """Recognise a sum without the word: of all rows above, or of the group below."""
        value = self._number(position, "value")
        if value is None:
            return None
        name = cells.get("name", "")
        above = sum(self._number(other, "value") or 0.0 for other in self.above)
        if not name and above and _is_close(value, above):
            return SortedRow(row, cells, "total", "total row without a label")
        below, other = 0.0, position + 1
        while other < len(self.table.rows) and self._number(other, "quantity") is not None:
            below += self._number(other, "value") or 0.0
            other += 1
        if below and _is_close(value, below) and not load_cash_names().search(name):
            return SortedRow(row, cells, "text", "sum of the group below")
        return None

    def _names_below(self, position: int, symbol: str) -> bool:
        """Tell whether the next row is the contract of the future that this row only names by its root."""
        below = self.table.rows[position + 1 : position + 2]
        contract = contract_inside(self._cells(below[0]).get("symbol", "")) if below else None
        return contract is not None and symbol.startswith("/") and contract.startswith(symbol) and contract != symbol

    def _is_lot(self, position: int, symbol: str) -> bool:
        """Tell whether a row has a date for a symbol and adds, with its like, to the row above."""
        if position in self.lots or not is_date(symbol):
            return position in self.lots
        total, end = 0.0, position
        while end < len(self.table.rows) and is_date(self._cells(self.table.rows[end]).get("symbol", "")):
            total += self._number(end, "quantity") or 0.0
            end += 1
        quantity = self._number(self.above[-1], "quantity") if self.above else None
        if quantity is None or not _is_close(total, quantity):
            return False
        self.lots.update(range(position, end))
        return True

    def _too_long(self, row: Row, cells: dict[Field, str], label: str) -> SortedRow:
        if label.count(" ") >= 3 and is_missing(cells.get("quantity", "")):
            return SortedRow(row, cells, "text", "text below the table")
        expected = (
            f"a row of {self.width} cells as named in the header; it has {len(row.cells)}. "
            "Put quotes around a number with a thousands comma"
        )
        return SortedRow(row, cells, "broken", expected)

    def _without_amount(self, row: Row, cells: dict[Field, str]) -> SortedRow:
        """Sort a row without quantity, value and weight: text, or a position that lost them."""
        symbol, filled = cells.get("symbol", ""), row.filled()
        first, is_alone = filled[0], len(filled) == 1
        words = " ".join(first.lower().split())
        is_section = is_alone and (words in load_asset_types() or load_cash_names().fullmatch(words) is not None)
        other = next((d for d in DELIMITERS if d != self.delimiter and first.count(d) >= max(1, self.width - 2)), "")
        rest = symbol or (first if is_alone and len(row.cells) == 1 else "")
        as_header = f"a row of {self.width} cells as named in the header"
        rules: tuple[tuple[object, RowKind, str], ...] = (
            (self.table.layout.is_grouped, "text", "summary of the rows below"),
            (_is_total(first, cells) or _is_total(symbol, cells), "text", "total row without a value"),
            (_PENDING(symbol or first), "pending", "pending activity"),
            (symbol and self.table.layout.has_watched_rows, "text", "watch-list entry without a quantity"),
            (is_alone and first.startswith("#"), "text", "comment"),
            (all(map(_UNIT, filled)), "text", "units of the columns"),
            (
                is_alone and other,
                "broken",
                f'a row separated by "{self.delimiter}", as the header is; it uses "{other}"',
            ),
            (_TICKER(rest) and not is_section, "broken", f"{as_header}: its quantity or value is missing"),
            (first in self.accounts and cells.get("account") == first, "broken", f"{as_header}; it ends early"),
        )
        found = (SortedRow(row, cells, kind, reason) for holds, kind, reason in rules if holds)
        return next(found, SortedRow(row, cells, "text", "text, not a position"))


def _is_total(label: str, cells: dict[Field, str]) -> bool:
    """Tell whether a label names a total; words behind the name count only where no quantity stands."""
    if _TOTAL(label):
        return True
    return _TOTAL_OF(label) is not None and is_missing(cells.get("quantity", ""))


def _is_close(first: float, second: float) -> bool:
    return abs(first - second) <= 0.011 + 1e-6 * abs(second)
