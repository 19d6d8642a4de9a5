"""What a plan leaves out: said with its worth, and given something that stands for it."""

import math
from datetime import date

import pytest
from changed_prices import FIRST, ChangedSource

from hedger import Settings, advise, plan_document, read_portfolio
from hedger.errors import SettingsError
from hedger.settings import parse_choices

AS_OF = date(2026, 8, 21)
FILE = b"""Symbol,Name,Quantity,Price,Market Value
AAPL,Apple Inc,100,300.00,30000.00
KO,Coca-Cola,1o0,60.00,6000.00
,Northern Plan Fund 2040,10,1000.00,10000.00
"""


def advice_for(**choices):
    portfolio = read_portfolio(FILE, as_of=AS_OF, leave_out_bad_rows=True)
    return advise(portfolio, settings=Settings(**choices), as_of=AS_OF, today=AS_OF)


def test_bad_rows_and_holdings_without_prices_are_said_with_their_worth():
    advice = advice_for()
    (fund,) = plan_document(advice)["portfolio"]["excluded"]
    held = advice.exposure.book.market_value
    assert (fund["symbol"], fund["market_value"]) == ("Northern Plan Fund 2040", 10_000.0)
    assert fund["share"] == pytest.approx(10_000.0 / (10_000.0 + held), rel=1e-12)
    (row,) = plan_document(advice)["portfolio"]["skipped_rows"]
    assert row == {"line": 3, "reason": "left out, because it cannot be read; its value is 6,000.00"}
    said = {note.code: note.message for note in advice.notes}
    assert said["row_left_out"].endswith('"1o0" is not a number. The row was left out. Its value is 6,000.00.')
    assert said["holdings_excluded"].startswith(f"Not hedged, {fund['share']:.1%} of the value in the file: Northern")


@pytest.mark.parametrize("typed", ["Northern Plan Fund 2040", "northern plan fund 2040"])
def test_a_name_is_found_in_any_capitals(typed):
    choices = parse_choices({"proxy": f"{typed}=spy"})
    proxied = advice_for(**choices).exposure.book
    assert [(each.symbol, each.moves_with) for each in proxied.holdings][1] == ("Northern Plan Fund 2040", "SPY")
    stated = advice_for(**parse_choices({"beta": f"{typed}=0.8"})).exposure
    assert {row.beta for row in stated.by_holding if row.symbol.startswith("Northern")} == {0.8}


def test_a_ticker_is_written_in_capitals():
    assert parse_choices({"proxy": "vtsax=spy", "beta": "aapl@nasdaq100=1.1"})["proxy"] == (("VTSAX", "SPY"),)


def test_a_proxy_for_something_that_is_not_held_is_refused():
    with pytest.raises(SettingsError, match=r"stated for GONE, which the portfolio does not hold"):
        advice_for(proxy=(("GONE", "SPY"),))


def test_an_option_without_a_price_on_a_share_without_a_history_is_left_out_with_the_reason():
    portfolio = read_portfolio(b"Symbol,Quantity\nAAPL,100\nKO270115C00070000,5\n", as_of=AS_OF)
    few_closes = ChangedSource({("KO", FIRST, date(2026, 8, 7)): math.nan})
    advice = advise(portfolio, few_closes, as_of=AS_OF, today=AS_OF)
    (option,) = plan_document(advice)["portfolio"]["excluded"]
    assert option["symbol"] == "KO270115C00070000"
    assert option["reason"] == "neither its price nor the history of KO tells a volatility"
