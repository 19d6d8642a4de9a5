"""The page "Risk" shows what the advice says of crises, scenarios, the spread of gains and what no index removes."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from page_browser import download, wait_until_still
from page_states import advice_for, everything, open_body
from playwright.sync_api import expect

from hedger.report import to_day, to_dollars, to_percent
from hedger.risk import StatedScenario
from hedger.ui.risk_page import show_risk
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page
    from streamlit.testing.v1 import AppTest

    from hedger.risk import Replay

FALL = StatedScenario(name="a bad month", moves=(("sp500", -0.12), ("AAPL", -0.3)))


open_page = partial(open_body, show_risk)


def table_row(page: AppTest, first: str) -> list[str]:
    """Return the cells of the only row of any table that begins with a cell."""
    (row,) = (
        line
        for each in page.markdown
        for line in each.value.splitlines()
        if line.startswith(f"| {escape(first)} |") and ":--" not in line
    )
    return [cell.strip() for cell in row.strip("|").split(" | ")]


def gains(*amounts: float) -> list[str]:
    return [escape(to_dollars(amount, is_change=True)) for amount in amounts]


def charts(page: AppTest) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every chart by the name of its first field that is not in all of them."""
    drawn = {}
    for element in page.get("vega_lite_chart"):
        assert element.proto.alt
        rows = pa.ipc.open_stream(element.proto.data.data).read_all().to_pylist()
        name = next(name for name in ("Without hedge", "Futures account", "Loss") if name in rows[0])
        drawn[name] = rows
    return drawn


def named(replay: Replay) -> str:
    return f"Rally {replay.episode.name}" if replay.episode.kind == "rally" else replay.episode.name


def test_every_crisis_and_rally_stands_in_the_table_with_what_it_did() -> None:
    page, advice = open_page(), advice_for()
    assert len(advice.risk.replays) == 12
    for replay in advice.risk.replays:
        move = dict(replay.shocks)[advice.plan.reference_index]
        assert table_row(page, named(replay))[1:] == [
            escape(to_percent(move, is_change=True)),
            *gains(replay.unhedged_pnl, replay.hedge_pnl, replay.hedged_pnl),
            f"{replay.n_real} of {replay.n_real + len(replay.by_beta)}",
        ]


def test_the_page_begins_with_the_costliest_crisis_that_the_holdings_went_through() -> None:
    assert open_page().selectbox(key="episode").value == "2022"


@pytest.mark.parametrize("name", ["1987 crash", "February-March 2020", "Rally 1998-99"])
def test_an_episode_is_shown_close_by_close_with_the_futures_account(name: str) -> None:
    page, advice = open_page(), advice_for()
    page.selectbox(key="episode").set_value(name).run()
    replay = next(each for each in advice.risk.replays if named(each) == name)
    drawn = charts(page)
    by_day = {day.item().isoformat(): position for position, day in enumerate(replay.sessions)}
    path = {row["session"]: row for row in drawn["Without hedge"]}
    assert set(path) <= set(by_day)
    assert {replay.episode.start.isoformat(), replay.episode.end.isoformat()} <= set(path)
    assert len(path) == min(len(by_day), len(path)) >= min(len(by_day), 260)
    for day, row in path.items():
        position = by_day[day]
        assert row["Without hedge"] == replay.unhedged[position]
        assert row["Futures alone"] == replay.hedge[position]
        assert row["With hedge"] == pytest.approx(row["Without hedge"] + row["Futures alone"], abs=0.005)
    # The lowest close is among those that are drawn, however long the episode.
    assert min(row["Without hedge"] for row in path.values()) == replay.unhedged.min()
    call = advice.risk.margin_call
    assert call is not None
    cash = advice.plan.initial_margin + call.buffer
    account = {row["session"]: row for row in drawn["Futures account"]}
    for day, row in account.items():
        assert row["Futures account"] == pytest.approx(cash + replay.hedge[by_day[day]], abs=0.005)
        assert row["Call for cash below"] == advice.plan.maintenance_margin
    for note in replay.notes:
        assert escape(note) in everything(page)


def test_the_account_of_an_episode_is_told_in_words() -> None:
    page, advice = open_page(), advice_for()
    page.selectbox(key="episode").set_value("Rally 2023").run()
    past = next(each for each in advice.risk.past_accounts if each.episode.name == "2023")
    assert past.call_session is not None
    words = everything(page)
    assert escape(f"The first call comes on {to_day(past.call_session)}; {to_dollars(past.cash_needed)}") in words
    assert escape(f"it has lost {to_dollars(-past.worst_pnl)}") in words
    page.selectbox(key="episode").set_value("February-March 2020").run()
    assert "It is never called for cash" in everything(page)


