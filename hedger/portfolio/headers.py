"""Column names: which ones mean a symbol, a quantity, a price, and which row is a header at all.

Names are compared without case, accents, spaces and punctuation, and whole: ``Last Price`` is a price, ``Last Price
Change`` is not. Within a field, names stand in order of preference, so that ``Symbol`` wins over ``Security #``.
The names stand in a list of the package.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast

from hedger.portfolio.lists import load_column_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Field = Literal[
    "symbol",
    "name",
    "quantity",
    "price",
    "value",
    "weight",
    "account",
    "account_name",
    "currency",
    "asset_type",
    "subtype",
    "cusip",
    "isin",
    "exchange",
    "multiplier",
    "strike",
    "expiry",
    "right",
    "underlying",
    "direction",
    "level",
    "bid",
    "ask",
]


LONGEST_NAME = 100
"""Characters; a longer cell is no column name."""

_PUNCTUATION = str.maketrans("", "", "".join(chr(code) for code in range(128) if not chr(code).isalnum()))


def normalise(name: str) -> str:
    """Return a column name without case, accents, spaces and punctuation; ``"%"`` alone becomes ``"percent"``."""
    if len(name) > LONGEST_NAME:
        return ""
    kept = name.lower().translate(_PUNCTUATION) if name.isascii() else _folded(name)
    return kept or ("percent" if "%" in name else "")


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())


_IN_CURRENCY = re.compile(r"(.{3,}?)(?:in|en|em)?(?:usd|eur|chf|gbp|cad|aud|sek|nok|dkk|pln|brl)").fullmatch


def without_currency(name: str) -> str:
    """Return a normalised column name without the currency at its end: that of ``Value in EUR`` is ``"value"``."""
    match = _IN_CURRENCY(name)
    return match[1] if match else name


def _names(text: str) -> frozenset[str]:
    return frozenset(normalise(name) for name in text.split("|"))


SYNONYMS: Mapping[Field, tuple[str, ...]] = {
    cast("Field", field): tuple(normalise(name) for name in names) for field, names in load_column_names().items()
}
"""Names of each field's column, the preferred first, as :func:`normalise` writes them."""

IDENTIFYING: tuple[Field, ...] = ("symbol", "isin", "cusip")
MEASURING: tuple[Field, ...] = ("quantity", "value", "weight")

_SETTLING = _names(
    "run date|activity date|settlement date|settle date|process date|settledatetarget|settledate|date sold|sold date"
    "|date closed|closed date|sale date|limit price|order type|time in force|order status"
)
_TRADING = _names("trade date|tradedate|date|transaction date|date/time|datetime")
_ACTING = _names("action|transaction type|transactiontype|trans code|buy/sell|type|activity|transaction|side")
_PAYING = _names("amount|fee|fees|fees & comm|net amount|principal amount|proceeds|commission fees|netcash")


TRANSACTION_NAMES = _SETTLING | _TRADING | _ACTING | _PAYING
"""Names of columns that lists of trades have."""


def is_transactions(names: Iterable[str]) -> bool:
    """Tell whether normalised column names are those of a list of trades rather than of holdings."""
    found = set(names) - {""}
    is_trading = bool(found & _TRADING and found & _ACTING and found & _PAYING)
    return len(found) >= 4 and (is_trading or bool(found & _SETTLING))


def match_columns(
    names: Sequence[str], overrides: Mapping[Field, tuple[str, ...]] = MappingProxyType({})
) -> dict[Field, int]:
    """Find the column of each field.

    Parameters
    ----------
    names
        Normalised names of the columns, in order.
    overrides
        Names that replace :data:`SYNONYMS` for a field; an empty tuple leaves the field out. A name that begins
        with ``">"`` stands for the column to the right of the one so named.

    Returns
    -------
    dict
        Position of the column for every field that has one; each column serves one field.
    """
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        positions.setdefault(name, position)
    for position, name in enumerate(names):  # only where no column has the plain name
        positions.setdefault(without_currency(name), position)
    columns: dict[Field, int] = {}
    taken: set[int] = set()
    for field, synonyms in SYNONYMS.items():
        for name in overrides.get(field, synonyms):
            position = positions.get(name.removeprefix(">"), -1)
            position += name.startswith(">") and position >= 0
            if 0 <= position < len(names) and position not in taken:
                columns[field] = position
                taken.add(position)
                break
    return columns


def has_holdings(names: Sequence[str]) -> bool:
    """Tell whether normalised column names identify holdings and, in another column, measure them."""
    identifying = [name in _IDENTIFYING_NAMES for name in names]
    measuring = [name in _MEASURING_NAMES or without_currency(name) in _MEASURING_NAMES for name in names]
    return any(identifying) and any(measuring) and sum(identifying) + sum(measuring) >= 2


_IDENTIFYING_NAMES = frozenset(name for field in IDENTIFYING for name in SYNONYMS[field])
_MEASURING_NAMES = frozenset(name for field in MEASURING for name in SYNONYMS[field])
