"""The page "Review" shows what the command line's review says, and asks for nothing that it does not need."""

from __future__ import annotations

from datetime import date

import pytest
from page_states import SAMPLES, TODAY, everything, metrics
from streamlit.testing.v1 import AppTest

from hedger.advice import advise, measure_account
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.report import plan_document, state_review, to_beta, to_dollars, to_json
from hedger.review import Review, follow_choices, read_fills, read_plan, review_plan
from hedger.settings import Settings
from hedger.ui.remedies import in_page_words
from hedger.ui.wording import escape

FILLS = b"time,contract,quantity,price\n2026-05-22,MNQM6,-3,29500\n"


def review_script(today):
    from hedger.settings import Settings  # noqa: PLC0415
    from hedger.ui.accounts import revisit_account  # noqa: PLC0415
    from hedger.ui.review_page import show_review  # noqa: PLC0415

    visited = revisit_account(None, today, Settings().estimator)
    show_review(*visited, today)


def open_review() -> AppTest:
    page = AppTest.from_function(review_script, kwargs={"today": TODAY}, default_timeout=60)
    return page.run()


def earlier_plan() -> bytes:
    portfolio = read_portfolio(SAMPLES / "technology.csv", as_of=TODAY)
    settings = Settings(hedge=0.5)
    return to_json(plan_document(advise(portfolio, settings=settings, as_of=date(2026, 5, 21), today=TODAY))).encode()


def review_of(plan: bytes, fills: bytes | None = None) -> Review:
    earlier = read_plan(plan)
    portfolio = read_portfolio(SAMPLES / "technology.csv", as_of=TODAY)
    settings = follow_choices(earlier, portfolio)
    measurement = measure_account(portfolio, SnapshotSource(), settings, today=TODAY)
    traded = None if fills is None else read_fills(fills, since=earlier.as_of, until=measurement.as_of)
    return review_plan(measurement, SnapshotSource(), settings, earlier, fills=traded)


def test_without_a_plan_the_page_says_what_to_bring_and_offers_an_example() -> None:
    page = open_review()
    assert not page.exception
    assert "Upload the plan.json" in everything(page)
    page.button(key="review_example").click().run()
    assert not page.exception
    assert page.session_state.review_plan.name == "example-plan-2026-06-22.json"
    assert escape(state_review(review_of(page.session_state.review_plan.content))) in everything(page)


@pytest.mark.parametrize("fills", [None, FILLS])
def test_an_uploaded_plan_is_reviewed_as_the_command_line_does(fills: bytes | None) -> None:
    plan = earlier_plan()
    page = open_review()
    page.file_uploader(key="upload_plan").upload("plan.json", plan, "application/json")
    if fills is not None:
        page.file_uploader(key="upload_fills").upload("fills.csv", fills, "text/csv")
    page.run()
    assert not page.exception
    review = review_of(plan, fills)
    shown = everything(page)
    assert f"## {escape(state_review(review))}" in shown
    for trade in review.trades:
        assert escape(trade.future.code) in shown
    figures = metrics(page)
    left, planned = to_beta(review.beta_held), to_beta(review.earlier.beta_after)
    assert figures["Beta that is left"] == (escape(left), escape(f"{planned} planned"))
    assert figures["Cost of the trades"][0] == escape(to_dollars(review.cost, places=2))
    for note in review.notes:
        assert escape(in_page_words(note.message)) in shown


def test_a_plan_that_is_none_is_refused_in_a_sentence_and_can_be_taken_away() -> None:
    page = open_review()
    page.file_uploader(key="upload_plan").upload("plan.json", b'{"schema": "other/1"}', "application/json").run()
    assert not page.exception
    assert "plan.json" in page.error[0].value.replace("\\", "")
    page.button(key="review_plan_away").click().run()
    assert not page.error
    assert "Upload the plan.json" in everything(page)
