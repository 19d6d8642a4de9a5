"""Options and futures: from every notation to one.

Options become the symbol of the Options Clearing Corporation without padding, ``AAPL270115C00250000``; futures become
Yahoo's contract symbol, ``ESZ26.CME``. The year of a futures contract may have one digit; it is then the year nearest
to the day of the advice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from hedger.contracts import MONTH_LETTERS, MONTH_NAMES, to_contract_year
from hedger.portfolio.lists import load_futures, load_index_options

Right = Literal["call", "put"]

OPTION_MULTIPLIER = 100.0
_SHORTEST_OPTION = 9  # F270115C5
_MONTH = "|".join(MONTH_NAMES)

_DATE = (
    r"(?:(?P<y1>20[0-9]{2})-(?P<m1>[0-9]{1,2})-(?P<d1>[0-9]{1,2})"
    r"|(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})/(?P<y2>(?:20)?[0-9]{2})"
    rf"|(?P<m3>{_MONTH})[ -]?(?P<d3>[0-9]{{1,2}}),?[ -]'?(?P<y3>(?:20)?[0-9]{{2}})"
    rf"|(?P<d4>[0-9]{{1,2}})[ -]?(?P<m4>{_MONTH})[ -]?'?(?P<y4>(?:20)?[0-9]{{2}}))"
)
_STRIKE = r"[0-9]{1,7}(?:\.[0-9]{1,4})?"
_TERMS = (
    rf"{_DATE} (?:\$?(?P<strike1>{_STRIKE}) ?(?P<right1>CALL|PUT|C|P)"
    rf"|(?P<right2>CALL|PUT|C|P) ?\$?(?P<strike2>{_STRIKE}))"
)
_ROOT = r"(?P<root>[A-Z]{1,6}(?:[./-][A-Z])?[0-9]?)"

_COMPACT = re.compile(
    rf"(?:O:)?[-.]?{_ROOT} *(?P<yymmdd>[0-9]{{6}})(?P<right>[CP])(?P<strike>[0-9]{{1,8}}(?:\.[0-9]{{1,3}})?)"
).fullmatch
_MONTH_FIRST = re.compile(rf"{_ROOT}_(?P<mmddyy>[0-9]{{6}})(?P<right>[CP])(?P<strike>{_STRIKE})").fullmatch
_SPACED = re.compile(rf"{_ROOT}(?: US)? {_TERMS}").fullmatch
_BELOW = re.compile(rf"100 (?P<cycle>\((?:WEEKLYS|QUARTERLYS|EOM)\) )?{_TERMS}").fullmatch
_BRACKETED = re.compile(r".*\[(?P<inner>[A-Z0-9]+ *[0-9A-Z]*) (?P<multiplier>[0-9.]+)\]").fullmatch
_STRATEGY = re.compile(r"[-.]?[A-Z]{1,6} *[0-9]{6}[CP][0-9.]+/[0-9.]+").fullmatch

_INSIDE = re.compile(rf".*?(?P<contract>/[A-Z0-9]{{1,3}}[{MONTH_LETTERS}][0-9]{{1,2}})\)?").fullmatch
_FUTURE = re.compile(
    rf"[./]*(?P<root>[A-Z0-9]{{1,3}}?)(?P<month>[{MONTH_LETTERS}])(?P<year>[0-9]{{1,2}})"
    r"(?::X[A-Z]{3}|\.(?:CME|CBT|CMX|NYM|CFE|NYB))?"
).fullmatch
_CONTINUOUS = re.compile(r"/(?P<root>[A-Z0-9]{1,3})|(?P<root2>[A-Z0-9]{1,3})=F").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTerms:
    """What an option is on, and its terms; `root` is as the exchange writes it."""

    root: str
    expiry: date
    strike: float
    right: Right
    multiplier: float = OPTION_MULTIPLIER

    @property
    def symbol(self) -> str:
        """Symbol of the Options Clearing Corporation without padding."""
        thousandths = round(self.strike * 1000)
        return f"{self.root}{self.expiry:%y%m%d}{self.right[0].upper()}{thousandths:08d}"

    @property
    def underlying(self) -> str:
        """Yahoo symbol of the share or index below."""
        return load_index_options().get(self.root, self.root.rstrip("0123456789").replace(".", "-").replace("/", "-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureTerms:
    """A futures contract; `symbol` is Yahoo's, `multiplier` is ``None`` for a root that no list knows."""

    symbol: str
    root: str
    year: int | None
    month: int | None
    multiplier: float | None
    is_32nds: bool = False


