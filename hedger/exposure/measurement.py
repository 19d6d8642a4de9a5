r"""How a portfolio moves with the indices, and how sure that is.

**Beta.** Every holding's beta to every index comes from an estimator on daily returns; the portfolio's is the
value-weighted sum. Its standard error comes from the portfolio's own residual at today's weights, because the
holdings' residuals are correlated.

**Interval.** It is for the beta that will be realised over the next 63 sessions: :mod:`hedger.exposure.interval`.
Short records widen it by their own standard errors.

**Reference index.** The one whose single-index hedge would have removed most variance (weighted R-squared,
half-life 126 sessions over five years).

**Holdings without prices.** Where the user states their betas they are valued by the file, and in past sessions they
move with the index that explains the other holdings best, by their stated beta to it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import HedgeError, InsufficientHistoryError, Note, PricesUnavailableError, SettingsError
from hedger.exposure.betas import BetaOverride, Exposure, HoldingBeta, IndexBeta
from hedger.exposure.covariance import (
    annual_covariance,
    explained_variance,
    weighted_covariance,
)
from hedger.exposure.interval import Z_REALISED, book_gains, realised_beta_variance
from hedger.exposure.regression import FULL_RECORD, SHORTEST_RECORD, age_weights
from hedger.exposure.returns import PairedReturns, pair_returns
from hedger.exposure.valuation import value_holdings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hedger.contracts import Index
    from hedger.exposure.book import Book
    from hedger.exposure.estimators import BetaEstimator
    from hedger.exposure.regression import BetaEstimates, FloatArray
    from hedger.market import Prices
    from hedger.portfolio import Portfolio

LOOKBACK = 1260
"""Sessions of history that are looked at: five years."""


def measure_exposure(
    portfolio: Portfolio,
    prices: Prices,
    *,
    indices: Sequence[Index],
    estimator: BetaEstimator,
    overrides: Sequence[BetaOverride] = (),
    futures_roots: Collection[str] = (),
    proxies: Mapping[str, str] | None = None,
    portfolio_value: float | None = None,
    rate: float = 0.0,
) -> Exposure:
    """Value a portfolio and measure its betas to every index.

    Parameters
    ----------
    portfolio
        As read.
    prices
        Up to the day of the advice and no further; holds the indices and what it knows of the holdings.
    indices
        Those wanted; one that `prices` does not have at its last session is left out.
    estimator
        Of single betas.
    overrides
        Betas stated by the user.
    futures_roots, proxies, portfolio_value, rate
        As :func:`value_holdings` has them.

    Raises
    ------
    PricesUnavailableError
        When no index or no holding has a current price.
    HedgeError
        When there is no holding, or the holdings cancel out.
    InsufficientHistoryError
        When the indices or the holdings have too short a history.
    SettingsError
        When an override names a symbol that is not held, or an index that is not measured.
    """
    measured = _with_current_level(indices, prices)
    stated = _stated_betas(overrides, [index.name for index in indices])
    book = value_holdings(
        portfolio,
        prices,
        futures_roots=futures_roots,
        valued_by_file={symbol for symbol, _ in stated},
        proxies=proxies,
        portfolio_value=portfolio_value,
        rate=rate,
    )
    _require_holdings(book, stated, portfolio, [index.name for index in measured])
    priced = [holding for holding in book.holdings if holding.is_priced]
    moving = [holding.moves_with for holding in priced]
    paired = pair_returns(prices, moving, [index.symbol for index in measured], lookback=LOOKBACK)
    values = np.array([holding.exposure_value for holding in priced])
    gains = book_gains(paired.assets, values[None, :])[:, 0]
    _require_history(gains, prices)
    stale = {priced[position].symbol for position in paired.repeated}
    explained = explained_variance(gains, paired.indices)
    if len(priced) < len(book.holdings):
        anchor = int(np.argmax(explained))
        unpriced = [holding for holding in book.holdings if not holding.is_priced]
        moved = sum(holding.market_value * stated[holding.symbol, measured[anchor].name] for holding in unpriced)
        gains = gains + moved * paired.indices[:, anchor]
        explained = explained_variance(gains, paired.indices)

    by_holding: list[HoldingBeta] = []
    by_index: list[IndexBeta] = []
    for position, index in enumerate(measured):
        returns = paired.indices[:, position]
        estimates = estimator.estimate(paired.assets, returns)
        rows = _holding_betas(book, index.name, estimates=estimates, stated=stated, stale=stale)
        by_holding.extend(rows)
        by_index.append(
            _index_beta(
                index.name,
                level=float(prices.close[-1, prices.symbols.index(index.symbol)]),
                rows=rows,
                base=book.beta_base,
                book_returns=gains[:, None] / book.beta_base,
                index_returns=returns,
                estimator=estimator,
                r_squared=float(explained[position]),
            )
        )
    return Exposure(
        book=book,
        by_index=tuple(by_index),
        by_holding=tuple(by_holding),
        covariance=annual_covariance(paired.indices),
        sessions=paired.sessions,
        gains=gains,
        index_returns=paired.indices,
        unhedgeable_share=_unhedgeable_share(gains, paired.indices),
        notes=(*prices.notes, *book.notes, *_notes(book, by_holding, paired), *_note_left_out(indices, measured)),
    )


def _index_beta(
    index: str,
    *,
    level: float,
    rows: Sequence[HoldingBeta],
    base: float,
    book_returns: FloatArray,
    index_returns: FloatArray,
    estimator: BetaEstimator,
    r_squared: float,
) -> IndexBeta:
    beta_dollars = sum(row.exposure_value * row.beta for row in rows)
    beta = beta_dollars / base
    estimation = float(estimator.estimate(book_returns, index_returns).stderr[0])
    short_records = sum(
        (row.exposure_value / base * row.stderr) ** 2
        for row in rows
        if row.stderr is not None and row.n_observations < FULL_RECORD
    )
    variance = float(realised_beta_variance(book_returns, index_returns, np.array([beta]))[0]) + short_records
    half_width = Z_REALISED * math.sqrt(variance)
    return IndexBeta(
        index=index,
        level=level,
        beta=beta,
        stderr=estimation,
        low=beta - half_width,
        high=beta + half_width,
        stderr_drift=math.sqrt(max(variance - estimation**2, 0.0)),
        r_squared=r_squared,
        beta_dollars=beta_dollars,
    )


def _with_current_level(indices: Sequence[Index], prices: Prices) -> list[Index]:
    columns = {symbol: position for position, symbol in enumerate(prices.symbols)}
    measured = [
        index for index in indices if index.symbol in columns and np.isfinite(prices.close[-1, columns[index.symbol]])
    ]
    if not measured:
        raise PricesUnavailableError(
            f"The price source has no current level of any index ({', '.join(i.symbol for i in indices)}). "
            "Add a column for at least one of them, or choose another source.",
            [index.symbol for index in indices],
        )
    return measured


def _stated_betas(overrides: Sequence[BetaOverride], indices: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return stated betas by symbol and index; one for a single index wins over one for all."""
    stated: dict[tuple[str, str], float] = {}
    for override in sorted(overrides, key=lambda each: each.index is not None):
        if override.index is not None and override.index not in indices:
            raise SettingsError(
                f"A beta is stated for {override.symbol} to {override.index}, which is no index here. "
                f"Known are: {', '.join(indices)}."
            )
        for index in indices if override.index is None else (override.index,):
            stated[override.symbol, index] = override.beta
    return stated


