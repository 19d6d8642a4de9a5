"""The body of the page "Margin and cost": when the broker calls for cash, what the hedge costs, the days to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.report import money_tables, to_day, to_dollars, to_index_title, to_percent
from hedger.risk import ACCEPTED
from hedger.ui.money_charts import fan_rows, fan_specification
from hedger.ui.money_costs import show_calendar, show_costs, show_tax
from hedger.ui.money_figures import ask_fees, ask_margins
from hedger.ui.remedies import in_page_words
from hedger.ui.tables import draw_table, markdown_table, show_metric
from hedger.ui.wording import escape
from hedger.wording import plural

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.risk import MarginCall

_ORIGINS = {
    "stated": "as you state",
    "cash": "cash in the file",
    "no_cash": "no cash in the file",
    "cash_below_margin": "cash below margin",
}


def show_money(advice: Advice) -> None:
    """Show the cash that the futures account needs, the costs, the calendar, and the figures all that rests on."""
    if advice.risk.margin_call is None:
        st.info("The plan holds no contracts: it needs no margin and costs nothing.", icon=":material/info:")
    else:
        _show_lens(advice, advice.risk.margin_call)
        _show_past(advice)
        show_costs(advice)
        show_calendar(advice)
    doubts = [f"- {escape(in_page_words(note.message))}" for note in advice.quote_notes]
    st.markdown("\n".join(["## Your broker's figures\n", *doubts]), anchors=False)
    ask_margins(advice)
    ask_fees(advice)
    show_tax(advice)


def _show_lens(advice: Advice, call: MarginCall) -> None:
    plan = advice.plan
    st.markdown("## When the broker calls for cash", anchors=False)
    chance = call.chances[-1]
    words = escape(_call_sentence(advice, call))
    if chance.probability > ACCEPTED:
        st.warning(words, icon=":material/warning:")
    else:
        st.success(words, icon=":material/check_circle:")
    with st.container(horizontal=True, gap="small"):
        show_metric("Initial margin", to_dollars(plan.initial_margin))
        show_metric(
            "Buffer",
            to_dollars(call.buffer),
            below=_ORIGINS[call.origin],
            tip="Cash in the futures account beyond initial margin. State your own under Change the hedge.",
        )
        show_metric(
            "Chance of a call",
            to_percent(chance.probability),
            below=f"{to_percent(chance.simulated)} in past windows",
            tip=f"Within {plural(chance.horizon_days, 'session')}, by formula; below it the share of past windows.",
        )
        show_metric(
            f"Buffer for {to_percent(ACCEPTED)}",
            to_dollars(call.need(ACCEPTED, chance.horizon_days)),
            tip="Cash beyond initial margin that leaves this chance of a call within a quarter.",
        )
        show_metric(
            "Hedge it carries",
            to_percent(call.largest_hedge_fraction),
            below=f"{to_percent(call.largest_hedge)} of this one",
            tip="Share of the index risk that the same cash would carry through a quarter with a chance of 95%.",
        )
    st.vega_lite_chart(
        fan_rows(plan, call),
        fan_specification(),
        key="fan",
        alt="Where the futures account may stand over the next 63 sessions, and the line below which the broker calls "
        "for cash; the table below has the numbers.",
    )
    st.caption(
        "Before any call is paid, and without a trend of the market. Inner band: the middle half of all courses; outer "
        "band: 9 in 10. In 19 of 20 courses no close until then lies below the dotted line: where it crosses the call "
        "line, the chance of a call has reached 5%."
    )
    st.markdown(draw_table(money_tables.call_chances_table(call)))
    st.markdown(_fan_table(call))
    st.markdown("### If margins rise", anchors=False)
    st.markdown(draw_table(money_tables.raised_margins_table(call)))
    st.caption("From January to March 2020 the exchange raised them 1.8 to 2.2 times.")


def _call_sentence(advice: Advice, call: MarginCall) -> str:
    """Say at which move a call comes, how likely that is, and what would carry the hedge."""
    title, chance = to_index_title(advice.plan.reference_index), call.chances[-1]
    if call.call_move is None or call.call_level is None:
        words = f"With a buffer of {to_dollars(call.buffer)} no move of the {title} alone brings a call for cash."
    else:
        verb = "rises" if call.call_move >= 0 else "falls"
        words = (
            f"With a buffer of {to_dollars(call.buffer)} the broker calls for cash when the {title} {verb} by "
            f"{to_percent(abs(call.call_move), places=1)}, to {call.call_level:,.0f}."
        )
    words += f" Chance within a quarter: {to_percent(chance.probability)}."
    if chance.probability > ACCEPTED:
        words += (
            f" To make that {to_percent(ACCEPTED)}, hold {to_dollars(call.need(ACCEPTED, chance.horizon_days))}, or "
            f"lower the hedge to {to_percent(call.largest_hedge)} of these contracts."
        )
    return words if call.is_stated else f"{words} State your own buffer under Change the hedge."


def _fan_table(call: MarginCall) -> str:
    horizons = {each.horizon_days for each in call.chances}
    rows = []
    for at in call.fan:
        if at.horizon_days in horizons:
            low, _, middle, _, high = at.quantiles
            rows.append(
                (plural(at.horizon_days, "session"), *(to_dollars(each) for each in (high, middle, low, at.lowest)))
            )
    headings = ("Account after", "1 in 20 above", "Middle", "1 in 20 below", "Lowest until then, 1 in 20")
    return markdown_table(headings, rows)


def _show_past(advice: Advice) -> None:
    if not advice.risk.past_accounts:
        return
    st.markdown("### What this account would have gone through", anchors=False)
    rows = [
        (
            f"Rally {each.episode.name}" if each.episode.kind == "rally" else each.episode.name,
            to_dollars(each.pnl, is_change=True),
            to_dollars(each.worst_pnl, is_change=True),
            to_day(each.worst_session),
            "never" if each.call_session is None else to_day(each.call_session),
            to_dollars(each.cash_needed),
        )
        for each in advice.risk.past_accounts
    ]
    headings = ("Episode", "Futures", "At worst", "on", "First call", "Cash to pay in")
    st.markdown(markdown_table(headings, rows))
    st.caption("Today's contracts at today's notional and margins. The page Risk shows each day by day.")
