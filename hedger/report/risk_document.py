"""What the hedge changes and costs, as the JSON has it: risk, margin call, costs, scenarios, and the view of stress."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hedger.risk import FAN_LEVELS

if TYPE_CHECKING:
    from hedger.hedge import HedgePlan
    from hedger.risk import (
        AccountRange,
        Costs,
        Distribution,
        MarginCall,
        OtherWay,
        PastAccount,
        PositionSize,
        Replay,
        Risk,
        Scenario,
        StressedCall,
    )

    Document = dict[str, Any]

METHOD = "filtered historical simulation"


def risk_section(risk: Risk) -> Document:
    """Return the spread of gains before and after, and what no index future removes."""
    return {
        "before": _distribution(risk.before),
        "after": _distribution(risk.after),
        "hedge_effectiveness": risk.hedge_effectiveness,
        "unhedgeable_share": risk.unhedgeable_share,
        "top_unhedgeable": [asdict(each) for each in risk.top_unhedgeable],
    }


def margin_call_section(risk: Risk) -> Document | None:
    """Return when the futures account is called for cash; ``None`` for a plan without contracts."""
    call = risk.margin_call
    return None if call is None else {**_margin_call(call), "past": [_past(each) for each in risk.past_accounts]}


def costs_section(risk: Risk, plan: HedgePlan) -> Document:
    """Return what the hedge costs, once and a year, and what else would do."""
    costs = risk.costs
    return {
        "one_off": plan.round_trip_cost,
        "per_year": costs.per_year,
        "basis_points_per_year": costs.basis_points_per_year,
        "per_roll": costs.roll,
        "rolls_per_year": costs.rolls_per_year,
        "carry_per_year": costs.carry_per_year,
        "items": _items(costs),
        "alternatives": [_other_way(each) for each in risk.other_ways],
    }


def scenarios_section(risk: Risk) -> list[Document]:
    """Return every scenario: moves of the reference index, stresses, the user's own, and crises."""
    crises = [replay for replay in risk.replays if replay.episode.kind == "crisis"]
    return [
        *(_scenario(scenario) for scenario in (*risk.scenarios, *risk.stresses)),
        *(_crisis(replay) for replay in crises),
    ]


def tax_section(risk: Risk) -> list[Document]:
    """Return the 60/40 split of the futures' gain in the moves of the reference index; empty without stated rates."""
    return [asdict(each) for each in risk.futures_tax]


def paths_section(risk: Risk) -> list[Document]:
    """Return every replayed crisis and rally close by close: gains since its start, USD."""
    return [
        {
            "name": replay.episode.name,
            "kind": replay.episode.kind,
            "sessions": replay.sessions.tolist(),
            "unhedged_pnl": replay.unhedged.tolist(),
            "hedge_pnl": replay.hedge.tolist(),
            "hedged_pnl": replay.hedged.tolist(),
        }
        for replay in risk.replays
    ]


def size_document(size: PositionSize) -> Document:
    """Return a position sized by its stop; price and margin are ``None`` where no price is known."""
    contract, quote = size.contract, size.quote
    return {
        "contract": contract.symbol,
        "name": contract.name,
        "equity": size.equity,
        "risk": size.risk,
        "stop": size.stop,
        "multiplier": contract.multiplier,
        "point_value": contract.multiplier,
        "tick_size": contract.tick_size,
        "tick_value": contract.tick_value,
        "risk_budget": size.risk_budget,
        "loss_per_contract": size.loss_per_contract,
        "contracts": size.n_contracts,
        "loss_at_stop": size.loss_at_stop,
        "contract_code": None if quote is None else quote.code,
        "price": None if quote is None else quote.price,
        "price_source": None if quote is None else quote.price_source,
        "notional": size.notional,
        "initial_margin": size.initial_margin,
        "margin_is_assumed": None if quote is None else quote.margin.is_assumed,
        "margin_source": None if quote is None else quote.margin.source,
        "notes": [{"code": note.code, "message": note.message} for note in size.notes],
    }


def _distribution(distribution: Distribution) -> Document:
    tails = distribution.tails
    return {
        "volatility": distribution.volatility,
        "value_at_risk": [
            {"level": t.level, "horizon_days": t.horizon_days, "method": METHOD, "value": t.value_at_risk}
            for t in tails
        ],
        "expected_shortfall": [
            {"level": t.level, "horizon_days": t.horizon_days, "method": METHOD, "value": t.expected_shortfall}
            for t in tails
        ],
    }


def _margin_call(call: MarginCall) -> Document:
    return {
        "buffer": call.buffer,
        "buffer_is_stated": call.is_stated,
        "buffer_origin": call.origin,
        "call_level": call.call_level,
        "call_move": call.call_move,
        "probability": [asdict(each) for each in call.chances],
        "buffer_for": [asdict(each) for each in call.needs],
        "stressed": [_stressed(each) for each in call.stressed],
        "fan": [_range(each) for each in call.fan],
        "largest_hedge": call.largest_hedge,
        "largest_hedge_fraction": call.largest_hedge_fraction,
    }


def _stressed(call: StressedCall) -> Document:
    return {
        "margin_multiplier": call.margin_multiplier,
        "cash_needed": call.cash_needed,
        "call_move": call.call_move,
        "probability": call.probability,
        "buffer_for": [asdict(each) for each in call.needs],
    }


def _range(account: AccountRange) -> Document:
    return {
        "horizon_days": account.horizon_days,
        "account": [
            {"probability": level, "value": value} for level, value in zip(FAN_LEVELS, account.quantiles, strict=True)
        ],
        "lowest": account.lowest,
    }


def _past(account: PastAccount) -> Document:
    episode = account.episode
    return {
        "name": episode.name,
        "kind": episode.kind,
        "start": episode.start,
        "end": episode.end,
        "hedge_pnl": account.pnl,
        "worst_pnl": account.worst_pnl,
        "worst_session": account.worst_session,
        "call_session": account.call_session,
        "cash_needed": account.cash_needed,
    }


def _items(costs: Costs) -> list[Document]:
    return [asdict(item) for item in costs.items]


def _other_way(way: OtherWay) -> Document:
    return asdict(way)


def _scenario(scenario: Scenario) -> Document:
    return {
        "name": scenario.name,
        "group": scenario.group,
        "kind": scenario.kind,
        "shocks": dict(scenario.shocks),
        "unhedged_pnl": scenario.unhedged_pnl,
        "hedge_pnl": scenario.hedge_pnl,
        "hedged_pnl": scenario.hedged_pnl,
        "unhedged_low": scenario.unhedged_low,
        "unhedged_high": scenario.unhedged_high,
        "hedged_low": scenario.hedged_low,
        "hedged_high": scenario.hedged_high,
        "takes_several_sessions": scenario.takes_several_sessions,
        "notes": list(scenario.notes),
    }


def _crisis(replay: Replay) -> Document:
    """Return a crisis in the form of a scenario; what happened has no interval."""
    return {
        "name": replay.episode.name,
        "group": "crisis",
        "kind": "crisis",
        "shocks": dict(replay.shocks),
        "unhedged_pnl": replay.unhedged_pnl,
        "hedge_pnl": replay.hedge_pnl,
        "hedged_pnl": replay.hedged_pnl,
        "unhedged_low": None,
        "unhedged_high": None,
        "hedged_low": None,
        "hedged_high": None,
        "takes_several_sessions": True,
        "notes": list(replay.notes),
        "start": replay.episode.start,
        "end": replay.episode.end,
        "n_real": replay.n_real,
        "n_by_beta": len(replay.by_beta),
        "by_beta": list(replay.by_beta),
    }
