"""What is held, what is due, and the trades that are left: every case of the calendar and of the fills."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING

import pytest
from books import BOOK, make_book, make_position
from earlier_plans import plan_of, review_of

from hedger.contracts import quote_contracts, read_contract_code, select_contracts
from hedger.errors import SettingsError
from hedger.exposure import HeldFuture
from hedger.review import Trade, read_fills
from hedger.review.trades import list_trades
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hedger.contracts import ContractQuote
    from hedger.portfolio import Position
    from hedger.review import Review

BIG = {symbol: 6 * quantity for symbol, quantity in BOOK.items()}
MARCH, ROLL_WEEK, EXPIRED = date(2026, 3, 2), date(2026, 3, 17), date(2026, 3, 23)
DAYS = {"before": date(2026, 9, 11), "roll week": date(2026, 9, 16), "last day": date(2026, 9, 18)}


def quotes(as_of: date) -> tuple[ContractQuote, ...]:
    contracts = select_contracts(as_of, symbols=["ES", "MES"])
    return quote_contracts(contracts, as_of=as_of, prices={"ES": (7_000.0, "test"), "MES": (7_000.0, "test")})


def held(*contracts: tuple[str, int]) -> list[HeldFuture]:
    day = date(2026, 9, 11)
    return [HeldFuture(future=read_contract_code(code, day), quantity=quantity) for code, quantity in contracts]


def trades(contracts: list[HeldFuture], wanted: Mapping[str, int], as_of: date) -> tuple[Trade, ...]:
    return list_trades(contracts, wanted, quotes(as_of), as_of=as_of)


def facts(listed: tuple[Trade, ...]) -> list[tuple[str, int, str]]:
    return [(trade.future.code, trade.quantity, trade.reason) for trade in listed]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    ("september", "december", "wanted"), list(itertools.product(range(-2, 3), range(-1, 2), range(-3, 4)))
)
def test_trades_always_lead_to_what_is_wanted_and_leave_nothing_that_is_due(
    day: str, september: int, december: int, wanted: int
) -> None:
    contracts = [each for each in held(("ESU6", september), ("ESZ6", december)) if each.quantity]
    listed = trades(contracts, {"ES": wanted}, DAYS[day])
    after = {each.future.code: each.quantity for each in contracts}
    for trade in listed:
        after[trade.future.code] = after.get(trade.future.code, 0) + trade.quantity
    assert sum(after.values()) == wanted
    if day != "before":
        assert after.get("ESU6", 0) == 0
    rolled = [trade for trade in listed if trade.reason == "roll"]
    assert sum(trade.quantity for trade in rolled) == 0
    assert 0 not in [trade.quantity for trade in listed]
    # No more is adjusted than the number of contracts changes by.
    adjusted = [trade.quantity for trade in listed if trade.reason == "adjust"]
    assert sum(map(abs, adjusted)) == abs(wanted - september - december)


def test_what_is_due_is_rolled_at_the_cost_of_a_roll() -> None:
    day = DAYS["roll week"]
    listed = trades(held(("ESU6", -2)), {"ES": -2}, day)
    assert facts(listed) == [("ESU6", 2, "roll"), ("ESZ6", -2, "roll")]
    es = quotes(day)[0]
    assert sum(trade.cost for trade in listed) == pytest.approx(2 * es.roll_cost, rel=1e-12)
    # The next quarter is dearer by interest less dividends of 91 days at the rates of the day.
    assert 1.0 < listed[1].price / listed[0].price < 1.02
    assert listed[1].price == 7_000.0
    assert listed[1].notional == pytest.approx(-2 * 50 * 7_000.0, rel=1e-12)


def test_a_reduction_closes_the_next_to_expire_first_at_the_cost_of_a_round_trip() -> None:
    day = DAYS["before"]
    listed = trades(held(("ESZ6", -2), ("ESU6", -1)), {"ES": -1}, day)
    assert facts(listed) == [("ESU6", 1, "adjust"), ("ESZ6", 1, "adjust")]
    es = quotes(day)[0]
    assert sum(trade.cost for trade in listed) == pytest.approx(2 * es.round_trip_cost, rel=1e-12)


def test_in_the_roll_week_a_reduction_closes_and_only_the_rest_is_rolled() -> None:
    listed = trades(held(("ESU6", -3), ("MESU6", -4)), {"ES": -2, "MES": -5}, DAYS["roll week"])
    assert facts(listed) == [
        ("ESU6", 1, "adjust"),
        ("ESU6", 2, "roll"),
        ("ESZ6", -2, "roll"),
        ("MESU6", 4, "roll"),
        ("MESZ6", -4, "roll"),
        ("MESZ6", -1, "adjust"),
    ]


def after_trades(review: Review) -> dict[str, int]:
    """What is held once the review's trades are done, by root."""
    totals = dict(review.held.by_root)
    for trade in review.trades:
        totals[trade.future.symbol] = totals.get(trade.future.symbol, 0) + trade.quantity
    return {root: quantity for root, quantity in totals.items() if quantity}


