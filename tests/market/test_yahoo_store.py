from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import numpy as np
import pytest

from hedger.errors import SettingsError
from hedger.market import read_cache_status, update_prices
from hedger.market.yahoo.circuit import Circuit
from hedger.market.yahoo.closes import CloseSeries
from hedger.market.yahoo.store import CloseStore, DamagedEntryError, find_cache_folder, write_checked

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


def make_series(symbol: str = "AAPL", n_sessions: int = 400) -> CloseSeries:
    return CloseSeries(
        symbol=symbol,
        currency="GBp",
        timezone="Europe/London",
        closes_at=clock_time(16, 30),
        asked_from=date(2016, 1, 1),
        retrieved_at=NOW,
        has_newest=False,
        sessions=np.arange(n_sessions).astype("datetime64[D]") + 20000,
        close=np.random.default_rng(5).uniform(1.0, 1e5, n_sessions),
        splits=((date(2024, 11, 1), 4.0), (date(2025, 3, 3), 1 / 3)),
    )


@pytest.fixture
def store(tmp_path) -> CloseStore:
    return CloseStore(tmp_path / "deep" / "cache")


@pytest.mark.parametrize("symbol", ["AAPL", "^GSPC", "BRK-B", "GBPUSD=X", "0005.HK", "CON"])
def test_what_is_written_is_read_again_to_the_last_bit(store, symbol):
    series = make_series(symbol)
    assert store.read(symbol) is None
    assert store.symbols() == ()
    store.write(series)
    again = store.read(symbol)
    assert again is not None
    for name in CloseSeries.__slots__:
        np.testing.assert_array_equal(getattr(again, name), getattr(series, name), strict=True)
    assert store.symbols() == (symbol,)


def test_the_folder_is_for_its_owner_only(store):
    store.write(make_series())
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in store.folder.iterdir()] == [0o600]


def test_changed_bytes_and_cuts_are_noticed_wherever_they_are(store):
    store.write(make_series(n_sessions=3))
    (path,) = store.folder.iterdir()
    content = path.read_bytes()
    for position in range(0, len(content), 7):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(DamagedEntryError, match="checksum"):
            store.read("AAPL")
        path.write_bytes(content[:position])
        with pytest.raises(DamagedEntryError, match="checksum"):
            store.read("AAPL")


def test_an_entry_of_another_form_symbol_or_kind_is_damaged(store):
    path = store.folder / "closes_AAPL.json"
    for entry, problem in (
        ({"format": "hedger.closes/0"}, "has another form"),
        ({"format": "hedger.closes/1", "symbol": "AAPL"}, "has another form"),
        ([], "has another form"),
    ):
        write_checked(path, entry)
        with pytest.raises(DamagedEntryError, match=problem):
            store.read("AAPL")
    store.write(make_series("MSFT"))
    path.write_bytes((store.folder / "closes_MSFT.json").read_bytes())
    with pytest.raises(DamagedEntryError, match="the entry of AAPL is of MSFT"):
        store.read("AAPL")
    path.unlink()
    path.mkdir()
    with pytest.raises(DamagedEntryError, match="cannot be read"):
        store.read("AAPL")


def test_what_a_killed_writer_left_is_cleared_away_in_time(store):
    store.write(make_series())
    old, new = store.folder / ".writing-old", store.folder / ".writing-new"
    for path in (old, new):
        path.write_bytes(b"half")
    two_hours_ago = old.stat().st_mtime - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    store.write(make_series())
    assert not old.exists()
    assert new.exists()
    assert store.symbols() == ("AAPL",)


def test_a_write_that_fails_leaves_what_was_there(store):
    store.write(make_series())
    blocked = store.folder / "closes_MSFT.json"
    blocked.mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        store.write(make_series("MSFT"))
    assert sorted(path.name for path in store.folder.iterdir()) == ["closes_AAPL.json", "closes_MSFT.json"]


WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from hedger.market.yahoo.store import CloseStore
from test_yahoo_store import make_series
store = CloseStore(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    for n_sessions in (1000, 4000):
        store.write(make_series(n_sessions=n_sessions))
"""


def test_readers_see_whole_entries_only_however_often_writers_are_killed(store):
    here = os.path.dirname(__file__)  # noqa: PTH120 - a path for another interpreter
    command = [sys.executable, "-c", WRITER, str(store.folder), here]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    sizes = set()
    for writer in writers:
        deadline = time.monotonic() + 0.3
        while time.monotonic() < deadline:
            series = store.read("AAPL")
            sizes.add(0 if series is None else series.close.size)
        writer.kill()
        writer.communicate()
        assert store.read("AAPL") is not None
    assert sizes <= {0, 1000, 4000}


def test_the_folder_of_the_user_is_the_usual_one(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert find_cache_folder() == tmp_path / "hedger" / "yahoo"
    assert read_cache_status(now=NOW).folder == tmp_path / "hedger" / "yahoo"


def test_each_further_pause_is_twice_as_long_until_an_answer_comes(tmp_path):
    circuit = Circuit(tmp_path / "cache")
    assert circuit.open_until(NOW) is None
    moment, lengths = NOW, []
    for _ in range(6):
        until = circuit.open(moment)
        lengths.append((until - moment) / timedelta(minutes=1))
        assert circuit.open_until(until - timedelta(seconds=1)) == until
        assert circuit.open_until(until) is None
        moment = until
    assert lengths == [10.0, 20.0, 40.0, 80.0, 120.0, 120.0]
    circuit.close()
    circuit.close()
    assert circuit.open(moment) == moment + timedelta(minutes=10)


def test_a_pause_under_a_wrong_clock_or_in_a_damaged_file_does_not_count(tmp_path):
    circuit = Circuit(tmp_path)
    circuit.open(NOW + timedelta(days=300))
    assert circuit.open_until(NOW) is None
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"garbage")
    assert circuit.open_until(NOW) is None


def test_the_status_tells_ranges_ages_and_damage(store):
    store.write(make_series("^GSPC", n_sessions=10))
    store.write(make_series("AAPL", n_sessions=20))
    (store.folder / "closes_MSFT.json").write_bytes(b"garbage")
    status = read_cache_status(store.folder, now=datetime(2024, 10, 24, 3, tzinfo=UTC))
    assert status.folder == store.folder
    assert status.damaged == ("MSFT",)
    assert status.refused_until is None
    assert [(entry.symbol, entry.first_session, entry.last_session, entry.age_days) for entry in status.symbols] == [
        ("AAPL", date(2024, 10, 4), date(2024, 10, 23), 0),
        ("^GSPC", date(2024, 10, 4), date(2024, 10, 13), 10),
    ]
    assert {entry.retrieved_at for entry in status.symbols} == {NOW}


def test_an_empty_cache_has_a_status_and_nothing_to_refresh(tmp_path):
    assert read_cache_status(tmp_path / "nothing", now=NOW).symbols == ()
    with pytest.raises(SettingsError, match=r"is empty, so there is nothing to refresh\. Name symbols"):
        update_prices(folder=tmp_path / "nothing", now=NOW)
