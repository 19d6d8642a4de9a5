"""A strategy through the past: no look-ahead, whole contracts, costs to the cent, bands between the rolls."""

from dataclasses import replace

import numpy as np
import pytest
from made_past import BETAS, ROOTS, assess, make_closes, make_exposure, make_prices, make_quotes

from hedger.evidence.walk import trade_cost
from hedger.exposure import BetaOverride
from hedger.hedge import HedgePolicy

# ---------------------------------------------------------------- nothing is known before it happens


def decisions_until(evidence, day):
    """What each strategy held from every roll up to a day, with what was foretold there."""
    return {
        (record.name, quarter.start): (hedged.held, hedged.beta, hedged.low, hedged.high, hedged.beta_after)
        for record in evidence.strategies
        for quarter, hedged in zip(evidence.quarters, record.quarters, strict=True)
        if quarter.start <= day
    }


@pytest.mark.parametrize("n_known", [420, 520, 640])
def test_changing_any_future_close_changes_no_past_decision(n_known):
    sessions, closes = make_closes()
    rng = np.random.default_rng(n_known)
    changed = {
        symbol: np.concatenate([each[:n_known], each[n_known:] * np.exp(rng.normal(0.0, 0.1, each.size - n_known))])
        for symbol, each in closes.items()
    }
    # Today's closes value the book; they are kept, so that the same portfolio is looked at.
    for symbol, each in changed.items():
        each[-1] = closes[symbol][-1]
    before, after = (assess(make_prices(sessions, each), HedgePolicy(legs=None)) for each in (closes, changed))
    day = sessions[n_known - 1].item()
    known = decisions_until(before, day)
    assert known == decisions_until(after, day)
    assert len(known) >= 5
    assert before.rule.hedge[-63:] != pytest.approx(after.rule.hedge[-63:], abs=0.005)


def test_gains_up_to_a_change_of_the_future_stay_the_same():
    sessions, closes = make_closes()
    changed = {symbol: each.copy() for symbol, each in closes.items()}
    for each in changed.values():
        each[640:-1] *= 1.05
    before, after = (assess(make_prices(sessions, each)) for each in (closes, changed))
    n_same = int(np.searchsorted(before.sessions, sessions[640]))
    for one, other in zip(before.strategies, after.strategies, strict=True):
        assert one.hedge[:n_same].tolist() == other.hedge[:n_same].tolist()


def test_a_run_of_equal_closes_that_the_future_prolongs_changes_no_past_decision():
    sessions, closes = make_closes()
    roll = int(np.searchsorted(sessions, np.datetime64("2025-12-15")))
    closes["CCC"][roll - 2 : roll + 1] = closes["CCC"][roll - 3]
    prolonged = {symbol: each.copy() for symbol, each in closes.items()}
    prolonged["CCC"][roll + 1 : roll + 6] = closes["CCC"][roll]
    before, after = (assess(make_prices(sessions, each)) for each in (closes, prolonged))
    assert decisions_until(before, sessions[roll].item()) == decisions_until(after, sessions[roll].item())


# ---------------------------------------------------------------- gains and costs


def test_hedged_is_unhedged_plus_hedge_to_the_cent_on_every_day(evidence):
    for record in evidence.strategies:
        assert record.unhedged.tolist() == evidence.unhedged.tolist()
        assert np.abs(record.hedged - (evidence.unhedged + record.hedge)).max() < 0.005


def test_a_hedge_of_nothing_is_no_hedge(past):
    evidence = assess(past, HedgePolicy(hedge_fraction=0.0, legs=None))
    for record in evidence.strategies:
        assert not record.hedge.any()
        assert not record.costs.any()
        assert record.hedge_effectiveness == pytest.approx(0.0, abs=1e-12)
        assert (record.n_orders, record.n_called, record.worst_account) == (0, 0, 0.0)


