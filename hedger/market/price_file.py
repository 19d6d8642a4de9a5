"""A user's own prices: one table in a CSV or Parquet file.

The first column is ``date``, then comes one column of adjusted closes per Yahoo symbol, blank where there is no
price. The file is used as it is or refused with every bad cell named; only rows without a single price (such as
the unfinished last row of a download) are left out, with a note.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np

from hedger.errors import MarketDataError, Note
from hedger.market.table import PriceTable
from hedger.wording import name_some, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hedger.arrays import DateArray, FloatArray
    from hedger.market.prices import Prices

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"[0-9.eE+-]*")
_MOST_NAMED = 10
_NOT_A_DAY = "not a day like 2026-08-21"
_NOT_A_PRICE = "not a price above zero"


class FileSource:
    """Prices from a user's file, read at the first fetch and then kept, so that one run sees one content.

    Parameters
    ----------
    path
        A CSV file (also gzipped) or a Parquet file; which of them is told by its content, not by its name.
    """

    name: ClassVar[str] = "file"

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return closes as :meth:`PriceSource.fetch` describes.

        Raises
        ------
        MarketDataError
            When the file cannot be read or used; the message names line, column and value.
        PricesUnavailableError
            When none of the symbols has a price in the span.
        """
        return self._table.select(symbols, start=start, end=end)

    @cached_property
    def _table(self) -> PriceTable:
        return read_price_table(self.path)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """What stands in a file: a row of `close` per place (``"line 14"``), NaN for a blank, inf for a non-number."""

    places: Sequence[str]
    days: Sequence[date | str]
    symbols: tuple[str, ...]
    close: FloatArray
    quote: Callable[[int, int], str]


