"""A review to the JSON that other programs rely on; units as in a plan's."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hedger.report.document import plan_document
from hedger.report.review_words import state_review

if TYPE_CHECKING:
    from hedger.exposure import HeldFuture
    from hedger.review import Contribution, Drift, EarlierPlan, FuturesGain, Outcome, Review, Trade

    Document = dict[str, Any]

REVIEW_SCHEMA = "hedger.review/1"


def review_document(review: Review) -> Document:
    """Return the whole review, with the plan that is optimal today."""
    today = plan_document(review.advice)
    reasons = {trade.reason for trade in review.trades}
    return {
        "schema": REVIEW_SCHEMA,
        "version": today["version"],
        "as_of": today["as_of"],
        "inputs_hash": today["inputs_hash"],
        "verdict": {
            "action": "trade" if "adjust" in reasons else "roll" if reasons else "none",
            "sentence": state_review(review),
        },
        "earlier": _earlier(review.earlier),
        "portfolio": today["portfolio"],
        "prices": today["prices"],
        "policy": today["policy"],
        "changed_choices": list(review.changed_choices),
        "held": {
            "source": review.held.says,
            "contracts": [_held(each) for each in review.held.held],
            "expired": [_held(each) for each in review.held.gone],
        },
        "drift": _drift(review.drift),
        "bands": _bands(review),
        "trades": [_trade(each) for each in review.trades],
        "cost": review.cost,
        "outcome": _outcome(review.outcome),
        "plan": today["plan"],
        "calendar": today["calendar"],
        "notes": [*(asdict(note) for note in review.notes), *today["notes"]],
    }


def _earlier(plan: EarlierPlan) -> Document:
    return {
        "name": plan.name,
        "as_of": plan.as_of,
        "last_session": plan.last_session,
        "reference_index": plan.reference_index,
        "market_value": plan.book.market_value,
        "beta_before": plan.beta,
        "low": plan.low,
        "high": plan.high,
        "beta_after": plan.beta_after,
        "positions": [
            {
                "symbol": each.future.symbol,
                "contract_code": each.future.code,
                "last_trading_day": each.future.last_trading_day,
                "quantity": each.quantity,
                "quantity_before": each.quantity_before,
                "price": each.price,
            }
            for each in plan.positions
        ],
    }


def _held(each: HeldFuture) -> Document:
    return {
        "symbol": each.future.symbol,
        "contract_code": each.future.code,
        "quantity": each.quantity,
        "roll_date": each.future.expiry.roll_date,
        "last_trading_day": each.future.last_trading_day,
    }


def _drift(drift: Drift) -> Document:
    return {
        "value_then": drift.value_then,
        "value_now": drift.value_now,
        "value_by_prices": drift.value_by_prices,
        "value_by_holdings": drift.value_by_holdings,
        "beta_then": drift.beta_then,
        "beta_now": drift.beta_now,
        "beta_by_prices": drift.beta_by_prices,
        "beta_by_holdings": drift.beta_by_holdings,
        "beta_by_betas": drift.beta_by_betas,
        "by_holding": [_contribution(each) for each in drift.by_holding],
    }


def _contribution(each: Contribution) -> Document:
    return {**asdict(each), "beta_change": each.beta_change}


def _bands(review: Review) -> Document:
    planned = review.earlier.beta_after
    return {
        "is_inside": review.is_inside,
        "beta_planned": planned,
        "beta_low": planned - review.beta_band,
        "beta_high": planned + review.beta_band,
        "beta_held": review.beta_held,
        "beta_after_trades": review.beta_after,
        "has_beta_inside": review.has_beta_inside,
        "contracts_held": review.held.by_root,
        "contracts_optimal": review.optimal,
        "has_same_contracts": review.has_same_contracts,
    }


def _trade(trade: Trade) -> Document:
    return {
        "symbol": trade.future.symbol,
        "contract_code": trade.future.code,
        "last_trading_day": trade.future.last_trading_day,
        "quantity": trade.quantity,
        "price": trade.price,
        "multiplier": trade.future.contract.multiplier,
        "notional": trade.notional,
        "cost": trade.cost,
        "reason": trade.reason,
    }


def _outcome(outcome: Outcome) -> Document:
    beta = outcome.realised_beta
    return {
        "first_session": outcome.first_session,
        "last_session": outcome.last_session,
        "n_sessions": outcome.n_sessions,
        "unhedged_pnl": outcome.unhedged_pnl,
        "hedge_pnl": outcome.hedge_pnl,
        "hedged_pnl": outcome.hedged_pnl,
        "realised_pnl": outcome.realised_pnl,
        "open_pnl": outcome.open_pnl,
        "fees": outcome.fees,
        "futures": [_gain(each) for each in outcome.by_future],
        "not_marked": list(outcome.not_marked),
        "not_followed": list(outcome.not_followed),
        "realised_beta": None if beta is None else {**asdict(beta), "is_inside": beta.is_inside},
        "hedge_effectiveness": outcome.effectiveness,
        "too_little": outcome.too_little,
    }


def _gain(gain: FuturesGain) -> Document:
    return {
        "symbol": gain.future.symbol,
        "contract_code": gain.future.code,
        "quantity": gain.quantity,
        "price": gain.price,
        "realised_pnl": gain.realised_pnl,
        "open_pnl": gain.open_pnl,
        "fees": gain.fees,
        "is_settled": gain.is_settled,
    }
