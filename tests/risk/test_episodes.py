"""Past crises and rallies with today's holdings and contracts."""

import csv
import io
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import make_exposure, make_plan

from hedger.market import Prices, SnapshotSource
from hedger.risk import Episode, account_in, load_episodes, replay_episodes

# Closes of the S&P 500 at its peak and its trough, from the public record of the index, and the fall between them in
# per cent.
PUBLISHED = """episode,start,end,peak,trough,fall
1987 crash,1987-08-25,1987-12-04,336.77,223.92,-33.51
2000-02 dot-com,2000-03-24,2002-10-09,1527.46,776.76,-49.15
2007-09 financial crisis,2007-10-09,2009-03-09,1565.15,676.53,-56.78
August 2011,2011-04-29,2011-10-03,1363.61,1099.23,-19.39
December 2018,2018-09-20,2018-12-24,2930.75,2351.10,-19.78
February-March 2020,2020-02-19,2020-03-23,3386.15,2237.40,-33.92
2022,2022-01-03,2022-10-12,4796.56,3577.03,-25.43
April 2025,2025-02-19,2025-04-08,6144.15,4982.77,-18.90
"""
DAYS = np.array(["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08"], dtype="datetime64[D]")
FALL = Episode(name="a fall", kind="crisis", start=date(2020, 1, 3), end=date(2020, 1, 8), source="made up")


def make_prices(columns, days=DAYS):
    return Prices(
        sessions=days, symbols=tuple(columns), close=np.column_stack(list(columns.values())), source="made up"
    )


def made_up_levels(**more):
    return make_prices(
        {
            "^GSPC": [90.0, 100.0, 90.0, 80.0, 88.0],
            "^NDX": [99.0, 100.0, 95.0, 70.0, 80.0],
            **{symbol: np.array(close) for symbol, close in more.items()},
        }
    )


def replay_one(exposure, plan, prices, levels=None, episode=FALL):
    (replay,) = replay_episodes([episode], exposure, plan, prices=prices, levels=levels or prices)
    return replay


# ---------------------------------------------------------------- the shipped table


def test_the_shipped_crises_are_the_published_ones():
    levels = SnapshotSource().fetch(["^GSPC"], start=None, end=None)
    crises = {each.name: each for each in load_episodes() if each.kind == "crisis"}
    rows = list(csv.DictReader(io.StringIO(PUBLISHED)))
    assert list(crises) == [row["episode"] for row in rows]
    for row in rows:
        crisis = crises[row["episode"]]
        assert (crisis.start.isoformat(), crisis.end.isoformat()) == (row["start"], row["end"])
        peak, trough = (levels.close_on("^GSPC", day) for day in (crisis.start, crisis.end))
        assert (peak, trough) == pytest.approx((float(row["peak"]), float(row["trough"])), abs=0.006)
        assert 100.0 * (trough / peak - 1.0) == pytest.approx(float(row["fall"]), abs=0.006)


def test_the_shipped_rallies_are_rises_of_every_index():
    symbols = ["^GSPC", "^NDX", "^DJI", "^RUT"]
    levels = SnapshotSource().fetch(symbols, start=None, end=None)
    rallies = [each for each in load_episodes() if each.kind == "rally"]
    assert [each.name for each in rallies] == ["1998-99", "March-August 2009", "April-August 2020", "2023"]
    for each in rallies:
        for symbol in symbols:
            assert levels.close_on(symbol, each.end) > levels.close_on(symbol, each.start)


# ---------------------------------------------------------------- a replay by hand


def test_a_holding_that_traded_moves_by_its_own_closes():
    exposure = make_exposure(holdings=(("AAA", 600_000.0, 1.2), ("BBB", 400_000.0, 0.8)))
    plan = make_plan(exposure, hedge_fraction=0.5)
    prices = made_up_levels(AAA=[9.0, 10.0, 9.0, 6.0, 8.0], BBB=[1.0, 2.0, 2.0, 3.0, 1.0])
    replay = replay_one(exposure, plan, prices)
    assert replay.unhedged.tolist() == pytest.approx([0.0, -60_000.0, -40_000.0, -320_000.0], abs=1e-6)
    assert (replay.n_real, replay.by_beta, replay.notes) == (2, (), ())
    notional = plan.hedge_notional
    assert replay.hedge.tolist() == pytest.approx([0.0, -0.1 * notional, -0.2 * notional, -0.12 * notional], rel=1e-9)
    assert dict(replay.shocks) == pytest.approx({"sp500": -0.12, "nasdaq100": -0.20}, rel=1e-12)
    assert replay.sessions.tolist() == [date(2020, 1, 3), date(2020, 1, 6), date(2020, 1, 7), date(2020, 1, 8)]


