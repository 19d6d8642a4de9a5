"""The body of the page "Risk": what crises and other shocks would do, how gains spread, and what no index hedges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.report import money_tables, to_day, to_dollars, to_index_title, to_percent
from hedger.ui.risk_charts import (
    account_rows,
    account_specification,
    path_rows,
    path_specification,
    tail_name,
    tail_rows,
    tail_specification,
)
from hedger.ui.risk_scenarios import ask_scenarios
from hedger.ui.tables import draw_table, markdown_table, show_metric
from hedger.ui.wording import escape, message_of
from hedger.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.advice import Advice
    from hedger.risk import Replay, Scenario

PNL_HEADINGS = ("Without hedge", "Futures", "With hedge")


def show_risk(advice: Advice) -> None:
    """Show what the hedge changes, beyond the moves of its own index."""
    _show_figures(advice)
    if advice.risk.replays:
        _show_episodes(advice)
    _show_scenarios(advice)
    _show_spread(advice)
    _show_own_risk(advice)


def _show_figures(advice: Advice) -> None:
    risk = advice.risk
    base = advice.exposure.book.beta_base
    with st.container(horizontal=True, gap="small"):
        show_metric(
            "Volatility a year",
            _change(
                to_percent(risk.before.volatility / base, places=1), to_percent(risk.after.volatility / base, places=1)
            ),
            below=_change(to_dollars(risk.before.volatility), to_dollars(risk.after.volatility)),
            tip="How much the value spreads in a year (one standard deviation), without and with the hedge.",
        )
        for before, after in list(zip(risk.before.tails, risk.after.tails, strict=True))[:2]:
            show_metric(
                f"Loss, {tail_name(before)}",
                to_dollars(after.value_at_risk),
                below=f"{to_dollars(before.value_at_risk)} without",
                tip=f"Value at risk of one session at {to_percent(before.level)}, with the hedge and without it.",
            )
        show_metric(
            "Beyond any index",
            to_percent(risk.unhedgeable_share),
            tip="Share of the portfolio's variance that comes from its own holdings: no index future removes it.",
        )


def _change(before: str, after: str) -> str:
    return f"{before} → {after}"


def _show_episodes(advice: Advice) -> None:
    """Show past crises and rallies with today's holdings: one of them day by day, all of them as a table."""
    replays = {_episode_name(replay): replay for replay in advice.risk.replays}
    st.markdown("## Past crises and rallies with today's holdings", anchors=False)
    first = max(replays, key=lambda name: (replays[name].n_real, -replays[name].unhedged_pnl))
    name = st.selectbox(
        "Episode",
        list(replays),
        index=list(replays).index(first),
        key="episode",
        persist_state="session",
        help="It begins with the costliest one that most of the holdings went through themselves.",
    )
    replay = replays[name]
    start, end = to_day(replay.episode.start), to_day(replay.episode.end)
    st.vega_lite_chart(
        path_rows(replay),
        path_specification(replay),
        key="path",
        alt=f"Gain or loss from {start} to {end} without the hedge, with it, and of the futures alone; "
        "the table below has the results.",
    )
    st.caption(escape(" ".join((f"{start} to {end}: gain or loss since its first close.", *replay.notes))))
    call = advice.risk.margin_call
    if call is not None:
        _show_account(advice, replay)
    headings = ("Episode", to_index_title(advice.plan.reference_index), *PNL_HEADINGS, "Own prices")
    st.markdown(markdown_table(headings, [_episode_row(advice, each) for each in replays.values()]))
    if any(each.by_beta for each in replays.values()):
        st.caption(
            "Own prices: holdings that move as they did then. The others did not trade at both ends, or have no closes "
            "here, and move by their beta to the index of the hedge."
        )


def _show_account(advice: Advice, replay: Replay) -> None:
    call, episode = advice.risk.margin_call, replay.episode
    past = next((each for each in advice.risk.past_accounts if each.episode == episode), None)
    if call is None or past is None:
        return
    st.vega_lite_chart(
        account_rows(replay, advice.plan, call),
        account_specification(replay),
        key="account_path",
        alt="What the futures account would have held before further cash is paid in, and the line below which the "
        "broker calls; the sentence below has the numbers.",
    )
    words = f"The futures account begins with {to_dollars(advice.plan.initial_margin + call.buffer)}. "
    if past.worst_pnl < 0:
        words += f"On {to_day(past.worst_session)}, at worst, it has lost {to_dollars(-past.worst_pnl)}. "
    if past.call_session is None:
        words += "It is never called for cash."
    else:
        words += (
            f"The first call comes on {to_day(past.call_session)}; {to_dollars(past.cash_needed)} must be paid in "
            "to keep the hedge."
        )
    st.caption(escape(words))


