"""The printed plan: the plan's words and numbers, fonts inside, the same bytes, and text that stays text."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hostile_names import HOSTILE
from pypdf import PdfReader

from hedger.advice import Advice, advise
from hedger.portfolio import SkippedRow, read_portfolio
from hedger.report import plan_document, state_answer, to_beta, to_dollars
from hedger.report.pdf import plan_pdf
from hedger.report.pdf.charts import round_steps, to_short_dollars
from hedger.report.pdf.page import to_print
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)


def opened(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def words_of(content: bytes) -> str:
    """Return the text of all pages with single blanks."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in opened(content).pages))


@pytest.fixture(scope="module")
def content(technology_advice: Advice) -> bytes:
    return plan_pdf(technology_advice)


@pytest.fixture(scope="module")
def words(content: bytes) -> str:
    return words_of(content)


class TestFile:
    def test_the_same_plan_gives_the_same_bytes_in_another_process(self, content: bytes, sample_folder: Path) -> None:
        script = (
            "import sys\nfrom datetime import date\n"
            "from hedger.advice import advise\nfrom hedger.portfolio import read_portfolio\n"
            "from hedger.report.pdf import plan_pdf\nfrom hedger.settings import Settings\n"
            "day = date(2026, 8, 21)\n"
            "portfolio = read_portfolio(sys.argv[1], as_of=day)\n"
            "sys.stdout.buffer.write(plan_pdf(advise(portfolio, settings=Settings(hedge=0.5), today=day)))\n"
        )
        command = [sys.executable, "-c", script, str(sample_folder / "technology.csv")]
        assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == content

    def test_a_plan_before_does_not_change_the_next_one(
        self, content: bytes, mixed_advice: Advice, technology_advice: Advice
    ) -> None:
        plan_pdf(mixed_advice)
        assert plan_pdf(technology_advice) == content

    def test_it_says_what_it_is_and_is_dated_on_the_day_of_the_plan(self, content: bytes) -> None:
        described = opened(content).metadata
        assert described is not None
        assert described.title == "Hedge plan: technology"
        assert described.creation_date is not None
        assert described.creation_date.date() == DAY
        assert described.creation_date_raw == described.modification_date_raw

    def test_all_fonts_are_embedded_and_nothing_is_a_picture(self, content: bytes) -> None:
        for page in opened(content).pages:
            resources: Any = page["/Resources"]
            for font in resources["/Font"].values():
                descriptor = font.get_object()["/FontDescriptor"].get_object()
                assert "/FontFile2" in descriptor, font.get_object()["/BaseFont"]
            assert len(page.images) == 0

    @pytest.mark.parametrize(
        "name", ["technology", "adviser", "long_short_with_cash", "concentrated", "ibkr_activity_statement"]
    )
    def test_it_has_two_or_three_pages_that_say_so(self, sample_folder: Path, name: str) -> None:
        portfolio = read_portfolio(sample_folder / f"{name}.csv", as_of=DAY)
        pages = opened(plan_pdf(advise(portfolio, settings=Settings(hedge=0.5), today=DAY))).pages
        assert len(pages) in (2, 3)
        for number, page in enumerate(pages, start=1):
            text = page.extract_text()
            assert f"Page {number} of {len(pages)}" in text
            assert "Not investment advice." in text


