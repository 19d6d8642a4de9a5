"""Which estimator foretold best, on a past in which that is known."""

import numpy as np
import pytest
from made_past import assess, make_closes, make_exposure, make_prices

from hedger.evidence.history import gather_history, list_spans
from hedger.evidence.league import miss_betas, rank_estimators
from hedger.exposure import ESTIMATORS, EWMABeta, OLSBeta


def test_the_smallest_error_comes_first_and_one_year_of_least_squares_is_one():
    misses = [
        {"ols": [0.3, -0.1], "two-speed": [0.1, -0.1], "blume": [0.4, 0.4]},
        {"ols": [0.1, -0.3], "two-speed": [0.1, 0.1], "blume": [0.4, 0.4]},
    ]
    ranked = rank_estimators(misses)
    assert [record.name for record in ranked] == ["two-speed", "ols", "blume"]
    errors = {record.name: record.error for record in ranked}
    assert errors == pytest.approx({"two-speed": 0.1, "ols": np.sqrt(0.05), "blume": 0.4}, rel=1e-12)
    assert [record.ratio for record in ranked] == pytest.approx(
        [0.1 / np.sqrt(0.05), 1.0, 0.4 / np.sqrt(0.05)], rel=1e-12
    )
    assert [record.bias for record in ranked] == pytest.approx([0.05, 0.0, 0.4], abs=1e-12)
    assert {record.n_forecasts for record in ranked} == {4}


def test_a_yardstick_without_error_leaves_no_ratio():
    (ols, other) = rank_estimators([{"ols": [0.0], "ewma": [0.1]}])
    assert (ols.name, ols.ratio, other.ratio) == ("ols", None, None)


def test_a_miss_is_the_books_forecast_less_the_slope_that_came(past):
    history = gather_history(make_exposure(past), past)
    span = list_spans(history, years=10)[2]
    (missed,) = (miss_betas(history, span, {"ols": OLSBeta()})["ols"],)
    rows = np.searchsorted(past.sessions, history.sessions)
    values = np.array([holding.exposure_value for holding in history.holdings])
    closes = past.columns([holding.symbol for holding in history.holdings])[rows]
    level = past.column("^GSPC")[rows]
    ahead = slice(span.first, span.last + 1)
    worth = (closes[ahead] / closes[span.first]) @ values
    came = np.polyfit(np.diff(level[ahead]) / level[ahead][:-1], np.diff(worth) / worth[:-1], 1)[0]
    year = slice(span.first - 252, span.first + 1)
    index = np.diff(level[year]) / level[year][:-1]
    foretold = sum(
        share * np.polyfit(index, np.diff(own) / own[:-1], 1)[0]
        for share, own in zip(values / values.sum(), closes[year].T, strict=True)
    )
    assert missed[0] == pytest.approx(foretold - came, abs=1e-9)
    assert len(missed) == 2


def test_a_holding_that_seldom_trades_is_foretold_as_the_plan_measures_it():
    sessions, closes = make_closes()
    closes["BBB"] = np.where(np.arange(sessions.size) % 3 == 0, closes["BBB"], np.nan)
    prices = make_prices(sessions, closes)
    history = gather_history(make_exposure(prices), prices)
    spans = list_spans(history, years=10)
    for span, quarter in zip(spans, assess(prices).rule.quarters, strict=True):
        missed = miss_betas(history, span, {"two-speed": ESTIMATORS["two-speed"]})["two-speed"]
        place = history.indices.index(quarter.reference_index)
        assert missed[place] == pytest.approx(quarter.beta - quarter.realised_beta, abs=1e-12)


def test_where_betas_stand_still_a_longer_memory_wins():
    prices = make_prices(*make_closes(n_sessions=900, noise=0.01))
    history = gather_history(make_exposure(prices), prices)
    estimators = {"ols": OLSBeta(), "fast": EWMABeta(half_life=5.0)}
    ranked = rank_estimators([miss_betas(history, span, estimators) for span in list_spans(history, years=10)])
    assert [record.name for record in ranked] == ["ols", "fast"]
    assert abs(ranked[0].bias) < 0.05


def test_every_estimator_on_offer_takes_part(evidence):
    assert {record.name for record in evidence.estimators} == set(ESTIMATORS)
    assert {record.n_forecasts for record in evidence.estimators} == {2 * len(evidence.quarters)}
