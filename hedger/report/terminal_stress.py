"""A plan under stress: what may go wrong, past crises with today's book, and the cash that the futures would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.report import money_tables
from hedger.report.terminal import answer, bullet_list, draw_table, number_table, paragraph, section
from hedger.report.words import ALARMS, BUFFER_ORIGINS, UNKNOWN, to_dollars, to_index_title, to_percent
from hedger.risk import SEVERAL_SESSIONS
from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from hedger.advice import Advice
    from hedger.risk import MarginCall, PositionSize, Replay, Scenario

SHOWN_ELSEWHERE = (*ALARMS, "buffer_assumed", "buffer_too_small")
"""Codes of notes whose facts have a place of their own in the view."""


def stress_view(advice: Advice) -> RenderableType:
    """Return the view of a plan under stress; every number of it is a field of the advice."""
    return Group(*_parts(advice))


def size_view(size: PositionSize) -> RenderableType:
    """Return the view of a position sized by its stop."""
    contract = size.contract
    lead = f"At most {plural(size.n_contracts, f'{contract.symbol} contract')}: "
    if size.n_contracts:
        lead += f"a stop {_points(size.stop)} away costs {to_dollars(size.loss_at_stop, places=2)}."
    else:
        lead += f"one already loses {to_dollars(size.loss_per_contract, places=2)} at a stop {_points(size.stop)} away."
    rows = [
        ("May be lost", f"{to_dollars(size.risk_budget, places=2)} ({to_percent(size.risk, places=2)} of the equity)"),
        ("Lost by one contract at the stop", to_dollars(size.loss_per_contract, places=2)),
        ("Initial margin", _sized_margin(size)),
        ("Value of the position", _sized_value(size)),
        ("Value of a point", to_dollars(contract.multiplier, places=2)),
        ("Value of a tick", f"{to_dollars(contract.tick_value, places=2)} ({_points(contract.tick_size)})"),
    ]
    return Group(
        paragraph(lead, style="bold"),
        section(contract.name, number_table("", "", rows=rows)),
        bullet_list([*(note.message for note in size.notes), "Without fees, and without gaps through the stop."]),
    )


def _sized_value(size: PositionSize) -> str:
    if size.quote is None or size.notional is None:
        return UNKNOWN
    return f"{to_dollars(size.notional)} (at {size.quote.price:,.2f} points)"


def _sized_margin(size: PositionSize) -> str:
    if size.quote is None or size.initial_margin is None:
        return UNKNOWN
    margin = size.quote.margin
    remark = "assumed" if margin.is_assumed else f"of {margin.as_of}"
    return f"{to_dollars(size.initial_margin)} ({remark})"


def _points(distance: float | None) -> str:
    if distance is None:
        return UNKNOWN
    return f"{distance:g} point{'' if distance == 1 else 's'}"


def _parts(advice: Advice) -> Iterator[RenderableType]:
    risk = advice.risk
    yield answer(advice)
    title = to_index_title(advice.plan.reference_index)
    yield section(f"If the {title} moves", *_index_moves(advice))
    yield section("If something goes wrong", *_stresses(risk.stresses))
    crises = [replay for replay in risk.replays if replay.episode.kind == "crisis"]
    if crises:
        yield section(
            "Past crises with today's holdings and contracts", *_crises(crises, len(advice.exposure.book.holdings))
        )
    if risk.margin_call is not None:
        yield section("Cash that the futures account may take", *_margin_call(advice, risk.margin_call))
    if risk.past_accounts:
        yield section("What that account would have gone through", *_past_accounts(advice))
    if risk.top_unhedgeable:
        yield section("Risk that no index future removes", *_own_risk(advice))
    if risk.other_ways or risk.costs.items:
        yield section("What it costs, and what else would do", *_costs(advice))
    if risk.futures_tax:
        yield section(
            "Tax on the futures (United States, never advice)", draw_table(money_tables.futures_tax_table(risk))
        )
    notes = [note.message for note in advice.notes if note.code not in SHOWN_ELSEWHERE]
    yield section("Worth knowing", bullet_list(notes))


def _index_moves(advice: Advice) -> Iterator[RenderableType]:
    """Show moves of the reference index, each with the range that the beta of the next quarter leaves."""
    rows = [
        (
            to_percent(dict(scenario.shocks)[advice.plan.reference_index], is_change=True) + _mark(scenario),
            *_gains(scenario),
            f"{to_dollars(scenario.hedged_low, is_change=True)} to {to_dollars(scenario.hedged_high, is_change=True)}",
        )
        for scenario in advice.risk.scenarios
    ]
    yield number_table("index", "portfolio", "futures", "together", "95% range of beta", rows=rows)
    yield from _footnote(advice.risk.scenarios)


def _stresses(scenarios: Sequence[Scenario]) -> Iterator[RenderableType]:
    moving = [scenario for scenario in scenarios if scenario.unhedged_pnl or scenario.hedge_pnl]
    rows = [(scenario.name + _mark(scenario), *_gains(scenario)) for scenario in moving]
    yield number_table("scenario", "portfolio", "futures", "together", rows=rows)
    yield from _footnote(moving)
    for scenario in scenarios:
        if scenario not in moving:  # what changes no value, such as raised margins, is told in words
            yield paragraph(f"{scenario.name}: {' '.join(scenario.notes)}")


def _gains(scenario: Scenario) -> tuple[str, ...]:
    amounts = (scenario.unhedged_pnl, scenario.hedge_pnl, scenario.hedged_pnl)
    return tuple(to_dollars(amount, is_change=True) for amount in amounts)


def _mark(scenario: Scenario) -> str:
    return "*" if scenario.takes_several_sessions else ""


def _footnote(scenarios: Sequence[Scenario]) -> Iterator[RenderableType]:
    if any(scenario.takes_several_sessions for scenario in scenarios):
        yield paragraph(f"* {SEVERAL_SESSIONS}")


def _crises(crises: list[Replay], n_holdings: int) -> Iterator[RenderableType]:
    rows = [
        (
            replay.episode.name,
            f"{replay.n_real} of {n_holdings}",
            to_dollars(replay.unhedged_pnl, is_change=True),
            to_dollars(replay.hedge_pnl, is_change=True),
            to_dollars(replay.hedged_pnl, is_change=True),
        )
        for replay in crises
    ]
    yield number_table("crisis", "own prices", "portfolio", "futures", "together", rows=rows)
    if any(replay.by_beta for replay in crises):
        yield paragraph(
            "Holdings without prices of their own in a crisis move by their beta to the index of the hedge."
        )


def _margin_call(advice: Advice, call: MarginCall) -> Iterator[RenderableType]:
    title = to_index_title(advice.plan.reference_index)
    origin = BUFFER_ORIGINS[call.origin]
    if call.call_move is None or call.call_level is None:
        yield paragraph(f"With a buffer of {to_dollars(call.buffer)} ({origin}) no move of the {title} brings a call.")
    else:
        yield paragraph(
            f"With a buffer of {to_dollars(call.buffer)} ({origin}) a margin call comes when the {title} moves by "
            f"{to_percent(call.call_move, places=1, is_change=True)}, to {call.call_level:,.0f}."
        )
    yield draw_table(money_tables.call_chances_table(call))
    yield paragraph(f"Should margins rise, and a call within {call.chances[-1].horizon_days} sessions:")
    yield draw_table(money_tables.raised_margins_table(call))
    if call.largest_hedge < 1:
        yield paragraph(
            f"The same cash would carry {to_percent(call.largest_hedge)} of these contracts through a quarter "
            "with a chance of 95%."
        )


def _past_accounts(advice: Advice) -> Iterator[RenderableType]:
    rows = [
        (
            f"Rally {account.episode.name}" if account.episode.kind == "rally" else account.episode.name,
            to_dollars(account.pnl, is_change=True),
            to_dollars(account.worst_pnl, is_change=True),
            account.call_session.isoformat() if account.call_session else UNKNOWN,
            to_dollars(account.cash_needed),
        )
        for account in advice.risk.past_accounts
    ]
    yield number_table("episode", "futures", "worst", "first call", "cash to add", rows=rows)


def _own_risk(advice: Advice) -> Iterator[RenderableType]:
    risk = advice.risk
    yield paragraph(f"{to_percent(risk.unhedgeable_share)} of the variance; most of it comes from")
    yield draw_table(money_tables.own_risk_table(risk))


def _costs(advice: Advice) -> Iterator[RenderableType]:
    costs = advice.risk.costs
    yield draw_table(money_tables.other_ways_table(advice))
    carry = f" and {to_dollars(costs.carry_per_year)} for dividends less interest" if costs.carry_per_year else ""
    yield paragraph(f"These futures: {to_dollars(costs.rolls_per_year)} a year for rolls{carry}.")
    for way in advice.risk.other_ways:
        yield paragraph(f"{money_tables.title_way(way.name)}: {way.remark}")
