from datetime import date

import numpy as np
import pytest
from books import make_position
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_portfolio, make_prices

from hedger.errors import SettingsError
from hedger.exposure import value_holdings

NAN = np.nan


def value(portfolio, closes=None, **options):
    closes = closes or {"AAPL": [190.0, 200.0], "KO": [59.0, 60.0], "^I": [1.0, 2.0]}
    return value_holdings(portfolio, make_prices(closes), **options)


def reasons(book):
    return {each.symbol: each.reason for each in book.excluded}


def codes(book):
    return [note.code for note in book.notes]


# ---------------------------------------------------------------- what counts


def test_shares_are_valued_at_the_newest_close_in_the_order_of_the_file():
    book = value(make_portfolio(KO=10.5, AAPL=3.0))
    assert [(each.symbol, each.quantity, each.price, each.market_value) for each in book.holdings] == [
        ("KO", 10.5, 60.0, 630.0),
        ("AAPL", 3.0, 200.0, 600.0),
    ]
    assert (book.market_value, book.gross_value, book.beta_base) == (1230.0, 1230.0, 1230.0)
    assert (book.cash, book.futures, book.excluded, book.notes) == (0.0, (), (), ())


def test_the_price_in_the_file_does_not_count():
    book = value(make_portfolio(make_position("KO", 10.0, price=55.0, market_value=550.0)))
    assert book.holdings[0].market_value == 600.0


def test_lots_of_one_symbol_in_several_accounts_become_one_holding():
    lots = [make_position("KO", quantity, account=account) for quantity, account in ((10.0, "1"), (5.5, "2"))]
    book = value(make_portfolio(lots[0], make_position("AAPL", 1.0), lots[1]))
    assert [(each.symbol, each.quantity, each.market_value) for each in book.holdings] == [
        ("KO", 15.5, 930.0),
        ("AAPL", 1.0, 200.0),
    ]


def test_shorts_count_negative_and_cash_counts_once():
    cash = make_position("CASH", None, market_value=1000.0, asset_class="cash")
    book = value(make_portfolio(cash, AAPL=5.0, KO=-10.0))
    assert book.market_value == 1000.0 + 1000.0 - 600.0
    assert book.gross_value == 1600.0
    assert book.beta_base == book.market_value
    assert book.cash == 1000.0


def test_cash_may_be_told_as_an_amount():
    assert value(make_portfolio(make_position("USD", 250.0, asset_class="cash"), KO=1.0)).cash == 250.0


def test_a_value_without_a_quantity_is_used_and_said():
    book = value(make_portfolio(make_position("KO", None, market_value=630.0)))
    assert (book.holdings[0].quantity, book.holdings[0].market_value) == (pytest.approx(10.5, rel=1e-12), 630.0)
    assert codes(book) == ["quantity_from_value"]
    assert "no quantity for KO" in book.notes[0].message


@pytest.mark.parametrize("price", [25.0, 130.0])
def test_a_price_far_from_the_files_is_said(price):
    book = value(make_portfolio(make_position("KO", 10.0, price=price)))
    assert codes(book) == ["price_differs_from_file"]
    assert f"KO ({price:.2f} in the file, 60.00 now)" in book.notes[0].message


def test_a_note_names_only_the_first_few_of_many():
    symbols = [f"S{n}" for n in range(8)]
    portfolio = make_portfolio(*(make_position(symbol, 1.0, price=1.0) for symbol in symbols))
    book = value(portfolio, {symbol: [9.0, 10.0] for symbol in symbols})
    assert book.notes[0].message.count("in the file, 10.00 now") == 5
    assert " and 3 more. A split" in book.notes[0].message


# ---------------------------------------------------------------- weights only


def make_weights(**weights):
    positions = [make_position(symbol, None, weight=weight) for symbol, weight in weights.items()]
    return make_portfolio(*positions)


def test_weights_refer_to_the_value_that_the_user_states():
    cash = make_position("CASH", None, weight=0.1, asset_class="cash")
    portfolio = make_portfolio(cash, *make_weights(KO=0.6, AAPL=0.3).positions)
    book = value(portfolio, portfolio_value=100_000.0)
    assert [each.market_value for each in book.holdings] == pytest.approx([60_000.0, 30_000.0], rel=1e-12)
    assert book.holdings[0].quantity == pytest.approx(1000.0, rel=1e-12)
    assert book.cash == pytest.approx(10_000.0, rel=1e-12)
    assert book.notes == ()


@pytest.mark.parametrize("asset_class", ["stock", "cash"])
def test_weights_alone_do_not_tell_the_size_of_the_hedge(asset_class):
    portfolio = make_portfolio(make_position("KO", None, weight=1.0, asset_class=asset_class))
    with pytest.raises(SettingsError, match=r"gives weights only.*--portfolio-value 250000"):
        value(portfolio)


