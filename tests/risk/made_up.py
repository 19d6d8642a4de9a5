"""Exposures and plans whose figures can be worked out by hand."""

from datetime import date

import numpy as np

from hedger.contracts import BrokerMargin, quote_contracts, select_contracts
from hedger.exposure import Book, Exposure, Holding, HoldingBeta, IndexBeta
from hedger.hedge import HedgePolicy, solve_hedge

TODAY = date(2026, 8, 21)
LEVELS = {"sp500": 6000.0, "nasdaq100": 20_000.0}
COVARIANCE = np.array([[0.0256, 0.0288], [0.0288, 0.04]])
MARGINS = (
    BrokerMargin(symbol="ES", initial=22_000.0, maintenance=20_000.0, as_of=TODAY, source="made up"),
    BrokerMargin(symbol="MES", initial=2_200.0, maintenance=2_000.0, as_of=TODAY, source="made up"),
    BrokerMargin(symbol="NQ", initial=33_000.0, maintenance=30_000.0, as_of=TODAY, source="made up"),
    BrokerMargin(symbol="MNQ", initial=3_300.0, maintenance=3_000.0, as_of=TODAY, source="made up"),
)


def make_exposure(
    *, holdings=(("AAA", 600_000.0, 1.2), ("BBB", 400_000.0, 1.2)), cash=0.0, r_squared=0.9, unhedgeable=0.2
):
    """Return the exposure of a book whose holdings have one beta each, the same to both indices."""
    rng = np.random.default_rng(7)
    returns = rng.multivariate_normal([0.0, 0.0], COVARIANCE / 252, 1260)
    value = sum(amount for _, amount, _ in holdings)
    beta_dollars = sum(amount * beta for _, amount, beta in holdings)
    book = Book(
        holdings=tuple(
            Holding(
                symbol=symbol,
                quantity=amount / 100.0,
                price=100.0,
                market_value=amount,
                exposure_value=amount,
                is_priced=True,
            )
            for symbol, amount, _ in holdings
        ),
        cash=cash,
        futures=(),
        excluded=(),
        notes=(),
    )
    base = book.beta_base
    by_index = tuple(
        IndexBeta(
            index=index,
            level=level,
            beta=beta_dollars / base,
            stderr=0.02,
            low=beta_dollars / base - 0.3,
            high=beta_dollars / base + 0.3,
            low_21=beta_dollars / base - 0.4,
            high_21=beta_dollars / base + 0.4,
            stderr_drift=0.1,
            r_squared=explained,
            beta_dollars=beta_dollars,
        )
        for (index, level), explained in zip(LEVELS.items(), (r_squared, r_squared - 0.1), strict=True)
    )
    by_holding = tuple(
        HoldingBeta(
            symbol=symbol,
            market_value=amount,
            exposure_value=amount,
            index=index,
            beta=beta,
            delta=None,
            stderr=0.1,
            low=beta - 0.5,
            high=beta + 0.5,
            shrink_weight=0.0,
            n_observations=756,
            flags=(),
        )
        for index in LEVELS
        for symbol, amount, beta in holdings
    )
    return Exposure(
        book=book,
        by_index=by_index,
        by_holding=by_holding,
        covariance=COVARIANCE,
        sessions=np.datetime64("2026-08-21") - np.arange(1259, -1, -1),
        gains=value * (returns @ [0.8, 0.3] + rng.normal(0.0, 0.003, 1260)),
        index_returns=returns,
        unhedgeable_share=unhedgeable,
        notes=(),
    )


def make_plan(exposure, *, margins=MARGINS, **policy):
    """Return the best plan in ES, MES, NQ and MNQ with made-up margins, in one index unless `legs` is stated."""
    contracts = select_contracts(TODAY, symbols=("ES", "MES", "NQ", "MNQ"))
    prices = {contract.symbol: (LEVELS[contract.index], "made up") for contract in contracts}
    quotes = quote_contracts(contracts, as_of=TODAY, prices=prices, broker_margins=margins)
    return solve_hedge(exposure, quotes, HedgePolicy(**{"legs": 1, **policy}))
