"""Hypothesis strategies: holdings files built from layouts, together with what they say."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from hedger.portfolio.headers import SYNONYMS
from hedger.portfolio.lists import load_class_shares, load_crypto, load_futures, load_money_funds


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A layout to build files from: its header and the columns that matter."""

    layout: str
    header: tuple[str, ...]
    symbol: str
    quantity: str
    price: str | None = None
    value: str | None = None
    account: str | None = None
    above: tuple[str, ...] = ()
    filler: str = ""
    is_free: bool = False


def names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


SHAPES = (
    Shape(
        layout="schwab",
        header=names(
            "Symbol,Description,Qty (Quantity),Price,Price Chng % (Price Change %),Mkt Val (Market Value),"
            "Day Chng $ (Day Change $),Cost Basis,Ratings,Reinvest?,% of Acct (% of Account),Security Type"
        ),
        symbol="Symbol",
        quantity="Qty (Quantity)",
        price="Price",
        value="Mkt Val (Market Value)",
        above=('"Positions for account Individual ...901 as of 05:14 PM ET, 2026/03/10"', ""),
        filler="--",
    ),
    Shape(
        layout="fidelity",
        header=names(
            "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
            "Percent Of Account,Cost Basis Total,Average Cost Basis,Type"
        ),
        symbol="Symbol",
        quantity="Quantity",
        price="Last Price",
        value="Current Value",
        account="Account Number",
        filler="n/a",
    ),
    Shape(
        layout="vanguard",
        header=names("Account Number,Investment Name,Symbol,Shares,Share Price,Total Value"),
        symbol="Symbol",
        quantity="Shares",
        price="Share Price",
        value="Total Value",
        account="Account Number",
    ),
    Shape(
        layout="etrade",
        header=names("Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Day's Gain $,Total Gain $,Value $"),
        symbol="Symbol",
        quantity="Quantity",
        price="Last Price $",
        value="Value $",
        above=("Account Summary", "", "Symbol,Security type(s),Sort by,Sort order,", ",All,Symbol,Asc,", ""),
        filler=".0000",
    ),
    Shape(
        layout="ibkr_flex",
        header=names("ClientAccountID,CurrencyPrimary,AssetClass,Symbol,Conid,Quantity,MarkPrice,PositionValue,Side"),
        symbol="Symbol",
        quantity="Quantity",
        price="MarkPrice",
        value="PositionValue",
        account="ClientAccountID",
    ),
    Shape(
        layout="m1_holdings",
        header=names("Symbol,Name,Quantity,Avg. Price,Cost Basis,Unrealized Gain ($),Unrealized Gain (%),Value"),
        symbol="Symbol",
        quantity="Quantity",
        value="Value",
    ),
    Shape(
        layout="merrill_holdings",
        header=names("COB Date,Security #,Symbol,CUSIP #,Security Description,Account #,Quantity,Price ($),Value ($)"),
        symbol="Symbol",
        quantity="Quantity",
        price="Price ($)",
        value="Value ($)",
        account="Account #",
        filler="--",
    ),
    Shape(
        layout="generic_holdings",
        header=names("Account,Ticker,Shares,Price,Market Value"),
        symbol="Ticker",
        quantity="Shares",
        price="Price",
        value="Market Value",
        account="Account",
        is_free=True,
    ),
    Shape(
        layout="generic_holdings", header=names("Symbol,Quantity"), symbol="Symbol", quantity="Quantity", is_free=True
    ),
)


@dataclass(slots=True)
class HoldingsFile:
    """A file and what it says: quantity by ending of the account and Yahoo symbol."""

    content: bytes
    shape: Shape
    quantities: dict[tuple[str | None, str], Decimal] = field(default_factory=dict)
    total: Decimal | None = None


AMBIGUOUS = {"CASH", "CORE", "FCASH", "FDIC", "USD", "EUR", "GBP", "CAD", "CHF", "JPY", "AUD", "HKD", "SUM", "SHARE"}
AMBIGUOUS |= {name.upper() for synonyms in SYNONYMS.values() for name in synonyms}
AMBIGUOUS |= {"N"}  # N/A is no class share of it
AMBIGUOUS |= load_class_shares().keys() | load_crypto().keys() | load_money_funds() | load_futures().keys()

