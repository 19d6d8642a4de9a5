"""What each position is worth today, and what cannot be valued, by name and reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import Note, SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from hedger.market import Prices
    from hedger.portfolio import Portfolio, Position

OLDEST_PRICE = 5
"""Sessions that a holding's newest close may lie back; an older one is no price."""
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
        Whether the price source has a current close and history for it.
    """

    symbol: str
    quantity: float | None
    price: float | None
    market_value: float
    is_priced: bool


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
        Root and signed number of contracts of index futures that the file holds.
    excluded
        What could not be used.
    notes
        Doubts about the valuation.
    """

    holdings: tuple[Holding, ...]
    cash: float
    futures: tuple[tuple[str, int], ...]
    excluded: tuple[Excluded, ...]
    notes: tuple[Note, ...]

    @property
    def market_value(self) -> float:
        """Net value of holdings and cash, USD."""
        return sum(holding.market_value for holding in self.holdings) + self.cash

    @property
    def gross_value(self) -> float:
        """Sum of the holdings' absolute values, USD."""
        return sum(abs(holding.market_value) for holding in self.holdings)

    @property
    def beta_base(self) -> float:
        """The value that betas refer to, USD, positive.

        The net value, unless it is below :data:`LEAST_EQUITY` of gross: then no broker would carry the book on
        it, the file must lack cash, and the gross value is the base.
        """
        net, gross = self.market_value, self.gross_value
        return net if net >= LEAST_EQUITY * gross and net > 0 else gross


def value_holdings(
    portfolio: Portfolio,
    prices: Prices,
    *,
    futures_roots: Collection[str],
    valued_by_file: Collection[str] = (),
    portfolio_value: float | None = None,
) -> Book:
    """Value every position at the newest close, or say why it cannot be valued.

    Parameters
    ----------
    portfolio
        As read.
    prices
        Up to the day of the advice; a symbol's close may lie at most :data:`OLDEST_PRICE` sessions back.
    futures_roots
        Roots of the index futures that count as existing hedge positions.
    valued_by_file
        Symbols that may be valued by the file when no price is known, because their beta is given.
    portfolio_value
        USD that the weights of a file with weights only refer to.

    Raises
    ------
    SettingsError
        When the file gives weights only and `portfolio_value` is missing.
    """
    newest, stale = _newest_closes(prices)
    holdings: dict[str, Holding] = {}
    cash, futures, excluded = 0.0, dict[str, int](), list[Excluded]()
    priced: list[Position] = []
    for position in portfolio.positions:
        reason = _reason_to_exclude(position, futures_roots)
        if reason is not None:
            excluded.append(_exclude(position, reason))
        elif position.asset_class == "cash":
            cash += _file_value(position, portfolio_value)
        elif position.asset_class == "future":
            root = position.underlying or position.symbol
            futures[root] = futures.get(root, 0) + int(position.quantity or 0.0)
        elif position.symbol in newest:
            valued = _at_close(position, newest[position.symbol], portfolio_value)
            holdings[position.symbol] = _merged(holdings.get(position.symbol), valued)
            priced.append(position)
        elif position.symbol in valued_by_file and _has_value(position):
            valued = _at_file_value(position, portfolio_value)
            holdings[position.symbol] = _merged(holdings.get(position.symbol), valued)
        else:
            why = stale.get(position.symbol) or dict(prices.missing).get(position.symbol)
            excluded.append(_exclude(position, why or "the price source does not know it"))
    book = Book(
        holdings=tuple(holdings.values()),
        cash=cash,
        futures=tuple(futures.items()),
        excluded=tuple(excluded),
        notes=tuple(_doubts(priced, newest)),
    )
    if book.holdings and book.beta_base != book.market_value:
        book = replace(book, notes=(*book.notes, _gross_base_note(book)))
    return book


