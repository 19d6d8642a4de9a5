import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.risk import gain_distribution


def make_gains(seed=1, n_sessions=1260):
    """Gains of a book of about a million, with calm and wild spans."""
    rng = np.random.default_rng(seed)
    volatility = 1e4 * np.exp(0.6 * np.sin(np.arange(n_sessions) / 60.0))
    return rng.standard_t(5, n_sessions) * volatility


def tail(distribution, level, horizon):
    return next(t for t in distribution.tails if (t.level, t.horizon_days) == (level, horizon))


def loop_tails(gains, level, horizon):
    """Filtered historical simulation, written out session by session."""
    decay = 2.0 ** (-1.0 / 21.0)
    fast = sum(g * g for g in gains[:60]) / 60.0
    before, total = [], 0.0
    for t, gain in enumerate(gains):
        mean = total / t if t else 0.0
        before.append(0.7 * fast + 0.3 * mean)
        fast = decay * fast + (1.0 - decay) * gain * gain
        total += gain * gain
    weights = [decay ** (len(gains) - 1 - t) for t in range(len(gains))]
    today = 0.7 * sum(w * g * g for w, g in zip(weights, gains, strict=True)) / sum(weights) + 0.3 * total / len(gains)
    filtered = [g / math.sqrt(v) for g, v in zip(gains, before, strict=True)][120:]
    sums = [math.sqrt(today) * sum(filtered[t : t + horizon]) for t in range(len(filtered) - horizon + 1)]
    worst = sorted(sums)[: round(len(sums) * (1.0 - level))]
    return -worst[-1], -sum(worst) / len(worst)


@pytest.mark.parametrize("level", [0.95, 0.99])
@pytest.mark.parametrize("horizon", [1, 10])
def test_tails_are_a_filtered_historical_simulation(level, horizon):
    gains = make_gains()
    measured = tail(gain_distribution(gains), level, horizon)
    value_at_risk, expected_shortfall = loop_tails(gains.tolist(), level, horizon)
    assert measured.value_at_risk == pytest.approx(value_at_risk, rel=1e-9)
    assert measured.expected_shortfall == pytest.approx(expected_shortfall, rel=1e-9)


@pytest.mark.parametrize(("level", "quantile", "shortfall"), [(0.95, 1.6449, 2.0627), (0.99, 2.3263, 2.6652)])
def test_tails_of_normal_gains_are_those_of_the_normal_distribution(level, quantile, shortfall):
    # Quantile and mean beyond it of the standard normal distribution, from its tables. 10,000 draws and the noise of
    # the filter's own volatility allow about 5 per cent.
    distribution = gain_distribution(np.random.default_rng(2).normal(0.0, 1000.0, 10_000))
    session = distribution.volatility / math.sqrt(252)
    assert session == pytest.approx(1000.0, rel=0.12)
    measured = tail(distribution, level, 1)
    assert measured.value_at_risk == pytest.approx(quantile * session, rel=0.06)
    assert measured.expected_shortfall == pytest.approx(shortfall * session, rel=0.06)
    assert tail(distribution, level, 10).value_at_risk == pytest.approx(math.sqrt(10) * quantile * session, rel=0.10)


def test_volatility_is_annual_and_leans_on_the_recent_past():
    steady = np.array([100.0, -100.0] * 300)
    assert gain_distribution(steady).volatility == pytest.approx(100.0 * math.sqrt(252), rel=1e-12)
    assert gain_distribution(np.append(steady, [300.0, -300.0] * 10)).volatility > 150.0 * math.sqrt(252)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e4))
def test_tails_are_ordered_and_scale_with_the_book(seed, scale):
    gains = make_gains(seed, 500)
    one, other = gain_distribution(gains), gain_distribution(scale * gains)
    assert other.volatility == pytest.approx(scale * one.volatility, rel=1e-9)
    for small, large in zip(one.tails, other.tails, strict=True):
        assert large.value_at_risk == pytest.approx(scale * small.value_at_risk, rel=1e-9)
        assert small.expected_shortfall >= small.value_at_risk > 0
    for horizon in (1, 10):
        assert tail(one, 0.99, horizon).value_at_risk >= tail(one, 0.95, horizon).value_at_risk


def test_gains_and_losses_are_told_apart():
    skewed = np.where(np.arange(1000) % 25 == 0, -50.0, 50.0 / 24.0)
    assert tail(gain_distribution(skewed), 0.99, 1).value_at_risk > 5 * abs(
        tail(gain_distribution(-skewed), 0.99, 1).value_at_risk
    )


@pytest.mark.parametrize(("n_sessions", "n_tails"), [(371, 0), (372, 4)])
def test_a_short_record_has_a_volatility_but_no_tails(n_sessions, n_tails):
    distribution = gain_distribution(make_gains(n_sessions=n_sessions))
    assert distribution.volatility > 0
    assert len(distribution.tails) == n_tails


def test_a_book_that_does_not_move_has_no_tails():
    distribution = gain_distribution(np.zeros(1000))
    assert (distribution.volatility, distribution.tails) == (0.0, ())
