"""Earlier plans to review: made with the shipped prices, and read back from their JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hedger.advice import Advice, advise, measure_account
from hedger.market import SnapshotSource
from hedger.report import plan_document, to_json
from hedger.review import EarlierPlan, Review, follow_choices, read_plan, review_plan
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from hedger.market import PriceSource
    from hedger.portfolio import Portfolio
    from hedger.review import Fill


def document_of(advice: Advice) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(plan_document(advice)))
    return document


def to_bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()


def plan_of(
    portfolio: Portfolio, as_of: date, settings: Settings | None = None, source: PriceSource | None = None
) -> EarlierPlan:
    """Return a plan of a day as its JSON tells it."""
    advice = advise(portfolio, source, settings or Settings(hedge=0.5), as_of=as_of, today=as_of)
    return read_plan(to_bytes(document_of(advice)), name="old.json")


def review_of(
    earlier: EarlierPlan,
    portfolio: Portfolio,
    as_of: date,
    *stated: Mapping[str, Any],
    fills: Sequence[Fill] | None = None,
    source: PriceSource | None = None,
) -> Review:
    """Hold a plan against a day, with the shipped prices."""
    prices = source or SnapshotSource()
    settings = follow_choices(earlier, portfolio, *stated)
    measurement = measure_account(portfolio, prices, settings, as_of=as_of, today=as_of)
    return review_plan(measurement, prices, settings, earlier, fills=fills)
