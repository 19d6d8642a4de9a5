"""A review in words, in the terminal and as JSON: the same numbers, and the sentence that fits the case."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from books import BOOK, make_book, make_position
from earlier_plans import document_of as plan_document_of
from earlier_plans import plan_of, review_of, to_bytes
from terminal_lines import flowing

from hedger.advice import advise
from hedger.report import review_document, state_review, to_json
from hedger.report.terminal_review import review_view
from hedger.review import Review, read_fills, read_plan
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from hedger.portfolio import Portfolio

    Draw = Callable[[Review], list[str]]

MARCH, THEN, NOW = date(2026, 3, 2), date(2026, 6, 22), date(2026, 8, 21)
BIG = {symbol: 6 * quantity for symbol, quantity in BOOK.items()}
MICRO = Settings(hedge=0.5, index=("sp500",), sizes=("micro",))


@pytest.fixture
def draw(draw_view: Callable[[RenderableType], list[str]]) -> Draw:
    return lambda review: draw_view(review_view(review))


@pytest.fixture(scope="module")
def review(technology: Portfolio) -> Review:
    """The README's example: half of the technology book, two months on."""
    return review_of(plan_of(technology, THEN, Settings(hedge=0.5)), technology, NOW)


def document_of(review: Review) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(review_document(review)))
    return document


# ---------------------------------------------------------------- words


def test_a_plan_that_is_still_right_needs_nothing() -> None:
    portfolio = make_book(BIG)
    review = review_of(plan_of(portfolio, THEN, MICRO), portfolio, THEN)
    planned = f"{review.earlier.beta_after:.2f}"
    assert state_review(review) == (
        f"Nothing to do: the beta to the S&P 500 that is left is {planned}, the plan's was {planned}, and the futures "
        "held are still the best whole number of contracts."
    )
    none = review_of(plan_of(portfolio, THEN, Settings(hedge=0.0)), portfolio, THEN)
    assert state_review(none).endswith("and no futures is still the best whole number of contracts.")


def test_a_beta_that_left_its_band_is_said_with_both_betas(review: Review) -> None:
    assert not review.has_beta_inside
    assert state_review(review) == (
        f"Trade: buy 2 MNQ (September 2026). The beta to the Nasdaq-100 that is left is {review.beta_held:.2f}, more "
        f"than 0.1 from the planned {review.earlier.beta_after:.2f}; these trades bring it to {review.beta_after:.2f}."
    )


def test_a_band_of_beta_that_no_whole_contract_restores_is_said_so() -> None:
    earlier = plan_of(make_book({"NVDA": 120.0}), THEN, Settings(hedge=1.0, contracts=("ES",)))
    cash = make_position("USD", 20_000.0, asset_class="cash")
    review = review_of(earlier, make_book({"NVDA": 120.0}, cash), NOW)
    assert review.has_same_contracts
    assert not review.has_beta_inside
    assert review.trades == ()
    words = state_review(review)
    assert words.startswith("Nothing to do: the beta to the S&P 500 that is left is ")
    assert words.endswith("but no futures is still the best whole number of contracts.")


def test_other_contracts_within_the_band_are_said_so() -> None:
    earlier = plan_of(make_book(BIG), THEN, MICRO)
    review = review_of(earlier, make_book(BIG), THEN, {"current": (("MES", earlier.positions[0].quantity + 1),)})
    assert review.has_beta_inside
    assert state_review(review).startswith("Trade: sell ")
    assert "but other contracts than those held are optimal now: they bring it to " in state_review(review)


def test_a_roll_is_said_with_its_months_and_counts() -> None:
    earlier = plan_of(make_book(BIG), MARCH, MICRO)
    (planned,) = earlier.positions
    kept = review_of(earlier, make_book(BIG), date(2026, 3, 17), {"tolerance": 0.2})
    n_held = abs(planned.quantity)
    assert state_review(kept).startswith(
        f"Roll: {n_held} MES from March 2026 to June 2026. The number of contracts stays: the beta to the S&P 500"
    )
    more = review_of(earlier, make_book(BIG), date(2026, 3, 17), {"hedge": 0.9})
    added = abs(more.optimal["MES"]) - n_held
    assert state_review(more).startswith(f"Trade: sell {added} MES (June 2026). ")
    assert state_review(more).endswith(f" Roll {n_held} MES from March 2026 to June 2026.")


