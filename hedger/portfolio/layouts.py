"""The layouts of brokers' and trackers' holdings files, one entry each.

A layout is recognised by the names of its columns, never by the name of the file. What an entry does not say follows
from the general rules: columns by the synonyms of :mod:`hedger.portfolio.headers`, rows by
:mod:`hedger.portfolio.rows`. To add a layout, add an entry; the order of the table is the order of recognition.
Sources: layouts observed in brokers' exports 2020 to 2026; no broker publishes a schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hedger.portfolio.headers import SYNONYMS, TRANSACTION_NAMES, Field, has_holdings, is_transactions, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TableKind = Literal["holdings", "cash", "instruments", "transactions", "ignored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One kind of table in one kind of file.

    Parameters
    ----------
    name
        Name of the layout, as users see it.
    requires
        Normalised column names; of each group at least one must be there.
    kind
        What the table holds.
    columns
        Column names that replace the synonyms of a field, see :func:`~hedger.portfolio.headers.match_columns`.
    section
        Names of the sections of a statement that are such tables; ``()`` in files without sections.
    titles
        Patterns searched in the lines above the header; their groups ``account`` and ``symbol`` name what the table
        is about.
    ends
        Pattern of a first cell that ends the table.
    is_export
        A program wrote the file, so that every row has all cells and a decimal point needs no proof.
    is_labelled
        A line with one cell above a header names the account.
    is_grouped
        Rows of options and lots stand below a row that names their underlying.
    last_row
        Pattern of the symbol in the row that ends the table and still belongs to it.
    number_exchange
        Exchange of symbols that are numbers.
    has_watched_rows
        Rows without a quantity are entries of a watch list.
    has_pence
        London prices without a currency are pence.
    strike_scale
        What strikes in compact option symbols are multiplied by.
    """

    name: str
    requires: tuple[tuple[str, ...], ...] = ()
    kind: TableKind = "holdings"
    columns: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    section: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    ends: str = r"\s*(foot ?notes?|disclosures?|disclaimers?)\b"
    is_export: bool = True
    is_labelled: bool = False
    is_grouped: bool = False
    last_row: str = ""
    number_exchange: str = ""
    has_watched_rows: bool = False
    has_pence: bool = False
    strike_scale: float = 1.0

    def fits(self, names: Sequence[str]) -> bool:
        """Tell whether a header with these normalised names belongs to the layout."""
        found = set(names)
        return all(found.intersection(group) for group in self.requires)


def _group(text: str) -> tuple[str, ...]:
    """Return column names separated by ``|`` in normalised form; a leading ``>`` survives."""
    return tuple(">" * name.startswith(">") + normalise(name) for name in text.split("|"))