def test_every_stress_stands_in_the_table_with_its_range_and_its_remark() -> None:
    page, advice = open_page(), advice_for()
    for scenario in advice.risk.stresses:
        row = table_row(page, scenario.name)
        assert row[1:4] == gains(scenario.unhedged_pnl, scenario.hedge_pnl, scenario.hedged_pnl)
        if scenario.hedged_low < scenario.hedged_high:
            assert row[4] == " to ".join(gains(scenario.hedged_low, scenario.hedged_high))
        for remark in scenario.notes:
            assert escape(remark) in everything(page)


def test_the_spread_of_gains_is_shown_before_and_after() -> None:
    page, advice = open_page(), advice_for()
    before, after = advice.risk.before, advice.risk.after
    assert table_row(page, "Volatility a year")[1:] == [
        escape(to_dollars(before.volatility)),
        escape(to_dollars(after.volatility)),
    ]
    names = ["1 day in 20", "1 day in 100", "10 days, 1 in 20", "10 days, 1 in 100"]
    bars = {(row["case"], row["series"]): row for row in charts(page)["Loss"]}
    assert len(bars) == 8
    for name, one, other in zip(names, before.tails, after.tails, strict=True):
        shown = table_row(page, f"Loss exceeded: {name}")[1:]
        assert shown == [escape(to_dollars(each.value_at_risk)) for each in (one, other)]
        for series, tail in (("Without hedge", one), ("With hedge", other)):
            assert bars[name, series]["Loss"] == tail.value_at_risk
            assert bars[name, series]["Mean loss beyond it"] == tail.expected_shortfall
            assert escape(to_dollars(tail.expected_shortfall)) in everything(page)
    shown = {each.label: (each.value, each.delta) for each in page.metric}
    assert shown["Loss, 1 day in 20"] == (
        escape(to_dollars(after.tails[0].value_at_risk)),
        escape(f"{to_dollars(before.tails[0].value_at_risk)} without"),
    )
    assert shown["Beyond any index"][0] == escape(to_percent(advice.risk.unhedgeable_share))


def test_what_no_index_removes_is_named_with_the_holdings_that_carry_it() -> None:
    page, advice = open_page(), advice_for()
    assert len(advice.risk.top_unhedgeable) == 5
    for each in advice.risk.top_unhedgeable:
        assert table_row(page, each.symbol)[1:] == [
            escape(to_dollars(each.market_value)),
            escape(to_percent(each.share)),
            escape(to_percent(each.share_of_variance, places=1)),
        ]
    assert not page.warning


def test_a_book_that_index_futures_hedge_badly_is_told_so_with_what_would_help(tmp_path: Path) -> None:
    file = tmp_path / "oil.csv"
    file.write_text("Symbol,Quantity\nXOM,100\n")
    page, advice = open_page(file), advice_for(file)
    (note,) = (note for note in advice.risk.notes if note.code == "hard_to_hedge")
    assert [each.value for each in page.warning] == [escape(note.message)]
    assert "options" in note.message


def test_a_plan_without_contracts_has_a_risk_but_no_account() -> None:
    page, advice = open_page(hedge=0), advice_for(hedge=0.0)
    assert advice.risk.margin_call is None
    assert set(charts(page)) == {"Without hedge", "Loss"}
    replay = next(each for each in advice.risk.replays if each.episode.name == "2022")
    assert table_row(page, "2022")[2:5] == gains(replay.unhedged_pnl, 0.0, replay.unhedged_pnl)


@pytest.mark.parametrize("sample", ["ibkr_activity_statement", "long_short_with_cash", "small_and_large"])
def test_other_books_show_their_risk(sample: str) -> None:
    page, advice = open_page(sample), advice_for(sample)
    for replay in advice.risk.replays:
        shown = table_row(page, named(replay))[2:5]
        assert shown == gains(replay.unhedged_pnl, replay.hedge_pnl, replay.hedged_pnl)
    hard = [escape(note.message) for note in advice.risk.notes if note.code == "hard_to_hedge"]
    assert [each.value for each in page.warning] == hard


