"""What the page says of a file before any plan, and the ways on when the file or its prices fall short."""

from __future__ import annotations

import io
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import streamlit as st
from page_states import (
    TODAY,
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

from hedger.advice import Advice, decide, measure_account
from hedger.errors import InvalidRowsError, PricesUnavailableError
from hedger.exposure import BetaOverride
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.report import plan_document, to_dollars
from hedger.settings import Settings
from hedger.ui.files import HoldingsFile
from hedger.ui.remedies import in_page_words
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamlit.testing.v1 import AppTest

    from hedger.market import Prices

PARTLY_KNOWN = b"Symbol,Quantity,Price,Market Value\nAAPL,400,300,120000\nZZZZ,1000,55,55000\nCash,,,5000\n"
UNKNOWN = b"Symbol,Quantity,Price,Market Value\nZZZZ,1000,55,55000\n"
BAD_ROWS = b"Symbol,Quantity,Market Value\nAAPL,400,120000\nMSFT,2oo,90000\nKO,900,60000\n"
TABLE = b"Symbol\tQuantity\nAAPL\t400\nKO\t900\n"


def upload(page: AppTest, content: bytes, name: str = "mine.csv") -> AppTest:
    return page.file_uploader(key="upload").set_value((name, content, "text/csv")).run()


def widget_key(kind: str, symbol: str, content: bytes) -> str:
    return f"{kind} {symbol} {HoldingsFile(name='mine', content=content).digest}"


def test_layout_positions_cash_and_share_left_out_stand_before_the_plan() -> None:
    page = upload(open_page(), PARTLY_KNOWN)
    advice = advice_for(PARTLY_KNOWN)
    left_out = next(note.message for note in advice.notes if note.code == "holdings_excluded")
    assert "%" in left_out
    assert metrics(page)["Cash"][0] == escape("$5,000")
    captions = [each.value for each in page.caption]
    layout = advice.portfolio.layout.replace("_", " ")
    assert escape(f'Read as the layout "{layout}": 2 positions beside cash.') in captions
    assert escape(left_out) in captions
    names = [metric.label for metric in page.metric]
    assert names.index("Value") < names.index("Cash") < names.index("Hedge size")


def test_cash_is_told_apart_from_none_told() -> None:
    page = upload(open_page(), b"Symbol,Quantity\nAAPL,400\n")
    assert metrics(page)["Cash"][0] == "not told"


def test_a_proxy_makes_the_plan_count_a_holding_and_can_be_taken_back() -> None:
    page = upload(open_page(), PARTLY_KNOWN)
    field = widget_key("proxy", "ZZZZ", PARTLY_KNOWN)
    page.text_input(key=field).set_value("ko").run()
    advice = advice_for(PARTLY_KNOWN, proxy=(("ZZZZ", "KO"),))
    assert not advice.exposure.book.excluded
    assert_shows(page, advice)
    assert metrics(page)["Value"][0] == escape(to_dollars(advice.exposure.book.market_value))
    assert any(escape("counts as KO") in text for text in texts(page))
    page.text_input(key=field).set_value("").run()
    assert_shows(page, advice_for(PARTLY_KNOWN))


def test_a_beta_makes_the_plan_count_a_holding() -> None:
    page = upload(open_page(), PARTLY_KNOWN)
    page.number_input(key=widget_key("beta", "ZZZZ", PARTLY_KNOWN)).set_value(1.4).run()
    advice = advice_for(PARTLY_KNOWN, beta=(BetaOverride(symbol="ZZZZ", index=None, beta=1.4),))
    assert not advice.exposure.book.excluded
    assert_shows(page, advice)


def test_stand_ins_outlive_a_look_at_another_portfolio() -> None:
    page = upload(open_page(), PARTLY_KNOWN)
    page.text_input(key=widget_key("proxy", "ZZZZ", PARTLY_KNOWN)).set_value("KO").run()
    page.selectbox(key="portfolio").set_value("Technology").run()
    assert_shows(page, advice_for())
    page.selectbox(key="portfolio").set_value("uploaded").run()
    assert_shows(page, advice_for(PARTLY_KNOWN, proxy=(("ZZZZ", "KO"),)))


def test_a_proxy_that_is_no_symbol_is_refused_and_the_plan_before_it_stays() -> None:
    page = upload(open_page(), PARTLY_KNOWN)
    page.text_input(key=widget_key("proxy", "ZZZZ", PARTLY_KNOWN)).set_value("<b>").run()
    assert "such as OLD" in refusal(page)
    assert_shows(page, advice_for(PARTLY_KNOWN))


def test_a_proxy_without_prices_is_refused_and_the_plan_before_it_stays() -> None:
    page = upload(open_page(), PARTLY_KNOWN)
    page.text_input(key=widget_key("proxy", "ZZZZ", PARTLY_KNOWN)).set_value("QQQQQ").run()
    assert escape("There is no current price of QQQQQ, the proxy of ZZZZ") in refusal(page)
    assert_shows(page, advice_for(PARTLY_KNOWN))


def test_a_proxy_that_cannot_be_used_can_be_corrected_where_no_plan_is_shown_of_the_file() -> None:
    page = upload(open_page(), UNKNOWN)
    for typed in ("QQQQQ", "<b>"):
        page.text_input(key=widget_key("proxy", "ZZZZ", UNKNOWN)).set_value(typed).run()
        assert_shows(page, advice_for())
    page.text_input(key=widget_key("proxy", "ZZZZ", UNKNOWN)).set_value("KO").run()
    assert_shows(page, advice_for(UNKNOWN, proxy=(("ZZZZ", "KO"),)))


def test_a_file_of_which_nothing_has_prices_asks_for_proxies_under_its_error() -> None:
    page = upload(open_page(), UNKNOWN)
    assert refusal(page) == sentence(partial(advice_for, UNKNOWN))
    assert_shows(page, advice_for())
    page.text_input(key=widget_key("proxy", "ZZZZ", UNKNOWN)).set_value("KO").run()
    assert_shows(page, advice_for(UNKNOWN, proxy=(("ZZZZ", "KO"),)))
    page.text_input(key=widget_key("proxy", "ZZZZ", UNKNOWN)).set_value("QQQQQ").run()
    assert "QQQQQ" in refusal(page)
    assert_shows(page, advice_for(UNKNOWN, proxy=(("ZZZZ", "KO"),)))


def test_what_no_stand_in_can_count_is_named_without_asking() -> None:
    content = b"Symbol,Quantity,Market Value\nAAPL,400,120000\nYYYY,10,\n"
    page = upload(open_page(), content)
    (excluded,) = advice_for(content).exposure.book.excluded
    assert any(f"| YYYY | {escape(excluded.reason)} |" in text for text in texts(page))
    assert not [field for field in page.text_input if "YYYY" in field.label]


def test_many_holdings_without_prices_are_asked_about_thirty_at_a_time() -> None:
    rows = "".join(f"QZ{first}{second},10,{100 + 7 * row}\n" for row, (first, second) in enumerate(PAIRS))
    page = upload(open_page(), f"Symbol,Quantity,Market Value\nAAPL,400,120000\n{rows}".encode())
    assert sum(field.label.startswith("Proxy for") for field in page.text_input) == 30
    assert any(f"{len(PAIRS) - 30} smaller ones" in each.value for each in page.caption)


PAIRS = [(first, second) for first in "QXZV" for second in "QXZVWJKY"]


def test_bad_cells_are_listed_and_the_plan_goes_on_without_their_rows_when_told_to() -> None:
    page = upload(open_page(), BAD_ROWS)
    with pytest.raises(InvalidRowsError, match="2oo") as refused:
        read_portfolio(BAD_ROWS, as_of=TODAY)
    assert refusal(page) == escape(in_page_words(str(refused.value)))
    assert_shows(page, advice_for())
    page.button(key="leave_out").click().run()
    assert not page.error
    assert headings(page)[0] == "# Mine"
    advice = advice_for(BAD_ROWS, leave_out_bad_rows=True)
    repeated = [note.message for note in advice.notes if note.code == "row_left_out"]
    assert repeated
    assert_shows(page, advice)


def type_over(page: AppTest, *texts: str) -> AppTest:
    """Type what should stand in the first bad cells, and read the file again."""
    (editor,) = page.data_editor
    edited = {row: {"Put instead": text} for row, text in enumerate(texts)}
    page.session_state[editor.key] = {"edited_rows": edited, "added_rows": [], "deleted_rows": []}
    return page.button(key="correct").click().run()


def test_a_bad_quantity_can_be_typed_over_and_the_plan_names_it() -> None:
    page = upload(open_page(), BAD_ROWS)
    type_over(page, "200")
    assert not page.error
    advice = advice_for(BAD_ROWS.replace(b"2oo", b"200"))
    book = advice.exposure.book
    assert metrics(page)["Value"][0] == escape(to_dollars(book.market_value))
    assert metrics(page)["Hedge size"][0] == escape(to_dollars(advice.plan.hedge_notional))
    said = escape('Line 3, column "Quantity": "2oo" was replaced by "200", as stated.')
    assert any(said in text for text in texts(page))


def test_a_correction_that_is_no_number_either_is_refused_and_what_was_right_stays() -> None:
    page = upload(open_page(), b"Symbol,Quantity\nAAPL,4oo\nMSFT,2oo\nKO,900\n")
    type_over(page, "400", "two hundred")
    assert escape('"two hundred" is not a number') in refusal(page)
    assert escape("Line 2") not in refusal(page)
    type_over(page, "200")
    assert not page.error
    assert metrics(page)["Positions"][0] == "3"


def test_corrections_and_files_outlive_a_look_at_another_page() -> None:
    page = type_over(upload(open_page(), BAD_ROWS), "200")
    shown = metrics(page)
    go_to(page, "contracts")
    go_to(page, "hedge")
    assert headings(page)[0] == "# Mine"
    assert metrics(page) == shown
    assert page.selectbox(key="portfolio").value == "uploaded"


def test_more_bad_cells_than_a_sentence_holds_are_all_in_a_list() -> None:
    rows = "".join(f"S{row:03},x{row}\n" for row in range(60))
    page = upload(open_page(), f"Symbol,Quantity\nAAPL,400\n{rows}".encode())
    (cells,) = (each.value for each in page.dataframe)
    assert len(cells) == 60
    assert list(cells["Cell"]) == [f"x{row}" for row in range(60)]
    page.button(key="leave_out").click().run()
    assert headings(page)[0] == "# Mine"


def test_the_first_two_hundred_skipped_rows_are_shown_and_the_others_counted() -> None:
    content = b"Symbol,Quantity\nAAPL,400\n" + b"KO,bad\n" * 230
    page = upload(open_page(), content)
    page.button(key="leave_out").click().run()
    (table,) = (each.value for each in page.markdown if "Why it is not a position" in each.value)
    assert table.count("| Line ") == 200
    assert any(each.value.startswith("And 30 more;") for each in page.caption)
    assert len(plan_document(advice_for(content, leave_out_bad_rows=True))["portfolio"]["skipped_rows"]) == 230


def test_another_file_with_bad_rows_asks_again() -> None:
    page = upload(open_page(), BAD_ROWS)
    page.button(key="leave_out").click().run()
    upload(page, BAD_ROWS.replace(b"2oo", b"3oo"), "other.csv")
    assert "3oo" in refusal(page)
    assert_shows(page, advice_for(BAD_ROWS, leave_out_bad_rows=True))


@pytest.mark.parametrize("ending", ["txt", "tsv"])
def test_text_of_any_ending_can_be_uploaded(ending: str) -> None:
    page = upload(open_page(), TABLE, f"book.{ending}")
    assert headings(page)[0] == "# Book"
    assert_shows(page, advice_for(TABLE))


def test_a_workbook_can_be_uploaded() -> None:
    workbook = openpyxl.Workbook()
    for row in (("Symbol", "Quantity"), ("AAPL", 400), ("KO", 900)):
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    page = upload(open_page(), content.getvalue(), "book.xlsx")
    assert headings(page)[0] == "# Book"
    assert_shows(page, advice_for(content.getvalue()))


def test_a_pasted_table_shows_at_once_and_a_sample_when_it_is_cleared() -> None:
    page = open_page()
    page.text_area(key="pasted").set_value(TABLE.decode()).run()
    assert headings(page)[0] == "# Pasted table"
    assert_shows(page, advice_for(TABLE))
    page.text_area(key="pasted").set_value(" \n").run()
    assert headings(page)[0] == "# Technology"


def test_a_pasted_text_without_a_table_is_refused_in_words() -> None:
    page = open_page()
    page.text_area(key="pasted").set_value("hello").run()
    assert refusal(page) == sentence(partial(advice_for, b"hello"))
    assert_shows(page, advice_for())


class FakeYahoo:
    """A price source that counts how often it is asked, and answers from the snapshot or refuses."""

    def __init__(self) -> None:
        self.is_down = False
        self.seconds = 0.0
        self.asked: list[list[str]] = []
        self.opened: list[tuple[str, bool]] = []

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        self.asked.append(list(symbols))
        if self.is_down:
            raise PricesUnavailableError("Yahoo Finance did not answer for *AAPL*.", symbols)
        assert end is None
        return SnapshotSource().fetch([*symbols], start=start, end=date(2026, 8, 14))

    def open(self, name: str, *, allow_snapshot: bool = False) -> Any:
        self.opened.append((name, allow_snapshot))
        return self if name == "yahoo" else SnapshotSource()


@pytest.fixture
def yahoo(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    """A fake behind the switch, its own clock behind the page's cache, and nothing in that cache before or after."""
    source = FakeYahoo()
    monkeypatch.setattr("hedger.ui.accounts.open_source", source.open)
    monkeypatch.setattr("streamlit.runtime.caching.cache_utils.TTLCACHE_TIMER", lambda: source.seconds)
    st.cache_resource.clear()
    yield source
    st.cache_resource.clear()


def live_advice(source: FakeYahoo) -> Advice:
    portfolio = advice_for().portfolio
    return decide(measure_account(portfolio, source, Settings(), today=TODAY), Settings())


def test_live_prices_are_asked_for_only_when_switched_on(yahoo: FakeYahoo) -> None:
    page = open_page()
    assert not page.toggle(key="live_prices").value
    assert yahoo.opened == [("snapshot", False)]
    assert "ticker symbols" in page.toggle(key="live_prices").help
    page.toggle(key="live_prices").set_value(True).run()
    assert yahoo.opened[-1] == ("yahoo", False)
    assert len(yahoo.asked) == 1
    assert_shows(page, live_advice(yahoo))
    assert "14 Aug 2026" in next(each.value for each in page.markdown if "badge[" in each.value)


def test_live_prices_are_kept_while_the_hedge_changes_and_for_a_quarter_of_an_hour(yahoo: FakeYahoo) -> None:
    page = open_page()
    page.toggle(key="live_prices").set_value(True).run()
    page.slider(key="hedge").set_value(40).run()
    page.run()
    assert len(yahoo.asked) == 1
    yahoo.seconds = 14 * 60
    page.run()
    assert len(yahoo.asked) == 1
    yahoo.seconds = 15 * 60 + 1
    page.run()
    assert len(yahoo.asked) == 2


def test_the_shipped_prices_may_stand_in_when_allowed(yahoo: FakeYahoo) -> None:
    page = open_page()
    assert not [each for each in page.checkbox if each.key == "allow_snapshot"]
    page.toggle(key="live_prices").set_value(True).run()
    page.checkbox(key="allow_snapshot").set_value(True).run()
    assert yahoo.opened[-1] == ("yahoo", True)


def test_when_live_prices_do_not_come_the_page_says_so_and_shows_the_plan_on_shipped_ones(yahoo: FakeYahoo) -> None:
    yahoo.is_down = True
    page = open_page()
    page.toggle(key="live_prices").set_value(True).run()
    assert refusal(page) == escape("Yahoo Finance did not answer for *AAPL*.")
    assert "The plan below uses the shipped prices." in [each.value for each in page.caption]
    assert "Shipped snapshot" in next(each.value for each in page.markdown if "badge[" in each.value)
    assert_shows(page, advice_for())
    yahoo.is_down = False
    page.run()
    assert not page.error
    assert_shows(page, live_advice(yahoo))


def test_nothing_is_asked_of_the_network_for_the_portfolio_before_once_switched_off(yahoo: FakeYahoo) -> None:
    page = open_page()
    page.toggle(key="live_prices").set_value(True).run()
    page.file_uploader(key="upload").set_value(("mine.csv", b"", "text/csv"))
    page.toggle(key="live_prices").set_value(False).run()
    assert refusal(page) == sentence(partial(advice_for, b""))
    assert len(yahoo.asked) == 1
    assert headings(page) == []
