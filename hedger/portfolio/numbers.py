"""Numbers as brokers and people write them.

A cell is a number only if every character of it has a part in one: an optional currency sign, one sign (before,
behind, or as brackets), digits in well-formed groups, one decimal sign, an exponent. Whether the decimal sign is a
point or a comma is decided once per file, from the cells that can only be read one way; ``1.234`` can be read both
ways and decides nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

DecimalSign = Literal[".", ","]

LONGEST_NUMBER = 64
"""Characters; a longer cell is not tried."""

LARGEST_NUMBER = 1e13
"""Largest size accepted; no holding has a larger quantity, price or value."""

_MISSING = frozenset({"", "-", "--", "---", "\u2013", "\u2014", "n/a", "na", "n.a."})
_CELL_ERRORS = frozenset(
    {"#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#error!", "#n/a", "loading...", "nan"}
)

_SPACES = " \u00a0\u2007\u2009\u202f"
_CANONICAL = str.maketrans({"\u2212": "-", "\u2019": "'", "\u02bc": "'", **dict.fromkeys(_SPACES, "'")})
_CURRENCY = r"(?:(?:US|C|CA|A|AU|HK|S|NZ|R|MX)?\$|[€£¥₹₩]|USD|EUR|GBP|CHF|CAD|JPY|HKD|AUD|SEK|NOK|DKK|PLN|BRL|SGD)"
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "R$": "BRL", "HK$": "HKD", "C$": "CAD", "CA$": "CAD"}
_SIGN = re.compile(rf"\(?[+-]?(?P<before>{_CURRENCY})|.*[0-9.,][ '\u00a0\u202f]?(?P<behind>{_CURRENCY})-?\)?$").match
_DIGITS = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,15})?").fullmatch
_DOLLARS = re.compile(r"([+-]?)\$?((?:[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,13})(?:\.[0-9]{1,15})?)").fullmatch
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])?(?:{_CURRENCY}'?)?(?P<inner_sign>[+-])?"
    rf"(?P<digits>[0-9.,](?:[0-9.,']*[0-9.,])?)(?P<exponent>[eE][+-]?[0-9]{{1,3}})?(?:'?{_CURRENCY})?(?P<behind>-)?(?P<close>\))?"
).fullmatch


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is no number: empty, a dash, ``N/A`` and the like."""
    return text.lower() in _MISSING if len(text) < 12 else False


def is_cell_error(text: str) -> bool:
    """Tell whether a cell holds what a spreadsheet or a feed writes when a formula fails, such as ``#REF!``."""
    return len(text) < 12 and text.lower() in _CELL_ERRORS


def to_number(text: str, decimal: DecimalSign = ".") -> float:
    """Convert a cell to a number.

    Parameters
    ----------
    text
        The cell without surrounding spaces.
    decimal
        Decimal sign of the file.

    Raises
    ------
    ValueError
        With a phrase that says what was expected, such as ``"a number"``.
    """
    if decimal == ".":  # what nearly all cells are; below, the same is read and everything else
        if _DIGITS(text):
            return float(text)
        dollars = _DOLLARS(text)
        if dollars:
            return float(dollars[1] + dollars[2].replace(",", ""))
    factor, integer, fraction, exponent = _parts(text, decimal)
    number = factor * float(f"{integer or '0'}.{fraction or '0'}{exponent}")
    if abs(number) > LARGEST_NUMBER:
        raise ValueError(f"a number below {LARGEST_NUMBER:,.0f}")
    return number


def currency_told(text: str) -> str | None:
    """Return the currency that a cell names beside its number; ``"$"`` for one of the dollars, ``None`` without one."""
    match = None if text[:1].isdigit() and text[-1:].isdigit() else _SIGN(text)
    sign = (match["before"] or match["behind"]) if match else ""
    return _SIGNS.get(sign, sign) or None


