"""Results to the JSON that other programs rely on: names and units are a public contract.

Fields may be added, never renamed, moved or changed in unit. Money is USD, returns, betas and fractions are plain
numbers, dates are ``YYYY-MM-DD``, short is negative; what is not known is ``null``, never zero.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from hedger.contracts import find_index
from hedger.report.calendar_days import calendar_document
from hedger.report.plan_section import plan_section
from hedger.report.risk_document import (
    costs_section,
    margin_call_section,
    paths_section,
    risk_section,
    scenarios_section,
    tax_section,
)
from hedger.version import PLAN_SCHEMA, __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.advice import Advice, Measurement
    from hedger.errors import HedgerError, Note
    from hedger.exposure import Exposure, Holding
    from hedger.hedge import HedgePlan
    from hedger.portfolio import FileWarning, Portfolio, Position, SkippedRow
    from hedger.report.listing import ListedContract
    from hedger.settings import Settings

Document = dict[str, Any]

STRESS_SCHEMA = "hedger.stress/1"

MOST_INDENTED = 10_000
"""Records of a list that are indented; indenting half a million takes longer than reading them."""


def to_json(document: Document) -> str:
    """Return a document as JSON text; the same document gives the same bytes.

    It is indented, but for lists longer than :data:`MOST_INDENTED`, whose records take one line each.

    Raises
    ------
    TypeError
        When a value is neither text, number, truth, date nor a collection of these.
    """
    fields = (f"{json.dumps(name)}: {_to_field(value)}" for name, value in document.items())
    return "{\n  " + ",\n  ".join(fields) + "\n}"


def _to_field(value: Any) -> str:
    if isinstance(value, list) and len(value) > MOST_INDENTED:
        return "[\n    " + ",\n    ".join(map(_to_line, value)) + "\n  ]"
    return json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False).replace("\n", "\n  ")


def _to_line(record: Document) -> str:
    try:
        return _one_line(record)
    except ValueError:  # an undefined number
        return _one_line(_plain(record))


def _plain(value: Any) -> Any:
    """Return dates as text, tuples as lists and undefined numbers as ``None``."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    # Text of anything else would be a guess: an array's integer, say, would become a string.
    raise TypeError(f"{type(value).__name__} has no place in a document")


_one_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain).encode


def error_document(error: HedgerError) -> Document:
    """Return an error with its code, its sentence and its facts."""
    facts = {name: _fact(value) for name, value in error.facts().items()}
    return {"error": {"code": error.code, "message": str(error), **facts}}


