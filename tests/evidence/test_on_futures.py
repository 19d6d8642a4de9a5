"""The same contracts on the futures' own closes, made so that the difference is known."""

import numpy as np
import pytest
from made_past import assess, make_closes, make_exposure, make_prices, make_quotes

from hedger.exposure import BetaOverride
from hedger.hedge import HedgePolicy
from hedger.market import FuturesCloses


def make_futures(past, *, basis=0.0, index="sp500", symbol="^GSPC", days=None):
    """Return futures that follow an index and gain `basis` a session on it."""
    level = past.column(symbol)
    growth = np.concatenate([[np.nan], level[1:] / level[:-1] * (1.0 + basis)])
    kept = np.ones(level.size, dtype=bool) if days is None else np.isin(past.sessions, days)
    close = np.cumprod(np.concatenate([[level[0]], growth[1:]]))[kept]
    chained = np.concatenate([[np.nan], close[1:] / close[:-1]])
    return FuturesCloses(index=index, source="made up", days=past.sessions[kept], close=close, growth=chained)


def both(past, **named):
    return (
        make_futures(past, **named),
        make_futures(past, **{**named, "index": "nasdaq100", "symbol": "^NDX"}),
    )


def rule_of(check):
    """What came of the plan's rule."""
    assert check.records[0].name == "rule"
    return check.records[0]


def test_futures_that_follow_the_index_change_nothing_for_any_strategy(past, evidence):
    check = assess(past, futures=both(past)).on_futures
    assert check.quarters == evidence.quarters
    assert (check.start, check.end) == (evidence.quarters[0].start, evidence.quarters[-1].end)
    assert (check.volatility, check.drawdown) == (evidence.volatility, evidence.drawdown)
    names = ["rule", "one_leg", "two_legs", "sp500", "naive"]
    assert [record.name for record in check.records] == names
    for record, own in zip(check.records, evidence.strategies, strict=True):
        np.testing.assert_array_equal(record.on_index.hedge, own.hedge)
        assert record.on_index.quarters == own.quarters
        np.testing.assert_allclose(record.on_futures.hedge, own.hedge, rtol=0, atol=1e-6)
        assert record.basis_per_year == pytest.approx(0.0, abs=0.01)
        shown = record.on_futures
        assert (shown.n_covered_after, shown.n_called, shown.n_orders) == (
            own.n_covered_after,
            own.n_called,
            own.n_orders,
        )


def test_what_is_foretold_and_paid_does_not_depend_on_the_basis(past, evidence):
    for record, own in zip(
        assess(past, futures=both(past, basis=2e-4)).on_futures.records, evidence.strategies, strict=True
    ):
        np.testing.assert_array_equal(record.on_futures.costs, own.costs)
        for quarter, on_index in zip(record.on_futures.quarters, own.quarters, strict=True):
            assert (quarter.held, quarter.low, quarter.high) == (on_index.held, on_index.low, on_index.high)
            assert quarter.realised_beta == on_index.realised_beta


def test_futures_that_fall_behind_spare_the_account_of_a_short_hedge_a_call(past):
    # Short: futures that lose 0.5 % a session on the index are a gain that no rise of the index takes back.
    record = rule_of(assess(past, futures=both(past, basis=-5e-3), buffer=20_000.0).on_futures)
    assert record.on_index.n_called > 0
    assert record.on_futures.n_called == 0
    assert record.on_futures.account_drawdown < record.on_index.account_drawdown


def test_futures_that_overdraw_the_index_leave_a_beta_that_the_interval_misses(past):
    # Futures on a tenth of the index' moves hedge next to nothing, so that most of the book's beta is left.
    level = past.column("^GSPC")
    damped = np.concatenate([[np.nan], 1.0 + 0.1 * (level[1:] / level[:-1] - 1.0)])
    futures = FuturesCloses(index="sp500", source="made up", days=past.sessions, close=level, growth=damped)
    record = rule_of(assess(past, HedgePolicy(legs=1, indices=("sp500",)), futures=(futures, both(past)[1])).on_futures)
    assert record.on_index.n_covered_after == len(record.on_index.quarters)
    assert record.on_futures.n_covered_after == 0
    for quarter in record.on_futures.quarters:
        assert quarter.realised_beta_after == pytest.approx(0.9 * quarter.realised_beta, abs=0.1)


