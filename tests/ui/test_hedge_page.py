"""The page shows what the advice says, in every state; nothing of it is computed anew."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from page_states import (
    SAMPLES,
    advice_for,
    assert_shows,
    go_to,
    headings,
    metrics,
    open_page,
    refusal,
    sentence,
    texts,
)

from hedger.report import to_beta, to_dollars
from hedger.ui.remedies import in_page_words
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_visitor_sees_the_technology_book_hedged_in_full() -> None:
    page, advice = open_page(), advice_for(hedge=1.0)
    book = advice.exposure.book
    beta = advice.exposure.of("nasdaq100")
    assert headings(page)[0] == "# Technology"
    shown = metrics(page)
    assert shown["Value"][0] == escape(to_dollars(book.market_value))
    assert shown["Positions"][0] == str(len(book.holdings))
    assert shown["Nasdaq-100 beta"] == (
        escape(to_beta(beta.beta)),
        escape(f"{to_beta(beta.low)} to {to_beta(beta.high)}"),
    )
    assert_shows(page, advice)


def test_other_plans_stand_behind_an_expander() -> None:
    page, plan = open_page(), advice_for(hedge=1.0).plan
    (others,) = (each for each in page.expander if each.label == "Other plans")
    (table,) = (each.value for each in others.markdown)
    for each in plan.alternatives:
        cells = (to_dollars(each.tracking_risk), to_dollars(each.round_trip_cost, places=2))
        assert " | ".join(map(escape, (*cells, to_dollars(each.initial_margin)))) in table


@pytest.mark.parametrize("percent", [0, 37, 150])
def test_the_slider_changes_the_hedge_and_the_number_follows(percent: int) -> None:
    page = open_page()
    page.slider(key="hedge").set_value(percent).run()
    assert page.number_input(key="hedge_number").value == percent
    assert_shows(page, advice_for(hedge=percent / 100))


def test_a_bet_on_a_fall_is_called_one_on_every_page_that_shows_the_answer() -> None:
    page = open_page()
    page.slider(key="hedge").set_value(150).run()
    (note,) = (note for note in advice_for(hedge=1.5).notes if note.code == "side_changed")
    assert escape(note.message) in [each.value for each in page.warning]
    assert escape(note.message) in [each.value for each in go_to(page, "risk").warning]


def test_the_number_changes_the_hedge_and_the_slider_follows() -> None:
    page = open_page()
    page.number_input(key="hedge_number").set_value(80).run()
    assert page.slider(key="hedge").value == 80
    assert_shows(page, advice_for(hedge=0.8))


def test_a_target_beta_can_be_asked_for_and_the_share_is_kept_meanwhile() -> None:
    page = open_page()
    page.slider(key="hedge").set_value(70).run()
    page.button_group(key="aim").set_value("Target beta").run()
    page.number_input(key="target_beta").set_value(0.4).run()
    assert_shows(page, advice_for(target_beta=0.4))
    page.button_group(key="aim").set_value("Share of exposure").run()
    assert_shows(page, advice_for(hedge=0.7))


def test_a_target_beta_out_of_reach_is_refused_with_a_sentence() -> None:
    page = open_page()
    page.button_group(key="aim").set_value("Target beta").run()
    page.number_input(key="target_beta").set_value(3.0).run()
    assert refusal(page) == sentence(partial(advice_for, target_beta=3.0))


def test_another_index_can_be_chosen() -> None:
    page = open_page()
    page.selectbox(key="index").set_value("sp500").run()
    assert_shows(page, advice_for(index=("sp500",)))


def test_the_index_is_chosen_with_a_reason() -> None:
    reason = next(note.message for note in advice_for().notes if note.code == "index_choice")
    assert escape(reason) in [each.value for each in open_page().caption]


def test_contract_sizes_can_be_left_out() -> None:
    page = open_page()
    page.button_group(key="sizes").set_value(["micro"]).run()
    advice = advice_for(sizes=("micro",))
    assert {order.quote.symbol for order in advice.plan.orders} == {"MNQ"}
    assert_shows(page, advice)


def test_without_any_contract_size_the_page_says_what_is_missing() -> None:
    page = open_page()
    page.button_group(key="sizes").set_value([]).run()
    assert refusal(page) == sentence(partial(advice_for, sizes=()))


def test_a_binding_margin_budget_shows_beside_the_answer() -> None:
    page = open_page()
    page.number_input(key="margin_budget").set_value(60_000.0).run()
    advice = advice_for(margin_budget=60_000.0)
    assert advice.plan.binding_limits
    assert_shows(page, advice)
    assert [each.value for each in page.warning] == [
        escape(in_page_words(note.message)) for note in advice.notes if note.code == "limit_binds"
    ]


def test_an_impossible_margin_budget_leaves_the_portfolio_and_says_what_to_do() -> None:
    page = open_page()
    page.number_input(key="margin_budget").set_value(1.0).run()
    assert refusal(page) == sentence(partial(advice_for, margin_budget=1.0))
    assert headings(page) == ["# Technology"]
    page.number_input(key="margin_budget").set_value(None).run()
    assert_shows(page, advice_for())


def test_choices_that_nobody_can_follow_are_refused_where_they_are_made() -> None:
    page = open_page()
    page.number_input(key="margin_budget").set_value(0.0).run()
    assert refusal(page) == sentence(partial(advice_for, margin_budget=0.0))
    assert headings(page) == ["# Technology"]


def test_a_limit_on_contracts_binds() -> None:
    page = open_page()
    page.number_input(key="max_contracts").set_value(3).run()
    assert_shows(page, advice_for(max_contracts=3))


def test_a_what_if_with_delisted_contracts_cannot_be_exported() -> None:
    page = open_page()
    page.selectbox(key="index").set_value("sp500").run()
    page.button_group(key="sizes").set_value(["standard"]).run()
    page.toggle(key="include_delisted").set_value(True).run()
    advice = advice_for(index=("sp500",), sizes=("standard",), include_delisted=True)
    assert not advice.is_tradable
    assert_shows(page, advice)
    disabled = {each.key for each in page.download_button if each.disabled}
    assert disabled == {"download_all", "download_orders_csv", "download_ibkr_basket_csv"}
    assert any("cannot be exported" in each.value for each in page.caption)


def test_orders_that_can_be_placed_can_be_downloaded() -> None:
    page = open_page()
    assert len(page.download_button) == 7
    assert not any(each.disabled for each in page.download_button)
    assert not any("cannot be exported" in each.value for each in page.caption)


@pytest.mark.parametrize(
    ("age", "colour", "words"), [(3, "green", "3 days old"), (1, "green", "1 day old"), (92, "orange", "92 days old")]
)
def test_the_badge_warns_of_old_prices(age: int, colour: str, words: str) -> None:
    page = open_page(today=date(2026, 8, 21) + timedelta(days=age))
    (badge,) = (each.value for each in page.markdown if "badge[" in each.value)
    assert badge.startswith(f":{colour}-badge[")
    assert "Shipped snapshot to 21 Aug 2026" in badge
    assert words in badge
    assert any("do not trade it" in text for text in texts(page)) == (colour == "orange")


@pytest.mark.parametrize("sample", sorted(path.stem for path in SAMPLES.glob("*.csv")))
def test_every_sample_shows_its_advice(sample: str) -> None:
    page = open_page()
    page.selectbox(key="portfolio").set_value(sample.replace("_", " ").capitalize()).run()
    asked = [each for each in page.number_input if each.label == "Portfolio value, USD"]
    for each in asked:
        each.set_value(100_000.0).run()
    assert_shows(page, advice_for(sample, portfolio_value=100_000.0 if asked else None))


def test_weights_wait_for_the_value_that_is_asked_for() -> None:
    page = open_page(opened_with=SAMPLES / "model_weights.csv")
    (value,) = (each for each in page.number_input if each.label == "Portfolio value, USD")
    assert value.value is None
    assert not page.metric
    assert escape('the size of the hedge is unknown. Here: "Portfolio value, USD".') in refusal(page)
    value.set_value(750_000.0).run()
    assert_shows(page, advice_for("model_weights", portfolio_value=750_000.0))
    assert metrics(page)["Cash"][0] == escape(to_dollars(0.05 * 750_000.0))


def test_without_a_contract_size_the_page_asks_for_one() -> None:
    page = open_page()
    page.button_group(key="sizes").set_value([]).run()
    assert refusal(page) == escape('No contract size is chosen to hedge with. Here: "Contract sizes".')


def test_the_slider_and_the_indices_reach_as_far_as_the_command_line() -> None:
    page = open_page()
    page.slider(key="hedge").set_value(200).run()
    assert_shows(page, advice_for(hedge=2.0))
    page.segmented_control(key="legs").set_value(5).run()
    assert_shows(page, advice_for(hedge=2.0, legs=5))


def test_futures_held_already_are_shown() -> None:
    page = open_page(opened_with=SAMPLES / "ibkr_activity_statement.csv")
    advice = advice_for("ibkr_activity_statement")
    assert advice.exposure.book.futures_by_root == {"MNQ": -2}
    assert any(escape("Futures held already: -2 MNQU6") in each.value for each in page.caption)
    assert_shows(page, advice)


def test_an_upload_replaces_the_sample_and_a_sample_comes_back_when_it_is_removed() -> None:
    holdings = (SAMPLES / "large_caps.csv").read_bytes()
    page = open_page()
    page.file_uploader(key="upload").set_value(("My own book.csv", holdings, "text/csv")).run()
    assert page.selectbox(key="portfolio").options[0] == "Your file: My own book"
    assert headings(page)[0] == "# My own book"
    assert_shows(page, advice_for(holdings))
    page.file_uploader(key="upload").set_value(None).run()
    assert headings(page)[0] == "# Technology"
    assert_shows(page, advice_for())


def test_a_sample_can_be_looked_at_while_an_upload_waits() -> None:
    page = open_page()
    page.file_uploader(key="upload").set_value(("mine.csv", b"Symbol,Quantity\nKO,900\nAAPL,50\n", "text/csv")).run()
    page.selectbox(key="portfolio").set_value("Adviser").run()
    page.file_uploader(key="upload").set_value(None).run()
    assert headings(page)[0] == "# Adviser"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", id="a picture"),
        pytest.param(b"name,colour\nAAPL,red\n", id="no quantities"),
        pytest.param(b"Symbol,Quantity\nAAPL,1,2oo\nMSFT,<b>x</b>\n", id="bad cells"),
        pytest.param(b"Symbol,Quantity\nZZZZ,100\n", id="nothing priced"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_leaves_the_portfolio(content: bytes) -> None:
    page = open_page()
    page.selectbox(key="portfolio").set_value("Dividend payers").run()
    page.file_uploader(key="upload").set_value(("holdings.csv", content, "text/csv")).run()
    assert refusal(page) == sentence(partial(advice_for, content))
    assert "Still showing Dividend payers." in [each.value for each in page.caption]
    assert_shows(page, advice_for("dividend_payers"))


def test_a_first_file_that_cannot_be_used_leaves_the_samples_to_choose_from(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"")
    page = open_page(opened_with=broken)
    assert refusal(page) == sentence(partial(advice_for, b""))
    assert headings(page) == []
    page.selectbox(key="portfolio").set_value("Technology").run()
    assert_shows(page, advice_for())


def test_what_was_left_out_is_named_with_reason_and_value() -> None:
    holdings = b"Symbol,Quantity,Price,Market Value\nAAPL,400,300,120000\nZZZZ,10,55,550\nCash,,,-\n,,Total,120550\n"
    page = open_page()
    page.file_uploader(key="upload").set_value(("mine.csv", holdings, "text/csv")).run()
    advice = advice_for(holdings)
    (excluded,) = advice.exposure.book.excluded
    labels = [each.label for each in page.expander]
    assert any(label.startswith("Left out: 1 position") for label in labels)
    everything = "\n".join(texts(page))
    assert f"**ZZZZ**: {escape(excluded.reason)}{escape('; $550 in the file')}" in everything
    assert escape(next(note.message for note in advice.notes if note.code == "holdings_excluded")) in everything
    for row in advice.portfolio.skipped_rows:
        assert f"| Line {row.line} | {escape(row.reason)} |" in everything


def test_a_symbol_of_several_accounts_is_left_out_once_with_its_whole_value() -> None:
    rows = "".join(f"A{number},ZZZZ,10,100\nA{number},YYYY,10,\n" for number in range(1, 4))
    holdings = f"Account,Symbol,Quantity,Market Value\nA1,AAPL,400,120000\n{rows}".encode()
    page = open_page()
    page.file_uploader(key="upload").set_value(("mine.csv", holdings, "text/csv")).run()
    said = "\n".join(texts(page))
    assert len(advice_for(holdings).exposure.book.excluded) > 2
    assert said.count("**ZZZZ**") == 1
    assert escape("; $300 in the file") in said
    assert said.count("| YYYY |") == 1


def test_the_path_given_on_the_command_line_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "family_book.csv"
    own.write_bytes((SAMPLES / "large_caps.csv").read_bytes())
    page = open_page(opened_with=own)
    assert headings(page)[0] == "# Family book"
    assert page.selectbox(key="portfolio").options[0] == "Family book"
    assert_shows(page, advice_for("large_caps"))


def test_hostile_text_is_shown_letter_by_letter() -> None:
    name = "<script>a<b> [x](www.evil.com) $\\alpha$ :red[x] :smile:.csv"
    page = open_page()
    page.file_uploader(key="upload").set_value((name, b"Symbol,Quantity\nAAPL,400\n", "text/csv")).run()
    (heading,) = (each for each in headings(page) if each.startswith("# "))
    assert heading == f"# {escape(name.removesuffix('.csv'))}"
    assert not any(each.allow_html for each in page.markdown)


def test_the_next_steps_of_the_slider_are_worked_out_ahead_and_are_the_same_advice() -> None:
    page = open_page()
    kept = {settings.hedge: advice for (_, settings), advice in page.session_state.decided.items()}
    assert set(kept) == {0.99, 1.0, 1.01}
    page.slider(key="hedge").set_value(99).run()
    assert (
        next(advice for (_, settings), advice in page.session_state.decided.items() if settings.hedge == 0.99)
        is (kept[0.99])
    )
    assert_shows(page, advice_for(hedge=0.99))
    for percent in (50, 60, 70, 80):
        page.slider(key="hedge").set_value(percent).run()
    assert len(page.session_state.decided) == 8
