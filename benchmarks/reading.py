"""How long the largest holdings files take to read, and how much memory, beside pandas.read_csv on the same file.

    python benchmarks/reading.py [CASE]...

Every run is a whole process: `hedger holdings FILE`, with and without --json, against `pandas.read_csv(FILE)`, which
splits cells and guesses types and knows nothing of holdings. Limits: 10 s and 1.5 GB for 50 MB or 500,000 rows, held
against the processor time, which is the wall time of a machine with nothing else to do.
"""

from __future__ import annotations

import os
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS, BYTES = 500_000, 50 * 1024 * 1024
MOST_SECONDS, MOST_MEGABYTES = 10.0, 1_500.0
SYMBOLS = ("AAPL", "MSFT", "NVDA", "AMZN", "GOOGL", "META", "JPM", "V", "UNH", "XOM", "COST", "PG", "SPY", "QQQ", "VTI")
FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type"
)
SCHWAB = (
    '"Symbol","Description","Qty (Quantity)","Price","Price Chng $ (Price Change $)","Price Chng % (Price Change %)",'
    '"Mkt Val (Market Value)","Day Chng $ (Day Change $)","Day Chng % (Day Change %)","Cost Basis",'
    '"Gain $ (Gain/Loss $)","Gain % (Gain/Loss %)","Reinvest?","% of Acct (% of Account)","Asset Type",'
)


class Cost(NamedTuple):
    """What a process took: wall and processor time in seconds, and the most memory it held at once, MB."""

    wall: float
    processor: float
    megabytes: float


def tickers() -> Iterator[str]:
    """Yield the shortest file there is: a symbol and a quantity."""
    yield "ticker,shares"
    for n in range(ROWS):
        yield f"{SYMBOLS[n % len(SYMBOLS)]},{1 + n % 977}"


def accounts() -> Iterator[str]:
    """Yield lots of a thousand accounts."""
    yield "Account,Symbol,Quantity,Price,Market Value,Currency"
    for n in range(ROWS):
        quantity, price = 1 + n % 977, 20.0 + 7 * (n % len(SYMBOLS))
        yield f"A-{n % 1000:06d},{SYMBOLS[n % len(SYMBOLS)]},{quantity},{price:.2f},{quantity * price:.2f},USD"


def instruments() -> Iterator[str]:
    """Yield a file in which every row is another instrument."""
    letters = string.ascii_uppercase
    yield "Symbol,Quantity,Price,Market Value"
    for n in range(ROWS):
        symbol = "".join(letters[n // 26**place % 26] for place in (4, 3, 2, 1)) + letters[n % 26]
        quantity, price = 1 + n % 977, 20.0 + n % 480
        yield f"{symbol},{quantity},{price:.2f},{quantity * price:.2f}"


def fidelity() -> Iterator[str]:
    """Yield an export with the account in every row, signs, dollars and per cent."""
    yield "\ufeff" + FIDELITY
    n_bytes = 0
    while n_bytes < BYTES - 2_000:
        n = n_bytes // 97
        symbol, quantity, price = SYMBOLS[n % len(SYMBOLS)], 1 + n % 977, 20.0 + 7 * (n % len(SYMBOLS))
        line = (
            f"Z{n % 50:08d},Individual - TOD,{symbol},{symbol} INC COM,{quantity},${price:.2f},+$1.12,"
            f"${quantity * price:.2f},+$33.60,+0.46%,+$2793.00,+62.07%,5.00%,$900.00,$9.00,Cash,"
        )
        n_bytes += len(line) + 1
        yield line


def schwab() -> Iterator[str]:
    """Yield an export in which every cell is quoted, with thousands commas."""
    yield '"Positions for account Individual ...901 as of 05:14 PM ET, 2026/03/10"'
    yield ""
    yield SCHWAB
    n_bytes = 0
    while n_bytes < BYTES - 2_000:
        n = n_bytes // 97
        symbol, quantity, price = SYMBOLS[n % len(SYMBOLS)], 1 + n % 9770, 20.0 + 7 * (n % len(SYMBOLS))
        line = (
            f'"{symbol}","{symbol} INC COM","{quantity:,}","{price:.2f}","$1.12","0.46%","${quantity * price:,.2f}",'
            f'"-$33.60","-0.46%","$9,000.00","$2,793.00","62.07%","No","0.05%","Equity",'
        )
        n_bytes += len(line) + 1
        yield line


CASES: dict[str, Callable[[], Iterator[str]]] = {
    case.__name__: case for case in (tickers, accounts, instruments, fidelity, schwab)
}


def run(command: list[str]) -> Cost:
    """Run a command to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Write, read and print one case after another."""
    print(f"{'file':<12} {'MB':>4} {'rows':>8}  {'read by':<24} {'wall s':>7} {'CPU s':>6} {'MB':>6}  beside pandas")
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or CASES:
            file = Path(folder) / f"{name}.csv"
            with file.open("w", encoding="utf-8", newline="\n") as stream:
                n_rows = sum(stream.write(line + "\n") > 0 for line in CASES[name]())
            size = f"{name:<12} {file.stat().st_size / 1e6:4.0f} {n_rows:8,}"
            skipped = 2 if name == "schwab" else 0
            peer = run([sys.executable, "-c", f"import pandas; pandas.read_csv({str(file)!r}, skiprows={skipped})"])
            print(f"{size}  {'pandas.read_csv':<24} {peer.wall:7.2f} {peer.processor:6.2f} {peer.megabytes:6.0f}")
            for options in ([], ["--json"]):
                cost = run([sys.executable, "-m", "hedger", "holdings", str(file), *options])
                verdict = (
                    "" if cost.processor <= MOST_SECONDS and cost.megabytes <= MOST_MEGABYTES else "  BEYOND THE LIMITS"
                )
                command = " ".join(["hedger holdings", *options])
                print(
                    f"{size}  {command:<24} {cost.wall:7.2f} {cost.processor:6.2f} {cost.megabytes:6.0f}"
                    f"  {cost.processor / peer.processor:.1f} x the time{verdict}"
                )


if __name__ == "__main__":
    main()
