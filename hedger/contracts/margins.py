"""Performance bonds by date.

The margin of a contract on a day is, in this order:

1. the broker's own figure, which the user gave;
2. the newest figure of the shipped table that is not after the day and at most :data:`MAX_AGE_DAYS` old;
3. a share of the contract's notional that depends on the index: an assumption.

In 1 and 2 a contract without such a figure of its own follows from the newest one of its family, where the
exchange keeps a fixed ratio: a micro is one tenth of its E-mini, SP is five times ES. Maintenance follows an
assumed initial margin by the rule for retail accounts, initial = 1.1 x maintenance (1.25 before 2012-09-24).
Shares, family units and ratios stand with their sources in ``margin_rules.csv``.

The shipped table, ``margins.csv``, holds exchange figures to January 2022 and scattered public copies after
that. Ranges, undated figures and figures known to be stale were left out; of a figure that is dated by
month only the last day is taken, so that nothing is used before it was known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from hedger.contracts.catalogue import load_symbols
from hedger.contracts.tables import UserFile, read_table
from hedger.shipped import load_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hedger.contracts.catalogue import FuturesContract

__all__ = ["MAX_AGE_DAYS", "BrokerMargin", "Margin", "find_margin", "load_margins", "read_margins"]

MAX_AGE_DAYS = 90
"""Calendar days after which a shipped figure is no longer used, and a broker's figure is doubted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Performance bond of one contract.

    Parameters
    ----------
    initial, maintenance
        USD per contract.
    as_of
        Day the figure was in force; for an assumption, the day it is applied.
    source
        Who says so.
    is_assumed
        True when no usable figure exists and a share of notional stands in.
    confidence
        ``"high"`` to ``"low"`` as the table has it, ``"broker"`` for the user's own figure, ``"assumed"``.
    last_known
        For an assumption, the newest figure before the day, too old to be used; ``None`` where there is none.
    """

    initial: float
    maintenance: float
    as_of: date
    source: str
    is_assumed: bool
    confidence: str = "high"
    last_known: Margin | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.maintenance <= self.initial:
            raise ValueError(
                f"margins must satisfy 0 < maintenance <= initial, not {self.maintenance} and {self.initial}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerMargin:
    """What the user's broker asks for one contract.

    Parameters
    ----------
    symbol
        Root of the contract.
    initial, maintenance
        USD per contract.
    as_of
        Day the figure was read; ``None`` where the user does not say.
    source
        The file, in words.
    """

    symbol: str
    initial: float
    maintenance: float
    as_of: date | None
    source: str

    def to_margin(self, as_of: date) -> Margin:
        """Return the figure as a margin; one without a date counts as of the day `as_of`."""
        return Margin(
            initial=self.initial,
            maintenance=self.maintenance,
            as_of=self.as_of or as_of,
            source=self.source,
            is_assumed=False,
            confidence="broker",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One row of ``margin_rules.csv``."""

    kind: str
    subject: str
    family: str
    amount: float
    effective: date
    source: str


@cache
def load_margins() -> Mapping[str, tuple[Margin, ...]]:
    """Load the shipped figures: by symbol, oldest first."""
    figures: dict[str, list[Margin]] = {}
    for row in load_table("margins.csv"):
        figures.setdefault(row["symbol"], []).append(
            Margin(
                initial=float(row["initial"]),
                maintenance=float(row["maintenance"]),
                as_of=date.fromisoformat(row["as_of"]),
                source=row["source"],
                is_assumed=False,
                confidence=row["confidence"],
            )
        )
    return {symbol: tuple(sorted(dated, key=lambda m: m.as_of)) for symbol, dated in figures.items()}


