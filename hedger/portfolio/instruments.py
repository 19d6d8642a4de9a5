"""What a row holds: share, fund, bond, option, future, cash, crypto currency.

The decision uses what the row says, in this order: words for cash and money funds, notations of options and futures,
crypto currencies, identifiers and bonds, and last the spelling of shares. Tickers that are also something else
(``CASH``, ``USD``, ``BTC``) are decided by asset type, name and price. What is left open becomes a doubt.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from hedger.portfolio.derivatives import FutureTerms, OptionTerms, Right, read_day, read_future, read_option
from hedger.portfolio.lists import (
    load_asset_types,
    load_cash_names,
    load_class_shares,
    load_crypto,
    load_currencies,
    load_etfs,
    load_money_funds,
)
from hedger.portfolio.symbols import to_listing
from hedger.wording import shorten

if TYPE_CHECKING:
    from datetime import date

    from hedger.portfolio.holdings import AssetClass

Ratio = Literal["one", "par", ""]

_TICKER = re.compile(r"[A-Z]{1,5}(?:[./ _-][A-Z]{1,3})?").fullmatch
_CUSIP = re.compile(r"(?=(?:[A-Z]*[0-9]){3})[0-9A-Z]{8}[0-9]").fullmatch
_ISIN = re.compile(r"[A-Z]{2}[0-9A-Z]{9}[0-9]").fullmatch
_PLAIN = re.compile(r"[A-Z]{1,3}|[A-Z]{4}(?:[A-WYZ])?|[A-Z]{3}[A-WYZ]X").fullmatch
_FUND = re.compile(r"[A-Z]{4}X").fullmatch
_MONEY_FUND = re.compile(r"[A-Z]{3}XX").fullmatch
_PAIR = re.compile(r"(?:CRYPTO:|CURRENCY:|X:)?(?P<code>[A-Z]{2,5}?)[-/]?(?P<quote>USDT?|EUR|GBP|CAD)").fullmatch
_PREFIXED = re.compile(r"(?:CRYPTO|CURRENCY):(?P<code>[A-Z]{2,5})").fullmatch
_COUPON = re.compile(
    r"[0-9](?:\.[0-9]+)? ?%|\b[0-9] [1-7]/[248]\b"
    r"|\b(?:TREAS(?:URY|UR)?|T-?BILL|NOTE|NTS|BOND|MUNI|CERTIFICATE OF DEPOSIT|CD)\b"
).search
_ETF_NAME = re.compile(
    r"\b(?:ETFS?|ETN|ISHARES|SPDR|PROSHARES|DIREXION|WISDOMTREE|INVESCO QQQ|EXCHANGE.TRADED|UCITS)\b"
).search
_FUND_NAME = re.compile(r"\b(?:FUNDS?|FD|TRUST|INDEX|TARGET|RETIREMENT|ADMIRAL|PORTFOLIO|POOL)\b").search
_ON_FUTURE = re.compile(r"\./(?P<under>\S+) +(?:\S+ +)?(?P<day>[0-9]{6})(?P<right>[CP])(?P<strike>[0-9.]+)").fullmatch

_CASH_TICKERS = frozenset({"CASH", "CORE", "FCASH", "FDIC", "USD", "EUR", "GBP", "CAD", "CHF", "JPY", "AUD", "HKD"})


class Clues(NamedTuple):
    """What a row says about its instrument; texts are stripped, missing ones empty.

    Parameters
    ----------
    symbol, name, asset_type, subtype, exchange, currency, cusip, isin, underlying, expiry, strike, right, multiplier
        Cells of the row.
    unit_price
        Price of one unit where it tells something: 1 for money, its size for crypto currencies.
    ratio
        How value relates to quantity x price: equal, a hundredth (``"par"``), or anything else.
    is_crypto_account
        The account's name says that it holds crypto currencies.
    """

    symbol: str
    name: str = ""
    asset_type: str = ""
    subtype: str = ""
    exchange: str = ""
    currency: str = ""
    cusip: str = ""
    isin: str = ""
    underlying: str = ""
    expiry: str = ""
    strike: str = ""
    right: str = ""
    multiplier: str = ""
    unit_price: float | None = None
    ratio: Ratio = ""
    is_crypto_account: bool = False


class Instrument(NamedTuple):
    """What a row holds.

    Parameters
    ----------
    symbol
        Yahoo symbol where one exists; else identifier or name.
    asset_class
        What it is.
    currency
        Currency of its exchange where the symbol tells one.
    underlying, expiry, strike, right, multiplier
        For derivatives only.
    price_scale
        Value of one unit of quantity at a price of 1: 0.01 for bonds in per cent of par, the multiplier for options.
    is_32nds
        Prices may be in thirty-seconds.
    doubts
        Code and sentence of everything that was left open.
    """

    symbol: str
    asset_class: AssetClass
    currency: str | None = None
    underlying: str | None = None
    expiry: date | None = None
    strike: float | None = None
    right: Right | None = None
    multiplier: float | None = None
    price_scale: float = 1.0
    is_32nds: bool = False
    doubts: tuple[tuple[str, str], ...] = ()


def identify(clues: Clues, *, as_of: date, strike_scale: float = 1.0) -> Instrument:
    """Tell what a row holds.

    Parameters
    ----------
    clues
        What the row says.
    as_of
        Day of the advice; tells the decade of futures years with one digit.
    strike_scale
        What strikes of compact option symbols are multiplied by in this layout.

    Raises
    ------
    ValueError
        With a phrase that says what was expected in the symbol's cell.
    """
    kind = _kind(clues.asset_type)
    if is_cash(clues):
        return Instrument(symbol=_cash_symbol(clues), asset_class="cash", currency=_cash_currency(clues))
    if clues.isin and clues.symbol.isdigit() and not clues.exchange:
        clues = clues._replace(symbol="")  # a national number; the ISIN says more
    found = (
        _option(clues, kind, as_of, strike_scale)
        or _future(clues, kind, as_of)
        or _crypto(clues, kind)
        or _identified(clues, kind)
    )
    return found or _share(clues, kind)


def identify_alone(symbol: str) -> Instrument | None:
    """Return the share, ETF or fund with this plain ticker; ``None`` where more must be known than the symbol."""
    if _PLAIN(symbol) is None or symbol in _with_two_readings():
        return None
    return Instrument(symbol=symbol, asset_class=share_class(symbol))


def share_class(symbol: str) -> AssetClass:
    """Tell from its ticker alone whether a share is one of a company, an ETF or a fund."""
    return "fund" if _FUND(symbol) else "etf" if symbol in load_etfs() else "stock"


@cache
def _with_two_readings() -> frozenset[str]:
    """Return the words that look like a ticker and may be something else."""
    return _CASH_TICKERS | load_money_funds() | load_crypto().keys() | load_class_shares().keys()


def is_cash(clues: Clues) -> bool:
    """Tell whether a row is cash, a money fund or a bank sweep."""
    symbol = clues.symbol.upper()
    is_unit = clues.unit_price in {None, 1.0}
    has_cash_name = load_cash_names().search(clues.name) is not None
    if symbol.endswith("**") or symbol.startswith("$$CASH"):
        return True
    if symbol in _CASH_TICKERS:
        return is_unit and (not clues.name or has_cash_name or clues.name.upper() == symbol)
    if symbol in load_money_funds() or _MONEY_FUND(symbol):
        return True
    if not symbol or not _TICKER(symbol):
        text = clues.symbol or clues.name
        return load_cash_names().search(text) is not None and _COUPON(text.upper()) is None and is_unit
    return is_unit and (_kind(clues.asset_type) == "cash" or (clues.unit_price == 1.0 and has_cash_name))


@lru_cache(maxsize=256)
def _kind(asset_type: str) -> str:
    """Return the asset class that an asset type stands for; empty when it is unknown."""
    words = re.sub(r"[^a-z]+", " ", asset_type.lower()).strip()
    return load_asset_types().get(words, "")


def _cash_symbol(clues: Clues) -> str:
    symbol = clues.symbol.upper().rstrip("*")
    is_fund = symbol in load_money_funds() or _MONEY_FUND(symbol)
    return symbol if is_fund and symbol not in _CASH_TICKERS else "CASH"


def _cash_currency(clues: Clues) -> str | None:
    codes = load_currencies()
    inside: list[str] = re.findall(r"\(([A-Z]{3})\)", clues.symbol or clues.name)
    return next((code for code in [*inside, clues.symbol.upper()] if code in codes), None)


def _option(clues: Clues, kind: str, as_of: date, strike_scale: float) -> Instrument | None:
    """Return the option that the notation or the columns describe."""
    match = _ON_FUTURE(clues.symbol.upper())
    if kind == "future option" or match:
        given = match.groupdict() if match else {}
        under = given.get("under") or clues.underlying
        future = read_future(under, as_of=as_of, is_known_future=True) if under else None
        return Instrument(
            symbol=clues.symbol,
            asset_class="option",
            underlying=future.symbol if future else under or None,
            expiry=read_day("20" + given["day"] if given else clues.expiry),
            strike=_positive(given.get("strike") or clues.strike),
            right=_right(given.get("right") or clues.right or clues.subtype),
            multiplier=_positive(clues.multiplier) or (future.multiplier if future else None),
            price_scale=_positive(clues.multiplier) or (future.multiplier if future else None) or 1.0,
        )
    if kind not in {"option", ""}:
        return None
    terms = read_option(clues.symbol, underlying=clues.underlying, strike_scale=strike_scale)
    if terms is None and kind == "option":
        terms = read_option(clues.name) or _option_columns(clues)
    if terms is None:
        if kind == "option":
            raise ValueError("an option in a known notation, such as AAPL 01/15/2027 250.00 C")
        return None
    multiplier = _positive(clues.multiplier) or terms.multiplier
    return Instrument(
        symbol=terms.symbol,
        asset_class="option",
        underlying=terms.underlying,
        expiry=terms.expiry,
        strike=terms.strike,
        right=terms.right,
        multiplier=multiplier,
        price_scale=multiplier,
    )


def _option_columns(clues: Clues) -> OptionTerms | None:
    """Return the option whose terms stand in columns of their own."""
    expiry, strike, right = read_day(clues.expiry), _positive(clues.strike), _right(clues.right or clues.subtype)
    root = (clues.underlying or clues.symbol).upper()
    if expiry is None or strike is None or right is None or not _TICKER(root):
        return None
    return OptionTerms(root=root, expiry=expiry, strike=strike, right=right)


def _future(clues: Clues, kind: str, as_of: date) -> Instrument | None:
    """Return the futures contract that the notation describes."""
    if kind not in {"future", ""}:
        return None
    expiry = read_day(clues.expiry)
    terms = read_future(clues.symbol, as_of=as_of, expiry=expiry, is_known_future=kind == "future")
    if terms is None:
        if kind == "future":
            raise ValueError("a futures contract in a known notation, such as /ESZ26")
        return None
    if _positive(clues.multiplier):
        terms = replace(terms, multiplier=_positive(clues.multiplier))
    return Instrument(
        symbol=terms.symbol,
        asset_class="future",
        underlying=terms.root,
        expiry=expiry,
        multiplier=terms.multiplier,
        is_32nds=terms.is_32nds,
        doubts=_future_doubts(terms),
    )


def _future_doubts(terms: FutureTerms) -> tuple[tuple[str, str], ...]:
    doubts = []
    if terms.month is None:
        doubts.append(
            ("future_without_month", f"{terms.symbol} names no contract month. Write the contract, as in /ESZ26.")
        )
    if terms.multiplier is None:
        sentence = (
            f"The value of one point of the future {shorten(terms.root)} is not known, so its notional is not either."
        )
        doubts.append(("unknown_multiplier", sentence))
    return tuple(doubts)


def _crypto(clues: Clues, kind: str) -> Instrument | None:
    """Return the crypto currency that asset type, account, name, notation or price tell."""
    if kind not in {"crypto", ""}:
        return None
    symbol = clues.symbol.upper()
    known = load_crypto()
    is_told = kind == "crypto" or clues.is_crypto_account
    match = _PREFIXED(symbol)
    code = match["code"] if match else symbol
    pair = _PAIR(symbol)
    quote = clues.currency or "USD"
    if pair and (pair["code"] in known or (is_told and not _TICKER(symbol))):
        code, quote, is_told = pair["code"], pair["quote"].removesuffix("T"), True
    coin = known.get(code)
    is_named = coin is not None and clues.name.lower() in coin.names
    is_dear = coin is not None and clues.unit_price is not None and clues.unit_price >= coin.share_below
    if not (is_told or match or is_named or is_dear) or not code.isalnum() or not code:
        return None
    return Instrument(symbol=f"{'BTC' if code == 'XBT' else code}-{quote}", asset_class="crypto", currency=quote)


def _identified(clues: Clues, kind: str) -> Instrument | None:
    """Return what is known by an identifier or a name only: bonds, plan funds, foreign shares by ISIN."""
    symbol = clues.symbol.upper().removeprefix("#").strip()
    name = clues.name.upper()
    cusip, isin = clues.cusip.upper(), clues.isin.upper()
    identifier = symbol or (cusip if _CUSIP(cusip) else "") or isin or cusip or clues.name
    is_tickerless = not symbol or not _TICKER(symbol) or symbol != clues.symbol.upper()
    says_bond = _COUPON(f"{symbol} {name}") is not None and not _ETF_NAME(name)
    if (
        is_tickerless
        and clues.ratio != "one"
        and (kind == "bond" or clues.ratio == "par" or (says_bond and not _ISIN(symbol)))
    ):
        return Instrument(symbol=shorten(identifier), asset_class="bond", price_scale=0.01)
    if symbol and not _CUSIP(symbol) and not _ISIN(symbol):
        return None
    if kind == "bond":
        price_scale = 1.0 if clues.ratio == "one" else 0.01
        return Instrument(symbol=shorten(identifier), asset_class="bond", price_scale=price_scale)
    shown = shorten(identifier)
    asset_class: AssetClass = "etf" if _ETF_NAME(name) else "fund" if _FUND_NAME(name) else "other"
    if _ISIN(identifier):
        asset_class = "stock" if asset_class == "other" else asset_class
        code, what = "isin_not_resolved", "an ISIN, which no price source is asked for"
    elif identifier == cusip or _CUSIP(identifier):
        code, what = "cusip_not_resolved", "a security number (CUSIP, WKN) without a ticker"
    else:
        code, what = "no_symbol", "a name without a ticker"
    sentence = f"{shown} is {what}. Write its ticker into the file, or give it a proxy."
    return Instrument(symbol=shown, asset_class=asset_class, doubts=((code, sentence),))


def _share(clues: Clues, kind: str) -> Instrument:
    """Return the share, ETF or fund with this symbol."""
    listing = to_listing(clues.symbol, clues.exchange, clues.currency)
    symbol = listing.symbol
    doubts: tuple[tuple[str, str], ...] = ()
    if symbol in load_crypto() and not kind and not clues.name and clues.unit_price is None:
        sentence = (
            f"{symbol} is the ticker of a share or fund and the code of a crypto currency; it was read as the ticker."
        )
        doubts = (("crypto_symbol_ambiguous", f"{sentence} Write {symbol}-USD for the currency."),)
    if symbol in _CASH_TICKERS and not clues.name and clues.unit_price is not None:
        doubts = (("symbol_looks_like_cash", f"{symbol} was read as a share, because its price is not 1."),)
    return Instrument(
        symbol=symbol, asset_class=_share_class(symbol, clues, kind), currency=listing.currency, doubts=doubts
    )


def _share_class(symbol: str, clues: Clues, kind: str) -> AssetClass:
    if kind in {"etf", "fund"} or "etf" in clues.subtype.lower():
        return "fund" if kind == "fund" else "etf"
    if kind != "stock" and _FUND(symbol):
        return "fund"
    is_etf = symbol in load_etfs() or _ETF_NAME(clues.name.upper())
    return "etf" if kind != "stock" and is_etf else "stock"


def _positive(text: str) -> float | None:
    """Return a strike or a multiplier; ``None`` where the cell holds none."""
    try:
        number = float(text.replace(",", "").lstrip("$"))
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _right(text: str) -> Right | None:
    first = text.strip().upper()
    if first in {"C", "CALL"}:
        return "call"
    return "put" if first in {"P", "PUT"} else None