def test_expired_contracts_are_said_with_their_day() -> None:
    earlier = plan_of(make_book(BIG), MARCH, MICRO)
    words = state_review(review_of(earlier, make_book(BIG), NOW))
    assert words.startswith("Trade: sell ")
    assert f"{abs(earlier.positions[0].quantity)} MESH6 short expired on 2026-03-20, and the beta" in words


def test_sales_come_before_purchases_and_months_are_told_where_they_differ() -> None:
    earlier = plan_of(make_book(BIG), THEN, MICRO)
    text = "time,contract,quantity,price\n2026-06-22,MESZ6,-40,7500\n2026-06-22,ESU6,1,7500\n"
    fills = read_fills(text.encode(), since=THEN, until=NOW)
    review = review_of(earlier, make_book(BIG), NOW, fills=fills)
    words = state_review(review)
    assert re.match(r"Trade: sell 1 ES \(September 2026\), and buy \d+ MES \(December 2026\)\. ", words), words


# ---------------------------------------------------------------- JSON


def test_the_document_has_the_numbers_of_the_review_and_its_sums_are_exact(review: Review) -> None:
    document = document_of(review)
    assert document["schema"] == "hedger.review/1"
    assert document["verdict"] == {"action": "trade", "sentence": state_review(review)}
    assert document["earlier"]["beta_after"] == review.earlier.beta_after
    drift = document["drift"]
    parts = sum(drift[f"beta_by_{cause}"] for cause in ("prices", "holdings", "betas"))
    assert parts == pytest.approx(drift["beta_now"] - drift["beta_then"], rel=0, abs=1e-9)
    by_holding = sum(each["beta_change"] for each in drift["by_holding"])
    assert by_holding == pytest.approx(parts, rel=0, abs=1e-9)
    by_value = drift["value_by_prices"] + drift["value_by_holdings"]
    assert by_value == pytest.approx(drift["value_now"] - drift["value_then"], rel=0, abs=0.01)
    bands = document["bands"]
    after = dict(bands["contracts_held"])
    for trade in document["trades"]:
        after[trade["symbol"]] = after.get(trade["symbol"], 0) + trade["quantity"]
    assert after == bands["contracts_optimal"]
    assert document["cost"] == pytest.approx(sum(trade["cost"] for trade in document["trades"]), rel=1e-12)
    assert bands["is_inside"] is (bands["has_beta_inside"] and bands["has_same_contracts"])
    outcome = document["outcome"]
    futures = sum(each["realised_pnl"] + each["open_pnl"] - each["fees"] for each in outcome["futures"])
    assert outcome["hedge_pnl"] == pytest.approx(futures, rel=1e-12)
    assert outcome["hedged_pnl"] == pytest.approx(outcome["unhedged_pnl"] + outcome["hedge_pnl"], rel=0, abs=0.005)
    assert outcome["realised_beta"]["is_inside"] is False
    assert document["plan"]["beta_after"] == pytest.approx(bands["beta_after_trades"], rel=0, abs=1e-9)
    assert [note["code"] for note in document["notes"]][:2] == ["orders_assumed_filled", "plan_on_adjusted_prices"]


def test_the_action_is_none_roll_or_trade() -> None:
    portfolio = make_book(BIG)
    same_day = document_of(review_of(plan_of(portfolio, THEN, MICRO), portfolio, THEN))
    assert (same_day["verdict"]["action"], same_day["trades"], same_day["outcome"]["realised_beta"]) == (
        "none",
        [],
        None,
    )
    earlier = plan_of(portfolio, MARCH, MICRO)
    rolled = document_of(review_of(earlier, portfolio, date(2026, 3, 17), {"tolerance": 0.2}))
    assert rolled["verdict"]["action"] == "roll"
    assert rolled["changed_choices"] == ["tolerance"]
    expired = document_of(review_of(earlier, portfolio, NOW))
    (gone,) = expired["held"]["expired"]
    assert (gone["contract_code"], gone["last_trading_day"]) == ("MESH6", "2026-03-20")
    assert expired["held"]["contracts"] == []


def test_the_same_review_gives_the_same_bytes(technology: Portfolio, review: Review) -> None:
    again = review_of(plan_of(technology, THEN, Settings(hedge=0.5)), technology, NOW)
    assert to_json(review_document(again)) == to_json(review_document(review))


# ---------------------------------------------------------------- terminal