@pytest.mark.parametrize(
    "column",
    [[np.nan] * 5, [1.0, np.nan, 2.0, 2.0, 2.0], [1.0, 2.0, 2.0, 2.0, np.nan]],
    ids=["never", "not at the start", "not at the end"],
)
def test_a_holding_that_did_not_trade_moves_by_its_beta_and_is_counted(column):
    exposure = make_exposure(holdings=(("AAA", 600_000.0, 1.5), ("BBB", 400_000.0, 0.8)))
    plan = make_plan(exposure)
    prices = made_up_levels(AAA=column, BBB=[1.0, 2.0, 2.0, 2.0, 2.0])
    replay = replay_one(exposure, plan, prices)
    returns = np.array([90.0 / 100.0, 80.0 / 90.0, 88.0 / 80.0]) - 1.0
    expected = 600_000.0 * (np.cumprod(1.0 + 1.5 * returns) - 1.0)
    assert replay.unhedged[1:].tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    assert (replay.n_real, replay.by_beta) == (1, ("AAA",))
    assert replay.notes[0].startswith("1 of 2 holdings did not trade at both ends")
    assert "by their beta to the S&P 500" in replay.notes[0]


def test_a_gap_inside_the_span_carries_the_last_close():
    exposure = make_exposure(holdings=(("AAA", 600_000.0, 1.5),))
    prices = made_up_levels(AAA=[1.0, 10.0, np.nan, np.nan, 5.0])
    replay = replay_one(exposure, make_plan(exposure), prices)
    assert replay.unhedged.tolist() == pytest.approx([0.0, 0.0, 0.0, -300_000.0], abs=1e-9)
    assert replay.n_real == 1


def test_a_holding_cannot_lose_more_than_it_is_worth_by_its_beta():
    exposure = make_exposure(holdings=(("AAA", 600_000.0, 9.0),))
    levels = make_prices({"^GSPC": [90.0, 100.0, 80.0, 99.0, 120.0], "^NDX": [1.0, 1.0, 1.0, 1.0, 1.0]})
    replay = replay_one(exposure, make_plan(exposure), levels)
    assert replay.unhedged.tolist() == pytest.approx([0.0, -600_000.0, -600_000.0, -600_000.0], rel=1e-12)


def test_an_index_without_closes_follows_one_that_has_them():
    exposure = make_exposure()
    levels = make_prices({"^GSPC": [90.0, 100.0, 90.0, 80.0, 88.0], "^NDX": [np.nan, np.nan, np.nan, 50.0, 60.0]})
    plan = make_plan(exposure, indices=("nasdaq100",))
    replay = replay_one(exposure, plan, levels)
    # Covariance with the S&P 500 over its variance is 1.125; the last session has closes at both ends.
    path = (1 - 0.1 * 1.125) * (1 - 1.125 / 9.0) * 1.2
    assert dict(replay.shocks)["nasdaq100"] == pytest.approx(path - 1.0, rel=1e-12)
    assert replay.hedge_pnl == pytest.approx(plan.hedge_notional * (path - 1.0), rel=1e-12)
    assert "it follows the S&P 500" in replay.notes[-1]


def test_prices_on_other_sessions_than_the_levels_are_matched_by_day():
    exposure = make_exposure(holdings=(("AAA", 600_000.0, 1.5),))
    prices = make_prices({"AAA": [10.0, 7.0, 5.0]}, days=DAYS[[1, 3, 4]])
    replay = replay_one(exposure, make_plan(exposure), prices, made_up_levels())
    assert replay.unhedged.tolist() == pytest.approx([0.0, 0.0, -180_000.0, -300_000.0], abs=1e-9)
    later = make_prices({"AAA": [10.0, 7.0]}, days=DAYS[[3, 4]])
    assert replay_one(exposure, make_plan(exposure), later, made_up_levels()).by_beta == ("AAA",)


