"""Orders as a basket that Interactive Brokers' BasketTrader reads: ``ibkr_basket.csv``.

One row per order in the columns of the program's own export: futures by root, contract month ``YYYYMM``, exchange
and currency. Nothing is sent: the trader loads the file, looks at every row and transmits.
"""

from __future__ import annotations

import csv
import io
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from hedger.errors import SettingsError
from hedger.report.tradable import require_tradable

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.contracts import ContractQuote
    from hedger.hedge import Order

BASKET_COLUMNS = (
    "Action",
    "Quantity",
    "Symbol",
    "SecType",
    "LastTradingDayOrContractMonth",
    "Strike",
    "Right",
    "Exchange",
    "Currency",
    "TimeInForce",
    "OrderType",
    "LmtPrice",
    "AuxPrice",
    "BasketTag",
    "Account",
    "OrderRef",
    "Multiplier",
)
"""Columns of ``ibkr_basket.csv``, as BasketTrader names them."""


def ibkr_basket_csv(advice: Advice) -> str:
    """Return the orders of a plan as a basket, with a header even when there is none.

    The orders are what the settings' `order_type` says: at the market, or with limits at the plan's futures prices,
    rounded to the nearest tick. The account stays empty: the trader chooses it. `OrderRef` carries the first digits of
    the plan's `inputs_hash`, so that a fill can be traced to the plan that asked for it.

    Parameters
    ----------
    advice
        Whose plan.

    Raises
    ------
    SettingsError
        When the plan holds a contract that was delisted before the day, or a limit is asked for a contract whose tick
        no source tells.
    """
    require_tradable(advice)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, BASKET_COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for number, order in enumerate(advice.plan.orders, start=1):
        row = _basket_row(order, is_limit=advice.settings.order_type == "limit")
        row["BasketTag"] = f"hedge-{advice.as_of:%Y%m%d}"
        row["OrderRef"] = f"hedger-{advice.inputs_hash[:8]}-{number}"
        writer.writerow(row)
    return text.getvalue()


def _basket_row(order: Order, *, is_limit: bool) -> dict[str, str]:
    quote = order.quote
    return {
        "Action": "BUY" if order.quantity > 0 else "SELL",
        "Quantity": str(abs(order.quantity)),
        "Symbol": quote.symbol,
        "SecType": "FUT",
        "LastTradingDayOrContractMonth": f"{quote.last_trading_day:%Y%m}",
        "Exchange": quote.contract.exchange,
        "Currency": "USD",
        "TimeInForce": "DAY",
        "OrderType": "LMT" if is_limit else "MKT",
        "LmtPrice": _limit(quote) if is_limit else "",
        "Multiplier": f"{quote.contract.multiplier:g}",
    }


def _limit(quote: ContractQuote) -> str:
    """Return the plan's price on the grid of ticks; a broker rejects any other."""
    if quote.contract.tick_size is None:
        raise SettingsError(
            f"No source tells the tick of {quote.symbol}, so a limit price cannot be rounded to it. "
            "Export market orders (--order-type market), or leave the contract out with --sizes or --contracts."
        )
    tick = Decimal(str(quote.contract.tick_size)).normalize()
    ticks = (Decimal(str(quote.price)) / tick).to_integral_value(ROUND_HALF_EVEN)
    return f"{ticks * tick:f}"
