"""Excel workbooks (.xlsx): the first sheet that holds a table, as rows of text.

A workbook is an archive of XML; before anything is loaded its unpacked size and the extent of its sheets are checked,
because a few bytes can unpack to gigabytes and two cells can span a sheet of 17 billion.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime
from typing import IO, TYPE_CHECKING

from hedger.errors import UnreadableFileError
from hedger.portfolio.decoding import MOST_LINES
from hedger.portfolio.splitting import MOST_COLUMNS, Row
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LARGEST_UNPACKED = 400 * 1024 * 1024
"""Bytes of all parts of a workbook, unpacked."""

MOST_CELLS = 20_000_000
"""Cells of the rectangle that a sheet spans."""

_REFERENCE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_CHUNK = 1 << 20
_REMEDY = "Save the sheet with the holdings as CSV and use that file."


def read_workbook(content: bytes, is_header: Callable[[Sequence[str]], bool]) -> tuple[list[Row], tuple[str, ...]]:
    """Read the rows of the first sheet with a table.

    Parameters
    ----------
    content
        The workbook.
    is_header
        Tells whether the cells of a row are the header of a table; chooses the sheet.

    Returns
    -------
    tuple
        Rows that are not blank with their row numbers, and the names of other sheets that hold tables.

    Raises
    ------
    UnreadableFileError
        When the workbook is damaged, protected or too large.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415  # only for workbooks

    _check_size(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        sheets = {name: _rows(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names}
    except CalamineError as error:
        raise UnreadableFileError(
            f"The Excel workbook cannot be opened: it is damaged or protected by a password. {_REMEDY}"
        ) from error
    with_table = [name for name, rows in sheets.items() if any(is_header(row.cells) for row in rows)]
    chosen = next(iter(with_table), None) or next((name for name, rows in sheets.items() if rows), None)
    if chosen is None:
        raise UnreadableFileError(f"The Excel workbook is empty: it holds no text. {_REMEDY}")
    return sheets[chosen], tuple(shorten(name) for name in with_table if name != chosen)


def _check_size(content: bytes) -> None:
    """Refuse a workbook that is damaged or would not fit into memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise _too_large()
            for part in archive.infolist():
                with archive.open(part) as stream:  # to its end: only then is its declared size proved
                    _check_extent(stream, is_sheet=part.filename.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFileError(f"The Excel workbook is damaged or protected. {_REMEDY}") from error


def _check_extent(stream: IO[bytes], *, is_sheet: bool) -> None:
    last_row = last_column = 0
    rest = b""
    while chunk := stream.read(_CHUNK):
        if is_sheet:
            for match in _REFERENCE.finditer(rest + chunk):
                last_row = max(last_row, int(match[2]))
                last_column = max(last_column, _column_number(match[1]))
            rest = chunk[-100:]
    if last_row > MOST_LINES + 1_000 or last_column > MOST_COLUMNS or last_row * last_column > MOST_CELLS:
        raise _too_large()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large() -> UnreadableFileError:
    return UnreadableFileError(
        f"The Excel workbook is too large: at most {MOST_LINES:,} rows and {MOST_COLUMNS:,} columns are read. {_REMEDY}"
    )


def _rows(values: Sequence[Sequence[object]]) -> list[Row]:
    rows = (Row(line, [_text(value) for value in cells]) for line, cells in enumerate(values, start=1))
    return [row for row in rows if not row.is_blank()]


def _text(value: object) -> str:
    """Return a cell as the same text that a CSV export of the sheet would hold."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)
