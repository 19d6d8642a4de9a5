"""One suite for every price source: whatever it reads from, it answers in the same way."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loopback_yahoo import Listing

from hedger.errors import PricesUnavailableError, SettingsError
from hedger.market import FileSource, Prices, PriceSource, SnapshotSource, YahooSource, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SYMBOLS = ("^GSPC", "AAPL", "GLD", "MDY", "UBER", "WTS")


@pytest.fixture(scope="module")
def shipped() -> Prices:
    return SnapshotSource().fetch(SYMBOLS, start=date(2016, 8, 22), end=None)


def to_csv(prices: Prices) -> str:
    lines = ["date," + ",".join(prices.symbols)]
    for session, closes in zip(prices.sessions, prices.close.tolist(), strict=True):
        lines.append(f"{session}," + ",".join("" if np.isnan(close) else repr(close) for close in closes))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module", params=["snapshot", "csv", "csv.gz", "parquet", "yahoo"])
def source(request, shipped, tmp_path_factory) -> PriceSource:
    if request.param == "snapshot":
        return open_source("snapshot")
    if request.param == "yahoo":
        return request.getfixturevalue("yahoo_source")
    path: Path = tmp_path_factory.mktemp("prices") / f"prices.{request.param}"
    if request.param == "csv":
        path.write_text(to_csv(shipped), encoding="utf-8")
    elif request.param == "csv.gz":
        path.write_bytes(gzip.compress(to_csv(shipped).encode()))
    else:
        columns = {"date": shipped.sessions} | dict(zip(SYMBOLS, shipped.close.T, strict=True))
        pq.write_table(pa.table(columns), path)
    return open_source(path)


@pytest.fixture(scope="module")
def yahoo_source(shipped, loopback_server, tmp_path_factory) -> Iterator[YahooSource]:
    """Yahoo Finance with the shipped prices, as of the Saturday after the last of them."""
    everything = SnapshotSource().fetch(SYMBOLS, start=None, end=None)
    for symbol in SYMBOLS:
        close = everything.column(symbol)
        is_known = ~np.isnan(close)
        loopback_server.add(Listing(symbol, everything.sessions[is_known], close[is_known]))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in loopback_server.environment.items():
            patch.setenv(name, value)
        yield YahooSource(
            folder=tmp_path_factory.mktemp("yahoo"), now=lambda: datetime(2026, 8, 22, 12, tzinfo=UTC), first_pause=0.05
        )
    loopback_server.forget()


def has_stock(source: PriceSource) -> bool:
    """Tell whether a source holds a known stock of symbols, to which what it lacks is compared."""
    return source.name != "yahoo"


def test_the_same_prices_come_out_of_every_source(source, shipped):
    prices = source.fetch(SYMBOLS, start=date(2016, 8, 22), end=None)
    assert prices.symbols == SYMBOLS
    assert prices.missing == ()
    assert prices.notes == ()
    np.testing.assert_array_equal(prices.sessions, shipped.sessions, strict=True)
    np.testing.assert_array_equal(prices.close, shipped.close, strict=True)


def test_symbols_come_once_and_in_the_order_asked_for(source):
    prices = source.fetch(["UBER", "AAPL", "UBER"], start=None, end=None)
    assert prices.symbols == ("UBER", "AAPL")


def test_start_and_end_are_included(source):
    prices = source.fetch(["AAPL"], start=date(2020, 3, 16), end=date(2020, 3, 20))
    assert (prices.first_session, prices.last_session, prices.sessions.size) == (
        date(2020, 3, 16),
        date(2020, 3, 20),
        5,
    )


def test_the_grid_begins_where_the_first_asked_symbol_does(source):
    assert source.fetch(["UBER"], start=None, end=None).first_session == date(2019, 5, 10)
    both = source.fetch(["UBER", "WTS"], start=date(2018, 1, 2), end=None)
    assert both.first_session == date(2019, 5, 10)
    assert np.isnan(both.close_on("WTS", date(2019, 5, 10)))


def test_a_series_that_ended_shows_as_blank_at_the_end(source):
    prices = source.fetch(["GLD", "MDY"], start=date(2025, 1, 2), end=None)
    assert prices.last_session == date(2026, 8, 21)
    assert prices.last_session_of("GLD") == date(2025, 12, 31)
    assert prices.last_session_of("MDY") == date(2025, 9, 26)
    assert np.isnan(prices.close_on("GLD", prices.last_session))


def test_an_unknown_symbol_is_missing_with_the_reason(source):
    prices = source.fetch(["AAPL", "NOPE"], start=None, end=None)
    assert prices.symbols == ("AAPL",)
    ((symbol, reason),) = prices.missing
    assert symbol == "NOPE"
    if not has_stock(source):
        assert reason == "Yahoo Finance does not know it; it may be misspelled, renamed or delisted"
        return
    assert reason.startswith(f"not in the {prices.source} (")
    assert reason.endswith(" symbols, 2016-08-22 to 2026-08-21)")


def test_a_symbol_without_price_in_the_span_is_missing_and_never_a_blank_column(source):
    prices = source.fetch(["GLD", "AAPL", "WTS"], start=date(2026, 1, 2), end=date(2026, 8, 21))
    assert prices.symbols == ("AAPL", "WTS")
    assert prices.missing == (("GLD", f"the {prices.source} has GLD from 2016-08-22 to 2025-12-31 only"),)


def test_a_weekend_is_answered_with_the_friday_and_a_note(source):
    prices = source.fetch(["AAPL"], start=date(2020, 3, 2), end=date(2020, 3, 22))
    assert prices.last_session == date(2020, 3, 20)
    assert [note.code for note in prices.notes] == ["not_a_session"]


def test_a_day_after_the_end_is_answered_with_the_last_session_and_its_age(source):
    prices = source.fetch(["AAPL"], start=date(2026, 3, 2), end=date(2026, 11, 20))
    assert prices.last_session == date(2026, 8, 21)
    (note,) = prices.notes
    assert note.code == "prices_end_early"
    assert "ends on 2026-08-21, 91 days before 2026-11-20" in note.message


def test_a_later_end_never_changes_earlier_prices(source):
    short = source.fetch(SYMBOLS, start=None, end=date(2020, 3, 20))
    long = source.fetch(SYMBOLS, start=None, end=None).until(date(2020, 3, 20))
    assert dict(short.missing).keys() == dict(long.missing).keys() == {"WTS"}
    np.testing.assert_array_equal(short.sessions, long.sessions, strict=True)
    np.testing.assert_array_equal(short.close, long.close, strict=True)


def test_a_day_before_the_prices_begin_is_refused_with_what_there_is(source):
    with pytest.raises(
        PricesUnavailableError, match=r"begins on \d{4}-\d\d-\d\d; there are no prices up to 1980-01-02"
    ):
        source.fetch(["^GSPC"], start=None, end=date(1980, 1, 2))


def test_a_start_after_the_prices_end_is_refused_with_what_there_is(source):
    with pytest.raises(PricesUnavailableError, match=r"ends on 2026-08-21; .* up to 2026-08-21, or a newer"):
        source.fetch(["^GSPC"], start=date(2026, 8, 24), end=None)


def test_an_end_before_the_start_is_refused(source):
    with pytest.raises(PricesUnavailableError, match=r"from 2020-03-02 to 2020-03-01 ends before it begins"):
        source.fetch(["^GSPC"], start=date(2020, 3, 2), end=date(2020, 3, 1))


def test_a_span_without_any_session_is_refused(source):
    with pytest.raises(PricesUnavailableError, match=r"no session from 2020-03-21 to 2020-03-22"):
        source.fetch(["^GSPC"], start=date(2020, 3, 21), end=date(2020, 3, 22))


def test_when_nothing_is_found_the_error_names_what_there_is(source):
    with pytest.raises(
        PricesUnavailableError, match=r"no price of NOPE, GLD .* GLD from 2016-08-22 to 2025-12-31"
    ) as caught:
        source.fetch(["NOPE", "GLD"], start=date(2026, 1, 2), end=None)
    assert caught.value.symbols == ("NOPE", "GLD")
    unknown = [f"NOPE{number}" for number in range(12)]
    words = r" in the span\. It has \d+ symbols, 2016" if has_stock(source) else ": Yahoo Finance does not know it"
    with pytest.raises(PricesUnavailableError, match="NOPE9 and 2 more" + words):
        source.fetch(unknown, start=None, end=None)


def test_asking_for_nothing_is_a_mistake_of_the_caller(source):
    with pytest.raises(ValueError, match="no symbol was asked for"):
        source.fetch([], start=None, end=None)


def test_a_source_that_is_no_file_is_refused_with_what_there_is(tmp_path):
    for name in ("snapshto", tmp_path):
        with pytest.raises(SettingsError, match=r"is neither a price source nor a file\. Use --prices snapshot"):
            open_source(name)


def test_every_source_has_a_name():
    assert SnapshotSource().name == "snapshot"
    assert FileSource("prices.csv").name == "file"
    assert YahooSource().name == "yahoo"
