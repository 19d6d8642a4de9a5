from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_prices, to_closes

from hedger.exposure import pair_returns

NAN = np.nan


def pair(closes, assets=("A",), indices=("^I",), lookback=1000):
    return pair_returns(make_prices(closes), assets, indices, lookback=lookback)


def test_returns_are_simple_returns_from_close_to_close():
    paired = pair({"A": [10.0, 11.0, 9.9], "^I": [100.0, 110.0, 99.0]})
    np.testing.assert_allclose(paired.assets, [[0.1], [-0.1]], rtol=1e-12)
    np.testing.assert_allclose(paired.indices, [[0.1], [-0.1]], rtol=1e-12)
    assert paired.sessions[-1] == np.datetime64("2026-08-21")
    assert (paired.n_dropped_sessions, paired.repeated) == (0, ())


def test_a_session_that_an_asset_missed_costs_the_returns_on_both_its_sides():
    paired = pair({"A": [10.0, NAN, 12.0, 13.0], "^I": [1.0, 2.0, 3.0, 4.0]})
    np.testing.assert_allclose(paired.assets, [[NAN], [NAN], [13.0 / 12.0 - 1.0]], rtol=1e-12)
    assert paired.indices.shape == (3, 1)


def test_a_session_missing_from_an_index_makes_one_longer_return_for_all():
    later = np.arange(10.0)
    paired = pair(
        {
            "A": [10.0, 50.0, 12.0, *later + 12.0],
            "B": [1.0, NAN, 2.0, *later + 2.0],
            "^I": [100.0, NAN, 90.0, *later + 90.0],
            "^J": [5.0, 6.0, 7.0, *later + 7.0],
        },
        assets=("A", "B"),
        indices=("^I", "^J"),
    )
    np.testing.assert_allclose(paired.assets[0], [0.2, 1.0], rtol=1e-12)
    np.testing.assert_allclose(paired.indices[0], [-0.1, 0.4], rtol=1e-12)
    assert paired.n_dropped_sessions == 1


@pytest.mark.parametrize("known", [range(150, 200), range(0, 200, 2)])
def test_an_index_that_is_young_or_lacks_many_closes_shortens_nothing_but_itself(known):
    rng = np.random.default_rng(1)
    closes = {name: to_closes(rng.normal(0.0, 0.01, 199)) for name in ("A", "^I", "^J")}
    poor = np.full(200, NAN)
    poor[list(known)] = closes["^J"][list(known)]
    alone = pair({name: closes[name] for name in ("A", "^I")})
    paired = pair({**closes, "^J": poor}, indices=("^I", "^J"))
    np.testing.assert_array_equal(paired.assets, alone.assets)
    np.testing.assert_array_equal(paired.indices[:, 0], alone.indices[:, 0])
    assert paired.n_dropped_sessions == 0
    np.testing.assert_array_equal(paired.indices[:, 1], poor[1:] / poor[:-1] - 1.0)


def test_assets_with_different_holidays_are_paired_each_for_itself():
    paired = pair(
        {"A": [1.0, NAN, 3.0, 4.0, 5.0], "B": [1.0, 2.0, 3.0, NAN, 5.0], "^I": [1.0, 2.0, 3.0, 4.0, 5.0]},
        assets=("A", "B"),
    )
    assert np.isfinite(paired.assets).tolist() == [[False, True], [False, True], [True, False], [True, False]]


def test_sessions_before_an_index_begins_are_not_missing_sessions():
    paired = pair({"A": [1.0, 2.0, 3.0, 4.0], "^I": [NAN, NAN, 3.0, 4.0]})
    assert paired.sessions.size == 1
    assert paired.n_dropped_sessions == 0


def test_only_gaps_within_the_lookback_are_counted():
    index = np.arange(1.0, 21.0)
    index[[3, 18]] = NAN
    closes = {"A": np.arange(1.0, 21.0), "^I": index}
    assert pair(closes).n_dropped_sessions == 2
    assert pair(closes, lookback=5).n_dropped_sessions == 1


def test_the_lookback_keeps_the_newest_returns():
    closes = {"A": np.arange(1.0, 21.0), "^I": np.arange(1.0, 21.0) ** 2}
    np.testing.assert_array_equal(pair(closes, lookback=5).assets, pair(closes).assets[-5:])


@pytest.mark.parametrize(("repeats", "n_lost"), [(4, 0), (5, 6), (9, 10)])
def test_a_close_that_stands_still_too_long_is_no_price(repeats, n_lost):
    moving = np.arange(20.0, 40.0)
    stale = np.concatenate([moving[:8], np.full(repeats, moving[7]), moving[8:]])
    paired = pair({"A": stale, "^I": np.arange(1.0, stale.size + 1)})
    # The repeats and the return out of the run, which spans all of it.
    assert np.isnan(paired.assets).sum() == n_lost
    assert paired.repeated == ((0,) if n_lost else ())


def test_an_asset_that_never_moves_has_no_returns():
    paired = pair({"A": np.full(30, 1.0), "B": np.arange(1.0, 31.0), "^I": np.arange(1.0, 31.0)}, assets=("A", "B"))
    assert np.isnan(paired.assets[:, 0]).all()
    assert np.isfinite(paired.assets[:, 1]).all()
    assert paired.repeated == (0,)


def test_a_record_too_short_for_a_run_is_taken_as_it_is():
    assert np.isfinite(pair({"A": np.full(5, 1.0), "^I": np.arange(1.0, 6.0)}).assets).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), known=st.integers(30, 60))
def test_changing_the_future_never_changes_past_returns(seed, known):
    rng = np.random.default_rng(seed)
    returns = rng.normal(0.0, 0.02, (79, 4))
    closes = to_closes(returns)
    closes[rng.random(closes.shape) < 0.05] = NAN
    other = closes.copy()
    other[known:] *= rng.uniform(0.5, 2.0, (80 - known, 4))
    other[known:][rng.random((80 - known, 4)) < 0.3] = NAN
    names = ("A", "B", "^I", "^J")
    as_of = make_prices(dict(zip(names, closes.T, strict=True))).sessions[known - 1].item()
    assert isinstance(as_of, date)
    one, two = (
        pair_returns(
            make_prices(dict(zip(names, table.T, strict=True))).until(as_of), names[:2], names[2:], lookback=50
        )
        for table in (closes, other)
    )
    np.testing.assert_array_equal(one.assets, two.assets)
    np.testing.assert_array_equal(one.indices, two.indices)
    np.testing.assert_array_equal(one.sessions, two.sessions)
    assert (one.n_dropped_sessions, one.repeated) == (two.n_dropped_sessions, two.repeated)
