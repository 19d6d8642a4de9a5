"""Sections of statements beside the holdings: cash per currency, and facts about instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.errors import BadCell
from hedger.portfolio.drafts import Draft
from hedger.portfolio.instruments import Instrument
from hedger.portfolio.numbers import to_number
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.portfolio.drafts import Harvest
    from hedger.portfolio.headers import Field
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.tables import Table

_BASE_SUMMARIES = frozenset({"BASE_SUMMARY", "BASE CURRENCY SUMMARY"})
_ENDING = "ending cash"


def instrument_facts(tables: Sequence[Table]) -> Mapping[str, Mapping[Field, str]]:
    """Return what the tables of instruments say, by symbol and field."""
    facts: dict[str, Mapping[Field, str]] = {}
    for table in tables:
        if table.layout.kind != "instruments":
            continue
        for row in table.rows:
            cells = _cells(table, row.cells)
            symbol = cells.pop("symbol", "")
            facts.setdefault(symbol, cells)
    return facts


def read_cash(table: Table, decimal: DecimalSign, base_currency: str | None, harvest: Harvest) -> None:
    """Read a table of cash: the ending balance of every currency.

    The row that sums all currencies in the base currency is the cash total, and the only balance where no currency
    has a row of its own.
    """
    summary: tuple[int, float, str | None] | None = None
    n_drafts = len(harvest.drafts)
    for row in table.rows:
        cells = _cells(table, row.cells)
        currency, label = cells.get("currency", ""), cells.get("level", _ENDING)
        value = _number(cells.get("value", ""), decimal)
        account = cells.get("account") or table.account
        if label.lower() != _ENDING:
            harvest.skip(row.line, "movement of cash, not a balance")
        elif value is None:
            text = shorten(cells.get("value", ""))
            harvest.bad_cells.append(BadCell(line=row.line, column=None, value=text, expected="a balance of cash"))
        elif currency.upper() in _BASE_SUMMARIES:
            summary = (row.line, value, account)
            if base_currency in {None, "USD"}:
                harvest.cash_in_base = (harvest.cash_in_base or 0.0) + value
        else:
            _add(harvest, row.line, value, currency, account)
    if summary is not None and len(harvest.drafts) > n_drafts:
        harvest.skip(summary[0], "summary in the base currency")
    elif summary is not None:
        line, value, account = summary
        _add(harvest, line, value, base_currency or "USD", account)
    for row in table.totals:
        harvest.skip(row.line, "total row")


def check_section_totals(table: Table, decimal: DecimalSign, harvest: Harvest) -> None:
    """Compare the totals that a section of a statement states, by asset class and currency, with its rows.

    A second total of the same asset class and currency is that of all currencies, converted, and is not compared.
    """
    sums: dict[tuple[str, str], float] = {}
    for row in table.rows if table.totals else ():
        cells = _cells(table, row.cells)
        if cells.get("level", "").upper() in {"SUMMARY", ""}:
            key = (cells.get("asset_type", ""), cells.get("currency", ""))
            sums[key] = sums.get(key, 0.0) + (_number(cells.get("value", ""), decimal) or 0.0)
    for row in table.totals:
        harvest.skip(row.line, "total row")
        cells = _cells(table, row.cells)
        stated = _number(cells.get("value", ""), decimal)
        added = sums.pop((cells.get("asset_type", ""), cells.get("currency", "")), None)
        if not cells.get("symbol") and stated is not None and added is not None and abs(stated - added) > 0.05:
            sentence = (
                f"Line {row.line}: the rows above add to {added:,.2f}, the file states {stated:,.2f}, "
                f"a difference of {stated - added:,.2f}. A row may be missing."
            )
            harvest.warn("total_mismatch", row.line, sentence)


def _cells(table: Table, texts: Sequence[str]) -> dict[Field, str]:
    return {field: texts[column].strip() for field, column in table.columns.items() if column < len(texts)}


def _number(text: str, decimal: DecimalSign) -> float | None:
    try:
        return to_number(text, decimal)
    except ValueError:
        return None


def _add(harvest: Harvest, line: int, value: float, currency: str, account: str | None) -> None:
    if value < 0:
        sentence = (
            f"Line {line}: cash of {value:,.2f} {currency} is a debit, such as a margin loan; it counts as negative."
        )
        harvest.warn("margin_debit", line, sentence)
    harvest.drafts.append(
        Draft(
            instrument=Instrument(symbol="CASH", asset_class="cash", currency=currency),
            raw_symbol="Ending Cash",
            account=account,
            quantity=value,
            price=1.0,
            value=value,
            weight=None,
            has_percent_sign=False,
            currency=currency,
            is_currency_assumed=False,
            line=line,
        )
    )