def _episode_name(replay: Replay) -> str:
    episode = replay.episode
    return f"Rally {episode.name}" if episode.kind == "rally" else episode.name


def _episode_row(advice: Advice, replay: Replay) -> tuple[str, ...]:
    return (
        _episode_name(replay),
        to_percent(dict(replay.shocks)[advice.plan.reference_index], is_change=True),
        *(to_dollars(amount, is_change=True) for amount in (replay.unhedged_pnl, replay.hedge_pnl, replay.hedged_pnl)),
        f"{replay.n_real} of {replay.n_real + len(replay.by_beta)}",
    )


def _show_scenarios(advice: Advice) -> None:
    own = [each for each in advice.risk.stresses if each.group == "stated"]
    shipped = [each for each in advice.risk.stresses if each.group != "stated"]
    st.markdown("## Scenarios", anchors=False)
    if own:
        st.markdown("### Your own", anchors=False)
        _show_table(own)
    ask_scenarios(advice)
    st.markdown("### If something goes wrong", anchors=False)
    _show_table(shipped)


def _show_table(scenarios: Sequence[Scenario]) -> None:
    rows = [_scenario_row(scenario) for scenario in scenarios]
    st.markdown(markdown_table(("Scenario", *PNL_HEADINGS, "With hedge, 95% range"), rows))
    _show_remarks(scenarios)


def _scenario_row(scenario: Scenario) -> tuple[str, ...]:
    low, high = scenario.hedged_low, scenario.hedged_high
    amounts = (scenario.unhedged_pnl, scenario.hedge_pnl, scenario.hedged_pnl)
    words = [to_dollars(amount, is_change=True) for amount in amounts]
    spread = f"{to_dollars(low, is_change=True)} to {to_dollars(high, is_change=True)}" if low < high else ""
    return (scenario.name, *words, spread)


def _show_remarks(scenarios: Sequence[Scenario]) -> None:
    """Show what a reader must know of scenarios, each remark once with the scenarios that it is for."""
    named: dict[str, list[str]] = {}
    for scenario in scenarios:
        for remark in scenario.notes:
            named.setdefault(remark, []).append(scenario.name)
    if named:
        st.caption("\n".join(f"- {escape(join_words(names))}: {escape(remark)}" for remark, names in named.items()))


def _show_spread(advice: Advice) -> None:
    """Show the spread of gains before and after: chart, and every figure."""
    before, after = advice.risk.before, advice.risk.after
    st.markdown("## How gains spread, without and with the hedge", anchors=False)
    if before.tails:
        st.vega_lite_chart(
            tail_rows(before, after),
            tail_specification(),
            key="tails",
            alt="Losses that are exceeded once in 20 and once in 100 times, over 1 and 10 sessions, without and with "
            "the hedge; the table below has the numbers.",
        )
    else:
        st.info("The record is too short to say how large losses may become.", icon=":material/info:")
    rows = [("Volatility a year", to_dollars(before.volatility), to_dollars(after.volatility))]
    for one, other in zip(before.tails, after.tails, strict=True):
        rows += [
            (f"Loss exceeded: {tail_name(one)}", to_dollars(one.value_at_risk), to_dollars(other.value_at_risk)),
            ("Mean loss when it is", to_dollars(one.expected_shortfall), to_dollars(other.expected_shortfall)),
        ]
    rows.append(("Variance removed", "", to_percent(advice.risk.hedge_effectiveness)))
    st.markdown(markdown_table(("", "Without hedge", "With hedge"), rows))
    st.caption(
        "What today's holdings and contracts would have gained in the past five years, scaled to today's volatility "
        "(filtered historical simulation): value at risk and expected shortfall at 95% and 99%."
    )


def _show_own_risk(advice: Advice) -> None:
    """Show what no index future removes, who carries it, and what would help."""
    risk = advice.risk
    st.markdown("## What cannot be hedged, and why", anchors=False)
    warning = message_of(risk.notes, "hard_to_hedge")
    if warning is not None:
        st.warning(escape(warning), icon=":material/warning:")
    st.markdown(
        escape(
            f"{to_percent(risk.unhedgeable_share)} of this portfolio's variance does not move with any index: news of "
            "single companies and of their industries. Index futures leave it as it is."
        )
    )
    if risk.top_unhedgeable:
        st.markdown(draw_table(money_tables.own_risk_table(risk)))
        st.caption(
            "Holdings that carry most of it. Less of them, or options on them, would do what index futures cannot."
        )
