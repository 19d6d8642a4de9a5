"""From sorted rows to drafts of positions, bad cells and doubts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hedger.errors import BadCell
from hedger.portfolio.asides import checked_value, note_aside, note_cash
from hedger.portfolio.derivatives import contract_inside, read_option
from hedger.portfolio.drafts import Draft, Harvest
from hedger.portfolio.instruments import Clues, Instrument, Ratio, identify, identify_alone
from hedger.portfolio.lists import load_cash_names, load_crypto
from hedger.portfolio.numbers import is_cell_error, is_missing, to_fraction, to_number, to_price
from hedger.portfolio.rows import sort_rows
from hedger.portfolio.statements import check_section_totals
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hedger.portfolio.headers import Field
    from hedger.portfolio.numbers import DecimalSign
    from hedger.portfolio.privacy import Redactor
    from hedger.portfolio.tables import Table

_SELLING = frozenset({"sell", "short", "sold", "sell short", "verkauf", "vente"})
_CURRENCY = re.compile(r"[A-Z]{3}|GBp|GBX|ZAc|ILA").fullmatch
_TICKER = re.compile(r"/?[A-Z0-9./^-]{1,8}").fullmatch
_MEASURES = frozenset({"symbol", "quantity", "price", "value", "weight", "account", "level", "bid", "ask"})


LONGEST_CLUE = 300
"""Characters of a cell that are searched for what the row holds."""


class _CellError(ValueError):
    """A cell of a position that cannot be used, and what was expected in it."""

    def __init__(self, field: Field, expected: str) -> None:
        super().__init__(expected)
        self.field: Field = field


class _Numbers(NamedTuple):
    quantity: float | None
    price: float | None
    value: float | None
    weight: float | None
    has_percent_sign: bool


class _Found(NamedTuple):
    """What rows that say the same of it hold, in which currency, and how they spell it."""

    instrument: Instrument
    currency: str | None
    raw_symbol: str


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
        self.clue_fields = tuple(field for field in table.columns if field not in _MEASURES)
        self.coins = load_crypto()
        self.known: dict[tuple[object, ...], _Found] = {}
        self.context = ""

    def read(self) -> None:
        """Read all rows into the harvest."""
        harvest, layout = self.harvest, self.table.layout
        is_over = False
        for sorted_row in sort_rows(self.table, self.decimal, self.delimiter):
            row, cells, kind, reason = sorted_row
            if is_over:
                harvest.skip(row.line, "text below the table")
            elif kind == "position":
                self._position(row.line, cells)
                is_over = bool(layout.last_row) and re.match(layout.last_row, cells.get("symbol", ""), re.I) is not None
            elif kind == "broken":
                shown = self.redactor.quote(cells.get("symbol") or row.filled()[0])
                harvest.bad_cells.append(BadCell(line=row.line, column=None, value=shown, expected=reason))
            else:
                harvest.skip(row.line, reason)
                note_aside(sorted_row, self.table, self.decimal, harvest)
                self.context = cells.get("symbol", "") if layout.is_grouped else ""
        check_section_totals(self.table, self.decimal, harvest)

    def _position(self, line: int, cells: dict[Field, str]) -> None:
        """Read a position, or name its bad cells."""
        numbers = self._numbers(line, cells)
        if numbers is None:
            return
        symbol = self._symbol(cells)
        if numbers.quantity == 0 and not numbers.value:
            self.harvest.skip(line, "quantity is zero")
            self.context = symbol if self.table.layout.is_grouped else ""
            return
        try:
            found = self._found(symbol, cells, numbers)
            price = self._price(cells, found.instrument, numbers.price)
        except _CellError as error:
            self._bad(line, error.field, cells, str(error), numbers.value)
            return
        if price != numbers.price:
            numbers = numbers._replace(price=price)
        self._draft(line, cells, found, numbers)

    def _numbers(self, line: int, cells: dict[Field, str]) -> _Numbers | None:
        """Return the numbers of a row; ``None`` when one of its cells is bad."""
        n_bad = len(self.harvest.bad_cells)
        quantity = self._number("quantity", line, cells)
        value = self._number("value", line, cells)
        price = None if "'" in cells.get("price", "") else self._number("price", line, cells)
        weight, has_percent_sign = self._weight(line, cells) if "weight" in cells else (None, False)
        if len(self.harvest.bad_cells) > n_bad:
            return None
        if "direction" in cells and cells["direction"].lower() in _SELLING:
            quantity, value = _negative(quantity), _negative(value)
        return _Numbers(quantity, price, value, weight, has_percent_sign)

    def _found(self, symbol: str, cells: dict[Field, str], numbers: _Numbers) -> _Found:
        """Return what the row holds."""
        if not (symbol or cells.get("name") or cells.get("cusip") or cells.get("isin")):
            raise _CellError("symbol", "a symbol: the row has a quantity or a value, but neither symbol nor name")
        if symbol and symbol == cells.get("account"):
            raise _CellError("symbol", "a symbol: it is the account")
        ratio = _ratio(numbers.quantity, numbers.price, numbers.value)
        try:
            found = self._identify(symbol, cells, numbers.price, ratio)
        except ValueError as error:
            raise _CellError("symbol", str(error)) from error
        if numbers.quantity is None and found.instrument.asset_class in {"option", "future"}:
            raise _CellError("quantity", "a number of contracts")
        return found

    def _number(self, field: Field, line: int, cells: dict[Field, str]) -> float | None:
        """Return the number of a cell; a cell that holds something else becomes a bad cell."""
        text = cells.get(field, "")
        if not text:
            return None
        try:
            return to_number(text, self.decimal)
        except ValueError as error:
            if is_missing(text):
                return None
            if field == "quantity" or not is_cell_error(text):
                self._bad(line, field, cells, str(error), None)
                return None
        sentence = f"Line {line}: the {field} is {self.redactor.quote(text)}; the row was read without it."
        self.harvest.warn("cell_error", line, sentence)
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
        contract = contract_inside(symbol)
        if contract:
            return contract
        if _TICKER(symbol):
            self.context = symbol
            return symbol
        option = read_option(symbol, underlying=self.context)
        if option is None and not load_cash_names().search(symbol):
            return self.context or symbol
        return symbol

    def _identify(self, symbol: str, cells: dict[Field, str], price: float | None, ratio: Ratio) -> _Found:
        """Return what the row holds; rows that say the same of it are identified once."""
        if price is not None and price != 1.0 and symbol.upper() not in self.coins:
            price = 0.0  # not the price of money; the same for all, so that the next row finds the answer
        key = (symbol, price, ratio, self.context, *map(cells.get, self.clue_fields))
        found = self.known.get(key)
        if found is None:
            layout = self.table.layout
            has_clues = bool(self.clue_fields) or layout.is_grouped
            instrument = (None if has_clues else identify_alone(symbol)) or identify(
                self._clues(symbol, cells, price, ratio), as_of=self.as_of, strike_scale=layout.strike_scale
            )
            found = _Found(instrument, self._currency(cells, instrument), shorten(symbol or cells.get("name", "")))
            self.known[key] = found
        return found

    def _clues(self, symbol: str, cells: dict[Field, str], price: float | None, ratio: Ratio) -> Clues:
        facts = self.facts.get(symbol, {})

        def text(field: Field) -> str:
            return (cells.get(field) or facts.get(field, ""))[:LONGEST_CLUE]

        return Clues(
            symbol=symbol[:LONGEST_CLUE],
            name=text("name"),
            asset_type=text("asset_type"),
            subtype=text("subtype"),
            exchange=text("exchange") or self._number_exchange(symbol),
            currency=text("currency"),
            cusip=text("cusip"),
            isin=text("isin"),
            underlying=self.context if self.table.layout.is_grouped else text("underlying"),
            expiry=text("expiry"),
            strike=text("strike"),
            right=text("right"),
            multiplier=text("multiplier"),
            unit_price=price,
            ratio=ratio,
            is_crypto_account="crypto" in text("account_name").lower(),
        )

    def _number_exchange(self, symbol: str) -> str:
        return self.table.layout.number_exchange if symbol.isdigit() else ""

    def _price(self, cells: dict[Field, str], instrument: Instrument, price: float | None) -> float | None:
        """Return the price of a row, the middle of bid and ask where it states no other."""
        if price is not None and price < 0 and instrument.asset_class != "future":
            raise _CellError("price", "a price of at least 0")
        if price is not None or instrument.asset_class == "cash":
            return price
        read = to_price if instrument.is_32nds else to_number
        text = cells.get("price", "")
        if "'" in text:  # thirty-seconds or groups of digits: only the instrument tells
            try:
                return read(text, self.decimal)
            except ValueError as error:
                raise _CellError("price", str(error)) from error
        try:
            return (read(cells.get("bid", ""), self.decimal) + read(cells.get("ask", ""), self.decimal)) / 2.0
        except ValueError:
            return None

    def _draft(self, line: int, cells: dict[Field, str], found: _Found, numbers: _Numbers) -> None:
        """Add a draft, with the doubts about it."""
        instrument, currency, raw_symbol = found
        quantity, price, value, weight, has_percent_sign = numbers
        for code, sentence in instrument.doubts:
            self.harvest.warn(code, line, f"Line {line}: {sentence}")
        if instrument.asset_class == "cash":
            value = value if value is not None else quantity
            quantity, price = value, None if value is None else 1.0
            note_cash(line, raw_symbol, value, self.harvest)
        elif instrument.asset_class != "future" and (quantity is None or value is None):
            self._note_missing(line, quantity, price, value)
        if currency == "GBP" and price is not None and _ratio(quantity, price, value) == "par":
            price /= 100.0
            sentence = f"Line {line}: the price is in pence and the value in pounds; both were read as pounds."
            self.harvest.warn("price_in_pence", line, sentence)
        if instrument.asset_class not in {"cash", "future"} and quantity is not None and price is not None:
            derived = quantity * price * instrument.price_scale
            rounding = 0.005 * abs(quantity) * instrument.price_scale + 0.02
            value = checked_value(line, derived, value, rounding, self.harvest)
        self.harvest.drafts.append(
            Draft(
                instrument=instrument,
                raw_symbol=raw_symbol,
                account=cells.get("account") or self.table.account,
                quantity=quantity,
                price=price,
                value=value,
                weight=weight,
                has_percent_sign=has_percent_sign,
                currency=currency or "USD",
                is_currency_assumed=currency is None,
                line=line,
            )
        )

    def _note_missing(self, line: int, quantity: float | None, price: float | None, value: float | None) -> None:
        """Doubt a row that lacks what the other rows of the table have."""
        columns = self.table.columns
        if quantity is None and "quantity" in columns and value is not None:
            self.harvest.warn("quantity_missing", line, f"Line {line} states a value but no quantity.")
        if value is None and price and "value" in columns:
            self.harvest.warn("value_missing", line, f"Line {line} states no value; quantity x price counts.")
        if value is None and not price and ("price" in columns or "value" in columns):
            state = "neither a price nor a value" if price is None else "a price of 0"
            self.harvest.warn("price_missing", line, f"Line {line} has {state}; only a price source can value it.")

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
