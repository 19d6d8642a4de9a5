"""A plan in words: what it does, told of the document."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Advice, advise
from hedger.portfolio import read_portfolio
from hedger.report import plan_document
from hedger.report.statement import explain, list_assumptions, list_sources, to_plain
from hedger.report.words import to_long_day
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)


def test_a_plan_is_explained_with_its_own_figures(technology_advice: Advice) -> None:
    exposure, hedge, limits = explain(plan_document(technology_advice))
    assert exposure.startswith(
        "The portfolio is worth $2,600,697 and moves by about 1.00% when the Nasdaq-100 moves by 1%: its beta is 1.00,"
    )
    assert (
        "instead of the S&P 500 would have removed 94% instead of 83% of this portfolio's variance in the" in exposure
    )
    assert exposure.endswith(
        "Nasdaq-100 89%, 94%; S&P 500 and Nasdaq-100 90%, 94% (not used: in the past it would have cut what was left "
        "by nothing)."
    )
    assert hedge.startswith(
        "After the orders the account is short $1,292,753 of futures on the Nasdaq-100. They gain what it"
    )
    assert "the beta of portfolio and futures together is 0.51; 49% of the exposure to the Nasdaq-100" in hedge
    assert "6% of the ups and downs of this portfolio (most of it in MSFT, AVGO and NVDA)." in limits


def test_futures_on_several_indices_are_all_named(sample_folder: Path) -> None:
    portfolio = read_portfolio(sample_folder / "small_and_large.csv", as_of=DAY)
    advice = advise(portfolio, settings=Settings(hedge=0.5, legs=2), today=DAY)
    assert len({order.quote.index for order in advice.plan.orders}) == 2
    assert (
        "of futures on the Nasdaq-100 and the Russell 2000. They gain what these lose"
        in explain(plan_document(advice))[1]
    )


def test_a_plan_that_closes_everything_holds_nothing(technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.0, current=(("NQ", -2),)), today=DAY)
    assert explain(plan_document(advice))[1] == "After the orders the account holds no futures."


def test_choices_are_told_as_the_user_made_them(mixed_advice: Advice, technology: Portfolio) -> None:
    told = dict(list_assumptions(plan_document(mixed_advice)))
    assert told["Aim"] == "a beta of 0.40"
    assert told["Contracts"] == "MNQ, MES, MYM"
    assert told["Futures already held"] == "-5 MES, +2 MYM"
    assert told["Betas given by hand"] == "AAPL 1.10"
    assert told["Stand-ins"] == "SPY for OLD"
    settings = Settings(
        hedge=0.25, index=("dow30", "sp500"), margin_budget=90_000.0, max_contracts=1_200, tolerance=0.015
    )
    told = dict(list_assumptions(plan_document(advise(technology, settings=settings, today=DAY))))
    assert told["Aim"] == "remove 25% of the index exposure"
    assert told["Indices"] == "Dow, S&P 500"
    assert (told["Margin budget"], told["Most contracts"]) == ("$90,000", "1,200")
    assert told["Tolerance"] == "1.5% of the risk being hedged"


def test_figures_of_one_source_and_day_stand_together(technology_advice: Advice) -> None:
    sources = list_sources(plan_document(technology_advice))
    assert len({(source.as_of, source.origin) for source in sources}) == len(sources)
    assert sources[0].figure == "Closes of holdings and indices"
    assert (sources[0].as_of, sources[0].origin) == ("2021-08-16 to 2026-08-21", "shipped snapshot")
    assert "Futures price of NQ; futures price of MNQ" in {source.figure for source in sources}


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("Prices are old. Bring today's with --prices.", "Prices are old."),
        ("Nothing to leave out: 5.5% of it. Hold $3,000.", "Nothing to leave out: 5.5% of it. Hold $3,000."),
        ("Use --margins FILE.csv.", "Use --margins FILE.csv."),
    ],
)
def test_a_client_reads_no_options_unless_there_is_nothing_else(message: str, plain: str) -> None:
    assert to_plain(message) == plain


def test_days_are_written_out() -> None:
    assert to_long_day(date(2026, 9, 7)) == "7 September 2026"


def test_another_objective_than_variance_is_named_among_the_choices(technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, objective="expected-shortfall"), today=DAY)
    assert dict(list_assumptions(plan_document(advice)))["Objective"] == "least expected shortfall over past sessions"
    (said,) = (words for words in explain(plan_document(advice)) if words.startswith("The plan makes the mean loss"))
    assert "The hedge of least variance holds -2 NQ, -2 MNQ: a mean loss of $" in said