class TestContent:
    def test_the_first_page_says_what_to_do_and_why(self, content: bytes, technology_advice: Advice) -> None:
        first = re.sub(r"\s+", " ", opened(content).pages[0].extract_text())
        assert state_answer(technology_advice) in first
        for title in ("What and why", "Order ticket", "Before and after"):
            assert title in first
        plan = technology_advice.plan
        for order in plan.orders:
            line = (
                f"{order.quote.code} SELL {-order.quantity} {order.quote.price:,.2f} "
                f"{to_dollars(order.quote.contract.multiplier)} {to_dollars(order.notional)} "
                f"{to_dollars(order.initial_margin)} {to_dollars(order.cost, places=2)}"
            )
            assert line in first
        assert f"Beta to the Nasdaq-100 {to_beta(plan.beta_before)} {to_beta(plan.beta_after)}" in first

    def test_every_figure_that_is_shown_is_the_plans(self, words: str, technology_advice: Advice) -> None:
        document = plan_document(technology_advice)
        risk, call, costs = document["risk"], document["margin_call"], document["costs"]
        assert (
            f"Yearly volatility {to_dollars(risk['before']['volatility'])} {to_dollars(risk['after']['volatility'])}"
            in words
        )
        for tail, after in zip(risk["before"]["value_at_risk"], risk["after"]["value_at_risk"], strict=True):
            assert f"{to_dollars(tail['value'])} {to_dollars(after['value'])}" in words
        for scenario in document["scenarios"]:
            if scenario["kind"] == "crisis":
                gains = (scenario[name] for name in ("unhedged_pnl", "hedge_pnl", "hedged_pnl"))
                assert " ".join(to_dollars(gain, is_change=True) for gain in gains) in words, scenario["name"]
        assert f"{call['call_level']:,.0f}" in words
        for each in call["probability"]:
            assert f"{each['horizon_days']} sessions {each['probability']:.0%} {each['simulated']:.0%}" in words
        assert f"Orders, in and out {to_dollars(costs['one_off'], places=2)}" in words
        assert to_dollars(costs["carry_per_year"]) in words
        for each in costs["alternatives"]:
            assert each["remark"] in words

    def test_days_stand_in_their_order(self, words: str) -> None:
        days = words[words.index("Calendar") : words.index("Hedge plan: technology 21 August")]
        assert days == (
            "Calendar 7 September 2026 The New York Stock Exchange is closed (Labor Day). "
            "14 September 2026 Review the plan against today's holdings and prices. Roll 2 NQU6 to NQZ6, "
            "2 MNQU6 to MNQZ6. 18 September 2026 Last trading day of NQU6, MNQU6. "
        )

    def test_doubts_assumptions_sources_and_a_disclaimer_close_it(self, words: str, technology_advice: Advice) -> None:
        for order in technology_advice.plan.orders:
            assert order.quote.margin.source in words
            assert order.quote.price_source in words
        assert "The initial margin is an assumption" in words
        assert "Estimator of betas: two-speed" in words
        assert words.index("Assumptions") < words.index("Sources") < words.index("no investment, tax or legal advice")

    def test_a_client_reads_of_no_options_of_the_command_line(self, words: str, mixed_advice: Advice) -> None:
        assert "--" not in words
        assert "--" not in words_of(plan_pdf(mixed_advice))

    def test_old_prices_are_an_alarm_on_the_first_page(self, technology: Portfolio) -> None:
        late = advise(technology, settings=Settings(hedge=0.5), today=date(2026, 11, 21))
        first = re.sub(r"\s+", " ", opened(plan_pdf(late)).pages[0].extract_text())
        assert "92 days ago. This shows how the plan works; do not trade it." in first

    def test_futures_already_held_and_own_scenarios_are_told(self, mixed_advice: Advice) -> None:
        words = words_of(plan_pdf(mixed_advice))
        left = [order for order in mixed_advice.plan.positions if order.held_after]
        held = ", ".join(f"{order.held_after:+,} {order.quote.symbol}" for order in left)
        assert f"Held afterwards: {held}" in words
        assert "Your own scenarios" in words
        assert "=my own" in words
        assert "Instead Amount Once A year Tax What to know" in words
        assert "$100,000 (as stated)" in words

    def test_what_was_left_out_is_told_briefly(self, technology: Portfolio) -> None:
        lost = [
            replace(technology.positions[0], symbol=f"LOST{n}", raw_symbol=f"LOST{n}", market_value=500.0)
            for n in range(20)
        ]
        rows = tuple(SkippedRow(line=n, reason="a total") for n in (3, 7))
        portfolio = replace(technology, positions=(*technology.positions, *lost), skipped_rows=rows)
        words = words_of(plan_pdf(advise(portfolio, settings=Settings(hedge=0.5), today=DAY)))
        assert "Left out (together $10,000): LOST0, LOST1, LOST2," in words
        assert "LOST11 and 8 more: not in the shipped snapshot" in words
        assert "Lines 3, 7 of the file left out: a total." in words

    def test_other_plans_are_listed_with_what_they_miss(self, words: str, technology_advice: Advice) -> None:
        others = technology_advice.plan.alternatives
        assert len(others) > 3
        for each in others:
            risk, cost = to_dollars(each.tracking_risk), to_dollars(each.round_trip_cost, places=2)
            assert f"{risk} {cost} {to_dollars(each.initial_margin)}" in words

    def test_a_plan_without_contracts_is_printed_too(self, technology: Portfolio) -> None:
        words = words_of(plan_pdf(advise(technology, settings=Settings(hedge=0.0), today=DAY)))
        assert "No orders." in words
        assert "Cash for the futures account" not in words
        assert "Trade nothing: you asked to remove nothing." in words

    def test_what_a_short_record_cannot_tell_is_left_out(self, bare_advice: Advice) -> None:
        words = words_of(plan_pdf(bare_advice))
        assert "Loss exceeded" not in words
        assert "Past crises" not in words
        assert "No move of the Nasdaq-100 alone leads to a call for cash." in words
        assert "% of the ups and downs of this portfolio." in words
        assert "Instead" not in words

    def test_a_long_hedge_is_called_for_cash_in_a_fall(self, technology: Portfolio) -> None:
        short = tuple(replace(each, quantity=-(each.quantity or 0.0)) for each in technology.positions)
        words = words_of(
            plan_pdf(advise(replace(technology, positions=short), settings=Settings(hedge=0.5), today=DAY))
        )
        assert re.search(r"the account is long \$[\d,]+ of futures on the Nasdaq-100\. They gain what it gains", words)
        assert re.search(r"calls for cash when the Nasdaq-100 falls by", words)