def test_the_verdict_comes_first_and_everything_fits_eighty_columns(review: Review, draw: Draw) -> None:
    lines = draw(review)
    assert max(map(len, lines)) <= 80
    assert flowing(lines).startswith(state_review(review))
    titles = ["Then and now", "Why", "Trades", "Bands", "Since the plan", "Worth knowing"]
    assert [line for line in lines if line in titles] == titles
    text = flowing(lines)
    drift, outcome = review.drift, review.outcome
    assert f"Value of the holdings ${drift.value_then:,.0f} ${drift.value_now:,.0f}" in text
    assert f"with the futures held {review.earlier.beta_after:.2f} {review.beta_held:.2f}" in text
    assert f"Prices moved +${drift.value_by_prices:,.0f} {drift.beta_by_prices:.2f}" in text
    (trade,) = review.trades
    assert f"{trade.future.code} BUY adjust {trade.quantity} {trade.price:,.2f}" in text
    assert f"43 sessions +${outcome.unhedged_pnl:,.0f} +${outcome.hedge_pnl:,.0f} +${outcome.hedged_pnl:,.0f}" in text
    assert outcome.realised_beta is not None
    assert f"Realised beta of the plan's holdings: {outcome.realised_beta.beta:.2f} (standard error" in text
    assert f"The futures removed {100 * outcome.effectiveness:.0f}% of the variance" in text
    assert "Choices: those of the plan of 2026-06-22. State others to change them" in text


def test_what_moved_the_beta_most_is_listed_by_size(review: Review, draw: Draw) -> None:
    lines = draw(review)
    start = next(place for place, line in enumerate(lines) if line.startswith("holding "))
    shown = [line.split()[0] for line in lines[start + 1 : start + 6]]
    assert shown == [each.symbol for each in review.drift.by_holding[:5]]
    sizes = [abs(each.beta_change) for each in review.drift.by_holding]
    assert sizes == sorted(sizes, reverse=True)


def test_a_review_without_trades_has_no_ticket_and_says_what_is_too_early(draw: Draw) -> None:
    portfolio = make_book(BIG)
    lines = draw(review_of(plan_of(portfolio, THEN, MICRO), portfolio, THEN))
    assert "Trades" not in lines
    text = flowing(lines)
    assert "Only 0 sessions lie between the plan and today" in text
    assert "The holdings that moved the beta most" not in text


def test_new_sold_and_expired_things_are_shown_without_numbers_that_do_not_exist(draw: Draw) -> None:
    earlier = plan_of(make_book(BIG), MARCH, MICRO)
    new = {**{symbol: BIG[symbol] for symbol in ("AAPL", "MSFT")}, "AMD": 900.0}
    lines = draw(review_of(earlier, make_book(new), NOW, {"hedge": 0.4}))
    text = flowing(lines)
    assert re.search(r"^AMD +\$0 +\$[\d,]+ +- +\d\.\d\d", "\n".join(lines), flags=re.MULTILINE)
    assert re.search(r"^NVDA +\$[\d,]+ +\$0 +\d\.\d\d +- ", "\n".join(lines), flags=re.MULTILINE)
    assert f"Expired and settled in cash since: {abs(earlier.positions[0].quantity)} MESH6 short." in text
    assert "MESH6 (settled)" in text
    assert "Choices: those of the plan of 2026-03-02, but for --hedge." in text


def test_within_the_band_of_beta_a_tolerance_is_offered(draw: Draw) -> None:
    earlier = plan_of(make_book(BIG), THEN, MICRO)
    held = {"current": (("MES", earlier.positions[0].quantity + 1),)}
    assert "such as --tolerance 5%" in flowing(draw(review_of(earlier, make_book(BIG), THEN, held)))


def test_names_of_a_plan_that_anybody_may_have_written_reach_the_screen_escaped(draw: Draw) -> None:
    document = plan_document_of(advise(make_book(BIG), settings=MICRO, as_of=THEN, today=THEN))
    evil = "\x1b[31mAAPL\nTrade: sell all [link=x]"
    for rows in (document["exposure"]["by_holding"], document["portfolio"]["holdings"]):
        for row in rows:
            row["symbol"] = evil if row["symbol"] == "AAPL" else row["symbol"]
    review = review_of(read_plan(to_bytes(document), name="old\x1b.json"), make_book(BIG), NOW)
    lines = draw(review)
    assert all(line.isprintable() for line in lines)
    assert any(line.startswith("\\x1b[31mAAP…") for line in lines)
    assert "\x1b" not in json.dumps(document_of(review), ensure_ascii=False)
