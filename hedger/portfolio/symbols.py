"""Share symbols: from every spelling to Yahoo's.

Class shares: ``BRK.B``, ``BRK/B``, ``BRK B``, ``BRK_B`` and, from a list because no rule tells them from tickers of
their own, ``BRKB`` are ``BRK-B``; preferred shares ``BAC/PRL``, ``BAC PRL``, ``BACPRL`` are ``BAC-PL``. One-letter
suffixes of exchanges stay: ``HSBA.L``, ``7203.T``, ``ADS.F``, ``ABC.V``. Listings abroad carry a suffix, which
follows from a prefix (``LON:VOD``), from Bloomberg's country code (``VOD LN``) or from a column.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hedger.contracts import MONTH_NAMES
from hedger.portfolio.lists import load_class_shares, load_exchanges, load_suffixes

_MONTHS = "|".join(MONTH_NAMES)
_DATES = re.compile(
    rf"(?P<day>[0-9]{{1,2}})-(?P<month>{_MONTHS})|(?P<month2>{_MONTHS})-(?P<day2>[0-9]{{1,2}})"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?|[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}",
    re.IGNORECASE,
).fullmatch
_PREFERRED = re.compile(r"(?P<base>[A-Z]{1,5})(?:[./ _-]PR[./ _-]?|[/ ]P[/ ]|\^|-P)(?P<series>[A-Z]?)").fullmatch
_PREFERRED_JOINED = re.compile(r"(?P<base>[A-Z]{3,4})PR(?P<series>[A-Z])").fullmatch
_CLASS = re.compile(r"(?P<base>[A-Z0-9]{1,6})[./ _-](?P<share>[A-Z]{1,2})").fullmatch
_BASE = re.compile(r"\^?[A-Z0-9][A-Z0-9&]{0,11}(?:-[A-Z]{1,3})?").fullmatch
_BLOOMBERG = re.compile(r"(?P<base>[A-Z0-9/]{1,12}) (?P<code>[A-Z]{2})(?: EQUITY)?").fullmatch
_CLASS_ENDINGS = {"WS": "WT", "U": "UN", "R": "RI"}

_LONGEST_TICKER = 6
_LONGEST_CODE = 8
_NUMERIC_LISTINGS = {"HKD": ".HK", "JPY": ".T", "KRW": ".KS"}


class Listing(NamedTuple):
    """A Yahoo symbol, and the currency of its exchange where the symbol tells one."""

    symbol: str
    currency: str | None


def is_date(text: str) -> bool:
    """Tell whether a cell is a date, as in the first cell of a lot."""
    return len(text) <= 32 and _DATES(text.strip()) is not None


def to_listing(text: str, exchange: str = "", currency: str = "") -> Listing:
    """Convert a symbol of a share, an ETF or a fund to Yahoo's spelling.

    Parameters
    ----------
    text
        As the file spells it.
    exchange
        Exchange code of the row: of Interactive Brokers, of Google Finance, or a MIC.
    currency
        Currency of the row; tells the exchange of symbols that are numbers.

    Raises
    ------
    ValueError
        With a phrase that says what was expected, such as ``"a symbol"``.
    """
    symbol = text.strip().rstrip("*").strip().upper()
    match = _DATES(symbol) if len(symbol) <= 32 else None
    if match:
        ticker = (match["month"] or match["month2"] or "") + (match["day"] or match["day2"] or "")
        hint = f" ({ticker.lstrip('0')}?)" if ticker else ""
        raise ValueError(f"a symbol: a spreadsheet seems to have turned it into a date{hint}")
    suffix, own_currency = "", None
    exchanges = load_exchanges()
    if ":" in symbol:
        prefix, _, symbol = symbol.partition(":")
        if ("code", prefix) not in exchanges:
            raise ValueError("a symbol: its exchange prefix is not known")
        suffix, own_currency = exchanges["code", prefix]
    match = _BLOOMBERG(symbol)
    if match and ("bloomberg", match["code"]) in exchanges:
        symbol = match["base"]
        suffix, own_currency = exchanges["bloomberg", match["code"]]
    base, own_suffix = _split_suffix(symbol)
    if own_suffix:
        suffix, own_currency = own_suffix, load_suffixes()[own_suffix]
    elif not suffix and ("code", exchange.upper()) in exchanges:
        suffix, own_currency = exchanges["code", exchange.upper()]
    base = _share_class(base, is_american=not suffix)
    if not suffix and base.isdigit():
        suffix = _NUMERIC_LISTINGS.get(currency, "")
        if not suffix:
            raise ValueError("a symbol; write numbers with the suffix of their exchange, as in 7203.T")
    if suffix == ".HK" and base.isdigit():
        base = base.lstrip("0").zfill(4)
    if _BASE(base) is None:
        raise ValueError("a symbol; company names and formulas cannot be looked up")
    if not suffix and len(base.partition("-")[0]) > (_LONGEST_TICKER if base.isalpha() else _LONGEST_CODE):
        raise ValueError(
            f"a symbol: tickers have at most {_LONGEST_TICKER - 1} letters; company names cannot be looked up"
        )
    return Listing(base + suffix, own_currency)


def _split_suffix(symbol: str) -> tuple[str, str]:
    """Split off the suffix of an exchange; a preferred series or a share class is none."""
    if _PREFERRED(symbol) or "." not in symbol:
        return symbol, ""
    base, _, ending = symbol.rpartition(".")
    if ending == "US":
        return base, ""
    return (base, "." + ending) if "." + ending in load_suffixes() and base else (symbol, "")


def _share_class(symbol: str, *, is_american: bool) -> str:
    """Write share classes, preferred shares, units and warrants as Yahoo does."""
    match = _PREFERRED(symbol) or _PREFERRED_JOINED(symbol)
    if match:
        return f"{match['base']}-P{match['series']}"
    match = _CLASS(symbol)
    if match:
        share = match["share"]
        return f"{match['base']}-{_CLASS_ENDINGS.get(share, share) if is_american else share}"
    return load_class_shares().get(symbol, symbol)
