"""The pipeline: days, notes, identity of inputs, and what must not depend on what."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from books import BOOK, make_book, make_position
from changed_prices import LAST, ChangedSource

from hedger.advice import advise, decide, measure_account, today_in_new_york
from hedger.contracts import INDICES, BrokerFees, BrokerMargin, Fees
from hedger.errors import (
    InfeasibleHedgeError,
    PricesUnavailableError,
    SettingsError,
    StalePricesError,
)
from hedger.exposure import BetaOverride
from hedger.market import Prices, SnapshotSource
from hedger.portfolio import FileWarning, read_portfolio
from hedger.report import plan_document, to_json
from hedger.settings import Settings

NEWEST = date(2026, 8, 21)


@dataclass(frozen=True)
class TableSource:
    """Whatever prices it is given."""

    prices: Prices

    def fetch(self, symbols, *, start, end):  # noqa: ARG002 - the protocol of a price source
        return self.prices


def orders(advice):
    return {order.quote.symbol: order.quantity for order in advice.plan.orders}


def codes(advice):
    return [note.code for note in advice.notes]


def advise_today(portfolio=None, source=None, settings=None, **days):
    return advise(portfolio or make_book(), source, settings or Settings(hedge=0.5), **{"today": NEWEST, **days})


# ---------------------------------------------------------------- days


def test_the_advice_is_for_the_newest_session_unless_a_day_is_given():
    advice = advise_today()
    assert advice.as_of == advice.measurement.prices.last_session == NEWEST
    assert not advice.measurement.is_past
    assert "adjusted_prices" not in codes(advice)


def test_a_weekend_uses_fridays_closes_and_says_so():
    advice = advise_today(as_of=date(2024, 3, 10))
    assert advice.as_of == date(2024, 3, 10)
    assert advice.measurement.prices.last_session == date(2024, 3, 8)
    note = next(note for note in advice.notes if note.code == "not_a_session")
    assert "2024-03-10 is not a session" in note.message
    assert codes(advice).count("not_a_session") == 1


def test_a_past_day_says_that_its_prices_are_adjusted():
    advice = advise_today(as_of=date(2022, 6, 15))
    assert advice.measurement.is_past
    assert "adjusted_prices" in codes(advice)


def test_a_week_after_the_prices_end_they_are_still_used():
    advice = advise_today(as_of=NEWEST + timedelta(days=7))
    assert advice.measurement.prices.last_session == NEWEST
    assert not advice.measurement.is_past
    assert "prices_end_early" in codes(advice)


def test_beyond_a_week_they_are_too_old():
    with pytest.raises(
        StalePricesError, match=r"are of 2026-08-21, 8 days before 2026-08-29.*--as-of 2026-08-21"
    ) as caught:
        advise_today(as_of=NEWEST + timedelta(days=8))
    assert caught.value.last_session == NEWEST


def test_a_day_before_the_prices_begin_is_refused():
    with pytest.raises(PricesUnavailableError, match="there are none up to 1900-01-01"):
        advise_today(as_of=date(1900, 1, 1))


@pytest.mark.parametrize(("days", "is_old"), [(0, False), (4, False), (5, True), (93, True)])
def test_old_prices_are_said_from_the_fifth_day(days, is_old):
    advice = advise_today(today=NEWEST + timedelta(days=days))
    assert advice.measurement.age_days == days
    assert ("prices_are_old" in codes(advice)) is is_old
    if is_old:
        assert f"end on 2026-08-21, {days} days ago" in advice.notes[0].message


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 8, 22, 3, 59, tzinfo=UTC), date(2026, 8, 21)),
        (datetime(2026, 8, 22, 4, 0, tzinfo=UTC), date(2026, 8, 22)),
        (datetime(2026, 1, 10, 4, 59, tzinfo=UTC), date(2026, 1, 9)),
        (datetime(2026, 1, 10, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo")), date(2026, 1, 9)),
    ],
)
def test_today_is_the_day_of_new_york_wherever_one_is(instant, day):
    assert today_in_new_york(instant) == day


def test_prices_end_with_the_newest_level_of_an_index():
    sessions = np.busday_offset("2026-08-21", np.arange(-499, 1), roll="backward")
    rng = np.random.default_rng(5)
    closes = 100.0 * np.cumprod(1.0 + rng.normal(0.0, 0.01, (500, 2)), axis=0)
    closes[-2:, 0] = np.nan
    source = TableSource(Prices(sessions=sessions, symbols=("^GSPC", "OWN"), close=closes, source="made-up prices"))
    advice = advise_today(make_book({"OWN": 1e5}), source)
    assert advice.as_of == sessions[-3].item()
    assert not advice.measurement.is_past
    assert advice.exposure.indices == ("sp500",)
    assert "indices_not_measured" in codes(advice)


def test_prices_without_any_index_are_refused():
    sessions = np.busday_offset("2026-08-21", np.arange(-99, 1), roll="backward")
    prices = Prices(sessions=sessions, symbols=("OWN",), close=np.full((100, 1), 5.0), source="made-up prices")
    with pytest.raises(PricesUnavailableError, match=r"made-up prices has no price of any index \(\^GSPC"):
        advise_today(make_book({"OWN": 1.0}), TableSource(prices))


# ---------------------------------------------------------------- the same inputs


def test_the_same_inputs_give_the_same_bytes():
    one, other = (to_json(plan_document(advise_today())) for _ in range(2))
    assert one == other


def test_the_day_on_which_advice_is_given_is_an_input_because_its_document_tells_the_age_of_prices():
    one, other = advise_today(), advise_today(today=NEWEST + timedelta(days=90))
    assert one.inputs_hash != other.inputs_hash
    assert plan_document(one)["prices"] != plan_document(other)["prices"]


def cut_before(day):
    """The shipped prices from a day on, as a file of the user's own."""
    prices = SnapshotSource().fetch([*(index.symbol for index in INDICES), *BOOK], start=day, end=None)
    return TableSource(replace(prices, source="own.csv"))


