"""A contract on a day: expiry, price, margin and cost, ready to be traded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.contracts.expiries import find_front_expiry, to_contract_code
from hedger.contracts.fees import DEFAULT_FEE_SCHEDULE, find_fee_schedule
from hedger.contracts.margins import find_margin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from hedger.contracts.catalogue import FuturesContract
    from hedger.contracts.fees import BrokerFees, Fees
    from hedger.contracts.margins import BrokerMargin, Margin

__all__ = ["QUARTERS_A_YEAR", "ContractQuote", "quote_contracts"]

QUARTERS_A_YEAR = 4
"""Expiries of a quarterly contract in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractQuote:
    """A futures contract with everything that a hedge needs to know of it on one day.

    Parameters
    ----------
    contract
        The catalogue row.
    code
        Exchange code of the expiry with one year digit, such as ``"MESZ6"``.
    last_trading_day, roll_date
        Of that expiry; the next expiry is the front one from `roll_date` on.
    price
        Futures price in points.
    price_source
        Where the price comes from, in words: the user, fair value, or the index level.
    margin, fees
        In force on the day.
    """

    contract: FuturesContract
    code: str
    last_trading_day: date
    roll_date: date
    price: float
    price_source: str
    margin: Margin
    fees: Fees

    @property
    def symbol(self) -> str:
        """Root of the contract."""
        return self.contract.symbol

    @property
    def index(self) -> str:
        """Name of the index."""
        return self.contract.index

    @property
    def notional(self) -> float:
        """Value of one long contract, USD."""
        return self.contract.multiplier * self.price

    @property
    def spread_cost(self) -> float:
        """Usual bid-ask spread of one contract, USD: paid once per round trip."""
        return self.contract.usual_spread * self.contract.multiplier

    @property
    def round_trip_cost(self) -> float:
        """Commission, fees and spread of one contract, in and out, USD.

        ``2 (commission + exchange fee + regulatory fee) + spread``.
        """
        return 2.0 * self.fees.per_side + self.spread_cost

    @property
    def calendar_spread_cost(self) -> float:
        """One tick of the calendar spread of one contract, USD: paid once per roll.

        The tick of the outright where no spread tick is listed, and its usual spread where no tick is.
        """
        contract = self.contract
        tick = contract.spread_tick_size if contract.spread_tick_size is not None else contract.tick_size
        return contract.multiplier * (tick if tick is not None else contract.usual_spread)

    @property
    def roll_cost(self) -> float:
        """What it costs to roll one contract into the next expiry, USD: two sides of fees and the calendar spread."""
        return 2.0 * self.fees.per_side + self.calendar_spread_cost

    @property
    def rolls_a_year(self) -> int:
        """How often it is rolled in a year: each quarter, or once where it expires once."""
        return 1 if self.contract.expiry_rule == "second-friday-of-june" else QUARTERS_A_YEAR

    @property
    def yearly_roll_cost(self) -> float:
        """What it costs to roll one contract through a year, USD."""
        return self.rolls_a_year * self.roll_cost


def quote_contracts(
    contracts: Iterable[FuturesContract],
    *,
    as_of: date,
    prices: Mapping[str, tuple[float, str]],
    broker_margins: Iterable[BrokerMargin] = (),
    broker_fees: Iterable[BrokerFees] = (),
    fee_schedule: str = DEFAULT_FEE_SCHEDULE,
) -> tuple[ContractQuote, ...]:
    """Put together what a hedge needs to know of some contracts on a day.

    What is doubtful about the quotes, :func:`hedger.contracts.list_doubts` tells, best of those that a plan
    uses in the end.

    Parameters
    ----------
    contracts
        Rows of the catalogue, as :func:`hedger.contracts.select_contracts` gives them.
    as_of
        The day; the expiry is the front one of that day.
    prices
        Futures price in points and its source in words, by symbol.
    broker_margins, broker_fees
        The user's own figures; they win over the shipped tables.
    fee_schedule
        Name of the schedule for contracts without fees of the user's own.

    Returns
    -------
    tuple
        In the order of `contracts`.

    Raises
    ------
    SettingsError
        If there is no such fee schedule.
    ValueError
        If a price is missing, not positive or not finite.
    """
    schedule = find_fee_schedule(fee_schedule)
    margins = tuple(broker_margins)
    own_fees = {row.symbol: row.fees for row in broker_fees}
    quotes = []
    for contract in contracts:
        if contract.symbol not in prices:
            raise ValueError(f"prices has no futures price for {contract.symbol}")
        price, price_source = prices[contract.symbol]
        if not (math.isfinite(price) and price > 0.0):
            raise ValueError(f"the futures price of {contract.symbol} must be positive, not {price}")
        expiry = find_front_expiry(as_of, contract.expiry_rule)
        fees = own_fees.get(contract.symbol) or schedule.find_fees(contract.size, as_of=as_of)
        quotes.append(
            ContractQuote(
                contract=contract,
                code=to_contract_code(contract.symbol, expiry),
                last_trading_day=expiry.last_trading_day,
                roll_date=expiry.roll_date,
                price=price,
                price_source=price_source,
                margin=find_margin(contract, as_of=as_of, price=price, broker=margins),
                fees=fees,
            )
        )
    return tuple(quotes)
