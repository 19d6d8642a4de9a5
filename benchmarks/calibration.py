"""Whether stated risks come true: value at risk, volatility and margin buffers on real history, without look-ahead.

    python benchmarks/calibration.py [FOLDER]

FOLDER holds research prices: research_stocks.csv.gz (first column `date`, one column of adjusted closes per symbol) and
indices.csv.gz (`date,symbol,close,...`). Without it the shipped snapshot is used: fewer years, fewer books.

**Books.** Every two months buy-and-hold books are drawn: 10 to 40 names, weights from a Dirichlet distribution, from
six universes. The hedge is one leg in the index that would have removed most variance, sized by the default
estimator, fixed on day 0 without rounding. The forecast of day 0 stands for the 63 sessions after it.

**Figures.** Exceeded: the share of these sessions that lose more than the one-session value at risk of day 0. QLIKE:
the mean of r - log r - 1, r being realised over forecast variance; the ratio compares it with the variance of the last
252 sessions. Margin: the share of windows in which a short future on one index loses, at some close, more than the
buffer stated for a chance.
"""

from __future__ import annotations

import csv
import gzip
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hedger.contracts import INDICES
from hedger.exposure import ESTIMATORS, SESSIONS_A_YEAR, book_gains, explained_variance
from hedger.market import SnapshotSource
from hedger.market.decimal_table import DecimalTable
from hedger.market.snapshot import PRICES_FILE
from hedger.risk import gain_distribution, passage_deviation, passage_distance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FloatArray = npt.NDArray[np.float64]

LEVELS = [index.symbol for index in INDICES if index.is_level]
FUNDS = "EEM GLD HYG IEF IYR SSO TLT XLB XLE XLF XLI XLK XLP XLU XLV XLY SPY QQQ IWM DIA MDY ^VIX GOOG"
"""Not drawn: funds, and the second class of a share."""
SMALL = "AEIS DY EAT ENSG FN FORM INSM MLI MOD RMBS SAIA SANM SMTC SPXC TTMI UMBF VIAV WTS"
TECHNOLOGY = (
    "AAPL MSFT NVDA AMD AVGO AMZN GOOGL META NFLX TSLA ADBE CRM ORCL INTU QCOM TXN AMAT LRCX MU ADI NOW PANW CSCO INTC "
    "CDNS CDW PTC WDAY MPWR HPQ GLW ROP ANET PYPL BKNG UBER PLTR TMUS ACN IBM"
)
DOW_LIKE = (
    "MMM AXP AMGN BA CAT CVX KO GS HD IBM JNJ JPM MCD MRK MSFT NKE PG TRV UNH VZ V WMT DIS DE UNP LMT RTX EMR ETN"
)
LOOKBACK, WARM_UP, QUARTER, STEP, DRAWS, SEED = 1260, 756, 63, 42, 3, 11
FIRST_BOOK = np.datetime64("2009-01-01")
FIRST_WINDOW = np.datetime64("1992-01-01")
CHANCES = (0.20, 0.10, 0.05, 0.01)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Daily returns of stocks and of the four indices over the same sessions."""

    sessions: npt.NDArray[np.datetime64]
    symbols: tuple[str, ...]
    stocks: FloatArray
    indices: FloatArray


@dataclass(slots=True, kw_only=True)
class Record:
    """What was stated of many books, and what came."""

    exceeded: dict[float, list[float]] = field(default_factory=lambda: {0.95: [], 0.99: []})
    realised: list[float] = field(default_factory=list)
    stated: list[float] = field(default_factory=list)
    yearly: list[float] = field(default_factory=list)

    def add(self, past: FloatArray, future: FloatArray) -> None:
        """Forecast from past gains and compare with those of the 63 sessions after them."""
        distribution = gain_distribution(past)
        for tail in distribution.tails:
            if tail.horizon_days == 1:
                self.exceeded[tail.level].append(float(np.mean(future < -tail.value_at_risk)))
        self.realised.append(float(np.mean(np.square(future))))
        self.stated.append(distribution.volatility**2 / SESSIONS_A_YEAR)
        self.yearly.append(float(np.mean(np.square(past[-SESSIONS_A_YEAR:]))))

    def qlike(self, forecast: Sequence[float]) -> float:
        """Return the mean loss of a variance forecast."""
        ratio = np.array(self.realised) / np.array(forecast)
        return float(np.mean(ratio - np.log(ratio) - 1.0))


def read_wide(path: Path) -> tuple[npt.NDArray[np.datetime64], tuple[str, ...], FloatArray]:
    """Read a table of closes, one column per symbol."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    close = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows])
    return np.array([row[0] for row in rows], dtype="datetime64[D]"), tuple(head[1:]), close


