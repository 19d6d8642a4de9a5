"""Live prices from Yahoo Finance: asked for in a process of its own, checked, cached, and converted to USD."""

from hedger.market.yahoo.source import YahooSource
from hedger.market.yahoo.updating import CacheStatus, PriceUpdate, StoredSymbol, read_cache_status, update_prices

__all__ = ["CacheStatus", "PriceUpdate", "StoredSymbol", "YahooSource", "read_cache_status", "update_prices"]
