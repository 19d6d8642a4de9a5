"""The basket for Interactive Brokers: the columns that BasketTrader reads, and prices that it accepts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Advice, advise
from hedger.errors import SettingsError
from hedger.report import ibkr_basket_csv
from hedger.settings import Settings

if TYPE_CHECKING:
    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)
# The header of a basket that the program itself exported (a public example of 2024, an option on a future).
HEADER = (
    "Action,Quantity,Symbol,SecType,LastTradingDayOrContractMonth,Strike,Right,Exchange,Currency,TimeInForce,"
    "OrderType,LmtPrice,AuxPrice,BasketTag,Account,OrderRef,Multiplier"
)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def with_limits(advice: Advice) -> Advice:
    return replace(advice, settings=replace(advice.settings, order_type="limit"))


def test_every_order_is_a_futures_row_of_its_contract_month(technology_advice: Advice) -> None:
    text = ibkr_basket_csv(technology_advice)
    assert text.splitlines()[0] == HEADER
    digits = technology_advice.inputs_hash[:8]
    for number, (row, order) in enumerate(zip(rows_of(text), technology_advice.plan.orders, strict=True), start=1):
        assert {name: cell for name, cell in row.items() if cell} == {
            "Action": "SELL",
            "Quantity": str(-order.quantity),
            "Symbol": order.quote.symbol,
            "SecType": "FUT",
            "LastTradingDayOrContractMonth": "202609",
            "Exchange": "CME",
            "Currency": "USD",
            "TimeInForce": "DAY",
            "OrderType": "MKT",
            "BasketTag": "hedge-20260821",
            "OrderRef": f"hedger-{digits}-{number}",
            "Multiplier": {"NQ": "20", "MNQ": "2"}[order.quote.symbol],
        }


def test_the_program_reads_no_blanks_around_commas(technology_advice: Advice) -> None:
    text = ibkr_basket_csv(with_limits(technology_advice))
    assert " " not in text
    assert '"' not in text
    assert text.endswith("\r\n")


def test_the_dow_trades_in_chicago_board_of_trade(technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, index=("dow30",), sizes=("micro",)), today=DAY)
    (row,) = rows_of(ibkr_basket_csv(advice))
    assert (row["Symbol"], row["Exchange"], row["Multiplier"]) == ("MYM", "CBOT", "0.5")


def test_futures_that_are_bought_back_are_a_buy(technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.0, current=(("NQ", -2),)), today=DAY)
    (row,) = rows_of(ibkr_basket_csv(advice))
    assert (row["Action"], row["Quantity"]) == ("BUY", "2")


@pytest.mark.parametrize("index", ["sp500", "nasdaq100", "dow30", "russell2000"])
def test_a_limit_is_the_plans_price_on_the_nearest_tick(technology: Portfolio, index: str) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, index=(index,)), today=DAY)
    assert advice.plan.orders
    rows = rows_of(ibkr_basket_csv(with_limits(advice)))
    for row, order in zip(rows, advice.plan.orders, strict=True):
        tick = order.quote.contract.tick_size
        assert tick is not None
        assert Decimal(row["LmtPrice"]) % Decimal(str(tick)) == 0
        assert float(row["LmtPrice"]) == pytest.approx(order.quote.price, abs=tick / 2 + 1e-9)


def test_a_limit_needs_a_tick(technology: Portfolio) -> None:
    settings = Settings(hedge=0.5, index=("nasdaq100",), sizes=("spot-quoted",))
    advice = advise(technology, settings=settings, today=DAY)
    assert rows_of(ibkr_basket_csv(advice))[0]["LastTradingDayOrContractMonth"] == "202706"
    with pytest.raises(SettingsError, match=r"No source tells the tick of QNDX.*Export market orders"):
        ibkr_basket_csv(with_limits(advice))


def test_a_plan_without_orders_is_a_header(technology_advice: Advice) -> None:
    nothing = replace(technology_advice, plan=replace(technology_advice.plan, positions=()))
    assert ibkr_basket_csv(nothing).splitlines() == [HEADER]
