"""Tables as CSV that a user brings.

A bad one is refused with a sentence that names file, line, column and value.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hedger.errors import SettingsError
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from os import PathLike

__all__ = ["TableRow", "UserFile", "read_table"]

UserFile: TypeAlias = "str | PathLike[str] | io.TextIOBase"
"""A path, or a text stream such as an upload."""
KEY = "symbol"
"""Column that names the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a user's table.

    Parameters
    ----------
    file
        Name of the file, for sentences.
    line
        Physical line, from 1; the last one where a row spans several.
    cells
        Cell by column, without surrounding blanks; empty where the row is short or the column is missing.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def refuse(self, column: str, expected: str) -> SettingsError:
        """Word the error that the cell of `column` is not what was `expected`."""
        value = shorten(self.cells[column])
        return SettingsError(
            f'{self.file}, line {self.line}, column "{column}": "{value}" is not {expected}. '
            "Correct it or delete the row."
        )

    def amount(self, column: str) -> float:
        """Read a finite number.

        Raises
        ------
        SettingsError
            If the cell is empty, not a number, or not finite.
        """
        cell = self.cells[column]
        try:
            amount = float(cell)
        except ValueError:
            amount = math.nan
        # float() takes "1_000", which no broker writes: a slip of the finger must not become a margin.
        if not math.isfinite(amount) or "_" in cell:
            raise self.refuse(column, "a number such as 1250.50, without signs and thousands separators")
        return amount

    def day(self, column: str) -> date | None:
        """Read a date as ``YYYY-MM-DD``; ``None`` where the cell is empty.

        Raises
        ------
        SettingsError
            If the cell is anything else.
        """
        cell = self.cells[column]
        if not cell:
            return None
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise self.refuse(column, "a date such as 2026-08-21") from None


def read_table(
    file: UserFile, *, keys: Collection[str], columns: Sequence[str], optional: Sequence[str] = ()
) -> list[TableRow]:
    """Read a user's CSV table with one row for each of some symbols.

    Letter case of the header does not matter, and columns that are not named here are not looked at.

    Parameters
    ----------
    file
        Path or text stream; UTF-8 with commas, with a header.
    keys
        What may stand in its column `symbol`.
    columns, optional
        Other columns that must and may be there.

    Raises
    ------
    SettingsError
        If the file cannot be read, is not such a table, or names a symbol that is unknown or stands twice.
    """
    name, text = _read_text(file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        records = [(reader.line_num, [cell.strip() for cell in record]) for record in reader]
    except csv.Error as error:
        raise SettingsError(
            f"{name}, line {reader.line_num}: this is not a CSV table ({error}). "
            "Save the table as CSV with commas, encoded as UTF-8."
        ) from None
    records = [(line, record) for line, record in records if any(record)]
    if not records:
        raise SettingsError(f"{name} is empty. Expected a header and rows: {_header(columns, optional)}.")
    header = [cell.casefold() for cell in records[0][1]]
    missing = [column for column in (KEY, *columns) if column not in header]
    if missing:
        raise SettingsError(
            f'{name}, line {records[0][0]}: no column "{missing[0]}" in "{shorten(",".join(header))}". '
            f"Expected the header {_header(columns, optional)}."
        )
    rows: dict[str, TableRow] = {}
    for line, record in records[1:]:
        if any(record[len(header) :]):
            raise SettingsError(
                f"{name}, line {line}: {len(record)} cells under a header of {len(header)}. "
                "Write numbers without thousands separators, and text with a comma in double quotes."
            )
        cells = dict.fromkeys((KEY, *columns, *optional), "") | dict(zip(header, record, strict=False))
        row = TableRow(file=name, line=line, cells=cells)
        if cells[KEY] not in keys:
            raise row.refuse(KEY, f"one of {', '.join(keys)}")
        if cells[KEY] in rows:
            first = rows[cells[KEY]].line
            raise SettingsError(
                f"{name}, lines {first} and {line}: {cells[KEY]} stands twice. Keep one of the two rows."
            )
        rows[cells[KEY]] = row
    return list(rows.values())


def _header(columns: Sequence[str], optional: Sequence[str]) -> str:
    return ",".join((KEY, *columns)) + "".join(f"[,{column}]" for column in optional)


def _read_text(file: UserFile) -> tuple[str, str]:
    """Return the name for sentences, and the text."""
    if isinstance(file, io.TextIOBase):
        return shorten(Path(str(getattr(file, "name", "The table"))).name), file.read()
    path = Path(file)
    name = shorten(path.name)
    try:
        return name, path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"{shorten(path, 200)} cannot be read: {error.strerror}. Check the path and its permissions."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(
            f"{name} is not text in UTF-8. Save the table as CSV with commas, encoded as UTF-8."
        ) from None