def test_futures_gain_multiplier_times_todays_price_times_the_move_of_the_index(past, evidence):
    quotes = {quote.symbol: quote for quote in make_quotes(make_exposure(past))}
    symbols = {"sp500": "^GSPC", "nasdaq100": "^NDX"}
    done = 0
    for quarter, hedged in zip(evidence.quarters, evidence.rule.quarters, strict=True):
        if hedged.n_corrections:
            continue
        rows = np.searchsorted(past.sessions, [np.datetime64(quarter.start), np.datetime64(quarter.end)])
        gained = 0.0
        for symbol, quantity in hedged.held:
            levels = past.column(symbols[quotes[symbol].index])[rows]
            gained += quantity * quotes[symbol].contract.multiplier * quotes[symbol].price * (levels[1] / levels[0] - 1)
        assert hedged.hedge_pnl + hedged.cost == pytest.approx(gained, abs=0.005)
        done += 1
    assert done >= 4


def test_the_series_add_up_to_the_quarters(evidence):
    for record in evidence.strategies:
        ends = np.cumsum(record.lengths)
        for number, (end, length) in enumerate(zip(ends, record.lengths, strict=True)):
            part = slice(end - length, end)
            assert record.hedge[part].sum() == pytest.approx(record.quarters[number].hedge_pnl, abs=0.005)
            assert record.costs[part].sum() == pytest.approx(record.quarters[number].cost, abs=0.005)
            assert record.unhedged[part].sum() == pytest.approx(evidence.quarters[number].unhedged_pnl, abs=0.005)


@pytest.fixture(scope="module")
def quotes(past):
    return {quote.symbol: quote for quote in make_quotes(make_exposure(past))}


ON_A_ROLL = [
    ({}, {"ES": -2}, {"ES": 2}, {}, 1),
    ({"ES": -2}, {"ES": -2}, {}, {"ES": 2}, 1),
    ({"ES": -2}, {"ES": -3}, {"ES": 1}, {"ES": 2}, 2),
    ({"ES": -3}, {"ES": -1, "MES": -4}, {"ES": 2, "MES": 4}, {"ES": 1}, 3),
    ({"ES": -1}, {"ES": 1}, {"ES": 2}, {}, 1),
    ({"ES": -1, "MNQ": -3}, {}, {"ES": 1, "MNQ": 3}, {}, 2),
]
"""Held before and after; sides traded and contracts rolled, by root; orders."""


@pytest.mark.parametrize("case", ON_A_ROLL)
def test_trades_cost_half_a_round_trip_and_contracts_that_stay_are_rolled(case, quotes):
    before, after, sides, rolls, n_orders = case
    expected = sum(n * quotes[symbol].round_trip_cost / 2.0 for symbol, n in sides.items())
    expected += sum(n * quotes[symbol].roll_cost for symbol, n in rolls.items())
    cost, placed = trade_cost(tuple(before.items()), tuple(after.items()), quotes, is_roll=True)
    assert cost == pytest.approx(expected, abs=1e-9)
    assert placed == n_orders


def test_between_rolls_what_stays_costs_nothing(quotes):
    assert trade_cost((("ES", -2),), (("ES", -2),), quotes, is_roll=False) == (0.0, 0)
    cost, n_orders = trade_cost((("ES", -2),), (("ES", -3),), quotes, is_roll=False)
    assert cost == pytest.approx(quotes["ES"].round_trip_cost / 2.0, abs=1e-9)
    assert n_orders == 1


def test_all_trades_in_and_out_are_paid(past, evidence):
    # One index, whole hedge, no correction in a calm past: what goes in comes out, and the rest is rolled.
    held = [dict(quarter.held) for quarter in evidence.rule.quarters]
    assert evidence.rule.n_corrections == 0
    quotes = {quote.symbol: quote for quote in make_quotes(make_exposure(past))}
    expected = 0.0
    for before, after in zip([{}, *held], [*held, {}], strict=True):
        for symbol in {**before, **after}:
            was, will = before.get(symbol, 0), after.get(symbol, 0)
            expected += abs(will - was) * quotes[symbol].round_trip_cost / 2.0
            expected += min(abs(was), abs(will)) * quotes[symbol].roll_cost * (was * will > 0)
    assert float(evidence.rule.costs.sum()) == pytest.approx(expected, abs=0.005)