# ---------------------------------------------------------------- what is left out, by reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"currency": "EUR"},
            "it is in EUR and the prices at hand lack the exchange rate EURUSD=X, which live prices have",
        ),
        (
            {"asset_class": "cash", "currency": "CHF"},
            "it is in CHF and the prices at hand lack the exchange rate CHFUSD=X, which live prices have",
        ),
        ({"asset_class": "option"}, "its underlying, expiry, strike or right is not known"),
        ({"asset_class": "future", "underlying": "CL"}, "it is not a US equity index future"),
        (
            {"asset_class": "future", "underlying": "ES", "quantity": 1.5},
            "the file does not tell a whole number of contracts",
        ),
        (
            {"asset_class": "future", "underlying": "ES", "quantity": None},
            "the file does not tell a whole number of contracts",
        ),
        ({"asset_class": "bond"}, "the price source does not know it"),
        ({"quantity": None}, "the file tells neither its quantity nor its value"),
        ({"asset_class": "cash", "quantity": None}, "the file tells neither its quantity nor its value"),
    ],
)
def test_what_cannot_be_used_is_left_out_with_its_reason(changes, reason):
    book = value(make_portfolio(make_position("XYZ", changes.pop("quantity", 7.0), **changes), KO=1.0))
    assert reasons(book) == {"XYZ": reason}
    assert [each.symbol for each in book.holdings] == ["KO"]
    assert book.market_value == 60.0


def test_a_value_in_another_currency_is_not_passed_off_as_dollars():
    euros = make_position("SAP.DE", 7.0, market_value=1200.0, currency="EUR")
    dollars = make_position("XYZ", 7.0, market_value=1200.0)
    book = value(make_portfolio(euros, dollars, KO=1.0))
    assert [(each.symbol, each.market_value) for each in book.excluded] == [("SAP.DE", None), ("XYZ", 1200.0)]


def test_the_price_sources_own_reason_is_passed_on():
    prices = make_prices({"KO": [60.0, 61.0]}, missing=(("XYZ", "not in the made-up prices"),))
    book = value_holdings(make_portfolio(XYZ=7.0, KO=1.0), prices)
    assert reasons(book) == {"XYZ": "not in the made-up prices"}


@pytest.mark.parametrize(("age", "is_used"), [(0, True), (5, True), (6, False), (20, False)])
def test_a_price_older_than_five_sessions_is_never_used(age, is_used):
    ended = np.full(30, 50.0)
    ended[30 - age :] = NAN
    book = value(make_portfolio(OLD=10.0, KO=1.0), {"OLD": ended, "KO": np.full(30, 60.0)})
    if is_used:
        assert [each.market_value for each in book.holdings] == [500.0, 60.0]
    else:
        assert [each.symbol for each in book.holdings] == ["KO"]
        last = np.busday_offset("2026-08-21", -age)
        assert reasons(book) == {"OLD": f"its last price is of {last}, too old to use"}


def test_a_symbol_without_any_close_is_left_out():
    book = value(make_portfolio(NIL=10.0, KO=1.0), {"NIL": [NAN, NAN], "KO": [59.0, 60.0]})
    assert reasons(book) == {"NIL": "the price source does not know it"}


# ---------------------------------------------------------------- futures and stated betas


def test_futures_in_the_file_are_existing_positions_and_not_holdings():
    held = [
        make_position(symbol, quantity, asset_class="future", underlying=root)
        for symbol, root, quantity in (("ESU26.CME", "ES", -2.0), ("ESZ26.CME", "ES", 1.0), ("MESZ26.CME", "MES", -3))
    ]
    book = value(make_portfolio(*held, make_position("ES", -4.0, asset_class="future"), KO=10.0))
    assert [str(each) for each in book.futures] == ["-6 ESU6", "+1 ESZ6", "-3 MESZ6"]
    assert book.futures_by_root == {"ES": -5, "MES": -3}
    assert book.market_value == 600.0
    assert book.excluded == ()


def test_a_future_of_another_month_counts_and_says_so():
    far = make_position("ESZ26.CME", -2.0, asset_class="future", underlying="ES")
    by_day = make_position("MES=F", -3.0, asset_class="future", underlying="MES", expiry=date(2026, 12, 18))
    book = value(make_portfolio(far, by_day, KO=10.0))
    assert book.futures_by_root == {"ES": -2, "MES": -3}
    (note,) = book.notes
    assert note.code == "futures_in_another_month"
    assert "-2 ESZ6 (the front month is ESU6), -3 MESZ6 (the front month is MESU6)" in note.message


@pytest.mark.parametrize(
    ("symbol", "root", "reason"),
    [
        ("ESZ25.CME", "ES", "it expired on 2025-12-19"),
        ("SP=F", "SP", "it expired on 2021-09-17"),  # delisted: CME notice SER-8776
        ("ESV26.CME", "ES", "no ES expires in its month"),
        ("CLZ26.NYM", "CL", "it is not a US equity index future"),
    ],
)
def test_a_future_that_no_longer_trades_or_never_did_is_left_out_by_name(symbol, root, reason):
    gone = make_position(symbol, -2.0, asset_class="future", underlying=root)
    book = value(make_portfolio(gone, KO=10.0))
    assert (book.futures, reasons(book)) == ((), {symbol: reason})


