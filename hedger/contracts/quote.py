"""A contract on a day: expiry, price, margin and cost, ready to be traded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hedger.contracts.catalogue import FuturesContract


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
    """

    initial: float
    maintenance: float
    as_of: date
    source: str
    is_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What one side of one contract costs beyond the spread, in USD.

    Parameters
    ----------
    commission, exchange_fee, regulatory_fee
        USD per contract and side.
    as_of, source
        Date as the source gives it, and the source.
    """

    commission: float
    exchange_fee: float
    regulatory_fee: float
    as_of: str
    source: str

    @property
    def per_side(self) -> float:
        """All fees of one side, USD per contract."""
        return self.commission + self.exchange_fee + self.regulatory_fee


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
    def round_trip_cost(self) -> float:
        """Commission, fees and spread of one contract, in and out, USD.

        ``2 (commission + exchange fee + regulatory fee) + spread``, where the spread is twice the usual half
        spread, or one tick where no half spread is known.
        """
        contract = self.contract
        if contract.half_spread is not None:
            spread = 2.0 * contract.half_spread
        else:
            spread = contract.tick_size or 0.0
        return 2.0 * self.fees.per_side + spread * contract.multiplier
