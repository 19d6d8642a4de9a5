"""The page without a browser: opened in a state, and read as its visitor reads it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from hedger.advice import Advice, decide, measure_account
from hedger.errors import HedgerError
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.report import state_answer, to_beta, to_dollars, to_percent
from hedger.settings import Settings
from hedger.ui.remedies import in_page_words
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 8, 24)
SAMPLES = Path(__file__).parents[2] / "sample_portfolios"


def page_script(today, opened_with):
    from hedger.ui.page import show_page  # noqa: PLC0415

    show_page(opened_with, today=today)


def body_script(today, opened_with, show_body):
    from hedger.ui.advised import show_advised_page  # noqa: PLC0415

    show_advised_page(opened_with, today, show_body)


def open_page(*, today: date = TODAY, opened_with: Path | None = None) -> AppTest:
    """Open the page as a new visitor."""
    page = AppTest.from_function(page_script, kwargs={"today": today, "opened_with": opened_with}, default_timeout=60)
    return page.run()


def open_body(show_body: Callable[[Advice], None], sample: str | Path = "technology", **session: Any) -> AppTest:
    """Open a page about the advice for a sample or a file, with choices of the visit made before."""
    file = SAMPLES / f"{sample}.csv" if isinstance(sample, str) else sample
    kwargs = {"today": TODAY, "opened_with": file, "show_body": show_body}
    page = AppTest.from_function(body_script, kwargs=kwargs, default_timeout=60)
    for key, value in session.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    return page


def go_to(page: AppTest, url_path: str) -> AppTest:
    """Show another page, as a click on its name at the top does."""
    page._page_hash = calc_hash(url_path)  # its own method knows pages that are files only
    return page.run()


def advice_for(
    sample: str | Path | bytes = "technology",
    *,
    today: date = TODAY,
    leave_out_bad_rows: bool = False,
    **choices: Any,
) -> Advice:
    """Return the advice for a sample, a file or its content, on the shipped prices."""
    file = SAMPLES / f"{sample}.csv" if isinstance(sample, str) else sample
    settings = Settings(**choices)
    portfolio = read_portfolio(file, as_of=today, leave_out_bad_rows=leave_out_bad_rows)
    return decide(measure_account(portfolio, SnapshotSource(), settings, today=today), settings)


def metrics(page: AppTest) -> dict[str, tuple[str, str]]:
    """Return value and remark of every figure by its label."""
    return {each.label: (each.value, each.delta) for each in page.metric}


def texts(page: AppTest) -> list[str]:
    """Return every text of the page."""
    shown = (*page.markdown, *page.caption, *page.warning, *page.success, *page.info, *page.error)
    return [each.value for each in shown]


def everything(page: AppTest) -> str:
    return "\n".join(texts(page))


def headings(page: AppTest) -> list[str]:
    return [each.value for each in page.markdown if each.value.startswith("#")]


def chart(page: AppTest) -> dict[str, Any]:
    """Return what the chart of gains is drawn from."""
    (element,) = page.get("bidi_component")
    drawn: dict[str, Any] = json.loads(element.proto.json)
    return drawn


def refusal(page: AppTest) -> str:
    """Return the only error of a page that goes on."""
    assert not page.exception
    (error,) = page.error
    message: str = error.value
    return message


def sentence(ask: Callable[[], object]) -> str:
    """Return what a refusal says, as the page words it."""
    with pytest.raises(HedgerError, match=r"[.?]\Z") as refused:
        ask()
    return escape(in_page_words(str(refused.value)))


def assert_shows(page: AppTest, advice: Advice) -> None:
    """Compare every figure of the answer with the advice."""
    plan = advice.plan
    assert not page.exception
    assert f"## {escape(state_answer(advice))}" in headings(page)
    shown = metrics(page)
    assert shown["Hedge size"][0] == escape(to_dollars(plan.hedge_notional))
    share = plan.initial_margin / advice.exposure.book.beta_base
    assert shown["Initial margin"] == (
        escape(to_dollars(plan.initial_margin)),
        escape(f"{to_percent(share, places=1)} of the portfolio"),
    )
    assert shown["Beta before → after"] == (
        escape(f"{to_beta(plan.beta_before)} → {to_beta(plan.beta_after)}"),
        escape(f"{to_beta(plan.beta_after_low)} to {to_beta(plan.beta_after_high)}"),
    )
    costs, call = advice.risk.costs, advice.risk.margin_call
    assert shown["Cost a year"] == (
        escape(to_dollars(costs.per_year)),
        escape(f"{to_dollars(plan.round_trip_cost)} in and out"),
    )
    chance = 0.0 if call is None else {each.horizon_days: each.probability for each in call.chances}[63]
    assert shown["Margin call"] == (escape(to_percent(chance)), "chance in a quarter")
    assert shown["Variance removed"][0] == escape(to_percent(advice.risk.hedge_effectiveness))
    drawn = chart(page)
    columns = zip(*(drawn[name] for name in ("moves", "unhedged", "low", "high", "futures")), strict=True)
    gains = {move: figures for move, *figures in columns}
    assert gains.pop(0.0) == [0.0] * 4
    assert gains == {
        dict(scenario.shocks)[plan.reference_index]: [
            scenario.unhedged_pnl,
            scenario.unhedged_low,
            scenario.unhedged_high,
            scenario.hedge_pnl,
        ]
        for scenario in advice.risk.scenarios
    }
    assert list(gains) == sorted(gains)
    words = everything(page)
    for order in plan.orders:
        side = "SELL" if order.quantity < 0 else "BUY"
        assert f"| {order.quote.code} | {side} | {abs(order.quantity)} |" in words
        assert escape(order.quote.contract.name) in words
        assert escape(to_dollars(order.notional)) in words
    for note in advice.notes:
        assert escape(in_page_words(note.message)) in words
