"""Files of brokers and sheets that no layout names: general rules must read them.

All invented, in the manner of exports in other countries: their headers, numbers, totals and footers.
"""

from datetime import date

import pytest

from hedger.errors import InvalidRowsError
from hedger.portfolio import read_portfolio
from hedger.portfolio.headers import without_currency
from hedger.portfolio.numbers import currency_told

AS_OF = date(2026, 11, 20)

# Name: text, then symbol, quantity, value and currency of every position.
FILES = {
    "German depot with national numbers, ISINs and a currency in the header": (
        """\
Depotbestand vom 20.11.2026;;;;

WKN;ISIN;Bezeichnung;Stück;Kurs;Kurswert in EUR
865985;US0378331005;APPLE INC.;25;231,50;5.787,50
A1JX52;IE00B3RBWM25;FTSE All-World UCITS ETF;40;132,45;5.298,00
;;;;;
Gesamtsumme;;;;;11.085,50
""",
        [("US0378331005", 25, 5787.5, "EUR"), ("IE00B3RBWM25", 40, 5298.0, "EUR")],
    ),
    "German depot with national numbers only, the total in the column of names": (
        """\
"Stück";"Bezeichnung";"WKN";"Letzter Preis";"Wert in EUR"
"100,000";"Allianz SE";"840400";"312,40";"31.240,00"
"15,500";"MSCI World";"A0RPWH";"98,76";"1.530,78"
"";"Gesamt";"";"";"32.770,78"
""",
        [("840400", 100, 31240.0, "EUR"), ("A0RPWH", 15.5, 1530.78, "EUR")],
    ),
    "French list with ISINs, spaces in numbers and euro signs behind them": (
        """\
Libellé;Code ISIN;Quantité;Cours;Valorisation
TOTALENERGIES;FR0000120271;50;58,25 €;2 912,50 €
BNP PARIBAS;FR0000131104;30;70,10 €;2 103,00 €
Total;;;;5 015,50 €
""",
        [("FR0000120271", 50, 2912.5, "EUR"), ("FR0000131104", 30, 2103.0, "EUR")],
    ),
    "Spanish list with a total by another name": (
        """\
Valor;Código ISIN;Ticker;Títulos;Precio;Valor de mercado;Divisa
INDITEX;ES0148396007;ITX.MC;100;48,50;4.850,00;EUR
Total cartera;;;;;4.850,00;EUR
""",
        [("ITX.MC", 100, 4850.0, "EUR")],
    ),
    "Brazilian list with reais": (
        """\
Ativo;Quantidade;Preço atual;Valor atual
PETR4.SA;100;R$ 38,50;R$ 3.850,00
""",
        [("PETR4.SA", 100, 3850.0, "BRL")],
    ),
    "Dutch list with an account of money": (
        """\
Product;Ticker;Aantal;Koers;Waarde;Valuta
ASML;ASML.AS;5;680,20;3.401,00;EUR
Geldrekening;;;;512,33;EUR
""",
        [("ASML.AS", 5, 3401.0, "EUR"), ("CASH", 512.33, 512.33, "EUR")],
    ),
    "Swiss list with apostrophes and points": (
        """\
Symbol;Bezeichnung;Menge;Kurs;Währung;Gesamtwert
NESN.SW;Nestle;120;81.50;CHF;9'780.00
Total;;;;CHF;9'780.00
""",
        [("NESN.SW", 120, 9780.0, "CHF")],
    ),
    "Short positions with brackets and with the minus behind": (
        """\
Ticker,Qty,Last Price,Market Value
SPY,(100),$580.10,"($58,010.00)"
TSLA,50-,300.00,"15,000.00-"
""",
        [("SPY", -100, -58010.0, "USD"), ("TSLA", -50, -15000.0, "USD")],
    ),
    "Units below the header, footers in words": (
        """\
Symbol,Shares,Price,Value
,(units),($),($)
AAPL,10,230.00,2300.00

"Prices are delayed at least 20 minutes. Not insured."
last updated 2026-11-20
""",
        [("AAPL", 10, 2300.0, "USD")],
    ),
    "Blocks of accounts, each with a total, and one of all": (
        """\
My Brokerage - 1234
Symbol,Quantity,Price,Market Value
AAPL,10,230,2300
Total,,,2300

My IRA - 9876
Symbol,Quantity,Price,Market Value
MSFT,10,430,4300
Total,,,4300
Grand Total,,,6600
""",
        [("AAPL", 10, 2300.0, "USD"), ("MSFT", 10, 4300.0, "USD")],
    ),
    "Market and code in columns of their own": (
        """\
Portfolio: Main,,,,,
Market,Code,Name,Quantity,Price,Value
NASDAQ,AAPL,Apple,10,230.00,2300.00
LSE,VOD,Vodafone,1000,0.75,750.00
""",
        [("AAPL", 10, 2300.0, "USD"), ("VOD.L", 1000, 750.0, "GBP")],
    ),
    "Shares by ISIN and nothing else": (
        """\
ISIN,Quantity,Value (USD)
US0378331005,10,2300.00
US5949181045,5,2150.00
""",
        [("US0378331005", 10, 2300.0, "USD"), ("US5949181045", 5, 2150.0, "USD")],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_no_layout_names_is_read(name):
    text, wanted = FILES[name]
    portfolio = read_portfolio(text.encode(), as_of=AS_OF)
    found = [(each.symbol, each.quantity, each.market_value, each.currency) for each in portfolio.positions]
    assert [row[::3] for row in found] == [row[::3] for row in wanted]
    for (_, quantity, value, _), (_, wanted_quantity, wanted_value, _) in zip(found, wanted, strict=True):
        assert (quantity, value) == pytest.approx((wanted_quantity, wanted_value), rel=1e-9)
    assert not [warning for warning in portfolio.warnings if warning.code in {"total_mismatch", "value_mismatch"}]


def test_weights_with_a_total_above_the_header_are_read():
    portfolio = read_portfolio(b"Total,100\n\nTicker,Allocation\nVTI,60\nBND,30\nVXUS,10\n", as_of=AS_OF)
    assert {each.symbol: each.weight for each in portfolio.positions} == {"VTI": 0.6, "BND": 0.3, "VXUS": 0.1}


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("58,25 €", "EUR"),
        ("€2210.00", "EUR"),
        ("-£5", "GBP"),
        ("(£5)", "GBP"),
        ("R$ 38,50", "BRL"),
        ("1'000 CHF", "CHF"),
        ("$230.00", "$"),
        ("US$5", "US$"),
        ("230.00", None),
        ("", None),
        ("n/a", None),
    ],
)
def test_a_cell_tells_its_currency_by_sign_or_code(text, currency):
    assert currency_told(text) == currency