def to_fraction(text: str, decimal: DecimalSign = ".") -> tuple[float, bool]:
    """Convert a weight to a number, and tell whether it carried a per cent sign (it is then divided by 100)."""
    if text.endswith("%"):
        return to_number(text[:-1].strip(), decimal) / 100.0, True
    return to_number(text, decimal), False


def to_price(text: str, decimal: DecimalSign = ".") -> float:
    """Convert a price; ``112'155`` of a bond future is 112 and 15.5 thirty-seconds.

    The two digits behind the apostrophe count thirty-seconds, a third one quarters of them, rounded down: 2 stands
    for .25, 5 for .5, 7 for .75.
    """
    match = re.fullmatch(r"([0-9]{2,3})'([0-2][0-9]|3[01])([0257]?)", text)
    if match is None:
        return to_number(text, decimal)
    quarters = {"": 0.0, "0": 0.0, "2": 0.25, "5": 0.5, "7": 0.75}[match[3]]
    return float(match[1]) + (float(match[2]) + quarters) / 32.0


def decimal_evidence(texts: Iterable[str]) -> tuple[int, int, int | None]:
    """Count the cells that can only have a decimal point, and those that can only have a decimal comma.

    Returns
    -------
    tuple
        Cells with a point, cells with a comma, and the position of the first cell that reads both ways.
    """
    points = commas = 0
    ambiguous: int | None = None
    for position, text in enumerate(texts):
        sign = _only_reading(text)
        if sign == ".":
            points += 1
        elif sign == ",":
            commas += 1
        elif sign == "?" and ambiguous is None:
            ambiguous = position
    return points, commas, ambiguous


def _only_reading(text: str) -> str:
    """Return ``"."`` or ``","`` where only that can be the decimal sign, ``"?"`` where both can, else ``""``."""
    match = _NUMBER(text.rstrip("%").strip().translate(_CANONICAL)) if len(text) <= LONGEST_NUMBER else None
    if match is None:
        return ""
    digits = match["digits"]
    signs = [c for c in digits if c in ".,"]
    if not signs:
        return ""
    last = signs[-1]
    other = "," if last == "." else "."
    if len(set(signs)) == 2:
        return last if signs.count(last) == 1 else ""
    if len(signs) > 1:
        return other
    before, _, behind = digits.partition(last)
    if len(behind) != 3 or before in {"", "0"} or len(before) > 3:
        return last
    return "?"


def _parts(text: str, decimal: DecimalSign) -> tuple[float, str, str, str]:
    """Split a cell into sign, integer digits, fraction digits and exponent."""
    expected = "a number"
    if text.endswith("%"):
        raise ValueError("a number: per cent belong in a column of weights")
    match = _NUMBER(text.translate(_CANONICAL)) if len(text) <= LONGEST_NUMBER else None
    if match is None or (match["open"] is None) != (match["close"] is None):
        raise ValueError(expected)
    signs = [match["open"], match["sign"], match["inner_sign"], match["behind"]]
    if sum(sign is not None for sign in signs) > 1:
        raise ValueError(expected)
    negative = any(sign in {"(", "-"} for sign in signs)
    integer, _, fraction = match["digits"].partition(decimal)
    if fraction and not fraction.isdigit():
        raise ValueError(f"a number with a decimal {'point' if decimal == '.' else 'comma'}, as elsewhere in the file")
    digits = _ungrouped(integer, "," if decimal == "." else ".")
    if digits is None or not (digits or fraction):
        raise ValueError(expected)
    return (-1.0 if negative else 1.0), digits, fraction, match["exponent"] or ""


def _ungrouped(integer: str, separator: str) -> str | None:
    """Return the digits of an integer without its group separators; ``None`` where the groups are not well formed."""
    if "'" in integer:
        separator = "'"
    groups = integer.split(separator)
    well_formed = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and len(groups[-1]) == 3 and all(len(group) in {2, 3} for group in groups[1:-1])
    )
    digits = "".join(groups)
    return digits if well_formed and (digits.isdigit() or not digits) else None
