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
from hedger.report.files import orders_csv, write_plan_folder
from hedger.report.listing import ListedContract, list_contracts
from hedger.report.words import state_answer, to_beta, to_dollars, to_index_title, to_month, to_percent

__all__ = [
    "ListedContract",
    "betas_document",
    "contracts_document",
    "error_document",
    "holdings_document",
    "list_contracts",
    "orders_csv",
    "plan_document",
    "policy_document",
    "state_answer",
    "to_beta",
    "to_dollars",
    "to_index_title",
    "to_json",
    "to_month",
    "to_percent",
    "write_plan_folder",
]
