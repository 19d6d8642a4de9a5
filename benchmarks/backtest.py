"""How long the evidence takes for 10 years of 50 holdings.

    python benchmarks/backtest.py

Fifty stocks of the shipped prices that trade on every session, in equal parts of 1,000,000 USD. The shipped stocks
begin in August 2016 and a quarter is tested once a year of prices lies before it, so that fewer than 40 quarters can be
timed: the time of 40 is given at the same pace. Imports and the reading of files are not counted.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from hedger.advice import measure_account
from hedger.market import SnapshotSource
from hedger.market.decimal_table import DecimalTable
from hedger.market.snapshot import PRICES_FILE
from hedger.past import backtest_account
from hedger.portfolio import Portfolio, Position
from hedger.settings import Settings

RUNS = 5
N_HOLDINGS, VALUE = 50, 1_000_000.0
QUARTERS_OF_TEN_YEARS = 40
TARGET = 5.0
FUNDS = ("DIA", "GLD", "IWM", "QQQ", "SPY", "TLT")


def make_portfolio() -> Portfolio:
    """Return equal parts of the first fifty stocks with a whole record."""
    with np.load(PRICES_FILE, allow_pickle=False) as members:
        names = DecimalTable.from_members(members, "stocks").names
    prices = SnapshotSource().fetch([name for name in names if name not in FUNDS], start=None, end=None)
    whole = [symbol for symbol in prices.symbols if np.isfinite(prices.column(symbol)).all()][:N_HOLDINGS]
    positions = tuple(
        Position(
            symbol=symbol,
            raw_symbol=symbol,
            quantity=VALUE / N_HOLDINGS / float(prices.column(symbol)[-1]),
            price=None,
            market_value=None,
            asset_class="stock",
            lines=(line,),
        )
        for line, symbol in enumerate(whole, start=2)
    )
    return Portfolio(
        name="fifty stocks",
        positions=positions,
        cash_total=None,
        file_total=None,
        skipped_rows=(),
        warnings=(),
        layout="plain",
    )


def main() -> None:
    """Print the time."""
    settings = Settings()
    measurement = measure_account(make_portfolio(), SnapshotSource(), settings)
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        outcome = backtest_account(measurement, settings)
        seconds.append(time.perf_counter() - begin)
    evidence = outcome.evidence
    took = statistics.median(seconds)
    n_quarters = len(evidence.quarters)
    print(f"{N_HOLDINGS} holdings, {n_quarters} quarters, {len(evidence.strategies)} strategies")
    print(f"hedger backtest        {took:.2f} s  (median of {RUNS})")
    print(f"40 quarters            {took * QUARTERS_OF_TEN_YEARS / n_quarters:.2f} s  (target: at most {TARGET:.0f} s)")


if __name__ == "__main__":
    main()
