"""How a plan has done: gains first in first out, realised beta, effectiveness, against figures made elsewhere."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
import statsmodels.api as sm
from books import BOOK, make_book
from changed_prices import FIRST, ChangedSource
from earlier_plans import plan_of, review_of
from hypothesis import given
from hypothesis import strategies as st

from hedger.contracts import BrokerFees, Fees, find_fee_schedule, read_contract_code
from hedger.market import Prices, SnapshotSource, dividend_yield_on, fair_value, rate_on
from hedger.review import FuturesGain, read_fills
from hedger.review.gains import Execution, gain_of
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.review import EarlierPlan, Fill, Review

THEN, NOW = date(2026, 6, 22), date(2026, 8, 21)
BIG = {symbol: 6 * quantity for symbol, quantity in BOOK.items()}
MICRO = Settings(hedge=0.5, index=("sp500",), sizes=("micro",))
FEE = 0.62


def executions(*trades: tuple[int, float], code: str = "MESU6", is_trade: bool = True) -> list[Execution]:
    future = read_contract_code(code, THEN)
    return [
        Execution(time=datetime(2026, 6, 22), future=future, quantity=quantity, price=price, is_trade=is_trade)  # noqa: DTZ001 (a broker's clock)
        for quantity, price in trades
    ]


def gain(listed: Sequence[Execution], price: float | None = 7_000.0, as_of: date = NOW) -> FuturesGain:
    found = gain_of(listed, as_of=as_of, price_of=lambda _: price, fee_of=lambda _: FEE)
    assert found is not None
    return found


def test_the_oldest_contracts_are_closed_first() -> None:
    # By hand: 3 sold at 7100, 2 at 7200; 4 bought at 7150 close the three (-50 each) and one of the two (+50).
    found = gain(executions((-3, 7_100.0), (-2, 7_200.0), (4, 7_150.0)))
    assert found.realised_pnl == pytest.approx(5 * (3 * -50.0 + 50.0), rel=1e-12)
    assert (found.quantity, found.open_pnl) == (-1, pytest.approx(5 * 200.0, rel=1e-12))
    assert found.fees == pytest.approx(9 * FEE, rel=1e-12)


def test_a_trade_through_zero_closes_all_and_opens_the_rest() -> None:
    found = gain(executions((2, 7_000.0), (-5, 7_010.0)), price=7_004.0)
    assert found.realised_pnl == pytest.approx(5 * 20.0, rel=1e-12)
    assert (found.quantity, found.open_pnl) == (-3, pytest.approx(5 * 18.0, rel=1e-12))


def test_what_was_held_before_the_plan_enters_without_fees() -> None:
    listed = executions((-4, 7_100.0), is_trade=False) + executions((1, 7_000.0))
    found = gain(listed)
    assert found.fees == pytest.approx(FEE, rel=1e-12)
    assert found.realised_pnl + found.open_pnl == pytest.approx(5 * 4 * 100.0, rel=1e-12)


def test_what_is_left_at_expiry_is_realised_at_the_settlement() -> None:
    found = gain(executions((-2, 7_100.0), code="MESM6"), price=7_050.0)
    assert (found.is_settled, found.quantity, found.open_pnl) == (True, 0, 0.0)
    assert found.realised_pnl == pytest.approx(5 * 100.0, rel=1e-12)
    closed = gain(executions((-2, 7_100.0), (2, 7_090.0), code="MESM6"), price=None)
    assert (closed.is_settled, closed.price, closed.realised_pnl) == (False, None, pytest.approx(100.0, rel=1e-12))


def test_open_contracts_without_a_price_are_not_marked_at_a_guess() -> None:
    assert gain_of(executions((1, 1.0)), as_of=NOW, price_of=lambda _: None, fee_of=lambda _: FEE) is None


@given(
    trades=st.lists(
        st.tuples(st.integers(-5, 5).filter(bool), st.integers(6_900, 7_100).map(float)), min_size=1, max_size=12
    ),
    price=st.integers(6_900, 7_100).map(float),
)
def test_matching_one_contract_at_a_time_gives_the_same(trades: list[tuple[int, float]], price: float) -> None:
    queue: list[tuple[int, float]] = []
    realised = 0.0
    for quantity, paid in trades:
        side = 1 if quantity > 0 else -1
        for _ in range(abs(quantity)):
            if queue and queue[0][0] == -side:
                held, entry = queue.pop(0)
                realised += held * (paid - entry)
            else:
                queue.append((side, paid))
    found = gain(executions(*trades), price=price)
    assert found.realised_pnl == pytest.approx(5 * realised, rel=0, abs=1e-6)
    assert found.quantity == sum(side for side, _ in queue)
    # Whatever is matched with what, the whole gain is that of every trade held until now.
    whole = 5 * sum(quantity * (price - paid) for quantity, paid in trades)
    assert found.realised_pnl + found.open_pnl == pytest.approx(whole, rel=0, abs=1e-6)


# ---------------------------------------------------------------- against the shipped prices


@pytest.fixture(scope="module")
def earlier() -> EarlierPlan:
    return plan_of(make_book(BIG), THEN, MICRO)


@pytest.fixture(scope="module")
def review(earlier: EarlierPlan) -> Review:
    return review_of(earlier, make_book(BIG), NOW)


@pytest.fixture(scope="module")
def closes() -> Prices:
    return SnapshotSource().fetch(["^GSPC", *BOOK], start=THEN, end=NOW)


def fair(level: float, day: date, last_day: date) -> float:
    rate, dividends = rate_on(day), dividend_yield_on("^GSPC", day)
    assert rate is not None
    assert dividends is not None
    return fair_value(level, rate.value, dividends.value, (last_day - day).days)


def test_the_realised_beta_is_that_of_another_program(review: Review, earlier: EarlierPlan, closes: Prices) -> None:
    # statsmodels 0.14: OLS with cov_type="HC0".
    columns = closes.columns(["^GSPC", *BOOK])
    returns = columns[1:] / columns[:-1] - 1.0
    weights = np.array([holding.market_value for holding in earlier.book.holdings]) / earlier.book.market_value
    fitted = sm.OLS(returns[:, 1:] @ weights, sm.add_constant(returns[:, 0])).fit(cov_type="HC0")
    found = review.outcome.realised_beta
    assert found is not None
    assert review.outcome.n_sessions == len(returns) == 43
    assert found.beta == pytest.approx(fitted.params[1], rel=1e-9)
    assert found.stderr == pytest.approx(fitted.bse[1], rel=1e-9)
    assert (found.low, found.high) == (earlier.low, earlier.high)
    assert found.is_inside == (earlier.low <= fitted.params[1] <= earlier.high)
    assert not replace(found, low=found.beta + 0.01).is_inside


def test_the_gains_and_the_effectiveness_are_those_of_holdings_and_contracts(
    review: Review, earlier: EarlierPlan, closes: Prices
) -> None:
    values = closes.columns(list(BOOK)) @ np.array(list(BIG.values()))
    (planned,) = earlier.positions
    days = [session.item() for session in closes.sessions]
    worth = [
        fair(level, day, planned.future.last_trading_day)
        for level, day in zip(closes.column("^GSPC").tolist(), days, strict=True)
    ]
    unhedged, futures = np.diff(values), planned.quantity * 5.0 * np.diff(worth)
    outcome = review.outcome
    assert outcome.unhedged_pnl == pytest.approx(values[-1] - values[0], rel=1e-9)
    assert outcome.open_pnl == pytest.approx(planned.quantity * 5.0 * (worth[-1] - planned.price), rel=1e-9)
    assert outcome.open_pnl == pytest.approx(futures.sum(), rel=1e-6)
    assert outcome.realised_pnl == 0.0
    per_side = find_fee_schedule("ibkr").find_fees("micro", as_of=THEN).per_side
    assert outcome.fees == pytest.approx(abs(planned.quantity) * per_side, rel=1e-12)
    assert outcome.hedge_pnl == pytest.approx(outcome.open_pnl - outcome.fees, rel=1e-12)
    assert outcome.hedged_pnl == pytest.approx(outcome.unhedged_pnl + outcome.hedge_pnl, rel=0, abs=0.005)
    effectiveness = 1.0 - np.var(unhedged + futures) / np.var(unhedged)
    assert outcome.effectiveness == pytest.approx(effectiveness, rel=1e-6)
    assert 0.0 < effectiveness < 1.0


def fills_of(text: str, until: date = NOW) -> tuple[Fill, ...]:
    return read_fills(f"time,contract,quantity,price\n{text}".encode(), since=THEN, until=until)


def test_fills_count_from_their_day_and_price(earlier: EarlierPlan, closes: Prices) -> None:
    traded = fills_of("2026-06-23,MESU6,-4,7500\n2026-07-11,MESU6,2,7400\n2026-07-15,MESU6,-1,7600\n")
    outcome = review_of(earlier, make_book(BIG), NOW, fills=traded).outcome
    (found,) = outcome.by_future
    last = found.future.last_trading_day
    newest = fair(float(closes.column("^GSPC")[-1]), NOW, last)
    assert found.realised_pnl == pytest.approx(2 * 5 * 100.0, rel=1e-12)
    assert found.open_pnl == pytest.approx(5 * (2 * (7_500.0 - newest) + (7_600.0 - newest)), rel=1e-9)
    values = closes.columns(list(BOOK)) @ np.array(list(BIG.values()))
    days = np.array([session.item() for session in closes.sessions])
    worth = np.array([fair(float(level), day, last) for level, day in zip(closes.column("^GSPC"), days, strict=True)])
    futures = np.zeros(days.size)
    for day, quantity, price in (
        (date(2026, 6, 23), -4, 7_500.0),
        (date(2026, 7, 13), 2, 7_400.0),
        (date(2026, 7, 15), -1, 7_600.0),
    ):
        on = int(np.flatnonzero(days == day)[0])
        futures[on] += quantity * 5.0 * (worth[on] - price)
        futures[on + 1 :] += quantity * 5.0 * np.diff(worth)[on:]
    assert futures.sum() == pytest.approx(outcome.realised_pnl + outcome.open_pnl, rel=1e-9)
    unhedged = np.diff(values)
    effectiveness = 1.0 - np.var(unhedged + futures[1:]) / np.var(unhedged)
    assert outcome.effectiveness == pytest.approx(effectiveness, rel=1e-9)


def test_a_trade_of_today_after_the_newest_close_moves_no_past_session(earlier: EarlierPlan) -> None:
    saturday = date(2026, 8, 22)
    traded = fills_of("2026-08-22,MESU6,-4,7500\n", until=saturday)
    outcome = review_of(earlier, make_book(BIG), saturday, fills=traded).outcome
    assert outcome.effectiveness == pytest.approx(0.0, abs=1e-12)


def test_own_fees_win_over_the_schedule(earlier: EarlierPlan) -> None:
    fees = Fees(commission=1.0, exchange_fee=0.2, regulatory_fee=0.05, as_of="", source="mine")
    outcome = review_of(earlier, make_book(BIG), NOW, {"fees": (BrokerFees(symbol="MES", fees=fees),)}).outcome
    assert outcome.fees == pytest.approx(abs(earlier.positions[0].quantity) * 1.25, rel=1e-12)


def test_after_expiry_the_gain_stays_what_the_settlement_made_it() -> None:
    march = date(2026, 3, 2)
    earlier = plan_of(make_book(BIG), march, MICRO)
    (planned,) = earlier.positions
    outcome = review_of(earlier, make_book(BIG), NOW).outcome
    settled = SnapshotSource().fetch(["^GSPC"], start=None, end=None).close_on("^GSPC", date(2026, 3, 20))
    (found,) = outcome.by_future
    assert (found.is_settled, found.price) == (True, settled)
    assert found.realised_pnl == pytest.approx(planned.quantity * 5.0 * (settled - planned.price), rel=1e-12)
    assert outcome.open_pnl == 0.0
    assert outcome.effectiveness is not None
    assert outcome.effectiveness < 0.2


@pytest.mark.parametrize(
    ("as_of", "n_sessions", "words"), [(THEN, 0, "0 sessions lie"), (date(2026, 6, 23), 1, "1 session lies")]
)
def test_a_few_sessions_tell_no_beta_and_no_effectiveness(
    earlier: EarlierPlan, as_of: date, n_sessions: int, words: str
) -> None:
    outcome = review_of(earlier, make_book(BIG), as_of).outcome
    assert outcome.n_sessions == n_sessions
    assert (outcome.realised_beta, outcome.effectiveness) == (None, None)
    assert f"Only {words} between the plan and today" in outcome.too_little
    assert outcome.unhedged_pnl is not None


def test_from_ten_sessions_on_both_are_told(earlier: EarlierPlan) -> None:
    nine, ten = (review_of(earlier, make_book(BIG), day).outcome for day in (date(2026, 7, 6), date(2026, 7, 7)))
    assert (nine.n_sessions, ten.n_sessions) == (9, 10)
    assert nine.effectiveness is None
    assert ten.effectiveness is not None
    assert ten.realised_beta is not None
    assert ten.too_little == ""


def test_a_plan_without_futures_has_a_beta_and_no_effectiveness() -> None:
    earlier = plan_of(make_book(BIG), THEN, Settings(hedge=0.0))
    outcome = review_of(earlier, make_book(BIG), NOW).outcome
    assert outcome.by_future == ()
    assert outcome.hedge_pnl == 0.0
    assert outcome.realised_beta is not None
    assert outcome.effectiveness is None


def test_prices_that_begin_after_the_plan_tell_nothing_of_its_holdings(earlier: EarlierPlan) -> None:
    class Late:
        """The shipped prices from the day after the plan on, once they are asked for a start."""

        def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
            return SnapshotSource().fetch(symbols, start=start and date(2026, 6, 23), end=end)

    outcome = review_of(earlier, make_book(BIG), NOW, source=Late()).outcome
    assert "The prices begin on 2026-06-23, after the plan's of 2026-06-22" in outcome.too_little
    assert (outcome.unhedged_pnl, outcome.hedged_pnl, outcome.n_sessions) == (None, None, 0)
    assert outcome.open_pnl != 0.0


def test_most_holdings_without_closes_are_too_little(earlier: EarlierPlan) -> None:
    kept = make_book({"KO": BIG["KO"]})
    gone = tuple(symbol for symbol in BOOK if symbol != "KO")
    source = ChangedSource(without=gone)
    outcome = review_of(earlier, kept, NOW, source=source).outcome
    assert set(outcome.not_followed) == set(gone)
    assert "of its holdings only, too little for a realised beta" in outcome.too_little
    assert outcome.realised_beta is None


def test_what_has_no_closes_is_taken_to_move_like_the_rest(earlier: EarlierPlan, review: Review) -> None:
    less = make_book({symbol: quantity for symbol, quantity in BIG.items() if symbol != "KO"})
    source = ChangedSource(without=("KO",))
    found = review_of(earlier, less, NOW, source=source).outcome.realised_beta
    assert found is not None
    assert review.outcome.realised_beta is not None
    # The rest has more beta than the slow share that is missing.
    assert found.beta > review.outcome.realised_beta.beta


def test_futures_on_an_index_without_a_level_follow_the_fund_that_stands_for_it() -> None:
    then, now = date(2025, 8, 1), date(2025, 9, 25)  # the shipped prices of the fund end on the next day
    settings = Settings(hedge=0.5, contracts=("EMD",), futures_price=(("EMD", 3_150.0),))
    book = make_book({symbol: 10 * quantity for symbol, quantity in BOOK.items()})
    earlier = plan_of(book, then, settings)
    assert earlier.reference_index == "midcap400"
    outcome = review_of(earlier, book, now, {"futures_price": (("EMD", 3_260.0),)}).outcome
    (found,) = outcome.by_future
    # The plan's September contract is settled at the fund's move from its last day to today's price.
    fund = SnapshotSource().fetch(["MDY"], start=None, end=None)
    settled = 3_260.0 * fund.close_on("MDY", date(2025, 9, 19)) / fund.close_on("MDY", now)
    assert found.price == pytest.approx(settled, rel=1e-9)
    assert outcome.effectiveness is not None


def test_a_future_whose_price_cannot_be_told_is_named() -> None:
    then, now = date(2025, 8, 1), date(2025, 9, 15)
    book = make_book({symbol: 10 * quantity for symbol, quantity in BOOK.items()})
    earlier = plan_of(book, then, Settings(hedge=0.5, contracts=("EMD",), futures_price=(("EMD", 3_150.0),)))
    now_on_another = {"current": (("MES", 0),), "contracts": ("MES",)}
    outcome = review_of(earlier, book, now, now_on_another).outcome
    assert outcome.not_marked == ("EMDU5",)
    assert outcome.effectiveness is None
    assert outcome.realised_beta is not None


def test_holdings_that_no_longer_trade_stand_still_and_tell_no_beta(earlier: EarlierPlan) -> None:
    gone = tuple(symbol for symbol in BOOK if symbol != "KO")
    source = ChangedSource({(symbol, THEN + timedelta(days=1), NOW): math.nan for symbol in gone})
    outcome = review_of(earlier, make_book({"KO": BIG["KO"]}), NOW, source=source).outcome
    assert outcome.not_followed == ()
    assert outcome.realised_beta is None
    ko = SnapshotSource().fetch(["KO"], start=THEN, end=NOW).column("KO")
    assert outcome.unhedged_pnl == pytest.approx(BIG["KO"] * (ko[-1] - ko[0]), rel=1e-9)


def test_futures_on_an_index_whose_level_begins_later_have_a_gain_and_no_effectiveness() -> None:
    settings = replace(MICRO, current=(("MNQ", -1),))
    earlier = plan_of(make_book(BIG), THEN, settings)
    assert {each.future.symbol for each in earlier.positions} == {"MES", "MNQ"}
    source = ChangedSource({("^NDX", FIRST, date(2026, 6, 30)): math.nan})
    nothing_else = {"current": (("MES", 0),), "index": ("sp500",), "legs": 1}
    outcome = review_of(earlier, make_book(BIG), NOW, nothing_else, source=source).outcome
    assert outcome.not_marked == ()
    assert {gain.future.symbol for gain in outcome.by_future} == {"MES", "MNQ"}
    assert outcome.effectiveness is None
    assert outcome.realised_beta is not None


def test_futures_on_an_index_without_prices_are_named() -> None:
    earlier = plan_of(make_book(BIG), THEN, replace(MICRO, index=("sp500", "nasdaq100"), legs=2, allow_long_legs=True))
    source = ChangedSource(without=("^NDX",))
    now_on_another = {"current": (("MES", 0),), "index": ("sp500",), "legs": 1}
    outcome = review_of(earlier, make_book(BIG), NOW, now_on_another, source=source).outcome
    assert outcome.not_marked == ("MNQU6",)


def test_before_interest_rates_are_known_futures_are_worth_the_level() -> None:
    then, now, index = date(1999, 4, 1), date(1999, 5, 3), make_book({"^GSPC": 2_000.0})
    earlier = plan_of(index, then, Settings(hedge=0.5, index=("sp500",)))
    outcome = review_of(earlier, index, now).outcome
    levels = SnapshotSource().fetch(["^GSPC"], start=then, end=now).column("^GSPC")
    points = sum(each.quantity * each.future.contract.multiplier for each in earlier.positions)
    assert outcome.open_pnl == pytest.approx(points * (levels[-1] - levels[0]), rel=1e-9)
    assert outcome.open_pnl + outcome.fees < 0 < outcome.unhedged_pnl