def test_index_levels_that_come_from_the_snapshot_are_said():
    advice = advise_today(source=cut_before(date(2019, 1, 2)))
    (note,) = [note for note in advice.notes if note.code == "levels_from_snapshot"]
    assert note.message == (
        "The prices (own.csv) begin on 2019-01-02, after some of the crises; these are replayed on the index levels of "
        "the shipped snapshot."
    )
    assert "levels_from_snapshot" not in codes(advise_today())


def test_options_valued_without_interest_are_said():
    option = make_position(
        "SPX 1999-12-17 C 1300",
        10.0,
        asset_class="option",
        underlying="^GSPC",
        expiry=date(1999, 12, 17),
        strike=1300.0,
        right="call",
        multiplier=100.0,
        price=90.0,
    )
    fund = {"^GSPC": 1000.0}
    past = {"as_of": date(1999, 6, 1), "settings": Settings(index=("sp500",))}
    said = codes(advise_today(make_book(fund, option), **past))
    assert said.count("options_without_interest") == 1
    later = replace(option, expiry=date(2026, 12, 18), strike=7500.0, price=300.0)
    assert "options_without_interest" not in codes(advise_today(make_book(fund, later)))


ES_MARGIN = BrokerMargin(symbol="ES", initial=25_000.0, maintenance=22_000.0, as_of=NEWEST, source="mine")
ES_FEES = BrokerFees(
    symbol="ES", fees=Fees(commission=0.5, exchange_fee=1.38, regulatory_fee=0.02, as_of="2026", source="mine")
)


@pytest.mark.parametrize(
    "changed",
    [
        {"portfolio": make_book({**BOOK, "KO": 900.001})},
        {"portfolio": make_book({**BOOK, "PEP": 1.0})},
        {"portfolio": make_book(BOOK, make_position("USD", 1.0, asset_class="cash"))},
        {"source": ChangedSource({("KO", NEWEST, NEWEST): 1.0001})},
        {"source": ChangedSource({("^RUT", date(2019, 1, 2), date(2019, 1, 2)): 1.0001})},
        {"settings": Settings(hedge=0.5001)},
        {"settings": Settings(hedge=0.5, tolerance=0.001)},
        {"settings": Settings(hedge=0.5, estimator="welch")},
        {"settings": Settings(hedge=0.5, margins=(ES_MARGIN,))},
        {"settings": Settings(hedge=0.5, fees=(ES_FEES,))},
        {"settings": Settings(hedge=0.5, futures_price=(("ES", 7700.0),))},
        {"settings": Settings(hedge=0.5, beta=(BetaOverride(symbol="KO", index=None, beta=0.5),))},
        {"settings": Settings(hedge=0.5, current=(("ES", -1),))},
        {"as_of": date(2026, 8, 20)},
    ],
)
def test_any_single_change_of_an_input_changes_the_hash(changed):
    assert advise_today(**changed).inputs_hash != advise_today().inputs_hash