@pytest.mark.parametrize("as_of", [ROLL_WEEK, EXPIRED, date(2026, 6, 1), date(2026, 8, 21)])
@pytest.mark.parametrize("hedge", [0.0, 0.5, 0.9])
def test_the_trades_of_a_review_lead_to_todays_optimum(as_of: date, hedge: float) -> None:
    earlier = plan_of(make_book(BIG), MARCH, Settings(hedge=0.5))
    review = review_of(earlier, make_book(BIG), as_of, {"hedge": hedge})
    assert after_trades(review) == review.optimal
    assert review.is_inside == (review.has_beta_inside and not any(t.reason == "adjust" for t in review.trades))
    if review.is_inside:
        assert all(trade.reason == "roll" for trade in review.trades)


def test_in_the_roll_week_the_plan_is_rolled_and_kept() -> None:
    earlier = plan_of(make_book(BIG), MARCH, Settings(hedge=0.5))
    review = review_of(earlier, make_book(BIG), ROLL_WEEK, {"tolerance": 0.1})
    assert review.is_inside
    assert {trade.reason for trade in review.trades} == {"roll"}
    assert {trade.future.code[-2:] for trade in review.trades if trade.quantity > 0} == {"H6"}
    assert {trade.future.code[-2:] for trade in review.trades if trade.quantity < 0} == {"M6"}


def test_expired_contracts_are_named_and_held_no_more() -> None:
    earlier = plan_of(make_book(BIG), MARCH, Settings(hedge=0.5))
    review = review_of(earlier, make_book(BIG), EXPIRED)
    assert review.held.held == ()
    assert [(each.future.code, each.quantity) for each in review.held.gone] == [
        (each.future.code, each.quantity) for each in earlier.positions
    ]
    assert review.beta_held == pytest.approx(review.drift.beta_now, rel=1e-12)
    assert not review.is_inside
    note = next(note for note in review.notes if note.code == "expired_unless_rolled")
    stated = ",".join(f"{each.future.symbol}={each.quantity}" for each in earlier.positions)
    assert note.message.endswith(f"Say what is held with --fills FILE.csv or --current {stated}.")
    assert all(trade.future.code.endswith("M6") for trade in review.trades)


def test_contracts_that_were_delisted_since_are_named() -> None:
    big = make_book({symbol: 40 * quantity for symbol, quantity in BOOK.items()})
    earlier = plan_of(big, date(2020, 3, 2), Settings(hedge=0.5, index=("sp500",)))
    assert "SP" in [each.future.symbol for each in earlier.positions]
    review = review_of(earlier, big, date(2026, 8, 21))
    gone = {each.future.symbol: each.future for each in review.held.gone}
    assert "SP" in gone
    assert gone["SP"].last_trading_day < date(2021, 9, 18)
    assert "SP" not in {trade.future.symbol for trade in review.trades}


def future_of(code: str, quantity: float, expiry: date | None, root: str = "MES") -> Position:
    return make_position(code, quantity, asset_class="future", underlying=root, expiry=expiry)