def test_a_short_hedge_earns_what_futures_lose_on_the_index(past, evidence):
    # Futures that lose 0.01 % a session on the index end a quarter that much below it, on the dollars sold by then.
    rule = rule_of(assess(past, futures=both(past, basis=-1e-4)).on_futures)
    quotes = {quote.symbol: quote for quote in make_quotes(make_exposure(past))}
    symbols = {"sp500": "^GSPC", "nasdaq100": "^NDX"}
    earned = 0.0
    for quarter, hedged in zip(evidence.quarters, evidence.rule.quarters, strict=True):
        rows = np.searchsorted(past.sessions, [np.datetime64(quarter.start), np.datetime64(quarter.end)])
        for root, quantity in hedged.held:
            first, last = past.column(symbols[quotes[root].index])[rows]
            behind = 1.0 - (1.0 - 1e-4) ** quarter.n_sessions
            earned -= quantity * quotes[root].notional * last / first * behind
    assert rule.basis_per_year == pytest.approx(earned * 252 / evidence.sessions.size, rel=1e-9)
    assert rule.on_futures.hedge_effectiveness == pytest.approx(rule.on_index.hedge_effectiveness, abs=2e-3)


def test_days_without_a_close_move_with_the_index_and_catch_up_later(past):
    kept = past.sessions[np.arange(past.sessions.size) % 7 != 3]
    rule = rule_of(assess(past, futures=both(past, basis=-1e-4, days=kept)).on_futures)
    full = rule_of(assess(past, futures=both(past, basis=-1e-4)).on_futures)
    assert rule.basis_per_year == pytest.approx(full.basis_per_year, rel=0.02)
    assert rule.on_futures.hedge_effectiveness == pytest.approx(full.on_futures.hedge_effectiveness, abs=1e-4)


def test_a_roll_without_the_earlier_close_is_no_gain(past):
    futures = both(past)
    broken = []
    for each in futures:
        growth = each.growth.copy()
        growth[400] = np.nan
        close = each.close * np.where(np.arange(each.close.size) >= 400, 1.02, 1.0)
        broken.append(FuturesCloses(index=each.index, source="made up", days=each.days, close=close, growth=growth))
    rule = rule_of(assess(past, futures=broken).on_futures)
    assert rule.on_futures.hedge_effectiveness == pytest.approx(rule.on_index.hedge_effectiveness, abs=1e-9)
    assert rule.basis_per_year == pytest.approx(0.0, abs=0.01)


def test_quarters_with_too_few_closes_are_left_out(past, evidence):
    thin = past.sessions[np.arange(past.sessions.size) % 2 == 0]
    until = np.datetime64(evidence.quarters[2].end)
    kept = np.concatenate([past.sessions[past.sessions <= until], thin[thin > until]])
    assert assess(past, futures=both(past, days=kept)).on_futures.n_quarters == 3


def test_without_closes_in_the_quarters_there_is_no_check(past):
    assert assess(past).on_futures is None
    assert assess(past, futures=both(past, days=past.sessions[:200])).on_futures is None
    assert assess(past, futures=both(past, days=past.sessions[:1])).on_futures is None


def test_a_book_that_stands_still_has_no_share_on_futures_either():
    sessions, closes = make_closes(betas={"AAA": 1.0, "BBB": 1.0})
    closes["BBB"] = closes["AAA"] * np.where(np.arange(sessions.size) < 200, 1.01, 1.0)
    prices = make_prices(sessions, closes)
    overrides = [BetaOverride(symbol="AAA", index=None, beta=2.0)]
    evidence = assess(prices, quantities={"AAA": 9000.0, "BBB": -9000.0}, overrides=overrides, futures=both(prices))
    assert any(quarter.held for quarter in evidence.rule.quarters)
    record = rule_of(evidence.on_futures)
    assert (record.on_index.hedge_effectiveness, record.on_futures.hedge_effectiveness) == (None, None)


def test_futures_on_an_index_that_is_not_measured_are_passed_over(past):
    other = make_futures(past, index="dow30")
    assert assess(past, futures=(*both(past), other)).on_futures.n_quarters == len(assess(past).quarters)
