"""What can go wrong, in one tree, and the notes that travel with a result that stands in doubt.

Data, settings and the world raise a :class:`HedgerError`; a caller's mistake raises ``ValueError`` or
``TypeError``. An error carries its facts as attributes (they also become fields of the JSON error object)
and words itself in ``__str__``: what was found, where, what was expected, what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

__all__ = [
    "BadCell",
    "ConstantReturnsError",
    "EstimationError",
    "HedgeError",
    "HedgerError",
    "HoldingsError",
    "InfeasibleHedgeError",
    "InsufficientHistoryError",
    "InvalidRowsError",
    "MarketDataError",
    "Note",
    "PricesUnavailableError",
    "SettingsError",
    "SolverError",
    "StalePricesError",
    "UnknownLayoutError",
    "UnreadableFileError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A doubt that did not stop the work; it reaches the screen, the JSON and the exports.

    Parameters
    ----------
    code
        Stable name of the kind of doubt, in snake_case.
    message
        One or two plain sentences: what is doubtful, and what the user can do about it.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """One cell of a holdings file that cannot be read.

    Parameters
    ----------
    line
        Physical line, from 1; ``None`` where no line can be named.
    column
        Column name as the file has it; ``None`` for a whole row.
    value
        The cell, already shortened and escaped.
    expected
        What should stand there, as the end of "is not ...".
    market_value
        Value of the row in USD where the file tells it.
    """

    line: int | None
    column: str | None
    value: str
    expected: str
    market_value: float | None = None

    def __str__(self) -> str:
        where = f"Line {self.line}" if self.line is not None else "The file"
        if self.column is not None:
            where += f', column "{self.column}"'
        return f'{where}: "{self.value}" is not {self.expected}.'


class HedgerError(Exception):
    """Anything that the data, the settings or the world are to blame for."""

    code: ClassVar[str] = "hedger_error"

    def facts(self) -> Mapping[str, object]:
        """Return the facts of this error under stable names, for the JSON error object."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


class _WordedError(HedgerError):
    """An error whose sentence is composed where its facts are known."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.args[0])


class HoldingsError(_WordedError):
    """A holdings file cannot be used; `file` is its path once that is known."""

    code = "holdings_error"
    file: str | None = None

    def __str__(self) -> str:
        return super().__str__() if self.file is None else f"{self.file}: {super().__str__()}"


class UnreadableFileError(HoldingsError):
    """The file is not text with a table in it."""

    code = "unreadable_file"


class UnknownLayoutError(HoldingsError):
    """The file is text, but no table of holdings was found in it."""

    code = "unknown_layout"


class InvalidRowsError(HoldingsError):
    """Rows of the file cannot be read; all their bad cells are named at once."""

    code = "invalid_rows"

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        Exception.__init__(self, self.cells)

    def __str__(self) -> str:
        lines = [str(cell) for cell in self.cells[:50]]
        if len(self.cells) > len(lines):
            lines.append(f"And {len(self.cells) - len(lines)} more.")
        source = "" if self.file is None else f" from {self.file}"
        lines.append(
            f"Nothing was imported{source} because of {plural(len(self.cells), 'bad cell')}: "
            "correct them, or delete the rows, and read the file again. "
            "Or go on without these rows with --leave-out-bad-rows."
        )
        return "\n".join(lines)


class MarketDataError(_WordedError):
    """Prices cannot be had or cannot be trusted."""

    code = "market_data_error"


class PricesUnavailableError(MarketDataError):
    """The price source has no prices for what was asked."""

    code = "prices_unavailable"

    def __init__(self, message: str, symbols: Sequence[str] = ()) -> None:
        self.symbols = tuple(symbols)
        Exception.__init__(self, message, self.symbols)


class StalePricesError(MarketDataError):
    """The newest prices are too old to use."""

    code = "stale_prices"

    def __init__(self, message: str, last_session: date | None = None) -> None:
        self.last_session = last_session
        Exception.__init__(self, message, last_session)


class EstimationError(_WordedError):
    """Betas cannot be estimated from these returns."""

    code = "estimation_error"


class InsufficientHistoryError(EstimationError):
    """Too few sessions to estimate anything."""

    code = "insufficient_history"


class ConstantReturnsError(EstimationError):
    """An index did not move, so that no beta to it exists."""

    code = "constant_returns"


class HedgeError(_WordedError):
    """No hedge can be made."""

    code = "hedge_error"


class InfeasibleHedgeError(HedgeError):
    """The limits contradict each other."""

    code = "infeasible_hedge"


class SolverError(HedgeError):
    """The solver's answer failed its own check; nothing is returned."""

    code = "solver_error"


class SettingsError(_WordedError):
    """A choice of the user cannot be followed."""

    code = "settings_error"
