"""What can be traded: US share index futures by date, with margins, fees, expiries and rolls."""

from __future__ import annotations

from hedger.contracts.catalogue import (
    INDICES,
    SIZES,
    ExpiryRule,
    FuturesContract,
    Index,
    Size,
    find_index,
    load_contracts,
    load_symbols,
    select_contracts,
)
from hedger.contracts.closures import Closure, list_closures, to_session
from hedger.contracts.doubts import list_doubts
from hedger.contracts.expiries import (
    MONTH_LETTERS,
    MONTH_NAMES,
    Expiry,
    find_expiry,
    find_front_expiry,
    load_expiries,
    to_contract_code,
    to_contract_year,
    to_nth_friday,
    to_roll_date,
)
from hedger.contracts.fees import (
    DEFAULT_FEE_SCHEDULE,
    BrokerFees,
    FeeRate,
    Fees,
    FeeSchedule,
    find_fee_schedule,
    load_fee_schedules,
    read_fees,
)
from hedger.contracts.margins import (
    MAX_AGE_DAYS,
    BrokerMargin,
    Margin,
    find_margin,
    load_margins,
    read_margins,
)
from hedger.contracts.monthly import MonthlyFuture, find_contract, find_front_month, read_contract_code
from hedger.contracts.quote import QUARTERS_A_YEAR, ContractQuote, quote_contracts

__all__ = [
    "DEFAULT_FEE_SCHEDULE",
    "INDICES",
    "MAX_AGE_DAYS",
    "MONTH_LETTERS",
    "MONTH_NAMES",
    "QUARTERS_A_YEAR",
    "SIZES",
    "BrokerFees",
    "BrokerMargin",
    "Closure",
    "ContractQuote",
    "Expiry",
    "ExpiryRule",
    "FeeRate",
    "FeeSchedule",
    "Fees",
    "FuturesContract",
    "Index",
    "Margin",
    "MonthlyFuture",
    "Size",
    "find_contract",
    "find_expiry",
    "find_fee_schedule",
    "find_front_expiry",
    "find_front_month",
    "find_index",
    "find_margin",
    "list_closures",
    "list_doubts",
    "load_contracts",
    "load_expiries",
    "load_fee_schedules",
    "load_margins",
    "load_symbols",
    "quote_contracts",
    "read_contract_code",
    "read_fees",
    "read_margins",
    "select_contracts",
    "to_contract_code",
    "to_contract_year",
    "to_nth_friday",
    "to_roll_date",
    "to_session",
]