def test_the_plan_is_believed_when_the_file_shows_what_it_showed_before() -> None:
    before = future_of("MESM26.CME", -3.0, date(2026, 6, 18))
    portfolio = make_book(BIG, before)
    earlier = plan_of(portfolio, date(2026, 5, 4), Settings(hedge=0.5, index=("sp500",), sizes=("micro",)))
    (planned,) = earlier.positions
    assert planned.quantity_before == -3
    assert planned.quantity < -3
    review = review_of(earlier, portfolio, date(2026, 5, 4))
    assert (review.held.says, review.held.by_root) == ("plan", {"MES": planned.quantity})
    assert review.trades == ()
    assert "file_from_before_the_plan" in [note.code for note in review.notes]
    # As the note says: nothing beside the file leaves what the file shows.
    stated = review_of(earlier, portfolio, date(2026, 5, 4), {"current": (("MES", 0),)})
    assert (stated.held.says, stated.held.by_root) == ("stated", {"MES": -3})
    assert stated.trades[0].quantity == planned.quantity + 3


def test_the_file_is_believed_when_it_shows_something_else_than_the_plan() -> None:
    settings = Settings(hedge=0.5, index=("sp500",), sizes=("micro",))
    earlier = plan_of(make_book(BIG), date(2026, 5, 4), settings)
    (planned,) = earlier.positions
    as_planned = make_book(BIG, future_of("MESM26.CME", float(planned.quantity), date(2026, 6, 18)))
    same = review_of(earlier, as_planned, date(2026, 5, 4))
    assert (same.held.says, same.held.by_root, same.trades) == ("plan", {"MES": planned.quantity}, ())
    other = make_book(BIG, future_of("MESU26.CME", -7.0, date(2026, 9, 18)))
    review = review_of(earlier, other, date(2026, 5, 4))
    assert (review.held.says, [(each.future.code, each.quantity) for each in review.held.held]) == (
        "file",
        [("MESU6", -7)],
    )
    note = next(note for note in review.notes if note.code == "futures_from_file")
    assert f"shows -7 MESU6, the plan left {planned.quantity:+,} MESM6: the file is believed" in note.message
    assert after_trades(review) == review.optimal


def test_futures_of_a_file_without_their_month_are_taken_to_be_the_front_ones() -> None:
    settings = Settings(hedge=0.5, index=("sp500",), sizes=("micro",))
    earlier = plan_of(make_book(BIG), date(2026, 5, 4), settings)
    odd = (
        future_of("MES=F", -2.0, None),
        future_of("CLM26.NYM", 1.0, date(2026, 5, 19), root="CL"),
        future_of("MES=F", 0.5, None),
    )
    review = review_of(earlier, make_book(BIG, *odd), date(2026, 5, 4))
    assert [(each.future.code, each.quantity) for each in review.held.held] == [("MESM6", -2)]


def test_fills_say_what_is_held_and_where_they_differ_from_the_plan() -> None:
    settings = Settings(hedge=0.5, index=("sp500",), sizes=("micro",))
    earlier = plan_of(make_book(BIG), MARCH, settings)
    (planned,) = earlier.positions
    text = f"time,contract,quantity,price\n2026-03-02,MESH6,{planned.quantity},6900\n"
    as_planned = read_fills(text.encode(), since=MARCH, until=ROLL_WEEK)
    review = review_of(earlier, make_book(BIG), ROLL_WEEK, fills=as_planned)
    assert (review.held.says, review.held.by_root) == ("fills", {"MES": planned.quantity})
    assert review.held.notes == ()
    text += f"2026-03-16,MESH6,{-planned.quantity},6700\n2026-03-16,MESM6,{planned.quantity + 2},6750\n"
    rolled = read_fills(text.encode(), since=MARCH, until=EXPIRED)
    review = review_of(earlier, make_book(BIG), EXPIRED, fills=rolled)
    assert review.held.gone == ()
    assert [(each.future.code, each.quantity) for each in review.held.held] == [("MESM6", planned.quantity + 2)]
    assert "fills_differ_from_plan" in [note.code for note in review.notes]
    in_file = make_book(BIG, future_of("MESM26.CME", -1.0, date(2026, 6, 18)))
    review = review_of(earlier, in_file, EXPIRED, fills=rolled)
    assert review.held.by_root == {"MES": planned.quantity + 2}
    assert "futures_differ_from_file" in [note.code for note in review.notes]


def test_both_fills_and_a_statement_are_refused() -> None:
    earlier = plan_of(make_book(BIG), MARCH)
    with pytest.raises(SettingsError, match="Both --current and --fills tell which futures are held"):
        review_of(earlier, make_book(BIG), ROLL_WEEK, {"current": (("ES", -1),)}, fills=())
