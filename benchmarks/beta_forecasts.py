"""Forecasts of betas on research prices, and the betas that were realised afterwards.

**Panel.** Every two months each estimator of :data:`hedger.exposure.ESTIMATORS` foretells the beta of every stock to
each index; realised is the least-squares slope of the daily returns of the 21, 63 and 252 sessions after that day. The
beta of a book is the sum of its weights times those of its stocks.

**Errors.** Roots of mean squares: over dates, indices and stocks with a year behind and a year ahead of them (small
companies left out), and over books and indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from research import FIRST_BOOK, LOOKBACK, QUARTER, SMALL, STEP, WARM_UP

from hedger.exposure import ESTIMATORS, TwoSpeedBeta, realised_betas, share_beta_variance
from hedger.exposure.interval import Z_REALISED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from research import DrawnBook, History

    from hedger.arrays import BoolArray, FloatArray, IntArray

HORIZONS = (21, QUARTER, 252)
FIRST_LATER_YEAR = 2017
"""Parameters may be chosen on the years before; later ones judge."""
GEARS = (-3.0, -2.0, -1.0, 2.0, 3.0)
FUND_NOISE = 0.0005
"""Standard deviation of what a made-up geared fund's daily return misses its multiple by."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Forecasts and outcomes by date, index and stock.

    Parameters
    ----------
    days
        Rows of the history's returns that follow each date, shape (n_dates,).
    years
        Year of each date, shape (n_dates,).
    forecasts
        Betas by name of the estimator, shape (n_dates, 4, n_stocks), NaN where a stock has no full year of returns.
    errors
        Standard errors of the default estimator, of the same shape.
    reaches
        Half widths of the product's interval around its forecast over 63 sessions, of the same shape.
    realised
        Betas by horizon, NaN where a stock did not trade throughout; of the same shape.
    is_large
        Whether each stock counts among large companies, shape (n_stocks,).
    """

    days: IntArray
    years: IntArray
    forecasts: dict[str, FloatArray]
    errors: FloatArray
    reaches: FloatArray
    realised: dict[int, FloatArray]
    is_large: BoolArray

    def stock_error(self, name: str, horizon: int, *, first_year: int = 0) -> float:
        """Return the root mean square error over large stocks; each date and index counts alike."""
        judged = np.isfinite(self.realised[252]) & np.isfinite(self.forecasts[name]) & self.is_large
        judged &= (self.years >= first_year)[:, None, None]
        squares = np.where(judged, np.square(self.forecasts[name] - self.realised[horizon]), 0.0).sum(axis=2)
        n_stocks = judged.sum(axis=2)
        return float(np.sqrt((squares[n_stocks > 0] / n_stocks[n_stocks > 0]).mean()))

    def held(self, stocks: BoolArray, *, first_year: int = 0, last_year: int = 9999) -> tuple[float, float]:
        """Return how often the interval of one stock held over 63 sessions, and its mean half width.

        Parameters
        ----------
        stocks
            Which count, shape (n_stocks,).
        first_year, last_year
            Of the dates that count.
        """
        missed = np.abs(self.forecasts[next(iter(ESTIMATORS))] - self.realised[QUARTER])
        judged = np.isfinite(missed) & stocks
        judged &= ((self.years >= first_year) & (self.years <= last_year))[:, None, None]
        return float((missed <= self.reaches)[judged].mean()), float(self.reaches[judged].mean())

    def of_book(self, name: str, book: DrawnBook) -> FloatArray:
        """Return the forecast betas of a book to the four indices, shape (4,)."""
        date = int(np.searchsorted(self.days, book.day))
        betas: FloatArray = self.forecasts[name][date][:, list(book.columns)] @ book.weights
        return betas


def foretell(history: History) -> Panel:
    """Let every estimator foretell the beta of every stock, every :data:`STEP` sessions."""
    days = np.arange(WARM_UP, history.sessions.size - QUARTER, STEP)
    shape = (days.size, history.indices.shape[1], history.stocks.shape[1])
    forecasts = {name: np.full(shape, np.nan) for name in ESTIMATORS}
    errors, reaches = np.full(shape, np.nan), np.full(shape, np.nan)
    realised = {horizon: np.full(shape, np.nan) for horizon in HORIZONS}
    default = next(iter(ESTIMATORS))
    for date, day in enumerate(days.tolist()):
        known = history.stocks[max(day - LOOKBACK, 0) : day]
        judged = np.flatnonzero(np.isfinite(known[-WARM_UP:]).sum(axis=0) >= 252)
        for position, index in enumerate(history.indices.T):
            for name, estimator in ESTIMATORS.items():
                estimates = estimator.estimate(known[:, judged], index[max(day - LOOKBACK, 0) : day])
                forecasts[name][date, position, judged] = estimates.beta
                if name == default:
                    errors[date, position, judged] = estimates.stderr
                    variance = share_beta_variance(
                        known[:, judged], index[max(day - LOOKBACK, 0) : day], estimates.beta
                    )
                    reaches[date, position, judged] = Z_REALISED * np.sqrt(variance)
            for horizon, betas in realised.items():
                ahead = slice(day, day + horizon)
                if day + horizon <= index.size:
                    betas[date, position], _ = realised_betas(history.stocks[ahead], index[ahead])
    return Panel(
        days=days,
        years=to_years(history, days),
        forecasts=forecasts,
        errors=errors,
        reaches=reaches,
        realised=realised,
        is_large=np.array([name not in SMALL.split() for name in history.names]),
    )


def to_years(history: History, days: IntArray) -> IntArray:
    """Return the calendar year of each day."""
    return history.sessions[days].astype("datetime64[Y]").astype(np.int64) + 1970


@dataclass(frozen=True, kw_only=True, eq=False)
class BookOutcomes:
    """Realised betas of books.

    Parameters
    ----------
    books
        What was drawn.
    realised
        By horizon, shape (n_books, 4).
    years
        Year of each book's day 0, shape (n_books,).
    """

    books: tuple[DrawnBook, ...]
    realised: dict[int, FloatArray]
    years: IntArray

    def error(self, forecasts: FloatArray, horizon: int = QUARTER, *, first_year: int = 0) -> float:
        """Return the root mean square error over books and indices of forecasts of shape (n_books, 4)."""
        later = self.years >= first_year
        return float(np.sqrt(np.mean(np.square((forecasts - self.realised[horizon])[later]))))


def realise(history: History, books: Sequence[DrawnBook]) -> BookOutcomes:
    """Return the betas of the books over the next month and quarter."""
    realised = {horizon: np.empty((len(books), history.indices.shape[1])) for horizon in HORIZONS[:2]}
    for place, book in enumerate(books):
        for horizon, betas in realised.items():
            returns = book.returns_after(history, horizon)[:, None]
            ahead = history.indices[book.day : book.day + horizon]
            betas[place] = [realised_betas(returns, index)[0][0] for index in ahead.T]
    days = np.array([book.day for book in books])
    return BookOutcomes(books=tuple(books), realised=realised, years=to_years(history, days))


def fund_biases(history: History, funds: Sequence[str]) -> dict[str, float]:
    """Return the mean of forecast less realised beta of geared funds, over dates and indices.

    Made-up funds hold a multiple of one index with a little noise; real ones are judged on the S&P 500.

    Parameters
    ----------
    history
        Closes and returns.
    funds
        Symbols of real funds, of which those without closes are left out.
    """
    generator = np.random.default_rng(3)
    estimator = TwoSpeedBeta()
    wrong: dict[str, list[float]] = {}
    real = [symbol for symbol in funds if symbol in history.prices.symbols]
    closes = history.prices.columns(real)
    traded = closes[1:] / closes[:-1] - 1.0
    for day in range(WARM_UP, history.sessions.size - QUARTER, STEP):
        if history.sessions[day] < FIRST_BOOK:
            continue
        span = slice(max(day - LOOKBACK, 0), day + QUARTER)
        n_known = day - span.start
        for position, index in enumerate(history.indices[span].T):
            noise = generator.normal(scale=FUND_NOISE, size=(index.size, len(GEARS)))
            columns = {f"{gear:+.0f}x": gear * index + noise[:, place] for place, gear in enumerate(GEARS)}
            if position == 0:
                columns |= {symbol: traded[span, place] for place, symbol in enumerate(real)}
            assets = np.column_stack(list(columns.values()))
            betas = estimator.estimate(assets[:n_known], index[:n_known]).beta
            came, _ = realised_betas(assets[n_known:], index[n_known:])
            for name, each, n_returns in zip(
                columns, betas - came, np.isfinite(assets[:n_known]).sum(axis=0), strict=True
            ):
                if n_returns >= 252:
                    wrong.setdefault(name, []).append(float(each))
    return {name: float(np.mean(each)) for name, each in wrong.items()}
