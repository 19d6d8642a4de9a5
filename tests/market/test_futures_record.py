"""The shipped closes of real futures, against closes printed in the files they were made from."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hedger.contracts import INDICES
from hedger.market import SnapshotSource, load_futures

PRINTED = list(csv.DictReader((Path(__file__).parent / "futures_closes.csv").read_text(encoding="utf-8").splitlines()))
ROOTS = {"ES": "sp500", "NQ": "nasdaq100", "YM": "dow30", "RTY": "russell2000"}


def series(index):
    return next(each for each in load_futures() if each.index == index)


def row_of(futures, day):
    return int(np.searchsorted(futures.days, np.datetime64(day)))


# Closes of ES as the collected file prints them around the roll of March 2019: the contract in use changed on the 12th.
ES_201903 = {date(2019, 3, 8): 2743.25, date(2019, 3, 11): 2783.0}
ES_201906 = {date(2019, 3, 11): 2788.0, date(2019, 3, 12): 2797.25, date(2019, 3, 13): 2816.25}


def test_every_index_has_its_future():
    assert [each.index for each in load_futures()] == [index.name for index in INDICES]


def test_closes_are_those_of_the_contract_in_use():
    futures = series("sp500")
    for day, close in {**ES_201906, **ES_201903}.items():
        assert futures.close[row_of(futures, day)] == close


def test_closes_of_front_contracts_are_those_printed():
    compared = 0
    for row in PRINTED:
        day, expiry = date.fromisoformat(row["date"]), date.fromisoformat(row["last_trading_day"])
        if row["symbol"] in ROOTS and 14 <= (expiry - day).days <= 80:
            futures = series(ROOTS[row["symbol"]])
            assert futures.close[row_of(futures, day)] == float(row["close"])
            compared += 1
    assert compared >= 8


def test_a_roll_is_no_gain():
    futures = series("sp500")
    assert futures.growth[row_of(futures, date(2019, 3, 11))] == pytest.approx(2783.0 / 2743.25, rel=1e-15)
    assert futures.growth[row_of(futures, date(2019, 3, 12))] == pytest.approx(2797.25 / 2788.0, rel=1e-15)
    assert futures.growth[row_of(futures, date(2019, 3, 13))] == pytest.approx(2816.25 / 2797.25, rel=1e-15)


@pytest.mark.parametrize(
    ("index", "first", "last"),
    [
        ("sp500", date(2000, 1, 3), date(2023, 8, 30)),
        ("nasdaq100", date(2000, 1, 3), date(2023, 8, 31)),
        ("dow30", date(2002, 6, 12), date(2023, 8, 31)),
        ("russell2000", date(2015, 3, 11), date(2023, 8, 31)),
        ("midcap400", date(2002, 3, 12), date(2023, 8, 31)),
    ],
)
def test_the_record_spans_what_its_sources_say(index, first, last):
    futures = series(index)
    assert (futures.days[0].item(), futures.days[-1].item()) == (first, last)
    assert (np.diff(futures.days) > np.timedelta64(0, "D")).all()
    assert (futures.close > 0).all()
    # Unknown are the first day and rolls whose earlier close no source has.
    assert np.isnan(futures.growth[0])
    assert np.isnan(futures.growth).sum() <= 10


@pytest.mark.parametrize("index", ["sp500", "nasdaq100", "dow30", "russell2000"])
def test_futures_move_with_their_index(index):
    # The sources' own check: daily R-squared against the cash index 0.964 to 0.983, from 2003 on.
    futures = series(index)
    symbol = next(each.symbol for each in INDICES if each.name == index)
    prices = SnapshotSource().fetch([symbol], start=date(2003, 1, 2), end=date(2023, 8, 31))
    level = prices.column(symbol)
    days, rows, places = np.intersect1d(prices.sessions, futures.days, return_indices=True)
    follows = (np.diff(rows) == 1) & (np.diff(places) == 1)
    cash = (level[rows[1:]] / level[rows[:-1]] - 1.0)[follows]
    own = futures.growth[places[1:]][follows] - 1.0
    known = np.isfinite(own)
    assert days.size > 1900
    assert np.corrcoef(cash[known], own[known])[0, 1] ** 2 > 0.955


def test_closes_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        series("sp500").close[0] = 1.0