def read_levels(path: Path) -> tuple[npt.NDArray[np.datetime64], FloatArray]:
    """Read the sessions on which all four indices have a close, and these closes."""
    closes: dict[str, dict[str, float]] = {symbol: {} for symbol in LEVELS}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["symbol"] in closes and row["close"]:
                closes[row["symbol"]][row["date"]] = float(row["close"])
    days = sorted(set.intersection(*(set(each) for each in closes.values())))
    return np.array(days, dtype="datetime64[D]"), np.array([[closes[s][day] for s in LEVELS] for day in days])


def read_history(folder: Path | None) -> tuple[History, npt.NDArray[np.datetime64], FloatArray]:
    """Return paired returns of stocks and indices, and the index levels as far back as they go."""
    if folder is None:
        levels = SnapshotSource().fetch(LEVELS, start=None, end=None)
        whole: npt.NDArray[np.bool_] = np.all(np.isfinite(levels.close), axis=1)
        days, level = levels.sessions[whole], levels.close[whole]
        with np.load(PRICES_FILE, allow_pickle=False) as members:
            shipped = DecimalTable.from_members(members, "stocks").names
        prices = SnapshotSource().fetch(shipped, start=None, end=None)
        sessions, symbols, close = prices.sessions, prices.symbols, prices.close
    else:
        days, level = read_levels(folder / "indices.csv.gz")
        sessions, symbols, close = read_wide(folder / "research_stocks.csv.gz")
    common, of_stocks, of_levels = np.intersect1d(sessions, days, return_indices=True)
    is_stock = [symbol not in FUNDS.split() and symbol not in LEVELS for symbol in symbols]
    stocks, indices = close[of_stocks][:, is_stock], level[of_levels]
    history = History(
        sessions=common[1:],
        symbols=tuple(symbol for symbol, kept in zip(symbols, is_stock, strict=True) if kept),
        stocks=stocks[1:] / stocks[:-1] - 1.0,
        indices=indices[1:] / indices[:-1] - 1.0,
    )
    return history, days, level


def universes(symbols: Sequence[str]) -> dict[str, tuple[list[int], ...]]:
    """Return by name the columns that books are drawn from; half of a book from each of two pools."""
    small = [place for place, symbol in enumerate(symbols) if symbol in SMALL.split()]
    large = [place for place in range(len(symbols)) if place not in small]
    return {
        "mixed": (large,),
        "technology": ([place for place in large if symbols[place] in TECHNOLOGY.split()],),
        "dow-ish": ([place for place in large if symbols[place] in DOW_LIKE.split()],),
        "small": (small,),
        "half small": (large, small),
        "three stocks": (large,),
    }


