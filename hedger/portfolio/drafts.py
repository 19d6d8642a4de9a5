"""What reading the rows of a file yields, before rows of one instrument are merged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hedger.portfolio.holdings import FileWarning, SkippedRow
from hedger.portfolio.layouts import GENERIC

if TYPE_CHECKING:
    from hedger.errors import BadCell
    from hedger.portfolio.instruments import Instrument
    from hedger.portfolio.layouts import Layout


class Draft(NamedTuple):
    """One row that is a holding.

    Parameters
    ----------
    instrument
        What it holds.
    raw_symbol
        As the file spells it.
    account
        Account in full; never shown so.
    quantity, price, value
        As in the file, signed, in `currency`; `value` may be derived from the other two.
    weight
        As the file has it.
    has_percent_sign
        The weight carried a per cent sign and is a fraction already.
    currency, is_currency_assumed
        ISO code, and whether neither the row nor the symbol tells it.
    line
        Physical line.
    """

    instrument: Instrument
    raw_symbol: str
    account: str | None
    quantity: float | None
    price: float | None
    value: float | None
    weight: float | None
    has_percent_sign: bool
    currency: str
    is_currency_assumed: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow:
    """A total that the file states.

    Parameters
    ----------
    line
        Physical line.
    value
        What the file says.
    n_drafts
        Drafts that stand above it.
    beside
        Money above it that is no position: pending activity, market value of futures that are not listed.
    """

    line: int
    value: float
    n_drafts: int
    beside: float


@dataclass(slots=True)
class Harvest:
    """Everything read so far; grows from table to table.

    `layout` is that of the first table of holdings, `base_currency` the one that the file names as its own.
    """

    drafts: list[Draft] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    warnings: list[FileWarning] = field(default_factory=list)
    bad_cells: list[BadCell] = field(default_factory=list)
    totals: list[TotalRow] = field(default_factory=list)
    weight_total: float | None = None
    beside: float = 0.0
    cash_in_base: float | None = None
    layout: Layout = GENERIC
    base_currency: str | None = None

    def skip(self, line: int, reason: str) -> None:
        """Note a row that is no position."""
        self.skipped.append(SkippedRow(line=line, reason=reason))

    def warn(self, code: str, line: int | None, message: str) -> None:
        """Note a doubt."""
        self.warnings.append(FileWarning(code=code, line=line, message=message))
