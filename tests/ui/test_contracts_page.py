"""The page "Contracts" shows the catalogue of a day and sizes positions as the command line does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from hedger.contracts import INDICES, select_contracts
from hedger.market import SnapshotSource
from hedger.pricing import quote_fair
from hedger.report import list_contracts, to_dollars
from hedger.risk import size_position
from hedger.ui.wording import escape

TODAY = date(2026, 8, 24)


def contracts_script(today):
    from hedger.ui.contracts_page import show_contracts  # noqa: PLC0415

    show_contracts(today)


def open_contracts() -> AppTest:
    page = AppTest.from_function(contracts_script, kwargs={"today": TODAY}, default_timeout=60)
    return page.run()


def rows(page: AppTest) -> list[dict[str, Any]]:
    (table,) = page.dataframe
    return table.value.to_dict("records")


def test_the_table_is_the_list_of_the_command_line_on_the_newest_day_of_the_prices() -> None:
    page = open_contracts()
    assert not page.exception
    assert page.date_input[0].value == date(2026, 8, 21)
    levels = SnapshotSource().fetch([index.symbol for index in INDICES], start=None, end=None)
    expected = list_contracts(date(2026, 8, 21), levels)
    shown = rows(page)
    assert [(row["Root"], row["$ a point"]) for row in shown] == [
        (each.contract.symbol, each.contract.multiplier) for each in sorted(expected, key=lambda row: not row.is_listed)
    ]
    es = next(row for row in shown if row["Root"] == "ES")
    assert (es["Front"], es["Tick"], es["Tick value"], es["Exchange"]) == ("ESU6", 0.25, 12.5, "CME")


def test_on_an_earlier_day_only_what_was_listed_then_is_there() -> None:
    page = open_contracts()
    page.date_input[0].set_value(date(1990, 1, 2)).run()
    assert {row["Root"] for row in rows(page)} == {each.symbol for each in select_contracts(date(1990, 1, 2))}


def test_every_word_of_a_search_must_be_in_a_row() -> None:
    page = open_contracts()
    page.text_input[0].set_value("nasdaq MICRO").run()
    assert [row["Root"] for row in rows(page) if row["Delisted"] is None] == ["MNQ"]


def test_a_search_without_a_match_says_so() -> None:
    page = open_contracts()
    page.text_input[0].set_value("soybeans").run()
    assert not page.dataframe
    assert "No contract matches" in page.info[0].value


@pytest.mark.parametrize(("contract", "equity", "percent", "stop"), [("MES", 10_000.0, 1.0, 5.0), ("NQ", 5e6, 0.5, 80)])
def test_the_calculator_sizes_as_the_command_line_does(
    contract: str, equity: float, percent: float, stop: float
) -> None:
    page = open_contracts()
    page.selectbox(key="size_contract").set_value(contract)
    page.number_input(key="size_equity").set_value(equity)
    page.number_input(key="size_risk").set_value(percent)
    page.number_input(key="size_stop").set_value(stop)
    page.run()
    (listed,) = select_contracts(TODAY, symbols=[contract])
    levels = SnapshotSource().fetch([index.symbol for index in INDICES], start=None, end=None)
    quote = quote_fair(listed, levels, date(2026, 8, 21))
    sized = size_position(listed, equity=equity, risk=percent / 100.0, stop=stop, quote=quote)
    shown = {each.label: each.value for each in page.metric}
    assert shown["Contracts"] == escape(f"{sized.n_contracts:,}")
    assert shown["Loss at the stop"] == escape(to_dollars(sized.loss_at_stop, places=2))
    assert shown["Initial margin"] == escape(to_dollars(sized.initial_margin))
    assert shown["Position value"] == escape(to_dollars(sized.notional))
    assert [each.value for each in page.warning] == [escape(note.message) for note in sized.notes]
    assert shown["One tick"] == escape(to_dollars(listed.tick_value, places=2))


def test_a_stop_that_no_contract_fits_says_what_would() -> None:
    page = open_contracts()
    page.number_input(key="size_stop").set_value(500.0).run()
    assert {each.label: each.value for each in page.metric}["Contracts"] == "0"
    assert "A smaller contract or a closer stop fits" in page.warning[0].value


def test_an_example_that_the_account_can_carry_stands_at_first() -> None:
    assert not open_contracts().warning


def test_a_stop_between_two_ticks_is_doubted() -> None:
    page = open_contracts()
    page.number_input(key="size_stop").set_value(20.1).run()
    assert escape("no multiple of the tick of 0.25: an order can rest 20 or 20.25 points") in page.warning[0].value


def test_an_impossible_account_is_refused_in_a_sentence() -> None:
    page = open_contracts()
    page.number_input(key="size_equity").set_value(0.0).run()
    assert not page.exception
    assert "equity must be positive" in page.error[0].value.replace("\\", "")
