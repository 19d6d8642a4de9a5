"""Index futures of one contract month, and the codes that people write them in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.contracts.catalogue import load_contracts, load_symbols
from hedger.contracts.expiries import (
    MONTH_LETTERS,
    MONTH_NAMES,
    find_expiry,
    find_front_expiry,
    to_contract_code,
    to_contract_year,
)

if TYPE_CHECKING:
    from datetime import date

    from hedger.contracts.catalogue import FuturesContract
    from hedger.contracts.expiries import Expiry

__all__ = ["MonthlyFuture", "find_contract", "find_front_month", "read_contract_code"]

_CODE = re.compile(
    r"[./]?(?P<root>[A-Z0-9]{1,4}?)"
    rf"(?:(?P<letter>[{MONTH_LETTERS}])(?P<digits>20[0-9]{{2}}|[0-9]{{1,2}})"
    r"|[ _-]?(?P<year>20[0-9]{2})-?(?P<number>0[1-9]|1[0-2])"
    rf"|[ _-]?(?P<name>{'|'.join(MONTH_NAMES)})[ '-]*(?P<short>(?:20)?[0-9]{{2}}))"
    r"(?::X[A-Z]{3}|\.(?:CME|CBT|CBOT))?"
).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyFuture:
    """A contract of the catalogue with its month.

    Parameters
    ----------
    contract
        The catalogue row.
    expiry
        Contract month and its days.
    """

    contract: FuturesContract
    expiry: Expiry

    @property
    def symbol(self) -> str:
        """Root of the contract."""
        return self.contract.symbol

    @property
    def code(self) -> str:
        """Exchange code with one year digit, such as ``"MESZ6"``."""
        return to_contract_code(self.contract.symbol, self.expiry)

    @property
    def last_trading_day(self) -> date:
        """Last session on which it trades: of its month, or of the contract where that was delisted before."""
        delisted = self.contract.delisted
        return self.expiry.last_trading_day if delisted is None else min(self.expiry.last_trading_day, delisted)

    def is_gone(self, as_of: date) -> bool:
        """Tell whether it no longer trades on a day."""
        return self.last_trading_day < as_of

    def is_due(self, as_of: date) -> bool:
        """Tell whether it still trades on a day, but is to be rolled: the next month is the front one."""
        return self.expiry.roll_date <= as_of <= self.last_trading_day


def find_contract(root: str, as_of: date) -> FuturesContract:
    """Find the catalogue row of a root as it stood on a day: the newest span that had begun, or else the first.

    Raises
    ------
    ValueError
        When the catalogue has no such root; the message says what it has.
    """
    spans = [contract for contract in load_contracts() if contract.symbol == root]
    if not spans:
        raise ValueError(f"an index future known here ({', '.join(load_symbols())})")
    begun = [contract for contract in spans if contract.listed <= as_of]
    return begun[-1] if begun else spans[0]


def find_front_month(root: str, as_of: date) -> MonthlyFuture:
    """Find the contract of a root that is the front one on a day.

    Raises
    ------
    ValueError
        As :func:`find_contract`.
    """
    contract = find_contract(root, as_of)
    return MonthlyFuture(contract=contract, expiry=find_front_expiry(as_of, contract.expiry_rule))


def read_contract_code(text: str, as_of: date) -> MonthlyFuture:
    """Read a contract code such as ``ESZ6``, ``/MESZ26:XCME``, ``ES 202612`` or ``ES DEC 26``.

    Parameters
    ----------
    text
        As a file spells it.
    as_of
        Day it traded; tells the decade of a year with one digit.

    Raises
    ------
    ValueError
        With a phrase that says what was expected.
    """
    match = _CODE(" ".join(text.upper().split()))
    if match is None:
        raise ValueError("a contract code such as ESZ6, or a root and month such as ES 202612")
    contract = find_contract(match["root"], as_of)
    if match["letter"]:
        month, digits = MONTH_LETTERS.index(match["letter"]) + 1, match["digits"]
    elif match["number"]:
        month, digits = int(match["number"]), match["year"]
    else:
        month, digits = MONTH_NAMES.index(match["name"]) + 1, match["short"]
    try:
        expiry = find_expiry(to_contract_year(digits, month, as_of), month, contract.expiry_rule)
    except ValueError:
        months = " ".join(contract.months)
        raise ValueError(f"a month in which {contract.symbol} expires ({months})") from None
    return MonthlyFuture(contract=contract, expiry=expiry)
