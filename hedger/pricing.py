"""Choices and a day to quotes: the futures that a plan may use, and a price for each.

A price is, in this order, the one that the user states, the fair value that follows from the index level, or the
level itself. All sizes of an index but the spot-quoted settle on the same opening prices, also those that stop trading
the day before; so they share one price, and ten micros are exactly one E-mini.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.contracts import (
    INDICES,
    find_contract,
    find_front_expiry,
    find_index,
    load_contracts,
    quote_contracts,
    select_contracts,
)
from hedger.errors import Note, SettingsError
from hedger.market import dividend_yield_on, fair_value, rate_on
from hedger.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from hedger.contracts import ContractQuote, FuturesContract
    from hedger.exposure import Exposure
    from hedger.market import Prices
    from hedger.settings import Settings

DOUBTFUL_BASIS, LARGEST_BASIS = 0.02, 0.10
"""Share of fair value by which a futures price that the user states may differ from it: before the plan asks to check
it, and at all. A decimal point in the wrong place lies far beyond."""


def quote_choices(
    settings: Settings, *, exposure: Exposure, prices: Prices, as_of: date, held: Collection[str]
) -> tuple[tuple[ContractQuote, ...], tuple[str, ...]]:
    """Quote the contracts that the user allows or holds.

    Parameters
    ----------
    settings
        Every choice.
    exposure, prices
        What was measured, and the prices it was measured on.
    as_of
        The day.
    held
        Roots of the futures that are held.

    Returns
    -------
    tuple
        The quotes, in the order of the catalogue, then those held but not chosen; and the roots of the latter.

    Raises
    ------
    SettingsError
        When a contract or index that was asked for, or is held, cannot be used on the day, or a futures price that is
        stated cannot be one.
    """
    _require_known(settings, exposure, prices)
    _require_plausible(settings, exposure, prices.last_session, as_of)
    chosen = select_contracts(
        as_of,
        sizes=settings.sizes,
        symbols=settings.contracts or None,
        include_delisted=settings.include_delisted,
    )
    not_chosen = tuple(sorted(set(held) - {contract.symbol for contract in chosen}))
    if not_chosen:
        chosen += select_contracts(as_of, symbols=not_chosen, include_delisted=settings.include_delisted)
    contracts = _with_price(chosen, settings, exposure, prices, needed={*held, *settings.contracts})
    quotes = quote_contracts(
        contracts,
        as_of=as_of,
        prices={
            contract.symbol: _futures_price(contract, settings, exposure, prices.last_session, as_of)
            for contract in contracts
        },
        broker_margins=settings.margins,
        broker_fees=settings.fees,
        fee_schedule=settings.fee_schedule,
    )
    return quotes, not_chosen


def quote_fair(contract: FuturesContract, prices: Prices, as_of: date) -> ContractQuote | None:
    """Quote one contract at fair value, by itself: margin and value of a contract that no portfolio asks for.

    Parameters
    ----------
    contract
        The contract.
    prices
        Of the indices.
    as_of
        The day; the newest level up to it counts, however old.

    Returns
    -------
    ContractQuote
        ``None`` where no level of its index is known, or where a fund stands for the index.
    """
    index = find_index(contract.index)
    if not index.is_level or index.symbol not in prices.symbols or prices.first_session > as_of:
        return None
    known = prices.until(as_of)
    if index.symbol not in known.symbols:
        return None
    session = known.last_session_of(index.symbol)
    price = _fair_price(contract, known.close_on(index.symbol, session), session, as_of)
    (quote,) = quote_contracts([contract], as_of=as_of, prices={contract.symbol: price})
    return quote


def doubt_prices(
    quotes: Iterable[ContractQuote], exposure: Exposure, *, last_session: date, as_of: date
) -> Iterator[Note]:
    """Ask to check futures prices that lie far from fair value.

    Parameters
    ----------
    quotes
        Those that the plan uses.
    exposure
        What was measured.
    last_session
        Newest session of the prices, which fair value follows from.
    as_of
        The day.
    """
    far = []
    for quote in quotes:
        if find_index(quote.index).is_level:
            fair, _ = _fair_price(quote.contract, exposure.of(quote.index).level, last_session, as_of)
            if abs(quote.price / fair - 1.0) > DOUBTFUL_BASIS:
                far.append(f"{quote.symbol} at {quote.price:,.2f} (fair value: {fair:,.2f})")
    if far:
        yield Note(
            code="futures_price_far_from_level",
            message=f"Futures prices far from what their index is worth: {', '.join(far)}. Check --futures-price.",
        )


def doubt_omissions(
    quotes: Iterable[ContractQuote], settings: Settings, exposure: Exposure, reference: str
) -> Iterator[Note]:
    """Say which index or price could not be used for want of the other.

    Parameters
    ----------
    quotes
        All that the hedge could use.
    settings, exposure
        Every choice, and what was measured.
    reference
        The index that the plan refers to; one that fits the book less well is not missed.
    """
    quoted = {quote.index for quote in quotes}
    fit = exposure.of(reference).r_squared
    for index in INDICES:
        if index.is_level or index.name in quoted or settings.contracts or settings.index:
            continue
        if index.name in exposure.indices and exposure.of(index.name).r_squared > fit:
            listed = (each for each in load_contracts() if each.index == index.name and each.delisted is None)
            yield Note(
                code="index_without_futures_price",
                message=(
                    f"The {index.title} fits this portfolio better, but its futures price cannot be derived from "
                    f"{index.symbol}, so no hedge with it was considered. Give the price: "
                    f"--futures-price {next(listed).symbol}=PRICE."
                ),
            )
    for contract in load_contracts():
        if contract.symbol in dict(settings.futures_price) and contract.index not in exposure.indices:
            index = find_index(contract.index)
            yield Note(
                code="futures_price_unused",
                message=(
                    f"The futures price of {contract.symbol} is not used: there is no current price of {index.symbol}, "
                    f"which stands for the {index.title}. Bring prices that have it with --prices."
                ),
            )


def _require_known(settings: Settings, exposure: Exposure, prices: Prices) -> None:
    unmeasured = [index for index in settings.index if index not in exposure.indices]
    if unmeasured:
        symbols = [index.symbol for index in INDICES if index.name in unmeasured]
        raise SettingsError(
            f"There is no current level of {', '.join(unmeasured)} in the {prices.source}, so it cannot "
            f"be hedged with. Measured are: {', '.join(exposure.indices)}. Bring prices with a column "
            f"{join_words(symbols)} with --prices, or choose another --index."
        )


def _require_plausible(settings: Settings, exposure: Exposure, last_session: date, as_of: date) -> None:
    """Refuse a stated futures price that no market makes: it would multiply the number of contracts."""
    for root, price in settings.futures_price:
        contract = find_contract(root, as_of)
        if contract.index not in exposure.indices or not find_index(contract.index).is_level:
            continue
        fair, _ = _fair_price(contract, exposure.of(contract.index).level, last_session, as_of)
        if abs(price / fair - 1.0) > LARGEST_BASIS:
            raise SettingsError(
                f"The futures price of {root}, {price:,.2f}, is more than {LARGEST_BASIS:.0%} from its fair value of "
                f"{fair:,.2f} on {last_session}. Correct --futures-price, or bring prices of its day with --prices."
            )


def _with_price(
    chosen: Sequence[FuturesContract],
    settings: Settings,
    exposure: Exposure,
    prices: Prices,
    *,
    needed: Collection[str],
) -> tuple[FuturesContract, ...]:
    """Return the contracts for which a futures price can be had; refuse to lose one that is needed."""
    stated = {root for root, _ in settings.futures_price}
    usable = []
    for contract in chosen:
        index = find_index(contract.index)
        has_price = any(other.index == contract.index for other in chosen if other.symbol in stated)
        if contract.index in exposure.indices and (index.is_level or has_price):
            usable.append(contract)
        elif contract.symbol in needed and contract.index not in exposure.indices:
            raise SettingsError(
                f"{contract.symbol} cannot be used: there is no current price of {index.symbol}, which stands for the "
                f"{index.title}, in the {prices.source}. Bring prices that have it with --prices, or leave "
                f"{contract.symbol} out."
            )
        elif contract.symbol in needed or contract.index in settings.index:
            raise SettingsError(
                f"The futures price of {contract.symbol} cannot be derived from the prices at hand. "
                f"Give it: --futures-price {contract.symbol}=PRICE."
            )
    return tuple(usable)


def _futures_price(
    contract: FuturesContract, settings: Settings, exposure: Exposure, last_session: date, as_of: date
) -> tuple[float, str]:
    """Return a contract's price in points and its source in words."""
    stated = dict(settings.futures_price)
    if contract.symbol in stated:
        return stated[contract.symbol], "given by the user"
    if contract.size != "spot-quoted":
        for sibling in load_contracts():
            if sibling.symbol in stated and sibling.index == contract.index and sibling.size != "spot-quoted":
                return stated[sibling.symbol], f"given by the user for {sibling.symbol}"
    return _fair_price(contract, exposure.of(contract.index).level, last_session, as_of)


def _fair_price(contract: FuturesContract, level: float, last_session: date, as_of: date) -> tuple[float, str]:
    """Return what a contract is worth by the level of its index, in points, and how that was found."""
    index = find_index(contract.index)
    if contract.size == "spot-quoted":
        return level, "index level"
    rate = rate_on(as_of)
    dividends = dividend_yield_on(index.symbol, as_of)
    if rate is None or dividends is None:
        return level, "index level (no interest rate or dividend yield is known for the day)"
    days = (find_front_expiry(as_of).last_trading_day - last_session).days
    words = (
        f"fair value from the index level, {rate.value:.2%} interest of {rate.as_of} and "
        f"{dividends.value:.2%} dividends of {dividends.as_of}"
    )
    return fair_value(level, rate.value, dividends.value, days), words
