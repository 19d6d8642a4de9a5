"""A past made by hand: business days, two indices, a few stocks with betas that are known because they were chosen."""

from __future__ import annotations

from datetime import date

import numpy as np

from hedger.contracts import INDICES, quote_contracts, select_contracts
from hedger.evidence import assess_evidence
from hedger.exposure import ESTIMATORS, measure_exposure
from hedger.hedge import HedgePolicy
from hedger.market import Prices
from hedger.portfolio import to_portfolio

LAST_DAY = date(2026, 8, 21)
BETAS = {"AAA": 1.3, "BBB": 0.7, "CCC": 1.0}
ROOTS = ("ES", "MES", "NQ", "MNQ")


def make_closes(*, n_sessions=760, betas=BETAS, noise=0.004, seed=3):
    """Return sessions (business days) and closes by symbol; stocks follow the S&P 500 by their beta plus noise."""
    rng = np.random.default_rng(seed)
    sessions = np.busday_offset(np.datetime64(LAST_DAY), np.arange(1 - n_sessions, 1))
    sp500 = rng.normal(0.0004, 0.01, n_sessions - 1)
    moves = {"^GSPC": sp500, "^NDX": 1.2 * sp500 + rng.normal(0.0, 0.006, n_sessions - 1)}
    moves |= {symbol: beta * sp500 + rng.normal(0.0, noise, n_sessions - 1) for symbol, beta in betas.items()}
    starts = {"^GSPC": 5000.0, "^NDX": 18_000.0}
    closes = {
        symbol: starts.get(symbol, 100.0) * np.cumprod(np.concatenate([[1.0], 1.0 + each]))
        for symbol, each in moves.items()
    }
    return sessions, closes


def make_prices(sessions, closes):
    return Prices(
        sessions=sessions, symbols=tuple(closes), close=np.column_stack(list(closes.values())), source="made up"
    )


def make_exposure(prices, quantities=None, *, cash=None, overrides=(), estimator="two-speed"):
    held = quantities or dict.fromkeys(BETAS, 4000.0)
    return measure_exposure(
        to_portfolio(held, cash=cash),
        prices,
        indices=[index for index in INDICES if index.symbol in prices.symbols],
        estimator=ESTIMATORS[estimator],
        overrides=overrides,
    )


def make_quotes(exposure, roots=ROOTS):
    contracts = [each for each in select_contracts(LAST_DAY, symbols=roots) if each.index in exposure.indices]
    prices = {each.symbol: (exposure.of(each.index).level, "made up") for each in contracts}
    return quote_contracts(contracts, as_of=LAST_DAY, prices=prices)


def assess(prices, policy=None, *, quantities=None, cash=None, years=10, overrides=(), **named):
    """Return the evidence for a book of three stocks, unless others are named."""
    exposure = make_exposure(prices, quantities, cash=cash, overrides=overrides)
    quotes = named.pop("quotes", None) or make_quotes(exposure)
    return assess_evidence(
        exposure,
        prices,
        quotes,
        policy or HedgePolicy(legs=1),
        estimator=named.pop("estimator", "two-speed"),
        estimators=ESTIMATORS,
        years=years,
        **named,
    )
