"""The body of the page "Evidence": what hedging this portfolio would have done, and whether what was foretold came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.backtest import Backtest, backtest_account
from hedger.report import backtest_document, evidence_tables, state_evidence, to_json, to_percent
from hedger.ui.evidence_charts import beta_rows, beta_specification, gain_rows, gain_series, gain_specification
from hedger.ui.refusals import attempt
from hedger.ui.remedies import in_page_words
from hedger.ui.tables import draw_table, show_metric
from hedger.ui.visit import remember
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.evidence import Evidence

YEARS_OFFERED = (3, 5, 10)
_KEPT = 4
"""Tests that a visit remembers."""


def show_evidence(advice: Advice) -> None:
    """Test the hedge on the portfolio's own past, and show what came of it."""
    st.markdown("## Would it have worked?", anchors=False)
    st.markdown(
        "Today's portfolio, taken back quarter by quarter: each hedge is chosen from what was known on its day, in "
        "whole contracts, with fees and rolls. Nothing later is used."
    )
    years = st.segmented_control(
        "Years to look back",
        YEARS_OFFERED,
        default=YEARS_OFFERED[-1],
        required=True,
        key="evidence_years",
        persist_state="session",
    )
    backtest = attempt(lambda: _tested(advice, years))
    if backtest is not None:
        _show(backtest)


def _tested(advice: Advice, years: int) -> Backtest:
    """Return the test of this plan's rule, made once in a visit; a change of page or choice ends it in between."""

    def make() -> Backtest:
        bar = st.progress(0.0, text="Testing the hedge on the past …")

        def show_progress(n_done: int, n_all: int) -> None:
            bar.progress(n_done / n_all, text=f"Testing the hedge on the past: quarter {n_done} of {n_all}")

        backtest = backtest_account(advice.measurement, advice.settings, years=years, on_progress=show_progress)
        bar.empty()
        return backtest

    return remember("backtests", (advice.inputs_hash, years), make, _KEPT)


def _show(backtest: Backtest) -> None:
    evidence = backtest.evidence
    st.markdown(f"### {escape(state_evidence(evidence))}", anchors=False)
    _show_figures(evidence)
    names = gain_series(evidence)
    st.vega_lite_chart(
        gain_rows(evidence),
        gain_specification(names),
        key="evidence_gains",
        alt="Gain or loss since the start of the test, without a hedge and with; the table below has the figures.",
    )
    st.caption(escape(f"{evidence_tables.title_span(evidence)}. A hedge takes gains away as well as losses."))
    st.markdown("### Against other ways to hedge", anchors=False)
    st.markdown(draw_table(evidence_tables.rivals_table(evidence)))
    st.caption(escape(evidence_tables.rivals_legend(evidence)))
    for line in evidence_tables.word_accounts(evidence):
        st.markdown(escape(line))
    check = evidence.on_futures
    if check is not None:
        with st.expander("On the futures' own prices"):
            st.markdown(draw_table(evidence_tables.futures_check_table(check)))
            st.caption(escape(evidence_tables.futures_check_legend(check)))
    st.markdown("### Did what was foretold come true?", anchors=False)
    st.vega_lite_chart(
        beta_rows(evidence),
        beta_specification(),
        key="evidence_betas",
        alt="For each quarter the interval stated for beta and the beta that came; the table below has the figures.",
    )
    st.caption("Bars: where beta should lie 19 times out of 20, as stated before. Points: the beta that came.")
    st.markdown(draw_table(evidence_tables.calibration_table(evidence.calibration)))
    with st.expander("Quarter by quarter"):
        st.markdown(draw_table(evidence_tables.quarters_table(evidence)))
        st.caption("A star stands at a beta outside its interval.")
    st.markdown("### Which way of measuring beta was best here?", anchors=False)
    st.markdown(draw_table(evidence_tables.estimators_table(backtest)))
    st.markdown(escape(evidence_tables.word_estimators(backtest)))
    st.caption(escape(evidence_tables.ESTIMATORS_LEGEND))
    st.download_button(
        "backtest.json",
        lambda: to_json(backtest_document(backtest)),
        file_name="backtest.json",
        mime="application/json",
        key="download_backtest",
        on_click="ignore",
        icon=":material/download:",
        help="Everything on this page and more, for other programs.",
    )
    st.markdown("### What to know", anchors=False)
    st.markdown("\n".join(f"- {escape(in_page_words(note.message))}" for note in backtest.notes))


def _show_figures(evidence: Evidence) -> None:
    rule, calibration = evidence.rule, evidence.calibration
    with st.container(horizontal=True, gap="small"):
        show_metric(
            "Variance removed",
            to_percent(rule.hedge_effectiveness),
            tip="Hedge effectiveness: the share of the portfolio's squared ups and downs that the futures took away.",
        )
        show_metric(
            "Deepest fall",
            to_percent(rule.drawdown / evidence.value),
            below=f"{to_percent(evidence.drawdown / evidence.value)} without",
            tip="Largest loss from a high, as a share of today's value; below it the same without a hedge.",
        )
        show_metric(
            "Cost a year",
            f"{rule.basis_points_per_year:.1f} bp",
            tip="Commission, fees and spread of all trades and rolls, in hundredths of a per cent of the portfolio.",
        )
        show_metric(
            "Beta as foretold",
            f"{calibration.n_covered} of {calibration.n_quarters}",
            tip="Quarters in which the beta that came lay in the interval stated before; 19 of 20 would be right.",
        )
        show_metric(
            "Margin calls",
            f"{rule.n_called} of {len(evidence.quarters)}",
            tip="Quarters in which the cash of the futures account would not have lasted.",
        )
