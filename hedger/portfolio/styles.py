"""Which decimal sign and which currency a file uses, decided once for the whole file.

Cells that can only be read one way decide; then quantity x price = value does; then, in files that a program wrote
with commas between the cells, the point is taken. Else the file is refused, because 1.234 may be a thousand times
1.234.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from hedger.errors import BadCell, InvalidRowsError
from hedger.portfolio.numbers import currency_told, decimal_evidence, to_number
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.portfolio.headers import Field
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.splitting import Row
    from hedger.portfolio.tables import Table

_NUMERIC: tuple[Field, ...] = ("quantity", "price", "value", "weight", "bid", "ask")
_MOST_ROWS = 20_000
_MOST_PRODUCTS = 500
_MOST_SIGNS = 2_000


def choose_decimal(tables: Sequence[Table], delimiter: str) -> DecimalSign:
    """Return the decimal sign of a file.

    Parameters
    ----------
    tables
        Its tables of holdings.
    delimiter
        Its delimiter.

    Raises
    ------
    InvalidRowsError
        When nothing in the file decides and it matters.
    """
    rows = [(table, row) for table in tables for row in table.rows[:_MOST_ROWS]]
    cells = [(row, table, column) for table, row in rows for column in _columns(table, row)]
    points, commas, ambiguous = decimal_evidence(row.cells[column].strip() for row, _, column in cells)
    if points != commas:
        return "." if points > commas else ","
    products = [triple for table, row in rows for triple in _triple(table, row)]
    as_points, as_commas = (_n_products(products, sign) for sign in (".", ","))
    if as_points != as_commas:
        return "." if as_points > as_commas else ","
    if ambiguous is None or (delimiter == "," and not commas) or all(table.layout.is_export for table in tables):
        return "."
    row, table, column = cells[ambiguous]
    text = row.cells[column].strip()
    readings = " or ".join(f"{to_number(text, sign):g}" for sign in (".", ","))
    expected = (
        f"a number that can be read one way only: it may be {readings}. Write 2 decimals, or none and no separators"
    )
    cell = BadCell(line=row.line, column=shorten(table.names[column]), value=shorten(text), expected=expected)
    raise InvalidRowsError([cell])


def find_currency(tables: Sequence[Table]) -> str | None:
    """Return the currency that the prices and values of a file name, where all that name one name the same."""
    told = {
        currency_told(row.cells[column].strip())
        for table in tables
        for field in ("price", "value")
        if (column := table.columns.get(field)) is not None
        for row in table.rows[:_MOST_SIGNS]
        if column < len(row.cells)
    } - {None}
    currency = told.pop() if len(told) == 1 else None
    return currency if currency is not None and currency.isalpha() else None


def _columns(table: Table, row: Row) -> Iterator[int]:
    for field in _NUMERIC:
        column = table.columns.get(field)
        if column is not None and column < len(row.cells):
            yield column


def _triple(table: Table, row: Row) -> Iterator[tuple[str, str, str]]:
    columns = [table.columns.get(field) for field in ("quantity", "price", "value")]
    if all(column is not None and column < len(row.cells) for column in columns):
        quantity, price, value = (row.cells[column].strip() for column in columns if column is not None)
        yield quantity, price, value


def _n_products(triples: Sequence[tuple[str, str, str]], decimal: DecimalSign) -> int:
    """Count the rows in which quantity x price is the value under one decimal sign."""
    count = 0
    for triple in islice(triples, _MOST_PRODUCTS):
        try:
            quantity, price, value = (to_number(text, decimal) for text in triple)
        except ValueError:
            continue
        count += value != 0 and abs(quantity * price - value) <= 0.01 * abs(value)
    return count