@pytest.mark.parametrize(
    ("start", "end"), [("2019-12-30", "2020-01-08"), ("2020-01-03", "2020-01-09"), ("2020-01-04", "2020-01-08")]
)
def test_an_episode_beyond_the_levels_is_left_out(start, end):
    exposure = make_exposure()
    beyond = Episode(
        name="beyond", kind="crisis", start=date.fromisoformat(start), end=date.fromisoformat(end), source="made up"
    )
    levels = made_up_levels()
    assert replay_episodes([beyond], exposure, make_plan(exposure), prices=levels, levels=levels) == ()


def test_an_episode_without_one_whole_index_is_left_out():
    exposure = make_exposure()
    levels = make_prices({"^GSPC": [1.0, np.nan, 1.0, 1.0, 1.0]})
    assert replay_episodes([FALL], exposure, make_plan(exposure), prices=levels, levels=levels) == ()


# ---------------------------------------------------------------- the identity


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    beta=st.floats(-1.0, 2.5).filter(lambda b: abs(b) > 0.01),
    hedge=st.floats(0.0, 1.5),
    held=st.integers(-5, 5),
)
def test_hedged_is_unhedged_plus_hedge_to_the_cent_on_every_day(seed, beta, hedge, held):
    rng = np.random.default_rng(seed)
    walks = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.03, (5, 3)), axis=0))
    exposure = make_exposure(holdings=(("AAA", 3e6, beta), ("BBB", -4e5, 0.5), ("CCC", 2e5, 1.0)))
    plan = make_plan(exposure, hedge_fraction=hedge, current=(("NQ", held),))
    prices = make_prices({"^GSPC": walks[:, 0], "^NDX": walks[:, 1], "AAA": walks[:, 2]})
    replay = replay_one(exposure, plan, prices)
    for unhedged, futures, hedged in zip(replay.unhedged, replay.hedge, replay.hedged, strict=True):
        assert round(hedged, 2) == pytest.approx(round(unhedged, 2) + round(futures, 2), abs=0.011)
    assert replay.hedged_pnl == replay.unhedged_pnl + replay.hedge_pnl


# ---------------------------------------------------------------- the futures account


def test_the_account_is_called_on_the_first_close_below_maintenance():
    exposure = make_exposure()
    plan = make_plan(exposure)  # four ES short: 1.2 million, 88,000 initial, 80,000 maintenance
    rise = make_prices({"^GSPC": [90.0, 100.0, 103.0, 110.0, 104.0], "^NDX": [100.0, 100.0, 100.0, 100.0, 100.0]})
    replay = replay_one(exposure, plan, rise)
    account = account_in(replay, plan, buffer=40_000.0)
    assert account.pnl == pytest.approx(-48_000.0, rel=1e-12)
    assert (account.worst_pnl, account.worst_session) == (pytest.approx(-120_000.0, rel=1e-12), date(2020, 1, 7))
    # 48,000 may be lost; 36,000 are on the first day, 120,000 on the second.
    assert account.call_session == date(2020, 1, 7)
    assert account.cash_needed == pytest.approx(72_000.0, rel=1e-12)
    enough = account_in(replay, plan, buffer=112_001.0)
    assert (enough.call_session, enough.cash_needed) == (None, 0.0)


def test_the_technology_book_replays_its_own_past(technology_advice):
    replays = {replay.episode.name: replay for replay in technology_advice.risk.replays}
    assert list(replays) == [episode.name for episode in load_episodes()]
    covid = replays["February-March 2020"]
    held = technology_advice.exposure.book.holdings
    symbols = [holding.symbol for holding in held]
    prices = SnapshotSource().fetch(symbols, start=None, end=None)
    ratio = [prices.close_on(s, covid.episode.end) / prices.close_on(s, covid.episode.start) - 1.0 for s in symbols]
    gain = sum(holding.market_value * each for holding, each in zip(held, ratio, strict=True))
    assert covid.unhedged_pnl == pytest.approx(gain, rel=1e-9)
    assert replays["1987 crash"].n_real == 0
    accounts = {account.episode.name: account for account in technology_advice.risk.past_accounts}
    # A short hedge of the Nasdaq-100 from its trough in 1998 to the end of 1999: the index more than tripled.
    assert accounts["1998-99"].pnl < 2.0 * technology_advice.plan.hedge_notional
    assert all(accounts[name].cash_needed > 0 for name in ("1998-99", "March-August 2009", "2023"))