def test_a_margin_changes_the_hash_by_its_figure_and_not_by_being_given():
    hashes = {
        advise_today(settings=Settings(margins=(replace(ES_MARGIN, initial=initial),))).inputs_hash
        for initial in (25_000.0, 25_000.0, 25_001.0)
    }
    assert len(hashes) == 2


# ---------------------------------------------------------------- what must not depend on what


@pytest.mark.parametrize("hedge", [0.25, 1.0])
def test_adding_cash_changes_no_order(hedge):
    cash = make_position("USD", 400_000.0, asset_class="cash")
    settings = Settings(hedge=hedge)
    without, with_cash = advise_today(settings=settings), advise_today(make_book(BOOK, cash), settings=settings)
    assert orders(without) == orders(with_cash) != {}
    assert with_cash.plan.target_notional[0][1] == pytest.approx(without.plan.target_notional[0][1], rel=1e-12)
    assert with_cash.plan.beta_before < without.plan.beta_before


def test_the_order_of_holdings_changes_nothing_but_the_order():
    one = advise_today()
    other = advise_today(make_book(dict(reversed(BOOK.items()))))
    assert orders(one) == orders(other)
    assert one.plan.reference_index == other.plan.reference_index
    assert other.plan.beta_before == pytest.approx(one.plan.beta_before, rel=1e-12)
    assert other.plan.tracking_risk == pytest.approx(one.plan.tracking_risk, rel=1e-6)
    assert {(row.symbol, row.index): round(row.beta, 9) for row in one.exposure.by_holding} == {
        (row.symbol, row.index): round(row.beta, 9) for row in other.exposure.by_holding
    }


def test_doubling_the_portfolio_and_the_limits_doubles_the_target():
    limits = {"margin_budget": 30_000.0, "max_contracts": 6}
    once = advise_today(settings=Settings(hedge=0.5, **limits))
    twice = advise_today(
        make_book({symbol: 2 * quantity for symbol, quantity in BOOK.items()}),
        settings=Settings(hedge=0.5, **{name: 2 * limit for name, limit in limits.items()}),
    )
    assert twice.plan.target_notional[0][1] == pytest.approx(2 * once.plan.target_notional[0][1], rel=1e-12)
    assert twice.plan.beta_before == pytest.approx(once.plan.beta_before, rel=1e-12)
    assert abs(twice.plan.hedge_notional) >= 2 * abs(once.plan.hedge_notional) * (1 - 1e-12)


def test_prices_after_the_day_never_change_the_advice():
    day = date(2025, 3, 3)
    later = {(symbol, day + timedelta(days=1), LAST): 1.5 for symbol in ("KO", "^GSPC", "NVDA")}
    one, other = (advise_today(source=source, as_of=day) for source in (SnapshotSource(), ChangedSource(later)))
    assert to_json(plan_document(one)) == to_json(plan_document(other))


def test_measuring_and_deciding_are_the_advice():
    settings = Settings(hedge=0.5)
    measurement = measure_account(make_book(), SnapshotSource(), settings, today=NEWEST)
    assert to_json(plan_document(decide(measurement, settings))) == to_json(plan_document(advise_today()))
    # Moving the slider decides again on the same measurement.
    more = decide(measurement, Settings(hedge=0.9))
    assert more.plan == advise_today(settings=Settings(hedge=0.9)).plan


