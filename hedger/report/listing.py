"""The contract table as it stood on a day: expiry, roll, level and the newest margin of every contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.contracts import (
    INDICES,
    MAX_AGE_DAYS,
    Expiry,
    FuturesContract,
    Margin,
    find_front_expiry,
    find_margin,
    select_contracts,
    to_contract_code,
)

if TYPE_CHECKING:
    from datetime import date

    from hedger.market import Prices

OLDEST_LEVEL = 7
"""Calendar days that an index level may lie before the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedContract:
    """A contract that trades on a day, or did before.

    Parameters
    ----------
    contract
        The catalogue row.
    as_of
        The day.
    expiry
        Front expiry of the day; ``None`` for a contract that was delisted before.
    margin
        Newest figure not after the day, however old; ``None`` where none is known.
    level
        Index level in points; ``None`` where the prices do not tell it.
    """

    contract: FuturesContract
    as_of: date
    expiry: Expiry | None
    margin: Margin | None
    level: float | None

    @property
    def is_listed(self) -> bool:
        """Whether the contract trades on the day."""
        return self.expiry is not None

    @property
    def code(self) -> str | None:
        """Exchange code of the front expiry."""
        return to_contract_code(self.contract.symbol, self.expiry) if self.expiry else None

    @property
    def notional(self) -> float | None:
        """Value of one contract at the index level, USD."""
        return None if self.level is None else self.contract.multiplier * self.level

    @property
    def margin_age_days(self) -> int | None:
        """Calendar days from the margin's date to the day."""
        return None if self.margin is None else (self.as_of - self.margin.as_of).days

    @property
    def has_old_margin(self) -> bool:
        """Whether the margin is older than a plan would use."""
        return self.margin_age_days is not None and self.margin_age_days > MAX_AGE_DAYS


def list_contracts(as_of: date, prices: Prices) -> tuple[ListedContract, ...]:
    """List what trades on a day and what was delisted before, in the order of the catalogue.

    Parameters
    ----------
    as_of
        The day.
    prices
        Of the indices; only closes of the week up to `as_of` count.

    Raises
    ------
    SettingsError
        When no index future was listed yet.
    """
    levels = _levels(as_of, prices)
    return tuple(
        ListedContract(
            contract=contract,
            as_of=as_of,
            expiry=find_front_expiry(as_of, contract.expiry_rule) if contract.is_listed(as_of) else None,
            margin=_newest_margin(contract, as_of),
            level=levels.get(contract.index) if contract.is_listed(as_of) else None,
        )
        for contract in select_contracts(as_of, include_delisted=True)
    )


def _newest_margin(contract: FuturesContract, as_of: date) -> Margin | None:
    """Return the newest dated figure up to the day, or up to the contract's last one."""
    day = as_of if contract.delisted is None else min(as_of, contract.delisted)
    margin = find_margin(contract, as_of=day, price=1.0)  # the price matters for an assumption only
    return margin.last_known if margin.is_assumed else margin


def _levels(as_of: date, prices: Prices) -> dict[str, float]:
    """Return the newest level by index, of those series that are a level and not a fund that stands for it."""
    if prices.first_session > as_of:
        return {}
    known = prices.until(as_of)
    levels = {}
    for index in INDICES:
        if index.is_level and index.symbol in known.symbols:
            session = known.last_session_of(index.symbol)
            if (as_of - session).days <= OLDEST_LEVEL:
                levels[index.name] = known.close_on(index.symbol, session)
    return levels