def _newest_closes(prices: Prices) -> tuple[dict[str, float], dict[str, str]]:
    """Return the newest usable close by symbol, and the reason for each symbol whose newest close is too old."""
    newest, stale = dict[str, float](), dict[str, str]()
    n_sessions = prices.sessions.size
    for position, symbol in enumerate(prices.symbols):
        traded = np.flatnonzero(np.isfinite(prices.close[:, position]))
        if traded.size == 0:
            continue
        last = int(traded[-1])
        if n_sessions - 1 - last <= OLDEST_PRICE:
            newest[symbol] = float(prices.close[last, position])
        else:
            stale[symbol] = f"its last price is of {prices.sessions[last]}, too old to use"
    return newest, stale


def _reason_to_exclude(position: Position, futures_roots: Collection[str]) -> str | None:
    if position.currency != "USD":
        return f"it is held in {position.currency}; only USD is supported"
    if position.asset_class == "option":
        return "options are not valued in this version"
    if position.asset_class == "future":
        if (position.underlying or position.symbol) not in futures_roots:
            return "it is not a US equity index future"
        if position.quantity is None or position.quantity % 1:
            return "the file does not tell a whole number of contracts"
    if position.quantity is None and not _has_value(position):
        return "the file tells neither its quantity nor its value"
    return None


def _exclude(position: Position, reason: str) -> Excluded:
    in_dollars = position.market_value if position.currency == "USD" else None
    return Excluded(symbol=position.symbol, market_value=in_dollars, reason=reason)


def _has_value(position: Position) -> bool:
    return position.market_value is not None or position.weight is not None


def _require_value(portfolio_value: float | None) -> float:
    if portfolio_value is None:
        raise SettingsError(
            "The file gives weights only, so the size of the hedge is unknown. "
            "Say what the portfolio is worth, for example --portfolio-value 250000."
        )
    return portfolio_value


def _file_value(position: Position, portfolio_value: float | None) -> float:
    if position.market_value is not None:
        return position.market_value
    if position.weight is not None:
        return position.weight * _require_value(portfolio_value)
    return position.quantity or 0.0  # of cash, a quantity is an amount


def _at_file_value(position: Position, portfolio_value: float | None) -> Holding:
    return Holding(
        symbol=position.symbol,
        quantity=position.quantity,
        price=None,
        market_value=_file_value(position, portfolio_value),
        is_priced=False,
    )


def _at_close(position: Position, close: float, portfolio_value: float | None) -> Holding:
    quantity = position.quantity if position.quantity is not None else _file_value(position, portfolio_value) / close
    return Holding(
        symbol=position.symbol,
        quantity=quantity,
        price=close,
        market_value=quantity * close,
        is_priced=True,
    )


def _merged(one: Holding | None, other: Holding) -> Holding:
    if one is None:
        return other
    known = one.quantity is not None and other.quantity is not None
    return Holding(
        symbol=one.symbol,
        quantity=(one.quantity or 0.0) + (other.quantity or 0.0) if known else None,
        price=one.price,
        market_value=one.market_value + other.market_value,
        is_priced=one.is_priced,
    )


def _doubts(positions: Sequence[Position], newest: Mapping[str, float]) -> Iterable[Note]:
    differing = [
        f"{position.symbol} ({position.price:,.2f} in the file, {newest[position.symbol]:,.2f} now)"
        for position in positions
        if position.price is not None
        and position.quantity
        and not 0.5 <= position.price / newest[position.symbol] <= 2.0
    ]
    if differing:
        yield Note(
            code="price_differs_from_file",
            message=(
                f"Prices far from the file's: {_first_few(differing)}. A split since the file was made, or another "
                "security under the same symbol, may be behind it; check these quantities."
            ),
        )
    by_value = [position.symbol for position in positions if position.quantity is None and position.weight is None]
    if by_value:
        yield Note(
            code="quantity_from_value",
            message=f"The file gives a value but no quantity for {_first_few(by_value)}; the value is used as it is.",
        )


def _first_few(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _gross_base_note(book: Book) -> Note:
    return Note(
        code="beta_on_gross_value",
        message=(
            f"The file's net value (${book.market_value:,.0f}) is small or negative beside its gross value "
            f"(${book.gross_value:,.0f}), so betas are per dollar of gross value. "
            "Add the account's cash to the file for betas on equity; the contracts stay the same."
        ),
    )
