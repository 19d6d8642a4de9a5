"""Whether stated risks come true: value at risk, volatility and margin buffers on real history, without look-ahead.

    python benchmarks/calibration.py [FOLDER]

FOLDER holds research prices; :mod:`research` has their format and how the books are drawn. The hedge is one leg in the
index that would have removed most variance, sized by the default estimator, fixed on day 0 without rounding. The
forecast of day 0 stands for the 63 sessions after it.

**Figures.** Exceeded: the share of these sessions that lose more than the one-session value at risk of day 0. QLIKE:
the mean of r - log r - 1, r being realised over forecast variance; the ratio compares it with the variance of the last
252 sessions. Margin: the share of windows in which a short future on one index loses, at some close, more than the
buffer stated for a chance.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from research import LOOKBACK, QUARTER, draw_books, index_gains, read_history, read_levels

from hedger.evidence import ForecastTest, check_forecast, exceeded_share, qlike, qlike_ratio
from hedger.exposure import ESTIMATORS, book_gains, explained_variance
from hedger.risk import passage_deviation, passage_distance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from research import DrawnBook, History

    from hedger.arrays import DateArray, FloatArray


FIRST_WINDOW = np.datetime64("1992-01-01")
CHANCES = (0.20, 0.10, 0.05, 0.01)


Tests = dict[str, list[ForecastTest]]
"""What was stated and what came of many books, before and after the hedge."""


def measure_books(history: History, books: Sequence[DrawnBook]) -> dict[str, Tests]:
    """Return by universe the tests before and after the hedge."""
    tests: dict[str, Tests] = {}
    estimator = next(iter(ESTIMATORS.values()))
    betas: dict[tuple[int, int], FloatArray] = {}
    for book in books:
        span = slice(max(book.day - LOOKBACK, 0), book.day)
        indices, columns = history.indices[span], list(book.columns)
        gains = book_gains(history.stocks[span][:, columns], book.weights[None, :])[:, 0]
        index = int(np.argmax(explained_variance(gains, indices)))
        if (book.day, index) not in betas:
            betas[book.day, index] = estimator.estimate(history.stocks[span], indices[:, index]).beta
        beta = float(book.weights @ betas[book.day, index][columns])
        known = np.isfinite(gains)
        future = book.gains_after(history, QUARTER)
        futures = -beta * index_gains(history, book.day, QUARTER)[:, index]
        for name in ("all", book.universe):
            pair = tests.setdefault(name, {"before": [], "after": []})
            pair["before"].append(check_forecast(gains[known], future))
            pair["after"].append(check_forecast((gains - beta * indices[:, index])[known], future + futures))
    return tests


def measure_margin(days: DateArray, level: FloatArray) -> Iterator[tuple[int, list[float], int]]:
    """Yield horizon, share of windows beyond the buffer stated for each chance, and number of windows."""
    returns = level[1:] / level[:-1] - 1.0
    for horizon in (5, 21, QUARTER):
        beyond: list[list[bool]] = []
        for day in range(LOOKBACK, len(returns) - horizon, max(5, horizon // 3)):
            if days[day] < FIRST_WINDOW:
                continue
            for index in range(returns.shape[1]):
                deviation = passage_deviation(returns[day - LOOKBACK : day, index])
                highest = float(np.log(level[day + 1 : day + horizon + 1, index].max() / level[day, index]))
                beyond.append([highest > passage_distance(chance, deviation, horizon) for chance in CHANCES])
        yield horizon, np.mean(beyond, axis=0).tolist(), len(beyond)


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    history = read_history(folder)
    books = list(draw_books(history))
    measured = measure_books(history, books)
    first, last = history.sessions[books[0].day], history.sessions[books[-1].day]
    print(f"{len(books)} books on {len({b.day for b in books})} dates, {first} to {last}, the 63 sessions after each")
    print("                        95 % exceeded       99 % exceeded       QLIKE               ratio to 252 sessions")
    print("                        before    after     before    after     before    after     before    after")
    for name, pair in measured.items():
        cells = [f"{exceeded_share(tests, chance):.4f}" for chance in (0.95, 0.99) for tests in pair.values()]
        cells += [f"{qlike([t.realised for t in tests], [t.stated for t in tests]):.3f}" for tests in pair.values()]
        cells += [f"{qlike_ratio(tests):.3f}" for tests in pair.values()]
        print((f"{name:24}" + "".join(f"{cell:10}" for cell in cells)).rstrip())
    print("target                  0.04 to 0.06        0.008 to 0.014                          at most 0.80, 0.85")
    print()
    print("Margin of a short index future: share of windows since 1992 beyond the buffer stated for a chance")
    print("sessions                " + "".join(f"{chance:<10.0%}" for chance in CHANCES) + "windows")
    for horizon, shares, n_windows in measure_margin(*read_levels(folder)):
        print(f"{horizon:<24}" + "".join(f"{share:<10.3f}" for share in shares) + f"{n_windows}")
    print("target                                      0.040 to 0.065")


if __name__ == "__main__":
    main()
