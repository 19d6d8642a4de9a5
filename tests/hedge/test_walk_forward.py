"""What a hedge sized only from the past would have removed, against the plain loop that says the same."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hedger.exposure import QUARTER, Book, Exposure, annual_covariance
from hedger.hedge.walk_forward import compare_indices, look_back

NAMES = ("sp500", "nasdaq100", "russell2000")


def make_exposure(dollars=(0.0, 600_000.0, 400_000.0), n_sessions=1100, noise=2_000.0, seed=3):
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0, 0.009, n_sessions)
    indices = common[:, None] + rng.normal(0.0, 1.0, (n_sessions, 3)) * np.array([0.003, 0.006, 0.007])
    gains = indices @ np.array(dollars) + rng.normal(0.0, noise, n_sessions)
    return Exposure(
        book=Book(holdings=(), cash=1_000_000.0, futures=(), excluded=(), notes=()),
        by_index=(),
        by_holding=(),
        covariance=annual_covariance(indices),
        sessions=np.datetime64("2022-01-03") + np.arange(n_sessions),
        gains=gains,
        index_returns=indices,
        unhedgeable_share=0.1,
        notes=(),
    )


def removed_by_a_loop(exposure, places, n_quarters=12):
    """Two-sided hedges, quarter by quarter."""
    first = exposure.gains.size - n_quarters * QUARTER
    hedged = []
    for start in range(first, exposure.gains.size, QUARTER):
        known = annual_covariance(np.column_stack([exposure.index_returns[:start], exposure.gains[:start]]))
        dollars = np.linalg.solve(known[np.ix_(places, places)], known[places, -1])
        now = slice(start, start + QUARTER)
        hedged.append(exposure.gains[now] - exposure.index_returns[now][:, places] @ dollars)
    return 1.0 - np.concatenate(hedged).var() / exposure.gains[first:].var()


@pytest.mark.parametrize("places", [[0], [1], [0, 2], [1, 2], [0, 1, 2]])
def test_dollars_come_from_the_past_of_each_quarter_and_stand_until_its_end(places):
    exposure = make_exposure((-300_000.0, 600_000.0, 400_000.0))
    past = look_back(exposure)
    assert past.removed(places, is_one_sided=False) == pytest.approx(removed_by_a_loop(exposure, places), rel=1e-9)


def test_a_change_of_the_future_changes_no_dollar_of_the_past():
    exposure = make_exposure()
    gains, index_returns = np.array(exposure.gains), np.array(exposure.index_returns)
    gains[-QUARTER:] *= -3.0
    index_returns[-QUARTER:] += 0.05
    changed = replace(exposure, gains=gains, index_returns=index_returns)
    for is_one_sided in (True, False):
        before = look_back(exposure).dollars([0, 1, 2], is_one_sided=is_one_sided)
        after = look_back(changed).dollars([0, 1, 2], is_one_sided=is_one_sided)
        np.testing.assert_array_equal(before, after)


def test_one_sided_legs_never_go_with_the_book():
    spread = make_exposure((900_000.0, -300_000.0, 0.0))
    past = look_back(spread)
    one_sided = past.dollars([0, 1, 2], is_one_sided=True)
    assert (one_sided >= 0).all()
    assert (past.dollars([0, 1, 2], is_one_sided=False)[:, 1] < 0).all()
    assert (look_back(make_exposure((-900_000.0, 300_000.0, 0.0))).dollars([0, 1], is_one_sided=True) <= 0).all()


def test_one_sided_dollars_are_the_best_of_all_sets_that_fit():
    past = look_back(make_exposure((500_000.0, 0.0, 500_000.0), noise=6_000.0))
    for quarter, dollars in enumerate(past.dollars([0, 1, 2], is_one_sided=True)):
        joint = past.known[quarter]
        explained = 2 * dollars @ joint[:3, -1] - dollars @ joint[:3, :3] @ dollars
        for places in ([0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]):
            other = np.linalg.solve(joint[np.ix_(places, places)], joint[places, -1])
            if (other > 0).all():
                assert explained >= other @ joint[places, -1] * (1 - 1e-9)


def test_a_book_made_of_two_indices_is_hedged_nearly_whole_by_these_two():
    past = look_back(make_exposure(noise=500.0))
    assert past.removed([1, 2], is_one_sided=True) > 0.99
    assert past.removed([1], is_one_sided=True) < 0.95


def test_a_book_that_does_not_move_has_nothing_to_remove():
    assert look_back(make_exposure((0.0, 0.0, 0.0), noise=0.0)).removed([0], is_one_sided=True) == 0.0


def test_size_does_not_matter():
    exposure = make_exposure()
    past, larger = look_back(exposure), look_back(replace(exposure, gains=7.0 * exposure.gains))
    for places in ([0], [1, 2]):
        once, again = (each.removed(places, is_one_sided=True) for each in (past, larger))
        assert once == pytest.approx(again, rel=1e-9)


@pytest.mark.parametrize(("n_sessions", "n_quarters"), [(1100, 12), (126 + 252, 4), (126 + 251, None), (500, 5)])
def test_as_many_quarters_are_looked_at_as_the_history_has_after_half_a_year(n_sessions, n_quarters):
    past = look_back(make_exposure(n_sessions=n_sessions))
    assert (past and len(past.known)) == n_quarters


def test_sessions_in_which_the_book_was_not_known_are_left_out():
    exposure = make_exposure(n_sessions=1100)
    gains = np.array(exposure.gains)
    gains[:700] = np.nan
    past = look_back(replace(exposure, gains=gains))
    assert (past.sessions.size, past.sessions[-1]) == (4 * QUARTER, exposure.sessions[-1])
    gains[:800] = np.nan
    assert look_back(replace(exposure, gains=gains)) is None


def test_indices_are_compared_with_the_days_that_they_are_judged_by():
    exposure = make_exposure()
    tested = compare_indices(look_back(exposure), NAMES)
    assert (tested.n_quarters, tested.years) == (12, 3.0)
    assert tested.last_session == date(2025, 1, 6)
    assert (tested.last_session - tested.first_session).days == 12 * QUARTER - 1
    assert [name for name, _ in tested.removed] == list(NAMES)
    assert dict(tested.removed)["nasdaq100"] == pytest.approx(removed_by_a_loop(exposure, [1]), rel=1e-9)


def test_an_index_without_a_whole_record_is_not_judged():
    exposure = make_exposure()
    index_returns = np.array(exposure.index_returns)
    index_returns[:10, 2] = np.nan
    past = look_back(replace(exposure, index_returns=index_returns))
    assert past.removed([1, 2], is_one_sided=True) is None
    assert [name for name, _ in compare_indices(past, NAMES).removed] == ["sp500", "nasdaq100"]
    assert look_back(replace(exposure, index_returns=np.full_like(index_returns, np.nan))) is None
