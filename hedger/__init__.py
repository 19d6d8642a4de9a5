"""Hedge a portfolio of US stocks with the best whole number of index futures, and know how sure that is.

>>> import hedger
>>> portfolio = hedger.read_portfolio("sample_portfolios/technology.csv")
>>> advice = hedger.advise(portfolio, settings=hedger.Settings(hedge=0.5))
>>> print(hedger.to_json(hedger.plan_document(advice)))  # doctest: +SKIP
"""

from hedger.advice import Advice, advise
from hedger.errors import HedgerError
from hedger.market import FileSource, Prices, PriceSource, SnapshotSource
from hedger.portfolio import Portfolio, read_portfolio
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
]