def _require_holdings(
    book: Book, stated: dict[tuple[str, str], float], portfolio: Portfolio, indices: Sequence[str]
) -> None:
    held = {position.symbol for position in portfolio.positions}
    unknown = sorted({symbol for symbol, _ in stated} - held)
    if unknown:
        raise SettingsError(
            f"A beta is stated for {', '.join(unknown)}, which the portfolio does not hold. "
            "Write the symbol as `hedger holdings` shows it."
        )
    if not book.holdings and not book.excluded:
        raise HedgeError("The portfolio holds no stock and no fund, so there is nothing to hedge.")
    if not any(holding.is_priced for holding in book.holdings):
        left_out = "; ".join(f"{each.symbol}: {each.reason}" for each in book.excluded[:5])
        raise PricesUnavailableError(
            "No holding of the portfolio has a current price, so there is nothing to hedge"
            + (f" ({left_out})" if left_out else "")
            + ". Use --prices with a file that has a column for them.",
            [each.symbol for each in book.excluded],
        )
    if book.gross_value == 0:
        raise HedgeError("The holdings cancel each other out, so there is nothing to hedge.")
    for holding in book.holdings:
        if not holding.is_priced and any((holding.symbol, index) not in stated for index in indices):
            raise SettingsError(
                f"{holding.symbol} has no price history, and its beta is not stated for every index. "
                f"State it for all: --beta {holding.symbol}=1.0."
            )