def draw_books(history: History) -> Iterator[tuple[int, str, list[int], FloatArray]]:
    """Yield day 0, universe, columns and weights of every book."""
    generator = np.random.default_rng(SEED)
    pools = universes(history.symbols)
    for day in range(WARM_UP, history.sessions.size - QUARTER, STEP):
        if history.sessions[day] < FIRST_BOOK:
            continue
        span = history.stocks[max(day - 504, 0) : day + QUARTER]
        known: npt.NDArray[np.bool_] = np.all(np.isfinite(span), axis=0)
        for name, parts in pools.items():
            for _ in range(DRAWS):
                wanted = 3 if name == "three stocks" else int(generator.integers(10, 41))
                size = max(wanted // len(parts), 3)
                chosen: list[int] = []
                weights: list[float] = []
                for pool in parts:
                    usable = [place for place in pool if known[place]]
                    if len(usable) < min(size, 10):
                        break
                    drawn = generator.choice(usable, min(size, len(usable)), replace=False)
                    chosen += drawn.tolist()
                    weights += (generator.dirichlet(np.full(drawn.size, 2.0)) / len(parts)).tolist()
                else:
                    yield day, name, chosen, np.array(weights)


def measure_books(history: History) -> tuple[dict[str, dict[str, Record]], int, list[int]]:
    """Return by universe the records before and after the hedge, the number of books, and the days they begin on."""
    records: dict[str, dict[str, Record]] = {}
    estimator = next(iter(ESTIMATORS.values()))
    betas: dict[tuple[int, int], FloatArray] = {}
    n_books, days = 0, []
    for day, universe, chosen, weights in draw_books(history):
        span = slice(max(day - LOOKBACK, 0), day)
        indices = history.indices[span]
        gains = book_gains(history.stocks[span][:, chosen], weights[None, :])[:, 0]
        index = int(np.argmax(explained_variance(gains, indices)))
        if (day, index) not in betas:
            betas[day, index] = estimator.estimate(history.stocks[span], indices[:, index]).beta
        beta = float(weights @ betas[day, index][chosen])
        known = np.isfinite(gains)
        ahead = slice(day, day + QUARTER)
        book = np.cumprod(1.0 + history.stocks[ahead][:, chosen], axis=0) @ weights
        level = np.cumprod(1.0 + history.indices[ahead, index])
        future = np.diff(book, prepend=1.0)
        futures = -beta * np.diff(level, prepend=1.0)
        for name in ("all", universe):
            pair = records.setdefault(name, {"before": Record(), "after": Record()})
            pair["before"].add(gains[known], future)
            pair["after"].add((gains - beta * indices[:, index])[known], future + futures)
        n_books += 1
        days.append(day)
    return records, n_books, days


def measure_margin(days: npt.NDArray[np.datetime64], level: FloatArray) -> Iterator[tuple[int, list[float], int]]:
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
    history, days, level = read_history(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    records, n_books, starts = measure_books(history)
    first, last = history.sessions[starts[0]], history.sessions[starts[-1]]
    print(f"{n_books} books on {len(set(starts))} dates, {first} to {last}, the 63 sessions after each")
    print("                        95 % exceeded       99 % exceeded       QLIKE               ratio to 252 sessions")
    print("                        before    after     before    after     before    after     before    after")
    for name, pair in records.items():
        cells = [f"{np.mean(pair[side].exceeded[chance]):.4f}" for chance in (0.95, 0.99) for side in pair]
        cells += [f"{pair[side].qlike(pair[side].stated):.3f}" for side in pair]
        cells += [f"{pair[side].qlike(pair[side].stated) / pair[side].qlike(pair[side].yearly):.3f}" for side in pair]
        print((f"{name:24}" + "".join(f"{cell:10}" for cell in cells)).rstrip())
    print("target                  0.04 to 0.06        0.008 to 0.014                          at most 0.80, 0.85")
    print()
    print("Margin of a short index future: share of windows since 1992 beyond the buffer stated for a chance")
    print("sessions                " + "".join(f"{chance:<10.0%}" for chance in CHANCES) + "windows")
    for horizon, shares, n_windows in measure_margin(days, level):
        print(f"{horizon:<24}" + "".join(f"{share:<10.3f}" for share in shares) + f"{n_windows}")
    print("target                                      0.040 to 0.065")


if __name__ == "__main__":
    main()