tickers = st.text("ABCDEFGHIJKLMNOPQRSTUVW", min_size=1, max_size=4).filter(lambda text: text not in AMBIGUOUS)
spellings = st.one_of(
    tickers.map(lambda ticker: (ticker, ticker)),
    tickers.map(lambda ticker: (ticker.lower(), ticker)),
    st.tuples(tickers, st.sampled_from("ABC"), st.sampled_from("./ -")).map(
        lambda parts: (parts[0] + parts[2] + parts[1], f"{parts[0]}-{parts[1]}")
    ),
)
quantities = st.decimals(Decimal("-99999"), Decimal("99999"), places=4).filter(bool)
prices = st.decimals(Decimal("0.05"), Decimal("9999"), places=2)
accounts = st.text("0123456789", min_size=8, max_size=8).map(lambda digits: "Z" + digits)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)


def written(number: Decimal, places: int, style: str) -> str:
    """Return a number as a broker or a person writes it."""
    plain = f"{number:.{places}f}"
    size = plain.lstrip("-")
    grouped = f"{abs(number):,.{places}f}"
    sign = "-" if number < 0 else ""
    comma = grouped.replace(",", "_").replace(".", ",").replace("_", ".")
    return {
        "plain": plain,
        "grouped": sign + grouped,
        "dollar": f"{sign}${grouped}",
        "brackets": f"({size})" if sign else size,
        "behind": size + sign,
        "comma": sign + comma,
    }[style]


@st.composite
def holdings_files(draw: st.DrawFn) -> HoldingsFile:
    """Build a file of any shape, with random order of columns, header case, number style, lots and accounts."""
    shape = draw(st.sampled_from(SHAPES))
    held = draw(st.lists(st.tuples(spellings, quantities, prices), min_size=1, max_size=6, unique_by=lambda h: h[0][1]))
    owners = draw(st.lists(accounts, min_size=1, max_size=3, unique_by=lambda account: account[-4:]))
    owners = owners if shape.account else owners[:1]
    delimiter = draw(st.sampled_from([",", ";", "\t"] if shape.is_free else [",", "\t"]))
    styles = ["plain", "grouped", "dollar", "brackets", "behind"]
    style = draw(st.sampled_from([*styles, "comma"] if shape.is_free and shape.price else styles))
    header = draw(
        st.permutations([*shape.header, *draw(st.lists(st.sampled_from(["Sector", "Note", "P/E"]), unique=True))])
    )
    change = draw(st.sampled_from([str, str.lower, str.upper]))
    file = HoldingsFile(b"", shape)
    rows: list[list[str]] = []
    total = Decimal(0)
    for owner in owners:
        for (spelling, symbol), quantity, price in held:
            for lot in draw(lots(quantity)):
                value = (lot * price).quantize(Decimal("0.01"))
                total += value
                cells: dict[str, str] = dict.fromkeys(shape.header, shape.filler)
                cells |= {name: draw(texts) for name in header if name not in shape.header}
                cells |= {"Description": "SOMETHING INC", "Name": "Something Inc", "CurrencyPrimary": "USD"}
                cells |= {"AssetClass": "STK", "Type": "Cash", "Side": "Short" if lot < 0 else "Long"}
                cells[shape.symbol] = spelling
                cells[shape.quantity] = written(lot, 4, "plain" if style == "dollar" else style)
                for name, number in ((shape.price, price), (shape.value, value)):
                    if name:
                        cells[name] = written(number, 2, style)
                if shape.account:
                    cells[shape.account] = owner
                rows.append([cells[name] for name in header])
            key = (owner[-4:] if shape.account else "901" if shape.layout == "schwab" else None, symbol)
            file.quantities[key] = quantity
    rows = draw(st.permutations(rows))
    if shape.value and draw(st.booleans()):
        last = dict.fromkeys(header, "")
        last |= {shape.symbol: "Total", shape.value: written(total, 2, style)}
        rows.append([last[name] for name in header])
        file.total = total
    file.content = encoded(draw, shape, [[change(name) for name in header], *rows], delimiter)
    return file


@st.composite
def lots(draw: st.DrawFn, quantity: Decimal) -> list[Decimal]:
    """Split a quantity into one to three lots of its sign that add to it exactly."""
    parts = draw(st.integers(1, 3))
    first = (quantity / parts).quantize(Decimal("0.0001"))
    split = [first] * (parts - 1) + [quantity - first * (parts - 1)]
    return split if all(split) else [quantity]


def encoded(draw: st.DrawFn, shape: Shape, rows: list[list[str]], delimiter: str) -> bytes:
    """Return the rows as the bytes of a file."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    quoting: Any = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    stream = io.StringIO()
    for line in shape.above:
        stream.write(line.replace(",", delimiter) + newline)
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    has_trailing_cell = draw(st.booleans())
    for row in rows:
        writer.writerow([*row, ""] if has_trailing_cell else row)
        if draw(st.integers(0, 9)) == 0:
            stream.write(newline)
    return stream.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))
