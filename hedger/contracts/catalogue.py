"""Index futures as the exchanges list them, by date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Size = Literal["standard", "e-mini", "micro", "spot-quoted"]
SIZES: tuple[Size, ...] = ("standard", "e-mini", "micro", "spot-quoted")
"""Contract sizes, largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A share index that futures are listed on.

    Parameters
    ----------
    name
        Name in settings and JSON, such as ``"sp500"``.
    title
        Name for people, such as ``"S&P 500"``.
    symbol
        Yahoo symbol of the series that stands for the index, such as ``"^GSPC"``.
    dividend_etf
        Exchange-traded fund whose distribution yield stands for the index' dividend yield.
    """

    name: str
    title: str
    symbol: str
    dividend_etf: str


INDICES: tuple[Index, ...] = (
    Index(name="sp500", title="S&P 500", symbol="^GSPC", dividend_etf="SPY"),
    Index(name="nasdaq100", title="Nasdaq-100", symbol="^NDX", dividend_etf="QQQ"),
    Index(name="dow30", title="Dow", symbol="^DJI", dividend_etf="DIA"),
    Index(name="russell2000", title="Russell 2000", symbol="^RUT", dividend_etf="IWM"),
    Index(name="midcap400", title="S&P MidCap 400", symbol="MDY", dividend_etf="MDY"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesContract:
    """One contract of the catalogue during one span of its listing.

    A contract whose multiplier changed (the S&P 500 future in 1997) stands in the catalogue once per span.

    Parameters
    ----------
    symbol
        Root, such as ``"MES"``.
    name
        Exchange's name.
    index
        Name of the :class:`Index`.
    size
        One of :data:`SIZES`.
    exchange
        Exchange whose rules apply, such as ``"CME"``.
    multiplier
        USD per index point.
    tick_size, spread_tick_size
        Smallest move of an outright and of a calendar spread, in points; ``None`` where no source tells it.
    months
        Month letters of the listed expiries, such as ``"HMUZ"``.
    listed, delisted
        First and last day of trading of the span; ``delisted`` is ``None`` while it trades.
    half_spread
        Half of the usual bid-ask spread in points; ``None`` where no source tells it.
    source, confidence, remark
        Where the row comes from, how sure it is, and what a reader should know.
    """

    symbol: str
    name: str
    index: str
    size: Size
    exchange: str
    multiplier: float
    tick_size: float | None
    spread_tick_size: float | None
    months: str
    listed: date
    delisted: date | None
    half_spread: float | None
    source: str
    confidence: str
    remark: str

    @property
    def tick_value(self) -> float | None:
        """Value of one tick in USD."""
        return None if self.tick_size is None else self.tick_size * self.multiplier

    def is_listed(self, as_of: date) -> bool:
        """Tell whether the contract traded on `as_of`."""
        return self.listed <= as_of and (self.delisted is None or as_of <= self.delisted)
