"""Made-up markets and portfolios whose answers are known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from books import make_book, make_position

from hedger.market import Prices


def make_sessions(n_sessions, last="2026-08-21"):
    return np.busday_offset(last, np.arange(1 - n_sessions, 1), roll="backward")


def make_index_returns(rng, n_sessions, n_indices=1):
    """Fat-tailed returns with calm and wild spans, as a market has them."""
    volatility = 0.01 * np.exp(0.5 * np.sin(np.arange(n_sessions) / 40.0))
    common = rng.standard_t(5, n_sessions) * volatility / np.sqrt(5 / 3)
    own = rng.normal(0.0, 0.004, (n_sessions, n_indices))
    return np.clip(common[:, None] + (own if n_indices > 1 else 0.0), -0.2, 0.2)


def to_closes(returns, first=100.0):
    """Closes that begin one session before the first return."""
    return first * np.concatenate([np.ones((1, *returns.shape[1:])), np.cumprod(1.0 + returns, axis=0)])


def make_prices(closes, **changes):
    """Prices from closes by symbol."""
    columns = np.column_stack(list(closes.values()))
    prices = Prices(
        sessions=make_sessions(columns.shape[0]), symbols=tuple(closes), close=columns, source="made-up prices"
    )
    return replace(prices, **changes)


def make_portfolio(*positions, **quantities):
    stocks = tuple(make_position(symbol, quantity) for symbol, quantity in quantities.items())
    return replace(make_book(), positions=(*positions, *stocks))
