"""The page "Review": an earlier plan against today, and what to trade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import streamlit as st

from hedger.advice import advise
from hedger.market import open_source
from hedger.report import (
    plan_document,
    review_document,
    review_tables,
    state_review,
    to_beta,
    to_day,
    to_dollars,
    to_index_title,
    to_json,
)
from hedger.review import follow_choices, read_fills, read_plan, review_plan
from hedger.ui.accounts import measure, read_holdings
from hedger.ui.refusals import attempt
from hedger.ui.remedies import in_page_words
from hedger.ui.summary import show_heading
from hedger.ui.tables import draw_table, show_metric
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from datetime import date

    from hedger.advice import Measurement
    from hedger.market import PriceSource
    from hedger.review import Review
    from hedger.ui.accounts import Account

EXAMPLE_AGE = timedelta(days=60)
"""How long before the newest prices the example plan is made."""
_PLAN, _FILLS = "review_plan", "review_fills"
_MEGABYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    """A file as bytes, with its name for people (never used as a path)."""

    name: str
    content: bytes


def show_review(account: Account, measurement: Measurement, today: date) -> None:
    """Ask for an earlier plan, and hold it against the portfolio of the visit.

    Parameters
    ----------
    account, measurement
        The account of the visit.
    today
        Day on which the review is made, in New York.
    """
    show_heading(measurement)
    st.markdown(
        "Upload the plan.json of an earlier hedge of this portfolio: the page says whether it still holds, and what to "
        "trade if it does not. The choices are those of that plan."
    )
    earlier, fills = _ask_files()
    if earlier is None:
        st.button(
            "Show an example: the plan of two months ago",
            key="review_example",
            icon=":material/history:",
            on_click=_take_example,
            args=(account, measurement, today),
            help="Makes the plan that this page would have made for this portfolio then, from the shipped prices.",
        )
        return
    review = attempt(lambda: _review(earlier, fills, account, today))
    if review is not None:
        _show(review)


def _ask_files() -> tuple[_Upload | None, _Upload | None]:
    """Ask for plan and fills; what was uploaded stays for the visit."""
    asked = st.columns(2)
    with asked[0]:
        st.file_uploader(
            "Earlier plan (plan.json)",
            type="json",
            key="upload_plan",
            max_upload_size=_MEGABYTES,
            on_change=_keep,
            args=("upload_plan", _PLAN),
            help="From the downloads of the page Hedge, or written by the command line.",
        )
    with asked[1]:
        st.file_uploader(
            "Fills (CSV), if you have them",
            type=("csv", "txt"),
            key="upload_fills",
            max_upload_size=_MEGABYTES,
            on_change=_keep,
            args=("upload_fills", _FILLS),
            help="What was really traded: columns time, contract, quantity and price. Without it the plan's orders "
            "count as filled at the plan's prices.",
        )
    plan: _Upload | None = st.session_state.get(_PLAN)
    fills: _Upload | None = st.session_state.get(_FILLS)
    for upload, key in ((plan, _PLAN), (fills, _FILLS)):
        if upload is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(escape(f"Reviewing with {upload.name}."), width="content")
                st.button(
                    f"Take away {'the plan' if key == _PLAN else 'the fills'}",
                    key=f"{key}_away",
                    type="tertiary",
                    icon=":material/close:",
                    on_click=_drop,
                    args=(key,),
                )
    return plan, fills


def _keep(widget: str, key: str) -> None:
    upload = st.session_state[widget]
    if upload is not None:
        st.session_state[key] = _Upload(name=PurePath(upload.name).name, content=upload.getvalue())


def _drop(key: str) -> None:
    del st.session_state[key]


def _take_example(account: Account, measurement: Measurement, today: date) -> None:
    """Make the plan of two months ago, as if it had been downloaded then."""
    then = measurement.prices.last_session - EXAMPLE_AGE
    advice = attempt(lambda: advise(measurement.portfolio, _source(account), as_of=then, today=today))
    if advice is not None:
        name = f"example-plan-{then}.json"
        st.session_state[_PLAN] = _Upload(name=name, content=to_json(plan_document(advice)).encode())


def _review(plan: _Upload, fills: _Upload | None, account: Account, today: date) -> Review:
    """Hold a plan against today, with its own choices and this visit's stand-ins."""
    earlier = read_plan(plan.content, name=plan.name)
    portfolio = read_holdings(account, today)
    stated: dict[str, Any] = {"proxy": account.proxy, "beta": account.beta, "portfolio_value": account.portfolio_value}
    settings = follow_choices(earlier, portfolio, {name: choice for name, choice in stated.items() if choice})
    with st.spinner("Holding the plan against today …"):
        with_choices = replace(
            account,
            estimator=settings.estimator,
            beta=settings.beta,
            proxy=settings.proxy,
            portfolio_value=settings.portfolio_value,
        )
        measurement = measure(with_choices, today)
        traded = (
            None
            if fills is None
            else read_fills(fills.content, since=earlier.as_of, until=measurement.as_of, name=fills.name)
        )
        return review_plan(measurement, _source(account), settings, earlier, fills=traded)


