"""The evidence as a whole: calibration, differences, progress, and what its fields say of each other."""

import numpy as np
import pytest
from made_past import assess, make_closes, make_exposure, make_prices, make_quotes

from hedger.hedge import HedgePolicy, solve_hedge
from hedger.risk import assess_margin_calls


def test_the_rule_comes_first_and_every_rival_has_a_difference(evidence):
    names = [record.name for record in evidence.strategies]
    assert names == ["rule", "one_leg", "two_legs", "sp500", "naive"]
    assert evidence.rule is evidence.strategies[0]
    assert [each.other for each in evidence.differences] == names[1:]


def test_a_rule_of_one_leg_is_the_best_single_index(evidence):
    assert evidence.rule.hedge.tolist() == evidence.strategy("one_leg").hedge.tolist()
    assert evidence.difference("one_leg").difference == 0.0


def test_the_unhedged_portfolio_has_figures_of_its_own(evidence):
    assert evidence.volatility == pytest.approx(float(evidence.unhedged.std()) * np.sqrt(252), rel=1e-12)
    assert evidence.drawdown > evidence.rule.drawdown > 0.0
    assert evidence.volatility > evidence.rule.volatility
    assert evidence.rule.account_drawdown >= evidence.rule.worst_account


def test_a_difference_is_that_of_the_two_shares_removed(evidence):
    for each in evidence.differences:
        removed = evidence.rule.hedge_effectiveness - evidence.strategy(each.other).hedge_effectiveness
        assert each.difference == pytest.approx(removed, abs=1e-12)


def test_a_handful_of_quarters_gives_no_interval_and_more_do(evidence):
    assert len(evidence.quarters) < 8
    assert {(each.low, each.high, each.is_clear) for each in evidence.differences} == {(None, None, False)}
    longer = assess(make_prices(*make_closes(n_sessions=1100, betas={"AAA": 2.0})), quantities={"AAA": 10_000.0})
    naive = longer.difference("naive")
    assert len(longer.quarters) >= 8
    assert naive.low < naive.difference < naive.high
    assert naive.is_clear


def test_a_book_that_stands_still_has_nothing_to_compare():
    sessions, closes = make_closes(betas={"AAA": 1.0, "BBB": 1.0})
    # Long and short the same moves, but for a little before the first quarter.
    closes["BBB"] = closes["AAA"] * np.where(np.arange(sessions.size) < 200, 1.01, 1.0)
    evidence = assess(make_prices(sessions, closes), quantities={"AAA": 4000.0, "BBB": -4000.0})
    assert evidence.differences == ()
    assert evidence.rule.hedge_effectiveness is None
    assert evidence.calibration.qlike_before is None


def test_progress_is_told_after_every_quarter(past):
    seen = []
    evidence = assess(past, on_progress=lambda done, total: seen.append((done, total)))
    n_quarters = len(evidence.quarters)
    assert seen == [(done, n_quarters) for done in range(1, n_quarters + 1)]


def test_whoever_watches_may_end_the_test(past):
    class Left(Exception):  # noqa: N818 (a person who leaves the page is no error)
        pass

    def leave(done, total):
        raise Left("the page was left")

    with pytest.raises(Left, match="the page was left"):
        assess(past, on_progress=leave)


def test_arrays_cannot_be_changed(evidence):
    for array in (evidence.sessions, evidence.unhedged, evidence.rule.hedge, evidence.rule.costs):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_series_are_as_long_as_the_sessions(evidence):
    n_sessions = sum(quarter.n_sessions for quarter in evidence.quarters)
    assert evidence.sessions.size == evidence.unhedged.size == n_sessions
    for record in evidence.strategies:
        assert record.hedge.size == record.costs.size == sum(record.lengths) == n_sessions


def test_costs_a_year_are_those_of_252_sessions(evidence):
    rule = evidence.rule
    assert rule.cost_per_year == pytest.approx(float(rule.costs.sum()) * 252 / rule.costs.size, rel=1e-12)
    assert rule.basis_points_per_year == pytest.approx(1e4 * rule.cost_per_year / evidence.value, rel=1e-12)


def test_counts_are_those_of_the_quarters(evidence):
    for record in evidence.strategies:
        assert record.n_orders == sum(quarter.n_orders for quarter in record.quarters)
        assert record.n_called == sum(quarter.is_called for quarter in record.quarters)
        assert record.n_covered == sum(q.low <= q.realised_beta <= q.high for q in record.quarters)
        assert record.worst_account == max(quarter.worst_account for quarter in record.quarters)


def test_the_same_past_gives_the_same_evidence(past, evidence):
    again = assess(past)
    assert again.differences == evidence.differences
    assert again.estimators == evidence.estimators
    assert again.calibration == evidence.calibration
    assert again.rule.hedge.tolist() == evidence.rule.hedge.tolist()


# ---------------------------------------------------------------- calibration


def test_calibration_counts_the_rules_quarters(evidence):
    calibration, n_quarters = evidence.calibration, len(evidence.quarters)
    assert (calibration.n_quarters, calibration.n_accounts) == (n_quarters, n_quarters)
    assert calibration.n_covered == evidence.rule.n_covered
    assert calibration.n_covered_after == evidence.rule.n_covered_after
    assert [tail.level for tail in calibration.tails] == [0.95, 0.99]


def test_value_at_risk_stands_for_the_sessions_after_a_year_and_a_half(past, evidence):
    # 372 past gains are needed to state one.
    with_one = [
        quarter for quarter in evidence.quarters if np.searchsorted(past.sessions, np.datetime64(quarter.start)) >= 372
    ]
    assert evidence.calibration.n_sessions == sum(quarter.n_sessions for quarter in with_one)
    assert 0 < len(with_one) < len(evidence.quarters)


def test_steady_markets_lie_beyond_value_at_risk_about_as_often_as_stated():
    evidence = assess(make_prices(*make_closes(n_sessions=2000)))
    by_level = {tail.level: tail for tail in evidence.calibration.tails}
    for side in ("before", "after"):
        assert getattr(by_level[0.95], side) == pytest.approx(0.05, abs=0.015)
        assert getattr(by_level[0.99], side) == pytest.approx(0.01, abs=0.008)


def test_the_buffer_of_five_per_cent_is_the_plans(past, evidence):
    exposure = make_exposure(past)
    plan = solve_hedge(exposure, make_quotes(exposure), HedgePolicy(legs=1))
    call = assess_margin_calls(exposure, plan)
    room = plan.initial_margin + call.need(0.05, 63) - plan.maintenance_margin
    # Today's room is not that of each quarter, but a quarter that lost twice as much cannot have been inside.
    certain = sum(quarter.worst_account > 2.0 * room for quarter in evidence.rule.quarters)
    possible = sum(quarter.worst_account > 0.5 * room for quarter in evidence.rule.quarters)
    assert certain <= evidence.calibration.n_beyond_buffer <= possible