def read_margins(file: UserFile) -> tuple[BrokerMargin, ...]:
    """Read the broker's own margins, a CSV with ``symbol,initial,maintenance[,as_of]``.

    Parameters
    ----------
    file
        Path or text stream.

    Raises
    ------
    SettingsError
        If the file is not such a table; the sentence names line, column and value.
    """
    rows = read_table(file, keys=load_symbols(), columns=("initial", "maintenance"), optional=("as_of",))
    margins = []
    for row in rows:
        initial, maintenance = row.amount("initial"), row.amount("maintenance")
        if initial <= 0.0:
            raise row.refuse("initial", "a positive number")
        if not 0.0 < maintenance <= initial:
            raise row.refuse("maintenance", f"a positive number up to the initial margin of {initial:,.2f}")
        margins.append(
            BrokerMargin(
                symbol=row.cells["symbol"],
                initial=initial,
                maintenance=maintenance,
                as_of=row.day("as_of"),
                source=f"broker's figure ({row.file}, line {row.line})",
            )
        )
    return tuple(margins)


def find_margin(contract: FuturesContract, *, as_of: date, price: float, broker: Iterable[BrokerMargin] = ()) -> Margin:
    """Find the margin of a contract on a day.

    Parameters
    ----------
    contract
        The contract.
    as_of
        The day.
    price
        Futures price in points, for the share of notional that stands in for a missing figure.
    broker
        The user's own figures; they are used whatever their date.
    """
    rows = {row.symbol: row for row in broker}
    oldest = as_of - timedelta(days=MAX_AGE_DAYS)

    def find_given(symbol: str) -> Margin | None:
        return rows[symbol].to_margin(as_of) if symbol in rows else None

    def find_published(symbol: str) -> Margin | None:
        newest = _find_newest(symbol, as_of)
        return newest if newest is not None and newest.as_of >= oldest else None

    for find in (find_given, find_published):
        margin = find(contract.symbol) or _derive_from_family(contract.symbol, as_of, find)
        if margin is not None:
            return margin
    share = _rules_in_force("share_of_notional", as_of).get(contract.index)
    ratio = _rules_in_force("initial_to_maintenance", as_of).get("")
    if share is None or ratio is None:
        raise ValueError(f"margin_rules.csv has no share of notional for {contract.index} on {as_of}")
    initial = share.amount * contract.multiplier * price
    return Margin(
        initial=initial,
        maintenance=initial / ratio.amount,
        as_of=as_of,
        source=f"assumption: {share.amount:g} of notional ({share.source})",
        is_assumed=True,
        confidence="assumed",
        last_known=_find_newest(contract.symbol, as_of),
    )


def _find_newest(symbol: str, as_of: date) -> Margin | None:
    """Return the newest shipped figure not after the day, whatever its age."""
    dated = load_margins().get(symbol, ())
    return max((margin for margin in dated if margin.as_of <= as_of), key=lambda m: m.as_of, default=None)


def _derive_from_family(symbol: str, as_of: date, find: Callable[[str], Margin | None]) -> Margin | None:
    """Scale the newest figure of a contract with which `symbol` keeps a fixed ratio."""
    units = _rules_in_force("units", as_of)
    if symbol not in units:
        return None
    relatives = [
        (rule, margin)
        for rule in units.values()
        if rule.family == units[symbol].family and (margin := find(rule.subject)) is not None
    ]
    if not relatives:
        return None
    # Of figures of one day that of the older contract is taken, which comes first.
    rule, margin = max(relatives, key=lambda relative: relative[1].as_of)
    multiple = units[symbol].amount / rule.amount
    larger = max(units[symbol], rule, key=lambda member: member.amount)
    return replace(
        margin,
        initial=margin.initial * multiple,
        maintenance=margin.maintenance * multiple,
        source=f"{multiple:g} times {rule.subject}: {margin.source}; {larger.source}",
    )


def _rules_in_force(kind: str, as_of: date) -> dict[str, _Rule]:
    """Return by subject the newest rule of a kind that is not after the day."""
    return {rule.subject: rule for rule in _load_rules() if rule.kind == kind and rule.effective <= as_of}


@cache
def _load_rules() -> tuple[_Rule, ...]:
    """Load all rules, oldest first, so that of two for one subject the newer one comes last."""
    rules = (
        _Rule(
            kind=row["rule"],
            subject=row["subject"],
            family=row["family"],
            amount=float(row["amount"]),
            effective=date.fromisoformat(row["effective"]),
            source=row["source"],
        )
        for row in load_table("margin_rules.csv")
    )
    return tuple(sorted(rules, key=lambda rule: rule.effective))
