"""Books of US stocks, drawn again and again over the years: what the league and the calibration are measured on.

Research prices are research_stocks.csv.gz (first column `date`, one column of adjusted closes per symbol) and
indices.csv.gz (`date,symbol,close,...`) in one folder. Without a folder the shipped snapshot stands in: fewer years,
fewer books.

Every two months buy-and-hold books are drawn from six universes: three names in "three stocks", 10 to 40 in the others,
weights from a Dirichlet distribution. Nothing that is forecast on day 0 of a book knows a price from after it.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import INDICES
from hedger.market import Prices, SnapshotSource
from hedger.market.decimal_table import DecimalTable
from hedger.market.snapshot import PRICES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hedger.arrays import BoolArray, DateArray, FloatArray


FOUR_INDICES = tuple(index for index in INDICES if index.is_level)
LEVELS = tuple(index.symbol for index in FOUR_INDICES)
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


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """Closes of stocks, funds and the four indices on common sessions, and their returns.

    Row ``t`` of the returns ends on session ``t + 1`` of `prices`: what is known on day ``t`` are the returns before
    row ``t`` and the closes up to session ``t``.
    """

    prices: Prices
    names: tuple[str, ...]

    @cached_property
    def stocks(self) -> FloatArray:
        """Simple returns of the stocks that are drawn, NaN where one did not trade, (n_sessions, n_stocks)."""
        return _returns(self.prices.columns(self.names))

    @cached_property
    def indices(self) -> FloatArray:
        """Simple returns of the four indices, shape (n_sessions, 4)."""
        return _returns(self.prices.columns(LEVELS))

    @property
    def sessions(self) -> DateArray:
        """Day on which each return ends, shape (n_sessions,)."""
        return self.prices.sessions[1:]

    def known_on(self, day: int) -> Prices:
        """Return what was known at the close of day `day`."""
        return self.prices.until(self.prices.sessions[day].item())


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnBook:
    """A buy-and-hold book worth one dollar at the close of day `day`: columns of the stocks, and weights."""

    day: int
    universe: str
    columns: tuple[int, ...]
    weights: FloatArray

    def values_after(self, history: History, horizon: int) -> FloatArray:
        """Return the book's value at each close from day 0 on, shape (horizon + 1,)."""
        moves = history.stocks[self.day : self.day + horizon][:, list(self.columns)]
        return np.concatenate([[1.0], np.cumprod(1.0 + moves, axis=0) @ self.weights])

    def gains_after(self, history: History, horizon: int) -> FloatArray:
        """Return the book's gain in each session after day 0, shape (horizon,)."""
        return np.diff(self.values_after(history, horizon))

    def returns_after(self, history: History, horizon: int) -> FloatArray:
        """Return the book's simple return in each session after day 0, shape (horizon,)."""
        return _returns(self.values_after(history, horizon))


def index_gains(history: History, day: int, horizon: int) -> FloatArray:
    """Return what one dollar in each index at the close of `day` gains in each session after it, (horizon, 4)."""
    growth = np.cumprod(1.0 + history.indices[day : day + horizon], axis=0)
    return np.diff(growth, axis=0, prepend=1.0)


def read_history(folder: Path | None) -> History:
    """Return closes on the sessions on which all four indices have one."""
    if folder is None:
        with np.load(PRICES_FILE, allow_pickle=False) as members:
            shipped = DecimalTable.from_members(members, "stocks").names
        prices = SnapshotSource().fetch([*dict.fromkeys([*shipped, *LEVELS])], start=None, end=None)
        sessions, symbols, close = prices.sessions, prices.symbols, prices.close
    else:
        days, level = read_levels(folder)
        sessions, symbols, close = _read_wide(folder / "research_stocks.csv.gz")
        sessions, of_stocks, of_levels = np.intersect1d(sessions, days, return_indices=True)
        symbols, close = (*symbols, *LEVELS), np.hstack([close[of_stocks], level[of_levels]])
    whole = np.all(np.isfinite(close[:, [symbols.index(level) for level in LEVELS]]), axis=1)
    # The snapshot's indices reach further back than its stocks.
    whole &= np.isfinite(close).sum(axis=1) > len(symbols) / 4
    return History(
        prices=Prices(sessions=sessions[whole], symbols=symbols, close=close[whole], source="research prices"),
        names=tuple(symbol for symbol in symbols if symbol not in FUNDS.split() and symbol not in LEVELS),
    )


def read_levels(folder: Path | None) -> tuple[DateArray, FloatArray]:
    """Return the sessions on which all four indices have a close, as far back as they go, and these closes."""
    if folder is None:
        levels = SnapshotSource().fetch(LEVELS, start=None, end=None)
        whole = np.all(np.isfinite(levels.close), axis=1)
        return levels.sessions[whole], levels.columns(LEVELS)[whole]
    closes: dict[str, dict[str, float]] = {symbol: {} for symbol in LEVELS}
    with gzip.open(folder / "indices.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["symbol"] in closes and row["close"]:
                closes[row["symbol"]][row["date"]] = float(row["close"])
    days = sorted(set.intersection(*(set(each) for each in closes.values())))
    return np.array(days, dtype="datetime64[D]"), np.array([[closes[s][day] for s in LEVELS] for day in days])


def draw_books(history: History) -> Iterator[DrawnBook]:
    """Yield the books, by rising day 0."""
    generator = np.random.default_rng(SEED)
    pools = _universes(history.names)
    for day in range(WARM_UP, history.sessions.size - QUARTER, STEP):
        if history.sessions[day] < FIRST_BOOK:
            continue
        span = history.stocks[max(day - 504, 0) : day + QUARTER]
        known: BoolArray = np.all(np.isfinite(span), axis=0)
        for universe, parts in pools.items():
            for _ in range(DRAWS):
                wanted = 3 if universe == "three stocks" else int(generator.integers(10, 41))
                size = max(wanted // len(parts), 3)
                columns: list[int] = []
                weights: list[float] = []
                for pool in parts:
                    usable = [place for place in pool if known[place]]
                    if len(usable) < min(size, 10):
                        break
                    drawn = generator.choice(usable, min(size, len(usable)), replace=False)
                    columns += drawn.tolist()
                    weights += (generator.dirichlet(np.full(drawn.size, 2.0)) / len(parts)).tolist()
                else:
                    yield DrawnBook(day=day, universe=universe, columns=tuple(columns), weights=np.array(weights))


def _universes(names: Sequence[str]) -> dict[str, tuple[list[int], ...]]:
    """Return by universe the columns that books are drawn from; half of a book from each of two pools."""
    small = [place for place, symbol in enumerate(names) if symbol in SMALL.split()]
    large = [place for place in range(len(names)) if place not in small]
    return {
        "mixed": (large,),
        "technology": ([place for place in large if names[place] in TECHNOLOGY.split()],),
        "dow-ish": ([place for place in large if names[place] in DOW_LIKE.split()],),
        "small": (small,),
        "half small": (large, small),
        "three stocks": (large,),
    }


def _read_wide(path: Path) -> tuple[DateArray, tuple[str, ...], FloatArray]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        head, *rows = list(csv.reader(lines))
    close = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows])
    return np.array([row[0] for row in rows], dtype="datetime64[D]"), tuple(head[1:]), close


def _returns(closes: FloatArray) -> FloatArray:
    return closes[1:] / closes[:-1] - 1.0