class TestHostileText:
    def test_names_are_printed_as_they_are(self, hostile_advice: Advice) -> None:
        words = words_of(plan_pdf(hostile_advice))
        assert "Hedge plan: =2+3" in words
        assert "=5+6" in words
        assert "=3+4" in words
        excluded = [each.symbol for each in hostile_advice.exposure.book.excluded]
        assert {*excluded, *(each.symbol for each in hostile_advice.exposure.by_holding)} >= set(HOSTILE)
        assert f"Left out (together $500,020): {', '.join(excluded)}:" in words

    def test_nothing_can_be_clicked_or_run(self, hostile_advice: Advice) -> None:
        content = plan_pdf(hostile_advice)
        for page in opened(content).pages:
            assert "/Annots" not in page
        assert b"/JavaScript" not in content
        assert b"/URI" not in content

    def test_characters_without_a_glyph_become_a_box(self, technology: Portfolio) -> None:
        assert to_print("Größe \u4e2d\u6587 \U0001f600") == "Größe \u25a1\u25a1 \u25a1"
        named = replace(technology, name="\u4e2d\x07" + "y" * 200)
        assert "Hedge plan: \u25a1\\x07yyy" in words_of(
            plan_pdf(advise(named, settings=Settings(hedge=0.5), today=DAY))
        )


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [
        (0.0, 242_000.0, (0, 50_000, 100_000, 150_000, 200_000, 250_000)),
        (-1.9, -0.2, (-2.0, -1.5, -1.0, -0.5, 0.0)),
        (-783_992.0, 783_992.0, (-1_000_000, -500_000, 0, 500_000, 1_000_000)),
        (3.0, 10.0, (0, 2, 4, 6, 8, 10)),
        (0.0, 0.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    ],
)
def test_steps_of_an_axis_are_round_and_enclose_the_amounts(low: float, high: float, steps: tuple[float, ...]) -> None:
    assert round_steps(low, high) == pytest.approx(steps, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0.0, "$0"), (-0.0, "$0"), (950.0, "$950"), (-1_500.0, "-$1.5k"), (1_250_000.0, "$1.25M"), (3e9, "$3B")],
)
def test_amounts_of_an_axis_are_short(amount: float, words: str) -> None:
    assert to_short_dollars(amount) == words