# ---------------------------------------------------------------- what a hedge should do


def test_a_book_that_is_the_index_loses_nearly_all_of_its_variance():
    sessions, closes = make_closes(betas={"FUND": 1.0}, noise=0.0)
    evidence = assess(make_prices(sessions, closes), quantities={"FUND": 40_000.0})
    assert {quarter.reference_index for quarter in evidence.rule.quarters} == {"sp500"}
    assert evidence.rule.hedge_effectiveness == pytest.approx(1.0, abs=1e-4)
    assert evidence.strategy("naive").hedge_effectiveness == pytest.approx(1.0, abs=1e-4)


def test_dollar_for_dollar_misses_a_book_of_beta_two():
    sessions, closes = make_closes(betas={"FUND": 2.0}, noise=0.001)
    evidence = assess(make_prices(sessions, closes), quantities={"FUND": 40_000.0})
    assert evidence.rule.hedge_effectiveness > 0.99
    # Half of the moves, a quarter of the variance, is left, and a little more as the book outgrows its hedge.
    assert evidence.strategy("naive").hedge_effectiveness == pytest.approx(0.75, abs=0.03)
    assert evidence.difference("naive").is_clear is False  # six quarters are too few for an interval
    assert evidence.difference("naive").difference == pytest.approx(0.25, abs=0.03)


def test_realised_betas_come_out_near_those_that_were_made(evidence):
    # Equal values of betas 1.3, 0.7 and 1.0 when the test ends; weights of other days differ a little.
    for quarter in evidence.rule.quarters:
        assert quarter.realised_beta == pytest.approx(quarter.beta, abs=0.15)
        assert quarter.realised_beta_after == pytest.approx(0.0, abs=0.15)
        assert quarter.is_covered
        assert quarter.is_covered_after


def test_a_beta_that_jumps_is_put_right_a_month_after_the_roll():
    sessions, closes = make_closes(betas={"AAA": 1.0}, noise=0.001)
    roll = int(np.searchsorted(sessions, np.datetime64("2025-12-15")))
    market = np.diff(closes["^GSPC"]) / closes["^GSPC"][:-1]
    beta = np.where(np.arange(market.size) >= roll, 2.5, 1.0)
    noise = np.random.default_rng(9).normal(0.0, 0.001, market.size)
    closes["AAA"] = 100.0 * np.cumprod(np.concatenate([[1.0], 1.0 + beta * market + noise]))
    evidence = assess(make_prices(sessions, closes), quantities={"AAA": 40_000.0})
    by_start = {
        quarter.start: hedged for quarter, hedged in zip(evidence.quarters, evidence.rule.quarters, strict=True)
    }
    jumped = by_start[sessions[roll].item()]
    assert jumped.n_corrections >= 1
    # The first trade between rolls falls on the session after the first look, 21 sessions on.
    first = int(np.searchsorted(evidence.sessions, sessions[roll])) + 1
    trades = np.flatnonzero(evidence.rule.costs[first : first + 63])
    assert trades[:2].tolist() == [0, 21]
    assert all(hedged.n_corrections == 0 for start, hedged in by_start.items() if start < sessions[roll].item())