def _all(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups of a requirement: names separated by ``,``, alternatives by ``|``."""
    return tuple(_group(group) for group in text.split(","))


STATEMENT: tuple[Layout, ...] = (
    Layout(
        name="ibkr_activity_statement",
        section=("open positions", "long open positions", "short open positions"),
        columns={"price": _group("Close Price|Mark Price"), "value": _group("Value"), "direction": ()},
    ),
    Layout(
        name="ibkr_activity_statement",
        kind="cash",
        section=("cash report",),
        columns={
            "level": _group("Currency Summary"),
            "currency": _group("Currency"),
            "value": _group("Total"),
            "symbol": (),
            "quantity": (),
        },
    ),
    Layout(
        name="ibkr_activity_statement",
        kind="instruments",
        section=("financial instrument information",),
        columns={
            "isin": _group("Security ID"),
            "right": (),
            "subtype": _group("Type"),
            "asset_type": _group("Asset Category"),
        },
    ),
)
"""Sections of files whose lines begin with a section's name and the kind of the line."""

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        name="ibkr_flex_cash",
        kind="cash",
        requires=_all("CurrencyPrimary,EndingCash"),
        columns={"value": _group("EndingCash"), "level": (), "symbol": (), "quantity": ()},
    ),
    Layout(
        name="jpmorgan_tax_lots",
        requires=_all("Asset Strategy,Ticker,CUSIP,Quantity,Acquisition Date,Account number"),
        columns={"currency": _group("Base CCY")},
    ),
    Layout(
        name="jpmorgan_positions",
        requires=_all("Asset Strategy,Ticker,CUSIP,Quantity"),
        columns={"currency": _group("Base CCY"), "account": _group("Account number")},
    ),
    Layout(
        name="vanguard",
        requires=_all("Account Number,Investment Name,Symbol,Shares,Share Price,Total Value"),
    ),
    Layout(
        name="vanguard_plan",
        requires=_all("Plan Number,Fund Name,Shares,Total Value"),
    ),
    Layout(
        name="vanguard_funds",
        requires=_all("Fund Account Number,Fund Name,Shares,Total Value"),
    ),
    Layout(
        name="fidelity",
        requires=_all(
            "Account Number|Account Name/Number,Symbol,Quantity,Current Value,"
            "Last Price Change|Percent Of Account|Cost Basis Total|Today's Gain/Loss Dollar|Est. annual income"
        ),
        columns={"asset_type": (), "exchange": (), "direction": ()},
    ),
    Layout(
        name="schwab_lot_details",
        requires=_all("Open Date|Transaction Open,Quantity,Cost/Share|Transaction CPS,Market Value,Holding Period"),
        titles=(r"(?P<symbol>\S+(?: \S+)*?) Lot Details for (?P<account>.+?) as of ",),
        columns={"symbol": (), "name": ()},
    ),
    Layout(
        name="schwab",
        requires=_all(
            "Symbol,Qty (Quantity)|Quantity,Mkt Val (Market Value)|Market Value,"
            "Day Chng $ (Day Change $)|Day Change $|Price Chng $ (Price Change $)|Price Change $|Gain $ (Gain/Loss $)|"
            "% of Acct (% of Account)|% Of Account|Reinvest?|Reinvest Dividends?"
        ),
        columns={"exchange": ()},
        titles=(r"Positions for account (?P<account>.+?) as of ",),
        is_labelled=True,
    ),
    Layout(
        name="merrill_holdings",
        requires=_all("COB Date,Security #,Symbol,Quantity,Value ($)"),
        columns={"account": _group("Account #"), "account_name": _group("Account Nickname")},
    ),
    Layout(
        name="merrill_export",
        requires=_all(
            "Symbol,Quantity,Value,Day's Value Change $|Unrealized Gain/Loss $ Chg % Chg|Day's Price $ Chg % Chg"
        ),
        titles=(r"Selected account\(s\):\s*(?P<account>[^\n]+?),*(?:\n|$)",),
    ),
    Layout(
        name="etrade",
        requires=_all("Symbol,Quantity|Qty #,Value $,Price Paid $|Total Gain $|Day's Gain $|Total Cost"),
        titles=(r"(?:^|\n)Account,(?:Net Account Value|Total Assets)[^\n]*\n(?P<account>[^,\n]+)",),
        columns={"price": _group("Last Price $|Last Price|Mark $|Price $")},
    ),
    Layout(
        name="ibkr_flex",
        requires=_all(
            "ClientAccountID|CurrencyPrimary|AssetClass,Symbol|ISIN|CUSIP,Quantity|Position,MarkPrice|PositionValue"
        ),
        columns={"exchange": _group("ListingExchange"), "price": _group("MarkPrice"), "value": _group("PositionValue")},
    ),
    Layout(
        name="ibkr_tws",
        requires=_all("Financial Instrument Description|Financial Instrument,Position"),
        columns={"symbol": _group("Financial Instrument Description|Financial Instrument")},
    ),
    Layout(
        name="thinkorswim",
        requires=_all("Instrument,Qty,Trade Price|Mark|Net Liq|P/L Open"),
        titles=(r"Position Statement for (?P<account>.+?) on ",),
        is_grouped=True,
        last_row=r"cash & sweep vehicle",
    ),
    Layout(
        name="tastytrade",
        requires=_all("Symbol,Type,Quantity,Strike Price,Call/Put"),
        columns={"price": _group("Mark|Last|Last Price"), "value": _group("Net Liq|Market Value")},
    ),
    Layout(
        name="yahoo_portfolio",
        requires=_all("Symbol,Current Price,Trade Date,Purchase Price,Quantity"),
        columns={"direction": _group("Transaction Type")},
        has_watched_rows=True,
        has_pence=True,
    ),
    Layout(name="m1_holdings", requires=_all("Symbol,Name,Quantity,Avg. Price,Cost Basis,Value")),
    Layout(
        name="wealthsimple",
        requires=_all("Account Number,Symbol,MIC|Exchange,Security Type,Quantity,Position Direction"),
    ),
    Layout(
        name="degiro",
        requires=_all(
            "Symbol/ISIN|Symbool/ISIN|Symbole/ISIN|Simbolo/ISIN|Símbolo/ISIN,"
            "Amount|Aantal|Anzahl|Quantité|Quantità|Cantidad,Closing|Slotkoers|Schlusskurs|Clôture|Chiusura|Cierre"
        ),
        columns={
            "quantity": _group("Amount|Aantal|Anzahl|Quantité|Quantità|Cantidad"),
            "currency": _group("Local value|Lokale waarde|Wert|Montant|Valore locale|Valor local"),
            "value": _group(">Local value|>Lokale waarde|>Wert|>Montant|>Valore locale|>Valor local"),
        },
        is_export=False,
    ),
    Layout(
        name="t_rowe_price",
        requires=_all("Account Type,Account Name,Ticker,Account Number,Quantity,Market Value,PRR|Owners"),
        columns={"name": _group("Account Name"), "account": _group("Account Number"), "account_name": ()},
    ),
    Layout(
        name="futu",
        requires=_all("代码|代碼|股票代码,持有数量|持仓数量|持倉數量|持有數量,市值|现价|現價|成本价"),
        number_exchange="SEHK",
        strike_scale=0.001,
    ),
    Layout(
        name="japanese_holdings",
        requires=_all("銘柄コード|コード,銘柄名|銘柄,保有数量|保有株数|株数|数量,現在値|基準価額|評価額"),
        number_exchange="TSEJ",
        is_export=False,
    ),
    Layout(
        name="robinhood_table",
        requires=_all("Name,Symbol,Shares,Price,Average cost,Equity"),
    ),
    Layout(
        name="portfolio_performance",
        requires=_all("Bestand|Shares,Name,Symbol,Kurs|Quote,Marktwert|Market Value,Notiz|Note|Anteil|% of total"),
        columns={"weight": ()},
        is_export=False,
    ),
    Layout(
        name="ameriprise",
        requires=_all("Account Name,Account Description,Symbol,Quantity,Mkt. Value"),
        columns={"account": _group("Account Description"), "account_name": ()},
    ),
)
"""Tables with a header of their own, in the order of recognition."""