def test_a_portfolio_of_qqq_picks_the_nasdaq_with_a_beta_near_one_and_a_narrow_interval():
    advice = advise_today(make_book({"QQQ": 3000.0}), settings=Settings())
    measured = advice.exposure.of("nasdaq100")
    assert advice.plan.reference_index == "nasdaq100"
    assert measured.beta == pytest.approx(1.0, abs=0.02)
    assert measured.high - measured.low < 0.05
    assert set(orders(advice)) <= {"NQ", "MNQ"}
    assert advice.risk.hedge_effectiveness > 0.98


# ---------------------------------------------------------------- contracts and their prices


def test_prices_of_contracts_are_the_fair_value_of_the_level():
    advice = advise_today(settings=Settings(hedge=0.5, index=("sp500",)))
    quote = next(quote for quote in advice.quotes if quote.symbol == "ES")
    level = advice.exposure.of("sp500").level
    assert quote.price == pytest.approx(level, rel=0.01)
    assert quote.price != level
    assert quote.price_source.startswith("fair value from the index level")
    assert quote.code == "ESU6"


def test_all_sizes_of_an_index_share_one_price_and_nest_exactly():
    advice = advise_today(settings=Settings(hedge=0.5, index=("sp500",)), as_of=date(2020, 3, 2))
    notional = {quote.symbol: quote.notional for quote in advice.quotes if quote.index == "sp500"}
    assert notional["SP"] == pytest.approx(5 * notional["ES"], rel=1e-15)
    assert notional["ES"] == pytest.approx(10 * notional["MES"], rel=1e-15)


def test_a_price_that_the_user_states_serves_all_sizes_of_its_index():
    advice = advise_today(settings=Settings(futures_price=(("MES", 7701.25),), sizes=("e-mini", "micro")))
    prices = {quote.symbol: (quote.price, quote.price_source) for quote in advice.quotes}
    assert prices["MES"] == (7701.25, "given by the user")
    assert prices["ES"] == (7701.25, "given by the user for MES")
    assert prices["NQ"][1].startswith("fair value")


def test_spot_quoted_contracts_trade_at_the_level():
    advice = advise_today(settings=Settings(sizes=("spot-quoted",), index=("sp500",), futures_price=(("ES", 7500.0),)))
    (quote,) = [quote for quote in advice.quotes if quote.index == "sp500"]
    assert (quote.price, quote.price_source) == (advice.exposure.of("sp500").level, "index level")


def test_without_rate_or_dividends_the_level_stands_in_and_says_so():
    advice = advise_today(make_book({"^GSPC": 100.0}), as_of=date(1999, 6, 1), settings=Settings(index=("sp500",)))
    assert {quote.price_source for quote in advice.quotes if quote.index == "sp500"} == {
        "index level (no interest rate or dividend yield is known for the day)"
    }


def test_delisted_contracts_are_used_in_a_what_if_only():
    big = make_book({symbol: 38 * quantity for symbol, quantity in BOOK.items()})
    usual = Settings(hedge=0.5, index=("sp500",))
    assert set(orders(advise_today(big, settings=usual))) <= {"ES", "MES"}
    what_if = advise_today(big, settings=Settings(hedge=0.5, contracts=("SP", "MES"), include_delisted=True))
    assert set(orders(what_if)) == {"SP", "MES"}
    assert not what_if.is_tradable
    assert "contract_delisted" in codes(what_if)
    past = advise_today(big, settings=usual, as_of=date(2020, 3, 2))
    assert set(orders(past)) == {"SP", "ES", "MES"}
    assert past.is_tradable
    with pytest.raises(SettingsError, match="SP"):
        advise_today(big, settings=Settings(hedge=0.5, contracts=("SP", "MES")))


def test_an_index_without_a_current_level_cannot_be_asked_for():
    with pytest.raises(
        SettingsError, match=r"no current level of nasdaq100 in the shipped snapshot.*Measured are: sp500"
    ):
        advise_today(source=ChangedSource({("^NDX", NEWEST, NEWEST): np.nan}), settings=Settings(index=("nasdaq100",)))


