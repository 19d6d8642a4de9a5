"""From sorted rows to drafts of positions, bad cells and doubts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hedger.errors import BadCell, shorten
from hedger.portfolio.derivatives import read_option
from hedger.portfolio.drafts import Draft, Harvest, TotalRow
from hedger.portfolio.instruments import Clues, Instrument, Ratio, identify
from hedger.portfolio.lists import load_cash_names, load_crypto
from hedger.portfolio.numbers import is_cell_error, is_missing, to_fraction, to_number, to_price
from hedger.portfolio.rows import SortedRow, sort_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hedger.portfolio.headers import Field
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.privacy import Redactor
    from hedger.portfolio.tables import Table

_SELLING = frozenset({"sell", "short", "sold", "sell short", "verkauf", "vente"})
_CURRENCY = re.compile(r"[A-Z]{3}|GBp|GBX|ZAc|ILA").fullmatch
_CONTRACT_INSIDE = re.compile(r".*?(?P<contract>/[A-Z0-9]{1,3}[FGHJKMNQUVXZ][0-9]{1,2})\)?").fullmatch
_TICKER = re.compile(r"/?[A-Z0-9./^-]{1,8}").fullmatch
_CLUE_FIELDS: tuple[Field, ...] = (
    "name",
    "asset_type",
    "subtype",
    "exchange",
    "currency",
    "cusip",
    "isin",
    "underlying",
    "expiry",
    "strike",
    "right",
    "multiplier",
)

VALUE_TOLERANCE = 0.01
"""Share by which a stated value may differ from quantity x price before it is doubted."""


class PositionReader:
    """Reads the rows of one table of holdings.

    Parameters
    ----------
    table
        The table.
    decimal, delimiter
        Decimal sign and delimiter of the file.
    as_of
        Day of the advice.
    redactor
        Quotes cells without account numbers.
    facts
        What a statement says about instruments in another section, by symbol.
    harvest
        Where the results go.
    """

    def __init__(
        self,
        table: Table,
        *,
        decimal: DecimalSign,
        delimiter: str,
        as_of: date,
        redactor: Redactor,
        facts: Mapping[str, Mapping[Field, str]],
        harvest: Harvest,
    ) -> None:
        self.table = table
        self.decimal: DecimalSign = decimal
        self.delimiter = delimiter
        self.as_of = as_of
        self.redactor = redactor
        self.facts = facts
        self.harvest = harvest
        self.known: dict[Clues, Instrument] = {}
        self.clue_fields = tuple(field for field in _CLUE_FIELDS if facts or field in table.columns)
        self.context = ""

    def read(self) -> None:
        """Read all rows into the harvest."""
        harvest = self.harvest
        is_over = False
        for sorted_row in sort_rows(self.table, self.decimal, self.delimiter):
            row, cells, kind, reason, _ = sorted_row
            if is_over:
                harvest.skip(row.line, "text below the table")
            elif kind == "position":
                self._position(row.line, cells)
                is_over = self.table.layout.is_grouped and cells.get("symbol", "").lower().startswith("cash & sweep")
            elif kind == "broken":
                shown = cells.get("symbol") or row.filled()[0]
                harvest.bad_cells.append(
                    BadCell(line=row.line, column=None, value=self.redactor.quote(shown), expected=reason)
                )
            else:
                harvest.skip(row.line, reason)
                self._note(sorted_row)
        for row in self.table.totals:
            harvest.skip(row.line, "total row")

    def _note(self, sorted_row: SortedRow) -> None:
        """Keep what a row that is no position says about the rest."""
        row, cells, kind, _, _ = sorted_row
        harvest = self.harvest
        if self.table.layout.is_grouped and kind == "text":
            self.context = cells.get("symbol", "")
        if kind == "strategy":
            harvest.warn(
                "strategy_row_skipped",
                row.line,
                f"Line {row.line} is a spread; its legs are rows of their own and were read instead.",
            )
        amount = self._amount(cells, row.filled())
        if kind == "total":
            if amount is not None and "value" in self.table.columns:
                harvest.totals.append(
                    TotalRow(line=row.line, value=amount, n_drafts=len(harvest.drafts), beside=harvest.beside)
                )
            elif "weight" in cells and not is_missing(cells["weight"]):
                harvest.weight_total = to_fraction(cells["weight"], self.decimal)[0]
        elif kind == "pending" and amount is not None:
            harvest.beside += amount
            harvest.warn(
                "pending_activity_excluded",
                row.line,
                f"Line {row.line}: pending activity of {amount:,.2f} is not settled and was left out.",
            )
        elif kind == "futures value" and amount:
            harvest.beside += amount
            harvest.warn(
                "futures_positions_not_listed",
                row.line,
                f"Line {row.line}: the file states a market value of futures of {amount:,.2f} but lists no contracts. "
                "Name them with --current, or the plan ignores them.",
            )

    def _amount(self, cells: dict[Field, str], filled: list[str]) -> float | None:
        """Return the value of a row that is no position; older files have it one column early."""
        for text in [cells.get("value", ""), *(cell for cell in filled[::-1] if "$" in cell)]:
            try:
                return to_number(text, self.decimal)
            except ValueError:
                continue
        return None

    def _position(self, line: int, cells: dict[Field, str]) -> None:
        """Read a position, or name its bad cells."""
        n_bad = len(self.harvest.bad_cells)
        quantity = self._number("quantity", line, cells)
        value = self._number("value", line, cells)
        price = None if "'" in cells.get("price", "") else self._number("price", line, cells)
        weight, has_percent_sign = self._weight(line, cells)
        if len(self.harvest.bad_cells) > n_bad:
            return
        if cells.get("direction", "").lower() in _SELLING:
            quantity, value = _negative(quantity), _negative(value)
        symbol = self._symbol(cells)
        if quantity == 0 and not value:
            self.harvest.skip(line, "quantity is zero")
            self.context = symbol
            return
        clues = self._clues(symbol, cells, price, _ratio(quantity, price, value))
        if not (symbol or clues.name or clues.cusip or clues.isin):
            expected = "a symbol: the row has a quantity or a value, but neither symbol nor name"
            self._bad(line, "symbol", cells, expected, value)
            return
        try:
            instrument = self._identify(clues)
        except ValueError as error:
            self._bad(line, "symbol", cells, str(error), value)
            return
        if quantity is None and instrument.asset_class in {"option", "future"}:
            self._bad(line, "quantity", cells, "a number of contracts", value)
            return
        if price is None and instrument.asset_class != "cash":
            price = self._quoted_price(cells, instrument)
        self._draft(line, cells, instrument, symbol, (quantity, price, value), (weight, has_percent_sign))

    def _number(self, field: Field, line: int, cells: dict[Field, str]) -> float | None:
        """Return the number of a cell; a cell that holds something else becomes a bad cell."""
        text = cells.get(field, "")
        if not text or is_missing(text):
            return None
        if field != "quantity" and is_cell_error(text):
            sentence = f"Line {line}: the {field} is {self.redactor.quote(text)}; the row was read without it."
            self.harvest.warn(f"{field}_missing", line, sentence)
            return None
        try:
            return to_number(text, self.decimal)
        except ValueError as error:
            self._bad(line, field, cells, str(error), None)
            return None

    def _weight(self, line: int, cells: dict[Field, str]) -> tuple[float | None, bool]:
        text = cells.get("weight", "")
        if not text or is_missing(text):
            return None, False
        try:
            return to_fraction(text, self.decimal)
        except ValueError as error:
            self._bad(line, "weight", cells, str(error), None)
            return None, False

    def _bad(self, line: int, field: Field, cells: dict[Field, str], expected: str, value: float | None) -> None:
        column = self.table.columns.get(field)
        if value is None:
            try:
                value = to_number(cells.get("value", ""), self.decimal)
            except ValueError:
                value = None
        self.harvest.bad_cells.append(
            BadCell(
                line=line,
                column=shorten(self.table.names[column]) if column is not None else None,
                value=self.redactor.quote(cells.get(field, "")),
                expected=expected,
                market_value=value,
            )
        )

    def _symbol(self, cells: dict[Field, str]) -> str:
        """Return the symbol of a row; in grouped tables it may stand in a row above."""
        symbol = cells.get("symbol", "") or ("" if "symbol" in self.table.columns else self.table.symbol or "")
        symbol = symbol.partition(" !")[0].strip()
        if not self.table.layout.is_grouped:
            return symbol
        contract = _CONTRACT_INSIDE(symbol)
        if contract:
            return contract["contract"]
        if _TICKER(symbol):
            self.context = symbol
            return symbol
        option = read_option(symbol, underlying=self.context)
        if option is None and not load_cash_names().search(symbol):
            return self.context or symbol
        return symbol

    def _clues(self, symbol: str, cells: dict[Field, str], price: float | None, ratio: Ratio) -> Clues:
        facts = self.facts.get(symbol, {})
        texts = {field: cells.get(field) or facts.get(field, "") for field in self.clue_fields}
        if self.table.layout.is_grouped:
            texts["underlying"] = self.context
        if price not in {None, 1.0} and symbol.upper() not in load_crypto():
            price = 0.0  # not the price of money; the same for all, so that instruments are found once
        is_crypto_account = "crypto" in cells.get("account_name", "").lower()
        return Clues(symbol=symbol, unit_price=price, ratio=ratio, is_crypto_account=is_crypto_account, **texts)

    def _identify(self, clues: Clues) -> Instrument:
        instrument = self.known.get(clues)
        if instrument is None:
            instrument = identify(clues, as_of=self.as_of, strike_scale=self.table.layout.strike_scale)
            self.known[clues] = instrument
        return instrument

    def _quoted_price(self, cells: dict[Field, str], instrument: Instrument) -> float | None:
        """Return a price in thirty-seconds, or the middle of bid and ask."""
        read = to_price if instrument.is_32nds else to_number
        for fields in (("price",), ("bid", "ask")):
            try:
                quotes = [read(cells.get(field, ""), self.decimal) for field in fields]
            except ValueError:
                continue
            return sum(quotes) / len(quotes)
        return None

    def _draft(
        self,
        line: int,
        cells: dict[Field, str],
        instrument: Instrument,
        symbol: str,
        numbers: tuple[float | None, float | None, float | None],
        weight: tuple[float | None, bool],
    ) -> None:
        """Add a draft, with the doubts about it."""
        quantity, price, value = numbers
        for code, sentence in instrument.doubts:
            self.harvest.warn(code, line, f"Line {line}: {sentence}")
        scale = instrument.price_scale
        if instrument.asset_class == "cash":
            value = value if value is not None else quantity
            quantity, price = value, None if value is None else 1.0
            if value is not None and value < 0:
                sentence = (
                    f"Line {line}: cash of {value:,.2f} is a debit, such as a margin loan; it counts as negative."
                )
                self.harvest.warn("margin_debit", line, sentence)
            if symbol.upper().startswith("$$CASH"):
                sentence = (
                    f"Line {line}: cash is the sum of deposits and withdrawals; trades were not deducted from it."
                )
                self.harvest.warn("cash_from_movements", line, sentence)
        elif instrument.asset_class != "future" and quantity is not None and price is not None:
            value = self._checked(line, symbol, quantity, price, value, scale)
        currency = self._currency(cells, instrument)
        self.harvest.drafts.append(
            Draft(
                instrument=instrument,
                raw_symbol=shorten(symbol or cells.get("name", "")),
                account=cells.get("account") or self.table.account,
                quantity=quantity,
                price=price,
                value=value,
                weight=weight[0],
                has_percent_sign=weight[1],
                currency=currency or "USD",
                is_currency_assumed=currency is None,
                line=line,
            )
        )

    def _checked(
        self, line: int, symbol: str, quantity: float, price: float, value: float | None, scale: float
    ) -> float:
        """Return the stated value, or the derived one where none is stated; doubt a value far from it."""
        derived = quantity * price * scale
        if value is None:
            return derived
        if derived < 0 < value and abs(derived + value) <= VALUE_TOLERANCE * value:
            sentence = (
                f"Line {line}: the quantity is negative and the value is not; the value was read as {-value:,.2f}."
            )
            self.harvest.warn("sign_mismatch", line, sentence)
            return -value
        if abs(derived - value) > VALUE_TOLERANCE * abs(value) + abs(quantity) * scale * 0.005 + 0.02:
            shown = self.redactor.quote(symbol)
            sentence = f"Line {line}, {shown}: quantity x price is {derived:,.2f}, but the file states a value of {value:,.2f}."
            self.harvest.warn("value_mismatch", line, sentence)
        return value

    def _currency(self, cells: dict[Field, str], instrument: Instrument) -> str | None:
        """Return the currency that the row or the listing tells."""
        stated = cells.get("currency", "")
        if _CURRENCY(stated):
            return "GBp" if stated == "GBX" else stated
        return "GBp" if instrument.currency == "GBP" and self.table.layout.has_pence else instrument.currency


def _negative(number: float | None) -> float | None:
    return None if number is None else -abs(number)


def _ratio(quantity: float | None, price: float | None, value: float | None) -> Ratio:
    """Tell how a stated value relates to quantity x price."""
    if not quantity or not price or not value:
        return ""
    ratio = abs(value / (quantity * price))
    if 0.95 < ratio < 1.05:
        return "one"
    return "par" if 0.0095 < ratio < 0.0105 else ""