def test_a_hedge_that_cannot_be_put_right_stays_as_it_is():
    # The target lies below the beta at the roll and above it a month later: no hedge reaches it from there.
    sessions, closes = make_closes(betas={"AAA": 1.0}, noise=0.001)
    roll = int(np.searchsorted(sessions, np.datetime64("2026-03-16")))
    market = np.diff(closes["^GSPC"]) / closes["^GSPC"][:-1]
    beta = np.where(np.arange(market.size) >= roll, -0.5, 1.0)
    noise = np.random.default_rng(9).normal(0.0, 0.001, market.size)
    closes["AAA"] = 100.0 * np.cumprod(np.concatenate([[1.0], 1.0 + beta * market + noise]))
    policy = HedgePolicy(target_beta=0.8, legs=1, indices=("sp500",))
    evidence = assess(make_prices(sessions, closes), policy, quantities={"AAA": 40_000.0})
    last = evidence.rule.quarters[-1]
    assert last.held
    assert last.realised_beta == pytest.approx(-0.5, abs=0.05)
    assert last.n_corrections == 0


def test_more_legs_than_one_are_used_where_they_pay():
    sessions, closes = make_closes(betas={"AAA": 1.0})
    market = {name: np.diff(closes[name]) / closes[name][:-1] for name in ("^GSPC", "^NDX")}
    own = np.random.default_rng(11).normal(0.0, 0.002, sessions.size - 1)
    closes["AAA"] = 100.0 * np.cumprod(
        np.concatenate([[1.0], 1.0 + 0.5 * market["^GSPC"] + 0.5 * market["^NDX"] + own])
    )
    evidence = assess(make_prices(sessions, closes), HedgePolicy(legs=None), quantities={"AAA": 40_000.0})
    two = evidence.strategy("two_legs")
    assert {len({root[-2:] for root, _ in quarter.held}) for quarter in two.quarters} == {2}
    assert two.hedge_effectiveness > evidence.strategy("one_leg").hedge_effectiveness + 0.01
    assert evidence.rule.quarters[-1].held == two.quarters[-1].held


# ---------------------------------------------------------------- what cannot be held


def test_a_target_beta_that_the_past_lay_below_holds_nothing_and_says_so(past):
    evidence = assess(past, HedgePolicy(target_beta=4.0, legs=1))
    assert all(quarter.held == () for quarter in evidence.rule.quarters)
    assert "cannot leave a target beta" in evidence.rule.quarters[0].refusal
    messages = {note.code: note.message for note in evidence.notes}
    n_quarters = len(evidence.quarters)
    assert messages["quarters_not_hedged"].startswith(f"In {n_quarters} of {n_quarters} quarters nothing was held")
    assert evidence.rule.hedge_effectiveness == pytest.approx(0.0, abs=1e-12)
    assert evidence.calibration.n_accounts == 0


def test_a_margin_budget_below_one_contract_holds_nothing(past):
    evidence = assess(past, HedgePolicy(margin_budget=100.0, legs=1))
    assert all("No hedge fits a margin of $100" in quarter.refusal for quarter in evidence.rule.quarters)


def test_limits_hold_in_every_quarter(past):
    evidence = assess(past, HedgePolicy(max_contracts=3, legs=1))
    for record in evidence.strategies:
        assert all(sum(abs(n) for _, n in quarter.held) <= 3 for quarter in record.quarters)


def test_rivals_may_use_what_the_rule_may_not(past):
    quotes = make_quotes(make_exposure(past))
    evidence = assess(past, HedgePolicy(legs=1, closing_only=("ES", "MES")), quotes=quotes)
    roots = {
        record.name: {root for quarter in record.quarters for root, _ in quarter.held} for record in evidence.strategies
    }
    assert roots["rule"] <= {"NQ", "MNQ"}
    assert roots["one_leg"] & {"ES", "MES"}
    assert set(roots) == {"rule", "one_leg", "two_legs", "sp500", "naive"}


def test_without_contracts_on_the_sp500_its_hedges_are_left_out(past):
    quotes = make_quotes(make_exposure(past), roots=("NQ", "MNQ"))
    evidence = assess(past, quotes=quotes)
    assert [record.name for record in evidence.strategies] == ["rule", "one_leg"]
    assert evidence.strategy("sp500") is None
    assert evidence.difference("sp500") is None


def test_futures_held_today_are_not_part_of_the_test(past, evidence):
    with_futures = assess(past, HedgePolicy(legs=1, current=(("ES", -5),)))
    assert with_futures.rule.hedge.tolist() == evidence.rule.hedge.tolist()


