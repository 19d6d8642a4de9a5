"""Pack the closes of real futures that the package ships, from the CSV file they were collected in.

    python -m hedger.market.pack_futures FOLDER [--out hedger/data]

FOLDER holds ``futures.csv.gz`` as ``hedger/data/SOURCES.md`` describes it. Of each root three columns are kept: the
close of the contract in use, that contract's month (YYYYMM), and, on the last day before a roll, the close of the
contract used from the next day on. As with the prices, every packed cell is decoded and compared with its text.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.market.futures import ROOTS
from hedger.market.pack import pack
from hedger.shipped import SHIPPED

if TYPE_CHECKING:
    from hedger.market.pack import Table

FIRST_DAY, LAST_DAY = "2000-01-03", "2023-08-31"
"""After the last day the record has no front contract for three years."""


def read_futures(path: Path) -> Table:
    """Read the three columns of every root; blanks are left out."""
    closes: dict[str, dict[str, dict[str, str]]] = {root: {} for root in ROOTS.values()}
    used: dict[str, dict[str, str]] = {root: {} for root in ROOTS.values()}
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            root, day = row["symbol"], row["date"]
            if root in closes and FIRST_DAY <= day <= LAST_DAY:
                closes[root].setdefault(day, {})[row["contract"]] = row["close"]
                if row["held"] == "1":
                    used[root][day] = row["contract"]
    table: Table = {}
    for root, contracts in used.items():
        days = sorted(contracts)
        table[root] = {day: closes[root][day][contracts[day]] for day in days}
        table[f"{root} contract"] = {day: contracts[day] for day in days}
        table[f"{root} next"] = {
            day: closes[root][day][contracts[following]]
            for day, following in pairwise(days)
            if contracts[following] != contracts[day] and contracts[following] in closes[root][day]
        }
    return table


def main() -> None:
    """Pack the file and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with the original CSV file")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder to write to")
    arguments = parser.parse_args()
    packed = pack(read_futures(arguments.folder / "futures.csv.gz"))
    target = arguments.out / "futures.npz"
    members: dict[str, Any] = packed.to_members("futures")
    np.savez_compressed(target, **members)
    sys.stdout.write(
        f"futures.npz: {packed.days.size} days x {len(packed.names)} columns, {packed.days[0]} to {packed.days[-1]}, "
        f"every cell equal to its text, {target.stat().st_size} bytes\n"
    )


if __name__ == "__main__":
    main()
