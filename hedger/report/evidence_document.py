"""What hedging would have done in the past, as the JSON has it: every series, every quarter, every figure.

Fields are named as in the types of :mod:`hedger.evidence`, which tell what they mean. Series hold one number per entry
of `sessions`, the gain of that session in USD; `hedged_pnl` is `unhedged_pnl` plus `hedge_pnl`, from which `costs` are
taken off already. In `on_futures` every figure of a record is on the futures' own closes but `on_index`, the share of
variance that the same contracts removed in the same quarters by the moves of the index.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hedger.report.document import notes_section, policy_document, portfolio_section, prices_section
from hedger.version import __version__

if TYPE_CHECKING:
    from hedger.backtest import Backtest
    from hedger.evidence import Evidence, FuturesCheck, HedgedQuarter, StrategyRecord

    Document = dict[str, Any]

BACKTEST_SCHEMA = "hedger.backtest/1"


def backtest_document(backtest: Backtest) -> Document:
    """Return the evidence for one account."""
    evidence = backtest.evidence
    return {
        "schema": BACKTEST_SCHEMA,
        "version": __version__,
        "as_of": backtest.as_of,
        "portfolio": portfolio_section(backtest.measurement),
        "prices": prices_section(backtest.measurement),
        "policy": policy_document(backtest.settings),
        "backtest": _evidence(evidence),
        "on_futures": None if evidence.on_futures is None else _on_futures(evidence.on_futures),
        "calibration": asdict(evidence.calibration),
        "estimators": [asdict(each) for each in evidence.estimators],
        "notes": notes_section(backtest.notes),
    }


def _evidence(evidence: Evidence) -> Document:
    return {
        "start": evidence.quarters[0].start,
        "end": evidence.quarters[-1].end,
        "n_quarters": len(evidence.quarters),
        "value": evidence.value,
        "hedge_fraction": evidence.hedge_fraction,
        "sessions": evidence.sessions.tolist(),
        "unhedged_pnl": evidence.unhedged.tolist(),
        "unhedged_volatility": evidence.volatility,
        "unhedged_drawdown": evidence.drawdown,
        "quarters": [asdict(each) for each in evidence.quarters],
        "strategies": [_strategy(each) for each in evidence.strategies],
        "differences": [{**asdict(each), "is_clear": each.is_clear} for each in evidence.differences],
    }


def _strategy(record: StrategyRecord) -> Document:
    return {
        **_figures(record),
        "hedge_pnl": record.hedge.tolist(),
        "hedged_pnl": record.hedged.tolist(),
        "costs": record.costs.tolist(),
    }


def _on_futures(check: FuturesCheck) -> Document:
    return {
        "start": check.start,
        "end": check.end,
        "n_quarters": check.n_quarters,
        "source": check.source,
        "unhedged_volatility": check.volatility,
        "unhedged_drawdown": check.drawdown,
        "quarters": [asdict(each) for each in check.quarters],
        "records": [
            {
                **_figures(each.on_futures),
                "on_index": each.on_index.hedge_effectiveness,
                "on_futures": each.on_futures.hedge_effectiveness,
                "basis_per_year": each.basis_per_year,
            }
            for each in check.records
        ],
    }


def _figures(record: StrategyRecord) -> Document:
    return {
        "name": record.name,
        "hedge_effectiveness": record.hedge_effectiveness,
        "volatility": record.volatility,
        "drawdown": record.drawdown,
        "account_drawdown": record.account_drawdown,
        "worst_account": record.worst_account,
        "cost_per_year": record.cost_per_year,
        "basis_points_per_year": record.basis_points_per_year,
        "n_orders": record.n_orders,
        "n_corrections": record.n_corrections,
        "n_called": record.n_called,
        "n_covered": record.n_covered,
        "n_covered_after": record.n_covered_after,
        "quarters": [_hedged_quarter(each) for each in record.quarters],
    }


def _hedged_quarter(quarter: HedgedQuarter) -> Document:
    return {
        **asdict(quarter),
        "held": dict(quarter.held),
        "is_covered": quarter.is_covered,
        "is_covered_after": quarter.is_covered_after,
    }
