"""Symbols become prices: shipped snapshot, user's file and Yahoo Finance behind one protocol; rates, fair values.

What asks Yahoo Finance is imported at its first use: plans on other prices start faster without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hedger.market.currency import CurrencyUnit, to_unit
from hedger.market.fair_value import fair_value
from hedger.market.futures import FuturesCloses, load_futures
from hedger.market.price_file import FileSource
from hedger.market.prices import SNAPSHOT, YAHOO, Prices, PriceSource
from hedger.market.rates import DatedRate, RateSeries, dividend_yield_on, load_rates, rate_on
from hedger.market.snapshot import SnapshotSource
from hedger.market.sources import open_source

if TYPE_CHECKING:
    from hedger.market.yahoo import (
        CacheStatus,
        PriceUpdate,
        StoredSymbol,
        YahooSource,
        read_cache_status,
        update_prices,
    )

__all__ = [
    "SNAPSHOT",
    "YAHOO",
    "CacheStatus",
    "CurrencyUnit",
    "DatedRate",
    "FileSource",
    "FuturesCloses",
    "PriceSource",
    "PriceUpdate",
    "Prices",
    "RateSeries",
    "SnapshotSource",
    "StoredSymbol",
    "YahooSource",
    "dividend_yield_on",
    "fair_value",
    "load_futures",
    "load_rates",
    "open_source",
    "rate_on",
    "read_cache_status",
    "to_unit",
    "update_prices",
]

_LIVE = {"CacheStatus", "PriceUpdate", "StoredSymbol", "YahooSource", "read_cache_status", "update_prices"}


def __getattr__(name: str) -> object:
    if name in _LIVE:
        return getattr(import_module("hedger.market.yahoo"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
