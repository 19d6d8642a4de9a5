"""The index futures of a holdings file, each in its own month.

The contract's code tells the month, else the day of expiry that the file gives; a future without either is one of the
front month. A contract whose last trading day has passed was settled in cash and is held no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.contracts import (
    MonthlyFuture,
    find_contract,
    find_expiry,
    find_front_month,
    load_symbols,
    read_contract_code,
)
from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from hedger.portfolio import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFuture:
    """Contracts of one month.

    Parameters
    ----------
    future
        Contract and month.
    quantity
        Contracts, negative = short.
    """

    future: MonthlyFuture
    quantity: int

    def __str__(self) -> str:
        return f"{self.quantity:+,} {self.future.code}"


def to_held_future(position: Position, as_of: date) -> HeldFuture | str:
    """Return a future of a holdings file with its month, or why it does not count, without a full stop.

    Parameters
    ----------
    position
        Of the asset class ``"future"``.
    as_of
        Day of the advice: the month of a future without one is the front month of that day.
    """
    root = position.underlying or position.symbol
    if root not in load_symbols():
        return "it is not a US equity index future"
    if position.quantity is None or position.quantity % 1:
        return "the file does not tell a whole number of contracts"
    try:
        future = _find_month(position, root, as_of)
    except ValueError:
        return f"no {root} expires in its month"
    return HeldFuture(future=future, quantity=int(position.quantity))


def add_up(futures: Iterable[HeldFuture]) -> tuple[HeldFuture, ...]:
    """Add up contracts of one month, in the order in which they first stand."""
    totals: dict[MonthlyFuture, int] = {}
    for each in futures:
        totals[each.future] = totals.get(each.future, 0) + each.quantity
    return tuple(HeldFuture(future=future, quantity=quantity) for future, quantity in totals.items())


def doubt_months(futures: Iterable[HeldFuture], as_of: date) -> Iterator[Note]:
    """Say which futures are not of the front month, in which alone a plan trades."""
    elsewhere = []
    for each in futures:
        front = find_front_month(each.future.symbol, as_of).code
        if each.quantity and each.future.code != front:
            elsewhere.append(f"{each} (the front month is {front})")
    if elsewhere:
        yield Note(
            code="futures_in_another_month",
            message=(
                f"The file holds futures of another month: {', '.join(elsewhere)}. They count like the front month's, "
                "at its price and margin, and the orders trade the front month only; closing or rolling them is up to "
                "you."
            ),
        )


def _find_month(position: Position, root: str, as_of: date) -> MonthlyFuture:
    """Find the month of a future; ``ValueError`` when no contract of its root expires in it."""
    if position.symbol not in (root, f"{root}=F"):
        return read_contract_code(position.symbol, as_of)
    if position.expiry is None:
        return find_front_month(root, as_of)
    contract = find_contract(root, as_of)
    expiry = find_expiry(position.expiry.year, position.expiry.month, contract.expiry_rule)
    return MonthlyFuture(contract=contract, expiry=expiry)
