r"""How a portfolio moves with the indices, and how sure that is.

**Beta.** Every holding's beta to every index comes from an estimator on daily returns; the portfolio's is the
value-weighted sum. Its standard error comes from the portfolio's own residual at today's weights, because the
holdings' residuals are correlated.

**Interval.** It is for the beta that will be realised over the next 63 sessions, and one for the next 21:
:mod:`hedger.exposure.interval`. Short records widen both by their own standard errors.

**Indices.** Each is measured on the sessions that it has: one that is young or lacks many closes shortens nothing of
the others (:mod:`hedger.exposure.returns`), and joins their covariance by its regression on them.

**Reference index.** The one whose single-index hedge would have removed most variance (weighted R-squared,
half-life 126 sessions over five years).

**A book without exposure**, of cash alone or of holdings that cancel each other out, has a beta of zero to every index.

**Holdings without prices.** Where the user states their betas they are valued by the file, and in past sessions they
move with the index that explains the other holdings best, by their stated beta to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import Note, PricesUnavailableError, SettingsError
from hedger.exposure.measured_book import measure_book
from hedger.exposure.regression import SHORTEST_RECORD
from hedger.exposure.returns import pair_returns
from hedger.exposure.valuation import value_holdings
from hedger.wording import FEW, name_some

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from hedger.contracts import Index
    from hedger.exposure.book import Book, Excluded
    from hedger.exposure.estimators import BetaEstimator
    from hedger.exposure.exposure import BetaOverride, Exposure
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
    as_of: date | None = None,
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
        Those wanted; one that `prices` does not have at its last session is left out, and so is one of which fewer
        than :data:`~hedger.exposure.regression.SHORTEST_RECORD` returns are known where others have more.
    estimator
        Of single betas.
    overrides
        Betas stated by the user.
    as_of, proxies, portfolio_value, rate
        As :func:`value_holdings` has them.

    Raises
    ------
    PricesUnavailableError
        When no index has a current price, or there are holdings and none of them has one.
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
        as_of=as_of,
        valued_by_file={symbol for symbol, _ in stated},
        proxies=proxies,
        portfolio_value=portfolio_value,
        rate=rate,
    )
    _require_holdings(book, stated, portfolio, [index.name for index in measured], proxies or ())
    moving = [holding.moves_with for holding in book.holdings if holding.is_priced]
    paired = pair_returns(prices, moving, [index.symbol for index in measured], lookback=LOOKBACK)
    is_enough = np.isfinite(paired.indices).sum(axis=0) >= min(SHORTEST_RECORD, paired.sessions.size)
    measured = [index for index, enough in zip(measured, is_enough.tolist(), strict=True) if enough]
    paired = paired.only_indices(is_enough)
    levels = {index.name: float(prices.close[-1, prices.symbols.index(index.symbol)]) for index in measured}
    exposure = measure_book(book, paired, levels=levels, estimator=estimator, stated=stated)
    return replace(exposure, notes=(*prices.notes, *exposure.notes, *_note_left_out(indices, measured)))


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


def _word_reasons(excluded: Sequence[Excluded]) -> str:
    """Say why positions are left out, those with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for each in excluded:
        by_reason.setdefault(each.reason, []).append(each.symbol)
    told = [f"{name_some(symbols, FEW)}: {reason}" for reason, symbols in by_reason.items()][:FEW]
    n_untold = sum(len(symbols) for symbols in list(by_reason.values())[FEW:])
    return "; ".join([*told, f"and {n_untold:,} more for other reasons"] if n_untold else told)


def _require_holdings(
    book: Book,
    stated: dict[tuple[str, str], float],
    portfolio: Portfolio,
    indices: Sequence[str],
    proxied: Collection[str],
) -> None:
    held = {position.symbol for position in portfolio.positions}
    unknown = sorted(({symbol for symbol, _ in stated} | set(proxied)) - held)
    if unknown:
        raise SettingsError(
            f"A beta or a proxy is stated for {', '.join(unknown)}, which the portfolio does not hold. "
            "Write the symbol as `hedger holdings` shows it."
        )
    if (book.holdings or book.excluded) and not any(holding.is_priced for holding in book.holdings):
        left_out = _word_reasons(book.excluded)
        raise PricesUnavailableError(
            "No holding of the portfolio has a current price, so there is nothing to hedge"
            + (f" ({left_out})" if left_out else "")
            + ". Choose a later day where their prices begin after this one, or use --prices yahoo, or --prices with a "
            "file that has a column for them.",
            [each.symbol for each in book.excluded],
        )
    for holding in book.holdings:
        if not holding.is_priced and any((holding.symbol, index) not in stated for index in indices):
            raise SettingsError(
                f"{holding.symbol} has no price history, and its beta is not stated for every index. "
                f"State it for all: --beta {holding.symbol}=1.0."
            )


def _note_left_out(indices: Sequence[Index], measured: Sequence[Index]) -> list[Note]:
    left_out = [index.title for index in indices if index not in measured]
    if not left_out:
        return []
    return [
        Note(
            code="indices_not_measured",
            message=(
                f"The prices have no current level or hardly any history of {', '.join(left_out)}, so no hedge with "
                "them was considered."
            ),
        )
    ]