def _source(account: Account) -> PriceSource:
    return open_source(account.prices, allow_snapshot=account.allow_snapshot)


def _show(review: Review) -> None:
    """Show a review, from the sentence that says what to do to the doubts about it."""
    st.markdown(f"## {escape(state_review(review))}", anchors=False)
    _show_figures(review)
    if review.trades:
        st.markdown("### Trades", anchors=False)
        st.markdown(draw_table(review_tables.trades_table(review)))
        st.caption(review_tables.TRADES_LEGEND)
    st.markdown("### Why", anchors=False)
    for line in review_tables.word_bands(review):
        st.markdown(f"- {escape(line)}")
    st.markdown(draw_table(review_tables.then_and_now_table(review)))
    st.markdown(draw_table(review_tables.causes_table(review)))
    moved = review_tables.moved_table(review)
    if moved is not None:
        st.caption("The holdings that moved the beta most:")
        st.markdown(draw_table(moved))
    st.markdown(f"### Since {to_day(review.earlier.as_of)}", anchors=False)
    of_futures = review_tables.futures_table(review.outcome)
    if of_futures is not None:
        st.markdown(draw_table(of_futures))
    st.markdown(draw_table(review_tables.gains_table(review.outcome)))
    for line in review_tables.word_outcome(review.outcome):
        st.markdown(escape(line))
    st.download_button(
        "review.json",
        lambda: to_json(review_document(review)),
        file_name="review.json",
        mime="application/json",
        key="download_review",
        on_click="ignore",
        icon=":material/download:",
        help="Everything on this page and more, for other programs and the file of the client.",
    )
    doubts = [f"- {escape(in_page_words(note.message))}" for note in (*review.notes, *review.advice.notes)]
    if doubts:
        st.markdown("### What to know", anchors=False)
        st.markdown("\n".join(dict.fromkeys(doubts)))


def _show_figures(review: Review) -> None:
    drift, earlier = review.drift, review.earlier
    title = to_index_title(earlier.reference_index)
    with st.container(horizontal=True, gap="small"):
        show_metric(
            "Value of the holdings",
            to_dollars(drift.value_now),
            below=to_dollars(drift.value_now - drift.value_then, is_change=True),
            tip="Below it the change since the plan.",
        )
        show_metric(
            f"{title} beta",
            to_beta(drift.beta_now),
            below=f"{to_beta(drift.beta_then)} then",
            tip="Of the portfolio without its futures.",
        )
        show_metric(
            "Beta that is left",
            to_beta(review.beta_held),
            below=f"{to_beta(earlier.beta_after)} planned",
            tip="With the futures held today.",
        )
        show_metric(
            "Cost of the trades",
            to_dollars(review.cost, places=2),
            tip="Commission, fees and spread: of a change in and out, of a roll both sides.",
        )
