"""What a file says beside its positions: totals, pending activity, debts, values that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.portfolio.drafts import TotalRow
from hedger.portfolio.numbers import to_fraction, to_number

if TYPE_CHECKING:
    from hedger.portfolio.drafts import Harvest
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.rows import SortedRow
    from hedger.portfolio.tables import Table

VALUE_TOLERANCE = 0.01
"""Share by which a stated value may differ from quantity x price before it is doubted."""


def note_aside(sorted_row: SortedRow, table: Table, decimal: DecimalSign, harvest: Harvest) -> None:
    """Keep what a row that is no position says about the rest of the file."""
    row, cells, kind, _ = sorted_row
    line = row.line
    amount = _amount(sorted_row, decimal)
    if kind == "strategy":
        sentence = f"Line {line} is a spread; its legs are rows of their own and were read instead."
        harvest.warn("strategy_row_skipped", line, sentence)
    elif kind == "total" and amount is not None and "value" in table.columns:
        harvest.totals.append(TotalRow(line=line, value=amount, n_drafts=len(harvest.drafts), beside=harvest.beside))
    elif kind == "total":
        harvest.weight_total = _weight(cells.get("weight", ""), decimal)
    elif kind == "pending" and amount is not None:
        harvest.beside += amount
        sentence = f"Line {line}: pending activity of {amount:,.2f} is not settled and was left out."
        harvest.warn("pending_activity_excluded", line, sentence)
    elif kind == "futures value" and amount:
        harvest.beside += amount
        sentence = (
            f"Line {line}: the file states a market value of futures of {amount:,.2f} but lists no contracts. "
            "Name the futures already held, or the plan ignores them."
        )
        harvest.warn("futures_positions_not_listed", line, sentence)


def _weight(text: str, decimal: DecimalSign) -> float | None:
    try:
        return to_fraction(text, decimal)[0]
    except ValueError:
        return None


def _amount(sorted_row: SortedRow, decimal: DecimalSign) -> float | None:
    """Return the value of a row; exports of 2021 to 2023 have that of pending activity one column early."""
    for text in [sorted_row.cells.get("value", ""), *(cell for cell in sorted_row.row.filled()[::-1] if "$" in cell)]:
        try:
            return to_number(text, decimal)
        except ValueError:
            continue
    return None


def note_cash(line: int, symbol: str, value: float | None, harvest: Harvest) -> None:
    """Doubt cash that is a debt, or a mere sum of deposits."""
    if value is not None and value < 0:
        sentence = f"Line {line}: cash of {value:,.2f} is a debit, such as a margin loan; it counts as negative."
        harvest.warn("margin_debit", line, sentence)
    if symbol.upper().startswith("$$CASH"):
        sentence = f"Line {line}: cash is the sum of deposits and withdrawals; trades were not deducted from it."
        harvest.warn("cash_from_movements", line, sentence)


def checked_value(line: int, derived: float, stated: float | None, rounding: float, harvest: Harvest) -> float:
    """Return the stated value of a row, or the derived one where none is stated; doubt a value far from it.

    Parameters
    ----------
    line
        Physical line of the row.
    derived
        Quantity x price x multiplier.
    stated
        What the file says; ``None`` where it says nothing.
    rounding
        Difference that the rounding of the price explains.
    harvest
        Where doubts go.
    """
    if stated is None:
        return derived
    tolerance = VALUE_TOLERANCE * abs(stated) + rounding
    if derived < 0 < stated and abs(derived + stated) <= tolerance:
        sentence = f"Line {line}: the quantity is negative and the value is not; the value was read as {-stated:,.2f}."
        harvest.warn("sign_mismatch", line, sentence)
        return -stated
    if abs(derived - stated) > tolerance:
        sentence = (
            f"Line {line}: quantity x price is {derived:,.2f}, but the file states a value of {stated:,.2f}. "
            "The stated value was kept; check the row."
        )
        harvest.warn("value_mismatch", line, sentence)
    return stated
