"""How long the evidence takes for 10 years of 50 holdings.

    python benchmarks/backtest.py [FOLDER]

FOLDER holds research prices; :mod:`research` has their format. Fifty of their stocks, in equal parts of 1,000,000 USD.
Without it the shipped prices stand in: their stocks begin in August 2016 and a quarter is tested once a year of prices
lies before it, so that fewer than 40 quarters are timed; the time of 40 is given at the same pace. Imports and the
reading of files are not counted.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from research import read_history

from hedger.advice import measure_account, today_in_new_york
from hedger.backtest import backtest_account
from hedger.portfolio import to_portfolio
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.market import Prices
    from hedger.portfolio import Portfolio

RUNS = 5
YEARS, N_HOLDINGS, VALUE = 10, 50, 1_000_000.0
QUARTERS = 4 * YEARS
TARGET = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldPrices:
    """Prices at hand as a price source."""

    prices: Prices

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return them all; what is not among them is missing."""
        del symbols, start, end
        return self.prices


def make_portfolio(prices: Prices, names: Sequence[str]) -> Portfolio:
    """Return equal parts of the first fifty stocks that have a close on every session of the last ten years."""
    newest = slice(-(YEARS + 1) * 252, None)
    most = max(int(np.isfinite(prices.column(name)[newest]).sum()) for name in names)
    whole = [name for name in names if np.isfinite(prices.column(name)[newest]).sum() == most][:N_HOLDINGS]
    return to_portfolio(
        {symbol: VALUE / N_HOLDINGS / float(prices.column(symbol)[-1]) for symbol in whole}, name="fifty stocks"
    )


def main() -> None:
    """Print the time."""
    history = read_history(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    settings = Settings()
    portfolio = make_portfolio(history.prices, history.names)
    measurement = measure_account(portfolio, HeldPrices(prices=history.prices), settings, today=today_in_new_york())
    wall, processor = [], []
    for _ in range(RUNS):
        begin, worked = time.perf_counter(), time.process_time()
        outcome = backtest_account(measurement, settings, years=YEARS)
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - worked)
    evidence = outcome.evidence
    n_quarters = len(evidence.quarters)
    took = statistics.median(wall)
    print(f"{len(portfolio.positions)} holdings, {n_quarters} quarters, {len(evidence.strategies)} strategies")
    print(f"hedger backtest        {took:.2f} s  (median of {RUNS}; processor {statistics.median(processor):.2f} s)")
    print(f"{QUARTERS} quarters            {took * QUARTERS / n_quarters:.2f} s  (target: at most {TARGET:.0f} s)")


if __name__ == "__main__":
    main()
