"""From a holdings file to a :class:`~hedger.portfolio.holdings.Portfolio`."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hedger.errors import HoldingsError, InvalidRowsError, UnknownLayoutError
from hedger.portfolio.corrections import Corrections, correct_cells
from hedger.portfolio.decoding import decode, read_bytes
from hedger.portfolio.drafts import Harvest
from hedger.portfolio.holdings import Portfolio
from hedger.portfolio.layouts import GENERIC, is_table_header
from hedger.portfolio.merging import merge
from hedger.portfolio.positions import PositionReader
from hedger.portfolio.privacy import Redactor
from hedger.portfolio.splitting import split_rows
from hedger.portfolio.statements import instrument_facts, read_cash
from hedger.portfolio.styles import choose_decimal, find_currency
from hedger.portfolio.tables import Tables, check_duplicates, find_tables
from hedger.portfolio.totals import (
    cash_in_usd,
    check_totals,
    condense,
    note_endings,
    note_prices,
    settle_currencies,
    to_fractions,
)
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import BinaryIO

UNNAMED = "portfolio"
"""Name of a portfolio that comes without a file name."""
LONGEST_PATH = 200
"""Characters of a path that an error tells."""


def read_portfolio(
    file: str | Path | bytes | BinaryIO,
    *,
    as_of: date,
    name: str | None = None,
    leave_out_bad_rows: bool = False,
    corrections: Corrections = (),
) -> Portfolio:
    """Read a holdings file of any known layout.

    Parameters
    ----------
    file
        Path, content, or a stream of bytes.
    as_of
        Day of the advice; tells the decade of futures years with one digit.
    name
        Name for people; by default the file's name without folders and ending.
    leave_out_bad_rows
        Go on without rows that cannot be read: each becomes a skipped row and a warning.

    corrections
        What stands in bad cells instead; the portfolio warns of each.

    Returns
    -------
    Portfolio
        Every row of the file that is not blank and no header stands in it as a position or as a skipped row.

    Raises
    ------
    UnreadableFileError
        When the file is not text with rows in it.
    UnknownLayoutError
        When no table of holdings is in it, or it holds no position.
    InvalidRowsError
        When rows cannot be read; names all bad cells, and nothing was imported.
    """
    with _paused_collector():
        try:
            harvest, shown_name = _harvest(
                file, as_of, name, leave_out_bad_rows=leave_out_bad_rows, corrections=corrections
            )
        except HoldingsError as error:
            if isinstance(file, str | Path):
                error.file = shorten(file, LONGEST_PATH)
            raise
        return _portfolio(harvest, shown_name)


@contextmanager
def _paused_collector() -> Iterator[None]:
    """Pause the garbage collector, which would walk over all cells of a large file again and again.

    Nothing that is made meanwhile refers to itself, so that all of it goes when it is no longer used.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _harvest(
    file: str | Path | bytes | BinaryIO,
    as_of: date,
    name: str | None,
    *,
    leave_out_bad_rows: bool,
    corrections: Corrections,
) -> tuple[Harvest, str]:
    """Read a file from its bytes to drafts of positions, and return its name for people too.

    The rows of a large file take most memory; they go when this function returns.
    """
    decoded = decode(read_bytes(file))
    harvest = Harvest(warnings=list(decoded.warnings))
    if decoded.workbook is not None:
        from hedger.portfolio.workbooks import read_workbook  # noqa: PLC0415  # zip and XML only for workbooks

        rows, other_sheets = read_workbook(decoded.workbook, is_table_header)
        delimiter = ","
        if other_sheets:
            names = ", ".join(other_sheets)
            harvest.warn("sheets_not_read", None, f"Only the first sheet with a table was read, not: {names}.")
    else:
        rows, delimiter, has_smart_quotes = split_rows(decoded.text, is_table_header)
        if has_smart_quotes:
            harvest.warn("smart_quotes_removed", None, "Typographic quotes around cells were read as plain ones.")
    found = find_tables(rows)
    correct_cells(found, dict(corrections), harvest)
    redactor = _redactor(found)
    _read_tables(found, harvest, delimiter, as_of, redactor)
    if harvest.bad_cells:
        if not leave_out_bad_rows:
            raise InvalidRowsError(harvest.bad_cells)
        _leave_out(harvest)
    if not harvest.drafts:
        raise UnknownLayoutError(
            f"The table that begins on line {found.tables[0].header.line} holds no position. "
            "Export the holdings again, or choose the account that has some."
        )
    return harvest, redactor.quote(_name(file, name))


