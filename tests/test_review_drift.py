"""Why value and beta moved since a plan: the parts add up, and each is what it says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from books import BOOK, make_book, make_position
from changed_prices import FIRST, ChangedSource
from earlier_plans import document_of, plan_of, review_of, to_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedger.advice import advise
from hedger.market import SnapshotSource
from hedger.review import read_plan
from hedger.settings import Settings

if TYPE_CHECKING:
    from hedger.portfolio import Position
    from hedger.review import Drift, Review

THEN, NOW = date(2026, 6, 22), date(2026, 8, 21)
SHARES = st.integers(min_value=-2_000, max_value=3_000).map(float).filter(bool)


def cash(amount: float) -> Position:
    return make_position("USD", amount, asset_class="cash")


def require_exact(drift: Drift) -> None:
    by_value = drift.value_by_prices + drift.value_by_holdings
    assert by_value == pytest.approx(drift.value_now - drift.value_then, rel=0, abs=0.01)
    by_beta = drift.beta_by_prices + drift.beta_by_holdings + drift.beta_by_betas
    assert by_beta == pytest.approx(drift.beta_now - drift.beta_then, rel=0, abs=1e-9)
    assert sum(each.beta_change for each in drift.by_holding) == pytest.approx(by_beta, rel=0, abs=1e-9)
    for each in drift.by_holding:
        change = each.value_by_prices + each.value_by_holdings
        assert change == pytest.approx(each.value_now - each.value_then, rel=0, abs=0.01)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    then=st.dictionaries(st.sampled_from(sorted(BOOK)), SHARES, min_size=3),
    now=st.dictionaries(st.sampled_from(sorted({*BOOK, "AMD", "PG"})), SHARES, min_size=2),
    cash_then=st.floats(0, 3e5),
    cash_now=st.floats(0, 3e5),
)
def test_the_parts_add_up_whatever_was_traded(
    then: dict[str, float], now: dict[str, float], cash_then: float, cash_now: float
) -> None:
    # A long holding on either day, so that there is something to hedge, and the net value does not change its sign.
    earlier = plan_of(make_book({**then, "SPY": 4_000.0}, cash(cash_then)), THEN)
    review = review_of(earlier, make_book({**now, "SPY": 5_000.0}, cash(cash_now)), NOW)
    require_exact(review.drift)


@pytest.mark.parametrize("legs", [1, 2])
def test_the_same_day_and_holdings_have_not_moved_and_need_no_trade(legs: int) -> None:
    portfolio = make_book({symbol: 20 * quantity for symbol, quantity in BOOK.items()}, cash(80_000.0))
    review = review_of(plan_of(portfolio, THEN, Settings(hedge=0.6, legs=legs)), portfolio, THEN)
    require_exact(review.drift)
    for moved in (review.drift.value_by_prices, review.drift.value_by_holdings):
        assert moved == pytest.approx(0.0, abs=1e-6)
    for moved in (review.drift.beta_by_prices, review.drift.beta_by_holdings, review.drift.beta_by_betas):
        assert moved == pytest.approx(0.0, abs=1e-12)
    assert review.beta_held == pytest.approx(review.earlier.beta_after, rel=0, abs=1e-9)
    assert review.is_inside
    assert review.trades == ()
    assert review.cost == 0.0
    assert review.changed_choices == ()


def untouched() -> Review:
    return review_of(plan_of(make_book(), THEN), make_book(), NOW)


def test_without_trades_only_prices_and_betas_moved() -> None:
    drift = untouched().drift
    require_exact(drift)
    assert drift.value_by_holdings == pytest.approx(0.0, abs=1e-6)
    assert drift.beta_by_holdings == pytest.approx(0.0, abs=1e-12)
    assert drift.beta_by_betas != 0.0
    closes = SnapshotSource().fetch(list(BOOK), start=THEN, end=NOW)
    growth = closes.columns(list(BOOK))[-1] - closes.columns(list(BOOK))[0]
    assert drift.value_by_prices == pytest.approx(float(growth @ np.array(list(BOOK.values()))), rel=1e-9)


def test_a_purchase_counts_as_a_change_of_holdings_at_todays_price() -> None:
    more = {**BOOK, "AAPL": 500.0, "AMD": 200.0}
    drift = review_of(plan_of(make_book(), THEN), make_book(more), NOW).drift
    require_exact(drift)
    prices = SnapshotSource().fetch(["AAPL", "AMD"], start=NOW, end=NOW)
    spent = 100.0 * prices.close_on("AAPL", NOW) + 200.0 * prices.close_on("AMD", NOW)
    assert drift.value_by_holdings == pytest.approx(spent, rel=1e-9)
    (bought,) = [each for each in drift.by_holding if each.symbol == "AMD"]
    assert (bought.value_then, bought.beta_then) == (0.0, None)
    assert bought.beta_by_betas == 0.0
    assert bought.beta_change == pytest.approx(bought.beta_by_holdings, rel=1e-12)
    assert drift.value_by_prices == pytest.approx(untouched().drift.value_by_prices, rel=1e-9)


def test_a_sale_is_valued_at_todays_price_and_leaves_no_beta() -> None:
    less = {symbol: quantity for symbol, quantity in BOOK.items() if symbol != "NVDA"}
    drift = review_of(plan_of(make_book(), THEN), make_book(less), NOW).drift
    require_exact(drift)
    (sold,) = [each for each in drift.by_holding if each.symbol == "NVDA"]
    newest = SnapshotSource().fetch(["NVDA"], start=NOW, end=NOW).close_on("NVDA", NOW)
    assert sold.value_by_holdings == pytest.approx(-600.0 * newest, rel=1e-9)
    assert (sold.value_now, sold.beta_now) == (0.0, None)
    assert drift.at_old_value == ()


def test_money_that_comes_in_lowers_the_beta_and_is_no_gain() -> None:
    drift = review_of(plan_of(make_book(), THEN), make_book(BOOK, cash(250_000.0)), NOW).drift
    require_exact(drift)
    assert drift.value_by_holdings == pytest.approx(250_000.0, rel=1e-9)
    assert drift.beta_by_holdings < -0.1
    assert (drift.cash_then, drift.cash_now) == (0.0, 250_000.0)


@pytest.mark.parametrize(("factor", "n_new"), [(2.02, 2.0), (10.3, 10.0), (20.7, 20.0), (1.52, 1.5), (0.1, 0.1)])
def test_a_split_since_the_plan_is_no_trade(factor: float, n_new: float) -> None:
    # The plan saw the unsplit price (and dividends of a per cent or three paid since).
    unsplit = ChangedSource({("KO", FIRST, THEN): factor})
    earlier = plan_of(make_book({**BOOK, "KO": 900.0 / n_new}), THEN, source=unsplit)
    review = review_of(earlier, make_book(), NOW)
    require_exact(review.drift)
    assert review.drift.split == ("KO",)
    assert review.drift.value_by_holdings == pytest.approx(0.0, abs=1e-6)
    assert any(note.code == "splits_since" and "KO" in note.message for note in review.notes)


def test_dividends_are_no_split() -> None:
    earlier = plan_of(make_book(), THEN, source=ChangedSource({("XOM", FIRST, THEN): 1.08}))
    review = review_of(earlier, make_book(), NOW)
    assert review.drift.split == ()
    assert review.drift.value_by_holdings == pytest.approx(0.0, abs=1e-6)


def test_a_holding_that_was_sold_and_has_no_price_keeps_its_old_value_until_then() -> None:
    less = {symbol: quantity for symbol, quantity in BOOK.items() if symbol != "JPM"}
    review = review_of(
        plan_of(make_book(), THEN),
        make_book(less),
        NOW,
        source=ChangedSource(without=("JPM",)),
    )
    require_exact(review.drift)
    (sold,) = [each for each in review.drift.by_holding if each.symbol == "JPM"]
    assert sold.value_by_prices == 0.0
    assert review.drift.at_old_value == ("JPM",)
    assert review.outcome.not_followed == ("JPM",)
    assert {"sold_without_price", "holdings_not_followed"} <= {note.code for note in review.notes}


def test_an_option_that_is_still_held_moves_with_its_price_and_delta() -> None:
    def put(price: float) -> Position:
        return make_position(
            "AAPL261218P00250000",
            -3.0,
            price=price,
            market_value=-300.0 * price,
            asset_class="option",
            underlying="AAPL",
            expiry=date(2026, 12, 18),
            strike=250.0,
            right="put",
            multiplier=100.0,
        )

    earlier = plan_of(make_book(BOOK, put(12.0)), THEN)
    drift = review_of(earlier, make_book(BOOK, put(9.0)), NOW).drift
    require_exact(drift)
    (moved,) = [each for each in drift.by_holding if each.symbol.startswith("AAPL2")]
    assert moved.value_by_prices == pytest.approx(900.0, rel=1e-9)
    assert moved.value_by_holdings == pytest.approx(0.0, abs=1e-9)
    sold = review_of(earlier, make_book(), NOW).drift
    require_exact(sold)
    assert sold.at_old_value == ("AAPL261218P00250000",)


def test_a_plan_without_a_list_of_holdings_is_reviewed_by_values() -> None:
    document = document_of(advise(make_book(), settings=Settings(hedge=0.5), as_of=THEN, today=THEN))
    del document["portfolio"]["holdings"]
    drift = review_of(read_plan(to_bytes(document)), make_book(), NOW).drift
    require_exact(drift)
    # The plan was made from the same adjusted closes, so that values tell the numbers of shares.
    assert drift.value_by_holdings == pytest.approx(0.0, abs=1e-6)
