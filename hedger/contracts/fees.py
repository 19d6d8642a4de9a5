"""What a side costs: a broker's commission, the exchange's fee and the regulator's.

A schedule of fees belongs to a broker and is chosen by name; exchange and regulatory fees are the same for
all of them. Each rate has the day from which it applies, and the earliest known one stands in before that.
Where no rate exists for a size, that of the next size stands in (the E-mini's for standard contracts, the
micro's for spot-quoted ones) and the result says so. All rates stand with their sources in ``fees.csv``,
commissions at the lowest volume tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

from hedger.contracts.catalogue import load_symbols
from hedger.contracts.tables import UserFile, read_table
from hedger.errors import SettingsError
from hedger.shipped import load_table
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hedger.contracts.catalogue import Size

__all__ = [
    "DEFAULT_FEE_SCHEDULE",
    "BrokerFees",
    "FeeRate",
    "FeeSchedule",
    "Fees",
    "find_fee_schedule",
    "load_fee_schedules",
    "read_fees",
]

FeeKind = Literal["commission", "exchange_fee", "regulatory_fee"]

DEFAULT_FEE_SCHEDULE = "ibkr"
"""Name of the schedule that is used unless another one is chosen."""

_STAND_INS: Mapping[str, str] = {"standard": "e-mini", "spot-quoted": "micro"}
"""Size whose rate is used where a size has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What one side of one contract costs beyond the spread, in USD.

    Parameters
    ----------
    commission, exchange_fee, regulatory_fee
        USD per contract and side.
    as_of, source
        Dates as the sources give them, commission first, and the sources.
    is_assumed
        True when the rate of another size stands in for one that was not found.
    """

    commission: float
    exchange_fee: float
    regulatory_fee: float
    as_of: str
    source: str
    is_assumed: bool = False

    @property
    def per_side(self) -> float:
        """All fees of one side, USD per contract."""
        return self.commission + self.exchange_fee + self.regulatory_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFees:
    """What the user pays for one contract.

    Parameters
    ----------
    symbol
        Root of the contract.
    fees
        The user's figures.
    """

    symbol: str
    fees: Fees


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRate:
    """One rate of a schedule.

    Parameters
    ----------
    kind
        ``"commission"``, ``"exchange_fee"`` or ``"regulatory_fee"``.
    size
        Contract size that it is for, or ``"any"``.
    amount
        USD per contract and side.
    effective
        First day on which it applies.
    as_of, source
        Date as the source gives it, and the source.
    """

    kind: FeeKind
    size: str
    amount: float
    effective: date
    as_of: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """What trading through one broker costs.

    Parameters
    ----------
    name
        Name in settings, such as ``"ibkr"``.
    title
        Name for people.
    rates
        The broker's commissions, and the fees of exchange and regulator.
    """

    name: str
    title: str
    rates: tuple[FeeRate, ...]

    def find_fees(self, size: Size, *, as_of: date) -> Fees:
        """Find what one side of a contract of `size` cost on a day."""
        found = {kind: self._find_rate(kind, size, as_of) for kind in ("commission", "exchange_fee", "regulatory_fee")}
        words = []
        for kind, rate in found.items():
            stand_in = "" if _is_for(rate, size) else f", that of {rate.size} stands in"
            words.append(f"{kind.replace('_', ' ')}: {rate.source} ({rate.as_of}{stand_in})")
        return Fees(
            commission=found["commission"].amount,
            exchange_fee=found["exchange_fee"].amount,
            regulatory_fee=found["regulatory_fee"].amount,
            as_of=", ".join(dict.fromkeys(rate.as_of for rate in found.values())),
            source="; ".join(words),
            is_assumed=not all(_is_for(rate, size) for rate in found.values()),
        )

    def _find_rate(self, kind: str, size: str, as_of: date) -> FeeRate:
        rates = [rate for rate in self.rates if rate.kind == kind and _is_for(rate, size)]
        if not rates:
            if size not in _STAND_INS:
                raise ValueError(f"schedule {self.name} has no {kind} for {size}")
            return self._find_rate(kind, _STAND_INS[size], as_of)
        past = [rate for rate in rates if rate.effective <= as_of]
        return max(past, key=lambda r: r.effective) if past else min(rates, key=lambda r: r.effective)


@cache
def load_fee_schedules() -> tuple[FeeSchedule, ...]:
    """Load the named schedules, the default one first."""
    common: list[FeeRate] = []
    commissions: dict[tuple[str, str], list[FeeRate]] = {}
    for row in load_table("fees.csv"):
        rate = FeeRate(
            kind=cast("FeeKind", row["kind"]),
            size=row["size"],
            amount=float(row["amount"]),
            effective=date.fromisoformat(row["effective"]),
            as_of=row["as_of"],
            source=row["source"],
        )
        if row["schedule"]:
            commissions.setdefault((row["schedule"], row["payee"]), []).append(rate)
        else:
            common.append(rate)
    return tuple(
        FeeSchedule(name=name, title=title, rates=(*rates, *common)) for (name, title), rates in commissions.items()
    )


def find_fee_schedule(name: str) -> FeeSchedule:
    """Find a schedule by its name.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    schedules = {schedule.name: schedule for schedule in load_fee_schedules()}
    if name not in schedules:
        raise SettingsError(
            f'There is no fee schedule "{shorten(name)}". Choose among {", ".join(schedules)}, '
            "or give your own fees with --fees FILE.csv."
        )
    return schedules[name]


def read_fees(file: UserFile) -> tuple[BrokerFees, ...]:
    """Read the user's own fees, a CSV with ``symbol,commission,exchange_fee,regulatory_fee`` per side.

    Parameters
    ----------
    file
        Path or text stream.

    Raises
    ------
    SettingsError
        If the file is not such a table; the sentence names line, column and value.
    """
    columns = ("commission", "exchange_fee", "regulatory_fee")
    fees = []
    for row in read_table(file, keys=load_symbols(), columns=columns):
        amounts = {column: row.amount(column) for column in columns}
        for column, amount in amounts.items():
            if amount < 0.0:
                raise row.refuse(column, "a number of at least 0")
        own = Fees(
            commission=amounts["commission"],
            exchange_fee=amounts["exchange_fee"],
            regulatory_fee=amounts["regulatory_fee"],
            as_of="not stated",
            source=f"own figures ({row.file}, line {row.line})",
        )
        fees.append(BrokerFees(symbol=row.cells["symbol"], fees=own))
    return tuple(fees)


def _is_for(rate: FeeRate, size: str) -> bool:
    return rate.size in (size, "any")
