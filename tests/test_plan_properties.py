"""What must hold of every plan: small changes that may not matter do not, and neither does the future."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hedger.advice import Advice, advise
from hedger.market import Prices, SnapshotSource
from hedger.portfolio import Portfolio, read_portfolio
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DAY = date(2026, 8, 21)
PAST = date(2024, 6, 28)
SAMPLES = ("technology", "small_and_large", "adviser", "large_caps", "long_short_with_cash")
CHOICES = (
    Settings(hedge=0.6),
    Settings(hedge=0.6, objective="expected-shortfall"),
    Settings(hedge=0.6, legs=3, allow_long_legs=True, max_contracts=9),
)

every_choice = pytest.mark.parametrize("settings", CHOICES, ids=["auto", "expected-shortfall", "long-legs"])


@pytest.fixture(params=SAMPLES)
def portfolio(request: pytest.FixtureRequest, sample_folder: Path) -> Portfolio:
    return read_portfolio(sample_folder / f"{request.param}.csv", as_of=DAY)


def held(advice: Advice) -> dict[str, int]:
    return {order.quote.symbol: order.held_after for order in advice.plan.positions}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherFuture:
    """The shipped prices, other than they were after a day."""

    day: date

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        prices = SnapshotSource().fetch(symbols, start=start, end=end)
        is_later = prices.sessions > np.datetime64(self.day)
        moved = 1.0 + 0.3 * np.sin(np.arange(is_later.sum()))[:, None] * np.cos(np.arange(len(prices.symbols)))
        close = prices.close.copy()
        close[is_later] *= moved
        return replace(prices, close=close)


@every_choice
def test_the_order_of_the_holdings_changes_nothing(portfolio: Portfolio, settings: Settings) -> None:
    turned = replace(portfolio, positions=portfolio.positions[::-1])
    there, back = (advise(each, settings=settings, today=DAY) for each in (portfolio, turned))
    assert held(there) == held(back)
    assert there.plan.tracking_risk == pytest.approx(back.plan.tracking_risk, rel=1e-6)


def test_the_order_of_the_contracts_changes_nothing(portfolio: Portfolio) -> None:
    roots = ("ES", "MES", "NQ", "MNQ", "RTY", "M2K")
    there, back = (
        advise(portfolio, settings=Settings(hedge=0.6, contracts=order), today=DAY) for order in (roots, roots[::-1])
    )
    assert held(there) == held(back)


@every_choice
def test_more_cash_changes_no_order(portfolio: Portfolio, settings: Settings) -> None:
    position = portfolio.positions[0]
    cash = replace(
        position, symbol="USD", raw_symbol="USD", asset_class="cash", quantity=1e6, price=1.0, market_value=1e6
    )
    richer = replace(portfolio, positions=(*portfolio.positions, cash), cash_total=(portfolio.cash_total or 0.0) + 1e6)
    poor, rich = (advise(each, settings=settings, today=DAY) for each in (portfolio, richer))
    assert rich.exposure.book.cash == pytest.approx(poor.exposure.book.cash + 1e6, rel=1e-12)
    assert held(poor) == held(rich)


def test_twice_the_portfolio_has_twice_the_target(portfolio: Portfolio) -> None:
    twice = replace(
        portfolio,
        positions=tuple(
            replace(
                position,
                quantity=None if position.quantity is None else 2 * position.quantity,
                market_value=None if position.market_value is None else 2 * position.market_value,
            )
            for position in portfolio.positions
        ),
        cash_total=None if portfolio.cash_total is None else 2 * portfolio.cash_total,
    )
    once, doubled = (advise(each, settings=Settings(), today=DAY).plan for each in (portfolio, twice))
    assert doubled.beta_dollars == pytest.approx(2 * once.beta_dollars, rel=1e-9)
    assert [name for name, _ in doubled.target_notional] == [name for name, _ in once.target_notional]
    assert [dollars for _, dollars in doubled.target_notional] == pytest.approx(
        [2 * dollars for _, dollars in once.target_notional], rel=1e-9
    )


@every_choice
def test_another_future_changes_no_plan_of_a_past_day(portfolio: Portfolio, settings: Settings) -> None:
    as_it_was, as_it_was_not = (
        advise(portfolio, source, settings, as_of=PAST, today=DAY).plan
        for source in (SnapshotSource(), AnotherFuture(day=PAST))
    )
    assert as_it_was == as_it_was_not


def test_the_fund_of_an_index_is_hedged_with_that_index() -> None:
    fund = read_portfolio(b"ticker,shares\nQQQ,5000\n", as_of=DAY)
    advice = advise(fund, settings=Settings(), today=DAY)
    beta = advice.exposure.of("nasdaq100")
    assert {order.quote.index for order in advice.plan.orders} == {advice.plan.reference_index} == {"nasdaq100"}
    assert beta.beta == pytest.approx(1.0, abs=0.02)
    assert beta.high - beta.low < 0.05
    assert [step.is_taken for step in advice.plan.leg_test[1:]] == [False] * (len(advice.plan.leg_test) - 1)
