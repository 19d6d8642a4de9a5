"""What the hedge costs beside other ways, the days to know, and a pointer to tax: parts of "Margin and cost"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from hedger.contracts import read_contract_code
from hedger.report import calendar_document, money_tables, to_day, to_dollars, to_percent
from hedger.ui.tables import draw_table, markdown_table, show_metric
from hedger.ui.wording import escape, message_of

if TYPE_CHECKING:
    from hedger.advice import Advice

_KINDS = {"one_off": "Once", "roll": "Rolls, a year", "carry": "Carry, a year"}


def show_costs(advice: Advice) -> None:
    """Show what the hedge costs once, at each roll and a year, part by part, and what else would do."""
    costs = advice.risk.costs
    st.markdown("## What it costs", anchors=False)
    with st.container(horizontal=True, gap="small"):
        show_metric(
            "Once",
            to_dollars(costs.one_off, places=2),
            tip="Commission, fees and spread of the orders, in and out again.",
        )
        show_metric(
            "Each roll",
            to_dollars(costs.roll, places=2),
            tip="To the next expiry, about once a quarter.",
        )
        show_metric(
            "Carry a year",
            to_dollars(costs.carry_per_year),
            tip="Dividends owed less interest received; negative is a gain.",
        )
        show_metric(
            "All, a year",
            to_dollars(costs.per_year),
            below=f"{costs.basis_points_per_year:+,.1f} bp",
            tip="Rolls and carry, in USD and in hundredths of a per cent (bp) of the portfolio. Negative is a gain.",
        )
    rows = [
        (_KINDS[item.kind], item.name, to_dollars(item.amount, places=2), item.as_of or "not dated")
        for item in costs.items
    ]
    st.markdown(markdown_table(("When", "What", "Cost", "As of"), rows, n_text=2))
    st.caption("Positive is a cost, negative a gain: short futures earn about the interest and owe the dividends.")
    with st.expander("Sources of these figures"):
        sources = dict.fromkeys(f"- {escape(item.name)}: {escape(item.source)}" for item in costs.items)
        st.markdown("\n".join(sources))
    if advice.risk.other_ways:
        _show_other_ways(advice)


def _show_other_ways(advice: Advice) -> None:
    st.markdown("### What else would do", anchors=False)
    st.markdown(draw_table(money_tables.other_ways_table(advice)))
    remarks = [
        f"- **{escape(money_tables.title_way(way.name))}**: {escape(way.remark)} {escape(way.source)}."
        for way in advice.risk.other_ways
    ]
    st.markdown("\n".join(remarks))


def show_calendar(advice: Advice) -> None:
    """Show when the contracts expire and are rolled, what a roll costs, the review, and days without trading."""
    days = calendar_document(advice)
    roll_cost = {quote.symbol: quote.roll_cost for quote in advice.quotes}
    roots = [read_contract_code(each["contract_code"], advice.as_of).symbol for each in days["expiries"]]
    st.markdown("## Calendar", anchors=False)
    rows = [
        (
            each["contract_code"],
            f"{each['quantity']:+,}",
            to_day(each["roll_date"]),
            each["next_contract_code"],
            to_dollars(abs(each["quantity"]) * roll_cost[root], places=2),
            to_day(each["last_trading_day"]),
        )
        for root, each in zip(roots, days["expiries"], strict=True)
    ]
    headings = ("Contract", "Held", "Roll on", "into", "Cost of the roll", "Last trading day")
    st.markdown(markdown_table(headings, rows))
    st.markdown(escape(f"Look at the plan again on {to_day(days['review_date'])}."))
    if days["closures"]:
        words = "; ".join(_closure(each) for each in days["closures"])
        st.caption(escape(f"New York Stock Exchange until then: {words}."))


def _closure(closure: dict[str, Any]) -> str:
    reason = f" ({closure['reason']})" if closure["reason"] else ""
    if closure["closes_at"] is None:
        return f"closed on {to_day(closure['date'])}{reason}"
    return f"closes at {closure['closes_at']} on {to_day(closure['date'])}{reason}"


def kept_rates() -> dict[str, Any]:
    """Return gain and tax rates of the visit by field of :class:`hedger.settings.Settings`."""
    gain = st.session_state.get("unrealised_gain")
    long_term, short_term = (st.session_state.get(key) for key in ("long_term_tax", "short_term_tax"))
    return {
        "unrealised_gain": gain,
        "long_term_tax": None if long_term is None else long_term / 100.0,
        "short_term_tax": None if short_term is None else short_term / 100.0,
    }


def show_tax(advice: Advice) -> None:
    """Ask for tax rates, and show what they make of the futures' gains in each move of the index."""
    st.markdown("## Tax (United States)", anchors=False)
    st.caption("Gains of index futures count 60% as long-term and 40% as short-term. A pointer, never advice.")
    with st.container(horizontal=True):
        for label, key in (("Long-term rate, %", "long_term_tax"), ("Short-term rate, %", "short_term_tax")):
            st.number_input(
                label, min_value=0.0, max_value=100.0, value=None, step=1.0, format="%.1f", key=key,
                persist_state="session", placeholder="not stated", width=200,
            )  # fmt: skip
        st.number_input(
            "Unrealised gain, USD",
            value=None,
            step=1000.0,
            format="%.0f",
            key="unrealised_gain",
            persist_state="session",
            placeholder="not stated",
            width=220,
            help="Of the whole portfolio: what selling instead of hedging would be taxed on.",
        )
    close = message_of(advice.risk.notes, "tax_close_tracking")
    if close is not None:
        st.warning(escape(close), icon=":material/account_balance:")
    if advice.risk.futures_tax:
        st.markdown(draw_table(money_tables.futures_tax_table(advice.risk)))
        st.caption(f"At {to_percent(advice.settings.long_term_tax)} and {to_percent(advice.settings.short_term_tax)}.")
