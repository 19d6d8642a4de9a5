"""What is doubtful about the inputs of advice: how old prices are, which estimator is used, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.errors import Note
from hedger.exposure import ESTIMATORS, load_forecast_errors
from hedger.market import rate_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from hedger.exposure import Book
    from hedger.market import Prices

FRESH_FOR = 4
"""Calendar days of age from which a plan says that its prices are not of today: a long weekend is no news."""


def doubt_age(prices: Prices, *, age_days: int, is_past: bool) -> Iterator[Note]:
    """Say so when prices are old, or adjusted for what came after them.

    Parameters
    ----------
    prices
        All that was used.
    age_days
        Calendar days from their newest session to today.
    is_past
        Whether the source goes on after them.
    """
    if age_days > FRESH_FOR:
        yield Note(
            code="prices_are_old",
            message=(
                f"The prices ({prices.source}) end on {prices.last_session}, {age_days} days ago. "
                "This shows how the plan works; do not trade it. Bring today's prices with --prices."
            ),
        )
    if is_past:
        yield Note(
            code="adjusted_prices",
            message=(
                "The prices are adjusted for later splits and dividends, so holdings are worth less here than they "
                f"were on {prices.last_session}. Betas and shares of value are right, dollar amounts are too low."
            ),
        )


def doubt_estimator(name: str) -> Iterator[Note]:
    """Say so when an estimator foretells betas worse than the default does."""
    ratios = load_forecast_errors()
    default = next(iter(ESTIMATORS))
    if ratios[name] > ratios[default]:
        yield Note(
            code="estimator_forecasts_worse",
            message=(
                f"The estimator {name} foretells a stock's beta of the next quarter with {ratios[name]:.2f} times the "
                f"error of one-year least squares, the default ({default}) with {ratios[default]:.2f} times, on US "
                "stocks 2008 to 2025."
            ),
        )


def doubt_interest(book: Book, as_of: date) -> Iterator[Note]:
    """Say so when options were valued without interest, because none is known so long ago."""
    if rate_on(as_of) is None and any(holding.delta is not None for holding in book.holdings):
        yield Note(
            code="options_without_interest",
            message=(
                f"No interest rate is known for {as_of}, so options are valued without interest: deltas of calls come "
                "out too low, those of puts too far below zero."
            ),
        )


def doubt_levels(prices: Prices, levels: Prices) -> Iterator[Note]:
    """Say so when index levels of long ago come from the shipped snapshot and not from the user's prices.

    Parameters
    ----------
    prices
        That everything else was measured on.
    levels
        That crises are replayed on; `prices` themselves where these reach back far enough.
    """
    if levels is not prices:
        yield Note(
            code="levels_from_snapshot",
            message=(
                f"The prices ({prices.source}) begin on {prices.first_session}, after some of the crises; these are "
                "replayed on the index levels of the shipped snapshot."
            ),
        )