GENERIC = Layout(name="generic_holdings", is_export=False, is_labelled=True)
TRANSACTIONS = Layout(name="transactions", kind="transactions")
IGNORED = Layout(name="ignored", kind="ignored")


_KNOWN_NAMES = TRANSACTION_NAMES.union(*SYNONYMS.values(), *(group for layout in LAYOUTS for group in layout.requires))
_is_numeric = re.compile(r"\s*[$€£]?[-+(]?[$€£]?[0-9][0-9.,' ]*[%)]?\s*").fullmatch


def is_table_header(cells: Sequence[str]) -> bool:
    """Tell whether a row names the columns of a table; a row that holds a number does not."""
    if len(cells) < 2 or any(map(_is_numeric, cells)):
        return False
    names = [normalise(cell) for cell in cells]
    if sum(name in _KNOWN_NAMES for name in names) < 2:
        return False
    return has_holdings(names) or is_transactions(names) or any(layout.fits(names) for layout in LAYOUTS)


def choose_layout(names: Sequence[str]) -> Layout:
    """Return the layout of a table with these normalised column names."""
    for layout in LAYOUTS:
        if layout.fits(names):
            return layout
    return TRANSACTIONS if is_transactions(names) else GENERIC


def choose_section(section: str) -> Layout:
    """Return the layout of a section of a statement."""
    name = section.strip().lower()
    return next((layout for layout in STATEMENT if name in layout.section), IGNORED)


def title_facts(layout: Layout, text: str) -> Mapping[str, str]:
    """Return what the lines above a header say about the table: its ``account`` and its ``symbol``."""
    for pattern in layout.titles:
        match = re.search(pattern, text)
        if match:
            return {name: found.strip() for name, found in match.groupdict().items() if found}
    return {}
