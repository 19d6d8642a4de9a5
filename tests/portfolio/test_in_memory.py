import math
from datetime import date

import pytest

import hedger

AS_OF = date(2026, 8, 21)


def test_holdings_in_memory_give_the_plan_of_a_file_that_says_the_same():
    quantities = {"AAPL": 400.0, "SPY": 200.0, "KO": -300.0}
    text = "symbol,quantity,market value\n" + "".join(f"{symbol},{n},\n" for symbol, n in quantities.items())
    read = hedger.read_portfolio(f"{text}CASH,,25000\n".encode(), as_of=AS_OF, name="book")
    made = hedger.to_portfolio(quantities, cash=25_000, name="book")
    assert [(each.symbol, each.quantity, each.asset_class) for each in made.positions] == [
        (each.symbol, each.quantity, each.asset_class) for each in read.positions
    ]
    assert made.cash_total == read.cash_total == 25_000
    plans = [hedger.advise(book, as_of=AS_OF, today=AS_OF).plan for book in (made, read)]
    assert plans[0].orders
    assert plans[0].orders == plans[1].orders
    assert (plans[0].beta_before, plans[0].beta_after) == (plans[1].beta_before, plans[1].beta_after)


def test_without_cash_nothing_is_said_of_it():
    assert hedger.to_portfolio({"KO": 1}).cash_total is None
    assert hedger.to_portfolio({"KO": 1}, cash=0).cash_total == 0.0


@pytest.mark.parametrize("quantity", [0, math.nan, math.inf])
def test_a_quantity_that_cannot_be_held_is_refused(quantity):
    with pytest.raises(ValueError, match=r"the quantity of KO is .*, expected a finite number other than 0"):
        hedger.to_portfolio({"AAPL": 1.0, "KO": quantity})


def test_a_portfolio_without_holdings_is_refused():
    with pytest.raises(ValueError, match="a portfolio needs at least one holding"):
        hedger.to_portfolio({}, cash=100.0)
