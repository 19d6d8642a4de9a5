"""Numbers and answers in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Advice, advise
from hedger.exposure import BetaOverride
from hedger.portfolio import Portfolio, read_portfolio
from hedger.report import state_answer, to_beta, to_dollars, to_month, to_percent
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[..., tuple[str, Advice]]

DAY = date(2026, 8, 21)


@pytest.mark.parametrize(
    ("amount", "written"),
    [(1234567.5, "$1,234,568"), (-390264.4, "-$390,264"), (-0.4, "$0"), (0.0, "$0"), (None, "-")],
)
def test_dollars_carry_their_sign_in_front(amount: float | None, written: str) -> None:
    assert to_dollars(amount) == written


def test_a_change_in_dollars_says_plus() -> None:
    assert [to_dollars(amount, is_change=True) for amount in (12.0, -12.0, 0.2)] == ["+$12", "-$12", "$0"]
    assert to_dollars(15.4, places=2) == "$15.40"


def test_fractions_become_percent() -> None:
    assert [to_percent(share) for share in (0.5, -0.004, 1.0, None)] == ["50%", "0%", "100%", "-"]
    assert [to_percent(move, is_change=True) for move in (0.05, -0.3)] == ["+5%", "-30%"]
    assert to_percent(0.1234, places=1) == "12.3%"


def test_betas_have_two_places_and_no_minus_zero() -> None:
    assert [to_beta(beta) for beta in (0.966, -0.001, -1.0)] == ["0.97", "0.00", "-1.00"]


def test_a_contract_month_is_written_out() -> None:
    assert to_month(date(2026, 9, 18)) == "September 2026"


@pytest.fixture(scope="session")
def answer_to(technology: Portfolio) -> Answer:
    def answer(portfolio: Portfolio = technology, **choices: object) -> tuple[str, Advice]:
        advice = advise(portfolio, settings=Settings(**choices), today=DAY)  # type: ignore[arg-type]
        return state_answer(advice), advice

    return answer


def test_the_answer_names_contracts_month_share_and_value(answer_to: Answer) -> None:
    answer, advice = answer_to(hedge=0.5)
    nq, mnq = advice.plan.orders
    share = advice.plan.achieved_hedge_fraction
    assert share is not None
    assert answer.startswith(
        f"Sell {-nq.quantity} NQ and {-mnq.quantity} MNQ (September 2026) to remove {share:.0%} of the Nasdaq-100 risk "
        f"of a ${advice.exposure.book.market_value:,.0f} portfolio."
    )
    asked = "" if f"{share:.0%}" == "50%" else " You asked for 50%; whole contracts come no closer."
    assert answer.partition(".")[2] == asked


def test_three_contracts_are_listed_with_commas(adviser: Portfolio, answer_to: Answer) -> None:
    answer, _ = answer_to(adviser, hedge=0.5, index=("sp500",), include_delisted=True)
    assert ", " in answer.partition(" (")[0]
    assert " and " in answer.partition(" (")[0]


def test_a_target_beta_is_answered_with_betas(answer_to: Answer) -> None:
    answer, advice = answer_to(target_beta=0.4)
    assert f"from {advice.plan.beta_before:.2f} to {advice.plan.beta_after:.2f}." in answer
    assert "risk of" not in answer


def test_a_limit_that_holds_the_plan_back_is_named(answer_to: Answer) -> None:
    answer, _ = answer_to(hedge=0.5, margin_budget=40_000.0)
    assert answer.endswith("You asked for 50%; the margin budget holds the plan back.")


def test_a_tolerance_is_named_when_it_was_used(answer_to: Answer) -> None:
    answer, _ = answer_to(hedge=0.5, tolerance=0.2)
    assert answer.endswith("You asked for 50%; within your tolerance this is the cheapest plan.")


def test_orders_both_ways_say_which_is_which(adviser: Portfolio, answer_to: Answer) -> None:
    answer, advice = answer_to(
        adviser, target_beta=0.4, legs=1, margin_budget=50_000.0, current=(("ES", -2), ("MES", 3))
    )
    bought, sold = (order.quantity for order in advice.plan.orders)
    assert bought > 0 > sold
    assert answer.startswith(f"Buy {bought} ES and sell {-sold} MES (September 2026) to bring the S&P 500 beta")


def test_futures_that_are_not_needed_any_more_are_closed(technology: Portfolio, answer_to: Answer) -> None:
    answer, _ = answer_to(technology, hedge=0.0, current=(("NQ", -2),))
    assert answer == "Buy 2 NQ (September 2026) to close the futures held."
    betas = tuple(
        BetaOverride(symbol=position.symbol, index=None, beta=0.0)
        for position in technology.positions
        if position.asset_class != "cash"
    )
    answer, _ = answer_to(technology, beta=betas, current=(("NQ", -2),))
    assert answer == "Buy 2 NQ (September 2026) to close the futures held: there is no index risk to remove."


def test_contracts_of_different_months_carry_their_own(answer_to: Answer) -> None:
    answer, advice = answer_to(hedge=0.5, contracts=("NQ", "QNDX"))
    assert len({order.quote.last_trading_day for order in advice.plan.orders}) == 2
    assert "NQ (September 2026) and " in answer
    assert "QNDX (June 2027) to remove" in answer


def test_nothing_to_remove_needs_no_trade(answer_to: Answer) -> None:
    assert answer_to(hedge=0.0)[0] == "Trade nothing: you asked to remove nothing."


def test_a_beta_that_is_the_one_asked_for_needs_no_trade(answer_to: Answer) -> None:
    beta = answer_to(hedge=0.0)[1].plan.beta_before
    answer, _ = answer_to(target_beta=beta)
    assert answer == f"Trade nothing: the beta of the portfolio is the {beta:.2f} that you asked for."


def test_a_book_without_index_risk_needs_no_trade(technology: Portfolio, answer_to: Answer) -> None:
    betas = tuple(BetaOverride(symbol=each.symbol, index=None, beta=0.0) for each in technology.positions[:1])
    alone = replace(technology, positions=technology.positions[:1])
    assert answer_to(alone, beta=betas)[0] == "Trade nothing: there is no index risk to remove."


def test_a_book_too_small_for_a_contract_needs_no_trade(answer_to: Answer) -> None:
    small = read_portfolio(b"ticker,shares\nAAPL,10\n", as_of=DAY)
    answer, _ = answer_to(small)
    assert answer == ("Trade nothing: you asked to remove 100% of the S&P 500 risk; whole contracts come no closer.")


def test_a_book_too_small_for_its_target_beta_needs_no_trade(answer_to: Answer) -> None:
    small = read_portfolio(b"ticker,shares\nAAPL,10\n", as_of=DAY)
    answer, advice = answer_to(small, target_beta=0.3, index=("sp500",))
    assert advice.plan.beta_before > 0.4
    assert answer == ("Trade nothing: you asked for a beta of 0.30 to the S&P 500; whole contracts come no closer.")


def test_futures_that_fit_already_are_kept(answer_to: Answer) -> None:
    _, advice = answer_to(hedge=0.5)
    fitting = tuple((order.quote.symbol, order.held_after) for order in advice.plan.positions)
    answer, kept = answer_to(hedge=0.5, current=fitting)
    assert kept.plan.orders == ()
    held = ", ".join(f"{-quantity} {symbol}" for symbol, quantity in fitting)
    assert answer.startswith(f"Trade nothing: the futures held already ({held}) remove ")


def test_another_objective_than_closeness_is_named_after_the_limits(adviser: Portfolio, answer_to: Answer) -> None:
    free, _ = answer_to(adviser, hedge=0.5, objective="expected-shortfall")
    assert free.endswith("You asked for 50%; the expected shortfall is least here.")
    bound, _ = answer_to(adviser, hedge=0.5, objective="expected-shortfall", margin_budget=50_000.0)
    assert bound.endswith("You asked for 50%; the margin budget holds the plan back.")


def test_two_limits_hold_a_plan_back_together(answer_to: Answer) -> None:
    answer, advice = answer_to(hedge=0.5, margin_budget=40_000.0, max_contracts=1, contracts=("NQ", "MNQ"))
    limits = [limit.name for limit in advice.plan.binding_limits]
    assert limits == ["margin_budget", "max_contracts"]
    assert answer.endswith("the margin budget and the limit on contracts hold the plan back.")


def test_a_tolerance_wider_than_the_hedge_is_the_reason_to_trade_nothing(answer_to: Answer) -> None:
    answer, advice = answer_to(hedge=0.5, tolerance=1.0)
    assert advice.plan.orders == ()
    assert answer.startswith("Trade nothing: you asked to remove 50% of the Nasdaq-100 risk; ")
    assert answer.endswith("; within your tolerance this is the cheapest plan.")


def test_the_cheapest_plan_within_a_tolerance_is_not_the_one_of_least_shortfall(
    adviser: Portfolio, answer_to: Answer
) -> None:
    answer, advice = answer_to(adviser, hedge=0.5, objective="expected-shortfall", tolerance=0.2)
    assert advice.plan.comparison is not None
    assert advice.plan.comparison.outcomes[0].expected_shortfall > advice.plan.comparison.least_shortfall
    assert answer.endswith("within your tolerance this is the cheapest plan.")
