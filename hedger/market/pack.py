"""Pack the market data that the package ships, from the CSV files they were collected in.

    python -m hedger.market.pack FOLDER [--out hedger/data]

FOLDER holds ``snapshot_wide.csv.gz``, ``indices.csv.gz`` and ``rates.csv.gz`` as ``hedger/data/SOURCES.md``
describes them. Every packed cell is decoded again and compared bit by bit with ``float(text)`` of the original,
and where two files tell the same price they must agree to the six digits of the coarser one; otherwise nothing
is written.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np

from hedger.market.decimal_table import DecimalTable
from hedger.shipped import SHIPPED

INDEX_SYMBOLS = ("^GSPC", "^DJI", "^NDX", "^RUT", "^VIX", "MDY")
FUNDS = ("SPY", "QQQ", "DIA", "IWM", "MDY")
FIRST_SOFR = "2018-04-03"

Table = dict[str, dict[str, str]]
"""Printed numbers by column, then by day."""


def read_wide(path: Path) -> Table:
    """Read a table with one column per symbol; blanks are left out."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return {
        symbol: {row[0]: row[column] for row in rows if row[column]}
        for column, symbol in enumerate(header[1:], start=1)
    }


def read_long(path: Path, key: str, value: str) -> Table:
    """Read a table with one row per day and symbol; blanks are left out."""
    table: Table = {}
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row[value]:
                table.setdefault(row[key], {})[row["date"]] = row[value]
    return table


def pack(table: Table) -> DecimalTable:
    """Pack a table on the union of its days, and prove that nothing was lost."""
    days = sorted(set().union(*table.values()))
    rows = [[column.get(day, "") for column in table.values()] for day in days]
    packed = DecimalTable.from_text(np.array(days, dtype="datetime64[D]"), tuple(table), rows)
    expected = np.array([[float(cell or "nan") for cell in row] for row in rows])
    restored = DecimalTable.from_members(packed.to_members("x"), "x")
    if restored.days.astype(str).tolist() != days or restored.names != tuple(table):
        raise SystemExit("Packing changed a day or a name.")
    if not np.array_equal(restored.values(restored.names), expected, equal_nan=True):
        raise SystemExit("Packing changed a number.")
    return packed


def pack_prices(folder: Path) -> dict[str, DecimalTable]:
    """Return the indices with all digits and their whole history, and the snapshot's stocks and funds."""
    snapshot = read_wide(folder / "snapshot_wide.csv.gz")
    history = read_long(folder / "indices.csv.gz", "symbol", "adj_close")
    for symbol in INDEX_SYMBOLS:
        for day, text in snapshot[symbol].items():
            if float(text) != float(f"{float(history[symbol][day]):.6g}"):
                raise SystemExit(f"{symbol} on {day}: {text} and {history[symbol][day]} do not agree.")
    return {
        "indices": pack({symbol: history[symbol] for symbol in INDEX_SYMBOLS}),
        "stocks": pack({symbol: days for symbol, days in snapshot.items() if symbol not in INDEX_SYMBOLS}),
    }


def pack_rates(folder: Path) -> dict[str, DecimalTable]:
    """Return the overnight rate (federal funds until SOFR begins) and the funds' distribution yields."""
    series = read_long(folder / "rates.csv.gz", "series", "value")
    federal_funds = {day: text for day, text in series["DFF"].items() if day < FIRST_SOFR}
    return {
        "rates": pack({"SOFR": series["SOFR"], "DFF": federal_funds}),
        "yields": pack({fund: series[f"{fund}_TTM_YIELD_PCT"] for fund in FUNDS}),
    }


def main() -> None:
    """Pack both files and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with the original CSV files")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder to write to")
    arguments = parser.parse_args()
    for name, tables in (
        ("prices.npz", pack_prices(arguments.folder)),
        ("rates.npz", pack_rates(arguments.folder)),
    ):
        members: dict[str, Any] = {}
        for prefix, table in tables.items():
            members |= table.to_members(prefix)
        np.savez_compressed(arguments.out / name, **members)
        for prefix, table in tables.items():
            sys.stdout.write(
                f"{name} {prefix}: {table.days.size} days x {len(table.names)} columns, "
                f"{table.days[0]} to {table.days[-1]}, every cell equal to its text\n"
            )
        sys.stdout.write(f"{name}: {(arguments.out / name).stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