def _require_history(gains: FloatArray, prices: Prices) -> None:
    n_known = int(np.isfinite(gains).sum())
    if n_known < SHORTEST_RECORD:
        raise InsufficientHistoryError(
            f"Most of the portfolio has only {n_known} daily returns up to {prices.last_session}, paired with those of "
            f"the indices; at least {SHORTEST_RECORD} are needed. Choose a later day or prices that reach further back."
        )


def _holding_betas(
    book: Book,
    index: str,
    *,
    estimates: BetaEstimates,
    stated: dict[tuple[str, str], float],
    stale: Collection[str],
) -> list[HoldingBeta]:
    rows = []
    priced = [holding.symbol for holding in book.holdings if holding.is_priced]
    column = {symbol: position for position, symbol in enumerate(priced)}
    for holding in book.holdings:
        symbol = holding.symbol
        if (symbol, index) in stated:
            beta, stderr, shrink, n_observations = stated[symbol, index], None, 0.0, 0
            flags = ["stated_by_user"]
        else:
            position = column[symbol]
            beta = float(estimates.beta[position])
            stderr = float(estimates.stderr[position])
            shrink = float(estimates.shrink_weight[position])
            n_observations = int(estimates.n_observations[position])
            flags = []
            if n_observations < SHORTEST_RECORD:
                flags.append("no_record")
            elif n_observations < FULL_RECORD:
                flags.append("short_record")
            if symbol in stale:
                flags.append("stale_closes")
            if holding.delta is not None:
                flags.append("option_by_delta")
            elif holding.underlying is not None:
                flags.append("by_proxy")
        rows.append(
            HoldingBeta(
                symbol=symbol,
                market_value=holding.market_value,
                exposure_value=holding.exposure_value,
                delta=holding.delta,
                index=index,
                beta=beta,
                stderr=stderr,
                shrink_weight=shrink,
                n_observations=n_observations,
                flags=tuple(flags),
            )
        )
    return rows


def _unhedgeable_share(gains: FloatArray, indices: FloatArray) -> float:
    known = np.isfinite(gains)
    weights = age_weights(gains.size, 126.0)[known]
    joint = weighted_covariance(np.column_stack([indices[known], gains[known]]), weights)
    if not joint[-1, -1] > 0:
        return 0.0
    explained = joint[-1, :-1] @ np.linalg.lstsq(joint[:-1, :-1], joint[:-1, -1], rcond=None)[0]
    return float(np.clip(1.0 - explained / joint[-1, -1], 0.0, 1.0))


def _notes(
    book: Book,
    rows: Sequence[HoldingBeta],
    paired: PairedReturns,
) -> list[Note]:
    notes = []
    if book.excluded:
        names = ", ".join(f"{each.symbol} ({each.reason})" for each in book.excluded)
        known = [abs(each.market_value) for each in book.excluded if each.market_value is not None]
        whole = book.gross_value + abs(book.cash) + sum(known)
        share = f", {sum(known) / whole:.1%} of the value in the file" if whole > 0 and known else ""
        notes.append(Note(code="holdings_excluded", message=f"Not hedged{share}: {names}."))
    unpriced = [holding.symbol for holding in book.holdings if not holding.is_priced]
    if unpriced:
        notes.append(
            Note(
                code="valued_by_file",
                message=(
                    f"No price is known for {', '.join(unpriced)}: the file's value is used, and they are assumed to "
                    "move as their stated beta says, without a risk of their own."
                ),
            )
        )
    short = sorted({row.symbol for row in rows if {"short_record", "no_record"} & set(row.flags)})
    if short:
        notes.append(
            Note(
                code="short_records",
                message=(
                    f"Less than a year of prices for {', '.join(short)}: their betas lean towards 1, "
                    "and the interval is wider for it."
                ),
            )
        )
    stale = sorted({row.symbol for row in rows if "stale_closes" in row.flags})
    if stale:
        notes.append(
            Note(
                code="stale_closes",
                message=f"Closes that stood still for days were not used for the betas of {', '.join(stale)}.",
            )
        )
    if paired.n_dropped_sessions:
        notes.append(
            Note(
                code="index_sessions_missing",
                message=(
                    f"{paired.n_dropped_sessions} sessions lack the close of an index; "
                    "the returns around them span the gap for all alike."
                ),
            )
        )
    return notes


def _note_left_out(indices: Sequence[Index], measured: Sequence[Index]) -> list[Note]:
    left_out = [index.title for index in indices if index not in measured]
    if not left_out:
        return []
    return [
        Note(
            code="indices_not_measured",
            message=f"The prices have no current level of {', '.join(left_out)}, so no hedge with it was considered.",
        )
    ]