@pytest.mark.parametrize(
    ("rows", "currency"),
    [("AAPL,5,€200.00,€1000.00", "EUR"), ("AAPL,5,€200.00,$1000.00", "USD"), ("AAPL,5,200.00,1000.00", "USD")],
)
def test_one_sign_in_all_prices_and_values_is_the_files_currency(rows, currency):
    (position,) = read_portfolio(f"Ticker,Units,Price,Market Value\n{rows}\n".encode(), as_of=AS_OF).positions
    assert position.currency == currency


@pytest.mark.parametrize(
    ("name", "plain"),
    [("wertineur", "wert"), ("valueusd", "value"), ("marketvalue", "marketvalue"), ("usd", "usd"), ("eur", "eur")],
)
def test_the_currency_at_the_end_of_a_column_name_is_told_apart(name, plain):
    assert without_currency(name) == plain


def test_a_plain_name_wins_over_one_with_a_currency():
    text = b"Symbol,Quantity,Market Value (EUR),Market Value\nAAPL,5,900,1000\n"
    assert read_portfolio(text, as_of=AS_OF).positions[0].market_value == 1000.0


def test_numbers_without_an_exchange_or_an_isin_are_still_asked_about():
    with pytest.raises(InvalidRowsError, match=r"write numbers with the suffix of their exchange, as in 7203\.T"):
        read_portfolio(b"Symbol,Quantity\n7203,100\n", as_of=AS_OF)
