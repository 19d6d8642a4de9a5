"""Symbols become prices: the shipped snapshot and a user's file, behind one protocol; rates and fair values."""

from hedger.market.fair_value import fair_value
from hedger.market.price_file import FileSource
from hedger.market.prices import Prices, PriceSource
from hedger.market.rates import DatedRate, RateSeries, dividend_yield_on, load_rates, rate_on
from hedger.market.snapshot import SnapshotSource
from hedger.market.sources import open_source

__all__ = [
    "DatedRate",
    "FileSource",
    "PriceSource",
    "Prices",
    "RateSeries",
    "SnapshotSource",
    "dividend_yield_on",
    "fair_value",
    "load_rates",
    "open_source",
    "rate_on",
]
