from __future__ import annotations

import pickle
from datetime import date

import numpy as np
import pytest

from hedger.errors import Note, PricesUnavailableError
from hedger.market import Prices

NAN = np.nan


def make_prices(**changes) -> Prices:
    """Wednesday to Tuesday around a weekend; OLD ends on the Thursday, NEW begins on the Monday."""
    given = {
        "sessions": np.array(
            ["2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"], dtype="datetime64[D]"
        ),
        "symbols": ("ALL", "OLD", "NEW"),
        "close": np.array(
            [[10.0, 20.0, NAN], [11.0, 21.0, NAN], [12.0, NAN, NAN], [13.0, NAN, 30.0], [14.0, NAN, 31.0]]
        ),
        "source": "made-up table",
    }
    return Prices(**(given | changes))


def test_prices_tell_their_first_and_last_session():
    prices = make_prices()
    assert prices.first_session == date(2024, 1, 3)
    assert prices.last_session == date(2024, 1, 9)


def test_a_column_is_one_symbol_and_columns_keep_the_order_asked_for():
    prices = make_prices()
    np.testing.assert_array_equal(prices.column("ALL"), [10.0, 11.0, 12.0, 13.0, 14.0])
    np.testing.assert_array_equal(prices.columns(["NEW", "ALL"])[-1], [31.0, 14.0])
    assert prices.columns([]).shape == (5, 0)


def test_a_close_is_found_by_symbol_and_session():
    prices = make_prices()
    assert prices.close_on("OLD", date(2024, 1, 4)) == 21.0
    assert np.isnan(prices.close_on("OLD", date(2024, 1, 5)))


def test_the_last_session_of_a_symbol_is_where_its_series_ends():
    prices = make_prices()
    assert prices.last_session_of("OLD") == date(2024, 1, 4)
    assert prices.last_session_of("NEW") == prices.last_session


@pytest.mark.parametrize(
    "ask",
    [
        lambda prices: prices.column("XYZ"),
        lambda prices: prices.columns(["ALL", "XYZ"]),
        lambda prices: prices.close_on("XYZ", date(2024, 1, 4)),
        lambda prices: prices.last_session_of("XYZ"),
    ],
)
def test_asking_for_an_unknown_symbol_is_a_mistake_of_the_caller(ask):
    with pytest.raises(ValueError, match="XYZ is not among these prices"):
        ask(make_prices())


@pytest.mark.parametrize("day", [date(2024, 1, 2), date(2024, 1, 6), date(2024, 1, 10)])
def test_there_is_no_close_on_a_day_that_is_not_a_session(day):
    with pytest.raises(ValueError, match=f"{day} is not a session"):
        make_prices().close_on("ALL", day)


def test_a_symbol_without_any_close_has_no_last_session():
    prices = make_prices(symbols=("ALL",), close=np.full((5, 1), NAN))
    with pytest.raises(ValueError, match="ALL has no close"):
        prices.last_session_of("ALL")


def test_until_forgets_everything_after_the_day():
    known = make_prices().until(date(2024, 1, 5))
    assert known.last_session == date(2024, 1, 5)
    assert known.symbols == ("ALL", "OLD")
    assert known.missing == (("NEW", "no price up to 2024-01-05 in the made-up table, its first is of 2024-01-08"),)
    assert known.notes == ()
    np.testing.assert_array_equal(known.close, [[10.0, 20.0], [11.0, 21.0], [12.0, NAN]])


def test_until_moves_a_symbol_that_never_has_a_price_to_the_missing():
    prices = make_prices(symbols=("ALL", "OLD", "NIL"))
    close = prices.close.copy()
    close[:, 2] = NAN
    known = make_prices(symbols=prices.symbols, close=close).until(date(2024, 1, 9))
    assert known.symbols == ("ALL", "OLD")
    assert known.missing == (("NIL", "no price up to 2024-01-09 in the made-up table"),)


def test_changing_the_future_does_not_change_what_was_known():
    before = make_prices()
    close = before.close.copy()
    close[3:] = 99.0
    after = make_prices(close=close)
    np.testing.assert_array_equal(
        before.until(date(2024, 1, 5)).close, after.until(date(2024, 1, 5)).close, strict=True
    )


def test_until_a_weekend_uses_the_friday_and_says_so_once():
    known = make_prices().until(date(2024, 1, 7))
    assert known.last_session == date(2024, 1, 5)
    assert known.notes == (
        Note(
            code="not_a_session",
            message="2024-01-07 is not a session of the made-up table: "
            "the closes of 2024-01-05, the newest before it, are used.",
        ),
    )
    assert make_prices(notes=known.notes).until(date(2024, 1, 7)).notes == known.notes


def test_until_a_day_long_after_the_end_says_how_old_the_prices_are():
    (note,) = make_prices().until(date(2024, 1, 19)).notes
    assert note.code == "prices_end_early"
    assert "ends on 2024-01-09, 10 days before 2024-01-19" in note.message


def test_the_weekend_right_after_the_end_is_only_not_a_session():
    friday = make_prices(sessions=np.arange("2024-01-08", "2024-01-13", dtype="datetime64[D]"))
    assert [note.code for note in friday.until(date(2024, 1, 14)).notes] == ["not_a_session"]
    assert [note.code for note in friday.until(date(2024, 1, 15)).notes] == ["prices_end_early"]


def test_until_a_day_before_the_beginning_is_refused():
    with pytest.raises(PricesUnavailableError, match=r"begin on 2024-01-03; there are none up to 2024-01-02"):
        make_prices().until(date(2024, 1, 2))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"symbols": ("ALL", "OLD")}, "close has shape"),
        ({"symbols": ("ALL", "OLD", "OLD")}, "symbols repeat"),
        ({"sessions": np.array(["2024-01-03"] * 5, dtype="datetime64[D]")}, "must rise strictly"),
        ({"close": np.zeros((5, 3))}, "must be positive and finite"),
        ({"close": np.full((5, 3), np.inf)}, "must be positive and finite"),
        ({"sessions": np.array([], dtype="datetime64[D]"), "close": np.zeros((0, 3))}, "at least one session"),
    ],
)
def test_what_cannot_be_prices_is_refused(changes, problem):
    with pytest.raises(ValueError, match=problem):
        make_prices(**changes)


def test_prices_cannot_be_changed_and_do_not_share_memory_with_their_maker():
    close = np.array([[1.0], [2.0]])
    sessions = np.array(["2024-01-03", "2024-01-04"], dtype="datetime64[D]")
    prices = Prices(sessions=sessions, symbols=("A",), close=close, source="test")
    close[0, 0] = 5.0
    assert prices.close_on("A", date(2024, 1, 3)) == 1.0
    with pytest.raises(ValueError, match="read-only"):
        prices.column("A")[0] = 5.0


def test_prices_survive_pickling():
    prices = make_prices()
    copy = pickle.loads(pickle.dumps(prices))
    assert copy.symbols == prices.symbols
    np.testing.assert_array_equal(copy.close, prices.close, strict=True)
