"""How long `hedger plan` takes from a cold start, beside importing numpy and pandas.

    python benchmarks/startup.py [RUNS]

Both are whole processes, run in turn; the ratio is taken pair by pair. A command imports only what it needs, so a
plan should be there before a notebook has imported its libraries.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SYMBOLS = (
    "AAPL MSFT NVDA AMZN GOOGL META AVGO TSLA BRK-B JPM LLY V UNH XOM MA COST PG HD JNJ NFLX WMT ABBV BAC KO CVX MRK "
    "CRM TMO MCD GE LIN ACN ABT DIS CAT VRTX QCOM TXN INTU ISRG AXP PFE MS GS BLK UNP LOW RTX NEE BKNG"
)
FLOOR = [sys.executable, "-c", "import numpy, pandas"]
TARGET = 2.0


def seconds(command: list[str]) -> float:
    """Run a command and return its wall time in seconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Time both in turn and print medians and the ratio."""
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    with tempfile.TemporaryDirectory() as folder:
        portfolio = Path(folder) / "portfolio.csv"
        rows = [f"{symbol},{100 + number}" for number, symbol in enumerate(SYMBOLS.split())]
        portfolio.write_text("\n".join(["ticker,shares", *rows]) + "\n")
        plan = [sys.executable, "-m", "hedger", "plan", str(portfolio), "--hedge", "50%"]
        for command in (FLOOR, plan):
            seconds(command)  # fills the caches of the operating system
        pairs = [(seconds(FLOOR), seconds(plan)) for _ in range(n_runs)]
    floor, whole = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for other, one in pairs)
    print(f"import numpy, pandas   {floor:.3f} s  (median of {n_runs})")
    print(f"hedger plan            {whole:.3f} s  ({len(SYMBOLS.split())} positions, terminal view)")
    print(f"ratio                  {ratio:.2f}    (target: at most {TARGET:.1f})")


if __name__ == "__main__":
    main()
