"""The page "Evidence" shows the test that the command line makes of the same choices."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest
from page_states import SAMPLES, TODAY, everything, metrics, refusal, sentence
from streamlit.testing.v1 import AppTest

from hedger.advice import decide, measure_account
from hedger.backtest import YEARS, Backtest, backtest_account
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.report import evidence_tables, state_evidence, to_percent
from hedger.settings import Settings
from hedger.ui.evidence_charts import beta_rows, gain_rows
from hedger.ui.remedies import in_page_words
from hedger.ui.tables import draw_table
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.market import Prices


def evidence_script(today, settings):
    from hedger.advice import decide  # noqa: PLC0415
    from hedger.ui.accounts import revisit_account  # noqa: PLC0415
    from hedger.ui.evidence_page import show_evidence  # noqa: PLC0415

    _, measurement = revisit_account(None, today, settings.estimator)
    show_evidence(decide(measurement, settings))


def open_evidence(settings: Settings, *, years: int = 3) -> AppTest:
    kwargs = {"today": TODAY, "settings": settings}
    page = AppTest.from_function(evidence_script, kwargs=kwargs, default_timeout=120)
    page.session_state.evidence_years = years
    return page.run()


@pytest.fixture(scope="module")
def backtest() -> Backtest:
    settings = Settings(hedge=0.5)
    measurement = measure_account(
        read_portfolio(SAMPLES / "technology.csv", as_of=TODAY), SnapshotSource(), settings, today=TODAY
    )
    return backtest_account(measurement, settings, years=3)


def test_the_page_shows_the_test_of_the_command_line(backtest: Backtest) -> None:
    page = open_evidence(Settings(hedge=0.5))
    assert not page.exception
    shown, evidence = everything(page), backtest.evidence
    assert escape(state_evidence(backtest.evidence)) in shown
    figures = metrics(page)
    assert figures["Variance removed"][0] == escape(to_percent(evidence.rule.hedge_effectiveness))
    assert figures["Deepest fall"] == (
        escape(to_percent(evidence.rule.drawdown / evidence.value)),
        escape(f"{to_percent(evidence.drawdown / evidence.value)} without"),
    )
    assert figures["Beta as foretold"][0] == f"{evidence.calibration.n_covered} of {evidence.calibration.n_quarters}"
    for record in evidence.strategies:
        assert to_percent(record.hedge_effectiveness, places=1).replace("%", "\\%").replace(".", "\\.") in shown
    assert escape(evidence_tables.word_estimators(backtest)) in shown
    for note in backtest.notes:
        assert escape(in_page_words(note.message)) in shown


def test_a_test_is_made_once_for_the_same_choices_and_forgotten_in_turn(backtest: Backtest) -> None:
    page = open_evidence(Settings(hedge=0.5))
    (first,) = page.session_state.backtests.values()
    page.run()
    (again,) = page.session_state.backtests.values()
    assert again is first
    assert first.evidence.rule.hedge_effectiveness == backtest.evidence.rule.hedge_effectiveness


def test_every_strategy_stands_on_the_futures_own_prices_where_they_reach() -> None:
    page = open_evidence(Settings(hedge=0.5), years=5)
    assert not page.exception
    (backtest,) = page.session_state.backtests.values()
    check = backtest.evidence.on_futures
    assert check.n_quarters < len(backtest.evidence.quarters)
    assert draw_table(evidence_tables.futures_check_table(check)) in everything(page)
    assert escape(evidence_tables.futures_check_legend(check)) in everything(page)


class YoungPrices:
    """The shipped prices of the last four months."""

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        first = date(2026, 4, 23)
        return SnapshotSource().fetch(symbols, start=first if start is None else max(start, first), end=end)


def test_a_portfolio_without_a_past_is_told_so_in_a_sentence() -> None:
    def young_script(advice):
        from hedger.ui.evidence_page import show_evidence  # noqa: PLC0415

        show_evidence(advice)

    held = read_portfolio(b"Symbol,Quantity\nAAPL,400\n", as_of=TODAY, name="mine")
    measurement = measure_account(held, YoungPrices(), Settings(), today=TODAY)
    kwargs = {"advice": decide(measurement, Settings())}
    page = AppTest.from_function(young_script, kwargs=kwargs, default_timeout=60).run()
    assert refusal(page) == sentence(partial(backtest_account, measurement, Settings(), years=YEARS))


def test_the_charts_end_where_the_figures_do(backtest: Backtest) -> None:
    evidence = backtest.evidence
    last = gain_rows(evidence)[-1]
    assert last["Without hedge"] == pytest.approx(sum(quarter.unhedged_pnl for quarter in evidence.quarters), rel=1e-9)
    assert last["With hedge"] == pytest.approx(
        sum(quarter.unhedged_pnl for quarter in evidence.quarters)
        + sum(quarter.hedge_pnl for quarter in evidence.rule.quarters),
        rel=1e-9,
    )
    rows = beta_rows(evidence)
    assert sum(row["verdict"] == "As foretold" for row in rows) == evidence.rule.n_covered