def _redactor(found: Tables) -> Redactor:
    """Return what hides the account numbers of the file."""
    accounts = {table.account for table in found.tables if table.account}
    for table in found.tables:
        column = table.columns.get("account")
        if column is not None:
            accounts.update(row.cells[column].strip() for row in table.rows if len(row.cells) > column)
    return Redactor.of(accounts)


def _read_tables(found: Tables, harvest: Harvest, delimiter: str, as_of: date, redactor: Redactor) -> None:
    """Read every table of the file into the harvest."""
    holdings = [table for table in found.tables if table.layout.kind == "holdings"]
    harvest.layout, harvest.base_currency = holdings[0].layout, found.base_currency or find_currency(holdings)
    for table in holdings:
        check_duplicates(table)
    decimal = choose_decimal(holdings, delimiter)
    if decimal == ",":
        harvest.warn("decimal_comma", None, "Numbers were read with a decimal comma, as in 1.234,50.")
    facts = instrument_facts(found.tables)
    for table in found.tables:
        if table.layout.kind == "holdings":
            PositionReader(
                table,
                decimal=decimal,
                delimiter=delimiter,
                as_of=as_of,
                redactor=redactor,
                facts=facts,
                harvest=harvest,
            ).read()
        elif table.layout.kind == "cash":
            read_cash(table, decimal, found.base_currency, harvest)
        else:
            reason = "transaction" if table.layout.kind == "transactions" else "not a table of holdings"
            for row in [*table.rows, *table.totals]:
                harvest.skip(row.line, reason)
    for row in found.outside:
        harvest.skip(row.line, "text outside the tables")


def _leave_out(harvest: Harvest) -> None:
    """Turn rows with bad cells into skipped rows and warnings."""
    for line, cell in {cell.line: cell for cell in reversed(harvest.bad_cells)}.items():
        worth = "" if cell.market_value is None else f"{cell.market_value:,.2f}"
        harvest.warn(
            "row_left_out", line, f"{cell} The row was left out." + (f" Its value is {worth}." if worth else "")
        )
        harvest.skip(line or 0, "left out, because it cannot be read" + (f"; its value is {worth}" if worth else ""))


def _portfolio(harvest: Harvest, name: str) -> Portfolio:
    """Make a portfolio of drafts, with what is to be said of all of them together."""
    settle_currencies(harvest)
    file_total = check_totals(harvest)
    fractions = to_fractions(harvest)
    note_prices(harvest)
    note_endings(harvest)
    positions = merge(harvest.drafts, fractions)
    is_dollars = all(draft.currency == "USD" for draft in harvest.drafts)
    is_weights = harvest.layout is GENERIC and any(fraction is not None for fraction in fractions)
    return Portfolio(
        name=name,
        positions=positions,
        cash_total=cash_in_usd(harvest),
        file_total=file_total if is_dollars else None,
        skipped_rows=tuple(sorted(harvest.skipped, key=lambda row: row.line)),
        warnings=condense(harvest.warnings),
        layout="generic_weights" if is_weights else harvest.layout.name,
    )


def _name(file: str | Path | bytes | BinaryIO, name: str | None) -> str:
    """Return the name for people."""
    if name is None and not isinstance(file, bytes):
        path = file if isinstance(file, str | Path) else getattr(file, "name", "")
        name = Path(path).stem if isinstance(path, str | Path) else ""
    return name or UNNAMED
