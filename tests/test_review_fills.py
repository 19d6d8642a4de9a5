"""Reading fills: brokers' spellings of one and the same file, and every bad row in one message."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.contracts import read_contract_code
from hedger.errors import SettingsError
from hedger.review import Fill, read_fills

if TYPE_CHECKING:
    from pathlib import Path

SINCE, UNTIL = date(2026, 6, 22), date(2026, 8, 21)


def read(text: str) -> tuple[Fill, ...]:
    return read_fills(text.encode(), since=SINCE, until=UNTIL, name="fills.csv")


def facts(fills: tuple[Fill, ...]) -> list[tuple[str, str, int, float]]:
    return [(str(fill.time), fill.future.code, fill.quantity, fill.price) for fill in fills]


EXPECTED = [
    ("2026-06-22 10:31:05", "NQU6", -2, 30_205.25),
    ("2026-07-01 15:00:00", "MNQU6", 4, 29_990.0),
]
SPELLINGS = {
    "plain": "time,contract,quantity,price\n2026-06-22 10:31:05,NQU6,-2,30205.25\n2026-07-01 15:00:00,MNQU6,4,29990\n",
    "newest first": (
        "Time,Contract,Quantity,Price\n2026-07-01T15:00:00,MNQU26,4,29990\n2026-06-22T10:31:05,/NQU26:XCME,-2,30205.25\n"
    ),
    "IBKR": (
        '"DataDiscriminator","Symbol","Date/Time","Quantity","T. Price"\n'
        '"Order","NQU6","2026-06-22, 10:31:05","-2","30,205.25"\n'
        '"Order","MNQU6","2026-07-01, 15:00:00","4","29,990.00"\n'
    ),
    "sides": (
        "Trade Date;Exec Time;Side;Qty;Symbol;Price\n"
        "06/22/2026;10:31:05;SLD;2;NQ 202609;$30,205.25\n7/1/2026;3:00:00 PM;BOT;+4;MNQ SEP 26;29990.00\n"
    ),
    "tabs and zones": (
        "timestamp x\tTime\tB/S\tFilled Qty\tInstrument\tAvg Price\n"
        "\t2026-06-22T14:31:05Z\tSell\t\u22122\tNQ Sep26\t30205.25\n"
        "\t2026-07-01T15:00:00-04:00\tBuy\t4\tMNQU2026\t29990\n"
    ),
    "bom and blank lines": (
        "\ufefftime,contract,quantity,price\r\n\r\n20260622 103105,NQU6.CME,-2,30205.25\r\n,,,\r\n"
        "20260701;150000,MNQU6,4,29990\r\n"
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_brokers_spell_the_same_fills_in_their_ways(spelling: str) -> None:
    assert facts(read(SPELLINGS[spelling])) == EXPECTED


def test_a_day_without_a_time_and_a_file_on_disk_will_do(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("date,code,lots,price\n2026-06-22,ESU6,3,7000\n2026-06-22,ESU6,-1,7001\n", encoding="utf-8")
    fills = read_fills(path, since=SINCE, until=UNTIL)
    assert [(str(fill.time), fill.quantity) for fill in fills] == [
        ("2026-06-22 00:00:00", 3),
        ("2026-06-22 00:00:00", -1),
    ]


def test_every_bad_row_is_named_with_its_line_in_one_message() -> None:
    text = (
        "time,contract,quantity,price,side\n"
        "2026-06-23,ESU6,1,7000,\n"
        "yesterday,ESU6,1,7000,\n"
        "2026-06-23,CLU6,1,7000,\n"
        "2026-06-23,ESF6,1,7000,\n"
        "2026-06-23,ES,1,7000,\n"
        "2026-06-23,ESH6,1,7000,\n"
        "2026-06-23,ESU6,1.5,7000,\n"
        "2026-06-23,ESU6,0,7000,\n"
        "2026-06-23,ESU6,1,0,\n"
        "2026-06-23,ESU6,1,\x1b[2J,\n"
        "2026-06-21,ESU6,1,7000,\n"
        "2026-08-22,ESU6,1,7000,\n"
        "2026-06-23,ESU6,1,7000,HOLD\n"
        "2026-06-23,ESU6,-1,7000,BUY\n"
        "2026-06-23\n"
    )
    with pytest.raises(SettingsError, match=r"fills\.csv: 14 rows cannot be used: line 3, ") as caught:
        read(text)
    message = str(caught.value)
    for words in (
        'line 3, column "time": "yesterday" is not a day and time such as 2026-03-02 10:31:00',
        'line 4, column "contract": "CLU6" is not an index future known here (SP, ES, MES',
        'line 5, column "contract": "ESF6" is not a month in which ES expires (H M U Z)',
        'line 6, column "contract": "ES" is not a contract code such as ESZ6, or a root and month such as ES 202612',
        'line 7, column "contract": "ESH6" is not a contract that traded on 2026-06-23: its last day was 2026-03-20',
        'line 8, column "quantity": "1.5" is not a whole number of contracts, negative = sold',
        'line 9, column "quantity": "0" is not a whole number',
        'line 10, column "price": "0" is not a price in points',
        'line 11, column "price": "\\x1b[2J" is not a price in points',
        'line 12, column "time": "2026-06-21" is not between 2026-06-22, the day of the plan, and 2026-08-21',
        'line 13, column "time": "2026-08-22" is not between',
        'line 14, column "side": "HOLD" is not BUY or SELL',
        'line 15, column "quantity": "-1" is not a positive number, as the row says that it is a purchase',
        'line 16, column "contract": "" is not a contract code',
        "Correct or delete them; nothing of the file was used.",
    ):
        assert words in message
    assert "line 2," not in message
    assert message.isprintable()


def test_many_bad_rows_are_counted() -> None:
    with pytest.raises(SettingsError, match=r"30 rows cannot be used: .*; and 10 more\. Correct") as caught:
        read("time,contract,quantity,price\n" + "2026-06-23,XX,1,1\n" * 30)
    assert str(caught.value).count("line ") == 20


def test_one_bad_row_is_said_as_one() -> None:
    with pytest.raises(SettingsError, match=r"fills\.csv: One row cannot be used: line 2, column \"Trade Date\""):
        read("Trade Date,Time,contract,quantity,price\n2026-02-30,10:00,ESU6,1,7000\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"fills\.csv is empty\. Expected a header with time, contract, quantity and price"),
        (b" \n\n", r"fills\.csv is empty"),
        (
            b"time,contract,quantity,price\n",
            r"fills\.csv has a header and no fill below it\. If nothing was traded, say what",
        ),
        (b"when,what\n1,2\n", r'line 1: no column for time, contract, quantity and price in "when, what"'),
        (b"\nday,contract,price\n1,2,3\n", r"line 2: no column for time and quantity in"),
        (b"time,contract,quantity,price\n\xff\n", r"fills\.csv is not text in UTF-8"),
        (b'time,contract,quantity,price\n"2026-06-23,ESU6,1,7000\n', r"fills\.csv, line 2: this is not a CSV table"),
        (b"x" * 5_000_001, r"fills\.csv is larger than 5 MB"),
    ],
)
def test_what_is_no_file_of_fills_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_fills(content, since=SINCE, until=UNTIL, name="fills.csv")


@pytest.mark.parametrize(
    ("text", "code", "year"),
    [
        ("ESZ6", "ESZ6", 2026),
        ("esz26", "ESZ6", 2026),
        ("M2KH7", "M2KH7", 2027),
        ("MNQ 2026-09", "MNQU6", 2026),
        ("RTY-202612", "RTYZ6", 2026),
        ("MES DEC'26", "MESZ6", 2026),
        ("/MYMZ26:XCBT", "MYMZ6", 2026),
        ("YMZ9", "YMZ9", 2029),
        ("QSPXM7", "QSPXM7", 2027),
    ],
)
def test_contract_codes_are_read_in_their_spellings(text: str, code: str, year: int) -> None:
    future = read_contract_code(text, date(2026, 8, 21))
    assert (future.code, future.expiry.year) == (code, year)


def test_the_decade_of_a_year_digit_is_the_nearest() -> None:
    assert read_contract_code("ESH0", date(2019, 12, 1)).expiry.year == 2020
    assert read_contract_code("ESZ9", date(2020, 1, 5)).expiry.year == 2019


def test_the_spot_quoted_contract_expires_in_june_only() -> None:
    with pytest.raises(ValueError, match=r"a month in which QSPX expires \(M\)"):
        read_contract_code("QSPXU6", UNTIL)
