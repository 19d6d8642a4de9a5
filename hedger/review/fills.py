"""A file of fills: what was really traded since the plan, one execution per row.

The header may name its columns as brokers do; one delimiter of comma, semicolon and tab; days and times in any of the
usual notations, of which ``3/4/2026`` is the American one. A side (``BUY``, ``SLD``) gives the sign where the quantity
has none. Every row that cannot be used is named, all in one message.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hedger.contracts import read_contract_code
from hedger.errors import SettingsError
from hedger.review.fields import read_limited
from hedger.wording import join_words, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from hedger.contracts import MonthlyFuture

LARGEST_FILE = 5_000_000
"""Bytes."""
MOST_NAMED = 20
"""Bad rows that a message names; the rest is counted."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "tradedate", "executiondate", "execdate"),
    "time": ("time", "datetime", "date/time", "tradetime", "executiontime", "exectime", "filltime", "filledat"),
    "contract": ("contract", "contractcode", "code", "localsymbol", "symbol", "instrument", "ticker", "product"),
    "quantity": ("quantity", "qty", "filledqty", "filledquantity", "filled", "contracts", "size", "lots", "shares"),
    "price": ("price", "fillprice", "filledprice", "tradeprice", "t.price", "avgprice", "averageprice", "execprice"),
    "side": ("side", "action", "buy/sell", "b/s", "buysell", "direction"),
}
"""Names of columns in lower case without blanks and underscores, the preferred first."""
_SIDES = {
    **dict.fromkeys(("buy", "b", "bot", "bought", "long", "buy to open", "buy to close"), 1),
    **dict.fromkeys(("sell", "s", "sld", "sold", "short", "sell to open", "sell to close", "sell short"), -1),
}
_NUMBER = re.compile(r"[+-]?\$?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.[0-9]{0,15})?").fullmatch
_DAYS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y", "%d-%b-%Y", "%d %b %Y", "%b %d %Y")
_CLOCKS = ("", "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f", "%H%M%S")
_FORMATS = tuple(f"{day} {clock}".strip() for day in _DAYS for clock in _CLOCKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution.

    Parameters
    ----------
    time
        When, in New York where the file tells a zone; midnight where it tells the day only.
    future
        Contract and month.
    quantity
        Contracts, negative = sold.
    price
        Points.
    """

    time: datetime
    future: MonthlyFuture
    quantity: int
    price: float


class _BadCellError(ValueError):
    """A cell that cannot be used: its column, and what was expected of it."""

    def __init__(self, column: str, expected: str) -> None:
        self.column, self.expected = column, expected
        super().__init__(column, expected)


def read_fills(
    file: str | Path | bytes, *, since: date, until: date, name: str = "The file of fills"
) -> tuple[Fill, ...]:
    """Read fills, oldest first; those of one time in the order of the file.

    Parameters
    ----------
    file
        Path, or the bytes of an upload: CSV in UTF-8 with a header that names time, contract, quantity and price, and
        perhaps a side.
    since, until
        Day of the plan and day of the review, both included.
    name
        Of an upload, for sentences.

    Raises
    ------
    SettingsError
        When the file cannot be read, lacks a column, holds no fill, or has rows that cannot be used: all are named
        with their lines.
    """
    title, content = read_limited(file, LARGEST_FILE, name=name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{title} is not text in UTF-8. Save the fills as CSV, encoded as UTF-8.") from None
    rows = _split(title, text)
    if not rows:
        raise SettingsError(f"{title} is empty. Expected a header with time, contract, quantity and price, and rows.")
    columns = _find_columns(title, *rows[0])
    fills, bad = [], []
    for line, row in rows[1:]:
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
        try:
            fills.append(_to_fill(cells, since=since, until=until))
        except _BadCellError as error:
            column = rows[0][1][columns[error.column]].strip()
            bad.append(
                f'line {line}, column "{shorten(column)}": "{shorten(cells[error.column])}" is not {error.expected}'
            )
    if bad:
        raise SettingsError(_word_bad_rows(title, bad))
    if not fills:
        raise SettingsError(
            f"{title} has a header and no fill below it. If nothing was traded, say what is held with --current "
            "instead."
        )
    return tuple(sorted(fills, key=lambda fill: fill.time))


def _split(title: str, text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its physical line."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise SettingsError(
            f"{title}, line {reader.line_num}: this is not a CSV table ({error}). Save the fills as CSV."
        ) from None
    return [(line, row) for line, row in rows if any(cell.strip() for cell in row)]


def _find_columns(title: str, line: int, header: Sequence[str]) -> dict[str, int]:
    """Return the place of each column; day and time of day may stand in two."""
    names = [re.sub(r"[\s_]", "", cell).lower() for cell in header]
    columns = {}
    for column, synonyms in _NAMES.items():
        found = next((names.index(name) for name in synonyms if name in names), None)
        if found is not None:
            columns[column] = found
    missing = [column for column in ("contract", "quantity", "price") if column not in columns]
    if not {"day", "time"} & set(columns):
        missing.insert(0, "time")
    if missing:
        shown = shorten(", ".join(cell.strip() for cell in header), 120)
        raise SettingsError(
            f'{title}, line {line}: no column for {join_words(missing)} in "{shown}". '
            "Expected a header such as time,contract,quantity,price."
        )
    return columns


def _to_fill(cells: Mapping[str, str], *, since: date, until: date) -> Fill:
    time = _to_time(cells)
    if not since <= time.date() <= until:
        raise _BadCellError(
            _time_column(cells), f"between {since}, the day of the plan, and {until}, the day of the review"
        )
    try:
        future = read_contract_code(cells["contract"], time.date())
    except ValueError as error:
        raise _BadCellError("contract", str(error)) from None
    if future.is_gone(time.date()):
        raise _BadCellError(
            "contract", f"a contract that traded on {time.date()}: its last day was {future.last_trading_day}"
        )
    price = _to_number(cells["price"])
    if price is None or price <= 0:
        raise _BadCellError("price", "a price in points such as 7690.25")
    return Fill(time=time, future=future, quantity=_to_quantity(cells), price=price)


def _to_quantity(cells: Mapping[str, str]) -> int:
    number = _to_number(cells["quantity"])
    if number is None or number == 0 or number % 1:
        raise _BadCellError("quantity", "a whole number of contracts, negative = sold")
    quantity = int(number)
    if not cells.get("side"):
        return quantity
    side = _SIDES.get(" ".join(cells["side"].lower().split()))
    if side is None:
        raise _BadCellError("side", "BUY or SELL")
    if quantity < 0 < side:
        raise _BadCellError("quantity", "a positive number, as the row says that it is a purchase")
    return side * abs(quantity)


def _to_number(cell: str) -> float | None:
    cell = cell.replace("\u2212", "-").replace(" ", "")
    return float(cell.replace(",", "").replace("$", "")) if _NUMBER(cell) else None


def _to_time(cells: Mapping[str, str]) -> datetime:
    """Read a day and a time of day, from one column or two; where a zone is told, in New York's."""
    time = cells.get("time", "")
    for told in dict.fromkeys((f"{cells.get('day', '')} {time}".strip(), time)):
        text = " ".join(re.sub(r"[,;]|(?<=[0-9])T(?=[0-9])", " ", told).split())
        for form in _FORMATS:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 (the broker's clock; only day and order count)
            except ValueError:
                continue
        try:
            known = datetime.fromisoformat(told)
        except ValueError:
            continue
        return known.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None) if known.tzinfo else known
    raise _BadCellError(_time_column(cells), "a day and time such as 2026-03-02 10:31:00")


def _time_column(cells: Mapping[str, str]) -> str:
    return "day" if "day" in cells else "time"


def _word_bad_rows(title: str, bad: Sequence[str]) -> str:
    shown = "; ".join(bad[:MOST_NAMED]) + (f"; and {len(bad) - MOST_NAMED} more" if len(bad) > MOST_NAMED else "")
    count = "One row" if len(bad) == 1 else f"{len(bad)} rows"
    return f"{title}: {count} cannot be used: {shown}. Correct or delete them; nothing of the file was used."
