"""A portfolio at today's prices: holdings, cash, futures, and what could not be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedger.errors import Note
    from hedger.exposure.held_futures import HeldFuture

LEAST_EQUITY = 0.15
"""Net value as a share of gross below which the file cannot be showing all of the equity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One symbol over all accounts, valued.

    Parameters
    ----------
    symbol
        Yahoo symbol.
    quantity
        Shares, negative = short; ``None`` where the file gives a value only and no price is known.
    price
        Newest close, USD; ``None`` for a holding valued by the file.
    market_value
        USD, signed.
    is_priced
        Whether the price source has a current close and history for it, or for the underlying of an option.
    underlying
        Yahoo symbol of what an option is on, or of the proxy that the user names for a holding without prices.
    delta
        Of an option: shares of the underlying that one option on one share stands for.
    exposure_value
        USD that move with the symbol or its underlying: for an option delta times the value of the underlying, for
        everything else the market value.
    """

    symbol: str
    quantity: float | None
    price: float | None
    market_value: float
    is_priced: bool
    exposure_value: float
    underlying: str | None = None
    delta: float | None = None

    @property
    def moves_with(self) -> str:
        """Symbol whose returns the exposure follows."""
        return self.underlying or self.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A position that is not part of the hedged book.

    Parameters
    ----------
    symbol
        As read from the file.
    market_value
        What the file says it is worth, USD; ``None`` where it does not say.
    reason
        Why, in words that end without a full stop.
    """

    symbol: str
    market_value: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A portfolio at today's prices.

    Parameters
    ----------
    holdings
        One per symbol, in the order of the file.
    cash
        USD.
    futures
        Index futures that the file holds and that still trade, each month once.
    excluded
        What could not be used.
    notes
        Doubts about the valuation.
    """

    holdings: tuple[Holding, ...]
    cash: float
    futures: tuple[HeldFuture, ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[Note, ...]

    @property
    def market_value(self) -> float:
        """Net value of holdings and cash, USD."""
        return sum(holding.market_value for holding in self.holdings) + self.cash

    @property
    def gross_value(self) -> float:
        """Sum of the holdings' absolute values, USD; options count with their exposure."""
        return sum(abs(holding.exposure_value) for holding in self.holdings)

    @property
    def futures_by_root(self) -> dict[str, int]:
        """Signed number of contracts that the file holds, by root, whatever their month."""
        totals: dict[str, int] = {}
        for each in self.futures:
            totals[each.future.symbol] = totals.get(each.future.symbol, 0) + each.quantity
        return totals

    def share_left_out(self, excluded: Excluded) -> float | None:
        """Return a position that is not hedged as a share of the file's value; ``None`` where its value is not told."""
        known = sum(abs(each.market_value) for each in self.excluded if each.market_value is not None)
        whole = self.gross_value + abs(self.cash) + known
        return None if excluded.market_value is None or whole <= 0 else abs(excluded.market_value) / whole

    @property
    def beta_base(self) -> float:
        """The value that betas refer to, USD, positive.

        The net value, unless it is below :data:`LEAST_EQUITY` of gross: then no broker would carry the book on
        it, the file must lack cash, and the gross value is the base. A book without any value has betas of zero on
        every base; its base is one dollar.
        """
        net, gross = self.market_value, self.gross_value
        return net if net >= LEAST_EQUITY * gross and net > 0 else gross or 1.0
