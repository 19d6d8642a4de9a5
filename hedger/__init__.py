"""Hedge a portfolio of US stocks with the best whole number of index futures, and know how sure that is.

>>> from datetime import date
>>> import hedger
>>> portfolio = hedger.read_portfolio("sample_portfolios/technology.csv", as_of=date(2026, 8, 21))
>>> advice = hedger.advise(portfolio, settings=hedger.Settings(hedge=0.5))
>>> [(order.quote.code, order.quantity) for order in advice.plan.orders]
[('NQU6', -2), ('MNQU6', -2)]
"""

from hedger.advice import Advice, advise
from hedger.errors import HedgerError
from hedger.market import FileSource, Prices, PriceSource, SnapshotSource
from hedger.portfolio import Portfolio, read_portfolio, to_portfolio
from hedger.report import plan_document, to_json
from hedger.settings import Settings, read_settings
from hedger.version import __version__

__all__ = [
    "Advice",
    "FileSource",
    "HedgerError",
    "Portfolio",
    "PriceSource",
    "Prices",
    "Settings",
    "SnapshotSource",
    "__version__",
    "advise",
    "plan_document",
    "read_portfolio",
    "read_settings",
    "to_json",
    "to_portfolio",
]