def read_price_table(path: Path) -> PriceTable:
    """Read and check a price file.

    Raises
    ------
    MarketDataError
        When it cannot be opened, is neither CSV nor Parquet, or holds a bad cell; all bad cells at once.
    """
    name = shorten(path.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MarketDataError(
            f"The price file {name} cannot be read: {error.strerror}. Check the path and its permissions."
        ) from error
    grid = _read_parquet(content, name) if content.startswith(b"PAR1") else _read_csv(content, name)
    _check_header(grid.symbols, name)
    sessions = _check_cells(grid, name)
    return _to_table(grid, sessions, name)


def _read_csv(content: bytes, name: str) -> _Grid:
    try:
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise MarketDataError(
            f"The price file {name} is not a table: it is neither Parquet nor CSV text in UTF-8 ({error}). "
            "Save it as CSV and try again."
        ) from error
    return _to_grid(lines, name)


def _to_grid(lines: list[tuple[int, list[str]]], name: str) -> _Grid:
    """Turn numbered lines into a grid: the first must be the header, the others as long as it is."""
    line, header = lines[0] if lines else (1, [""])
    if header[0].strip().casefold() != "date":
        raise MarketDataError(
            f'{name}, line {line}: the first column is "{shorten(header[0])}", expected "date". '
            "The file needs a column date and one column of adjusted closes per symbol, separated by commas."
        )
    body = lines[1:]
    for line, row in body:
        if len(row) != len(header):
            raise MarketDataError(
                f"{name}, line {line}: {len(row)} cells, expected {len(header)} as in the first line. Correct the line."
            )
    close = np.array([_prices(row[1:]) for _, row in body], dtype=np.float64)
    return _Grid(
        places=[f"line {line}" for line, _ in body],
        days=[_day(row[0].strip()) for _, row in body],
        symbols=tuple(cell.strip() for cell in header[1:]),
        close=close.reshape(len(body), len(header) - 1),
        quote=lambda row, column: body[row][1][column + 1],
    )


def _read_parquet(content: bytes, name: str) -> _Grid:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and needed for Parquet only
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except pa.ArrowException as error:
        raise MarketDataError(
            f"The price file {name} is damaged: it begins like Parquet but cannot be read as such. Write it again."
        ) from error
    names = [str(column).strip() for column in table.column_names]
    dates = [position for position, column in enumerate(names) if column.casefold() == "date"]
    if len(dates) != 1:
        raise MarketDataError(f"{name} has {len(dates)} columns named date, expected one.")
    columns = [position for position in range(len(names)) if position != dates[0]]
    for position in columns:
        kind = table.schema.types[position]
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            raise MarketDataError(
                f'{name}, column "{shorten(names[position])}" has the type {kind}, expected floats or integers. '
                "Write it again with prices as numbers."
            )
    close = np.full((table.num_rows, len(columns)), np.nan)
    for target, position in enumerate(columns):
        close[:, target] = table.column(position).cast(pa.float64(), safe=False).to_numpy()
    return _Grid(
        places=[f"row {row + 1}" for row in range(table.num_rows)],
        days=_parquet_days(table.column(dates[0]), name),
        symbols=tuple(names[position] for position in columns),
        close=close,
        quote=lambda row, column: f"{close[row, column]:g}",
    )


def _parquet_days(column: Any, name: str) -> list[date | str]:
    """Return dates where a cell is one, else its text: dates, midnights without time zone, or ISO text."""
    import pyarrow as pa  # noqa: PLC0415

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return [_day("" if text is None else text) for text in column.to_pylist()]
    if not pa.types.is_date(kind) and not (pa.types.is_timestamp(kind) and kind.tz is None):
        raise MarketDataError(
            f'{name}, column "date" has the type {kind}, expected dates without a time zone. '
            "Write it again with plain dates."
        )
    stamps = column.to_numpy()
    days = stamps.astype("datetime64[D]")
    return [str(stamp) if stamp != day else day.item() for stamp, day in zip(stamps, days, strict=True)]


def _day(text: str) -> date | str:
    """Return the date that `text` is, or `text` itself when it is none."""
    if _ISO_DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _prices(cells: list[str]) -> list[float]:
    """Return numbers, NaN for a blank and inf for what is not a number."""
    if _PLAIN.fullmatch("".join(cells)):
        try:
            return [float(cell) if cell else np.nan for cell in cells]
        except ValueError:
            pass
    return [_price(cell.strip()) for cell in cells]


def _price(text: str) -> float:
    if not text:
        return np.nan
    try:
        return float(text) if _PLAIN.fullmatch(text) else np.inf
    except ValueError:
        return np.inf


def _check_header(symbols: tuple[str, ...], name: str) -> None:
    if not symbols:
        raise MarketDataError(f"{name} has no column of prices beside date. Add one column per symbol.")
    if "" in symbols:
        raise MarketDataError(
            f"{name}, column {symbols.index('') + 2} has no name. Give it its Yahoo symbol, or delete it."
        )
    repeated = next((symbol for symbol in symbols if symbols.count(symbol) > 1), None)
    if repeated is not None:
        raise MarketDataError(f'{name} has the column "{shorten(repeated)}" twice. Delete one of them.')


def _check_cells(grid: _Grid, name: str) -> DateArray:
    """Refuse bad cells, all at once, and days out of order; return the days."""
    if not grid.days:
        raise MarketDataError(f"{name} has no row of prices. Add rows below the first line.")
    bad = [(row, "date", day, _NOT_A_DAY) for row, day in enumerate(grid.days) if isinstance(day, str)]
    with np.errstate(invalid="ignore"):
        refused = np.argwhere((grid.close <= 0.0) | np.isinf(grid.close))
    bad += [(row, grid.symbols[column], grid.quote(row, column), _NOT_A_PRICE) for row, column in refused.tolist()]
    if bad:
        _refuse(sorted(bad, key=lambda cell: cell[0]), grid.places, name)
    days = np.array(grid.days, dtype="datetime64[D]")
    falls = np.flatnonzero(np.diff(days) <= np.timedelta64(0, "D"))
    if falls.size:
        row = int(falls[0]) + 1
        if days[row] == days[row - 1]:
            problem = f"{days[row]} stands there again. Delete one of the two rows."
        else:
            problem = f"{days[row]} comes after {days[row - 1]}. Sort the rows by date, oldest first."
        raise MarketDataError(f"{name}, {grid.places[row]}: {problem}")
    return days


def _refuse(bad: Sequence[tuple[int, str, str, str]], places: Sequence[str], name: str) -> NoReturn:
    sentences = [
        f'{name}, {places[row]}, column "{shorten(column)}": "{shorten(text)}" is {what}.'
        for row, column, text, what in bad[:_MOST_NAMED]
    ]
    if len(bad) > _MOST_NAMED:
        sentences.append(f"And {len(bad) - _MOST_NAMED} more bad cells.")
    sentences.append("Correct the file; leave a cell empty where there is no price.")
    raise MarketDataError("\n".join(sentences))


def _to_table(grid: _Grid, days: DateArray, name: str) -> PriceTable:
    is_blank = np.isnan(grid.close).all(axis=1)
    if is_blank.all():
        raise MarketDataError(f"{name} holds no price at all: every cell is empty.")
    sessions, close = days[~is_blank], grid.close[~is_blank]
    positions = {symbol: position for position, symbol in enumerate(grid.symbols)}
    return PriceTable(
        title=f"file {name}",
        coverage=f"{plural(len(grid.symbols), 'symbol')}, {sessions[0]} to {sessions[-1]}",
        sessions=sessions,
        symbols=grid.symbols,
        columns=lambda symbols: close[:, [positions[symbol] for symbol in symbols]],
        notes=_note_about_blank_rows(days[is_blank], name),
    )


def _note_about_blank_rows(days: Iterable[np.datetime64], name: str) -> tuple[Note, ...]:
    blank = [str(day) for day in days]
    if not blank:
        return ()
    return (
        Note(code="blank_price_rows", message=f"Rows of {name} without any price were left out: {name_some(blank)}."),
    )
