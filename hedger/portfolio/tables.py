"""From rows to tables: where a header stands, what lies above it, and where its table ends.

Two structures exist. Ordinary files have text, headers and rows below them; a second header begins another account,
a block of transactions, or the same table again. Statements repeat the section's name and the kind of the line in
front of every line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hedger.errors import UnknownLayoutError
from hedger.portfolio.headers import SYNONYMS, Field, match_columns, normalise, without_currency
from hedger.portfolio.layouts import GENERIC, Layout, choose_layout, choose_section, is_table_header, title_facts
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.portfolio.splitting import Row

_RECORD_MARKS = frozenset({"BOF", "BOA", "BOS", "EOS", "EOA", "EOF", "MSG"})
MOST_ENDING = 2
"""Filled cells of a line that ends a table; a position has more."""

_STATEMENT_KINDS = frozenset({"Header", "Data", "SubTotal", "Total", "Notes", "MetaInfo"})


@dataclass(slots=True, kw_only=True)
class Table:
    """A header with the rows below it.

    Parameters
    ----------
    layout
        How to read it.
    header
        The row of column names.
    names
        Column names as the file has them, without empty ones at the end.
    columns
        Position of the column of each field.
    account
        Account that a title or a label names, in full; never shown so.
    symbol
        Symbol that a title names.
    rows
        Rows below the header, in order.
    totals
        Rows that the file itself marks as totals.
    """

    layout: Layout
    header: Row
    names: tuple[str, ...]
    columns: dict[Field, int]
    account: str | None = None
    symbol: str | None = None
    rows: list[Row] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Tables:
    """All tables of a file, the rows outside them, and the currency that the file names as its own."""

    tables: list[Table] = field(default_factory=list)
    outside: list[Row] = field(default_factory=list)
    base_currency: str | None = None


def find_tables(rows: Sequence[Row]) -> Tables:
    """Find the tables of a file.

    Raises
    ------
    UnknownLayoutError
        When there is no table of holdings; the sentence says what was found instead.
    """
    found = _statement(rows) if _is_statement(rows) else _plain(rows)
    if not any(table.layout.kind == "holdings" for table in found.tables):
        raise _no_holdings(rows, found)
    return found


def _is_statement(rows: Sequence[Row]) -> bool:
    marked = sum(1 for row in rows[:20] if len(row.cells) > 2 and row.cells[1].strip() in _STATEMENT_KINDS)
    return marked >= min(2, len(rows)) and marked > 0.8 * min(20, len(rows))


def _statement(rows: Sequence[Row]) -> Tables:
    """Split a statement, whose lines are ``section, kind, cells...``, into one table per header."""
    found = Tables()
    account = None
    current: dict[str, Table] = {}
    for row in rows:
        section, kind = (cell.strip() for cell in [*row.cells, "", ""][:2])
        if section == "Account Information" and len(row.cells) > 3:
            account = row.cells[3].strip() if row.cells[2] == "Account" else account
            found.base_currency = row.cells[3].strip() if row.cells[2] == "Base Currency" else found.base_currency
        if kind == "Header":
            current[section] = _table(choose_section(section), row, offset=2)
            found.tables.append(current[section])
        elif section not in current:
            found.outside.append(row)
        elif kind == "Data":
            current[section].rows.append(row)
        elif kind in {"Total", "SubTotal"}:
            current[section].totals.append(row)
        else:
            found.outside.append(row)
    for table in found.tables:
        table.account = account
    return found


def _plain(rows: Sequence[Row]) -> Tables:
    """Split an ordinary file."""
    found = Tables()
    table: Table | None = None
    above: list[Row] = []
    ends = re.compile("")
    has_records = any(row.cells[0] in _RECORD_MARKS for row in rows[:1])
    for row in rows:
        if is_table_header(row.cells):
            if table is not None and table.rows and len(table.rows[-1].filled()) == 1:
                above.append(table.rows.pop())
            table = _titled(row, above)
            ends = re.compile(table.layout.ends, re.IGNORECASE)
            found.outside.extend(above)
            above = []
            found.tables.append(table)
        elif (
            table is None
            or (has_records and row.cells[0] in _RECORD_MARKS)
            or (ends.match(row.cells[0]) and len(row.filled()) <= MOST_ENDING)
        ):
            table = None
            above.append(row)
        else:
            table.rows.append(row)
    found.outside.extend(above)
    holdings = [table for table in found.tables if table.layout.kind == "holdings"]
    found.base_currency = next(filter(None, (_currency_of(name) for table in holdings for name in table.names)), None)
    if len(holdings) == 1 and holdings[0].layout is GENERIC:
        holdings[0].account = None  # what stands above the only table is a title, not an account
    return found


def _currency_of(name: str) -> str | None:
    """Return the currency that the name of a value column tells, such as that of ``Value in EUR``."""
    normalised = normalise(name)
    plain = without_currency(normalised)
    return normalised[-3:].upper() if plain != normalised and plain in SYNONYMS["value"] else None


def check_duplicates(table: Table) -> None:
    """Refuse a table with two columns of one meaning and different contents.

    Raises
    ------
    UnknownLayoutError
        With the names of both columns.
    """
    names = [normalise(name) for name in table.names]
    taken = set(table.columns.values())
    for field_name in ("symbol", "quantity", "value", "weight"):
        column = table.columns.get(field_name)
        if column is None:
            continue
        is_any_quantity = field_name == "quantity" and table.layout is GENERIC
        same = frozenset(SYNONYMS["quantity"]) if is_any_quantity else frozenset({names[column]})
        for other in (n for n, name in enumerate(names) if name in same and n not in taken):
            line = _first_difference(table.rows, column, other)
            if line is not None:
                raise UnknownLayoutError(
                    f'Line {line}: column {column + 1}, "{shorten(table.names[column])}", and column {other + 1}, '
                    f'"{shorten(table.names[other])}", mean the same and differ. Delete or rename one of them.'
                )


def _first_difference(rows: Sequence[Row], column: int, other: int) -> int | None:
    """Return the first line in which two columns differ and the second is not blank."""
    last = max(column, other)
    for row in rows:
        cells = row.cells
        if len(cells) > last and cells[column] != cells[other]:
            second = cells[other].strip()
            if second and cells[column].strip() != second:
                return row.line
    return None


def _titled(header: Row, above: Sequence[Row]) -> Table:
    """Return the table below a header, with what the lines above say about it."""
    table = _table(choose_layout([normalise(cell) for cell in header.cells]), header)
    facts = title_facts(table.layout, "\n".join(",".join(row.cells) for row in above))
    table.account, table.symbol = facts.get("account"), facts.get("symbol")
    label = above[-1].filled() if above else []
    if table.account is None and table.layout.is_labelled and len(label) == 1:
        table.account = label[0]
    return table


def _table(layout: Layout, header: Row, offset: int = 0) -> Table:
    names = [cell.strip() for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    columns = match_columns([""] * offset + [normalise(name) for name in names[offset:]], layout.columns)
    return Table(layout=layout, header=header, names=tuple(names), columns=columns)


def _no_holdings(rows: Sequence[Row], found: Tables) -> UnknownLayoutError:
    """Say what the file holds instead of holdings."""
    for table in found.tables:
        if table.layout.kind == "transactions":
            return UnknownLayoutError(
                f"Line {table.header.line}: the file lists transactions (columns {_list(table.names)}), not positions. "
                "Export the positions or holdings instead: what is held, not what was traded."
            )
    for row in rows[:200]:
        names = [normalise(cell) for cell in row.cells]
        columns = match_columns(names)
        if len(columns) > 1 and not any(c.isdigit() for name in names for c in name):
            missing = "a column of symbols (Symbol or Ticker)"
            if "symbol" in columns or "isin" in columns or "cusip" in columns:
                missing = "a quantity, value or weight (Quantity, Market Value or Weight), as in a watch list"
            return UnknownLayoutError(
                f"Line {row.line} names columns, but not {missing}; columns found: {_list(row.cells)}. "
                "Add the column, or export the positions from the broker's site."
            )
    return UnknownLayoutError(
        f"No header of a table of holdings was found; line {rows[0].line} is not one. A header names a column of "
        "symbols (Symbol, Ticker) and one of quantities, values or weights (Quantity, Market Value, Weight). "
        "Add such a line above the data, or export the positions from the broker's site."
    )


def _list(names: Sequence[str]) -> str:
    return ", ".join(shorten(name.strip(), 30) for name in names if name.strip())[:400]
