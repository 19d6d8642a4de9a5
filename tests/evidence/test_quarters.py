"""The past of today's book: its quarters, what is known in them, and what the book gained."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from made_past import BETAS, assess, make_closes, make_exposure, make_prices

from hedger.contracts import INDICES, load_expiries
from hedger.errors import InsufficientHistoryError
from hedger.evidence.history import gather_history, list_spans
from hedger.exposure import ESTIMATORS, BetaOverride, measure_exposure
from hedger.portfolio import to_portfolio


def history_of(prices, quantities=None):
    return gather_history(make_exposure(prices, quantities), prices)


def test_quarters_run_from_roll_to_roll_of_the_exchange_calendar(evidence):
    rolls = {expiry.roll_date for expiry in load_expiries()}
    assert [quarter.start for quarter in evidence.quarters if quarter.start not in rolls] == []
    assert [quarter.end for quarter in evidence.quarters[:-1]] == [each.start for each in evidence.quarters[1:]]
    assert evidence.quarters[-1].end == date(2026, 6, 15)


def test_a_quarter_that_is_not_over_is_left_out(evidence):
    assert evidence.sessions[-1] == np.datetime64("2026-06-15")


def test_a_roll_on_a_holiday_waits_for_the_next_session():
    sessions, closes = make_closes()
    kept = sessions != np.datetime64("2026-03-16")
    prices = make_prices(sessions[kept], {symbol: each[kept] for symbol, each in closes.items()})
    assert date(2026, 3, 17) in {quarter.start for quarter in assess(prices).quarters}


def test_years_limit_how_far_the_test_looks_back(past):
    quarters = assess(past, years=1).quarters
    assert quarters[0].start == date(2025, 9, 15)
    assert len(quarters) == 3


def test_no_quarter_begins_before_a_year_of_returns_is_known(past, evidence):
    first = np.searchsorted(past.sessions, np.datetime64(evidence.quarters[0].start))
    assert first >= 252
    assert first - 63 < 252 + 5


def test_a_record_without_a_whole_quarter_is_refused():
    prices = make_prices(*make_closes(n_sessions=300))
    with pytest.raises(InsufficientHistoryError, match=r"no quarter to test.*252 daily returns"):
        assess(prices)


def test_a_count_of_years_below_one_is_the_callers_mistake(past):
    with pytest.raises(ValueError, match="at least 1"):
        assess(past, years=0)


def test_gains_are_the_change_in_value_of_shares_bought_for_todays_value(past):
    history = history_of(past)
    for span in list_spans(history, years=10):
        values = [holding.exposure_value for holding in history.holdings]
        rows = np.searchsorted(past.sessions, history.sessions[[span.first, span.last]])
        grown = [
            past.column(holding.symbol)[rows[1]] / past.column(holding.symbol)[rows[0]] for holding in history.holdings
        ]
        gained = sum(value * (growth - 1.0) for value, growth in zip(values, grown, strict=True))
        assert history.book_gains(span).sum() == pytest.approx(gained, abs=0.005)


def test_a_close_that_is_missing_moves_its_gain_to_the_day_that_has_one(past):
    closes = past.close.copy()
    day = np.searchsorted(past.sessions, np.datetime64("2026-04-15"))
    closes[day, past.symbols.index("AAA")] = np.nan
    holed = replace(past, close=closes)
    whole, broken = history_of(past), history_of(holed)
    spans = list_spans(whole, years=10)
    before, after = whole.book_gains(spans[-1]), broken.book_gains(list_spans(broken, years=10)[-1])
    assert after.sum() == pytest.approx(before.sum(), abs=0.005)
    assert np.count_nonzero(~np.isclose(before, after, rtol=0.0, atol=0.005)) == 2


def test_a_holding_without_prices_then_is_left_out_and_the_others_stand_for_it():
    sessions, closes = make_closes()
    closes["CCC"][:500] = np.nan
    prices = make_prices(sessions, closes)
    history = history_of(prices)
    early, *_, late = list_spans(history, years=10)
    assert (early.known.tolist(), late.known.tolist()) == ([0, 1], [0, 1, 2])
    gross = sum(abs(holding.exposure_value) for holding in history.holdings)
    book = history.book_at(early, early.first)
    assert [holding.symbol for holding in book.holdings] == ["AAA", "BBB"]
    assert book.gross_value == pytest.approx(gross, rel=1e-12)
    quarters = assess(prices).quarters
    assert (quarters[0].n_left_out, quarters[-1].n_left_out) == (1, 0)
    assert quarters[0].known_share == pytest.approx(early.known_share, rel=1e-12)
    assert quarters[-1].known_share == pytest.approx(1.0, rel=1e-12)


def test_a_holding_valued_by_the_file_is_never_known_and_the_others_stand_for_it(past):
    overrides = [BetaOverride(symbol="OLD", index=None, beta=1.0)]
    portfolio = to_portfolio(dict.fromkeys(BETAS, 4000.0))
    old = replace(portfolio.positions[0], symbol="OLD", raw_symbol="OLD", quantity=1000.0, market_value=300_000.0)
    held = replace(portfolio, positions=(*portfolio.positions, old))
    exposure = measure_exposure(held, past, indices=INDICES[:2], estimator=ESTIMATORS["two-speed"], overrides=overrides)
    history = gather_history(exposure, past)
    (span, *_) = list_spans(history, years=10)
    assert history.book_at(span, span.first).gross_value == pytest.approx(exposure.book.gross_value, rel=1e-12)
    assert span.known_share == pytest.approx(1.0 - 300_000.0 / exposure.book.gross_value, rel=1e-12)


def test_left_out_holdings_are_told():
    sessions, closes = make_closes()
    closes["CCC"][:500] = np.nan
    messages = {note.code: note.message for note in assess(make_prices(sessions, closes)).notes}
    assert "up to 1 of them" in messages["holdings_left_out"]


def test_a_quarter_with_less_than_half_of_the_book_is_not_tested():
    sessions, closes = make_closes(n_sessions=900)
    for symbol in ("AAA", "CCC"):
        closes[symbol][:400] = np.nan
    prices = make_prices(sessions, closes)
    quarters = assess(prices).quarters
    first_known = prices.sessions[400 + 252]
    assert quarters[0].start >= first_known.item()


def test_an_index_that_is_young_is_not_used_before_its_record_is_long_enough():
    sessions, closes = make_closes(n_sessions=900)
    closes["^NDX"][:300] = np.nan
    prices = make_prices(sessions, closes)
    spans = list_spans(history_of(prices), years=10)
    early, late = [{span.first: span.indices.tolist() for span in spans}[each.first] for each in (spans[0], spans[-1])]
    assert (early, late) == ([0], [0, 1])
    rule, quarters = assess(prices).rule, assess(prices).quarters
    young = [place for place, quarter in enumerate(quarters) if quarter.start < sessions[300 + 252].item()]
    assert young
    assert {rule.quarters[place].reference_index for place in young} == {"sp500"}


def test_a_quarter_in_which_no_index_moves_is_not_tested():
    sessions, closes = make_closes()
    (first, last) = np.searchsorted(sessions, np.array(["2025-09-15", "2025-12-15"], dtype="datetime64[D]"))
    for symbol in ("^GSPC", "^NDX"):
        closes[symbol][first : last + 1] = closes[symbol][first]
    quarters = assess(make_prices(sessions, closes)).quarters
    assert date(2025, 9, 15) not in {quarter.start for quarter in quarters}
    assert date(2025, 12, 15) in {quarter.start for quarter in quarters}
    # Before the gap all futures are closed, and opened anew after it.
    evidence = assess(make_prices(sessions, closes))
    place = [quarter.end for quarter in evidence.quarters].index(date(2025, 9, 15))
    costs = np.split(evidence.rule.costs, np.cumsum(evidence.rule.lengths)[:-1])
    assert costs[place][-1] > 0.0
    assert costs[place + 1][0] > 0.0


def test_few_quarters_are_called_a_first_impression(past):
    codes = {note.code for note in assess(past, years=1).notes}
    assert "few_quarters" in codes
    assert {"todays_portfolio", "survivors"} <= codes