def test_a_future_counts_until_its_last_trading_day():
    held = make_portfolio(make_position("ESU26.CME", -2.0, asset_class="future", underlying="ES"), KO=10.0)
    on_the_day, after = value(held, as_of=date(2026, 9, 18)), value(held, as_of=date(2026, 9, 19))
    assert on_the_day.futures_by_root == {"ES": -2}
    assert codes(on_the_day) == ["futures_in_another_month"]  # due: the front month is December already
    assert (after.futures_by_root, reasons(after)) == ({}, {"ESU26.CME": "it expired on 2026-09-18"})


def test_a_holding_without_a_price_is_valued_by_the_file_where_its_beta_is_stated():
    portfolio = make_portfolio(
        make_position("PRIV", 10.0, market_value=400.0),
        make_position("PRIV", 5.0, market_value=200.0, account="2"),
        KO=1.0,
    )
    book = value(portfolio, valued_by_file={"PRIV"})
    priv = book.holdings[0]
    assert (priv.quantity, priv.price, priv.market_value, priv.is_priced) == (15.0, None, 600.0, False)
    assert reasons(value(portfolio)) == {"PRIV": "the price source does not know it"}


def test_a_holding_without_a_price_may_be_valued_by_its_weight():
    portfolio = make_portfolio(*make_weights(KO=0.6, PRIV=0.4).positions)
    book = value(portfolio, valued_by_file={"PRIV"}, portfolio_value=1000.0)
    assert [(each.market_value, each.is_priced) for each in book.holdings] == [
        (pytest.approx(600.0, rel=1e-12), True),
        (pytest.approx(400.0, rel=1e-12), False),
    ]
    assert book.holdings[1].quantity is None


def test_a_quantity_alone_does_not_value_a_holding_without_a_price():
    assert reasons(value(make_portfolio(PRIV=10.0, KO=1.0), valued_by_file={"PRIV"})) == {
        "PRIV": "the price source does not know it"
    }


# ---------------------------------------------------------------- the base of betas


def test_the_betas_of_a_market_neutral_book_without_its_cash_are_per_gross_dollar():
    book = value(make_portfolio(AAPL=3.0, KO=-10.0))
    assert book.market_value == 0.0
    assert book.beta_base == book.gross_value == 1200.0
    assert codes(book) == ["beta_on_gross_value"]
    assert "net value ($0)" in book.notes[0].message
    assert "gross value ($1,200)" in book.notes[0].message


def test_a_short_book_is_measured_on_its_gross_value():
    book = value(make_portfolio(KO=-10.0))
    assert (book.market_value, book.beta_base) == (-600.0, 600.0)


def test_a_margin_account_is_measured_on_its_equity():
    borrowed = make_position("CASH", None, market_value=-600.0, asset_class="cash")
    book = value(make_portfolio(borrowed, AAPL=5.0))
    assert book.beta_base == book.market_value == 400.0
    assert book.notes == ()


@settings(max_examples=50, deadline=None)
@given(quantities=st.lists(st.floats(-1000, 1000).filter(lambda q: abs(q) > 1e-3), min_size=1, max_size=6))
def test_net_never_exceeds_gross_and_the_base_is_positive(quantities):
    symbols = [f"S{n}" for n in range(len(quantities))]
    closes = {symbol: [9.0, 10.0 + n] for n, symbol in enumerate(symbols)}
    book = value(make_portfolio(**dict(zip(symbols, quantities, strict=True))), closes)
    assert abs(book.market_value) <= book.gross_value * (1 + 1e-12)
    assert book.beta_base > 0
    assert book.gross_value == pytest.approx(sum(abs(q) * (10.0 + n) for n, q in enumerate(quantities)), rel=1e-12)


def test_a_proxy_stands_for_the_returns_of_a_holding_that_the_file_values():
    fund = make_position("FUND", 10.0, market_value=1500.0, asset_class="fund")
    book = value(make_portfolio(fund), proxies={"FUND": "KO"})
    (holding,) = book.holdings
    assert (holding.market_value, holding.exposure_value, holding.moves_with) == (1500.0, 1500.0, "KO")
    assert [note.code for note in book.notes] == ["proxies_used"]


def test_a_proxy_for_something_without_a_value_leaves_the_holding_out():
    fund = make_position("FUND", 10.0, asset_class="fund")
    book = value(make_portfolio(fund, KO=1.0), proxies={"FUND": "KO"})
    assert reasons(book) == {"FUND": "the file tells no value of it, so its proxy has nothing to stand for"}


@pytest.mark.parametrize("symbol", ["AAPL", "FUND"])
def test_a_proxy_without_a_price_is_refused_by_name(symbol):
    held = make_portfolio(make_position(symbol, 10.0, market_value=1500.0), KO=1.0)
    words = rf"no current price of NOPE, the proxy of {symbol}: the price source does not know it\. Correct --proxy"
    with pytest.raises(SettingsError, match=words):
        value(held, proxies={symbol: "NOPE"})