def read_option(text: str, *, underlying: str = "", strike_scale: float = 1.0) -> OptionTerms | None:
    """Read an option in any notation.

    Parameters
    ----------
    text
        As the file spells it.
    underlying
        Symbol of the row above, for notations that leave it out.
    strike_scale
        What the strike of a compact notation is multiplied by, unless it has the eight digits of the clearing house.

    Returns
    -------
    OptionTerms
        ``None`` when the text is no option.
    """
    if len(text) < _SHORTEST_OPTION:
        return None
    symbol = " ".join(text.upper().split())
    bracketed = _BRACKETED(symbol) if symbol.endswith("]") else None
    if bracketed:
        inner = read_option(bracketed["inner"])
        return inner and replace(inner, multiplier=float(bracketed["multiplier"]))
    for pattern, order in ((_COMPACT, "yymmdd"), (_MONTH_FIRST, "mmddyy")):
        match = pattern(symbol)
        if match:
            digits = match[order]
            pairs = {"y": digits[4:], "m": digits[:2], "d": digits[2:4]}
            if order == "yymmdd":
                pairs = {"y": digits[:2], "m": digits[2:4], "d": digits[4:]}
            is_clearing = len(match["strike"]) == 8 and "." not in match["strike"]
            strike = float(match["strike"]) * (0.001 if is_clearing else strike_scale)
            return _terms(match["root"], _day(pairs["y"], pairs["m"], pairs["d"]), strike, match["right"])
    symbol = symbol.replace("_", " ")
    match = _SPACED(symbol)
    root = match["root"] if match else underlying
    cycle = None
    if match is None:
        match = _BELOW(symbol)
        if match is None or not underlying:
            return None
        cycle = match["cycle"]
    found = match.groupdict()
    year, month, day = (next(found[f"{unit}{n}"] for n in "1234" if found[f"{unit}{n}"]) for unit in "ymd")
    if root == "SPX" and cycle:
        root = "SPXW"
    strike = float(found["strike1"] or found["strike2"])
    return _terms(root, _day(year, month, day), strike, found["right1"] or found["right2"])


def is_strategy(text: str) -> bool:
    """Tell whether a symbol is a spread of options, whose legs the file lists as rows of their own."""
    return _STRATEGY(text.strip().upper()) is not None


def read_future(
    text: str, *, as_of: date, expiry: date | None = None, is_known_future: bool = False
) -> FutureTerms | None:
    """Read a futures contract in any notation.

    Parameters
    ----------
    text
        As the file spells it.
    as_of
        Day of the advice; tells the decade of a year with one digit.
    expiry
        Expiry where the file tells it.
    is_known_future
        The file says that it is a future, so that an unknown root is accepted too.

    Returns
    -------
    FutureTerms
        ``None`` when the text is no future.
    """
    symbol = text.strip().upper()
    bracketed = _BRACKETED(symbol) if symbol.endswith("]") else None
    if bracketed:
        inner = read_future(bracketed["inner"], as_of=as_of, expiry=expiry, is_known_future=is_known_future)
        return inner and replace(inner, multiplier=float(bracketed["multiplier"]))
    futures = load_futures()
    match = _CONTINUOUS(symbol)
    root = (match["root"] or match["root2"]) if match else ""
    if root in futures or (root and is_known_future):
        known = futures.get(root)
        return FutureTerms(
            symbol=f"{root}=F",
            root=root,
            year=None,
            month=None,
            multiplier=known and known.multiplier,
            is_32nds=known is not None and known.is_32nds,
        )
    match = _FUTURE(symbol)
    if match is None or not (match["root"] in futures or is_known_future or symbol.startswith("/")):
        return None
    root, letter = match["root"], match["month"]
    month = MONTH_LETTERS.index(letter) + 1
    year = expiry.year if expiry else to_contract_year(match["year"], month, as_of)
    known = futures.get(root)
    return FutureTerms(
        symbol=f"{root}{letter}{year % 100:02d}{known.suffix if known else ''}",
        root=root,
        year=year,
        month=month,
        multiplier=known and known.multiplier,
        is_32nds=known is not None and known.is_32nds,
    )


def contract_inside(text: str) -> str | None:
    """Return the contract that ends a description, such as ``/MESH2`` of ``Micro E-mini, Mar-22 (prev. /MESH2)``."""
    match = _INSIDE(text)
    return match["contract"] if match else None


def read_day(text: str) -> date | None:
    """Read a date of expiry, such as ``20260618``, ``2026-06-18``, ``06/18/2026`` or ``18JUN26``."""
    digits = text.strip().upper()
    if not digits:
        return None
    if re.fullmatch(r"20[0-9]{6}", digits):
        return _day(digits[:4], digits[4:6], digits[6:])
    match = re.fullmatch(_DATE, digits.split(" 00:00")[0])
    if match is None:
        return None
    found = match.groupdict()
    year, month, day = (next(found[f"{unit}{n}"] for n in "1234" if found[f"{unit}{n}"]) for unit in "ymd")
    return _day(year, month, day)


def _day(year: str, month: str, day: str) -> date | None:
    number = MONTH_NAMES.index(month) + 1 if month in MONTH_NAMES else int(month)
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), number, int(day))
    except ValueError:
        return None


def _terms(root: str, expiry: date | None, strike: float, right: str) -> OptionTerms | None:
    if expiry is None or strike <= 0:
        return None
    return OptionTerms(root=root, expiry=expiry, strike=strike, right="call" if right[0] == "C" else "put")