def test_a_scenario_of_ones_own_is_added_counted_and_taken_away() -> None:
    page = open_page()
    assert page.button(key="scenario_add").disabled
    page.multiselect(key="scenario_targets").set_value(["sp500", "AAPL"]).run()
    page.number_input(key="scenario_move sp500").set_value(-12.0)
    page.number_input(key="scenario_move AAPL").set_value(-30.0)
    page.text_input(key="scenario_name").set_value("a bad month")
    page.button(key="scenario_add").click().run()
    assert page.session_state["scenarios"] == (FALL,)
    advice = advice_for(scenario=(FALL,))
    own = advice.risk.stresses[-1]
    low, high = own.hedged_low, own.hedged_high
    assert table_row(page, "a bad month")[1:] == [
        *gains(own.unhedged_pnl, own.hedge_pnl, own.hedged_pnl),
        " to ".join(gains(low, high)),
    ]
    assert own.notes == ("Stated: S&P 500 -12%, AAPL -30%.",)
    assert f"a bad month: {escape(own.notes[0])}" in everything(page)
    assert page.multiselect(key="scenario_targets").value == []
    page.button(key="scenario_remove_0").click().run()
    assert page.session_state["scenarios"] == ()
    assert "a bad month" not in everything(page)


def test_a_scenario_without_a_name_is_called_by_its_moves_and_the_same_name_is_replaced() -> None:
    page = open_page()
    for move in (-20.0, 15.5):
        page.multiselect(key="scenario_targets").set_value(["nasdaq100"]).run()
        page.number_input(key="scenario_move nasdaq100").set_value(move)
        page.button(key="scenario_add").click().run()
    names = [each.name for each in page.session_state["scenarios"]]
    assert names == ["Nasdaq-100 -20%", "Nasdaq-100 15.5%"]
    page.multiselect(key="scenario_targets").set_value(["nasdaq100"]).run()
    page.number_input(key="scenario_move nasdaq100").set_value(-1.0)
    page.text_input(key="scenario_name").set_value("Nasdaq-100 -20%")
    page.button(key="scenario_add").click().run()
    assert [dict(each.moves)["nasdaq100"] for each in page.session_state["scenarios"]] == [0.155, -0.01]
    assert escape("Nasdaq-100 +15.5%") in everything(page)


def test_a_scenario_of_a_holding_waits_while_another_portfolio_is_shown() -> None:
    page = open_page("dividend_payers", scenarios=(StatedScenario(name="chips", moves=(("NVDA", -0.5),)),))
    assert not page.error
    assert escape("Not for this portfolio, which does not hold what moves: chips.") in everything(page)
    assert "### Your own" not in everything(page)


def test_twenty_scenarios_are_kept_and_no_more() -> None:
    many = tuple(StatedScenario(name=f"number {n}", moves=(("sp500", -n / 100),)) for n in range(1, 21))
    page = open_page(scenarios=many)
    page.multiselect(key="scenario_targets").set_value(["sp500"]).run()
    assert page.button(key="scenario_add").disabled
    assert "20 scenarios are kept at most" in everything(page)


def test_hostile_names_of_scenarios_stay_text() -> None:
    hostile = StatedScenario(name="[x](http://evil.com) :red[y] $a$ | b", moves=(("sp500", -0.1),))
    page = open_page(scenarios=(hostile,))
    assert f"| {escape(hostile.name)} |" in everything(page)
    assert page.button(key="scenario_remove_0").label == f"Remove {escape(hostile.name)}"


@pytest.mark.browser
def test_a_scenario_is_added_on_a_phone_and_reaches_the_downloaded_plan(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844)
    page.goto(f"{page.url.rstrip('/')}/risk")
    expect(page.get_by_role("heading", name="Scenarios")).to_be_visible()
    wait_until_still(page)
    page.wait_for_timeout(1000)  # charts draw themselves after the text and move what stands below them
    page.get_by_text("Add a scenario of your own").click()
    targets = page.get_by_role("combobox", name="What moves")
    expect(targets).to_be_visible()
    page.wait_for_timeout(500)  # the form unfolds
    targets.click()
    page.keyboard.type("S&P", delay=50)
    option = page.get_by_role("option")
    expect(option).to_have_count(1)
    option.click()
    page.keyboard.press("Escape")  # the list stays open for more
    move = page.get_by_role("spinbutton", name="S&P 500 by, %")
    move.fill("-25")
    move.press("Enter")
    page.get_by_role("textbox", name="Name").fill("A quarter off")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add the scenario").click()
    expect(page.get_by_role("cell", name="A quarter off")).to_be_visible()
    expect(page.get_by_text("A quarter off: Stated: S&P 500 -25%.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove A quarter off")).to_be_visible()
    for selector in ("html", "[data-testid=stMain]"):
        page.wait_for_function("selector => document.querySelector(selector).scrollWidth <= 390", arg=selector)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="Hedge").click()
    document = json.loads(download(page, "plan.json"))
    (own,) = (each for each in document["scenarios"] if each["name"] == "A quarter off")
    assert own["shocks"]["sp500"] == -0.25
    assert own["hedged_pnl"] == pytest.approx(own["unhedged_pnl"] + own["hedge_pnl"], abs=0.005)
