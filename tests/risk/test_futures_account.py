"""Where the futures account may stand: one model for the fan and for the chance of a call."""

import math
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest

from hedger.market import SnapshotSource
from hedger.risk import FAN_LEVELS, FAN_SESSIONS, FuturesAccount, passage_deviation, passage_probability

SHORT = FuturesAccount(
    cash=140_000.0, maintenance=80_000.0, gross=1_200_000.0, sensitivity=-1_200_000.0, deviation=0.01
)
LONG = FuturesAccount(cash=140_000.0, maintenance=80_000.0, gross=1_200_000.0, sensitivity=1_200_000.0, deviation=0.01)
both_sides = pytest.mark.parametrize("account", [SHORT, LONG], ids=["short", "long"])


@both_sides
def test_the_fan_is_that_of_a_random_walk_seen_once_a_day(account):
    rng = np.random.default_rng(3)
    index = np.exp(np.cumsum(rng.normal(0.0, account.deviation, (40_000, 63)), axis=1))
    cash = account.cash + account.sensitivity * (index - 1.0)
    for at in account.spread(0.05):
        if at.horizon_days:
            drawn = np.quantile(cash[:, at.horizon_days - 1], FAN_LEVELS)
            # 40,000 draws place a quantile of five per cent within about one per cent of a standard deviation.
            scale = account.gross * account.deviation * math.sqrt(at.horizon_days)
            assert at.quantiles == pytest.approx(drawn, abs=0.035 * scale)
            lowest = np.quantile(cash[:, : at.horizon_days].min(axis=1), 0.05)
            assert at.lowest == pytest.approx(lowest, abs=0.11 * scale)


@both_sides
def test_the_fan_begins_with_the_cash_of_today_and_widens(account):
    spread = account.spread(0.05)
    assert tuple(at.horizon_days for at in spread) == FAN_SESSIONS
    assert spread[0].quantiles == (account.cash,) * len(FAN_LEVELS)
    assert spread[0].lowest == account.cash
    for earlier, later in pairwise(spread):
        assert later.quantiles[0] < earlier.quantiles[0]
        assert later.quantiles[-1] > earlier.quantiles[-1]
        assert list(later.quantiles) == sorted(later.quantiles)
        assert later.lowest <= later.quantiles[0]
        assert later.lowest < earlier.lowest


@both_sides
@pytest.mark.parametrize("accepted", [0.10, 0.05])
def test_the_lowest_close_is_the_one_whose_chance_is_stated(account, accepted):
    at = {each.horizon_days: each for each in account.spread(accepted)}
    for sessions in (5, 21, 63):
        distance = account.distance(at[sessions].lowest)
        assert passage_probability(distance, account.deviation, sessions) == pytest.approx(accepted, rel=1e-9)


def test_tomorrow_is_one_normal_move():
    (tomorrow,) = (at for at in SHORT.spread(0.05) if at.horizon_days == 1)
    rise = math.exp(0.01 * NormalDist().inv_cdf(0.95)) - 1.0
    assert tomorrow.quantiles[0] == tomorrow.lowest == pytest.approx(140_000.0 - 1_200_000.0 * rise, rel=1e-12)
    assert tomorrow.quantiles[2] == pytest.approx(140_000.0, rel=1e-12)


def test_a_long_account_cannot_lose_more_than_its_notional():
    unhurt = FuturesAccount(cash=2e6, maintenance=0.0, gross=1e6, sensitivity=1e6, deviation=0.5)
    assert all(at.lowest >= 1e6 for at in unhurt.spread(0.01))


@pytest.mark.parametrize("horizon", [5, 21, 63])
def test_nine_in_ten_of_past_courses_ended_inside_the_fan(horizon):
    prices = SnapshotSource().fetch(["^GSPC", "^NDX", "^DJI", "^RUT"], start=None, end=None)
    close = prices.close[np.isfinite(prices.close).all(axis=1)]
    returns = close[1:] / close[:-1] - 1.0
    low, high = [], []
    for day in range(1260, len(returns) - horizon, 21):
        for index in range(4):
            deviation = passage_deviation(returns[day - 1260 : day, index])
            account = FuturesAccount(cash=1.0, maintenance=0.0, gross=1.0, sensitivity=-1.0, deviation=deviation)
            (at,) = (each for each in account.spread(0.05) if each.horizon_days == horizon)
            reached = 2.0 - close[day + horizon, index] / close[day, index]
            low.append(reached < at.quantiles[0])
            high.append(reached < at.quantiles[-1])
    assert 0.035 <= np.mean(low) <= 0.08
    assert 0.925 <= np.mean(high) <= 0.97
