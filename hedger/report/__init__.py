"""Advice to JSON, orders and a view for the terminal: the only way out of the package."""

from hedger.report.basket import BASKET_COLUMNS, ibkr_basket_csv
from hedger.report.cache_document import cache_status_document, price_update_document
from hedger.report.calendar_days import calendar_document
from hedger.report.document import (
    betas_document,
    contracts_document,
    error_document,
    holdings_document,
    plan_document,
    policy_document,
    stress_document,
    to_json,
)
from hedger.report.evidence_document import backtest_document
from hedger.report.evidence_words import state_evidence, to_strategy
from hedger.report.files import ORDER_COLUMNS, PLAN_FILES, orders_csv, plan_file, write_plan_folder
from hedger.report.listing import ListedContract, list_contracts
from hedger.report.review_document import review_document
from hedger.report.review_words import state_review
from hedger.report.risk_document import size_document
from hedger.report.schema import load_plan_schema, plan_schema_json
from hedger.report.text_table import TextTable
from hedger.report.words import ALARMS, state_answer, to_beta, to_day, to_dollars, to_index_title, to_month, to_percent

__all__ = [
    "ALARMS",
    "BASKET_COLUMNS",
    "ORDER_COLUMNS",
    "PLAN_FILES",
    "ListedContract",
    "TextTable",
    "backtest_document",
    "betas_document",
    "cache_status_document",
    "calendar_document",
    "contracts_document",
    "error_document",
    "holdings_document",
    "ibkr_basket_csv",
    "list_contracts",
    "load_plan_schema",
    "orders_csv",
    "plan_document",
    "plan_file",
    "plan_schema_json",
    "policy_document",
    "price_update_document",
    "review_document",
    "size_document",
    "state_answer",
    "state_evidence",
    "state_review",
    "stress_document",
    "to_beta",
    "to_day",
    "to_dollars",
    "to_index_title",
    "to_json",
    "to_month",
    "to_percent",
    "to_strategy",
    "write_plan_folder",
]
