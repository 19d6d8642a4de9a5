"""The program that packs the shipped prices, run on a handful of rows."""

from __future__ import annotations

import gzip
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hedger.market.decimal_table import DecimalTable
from hedger.market.pack import main

if TYPE_CHECKING:
    from pathlib import Path

SNAPSHOT = """date,^DJI,^GSPC,^NDX,^RUT,^VIX,MDY,AAPL,GLD
2026-08-20,53000.1,7600.5,29000,3000.25,15.2,596.6,308.1,
2026-08-21,53277,7674.37,29308.9,3017.87,,,309.35,400.5
"""
INDICES = """date,symbol,close,adj_close
2026-08-19,^GSPC,7500.1,7500.1
2026-08-20,^GSPC,7600.5,7600.5
2026-08-21,^GSPC,7674.3701,7674.3701
2026-08-20,^DJI,53000.1016,53000.1016
2026-08-21,^DJI,53277.0117,53277.0117
2026-08-20,^NDX,29000,29000
2026-08-21,^NDX,29308.8594,29308.8594
2026-08-20,^RUT,3000.25,3000.25
2026-08-21,^RUT,3017.8701,3017.8701
2026-08-20,^VIX,15.2,15.2
2026-08-20,MDY,600,596.6001
2026-08-21,SPY,765.72,765.72
"""
RATES = """date,series,value
2018-04-02,DFF,1.68
2018-04-03,DFF,1.69
2018-04-03,SOFR,1.83
2025-09-30,SPY_TTM_YIELD_PCT,1.0961
2025-09-30,QQQ_TTM_YIELD_PCT,0.0
2025-09-30,DIA_TTM_YIELD_PCT,
2024-09-30,DIA_TTM_YIELD_PCT,1.6154
2025-09-30,IWM_TTM_YIELD_PCT,1.3089
2025-09-30,MDY_TTM_YIELD_PCT,1.1415
"""


@pytest.fixture
def pack(tmp_path, monkeypatch):
    def run(indices: str = INDICES) -> Path:
        for name, text in (("snapshot_wide", SNAPSHOT), ("indices", indices), ("rates", RATES)):
            (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
        monkeypatch.setattr(sys, "argv", ["pack", str(tmp_path), "--out", str(tmp_path)])
        main()
        return tmp_path

    return run


def test_indices_keep_all_digits_and_their_history_and_stocks_the_snapshots(pack, capsys):
    with np.load(pack() / "prices.npz", allow_pickle=False) as members:
        indices = DecimalTable.from_members(members, "indices")
        stocks = DecimalTable.from_members(members, "stocks")
    assert indices.days.astype(str).tolist() == ["2026-08-19", "2026-08-20", "2026-08-21"]
    np.testing.assert_array_equal(
        indices.values(["^DJI", "^VIX", "MDY"]),
        [[np.nan, np.nan, np.nan], [53000.1016, 15.2, 596.6001], [53277.0117, np.nan, np.nan]],
    )
    assert stocks.names == ("AAPL", "GLD")
    np.testing.assert_array_equal(stocks.values(["AAPL", "GLD"]), [[308.1, np.nan], [309.35, 400.5]])
    assert "prices.npz stocks: 2 days x 2 columns, 2026-08-20 to 2026-08-21" in capsys.readouterr().out


def test_rates_are_sofr_and_before_it_federal_funds(pack):
    with np.load(pack() / "rates.npz", allow_pickle=False) as members:
        rates = DecimalTable.from_members(members, "rates")
        yields = DecimalTable.from_members(members, "yields")
    np.testing.assert_array_equal(rates.values(["SOFR", "DFF"]), [[np.nan, 1.68], [1.83, np.nan]])
    np.testing.assert_array_equal(yields.values(["QQQ", "DIA"]), [[np.nan, 1.6154], [0.0, np.nan]])


def test_files_that_disagree_about_a_price_are_not_packed(pack, tmp_path):
    with pytest.raises(SystemExit, match=r"\^DJI on 2026-08-21: 53277 and 53278\.0117 do not agree"):
        pack(INDICES.replace("53277.0117", "53278.0117"))
    assert not (tmp_path / "prices.npz").exists()
