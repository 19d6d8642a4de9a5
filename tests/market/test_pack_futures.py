"""The program that packs the closes of real futures, run on a handful of rows."""

from __future__ import annotations

import gzip
import sys

import numpy as np
import pytest

from hedger.market.decimal_table import DecimalTable
from hedger.market.pack_futures import main

ROWS = """date,symbol,contract,close,held,volume,tag,src
1999-12-31,ES,200003,1470.25,1,,settle,x
2019-03-08,ES,201903,2743.25,1,,close16ET,x
2019-03-11,ES,201903,2783.0,1,,close16ET,x
2019-03-11,ES,201906,2788.0,0,,close16ET,x
2019-03-12,ES,201906,2797.25,1,,close16ET,x
2019-09-09,NQ,201909,7820.5,1,,close16ET,x
2019-09-10,NQ,201912,7830.25,1,,close16ET,x
2019-03-08,VX,201903,16.05,1,,close16ET,x
2026-06-15,ES,202609,7500.25,1,,ibkr_daily,x
"""


@pytest.fixture
def table(tmp_path, monkeypatch, capsys):
    (tmp_path / "futures.csv.gz").write_bytes(gzip.compress(ROWS.encode()))
    monkeypatch.setattr(sys, "argv", ["pack_futures", str(tmp_path), "--out", str(tmp_path)])
    main()
    assert "every cell equal to its text" in capsys.readouterr().out
    with np.load(tmp_path / "futures.npz", allow_pickle=False) as members:
        return DecimalTable.from_members(members, "futures")


def test_days_without_a_front_contract_and_other_futures_are_left_out(table):
    assert table.days.astype(str).tolist() == ["2019-03-08", "2019-03-11", "2019-03-12", "2019-09-09", "2019-09-10"]
    assert "VX" not in table.names


def test_the_close_of_the_next_contract_stands_on_the_day_before_the_roll(table):
    close, contract, following = table.values(["ES", "ES contract", "ES next"]).T
    assert close[:3].tolist() == [2743.25, 2783.0, 2797.25]
    assert contract[:3].tolist() == [201903, 201903, 201906]
    assert following[1] == 2788.0
    assert np.isnan(following[[0, 2]]).all()


def test_a_roll_without_the_next_contracts_close_leaves_a_blank(table):
    assert np.isnan(table.values(["NQ next"])).all()
    assert table.values(["NQ"])[3:, 0].tolist() == [7820.5, 7830.25]
