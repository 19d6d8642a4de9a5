"""The decision as a part of the plan's document: orders, positions, proof, alternatives, and what it was judged by."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.hedge import HedgePlan, Order

Document = dict[str, Any]


def plan_section(plan: HedgePlan, *, is_tradable: bool) -> Document:
    """Return what to trade, what that leaves, and why it is this plan and no other.

    Parameters
    ----------
    plan
        The hedge.
    is_tradable
        Whether every order is in a contract that is listed on the day.
    """
    return {
        "is_tradable": is_tradable,
        "hedge_fraction": plan.hedge_fraction,
        "orders": [_order(order) for order in plan.orders],
        "positions": [_position(order) for order in plan.positions],
        "target_notional": dict(plan.target_notional),
        "hedge_notional": plan.hedge_notional,
        "achieved_hedge_fraction": plan.achieved_hedge_fraction,
        "beta_before": plan.beta_before,
        "beta_after": plan.beta_after,
        "beta_after_low": plan.beta_after_low,
        "beta_after_high": plan.beta_after_high,
        "beta_dollars": plan.beta_dollars,
        "residual_beta_dollars": plan.residual_beta_dollars,
        "tracking_risk": plan.tracking_risk,
        "best_tracking_risk": plan.best_tracking_risk,
        "bound": plan.bound,
        "is_optimal": plan.is_optimal,
        "n_nodes": plan.n_nodes,
        "initial_margin": plan.initial_margin,
        "maintenance_margin": plan.maintenance_margin,
        "round_trip_cost": plan.round_trip_cost,
        "objective": plan.objective,
        "comparison": _comparison(plan),
        "binding_limits": [asdict(limit) for limit in plan.binding_limits],
        "alternatives": [
            {
                "orders": _trades(alternative.positions, plan),
                "positions": [{"symbol": symbol, "quantity": held} for symbol, held in alternative.positions],
                "tracking_risk": alternative.tracking_risk,
                "round_trip_cost": alternative.round_trip_cost,
                "initial_margin": alternative.initial_margin,
                "labels": list(alternative.labels),
            }
            for alternative in plan.alternatives
        ],
        "index_test": _index_test(plan),
        "leg_test": [{**asdict(step), "indices": list(step.indices)} for step in plan.leg_test],
    }


def _comparison(plan: HedgePlan) -> Document | None:
    """Return the plans of both objectives; ``None`` where the plan is that of least variance."""
    comparison = plan.comparison
    if comparison is None:
        return None
    return {
        "level": comparison.level,
        "first_session": comparison.first_session,
        "last_session": comparison.last_session,
        "n_scenarios": comparison.n_scenarios,
        "fraction": comparison.fraction,
        "tolerance": comparison.tolerance,
        "least_shortfall": comparison.least_shortfall,
        "bound": comparison.bound,
        "unhedged_shortfall": comparison.unhedged_shortfall,
        "unhedged_book_shortfall": comparison.unhedged_book_shortfall,
        "outcomes": [
            {
                "objective": outcome.objective,
                "orders": _trades(outcome.positions, plan),
                "positions": [{"symbol": symbol, "quantity": held} for symbol, held in outcome.positions],
                "expected_shortfall": outcome.expected_shortfall,
                "book_shortfall": outcome.book_shortfall,
                "tracking_risk": outcome.tracking_risk,
                "initial_margin": outcome.initial_margin,
                "round_trip_cost": outcome.round_trip_cost,
            }
            for outcome in comparison.outcomes
        ],
    }


def _index_test(plan: HedgePlan) -> Document | None:
    """Return what each index alone would have removed in past quarters; ``None`` where the history is too short."""
    test = plan.index_test
    if test is None:
        return None
    return {
        "first_session": test.first_session,
        "last_session": test.last_session,
        "n_quarters": test.n_quarters,
        "removed": [{"index": name, "share": share} for name, share in test.removed],
    }


def _trades(positions: Sequence[tuple[str, int]], plan: HedgePlan) -> list[Document]:
    """Return the trades that lead from what is held before the plan to `positions`."""
    held = {order.quote.symbol: order.held_after - order.quantity for order in plan.positions}
    after = dict(positions)
    trades = {symbol: after.get(symbol, 0) - held.get(symbol, 0) for symbol in {**after, **held}}
    return [{"symbol": symbol, "quantity": quantity} for symbol, quantity in trades.items() if quantity]


def _order(order: Order) -> Document:
    quote = order.quote
    return {
        "symbol": quote.symbol,
        "contract_code": quote.code,
        "index": quote.index,
        "last_trading_day": quote.last_trading_day,
        "quantity": order.quantity,
        "held_after": order.held_after,
        "price": quote.price,
        "price_source": quote.price_source,
        "multiplier": quote.contract.multiplier,
        "notional": order.notional,
        "initial_margin": order.initial_margin,
        "maintenance_margin": order.maintenance_margin,
        "cost": order.cost,
        "exchange": quote.contract.exchange,
        "margin_as_of": quote.margin.as_of,
        "margin_source": quote.margin.source,
        "margin_is_assumed": quote.margin.is_assumed,
        "fees_source": quote.fees.source,
    }


def _position(order: Order) -> Document:
    """Return what is held of one contract after the orders, and what one contract takes."""
    quote = order.quote
    return {
        "symbol": quote.symbol,
        "contract_code": quote.code,
        "index": quote.index,
        "quantity": order.held_after,
        "quantity_before": order.held_after - order.quantity,
        "price": quote.price,
        "multiplier": quote.contract.multiplier,
        "notional": order.held_after * quote.notional,
        "contract_initial_margin": quote.margin.initial,
        "contract_maintenance_margin": quote.margin.maintenance,
        "contract_cost": quote.round_trip_cost,
    }
