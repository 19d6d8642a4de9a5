"""What a holdings file says, after it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

AssetClass = Literal["stock", "etf", "fund", "bond", "option", "future", "cash", "crypto", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One instrument in one account; rows of the same symbol and account are merged.

    Parameters
    ----------
    symbol
        Yahoo symbol where one exists; else identifier or name.
    raw_symbol
        As the file spells it.
    quantity
        Shares, contracts or face value, negative = short; ``None`` in files that give weights or values only.
    price
        Price in the file, in `currency`; per cent of par for bonds.
    market_value
        Value in the file, signed, in `currency`; ``None`` for futures and where the file tells none.
    weight
        Share of the portfolio as a fraction, in files that give weights only.
    asset_class
        What it is.
    account
        Last four characters of the account at most; ``None`` when the file has no account.
    currency
        ISO code.
    lines
        Physical lines it came from, from 1.
    underlying, expiry, strike, right, multiplier, notional
        For derivatives only; `right` is ``"call"`` or ``"put"``, `notional` is signed USD.
    """

    symbol: str
    raw_symbol: str
    quantity: float | None
    price: float | None
    market_value: float | None
    asset_class: AssetClass
    lines: tuple[int, ...]
    weight: float | None = None
    account: str | None = None
    currency: str = "USD"
    underlying: str | None = None
    expiry: date | None = None
    strike: float | None = None
    right: Literal["call", "put"] | None = None
    multiplier: float | None = None
    notional: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRow:
    """A row that is not a position, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWarning:
    """A doubt about a file; `line` is ``None`` when it concerns the whole file."""

    code: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The positions of one holdings file.

    Parameters
    ----------
    name
        Name for people: the file's name without folders and ending.
    positions
        In the order of the file; cash is among them as ``asset_class == "cash"``.
    cash_total
        Sum of the cash positions in USD; ``None`` when the file says nothing about cash.
    file_total
        What the file's own total row says, USD; ``None`` without one.
    skipped_rows, warnings
        What was left out, and what is doubtful.
    layout
        Name of the recognised layout.
    """

    name: str
    positions: tuple[Position, ...]
    cash_total: float | None
    file_total: float | None
    skipped_rows: tuple[SkippedRow, ...]
    warnings: tuple[FileWarning, ...]
    layout: str