# ---------------------------------------------------------------- the futures account


def margins_of(evidence_quotes, held):
    initial = sum(abs(n) * evidence_quotes[root].margin.initial for root, n in held)
    return initial, sum(abs(n) * evidence_quotes[root].margin.maintenance for root, n in held)


def test_the_account_is_called_when_margin_and_buffer_do_not_last(past, quotes):
    for buffer in (0.0, 20_000.0, 1e9):
        evidence = assess(past, buffer=buffer)
        ends = np.cumsum(evidence.rule.lengths)
        for quarter, end, length in zip(evidence.rule.quarters, ends, evidence.rule.lengths, strict=True):
            lowest = float(np.cumsum(evidence.rule.hedge[end - length : end]).min())
            initial, maintenance = margins_of(quotes, quarter.held)
            assert quarter.worst_account == pytest.approx(max(-lowest, 0.0), abs=0.005)
            assert (quarter.initial_margin, quarter.buffer) == (pytest.approx(initial, abs=0.005), buffer)
            assert quarter.is_called == (initial + buffer + lowest < maintenance)
    assert evidence.rule.n_called == 0


def test_cash_of_the_portfolio_is_the_buffer_where_none_is_stated(past):
    evidence = assess(past, cash=500_000.0)
    for quarter in evidence.rule.quarters:
        assert quarter.buffer == pytest.approx(500_000.0 - quarter.initial_margin, abs=0.005)


def test_stated_betas_are_used_in_every_quarter(past):
    overrides = [BetaOverride(symbol=symbol, index=None, beta=0.5) for symbol in ("AAA", "BBB", "CCC")]
    evidence = assess(past, overrides=overrides)
    assert [quarter.beta for quarter in evidence.rule.quarters] == pytest.approx(
        [0.5] * len(evidence.quarters), abs=1e-9
    )
    assert evidence.strategy("sp500").quarters[0].beta == pytest.approx(1.0, abs=0.1)


def test_micros_alone_hedge_as_finely_as_they_can(past):
    assert set(ROOTS) == {"ES", "MES", "NQ", "MNQ"}
    fine = assess(past, HedgePolicy(legs=1, closing_only=("ES", "NQ")))
    whole = assess(past, HedgePolicy(legs=1, closing_only=("MES", "MNQ")))
    for quarter in fine.rule.quarters:
        assert abs(quarter.beta_after) < 0.02
    assert max(abs(quarter.beta_after) for quarter in whole.rule.quarters) > 0.02


def test_what_is_tested_does_not_depend_on_the_order_of_the_contracts(past, evidence):
    quotes = tuple(reversed(make_quotes(make_exposure(past))))
    turned = assess(past, quotes=quotes)
    assert turned.rule.hedge == pytest.approx(evidence.rule.hedge, abs=0.005)
    assert replace(turned.rule.quarters[0], held=()) == replace(evidence.rule.quarters[0], held=())


def test_rivals_of_a_rule_against_shortfall_still_minimise_variance(past, evidence):
    rule = HedgePolicy(legs=1, objective="expected-shortfall")
    other = assess(past, rule, years=1)
    assert other.strategy("sp500").hedge.tolist() == assess(past, years=1).strategy("sp500").hedge.tolist()
    assert other.rule.hedge_effectiveness == pytest.approx(evidence.rule.hedge_effectiveness, abs=0.1)


# ---------------------------------------------------------------- what must not matter


def test_the_order_of_the_holdings_changes_nothing(past, evidence):
    turned = assess(past, quantities=dict.fromkeys(("CCC", "AAA", "BBB"), 4000.0))
    for one, other in zip(evidence.strategies, turned.strategies, strict=True):
        assert [quarter.held for quarter in one.quarters] == [quarter.held for quarter in other.quarters]
        assert other.hedge == pytest.approx(one.hedge, abs=0.005)


