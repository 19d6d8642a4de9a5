"""Books measured and hedged by the product itself, and what became of them in the quarter after.

Every book goes through :func:`hedger.exposure.measure_exposure` and :func:`hedger.hedge.solve_hedge` with nothing but
the closes of its day 0. Contracts are those of the newest session of the prices, at the index levels of that session:
a book is as coarse to hedge as it would be then. They are fixed on day 0 and stand for 63 sessions; a plan's target
dollars are the continuous hedge, its contracts the whole one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from research import FOUR_INDICES, QUARTER, index_gains

from hedger.contracts import quote_contracts, select_contracts
from hedger.exposure import ESTIMATORS, hedge_effectiveness, measure_exposure, realised_beta_variance
from hedger.exposure.interval import Z_REALISED
from hedger.hedge import HedgePolicy, solve_hedge
from hedger.portfolio import to_portfolio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from research import DrawnBook, History

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan
    from hedger.market import Prices

NAMES = tuple(index.name for index in FOUR_INDICES)
ONE_LEG, AUTO, AUTO_BOUGHT = "index chosen", "auto", "auto, legs may be bought"
ONE_YEAR, SP500, HINDSIGHT = "S&P 500, one-year OLS", "S&P 500", "best in hindsight"
YARDSTICK = "ols"
"""Estimator that the others are compared with: one year of ordinary least squares."""
POLICIES = {
    ONE_LEG: HedgePolicy(legs=1),
    AUTO: HedgePolicy(legs=None),
    AUTO_BOUGHT: HedgePolicy(legs=None, allow_long_legs=True),
}
LARGE = 1_000_000.0
SIZES = (100_000.0, 300_000.0, LARGE)
WHOLE = (ONE_LEG, AUTO)
"""Policies that are also judged with whole contracts."""
TEXTBOOK = 1.96
"""Standard errors on either side that a textbook takes for 95 %."""


@dataclass(kw_only=True)
class HedgedBooks:
    """What was stated of the books, and what came; each list has one entry per book.

    Parameters
    ----------
    universes
        Where each book was drawn from.
    reference
        Position of the index chosen for it.
    removed
        Share of the variance that each continuous hedge removed, by its name.
    n_legs, gross
        Indices of each continuous hedge and its dollars over the book's value, by its name.
    whole, beside
        Shares removed with whole contracts, and by the continuous hedge of the same books, by size and name.
    intervals
        Forecast betas and half widths by horizon, each of shape (4,).
    textbook
        Half widths from the standard error of each estimator, by its name, each of shape (4,).
    around
        Half widths of the product's 63-session interval around each forecast, by its name, each of shape (4,).
    """

    universes: list[str] = field(default_factory=list)
    reference: list[int] = field(default_factory=list)
    removed: dict[str, list[float]] = field(default_factory=dict)
    n_legs: dict[str, list[int]] = field(default_factory=dict)
    gross: dict[str, list[float]] = field(default_factory=dict)
    whole: dict[tuple[float, str], list[float]] = field(default_factory=dict)
    beside: dict[tuple[float, str], list[float]] = field(default_factory=dict)
    intervals: dict[int, list[tuple[FloatArray, FloatArray]]] = field(default_factory=lambda: {21: [], QUARTER: []})
    textbook: dict[str, list[FloatArray]] = field(default_factory=dict)
    around: dict[str, list[FloatArray]] = field(default_factory=dict)

    def covered(self, realised: FloatArray, horizon: int) -> tuple[FloatArray, FloatArray]:
        """Return whether each realised beta of shape (n_books, 4) lay in its interval, and the half widths."""
        betas, widths = (np.array(column) for column in zip(*self.intervals[horizon], strict=True))
        return np.abs(realised - betas) <= widths, widths


def hedge_books(history: History, books: Sequence[DrawnBook], forecasts: Mapping[str, FloatArray]) -> HedgedBooks:
    """Measure and hedge every book, and see how it fared.

    Parameters
    ----------
    history
        Closes.
    books
        By rising day 0.
    forecasts
        Betas of the books by name of the forecaster, each of shape (n_books, 4).
    """
    quotes = quote_now(history)
    result = HedgedBooks()
    known: dict[int, Prices] = {}
    for place, book in enumerate(books):
        if book.day not in known:
            known = {book.day: history.known_on(book.day)}
        unhedged, moves = book.gains_after(history, QUARTER), index_gains(history, book.day, QUARTER)
        exposure = measure(history, book, known[book.day], LARGE)
        result.universes.append(book.universe)
        result.reference.append(NAMES.index(exposure.best_index(NAMES)))
        _note_intervals(result, exposure, {name: betas[place] for name, betas in forecasts.items()})
        plans = {
            name: solve_hedge(exposure, quotes, POLICIES[name], with_alternatives=False) for name in (AUTO, AUTO_BOUGHT)
        }
        best = _unit(result.reference[-1])
        hedges = {
            ONE_YEAR: -forecasts[YARDSTICK][place, 0] * _unit(0),
            SP500: -exposure.by_index[0].beta * _unit(0),
            ONE_LEG: -exposure.by_index[result.reference[-1]].beta * best,
            **{name: _target(plan) / LARGE for name, plan in plans.items()},
            HINDSIGHT: -np.linalg.lstsq(_centred(moves), _centred(unhedged), rcond=None)[0],
        }
        for name, dollars in hedges.items():
            result.removed.setdefault(name, []).append(_removed(unhedged, moves, dollars))
            result.n_legs.setdefault(name, []).append(int((dollars != 0).sum()))
            result.gross.setdefault(name, []).append(float(np.abs(dollars).sum()))
        # Whole contracts take the time: one of the draws of each date and universe is enough.
        is_first_draw = place == 0 or (books[place - 1].day, books[place - 1].universe) != (book.day, book.universe)
        for size in SIZES if is_first_draw else ():
            sized = exposure if size == LARGE else measure(history, book, known[book.day], size)
            for name in WHOLE:
                plan = solve_hedge(sized, quotes, POLICIES[name], with_alternatives=False)
                result.whole.setdefault((size, name), []).append(_removed(unhedged, moves, _held(plan) / size))
                result.beside.setdefault((size, name), []).append(result.removed[name][-1])
    return result


def quote_now(history: History) -> tuple[ContractQuote, ...]:
    """Return E-minis and micros on the four indices, quoted at the newest close of the history."""
    as_of = history.prices.last_session
    level = {index.name: float(history.prices.column(index.symbol)[-1]) for index in FOUR_INDICES}
    contracts = [each for each in select_contracts(as_of, sizes=("e-mini", "micro")) if each.index in level]
    prices = {contract.symbol: (level[contract.index], "the index level") for contract in contracts}
    return quote_contracts(contracts, as_of=as_of, prices=prices)


def measure(history: History, book: DrawnBook, known: Prices, value: float) -> Exposure:
    """Return the exposure of a book of `value` USD, from the closes known on its day 0."""
    symbols = [history.names[column] for column in book.columns]
    weights = zip(symbols, book.weights.tolist(), strict=True)
    portfolio = to_portfolio(
        {symbol: value * weight / float(known.column(symbol)[-1]) for symbol, weight in weights}, name=book.universe
    )
    return measure_exposure(portfolio, known, indices=FOUR_INDICES, estimator=next(iter(ESTIMATORS.values())))


def _note_intervals(result: HedgedBooks, exposure: Exposure, forecasts: Mapping[str, FloatArray]) -> None:
    betas = np.array([each.beta for each in exposure.by_index])
    result.intervals[QUARTER].append((betas, np.array([each.high for each in exposure.by_index]) - betas))
    result.intervals[21].append((betas, np.array([each.high_21 for each in exposure.by_index]) - betas))
    returns = exposure.gains[:, None] / exposure.book.beta_base
    for name, estimator in ESTIMATORS.items():
        errors = [estimator.estimate(returns, index).stderr[0] for index in exposure.index_returns.T]
        result.textbook.setdefault(name, []).append(TEXTBOOK * np.array(errors))
    alike = np.repeat(returns, len(forecasts), axis=1)
    variance = [
        realised_beta_variance(alike, index, betas)
        for index, betas in zip(exposure.index_returns.T, np.array(list(forecasts.values())).T, strict=True)
    ]
    for name, widths in zip(forecasts, Z_REALISED * np.sqrt(np.array(variance).T), strict=True):
        result.around.setdefault(name, []).append(widths)


def _unit(position: int) -> FloatArray:
    unit = np.zeros(len(NAMES))
    unit[position] = 1.0
    return unit


def _target(plan: HedgePlan) -> FloatArray:
    dollars = np.zeros(len(NAMES))
    for index, notional in plan.target_notional:
        dollars[NAMES.index(index)] = notional
    return dollars


def _held(plan: HedgePlan) -> FloatArray:
    dollars = np.zeros(len(NAMES))
    for order in plan.positions:
        dollars[NAMES.index(order.quote.index)] += order.held_after * order.quote.notional
    return dollars


def _centred(gains: FloatArray) -> FloatArray:
    centred: FloatArray = gains - gains.mean(axis=0)
    return centred


def _removed(unhedged: FloatArray, moves: FloatArray, dollars: FloatArray) -> float:
    """Return the share of a quarter's variance that a hedge removed, per dollar of the book."""
    removed = hedge_effectiveness(unhedged, unhedged + moves @ dollars, half_life=math.inf)
    if removed is None:
        raise ValueError("the book did not move")
    return removed
