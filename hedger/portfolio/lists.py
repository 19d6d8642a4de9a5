"""The lists behind the rules: column names, exchanges, share classes, futures, words for cash and the like.

Each is a CSV file of the package with its source in its first lines.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from hedger.shipped import load_table


class Exchange(NamedTuple):
    """Where something is listed: suffix of its Yahoo symbol, and the currency it is quoted in."""

    suffix: str
    currency: str


class FutureRoot(NamedTuple):
    """A futures contract by its root: Yahoo suffix, USD per point, and whether it is quoted in thirty-seconds."""

    suffix: str
    multiplier: float
    is_32nds: bool


class IndexPart(NamedTuple):
    """An index whose level times `part` is the level of another: of the Mini-SPX, a tenth of the S&P 500."""

    symbol: str
    part: float


class Crypto(NamedTuple):
    """A crypto currency: its names in lower case, and the price from which its code cannot be a share's ticker."""

    names: frozenset[str]
    share_below: float


@cache
def load_column_names() -> dict[str, tuple[str, ...]]:
    """Return the names of the columns of every field, the preferred first."""
    names: dict[str, tuple[str, ...]] = {}
    for r in load_table("instruments/column_names.csv"):
        names[r["field"]] = names.get(r["field"], ()) + tuple(r["names"].split("|"))
    return names


@cache
def load_exchanges() -> dict[tuple[str, str], Exchange]:
    """Return the exchanges by scheme (``"code"`` or ``"bloomberg"``) and code."""
    return {
        (r["scheme"], r["code"]): Exchange(r["suffix"], r["currency"]) for r in load_table("instruments/exchanges.csv")
    }


@cache
def load_suffixes() -> dict[str, str]:
    """Return the currency of every Yahoo suffix, such as ``".L"``."""
    return {exchange.suffix: exchange.currency for exchange in load_exchanges().values() if exchange.suffix}


@cache
def load_currencies() -> frozenset[str]:
    """Return the ISO codes of the currencies that exchanges quote in."""
    return frozenset(exchange.currency for exchange in load_exchanges().values() if exchange.currency.isupper())


@cache
def load_class_shares() -> dict[str, str]:
    """Return the Yahoo symbols of share classes that are written without a separator, such as ``"BRKB"``."""
    return {r["written"]: r["symbol"] for r in load_table("instruments/class_shares.csv")}


@cache
def load_money_funds() -> frozenset[str]:
    """Return the symbols of money funds and bank sweeps that stand for cash."""
    return frozenset(r["symbol"] for r in load_table("instruments/money_funds.csv"))


@cache
def load_etfs() -> frozenset[str]:
    """Return the symbols of widely held exchange-traded funds."""
    return frozenset(symbol for r in load_table("instruments/etfs.csv") for symbol in r["symbols"].split())


@cache
def load_crypto() -> dict[str, Crypto]:
    """Return the crypto currencies by code."""
    return {
        r["code"]: Crypto(frozenset(r["names"].split("|")), float(r["share_below"] or "inf"))
        for r in load_table("instruments/crypto.csv")
    }


@cache
def load_futures() -> dict[str, FutureRoot]:
    """Return the futures by root."""
    return {
        r["root"]: FutureRoot(r["suffix"], float(r["multiplier"]), r["is_32nds"] == "1")
        for r in load_table("instruments/futures.csv")
    }


@cache
def load_index_options() -> dict[str, str]:
    """Return the Yahoo symbol of the index below every root of index options."""
    return {r["root"]: r["underlying"] for r in load_table("instruments/index_options.csv")}


@cache
def _load_index_parts() -> dict[str, IndexPart]:
    return {
        r["underlying"]: IndexPart(r["index"], float(r["part"])) for r in load_table("instruments/index_options.csv")
    }


def find_index_part(underlying: str) -> IndexPart:
    """Return the index whose level the strikes of options on `underlying` are a part of; else itself, as a whole."""
    return _load_index_parts().get(underlying, IndexPart(underlying, 1.0))


@cache
def load_asset_types() -> dict[str, str]:
    """Return the asset class for every wording of an asset type, or ``"future option"``."""
    return {r["written"]: r["asset_class"] for r in load_table("instruments/asset_types.csv")}


@cache
def load_cash_names() -> re.Pattern[str]:
    """Return the pattern that finds words for cash in a name."""
    words = "|".join(re.escape(r["words"]) for r in load_table("instruments/cash_names.csv"))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
