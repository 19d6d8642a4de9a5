"""The page "Margin and cost" shows what the advice says of calls for cash, costs and days, and keeps own figures."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from page_browser import download
from page_states import SAMPLES, TODAY, advice_for, everything, open_body, refusal, sentence
from playwright.sync_api import expect

from hedger.advice import decide, measure_account
from hedger.contracts import load_fee_schedules, read_fees, read_margins
from hedger.errors import SettingsError
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.report import calendar_document, to_day, to_dollars, to_index_title, to_percent
from hedger.settings import PARSERS, Settings
from hedger.ui.money_figures import FEES, MARGINS, NamedText
from hedger.ui.money_page import show_money
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page
    from streamlit.testing.v1 import AppTest

OWN_MARGINS = "symbol,initial,maintenance,as_of\nNQ,30000,27000,2026-08-20\n"
OWN_FEES = "symbol,commission,exchange_fee,regulatory_fee\nNQ,2.5,1.38,0.02\nMNQ,0.5,0.35,0.02\n"


open_page = partial(open_body, show_money)


def rows_of(page: AppTest, *headings: str) -> list[list[str]]:
    """Return the cells of the only table whose first headings are these."""
    head = "| " + " | ".join(escape(each) for each in headings)
    (table,) = (each.value for each in page.markdown if each.value.startswith(head))
    return [[cell.strip() for cell in row[1:-1].split(" | ")] for row in table.splitlines()[2:]]


def dollars(*amounts: float | None, **form: Any) -> list[str]:
    return [escape(to_dollars(amount, **form)) for amount in amounts]


def fan(page: AppTest) -> list[dict[str, Any]]:
    (element,) = page.get("vega_lite_chart")
    assert element.proto.alt
    rows: list[dict[str, Any]] = pa.ipc.open_stream(element.proto.data.data).read_all().to_pylist()
    return rows


def edit(page: AppTest, table: Any, *rows: tuple[int, dict[str, Any]]) -> AppTest:
    """Type into cells of a table, send them, and return the page."""
    (key,) = (each.key for each in page.data_editor if each.key.startswith(table.name))
    page.session_state[key] = {"edited_rows": dict(rows), "added_rows": [], "deleted_rows": []}
    return page.button(key=f"{table.name} send").click().run()


def test_the_chances_of_a_call_stand_beside_each_other_with_their_buffers() -> None:
    page, advice = open_page(), advice_for()
    call = advice.risk.margin_call
    assert call is not None
    rows = rows_of(page, "Call within", "By formula", "Past windows")
    assert [row[0] for row in rows] == ["5 sessions", "21 sessions", "63 sessions"]
    for row, chance in zip(rows, call.chances, strict=True):
        assert row[1:3] == [escape(to_percent(chance.probability)), escape(to_percent(chance.simulated))]
        assert row[3:] == dollars(*(call.need(each, chance.horizon_days) for each in (0.10, 0.05, 0.01)))


def test_the_fan_is_that_of_the_advice_with_the_line_of_the_call() -> None:
    page, advice = open_page(), advice_for()
    call = advice.risk.margin_call
    assert call is not None
    rows = fan(page)
    assert [row["sessions"] for row in rows] == [at.horizon_days for at in call.fan]
    for row, at in zip(rows, call.fan, strict=True):
        names = ("1 in 20 below", "lower", "Futures account", "upper", "1 in 20 above")
        assert tuple(row[name] for name in names) == at.quantiles
        assert row["Low until then"] == at.lowest
        assert row["Call for cash below"] == advice.plan.maintenance_margin
    shown = {row[0]: row[1:] for row in rows_of(page, "Account after")}
    for at in call.fan:
        if at.horizon_days in (5, 21, 63):
            low, _, middle, _, high = at.quantiles
            assert shown[f"{at.horizon_days} sessions"] == dollars(high, middle, low, at.lowest)


def test_a_buffer_that_is_too_small_is_flagged_with_the_hedge_that_it_would_carry() -> None:
    page, advice = open_page(buffer=100_000.0), advice_for(buffer=100_000.0)
    call = advice.risk.margin_call
    assert call is not None
    assert call.call_move is not None
    (warning,) = (each.value for each in page.warning)
    for words in (
        to_dollars(100_000.0),
        to_percent(call.call_move, places=1),
        f"{call.call_level:,.0f}",
        to_percent(call.chances[-1].probability),
        f"hold {to_dollars(call.need(0.05, 63))}",
        f"{to_percent(call.largest_hedge)} of these contracts",
    ):
        assert escape(words) in warning
    shown = {each.label: (each.value, each.delta) for each in page.metric}
    assert shown["Buffer"] == (escape(to_dollars(100_000.0)), "as you state")
    assert shown["Hedge it carries"] == (
        escape(to_percent(call.largest_hedge_fraction)),
        escape(f"{to_percent(call.largest_hedge)} of this one"),
    )


@pytest.mark.parametrize("sample", ["ibkr_activity_statement", "long_short_with_cash", "small_and_large"])
def test_other_books_show_their_account_and_its_costs(sample: str) -> None:
    page, advice = open_page(sample), advice_for(sample)
    call, costs = advice.risk.margin_call, advice.risk.costs
    assert call is not None
    for row, chance in zip(rows_of(page, "Call within", "By formula"), call.chances, strict=True):
        assert row[3:] == dollars(*(call.need(each, chance.horizon_days) for each in (0.10, 0.05, 0.01)))
    shown = {each.label: each.value for each in page.metric}
    assert shown["Buffer"] == dollars(call.buffer)[0]
    assert shown["All, a year"] == dollars(costs.per_year)[0]
    assert ("State your own buffer under" in everything(page)) is not call.is_stated


def test_a_buffer_that_carries_the_hedge_is_told_to() -> None:
    page = open_page(buffer=2_000_000.0)
    assert not page.warning
    (told,) = (each.value for each in page.success)
    assert escape("Chance within a quarter: 0%.") in told
    assert "hold" not in told


SHORT_BOOK = "Symbol,Quantity\nAAPL,-2000\nCash,900000\n"


def test_a_bought_hedge_is_called_in_a_fall(tmp_path: Path) -> None:
    file = tmp_path / "short.csv"
    file.write_text(SHORT_BOOK)
    page, advice = open_page(file, buffer=20_000.0), advice_for(file, buffer=20_000.0)
    call = advice.risk.margin_call
    assert call is not None
    assert advice.plan.hedge_notional > 0
    assert call.call_move is not None
    assert call.call_move < 0
    title, move = to_index_title(advice.plan.reference_index), to_percent(-call.call_move, places=1)
    assert escape(f"calls for cash when the {title} falls by {move}, to {call.call_level:,.0f}.") in everything(page)


def test_a_buffer_that_outlasts_an_index_of_nothing_is_never_called(tmp_path: Path) -> None:
    file = tmp_path / "short.csv"
    file.write_text(SHORT_BOOK)
    page, advice = open_page(file, buffer=5_000_000.0), advice_for(file, buffer=5_000_000.0)
    assert advice.risk.margin_call is not None
    assert advice.risk.margin_call.call_move is None
    title = to_index_title(advice.plan.reference_index)
    assert escape(f"With a buffer of $5,000,000 no move of the {title} alone brings a call") in everything(page)


def test_risen_margins_are_shown_beside_those_of_today() -> None:
    page, advice = open_page(buffer=300_000.0), advice_for(buffer=300_000.0)
    call = advice.risk.margin_call
    assert call is not None
    today, *risen = rows_of(page, "Margins", "Cash at once")
    assert today[0] == "As today"
    assert [row[0] for row in risen] == [escape("+50%"), escape("+100%")]
    for row, stressed in zip(risen, call.stressed, strict=True):
        assert row[1] == dollars(stressed.cash_needed)[0]
        is_due = stressed.cash_needed > 0
        assert row[2] == ("at once" if is_due else escape(to_percent(stressed.call_move, places=1, is_change=True)))
        assert row[3] == escape(to_percent(stressed.probability))
        assert row[4:] == dollars(*(need.buffer for need in stressed.needs))


def test_past_crises_and_rallies_of_the_account_are_listed() -> None:
    page, advice = open_page(), advice_for()
    rows = rows_of(page, "Episode", "Futures", "At worst")
    assert len(rows) == len(advice.risk.past_accounts) == 12
    for row, past in zip(rows, advice.risk.past_accounts, strict=True):
        assert row[1:3] == dollars(past.pnl, past.worst_pnl, is_change=True)
        assert row[3] == to_day(past.worst_session)
        assert row[4] == ("never" if past.call_session is None else to_day(past.call_session))
        assert row[5] == dollars(past.cash_needed)[0]


def test_costs_are_shown_part_by_part_with_their_dates_and_sources() -> None:
    page, advice = open_page(), advice_for()
    costs = advice.risk.costs
    shown = {each.label: (each.value, each.delta) for each in page.metric}
    assert shown["Once"][0] == dollars(costs.one_off, places=2)[0]
    assert shown["Each roll"][0] == dollars(costs.roll, places=2)[0]
    assert shown["Carry a year"][0] == dollars(costs.carry_per_year)[0]
    assert shown["All, a year"] == (dollars(costs.per_year)[0], escape(f"{costs.basis_points_per_year:+,.1f} bp"))
    rows = rows_of(page, "When", "What")
    assert [row[1] for row in rows] == [escape(item.name) for item in costs.items]
    for row, item in zip(rows, costs.items, strict=True):
        assert row[2:] == [dollars(item.amount, places=2)[0], escape(item.as_of or "not dated")]
        assert escape(item.source) in everything(page)


def test_other_ways_stand_beside_the_futures_with_the_tax_that_selling_realises() -> None:
    rates = {"unrealised_gain": 400_000.0, "long_term_tax": 20.0, "short_term_tax": 37.0}
    page = open_page(**rates)
    advice = advice_for(unrealised_gain=400_000.0, long_term_tax=0.20, short_term_tax=0.37)
    futures, selling, fund = rows_of(page, "", "Amount")
    assert futures[1:4] == [
        *dollars(abs(advice.plan.hedge_notional)),
        *dollars(advice.risk.costs.one_off, places=2),
        *dollars(advice.risk.costs.per_year),
    ]
    for row, way in zip((selling, fund), advice.risk.other_ways, strict=True):
        assert row[1:] == [*dollars(way.amount), *dollars(way.one_off, places=2), *dollars(way.per_year, way.tax)]
        assert escape(way.remark) in everything(page)
    assert advice.risk.other_ways[0].tax is not None
    taxed = rows_of(page, "Scenario", "Futures", "60% long-term")
    for row, each in zip(taxed, advice.risk.futures_tax, strict=True):
        assert row == [
            escape(each.scenario),
            *dollars(each.gain, each.long_term, each.short_term, each.tax, is_change=True),
        ]


def test_tax_is_left_out_until_rates_are_stated() -> None:
    page = open_page()
    assert escape("60% long-term |") not in everything(page)
    page.number_input(key="long_term_tax").set_value(20.0)
    page.number_input(key="short_term_tax").set_value(37.0).run()
    assert len(rows_of(page, "Scenario", "Futures", "60% long-term")) == 12


def test_a_book_that_is_nearly_the_index_is_told_of_straddles(tmp_path: Path) -> None:
    file = tmp_path / "fund.csv"
    file.write_text("Symbol,Quantity\nSPY,1000\n")
    page = open_page(file)
    assert "Section 1092" in page.warning[-1].value


def test_doubts_about_margins_stand_where_they_can_be_put_right() -> None:
    page, advice = open_page(), advice_for()
    assert [note.code for note in advice.quote_notes] == ["margin_assumed"]
    assert escape("The initial margin is an assumption, 9% of notional for NQ and MNQ") in everything(page)
    edit(page, MARGINS, (2, {"initial": 30_000.0, "maintenance": 27_000}))
    assert escape("is an assumption") not in everything(page)


def test_the_calendar_names_rolls_their_cost_and_days_without_trading() -> None:
    page, advice = open_page(), advice_for()
    days = calendar_document(advice)
    rows = rows_of(page, "Contract", "Held", "Roll on")
    assert [(row[0], row[1], row[2], row[3], row[5]) for row in rows] == [
        (
            each["contract_code"],
            escape(f"{each['quantity']:+,}"),
            to_day(each["roll_date"]),
            each["next_contract_code"],
            to_day(each["last_trading_day"]),
        )
        for each in days["expiries"]
    ]
    rolled = sum(float(row[4].replace("\\", "").removeprefix("$")) for row in rows)
    assert rolled == pytest.approx(advice.risk.costs.roll, abs=0.01)
    assert escape(f"Look at the plan again on {to_day(days['review_date'])}.") in everything(page)
    assert escape("closed on 7 Sep 2026 (Labor Day)") in everything(page)


def test_a_plan_without_contracts_needs_no_cash_but_takes_figures() -> None:
    page = open_page(hedge=0)
    assert "needs no margin" in everything(page)
    assert not page.get("vega_lite_chart")
    assert len(page.data_editor) == 2


def test_margins_can_be_typed_over_and_count_at_once() -> None:
    page, before = open_page(), advice_for()
    shown = page.data_editor[0].value
    assert list(shown["symbol"]) == [quote.symbol for quote in before.quotes]
    assert list(shown["initial"]) == [round(quote.margin.initial, 2) for quote in before.quotes]
    edit(page, MARGINS, (2, {"initial": 30_000.0, "maintenance": 27_000}))
    text = page.session_state["margins.csv"]
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"symbol": "NQ", "initial": "30000", "maintenance": "27000", "as_of": TODAY.isoformat()}
    ]
    advice = advice_for(margins=read_margins(NamedText(text, "margins.csv")))
    assert advice.plan.initial_margin < before.plan.initial_margin
    assert {each.label: each.value for each in page.metric}["Initial margin"] == dollars(advice.plan.initial_margin)[0]
    # The micro follows: the exchange keeps it at a tenth.
    assert (
        dict(zip(page.data_editor[0].value["symbol"], page.data_editor[0].value["initial"], strict=True))["MNQ"] == 3000
    )
    assert escape("Your own figures count for 1 contract: NQ.") in everything(page)


def test_a_second_edit_keeps_the_first_and_a_day_can_be_stated() -> None:
    page = open_page(**{"margins.csv": OWN_MARGINS})
    edit(page, MARGINS, (0, {"initial": 25_000.5, "maintenance": 20_000.25, "as_of": "2026-08-01"}))
    assert page.session_state["margins.csv"] == OWN_MARGINS + "ES,25000.5,20000.25,2026-08-01\n"
    edit(page, MARGINS, (2, {"as_of": None}))
    assert "NQ,30000,27000,\n" in page.session_state["margins.csv"]


def test_a_margin_that_makes_no_sense_is_refused_and_the_others_stay() -> None:
    page = open_page(**{"margins.csv": OWN_MARGINS})
    edit(page, MARGINS, (2, {"maintenance": 99_000.0}))
    with pytest.raises(SettingsError, match="not a positive number up to the initial margin") as refused:
        read_margins(NamedText("symbol,initial,maintenance\nNQ,30000,99000\n", "margins.csv"))
    assert [each.value for each in page.error] == [escape(refused.value)]
    assert page.session_state["margins.csv"] == OWN_MARGINS


def test_own_figures_can_be_given_up() -> None:
    page = open_page(**{"margins.csv": OWN_MARGINS, "fees.csv": OWN_FEES})
    assert escape("Your own figures count for 2 contracts: NQ, MNQ.") in everything(page)
    for table in (MARGINS, FEES):
        page.button(key=f"{table.name} forget").click().run()
        assert table.name not in page.session_state
        assert page.download_button(key=f"{table.name} download").disabled
    shown = {each.label: each.value for each in page.metric}
    assert shown["Initial margin"] == dollars(advice_for().plan.initial_margin)[0]


def test_fees_can_be_chosen_by_schedule_and_typed_over() -> None:
    page = open_page()
    other = load_fee_schedules()[1]
    page.selectbox(key="fee_schedule").set_value(other.name).run()
    advice = advice_for(fee_schedule=other.name)
    assert {each.label: each.value for each in page.metric}["Once"] == dollars(advice.risk.costs.one_off, places=2)[0]
    edit(page, FEES, (2, {"commission": 0.125}))
    own = read_fees(NamedText(page.session_state["fees.csv"], "fees.csv"))
    assert (own[0].symbol, own[0].fees.commission) == ("NQ", 0.125)
    advice = advice_for(fee_schedule=other.name, fees=own)
    assert {each.label: each.value for each in page.metric}["Once"] == dollars(advice.risk.costs.one_off, places=2)[0]


def test_without_an_edit_nothing_is_kept() -> None:
    page = open_page()
    page.button(key="margins.csv send").click().run()
    assert "margins.csv" not in page.session_state


@pytest.mark.parametrize(("table", "text"), [(MARGINS, OWN_MARGINS), (FEES, OWN_FEES)])
def test_a_file_of_an_earlier_visit_is_brought_back_and_leaves_as_it_came(table: Any, text: str) -> None:
    page = open_page()
    page.file_uploader(key=f"{table.name} upload").set_value((table.name, text.encode(), "text/csv")).run()
    assert page.session_state[table.name] == text
    assert not page.download_button(key=f"{table.name} download").disabled


def test_a_broken_file_says_so_and_changes_nothing() -> None:
    page = open_page()
    page.file_uploader(key="margins.csv upload").set_value(("margins.csv", b"\xff\xfe\x00PNG", "text/csv")).run()
    read = NamedText(b"\xff\xfe\x00PNG".decode(errors="replace"), "margins.csv")
    assert refusal(page) == sentence(partial(read_margins, read))
    assert "margins.csv" not in page.session_state


@pytest.mark.parametrize(("table", "option", "text"), [(MARGINS, "margins", OWN_MARGINS), (FEES, "fees", OWN_FEES)])
def test_the_command_line_reads_the_downloaded_file_as_the_page_does(
    table: Any, option: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / table.name
    file.write_text(text)
    assert PARSERS[option](str(file)) == table.read(NamedText(text, table.name))


@pytest.mark.browser
def test_a_margin_typed_on_the_page_changes_the_plan_and_leaves_as_a_file(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit()
    page.goto(f"{page.url.rstrip('/')}/margin-and-cost")
    send = page.get_by_role("button", name="Count with these margins")
    expect(send).to_be_visible()
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    canvas = grid.locator("canvas").first.bounding_box()
    assert canvas is not None
    # Rows are 35 pixels high under a head of as much: the third is NQ; its amounts stand behind the symbol.
    for left, amount in ((180, "31000"), (400, "28000")):
        page.mouse.click(canvas["x"] + left, canvas["y"] + 35 * 3.5)
        page.wait_for_timeout(300)
        page.keyboard.press("Enter")
        typed = page.locator("#portal input")
        typed.fill(amount)
        typed.press("Enter")
        expect(typed).to_have_count(0)
    page.wait_for_timeout(500)  # the editor sends its cells a moment after they were typed
    send.click()
    expect(page.get_by_text("Your own figures count for 1 contract: NQ.")).to_be_visible()
    with page.expect_download() as arriving:
        page.get_by_role("button", name="margins.csv", exact=True).click()
    file = tmp_path / arriving.value.suggested_filename
    arriving.value.save_as(file)
    (own,) = PARSERS["margins"](str(file))
    assert (own.symbol, own.initial, own.maintenance) == ("NQ", 31_000.0, 28_000.0)

    page.get_by_role("link", name="Hedge").click()
    document = json.loads(download(page, "plan.json"))
    prices = document["prices"]
    today = date.fromisoformat(prices["last_session"]) + timedelta(days=prices["age_days"])
    portfolio = read_portfolio(SAMPLES / "technology.csv", as_of=today)
    settings = Settings(margins=PARSERS["margins"](str(file)))
    advice = decide(measure_account(portfolio, SnapshotSource(), settings, today=today), settings)
    assert document["inputs_hash"] == advice.inputs_hash
    assert document["plan"]["initial_margin"] == pytest.approx(advice.plan.initial_margin, abs=0.005)