def _fact(value: object) -> object:
    if isinstance(value, tuple):
        return [_fact(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value


def holdings_document(portfolio: Portfolio) -> Document:
    """Return what was read from a holdings file, row by row, and what was not and why."""
    return {
        "name": portfolio.name,
        "format": portfolio.layout,
        "positions": [_record(position) for position in portfolio.positions],
        "cash_total": portfolio.cash_total,
        "file_total": portfolio.file_total,
        "skipped_rows": [_record(row) for row in portfolio.skipped_rows],
        "warnings": [_record(warning) for warning in portfolio.warnings],
    }


def _record(found: Position | SkippedRow | FileWarning) -> Document:
    """Return the fields of a flat type; `asdict` copies them one by one."""
    return {name: getattr(found, name) for name in found.__slots__}


def betas_document(measurement: Measurement) -> Document:
    """Return the betas of every holding and of the portfolio against every index."""
    exposure = measurement.exposure
    return {
        "version": __version__,
        "as_of": measurement.as_of,
        "portfolio": portfolio_section(measurement),
        "prices": prices_section(measurement),
        "exposure": _exposure(exposure, exposure.best_index(exposure.indices)),
        "notes": notes_section(measurement.notes),
    }


def contracts_document(as_of: date, rows: Iterable[ListedContract]) -> Document:
    """Return the contract table as it stood on a day, with the newest margin of each, dated, where one is known."""
    return {
        "as_of": as_of,
        "contracts": [_contract(row) for row in rows],
        "notes": [],
    }


def plan_document(advice: Advice) -> Document:
    """Return the whole advice."""
    return {
        "schema": PLAN_SCHEMA,
        "version": __version__,
        "as_of": advice.as_of,
        "inputs_hash": advice.inputs_hash,
        "portfolio": portfolio_section(advice.measurement),
        "prices": prices_section(advice.measurement),
        "exposure": _exposure(advice.exposure, advice.plan.reference_index),
        "policy": policy_document(advice.settings),
        "plan": plan_section(advice.plan, is_tradable=advice.is_tradable),
        "error_budget": _error_budget(advice.plan),
        "risk": risk_section(advice.risk),
        "margin_call": margin_call_section(advice.risk),
        "costs": costs_section(advice.risk, advice.plan),
        "scenarios": scenarios_section(advice.risk),
        "futures_tax": tax_section(advice.risk),
        "calendar": calendar_document(advice),
        "notes": notes_section(advice.notes),
    }


def stress_document(advice: Advice) -> Document:
    """Return scenarios and crises of a plan, the crises close by close, and what its futures account goes through."""
    return {
        "schema": STRESS_SCHEMA,
        "version": __version__,
        "as_of": advice.as_of,
        "inputs_hash": advice.inputs_hash,
        "portfolio": portfolio_section(advice.measurement),
        "prices": prices_section(advice.measurement),
        "policy": policy_document(advice.settings),
        "plan": plan_section(advice.plan, is_tradable=advice.is_tradable),
        "risk": risk_section(advice.risk),
        "margin_call": margin_call_section(advice.risk),
        "scenarios": scenarios_section(advice.risk),
        "paths": paths_section(advice.risk),
        "notes": notes_section(advice.notes),
    }


def policy_document(settings: Settings) -> Document:
    """Return every choice in force, defaults included."""
    return {
        "hedge": None if settings.target_beta is not None else settings.hedge,
        "target_beta": settings.target_beta,
        "index": list(settings.index) or ["auto"],
        "legs": "auto" if settings.legs is None else settings.legs,
        "allow_long_legs": settings.allow_long_legs,
        "sizes": list(settings.sizes) if not settings.contracts else [],
        "contracts": list(settings.contracts),
        "include_delisted": settings.include_delisted,
        "margin_budget": settings.margin_budget,
        "max_contracts": settings.max_contracts,
        "tolerance": settings.tolerance,
        "current": dict(settings.current),
        "objective": settings.objective,
        "estimator": settings.estimator,
        "beta": [asdict(override) for override in settings.beta],
        "proxy": dict(settings.proxy),
        "margins": [asdict(margin) for margin in settings.margins],
        "fees": [asdict(fee) for fee in settings.fees],
        "fee_schedule": settings.fee_schedule,
        "futures_price": dict(settings.futures_price),
        "portfolio_value": settings.portfolio_value,
        "buffer": settings.buffer,
        "scenario": [{"name": each.name, "moves": dict(each.moves)} for each in settings.scenario],
        "order_type": settings.order_type,
        "unrealised_gain": settings.unrealised_gain,
        "long_term_tax": settings.long_term_tax,
        "short_term_tax": settings.short_term_tax,
    }


def portfolio_section(measurement: Measurement) -> Document:
    """Return what was read and valued, and what was left out."""
    book = measurement.exposure.book
    return {
        "name": measurement.portfolio.name,
        "format": measurement.portfolio.layout,
        "market_value": book.market_value,
        "gross_value": book.gross_value,
        "beta_base": book.beta_base,
        "cash": book.cash,
        "n_positions": len(book.holdings),
        "holdings": [_holding(each) for each in book.holdings],
        "excluded": [{**asdict(each), "share": book.share_left_out(each)} for each in book.excluded],
        "skipped_rows": [asdict(row) for row in measurement.portfolio.skipped_rows],
    }


def _holding(holding: Holding) -> Document:
    return {
        "symbol": holding.symbol,
        "quantity": holding.quantity,
        "price": holding.price,
        "underlying": holding.underlying,
    }


def prices_section(measurement: Measurement) -> Document:
    """Return the source and span of the prices that betas were measured on."""
    prices = measurement.prices
    return {
        "source": prices.source,
        "first_session": measurement.exposure.sessions[0].item(),
        "last_session": prices.last_session,
        "age_days": measurement.age_days,
    }


def _exposure(exposure: Exposure, reference_index: str) -> Document:
    return {
        "reference_index": reference_index,
        "by_index": [
            {
                "index": each.index,
                "title": find_index(each.index).title,
                "level": each.level,
                "beta": each.beta,
                "stderr": each.stderr,
                "low": each.low,
                "high": each.high,
                "low_21": each.low_21,
                "high_21": each.high_21,
                "r_squared": each.r_squared,
                "beta_dollars": each.beta_dollars,
            }
            for each in exposure.by_index
        ],
        "by_holding": [{**asdict(row), "flags": list(row.flags)} for row in exposure.by_holding],
        "covariance": exposure.covariance.tolist(),
    }


def _error_budget(plan: HedgePlan) -> Document:
    budget = plan.error_budget
    return {
        "stderr_estimation": budget.stderr_estimation,
        "stderr_drift": budget.stderr_drift,
        "stderr_rounding": budget.stderr_rounding,
        "stderr_total": budget.stderr_total,
    }


def _contract(row: ListedContract) -> Document:
    contract, margin, expiry = row.contract, row.margin, row.expiry
    return {
        **asdict(contract),
        "tick_value": contract.tick_value,
        "is_listed": row.is_listed,
        "contract_code": row.code,
        "last_trading_day": expiry.last_trading_day if expiry else None,
        "roll_date": expiry.roll_date if expiry else None,
        "level": row.level,
        "notional": row.notional,
        "margin": None
        if margin is None
        else {
            "initial": margin.initial,
            "maintenance": margin.maintenance,
            "as_of": margin.as_of,
            "age_days": row.margin_age_days,
            "source": margin.source,
            "confidence": margin.confidence,
        },
    }


def notes_section(notes: Iterable[Note]) -> list[Document]:
    """Return doubts in the order given."""
    return [{"code": note.code, "message": note.message} for note in notes]