def test_a_contract_without_a_price_can_be_asked_for_with_one_only():
    day = date(2025, 9, 25)  # the shipped prices of MDY, the fund that stands for the index, end on the next
    with pytest.raises(SettingsError, match=r"futures price of EMD cannot be derived.*--futures-price EMD=PRICE"):
        advise_today(settings=Settings(contracts=("EMD",)), as_of=day)
    advice = advise_today(settings=Settings(contracts=("EMD",), futures_price=(("EMD", 3260.0),)), as_of=day)
    assert set(orders(advice)) == {"EMD"}


def test_an_index_that_is_asked_for_needs_the_price_of_its_futures():
    with pytest.raises(SettingsError, match=r"futures price of EMD cannot be derived.*--futures-price EMD=PRICE"):
        advise_today(settings=Settings(index=("midcap400",)), as_of=date(2025, 9, 25))


def test_an_index_that_fits_better_is_named_where_only_its_futures_price_is_missing(sample_folder):
    small = read_portfolio(sample_folder / "small_and_large.csv", as_of=date(2025, 9, 25))
    missed = advise_today(small, settings=Settings(legs=1), as_of=date(2025, 9, 25))
    fits = {each.index: each.r_squared for each in missed.exposure.by_index}
    assert fits["midcap400"] > fits[missed.plan.reference_index]
    note = next(note.message for note in missed.notes if note.code == "index_without_futures_price")
    assert "The S&P MidCap 400 fits this portfolio better" in note
    assert "--futures-price EMD=PRICE" in note
    settings = Settings(legs=1, futures_price=(("EMD", 3260.0),))
    used = advise_today(small, settings=settings, as_of=date(2025, 9, 25))
    assert used.plan.reference_index == "midcap400"
    assert "index_without_futures_price" not in codes(used)
    for settled in (Settings(index=("sp500",)), Settings(contracts=("ES", "MES"))):
        asked = advise_today(small, settings=settled, as_of=date(2025, 9, 25))
        assert "index_without_futures_price" not in codes(asked)


def test_a_futures_price_without_a_price_of_its_index_is_said_to_be_unused():
    advice = advise_today(settings=Settings(hedge=0.5, futures_price=(("MMC", 3260.0),)))
    note = next(note.message for note in advice.notes if note.code == "futures_price_unused")
    assert note.startswith("The futures price of MMC is not used: there is no current price of MDY")
    assert advice.plan.orders == advise_today().plan.orders


@pytest.mark.parametrize(
    "settings", [Settings(contracts=("EMD",), futures_price=(("EMD", 3500.0),)), Settings(current=(("EMD", -1),))]
)
def test_a_contract_on_an_index_that_was_not_measured_is_refused(settings):
    with pytest.raises(
        SettingsError, match=r"EMD cannot be used: there is no current price of MDY, which stands for the S"
    ):
        advise_today(settings=settings)


def test_a_margin_budget_of_one_dollar_is_refused_with_both_figures():
    with pytest.raises(InfeasibleHedgeError, match=r"No hedge fits a margin of \$1: one M\w+ needs \$[\d,]+, the full"):
        advise_today(settings=Settings(margin_budget=1.0))


# ---------------------------------------------------------------- futures already held


def test_futures_of_the_file_and_of_the_option_count_together():
    whole = advise_today(settings=Settings(hedge=0.5, index=("sp500",)))
    future = make_position("ESU26.CME", -1.0, asset_class="future", underlying="ES")
    option = Settings(hedge=0.5, index=("sp500",), current=(("MES", 2),))
    advice = advise_today(make_book(BOOK, future), settings=option)
    assert {order.quote.symbol: order.held_after for order in advice.plan.positions if order.held_after} == {
        order.quote.symbol: order.held_after for order in whole.plan.positions
    }
    before = {order.quote.symbol: order.held_after - order.quantity for order in advice.plan.positions}
    assert before == {"ES": -1, "MES": 2}


def test_a_held_contract_of_another_size_may_only_shrink():
    settings = Settings(hedge=0.8, index=("sp500",), sizes=("micro",), current=(("ES", -1),))
    advice = advise_today(make_book({symbol: 3 * quantity for symbol, quantity in BOOK.items()}), settings=settings)
    held = {order.quote.symbol: order.held_after for order in advice.plan.positions}
    assert held["ES"] == -1
    assert held["MES"] < 0
    assert set(orders(advice)) == {"MES"}