def test_cash_in_the_portfolio_changes_no_trade(past, evidence):
    with_cash = assess(past, cash=1_000_000.0)
    assert with_cash.rule.hedge.tolist() == evidence.rule.hedge.tolist()
    assert with_cash.rule.n_called == 0
    assert with_cash.rule.basis_points_per_year < evidence.rule.basis_points_per_year


def test_ten_times_the_portfolio_takes_ten_times_the_futures(past):
    micros = ("ES", "NQ")
    small = assess(past, HedgePolicy(legs=1, closing_only=micros))
    large = assess(past, HedgePolicy(legs=1, closing_only=micros), quantities=dict.fromkeys(BETAS, 40_000.0))
    for one, ten in zip(small.rule.quarters, large.rule.quarters, strict=True):
        held, more = dict(one.held), dict(ten.held)
        assert set(held) == set(more)
        for root, quantity in held.items():
            assert more[root] == pytest.approx(10 * quantity, abs=5)


# ---------------------------------------------------------------- worked out again, the long way


def in_micros(held):
    return sum(quantity * {"ES": 10, "MES": 1}[root] for root, quantity in held)


def test_contracts_of_the_simple_rivals_are_those_that_a_spreadsheet_gives(past, evidence, quotes):
    shares = dict.fromkeys(BETAS, 4000.0)
    values = np.array([shares[symbol] * past.column(symbol)[-1] for symbol in shares])
    for place, quarter in enumerate(evidence.quarters):
        roll = int(np.searchsorted(past.sessions, np.datetime64(quarter.start)))
        rows = slice(roll - 252, roll + 1)
        index = np.diff(past.column("^GSPC")[rows]) / past.column("^GSPC")[rows][:-1]
        betas = [
            np.polyfit(index, np.diff(past.column(symbol)[rows]) / past.column(symbol)[rows][:-1], 1)[0]
            for symbol in shares
        ]
        one_to_one = evidence.strategy("naive").quarters[place]
        assert in_micros(one_to_one.held) == -round(values.sum() / quotes["MES"].notional)
        at_beta = evidence.strategy("sp500").quarters[place]
        assert at_beta.beta == pytest.approx(float(values @ betas) / values.sum(), rel=1e-9)
        assert in_micros(at_beta.held) == -round(float(values @ betas) / quotes["MES"].notional)


def test_a_quarter_of_the_simplest_rival_worked_out_by_hand(past, evidence, quotes):
    naive, shares = evidence.strategy("naive"), dict.fromkeys(BETAS, 4000.0)
    ends = np.cumsum(naive.lengths)
    for place, quarter in enumerate(evidence.quarters[1:-1], start=1):
        if naive.quarters[place].n_corrections or naive.quarters[place].held != naive.quarters[place - 1].held:
            continue
        first, last = np.searchsorted(past.sessions, [np.datetime64(quarter.start), np.datetime64(quarter.end)])
        level = past.column("^GSPC")
        held = sum(quantity * quotes[root].notional for root, quantity in naive.quarters[place].held)
        rolled = sum(abs(quantity) * quotes[root].roll_cost for root, quantity in naive.quarters[place].held)
        gains = np.zeros(last - first)
        for symbol, n_shares in shares.items():
            close = past.column(symbol)
            gains += n_shares * close[-1] * np.diff(close[first : last + 1]) / close[first]
        hedge = held * np.diff(level[first : last + 1]) / level[first]
        hedge[0] -= rolled
        part = slice(ends[place] - naive.lengths[place], ends[place])
        assert evidence.unhedged[part] == pytest.approx(gains, abs=0.005)
        assert naive.hedge[part] == pytest.approx(hedge, abs=0.005)
        removed = 1.0 - np.var(gains + hedge) / np.var(gains)
        assert naive.quarters[place].hedge_effectiveness == pytest.approx(removed, rel=1e-9)
        return
    pytest.fail("no quarter in which the same contracts were rolled")
