"""What each position is worth today, and what cannot be valued, by name and reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import Note, SettingsError
from hedger.exposure.book import Book, Excluded, Holding
from hedger.exposure.currencies import rate_symbols, to_dollars
from hedger.exposure.held_futures import HeldFuture, add_up, doubt_months, to_held_future
from hedger.exposure.options import own_volatility, reason_not_to_value, value_option
from hedger.market import to_unit
from hedger.portfolio import find_index_part
from hedger.wording import FEW, name_some

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from hedger.market import Prices
    from hedger.portfolio import Portfolio, Position

OLDEST_PRICE = 5
"""Sessions that a holding's newest close may lie back; an older one is no price."""


_NOT_PRICED = ("cash", "future", "bond")


def symbols_to_price(positions: Iterable[Position]) -> tuple[str, ...]:
    """Return the symbols whose prices tell what positions are worth, each once: shares, underlyings, exchange rates."""
    positions = tuple(positions)
    priced = [position for position in positions if position.asset_class not in _NOT_PRICED]
    symbols = [
        find_index_part(position.underlying or position.symbol).symbol
        if position.asset_class == "option"
        else position.symbol
        for position in priced
    ]
    return tuple(dict.fromkeys([*symbols, *rate_symbols(positions)]))


def value_holdings(
    portfolio: Portfolio,
    prices: Prices,
    *,
    as_of: date | None = None,
    valued_by_file: Collection[str] = (),
    proxies: Mapping[str, str] | None = None,
    portfolio_value: float | None = None,
    rate: float = 0.0,
) -> Book:
    """Value every position at the newest close, or say why it cannot be valued.

    Parameters
    ----------
    portfolio
        As read.
    prices
        Up to the day of the advice; a symbol's close may lie at most :data:`OLDEST_PRICE` sessions back.
    as_of
        Day on which futures must still trade to count as held; the last session of `prices` by default.
    valued_by_file
        Symbols that may be valued by the file when no price is known, because their beta is given.
    proxies
        Symbol by symbol the one whose returns stand for it; the holding is valued at its own close, or by the file.
    portfolio_value
        USD that the weights of a file with weights only refer to.
    rate
        Interest a year, as a fraction, for the deltas of options.

    Raises
    ------
    SettingsError
        When the file gives weights only and `portfolio_value` is missing, or a proxy has no current price.
    """
    newest, stale = _newest_closes(prices)
    known = _Known(
        prices=prices,
        newest=newest,
        stale=stale,
        proxies=dict(proxies or {}),
        valued_by_file=frozenset(valued_by_file),
    )
    positions, conversions = to_dollars(portfolio.positions, newest, prices)
    holdings: dict[str, Holding] = {}
    cash, futures, excluded = 0.0, list[HeldFuture](), list[Excluded]()
    day = as_of or prices.last_session
    priced: list[Position] = []
    for position in positions:
        reason = _reason_to_exclude(position, newest)
        if reason is not None:
            excluded.append(_exclude(position, reason))
        elif position.asset_class == "cash":
            cash += _file_value(position, portfolio_value)
        elif position.asset_class == "future":
            held = _still_held(position, day)
            if isinstance(held, str):
                excluded.append(_exclude(position, held))
            else:
                futures.append(held)
        else:
            valued = _valued(position, known, rate=rate, portfolio_value=portfolio_value)
            if isinstance(valued, str):
                excluded.append(_exclude(position, valued))
            else:
                holdings[position.symbol] = _merged(holdings.get(position.symbol), valued)
                if valued.price is not None and valued.delta is None:
                    priced.append(position)
    book = Book(
        holdings=tuple(holdings.values()),
        cash=cash,
        futures=add_up(futures),
        excluded=tuple(excluded),
        notes=(
            *conversions,
            *doubt_months(add_up(futures), day),
            *_doubts(priced, newest),
            *_option_notes(holdings.values()),
            *_proxy_notes(holdings.values()),
        ),
    )
    if book.gross_value and book.beta_base != book.market_value:
        book = replace(book, notes=(*book.notes, _gross_base_note(book)))
    return book


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What can be told of the value of symbols."""

    prices: Prices
    newest: Mapping[str, float]
    stale: Mapping[str, str]
    proxies: Mapping[str, str]
    valued_by_file: frozenset[str]


def _valued(position: Position, known: _Known, *, rate: float, portfolio_value: float | None) -> Holding | str:
    """Value a position that is neither cash nor a future, or return the reason why it cannot be valued."""
    symbol = position.symbol
    if position.asset_class == "option":
        return _at_delta(position, known, rate)
    if symbol in known.proxies:
        return _at_proxy(position, known, portfolio_value)
    if symbol in known.newest:
        return _at_close(position, known.newest[symbol], portfolio_value)
    if symbol in known.valued_by_file and _has_value(position):
        return _at_file_value(position, portfolio_value)
    return _reason_without_price(symbol, known)


def _reason_without_price(symbol: str, known: _Known) -> str:
    missing = dict(known.prices.missing)
    return known.stale.get(symbol) or missing.get(symbol) or "the price source does not know it"


def _still_held(position: Position, as_of: date) -> HeldFuture | str:
    """Return a future that still trades, or the reason why it does not count."""
    held = to_held_future(position, as_of)
    if isinstance(held, HeldFuture) and held.future.is_gone(as_of):
        return f"it expired on {held.future.last_trading_day}"
    return held


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


def _reason_to_exclude(position: Position, newest: Mapping[str, float]) -> str | None:
    if position.asset_class == "future":
        return None  # its currency, price and value do not matter
    if position.currency != "USD" and not _needs_no_rate(position, newest):
        rate = to_unit(position.currency).rate_symbol
        return (
            f"it is in {position.currency} and the prices at hand lack the exchange rate {rate}, which live prices have"
        )
    if position.quantity is None and not _has_value(position):
        return "the file tells neither its quantity nor its value"
    return None


def _needs_no_rate(position: Position, newest: Mapping[str, float]) -> bool:
    """Tell whether a number of shares listed in New York is told: their close is in USD, whatever the file is in."""
    is_share = position.asset_class in {"stock", "etf", "fund"} and "." not in position.symbol
    return is_share and position.quantity is not None and position.symbol in newest


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
        market_value=(value := _file_value(position, portfolio_value)),
        exposure_value=value,
        is_priced=False,
    )


def _at_close(position: Position, close: float, portfolio_value: float | None) -> Holding:
    quantity = position.quantity if position.quantity is not None else _file_value(position, portfolio_value) / close
    return Holding(
        symbol=position.symbol,
        quantity=quantity,
        price=close,
        market_value=quantity * close,
        exposure_value=quantity * close,
        is_priced=True,
    )


def _at_proxy(position: Position, known: _Known, portfolio_value: float | None) -> Holding | str:
    """Value a holding at its own close or by the file, and let it move with its proxy; or say why not."""
    proxy = known.proxies[position.symbol]
    if proxy not in known.newest:
        raise SettingsError(
            f"There is no current price of {proxy}, the proxy of {position.symbol}: "
            f"{_reason_without_price(proxy, known)}. Correct --proxy, or bring prices that have {proxy} with --prices."
        )
    if position.symbol in known.newest:
        valued = _at_close(position, known.newest[position.symbol], portfolio_value)
    elif _has_value(position):
        valued = _at_file_value(position, portfolio_value)
    else:
        return "the file tells no value of it, so its proxy has nothing to stand for"
    return replace(valued, underlying=proxy, is_priced=True)


def _at_delta(position: Position, known: _Known, rate: float) -> Holding | str:
    """Value an option and weigh it by its delta, or return the reason why not."""
    prices, newest = known.prices, known.newest
    as_of = prices.last_session
    reason = reason_not_to_value(position, as_of)
    (underlying, part), multiplier = find_index_part(position.underlying or ""), position.multiplier or 0.0
    if reason is None and underlying not in newest:
        reason = f"no current price of its underlying {underlying} is known"
    if reason is None and position.quantity is None:
        reason = "the file gives no number of contracts"
    if reason is not None:
        return reason
    close, quantity = newest[underlying] * part, position.quantity or 0.0
    valued = value_option(position, close, as_of=as_of, rate=rate, volatility=own_volatility(prices.column(underlying)))
    if valued is None:
        return f"neither its price nor the history of {underlying} tells a volatility"
    shares = quantity * multiplier
    return Holding(
        symbol=position.symbol,
        quantity=quantity,
        price=valued.price,
        market_value=shares * valued.price,
        exposure_value=shares * valued.delta * close,
        is_priced=True,
        underlying=underlying,
        delta=valued.delta,
    )


def _merged(one: Holding | None, other: Holding) -> Holding:
    if one is None:
        return other
    known = one.quantity is not None and other.quantity is not None
    return replace(
        one,
        quantity=(one.quantity or 0.0) + (other.quantity or 0.0) if known else None,
        market_value=one.market_value + other.market_value,
        exposure_value=one.exposure_value + other.exposure_value,
    )


def _doubts(positions: Sequence[Position], newest: Mapping[str, float]) -> Iterable[Note]:
    differing = [
        f"{position.symbol} ({position.price:,.2f} in the file, {newest[position.symbol]:,.2f} now)"
        for position in positions
        if position.price is not None
        and position.currency == "USD"
        and position.quantity
        and not 0.5 <= position.price / newest[position.symbol] <= 2.0
    ]
    if differing:
        yield Note(
            code="price_differs_from_file",
            message=(
                f"Prices far from the file's: {name_some(differing, FEW)}. A split since the file was made, or another "
                "security under the same symbol, may be behind it; check these quantities."
            ),
        )
    by_value = [position.symbol for position in positions if position.quantity is None and position.weight is None]
    if by_value:
        yield Note(
            code="quantity_from_value",
            message=(
                f"The file gives a value but no quantity for {name_some(by_value, FEW)}; the value is used as it is."
            ),
        )


def _option_notes(holdings: Collection[Holding]) -> Iterable[Note]:
    options = [holding for holding in holdings if holding.delta is not None]
    if options:
        deltas = name_some([f"{holding.symbol} {holding.delta:+.2f}" for holding in options], FEW)
        yield Note(
            code="options_by_delta",
            message=(
                f"Options count as shares of their underlying by their delta ({deltas}). That holds for small moves: "
                "in a large one bought options lose less, and sold ones more, than this plan shows."
            ),
        )


def _proxy_notes(holdings: Collection[Holding]) -> Iterable[Note]:
    proxied = [holding for holding in holdings if holding.underlying is not None and holding.delta is None]
    if proxied:
        names = name_some([f"{holding.symbol} as {holding.underlying}" for holding in proxied], FEW)
        yield Note(
            code="proxies_used",
            message=f"Proxies stand for the returns of holdings, as you asked: {names}. Their own risk is not seen.",
        )


def _gross_base_note(book: Book) -> Note:
    sign = "-" if book.market_value < 0 else ""
    return Note(
        code="beta_on_gross_value",
        message=(
            f"The file's net value ({sign}${abs(book.market_value):,.0f}) is small or negative beside its gross value "
            f"(${book.gross_value:,.0f}), so betas are per dollar of gross value. "
            "Add the account's cash to the file for betas on equity; the contracts stay the same."
        ),
    )