def test_a_held_contract_on_another_index_does_not_take_the_hedge_there():
    advice = advise_today(settings=Settings(hedge=0.5, contracts=("MYM",), current=(("MNQ", -3),)))
    assert advice.plan.reference_index == "dow30"
    assert orders(advice)["MNQ"] == 3
    assert set(orders(advice)) == {"MNQ", "MYM"}
    assert "futures_on_other_indices" in codes(advice)


@pytest.mark.parametrize(("current", "words"), [((("SP", -1),), "SP"), ((("XX", -1),), "XX")])
def test_a_held_contract_that_does_not_trade_is_refused(current, words):
    with pytest.raises(SettingsError, match=words):
        advise_today(settings=Settings(current=current))


def test_a_held_contract_that_was_delisted_belongs_to_a_what_if():
    settings = Settings(hedge=0.5, current=(("SP", -1),), include_delisted=True, sizes=("micro",))
    advice = advise_today(settings=settings)
    assert orders(advice).get("SP", 0) >= 0


# ---------------------------------------------------------------- notes


def test_every_doubt_is_told_once_and_warnings_of_the_file_are_among_them():
    warnings = (FileWarning(code="odd_total", line=None, message="The total differs."),) * 2
    advice = advise_today(make_book({**BOOK, "LOST": 5.0}, warnings=warnings), today=date(2026, 11, 22))
    assert len(set(advice.notes)) == len(advice.notes)
    found = codes(advice)
    assert found[0] == "prices_are_old"
    assert found.count("odd_total") == 1
    assert {"holdings_excluded", "index_choice"} <= set(found)


def test_doubts_about_the_inputs_belong_to_the_measurement_and_come_once():
    past = {"as_of": date(2022, 6, 15), "today": NEWEST + timedelta(days=30)}
    advice = advise_today(settings=Settings(estimator="dimson"), **past)
    measured = [note.code for note in advice.measurement.notes]
    assert {"prices_are_old", "adjusted_prices", "estimator_forecasts_worse"} <= set(measured)
    assert codes(advice)[: len(measured)] == measured
    assert len(set(measured)) == len(measured)
    assert "estimator_forecasts_worse" not in codes(advise_today())


def test_advice_leads_back_to_what_it_was_made_of():
    portfolio = make_book()
    advice = advise_today(portfolio)
    assert advice.portfolio is portfolio
    assert advice.exposure is advice.measurement.exposure
    assert advice.is_tradable
    assert len(advice.inputs_hash) == 64
    assert {order.quote for order in advice.plan.orders} <= set(advice.quotes)


@pytest.mark.parametrize(("price", "is_doubted"), [(7_700.0, False), (7_900.0, True), (7_500.0, True)])
def test_a_stated_price_some_way_from_fair_value_is_doubted(price, is_doubted):
    advice = advise_today(settings=Settings(hedge=0.5, index=("sp500",), futures_price=(("ES", price),)))
    found = [note.message for note in advice.notes if note.code == "futures_price_far_from_level"]
    assert bool(found) == is_doubted
    assert all(f"at {price:,.2f} (fair value: 7,689.49). Check --futures-price." in message for message in found)


@pytest.mark.parametrize(("root", "price"), [("NQ", 2_938.0), ("NQ", 100.0), ("MES", 76_895.0), ("QNDX", 26_000.0)])
def test_a_stated_price_that_no_market_makes_is_refused(root, price):
    words = (
        rf"The futures price of {root}, {price:,.2f}, is more than 10% from its fair value of [0-9,.]+ on 2026-08-21"
    )
    with pytest.raises(SettingsError, match=words + r"\. Correct --futures-price"):
        advise_today(settings=Settings(hedge=0.5, futures_price=((root, price),)))


def test_an_estimator_that_forecasts_worse_than_the_default_says_so():
    advice = advise_today(settings=Settings(hedge=0.5, estimator="ols"))
    note = next(note for note in advice.notes if note.code == "estimator_forecasts_worse")
    assert "The estimator ols foretells" in note.message
    assert "estimator_forecasts_worse" not in codes(advise_today())
