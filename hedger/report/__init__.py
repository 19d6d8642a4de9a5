"""Advice to JSON, orders and a view for the terminal: the only way out of the package."""

from hedger.report.document import (
    betas_document,
    contracts_document,
    error_document,
    holdings_document,
    plan_document,
    policy_document,
    to_json,
)

__all__ = [
    "betas_document",
    "contracts_document",
    "error_document",
    "holdings_document",
    "plan_document",
    "policy_document",
    "to_json",
]
