"""Every page is about the account and the choices of the visit; a link restores the choices and tells nothing else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from page_states import (
    TODAY,
    advice_for,
    assert_shows,
    go_to,
    headings,
    metrics,
    open_page,
    page_script,
    refusal,
    sentence,
    texts,
)
from streamlit.testing.v1 import AppTest

from hedger.portfolio import read_portfolio
from hedger.report import state_answer, to_dollars
from hedger.ui.links import BOUND
from hedger.ui.page import PAGES
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable

HOLDINGS = b"Symbol,Quantity\nAAPL,4321\nKO,987\n"
PATHS = [page.url_path for page in PAGES if page.title in ("Risk", "Margin and cost", "Evidence")]

every_advised_page = pytest.mark.parametrize("url_path", PATHS)


def open_link(**choices: str | list[str]) -> AppTest:
    page = AppTest.from_function(page_script, kwargs={"today": TODAY, "opened_with": None}, default_timeout=60)
    for name, value in choices.items():
        page.query_params[name] = value
    return page.run()


@every_advised_page
def test_a_page_shows_the_answer_for_the_first_sample_when_it_is_opened_first(url_path: str) -> None:
    page = go_to(open_page(), url_path)
    assert not page.exception
    assert headings(page)[0] == "# Technology"
    assert f"**{escape(state_answer(advice_for()))}**" in texts(page)


@every_advised_page
def test_a_page_shows_the_answer_for_the_uploaded_file_and_the_choices_made_elsewhere(url_path: str) -> None:
    page = open_page()
    page.file_uploader(key="upload").set_value(("mine.csv", HOLDINGS, "text/csv")).run()
    page.slider(key="hedge").set_value(40).run()
    page.selectbox(key="index").set_value("sp500").run()
    go_to(page, url_path)
    assert not page.exception
    assert headings(page)[0] == "# Mine"
    advice = advice_for(HOLDINGS, hedge=0.4, index=("sp500",))
    assert f"**{escape(state_answer(advice))}**" in texts(page)


@every_advised_page
def test_a_choice_made_on_a_page_counts_there_and_on_the_first_page(url_path: str) -> None:
    page = go_to(open_page(), url_path)
    page.slider(key="hedge").set_value(30).run()
    page.segmented_control(key="legs").set_value(2).run()
    advice = advice_for(hedge=0.3, legs=2)
    assert f"**{escape(state_answer(advice))}**" in texts(page)
    go_to(page, "hedge")
    assert page.slider(key="hedge").value == 30
    assert_shows(page, advice)


def test_the_answer_of_a_page_refuses_what_the_first_page_refuses() -> None:
    page = go_to(open_page(), "risk")
    page.number_input(key="margin_budget").set_value(1.0).run()
    assert refusal(page) == sentence(partial(advice_for, margin_budget=1.0))
    assert headings(page) == ["# Technology"]


CHOICES: list[tuple[dict[str, Any], dict[str, str | list[str]]]] = [
    ({"hedge": 0.6}, {"hedge": "60"}),
    ({"target_beta": 0.4}, {"aim": "Target beta", "target_beta": "0.4"}),
    ({"index": ("sp500",), "legs": 1}, {"index": "S&P 500", "legs": "1"}),
    ({"legs": 3, "allow_long_legs": True}, {"legs": "3", "allow_long_legs": "true"}),
    ({"sizes": ("e-mini", "micro")}, {"sizes": ["E-mini", "Micro"]}),
    ({"margin_budget": 60_000.0, "max_contracts": 3}, {"margin_budget": "60000", "max_contracts": "3"}),
    ({"tolerance": 0.02, "buffer": 90_000.0}, {"tolerance": "2", "buffer": "90000"}),
    ({"include_delisted": True, "order_type": "limit"}, {"include_delisted": "true", "order_type": "Limit"}),
    ({"objective": "expected-shortfall"}, {"objective": "Expected shortfall"}),
]


@pytest.mark.parametrize(("choices", "link"), CHOICES, ids=["&".join(link) for _, link in CHOICES])
def test_a_link_restores_a_choice(choices: dict[str, Any], link: dict[str, str | list[str]]) -> None:
    page = open_link(**link)
    assert_shows(page, advice_for(**choices))
    assert dict(page.query_params) == link


def test_a_link_restores_the_estimator() -> None:
    (title,) = (each for each in open_page().selectbox(key="estimator").options if each.startswith("ols"))
    page = open_link(estimator=title)
    assert_shows(page, advice_for(estimator="ols"))
    assert any("foretells" in text for text in texts(page))


@pytest.mark.parametrize(
    "link",
    [
        {"hedge": "a lot"},
        {"hedge": "100000"},
        {"index": "Bitcoin"},
        {"sizes": ["huge"]},
        {"legs": "17"},
        {"tolerance": "-3"},
        {"estimator": "crystal ball"},
        {"include_delisted": "perhaps"},
        {"held": "ES=-9"},
        {"portfolio": "Adviser"},
        {"proxy": "AAPL=SPY"},
        {"nonsense": "<script>"},
    ],
    ids=str,
)
def test_a_link_that_states_a_choice_wrongly_opens_the_page_without_it(link: dict[str, Any]) -> None:
    page = open_link(**link)
    assert_shows(page, advice_for())
    assert page.selectbox(key="portfolio").value == "Technology"
    ((name, stated),) = link.items()
    text = stated if isinstance(stated, str) else stated[0]
    said = f"The link says {name}={text}, which" if name in BOUND else ""
    assert [escape(said) in each.value for each in page.warning] == [True] * bool(said)


def test_a_wrong_choice_of_a_link_is_named_on_every_page_until_it_is_made() -> None:
    page = open_link(hedge="-5", sizes=["huge"], legs="2")
    words = "The link says hedge=-5 and sizes=huge, which cannot be used."
    assert [escape(words) in each.value for each in page.warning] == [True]
    page.slider(key="hedge").set_value(50).run()
    assert [escape("The link says sizes=huge, which") in each.value for each in page.warning] == [True]
    go_to(page, "risk")
    assert [escape("The link says sizes=huge, which") in each.value for each in page.warning] == [True]


@pytest.mark.parametrize(
    "link",
    [
        {"hedge": "100"},
        {"tolerance": "0.0"},
        {"legs": "Auto"},
        {"sizes": ["Standard", "E-mini", "Micro"]},
        {"allow_long_legs": "false"},
        {"tolerance": "2.00"},
        {"hedge": "200"},
    ],
    ids=str,
)
def test_a_link_that_states_a_default_or_a_number_in_another_spelling_is_not_doubted(link: dict[str, Any]) -> None:
    page = open_link(**link)
    assert not page.exception
    assert not any("The link says" in each.value for each in page.warning)


def test_the_address_tells_choices_and_nothing_of_the_holdings() -> None:
    page = open_page()
    page.file_uploader(key="upload").set_value(("secret.csv", HOLDINGS, "text/csv")).run()
    page.text_area(key="pasted").set_value(HOLDINGS.decode()).run()
    page.text_input(key="held").set_value("ES=-2").run()
    page.slider(key="hedge").set_value(55).run()
    assert_shows(page, advice_for(HOLDINGS, hedge=0.55, current=(("ES", -2),)))
    page.run()
    assert set(page.query_params) <= {"hedge"}


def asks(page: AppTest) -> set[str]:
    return {str(each.key) for each in (*page.slider, *page.number_input, *page.selectbox, *page.toggle)}


@every_advised_page
def test_every_choice_of_the_first_page_can_be_made_on_every_page(url_path: str) -> None:
    first = open_page()
    own = {"portfolio", "live_prices"}
    assert asks(first) - own <= asks(go_to(first, url_path))


def test_pages_that_need_no_account_show_none() -> None:
    page = go_to(open_page(), "contracts")
    assert not page.exception
    assert "Value" not in metrics(page)
    assert escape(to_dollars(advice_for().exposure.book.market_value)) not in "\n".join(texts(page))


def test_a_first_file_that_cannot_be_used_is_refused_on_every_page(tmp_path: Any) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"")
    show: Callable[[str], AppTest] = partial(go_to, open_page(opened_with=broken))
    for url_path in [*PATHS, "review"]:
        page = show(url_path)
        assert refusal(page) == sentence(partial(read_portfolio, broken.read_bytes(), as_of=TODAY))
