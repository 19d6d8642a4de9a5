"""What rows mean: instruments, totals, weights, currencies, and what cannot be read."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hedger.errors import BadCell, HoldingsError, InvalidRowsError
from hedger.portfolio import Portfolio, Position, read_portfolio

AS_OF = date(2026, 3, 10)
HERE = Path(__file__).parent


def read(text: str, **choices: Any) -> Portfolio:
    return read_portfolio(text.encode(), as_of=AS_OF, **choices)


def only(text: str) -> Position:
    (position,) = read(text).positions
    return position


def codes(portfolio: Portfolio) -> list[tuple[str, int | None]]:
    return [(warning.code, warning.line) for warning in portfolio.warnings]


def bad_cells(text: str) -> tuple[BadCell, ...]:
    with pytest.raises(InvalidRowsError, match="Nothing was imported") as caught:
        read(text)
    return caught.value.cells


def test_all_bad_cells_come_in_one_message() -> None:
    text = "Symbol,Quantity,Price,Market Value\nAAPL,ten,1,2\nSPY,5,x,\n=1+1,3,1,3\nQQQ,3,2,6\n,4,1,4\nIWM,,5,\n"
    cells = bad_cells(text)
    assert [(cell.line, cell.column, cell.value) for cell in cells] == [
        (2, "Quantity", "ten"),
        (3, "Price", "x"),
        (4, "Symbol", "=1+1"),
        (6, "Symbol", ""),
        (7, None, "IWM"),
    ]
    assert [cell.market_value for cell in cells] == [2.0, None, 3.0, 4.0, None]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (
            "Symbol,Weight\nAAPL,half\nKO,50%\n",
            BadCell(line=2, column="Weight", value="half", expected="a number"),
        ),
        (
            "Symbol,Quantity\n,5\n",
            BadCell(
                line=2,
                column="Symbol",
                value="",
                expected="a symbol: the row has a quantity or a value, but neither symbol nor name",
            ),
        ),
        (
            "Account,Symbol,Quantity\nZ1234567,Z1234567,5\n",
            BadCell(line=2, column="Symbol", value="…4567", expected="a symbol: it is the account"),
        ),
    ],
)
def test_a_bad_cell_is_told_with_what_should_stand_there(text: str, cell: BadCell) -> None:
    assert bad_cells(text) == (cell,)


@pytest.mark.parametrize(("price", "scale"), [("98.5", 1.0), ("98.5", 100.0), ("", 100.0)])
def test_a_bond_is_worth_its_price_or_per_cent_of_its_face_as_the_file_has_it(price: str, scale: float) -> None:
    head = "Symbol,Description,Security Type,Quantity,Price,Market Value\n"
    portfolio = read(f"{head}912828XX1,US TREASURY NOTE 2.5% 2030,Bond,{10 * scale:g},{price},985\n")
    (bond,) = portfolio.positions
    assert (bond.asset_class, bond.market_value) == ("bond", 985.0)
    assert portfolio.warnings == ()


STATEMENT = """Statement,Header,Field Name,Field Value
Account Information,Header,Field Name,Field Value
Account Information,Data,Account,U1234567
Account Information,Data,Base Currency,EUR
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Close Price,Value
Open Positions,Data,Summary,Stocks,USD,AAPL,10,1,243.1,2431
Open Positions,Comment,Summary,Stocks,USD,KO,10,1,60,600
Cash Report,Header,Currency Summary,Currency,Total,Securities,Futures
Cash Report,Data,Ending Cash,Base Currency Summary,500.25,500.25,0
"""


def test_cash_that_a_statement_tells_in_its_base_currency_only_is_a_balance_in_it() -> None:
    portfolio = read(STATEMENT)
    (cash,) = (each for each in portfolio.positions if each.asset_class == "cash")
    assert (cash.market_value, cash.currency, cash.lines) == (500.25, "EUR", (9,))


def test_a_row_of_a_kind_that_statements_do_not_have_is_skipped_by_name() -> None:
    portfolio = read(STATEMENT)
    assert [each.symbol for each in portfolio.positions] == ["AAPL", "CASH"]
    assert {row.line: row.reason for row in portfolio.skipped_rows}[7] == "text outside the tables"


def test_errors_survive_pickling() -> None:
    with pytest.raises(InvalidRowsError, match='"ten" is not a number') as caught:
        read("Symbol,Quantity\nAAPL,ten\n")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_bad_rows_are_left_out_on_demand_and_named_with_their_value() -> None:
    text = "Symbol,Quantity,Price,Market Value\nAAPL,ten,x,2431\nSPY,5,571.2,2856\n"
    portfolio = read(text, leave_out_bad_rows=True)
    assert [position.symbol for position in portfolio.positions] == ["SPY"]
    assert [row.line for row in portfolio.skipped_rows] == [2]
    (warning,) = portfolio.warnings
    assert (warning.code, warning.line) == ("row_left_out", 2)
    assert '"ten" is not a number' in warning.message
    assert "Its value is 2,431.00" in warning.message


def test_leaving_out_every_row_leaves_nothing_to_read() -> None:
    with pytest.raises(HoldingsError, match="holds no position"):
        read("Symbol,Quantity\nAAPL,ten\n", leave_out_bad_rows=True)


def test_long_cells_and_control_characters_are_cut_and_escaped() -> None:
    (cell,) = bad_cells("Symbol,Quantity\n\x1b[31m" + "A" * 500 + ",1\n")
    assert cell.value.startswith("\\x1b[31mAAA")
    assert len(cell.value) == 60


def test_account_numbers_are_hidden_in_messages() -> None:
    (cell,) = bad_cells("Account Number,Symbol,Quantity\nZ48213977,Z48213977,5\n")
    assert cell.value == "…3977"


@pytest.mark.parametrize(
    ("row", "asset_class", "symbol"),
    [
        ("AAPL,APPLE INC,Equity,10,243.10,2431", "stock", "AAPL"),
        ("GLD,SPDR GOLD SHARES,,10,268.55,2685.5", "etf", "GLD"),
        ("FXAIX,FIDELITY 500 INDEX FUND,,10,231.55,2315.5", "fund", "FXAIX"),
        ("SPAXX,FIDELITY GOVERNMENT MONEY MARKET,,10,1,10", "cash", "SPAXX"),
        ("ABCXX,SOME MONEY FUND,,10,1,10", "cash", "ABCXX"),
        ("CASH,PATHWARD FINANCIAL,,10,78.2,782", "stock", "CASH"),
        ("CASH,,,,,782", "cash", "CASH"),
        ("BDPS,BANK DEPOSIT SWEEP,,782,1,782", "cash", "CASH"),
        ("EUR,Cash,Cash,10,1,10", "cash", "CASH"),
        ("JNK,SPDR HIGH YIELD BOND ETF,Fixed Income,10,96.85,968.5", "etf", "JNK"),
        ("912828YS3,US TREASURY NOTE 1.75%,,10000,94.5,9450", "bond", "912828YS3"),
        ("912828YS3,,Fixed Income,10000,,", "bond", "912828YS3"),
        ("99A11B105,TARGET RETIRE 2045 TRUST,,10,38.21,382.1", "fund", "99A11B105"),
        ("US0378331005,APPLE INC,,10,243.1,2431", "stock", "US0378331005"),
        ("IE00BK5BQT80,VANGUARD UCITS,,10,121.45,1214.5", "etf", "IE00BK5BQT80"),
        (",SOMEBODY'S STABLE VALUE FUND,,10,12,120", "fund", "SOMEBODY'S STABLE VALUE FUND"),
        (",Private stake,,10,12,120", "other", "Private stake"),
        ("BTC,Bitcoin,,0.1,68000,6800", "crypto", "BTC-USD"),
        ("BTC,,,0.1,68000,6800", "crypto", "BTC-USD"),
        ("BTC,GRAYSCALE BITCOIN MINI TRUST ETF,,10,32.1,321", "etf", "BTC"),
        ("DOGE-USD,,,10,0.2,2", "crypto", "DOGE-USD"),
        ("FOO,,Crypto,10,0.2,2", "crypto", "FOO-USD"),
        ("/ESZ26,,,-1,5700,", "future", "ESZ26.CME"),
        ("ESZ6,,Future,-1,5700,", "future", "ESZ26.CME"),
        ("AAPL 01/15/2027 250.00 C,,,1,18.35,1835", "option", "AAPL270115C00250000"),
    ],
)
def test_an_instrument_is_told_by_what_its_row_says(row: str, asset_class: str, symbol: str) -> None:
    position = only(f"Symbol,Description,Asset Type,Quantity,Price,Market Value\n{row}\n")
    assert (position.asset_class, position.symbol) == (asset_class, symbol)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("AAPL weird,,Option,1,2,200", "an option in a known notation"),
        ("WEIRD,,Future,1,2,200", "a futures contract in a known notation"),
        ("AAPL 01/15/2027 250.00 C,,Option,,18.35,1835", "a number of contracts"),
        ("AAPL,,Equity,10,-243.1,", "a price of at least 0"),
        ("AAPL,,Equity,10,24'31x,", "a number"),
        ("AAPL,,Equity,10,1,#name", "a number"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_was_expected(row: str, expected: str) -> None:
    (cell,) = bad_cells(f"Symbol,Description,Asset Type,Quantity,Price,Market Value\n{row}\n")
    assert cell.expected.startswith(expected)


def test_an_option_can_stand_in_columns() -> None:
    header = "Underlying,Symbol,Type,Expiration,Strike,Put/Call,Quantity,Price\n"
    position = only(header + "SPX,SPXW,Option,2026-12-18,5400,P,2,100\n")
    assert (position.symbol, position.underlying, position.market_value) == ("SPX261218P05400000", "^GSPC", 20_000.0)
    (cell,) = bad_cells(header + "SPX,SPXW,Option,soon,5400,P,2,100\n")
    assert cell.column == "Symbol"


def test_a_future_adds_notional_not_value() -> None:
    header = "Symbol,Asset Category,Multiplier,Quantity,Price,Value\n"
    future = only(header + "ESM6,Futures,50,-2,5725.50,-572550\n")
    assert (future.market_value, future.notional, future.underlying) == (None, -572_550.0, "ES")
    unpriced = only(header + "ESM6,Futures,50,-2,,-572550\n")
    assert unpriced.notional == -572_550.0
    portfolio = read(header + "XQM6,Futures,,-2,10,\n")
    assert portfolio.positions[0].notional is None
    assert codes(portfolio) == [("unknown_multiplier", 2)]


def test_a_future_may_have_a_negative_price() -> None:
    assert only("Symbol,Quantity,Price\n/CLK20,1,-37.63\n").notional == pytest.approx(-37_630.0, rel=1e-12)


def test_bids_and_asks_stand_in_for_a_price() -> None:
    header = "Symbol,Type,Quantity,Bid (Sell),Ask (Buy)\n"
    assert only(header + "/ZNM6,FUTURES,1,112'15,112'155\n").price == pytest.approx(112.4765625, rel=1e-12)
    assert only(header + "AAPL,STOCK,1,243.00,243.20\n").price == pytest.approx(243.1, rel=1e-12)


def test_a_swiss_price_is_no_price_in_thirty_seconds() -> None:
    assert only("Symbol,Quantity,Price\nBRK.A,1,741'971.25\n").price == 741_971.25


def test_a_short_side_makes_quantity_and_value_negative() -> None:
    position = only("Symbol,Quantity,Market Value,Side\nTSLA,15,4326,Short\n")
    assert (position.quantity, position.market_value) == (-15.0, -4326.0)


def test_a_positive_value_of_a_short_position_is_turned_and_told() -> None:
    portfolio = read("Symbol,Quantity,Price,Market Value\nTSLA,-15,288.40,4326\n")
    assert portfolio.positions[0].market_value == -4326.0
    assert codes(portfolio) == [("sign_mismatch", 2)]


def test_a_value_far_from_quantity_times_price_is_doubted() -> None:
    portfolio = read("Symbol,Quantity,Price,Market Value\nAAPL,10,243.10,24310\nSPY,3,571.2,1713.59\n")
    assert codes(portfolio) == [("value_mismatch", 2)]
    assert portfolio.positions[0].market_value == 24_310.0


def test_a_price_in_pence_beside_a_value_in_pounds_is_read_as_pounds() -> None:
    portfolio = read("Symbol,Quantity,Price,Market Value\nVOD.L,1000,74.2,742\n")
    assert (portfolio.positions[0].price, portfolio.positions[0].currency) == (pytest.approx(0.742, rel=1e-12), "GBP")
    assert ("price_in_pence", 2) in codes(portfolio)


def test_what_other_rows_have_and_a_row_lacks_is_told() -> None:
    text = (
        "Symbol,Quantity,Price,Market Value\nAAPL,10,243.10,\nSPY,,571.2,2856\nQQQ,3,,\nIWM,5,0,\nDIA,2,#DIV/0!,900\n"
    )
    assert codes(read(text)) == [
        ("value_missing", 2),
        ("quantity_missing", 3),
        ("price_missing", 4),
        ("price_missing", 5),
        ("cell_error", 6),
    ]


def test_rows_of_one_symbol_and_account_become_one_position() -> None:
    text = "Account,Symbol,Shares,Price\nA1,MSFT,10,400\nA1,MSFT,5,400\nB2,MSFT,7,400\nA1,msft,1,\n"
    positions = read(text).positions
    assert [(p.account, p.quantity, p.lines) for p in positions] == [("A1", 16.0, (2, 3, 5)), ("B2", 7.0, (4,))]
    assert positions[0].market_value is None
    assert positions[0].price == 400.0


def test_prices_that_differ_between_lots_are_averaged_and_doubted() -> None:
    portfolio = read("Symbol,Quantity,Price\nAAPL,10,240\nAAPL,5,270\n")
    assert portfolio.positions[0].price == pytest.approx(250.0, rel=1e-12)
    assert codes(portfolio) == [("prices_differ", 3)]


def test_accounts_that_end_alike_are_kept_apart_and_told() -> None:
    portfolio = read("Account,Symbol,Shares\nZ10001234,SPY,1\nZ20001234,SPY,2\n")
    assert [(p.account, p.quantity) for p in portfolio.positions] == [("1234", 1.0), ("1234", 2.0)]
    assert codes(portfolio) == [("accounts_look_alike", None)]


def test_labels_above_tables_name_accounts_where_there_are_several() -> None:
    table = "Symbol,Quantity\nSPY,1\n"
    several = read(f"Roth IRA 1111\n{table}\nTaxable 2222\n{table}")
    assert [position.account for position in several.positions] == ["1111", "2222"]
    assert only(f"My holdings 2026\n{table}").account is None


@pytest.mark.parametrize(
    ("rows", "total", "doubts"),
    [
        ("AAPL,10,2431\nSPY,5,2856\nTotal,,5287\n", 5287.0, []),
        ("AAPL,10,2431\nSPY,5,2856\nTotal,,9999\n", 9999.0, [("total_mismatch", 4)]),
        ("AAPL,10,2431\nSPY,5,2856\n,,5287\n", 5287.0, []),
        ("AAPL,10,2431\nSubtotal,,2431\nSPY,5,2856\nSubtotal,,2856\nGrand Total,,5287\n", 5287.0, []),
        ("AAPL,10,2431\nAccount Total,,2431\nSPY,5,2856\nAccount Total,,2856\n", 5287.0, []),
        ("Total,,5287\nAAPL,10,2431\nSPY,5,2856\n", 5287.0, []),
        ("AAPL,10,2431\nPending activity,,-31\nTotal,,2400\n", 2400.0, [("pending_activity_excluded", 3)]),
        ("Total Brokerage,,2431\nAAPL,10,2431\n", 2431.0, []),
        ("AAPL,10,2431\nTotal,,\n", None, []),
    ],
)
def test_totals_of_the_file_are_checked(rows: str, total: float | None, doubts: list[tuple[str, int]]) -> None:
    portfolio = read("Symbol,Quantity,Market Value\n" + rows)
    assert portfolio.file_total == total
    assert codes(portfolio) == doubts
    assert not any("total" in position.symbol.lower() for position in portfolio.positions)


def test_a_mismatch_names_the_amount() -> None:
    portfolio = read("Symbol,Quantity,Market Value\nAAPL,10,2431\nTotal,,9999\n")
    assert "a difference of 7,568.00" in portfolio.warnings[0].message


def test_sections_of_a_statement_are_checked_against_their_totals() -> None:
    text = (HERE / "samples" / "ibkr_activity_statement.csv").read_text(encoding="utf-8-sig")
    portfolio = read(text.replace("Total,,Bonds,USD,,,,,10000.00,,10045.31", "Total,,Bonds,USD,,,,,10000.00,,20045.31"))
    assert ("total_mismatch", 45) in codes(portfolio)


def test_a_statement_without_balances_per_currency_keeps_the_summary() -> None:
    lines = (HERE / "samples" / "ibkr_activity_statement.csv").read_text(encoding="utf-8-sig").splitlines()
    kept = [line for line in lines if not line.startswith(("Cash Report,Data,Ending Cash,", "Forex"))]
    kept.insert(16, "Cash Report,Data,Ending Cash,Base Currency Summary,500.25,500.25,0,")
    portfolio = read("\n".join(kept))
    assert portfolio.cash_total == 500.25
    bad = [line.replace("500.25,500.25", "lots,lots") for line in kept]
    (cell,) = bad_cells("\n".join(bad))
    assert (cell.line, cell.expected) == (17, "a balance of cash")


@pytest.mark.parametrize(
    ("rows", "weights", "doubts"),
    [
        ("VTI,60%\nBND,40%\n", [0.6, 0.4], []),
        ("VTI,0.6\nBND,0.4\n", [0.6, 0.4], []),
        ("VTI,60\nBND,40\n", [0.6, 0.4], []),
        ("VTI,60\nVXUS,25\nBND,14.9\n", [0.6, 0.25, 0.149], []),
        ("VTI,40\nBND,20\n", [0.4, 0.2], [("weights_sum", None)]),
        ("VTI,100%\nVXUS,100%\nBND,50%\n", [1.0, 1.0, 0.5], [("weights_sum", None)]),
        ("SPY,130%\nTSLA,-30%\n", [1.3, -0.3], []),
        ("VTI,60%\nBND,40%\nTotal,100%\n", [0.6, 0.4], []),
        ("VTI,60%\nBND,40%\nTotal,120%\n", [0.6, 0.4], [("total_mismatch", None)]),
        ("VTI,60%\nCASH,40%\n", [0.6, 0.4], []),
    ],
)
def test_weights_are_fractions_whatever_they_are_written_as(
    rows: str, weights: list[float], doubts: list[tuple[str, None]]
) -> None:
    portfolio = read("Ticker,Weight\n" + rows)
    assert [position.weight for position in portfolio.positions] == pytest.approx(weights, rel=1e-12)
    assert portfolio.layout == "generic_weights"
    assert codes(portfolio) == doubts


@pytest.mark.parametrize(
    ("rows", "words"), [("VTI,60%\nBND,40\n", "have a per cent sign"), ("VTI,3\nBND,2\n", "neither fractions")]
)
def test_weights_with_two_readings_are_refused(rows: str, words: str) -> None:
    with pytest.raises(HoldingsError, match=words):
        read("Ticker,Weight\n" + rows)


def test_weights_beside_shares_are_compared_not_used() -> None:
    portfolio = read("Ticker,Shares,Price,Weight\nVTI,60,100,20%\nBND,40,100,80%\n")
    assert [(p.quantity, p.weight) for p in portfolio.positions] == [(60.0, None), (40.0, None)]
    assert codes(portfolio) == [("weight_conflict", 2), ("weight_conflict", 3)]


def test_values_alone_are_enough() -> None:
    position = only("Symbol,Market Value\nSPY,5000\n")
    assert (position.quantity, position.market_value) == (None, 5000.0)


def test_currencies_come_from_column_listing_or_header() -> None:
    column = only("Symbol,Quantity,Price,Currency\nABC,1,10,CAD\n")
    listing = only("Symbol,Quantity,Price\nSAP.DE,1,10\n")
    header = only("Symbol,Quantity,Value in EUR\nABC,1,10\n")
    assert (column.currency, listing.currency, header.currency) == ("CAD", "EUR", "EUR")
    portfolio = read("Symbol,Quantity,Market Value\nSAP.DE,1,10\nCash,,5\n")
    assert [p.currency for p in portfolio.positions] == ["EUR", "EUR"]
    assert portfolio.cash_total is None
    assert codes(portfolio) == [("foreign_currency", None)]
    assert "2 rows are in EUR" in portfolio.warnings[0].message


def test_cash_that_is_a_debt_is_told() -> None:
    portfolio = read("Symbol,Quantity,Market Value\nSPY,1,500\nCash,,-200\n")
    assert portfolio.cash_total == -200.0
    assert codes(portfolio) == [("margin_debit", 3)]


def test_a_file_that_says_nothing_of_cash_has_none() -> None:
    assert read("Symbol,Quantity\nSPY,1\n").cash_total is None


def test_a_ticker_that_is_also_a_currency_is_told_where_nothing_decides() -> None:
    assert codes(read("Symbol,Quantity\nBTC,1\n")) == [("crypto_symbol_ambiguous", 2)]
    assert codes(read("Symbol,Quantity,Price\nUSD,50,60.1\n")) == [("symbol_looks_like_cash", 2)]


def test_lots_below_a_sum_do_not_count_twice() -> None:
    text = (
        "Symbol,Quantity,Market Value\nVTI,70,20374.20\n 01/15/2022,40,11642.40\n 03/10/2023,30,8731.80\nSPY,1,571.2\n"
    )
    portfolio = read(text)
    assert [(p.symbol, p.quantity) for p in portfolio.positions] == [("VTI", 70.0), ("SPY", 1.0)]
    assert [row.line for row in portfolio.skipped_rows] == [3, 4]
    cells = bad_cells(text.replace("30,8731.80", "31,8731.80"))
    assert [cell.line for cell in cells] == [3, 4]


def test_lots_of_a_file_without_sums_all_count() -> None:
    header = "ClientAccountID,Symbol,Quantity,MarkPrice,LevelOfDetail\n"
    assert only(f"{header}U1,SPY,1,500,LOT\nU1,SPY,2,500,LOT\n").quantity == 3.0
    assert only(f"{header}U1,SPY,3,500,SUMMARY\nU1,SPY,1,500,LOT\nU1,SPY,2,500,LOT\n").quantity == 3.0


def test_text_among_rows_is_skipped_with_a_reason() -> None:
    text = (
        "# mine\nSymbol,Quantity,Price\n,(shares),(USD)\nStocks,,\nAAPL,10,243.1\n,,\n# later\nSPY,0,571.2\n"
        "Prices are delayed by at least twenty minutes, they say, or more, or less\nAs of 2026-03-10\n"
    )
    reasons = {row.line: row.reason for row in read(text).skipped_rows}
    assert reasons == {
        1: "text outside the tables",
        3: "units of the columns",
        4: "text, not a position",
        7: "comment",
        8: "quantity is zero",
        9: "text below the table",
        10: "text, not a position",
    }


@pytest.mark.parametrize(
    "row", ["SPY", "SPY;5;571.20", "AAPL,10,243.10,2,431.00", "SPY,,571.2", "AAPL 01/15/2027 250.00 C"]
)
def test_the_rest_of_a_broken_row_is_never_taken_for_text(row: str) -> None:
    (cell,) = bad_cells(f"Symbol,Quantity,Price,Value\nQQQ,3,512.45,1537.35\n{row}\n")
    assert cell.line == 3


def test_words_that_end_a_table_do_not_where_a_position_stands() -> None:
    text = "Note,Symbol,Quantity,Price\nBOA,SPY,1,500\nDisclosure: mine,QQQ,2,500\nFootnotes,,,\n1,,,\n"
    portfolio = read(text)
    assert [position.symbol for position in portfolio.positions] == ["SPY", "QQQ"]
    assert [row.line for row in portfolio.skipped_rows] == [4, 5]


def test_a_total_that_is_text_is_no_total() -> None:
    portfolio = read("Ticker,Weight\nSPY,100%\nTotal,all of it\n")
    assert [row.line for row in portfolio.skipped_rows] == [3]


def test_a_row_shorter_than_its_account_column_is_named() -> None:
    (cell,) = bad_cells("Symbol,Weight,Account\nSPY,100%,A1\nQQQ\n")
    assert cell.line == 3


def test_a_group_without_rows_is_a_broken_row() -> None:
    text = (HERE / "samples" / "thinkorswim_schwab_2026-03-10-PositionStatement.csv").read_text(encoding="utf-8-sig")
    (cell,) = bad_cells(text.replace("XLK,+120", "XLK,"))
    assert (cell.line, cell.value) == (4, "XLK")


def test_many_doubts_of_one_kind_are_counted_not_listed() -> None:
    rows = "".join(f"T{n},1,10,20\n" for n in range(250))
    portfolio = read("Symbol,Quantity,Price,Market Value\n" + rows)
    assert len(portfolio.warnings) == 101
    assert portfolio.warnings[-1].message.startswith("150 more rows")


def test_the_result_is_frozen_and_survives_pickling() -> None:
    portfolio = read("Symbol,Quantity\nSPY,1\n")
    assert pickle.loads(pickle.dumps(portfolio)) == portfolio
    assert hash(portfolio)
    with pytest.raises(AttributeError, match=r"cannot assign|frozen"):
        portfolio.name = "x"  # type: ignore[misc]


def test_the_day_of_the_advice_tells_the_decade_of_a_future() -> None:
    text = b"Symbol,Quantity\n/ESM6,1\n"
    symbols = [read_portfolio(text, as_of=day).positions[0].symbol for day in (date(2026, 8, 21), date(2035, 8, 21))]
    assert symbols == ["ESM26.CME", "ESM36.CME"]


def test_the_manifest_of_nasty_files_is_complete() -> None:
    manifest = json.loads((HERE / "nasty" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert manifest["count"] == len(manifest["files"]) == 98
