"""Advice with everything that a plan may have, and advice for a portfolio with hostile names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hostile_names import HOSTILE

from hedger.advice import Advice, advise
from hedger.exposure import BetaOverride
from hedger.portfolio import SkippedRow
from hedger.report.terminal import show
from hedger.risk import StatedScenario
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)


@pytest.fixture
def draw_view(capsys: pytest.CaptureFixture[str], plain_terminal: None) -> Callable[[RenderableType], list[str]]:
    """Show a view and return the lines that it took."""

    def drawn(view: RenderableType) -> list[str]:
        show(view)
        return capsys.readouterr().out.splitlines()

    return drawn


@pytest.fixture(scope="session")
def mixed_advice(technology: Portfolio) -> Advice:
    """Advice with futures already held, on two indices, and everything that a plan may have."""
    settings = Settings(
        target_beta=0.4,
        contracts=("MNQ", "MES", "MYM"),
        current=(("MES", -5), ("MYM", 2)),
        buffer=100_000.0,
        scenario=(StatedScenario(name="=my own", moves=(("sp500", -0.12), ("AAPL", -0.3))),),
        unrealised_gain=400_000.0,
        long_term_tax=0.2,
        short_term_tax=0.37,
        beta=(BetaOverride(symbol="AAPL", index=None, beta=1.1),),
        proxy=(("OLD", "SPY"),),
    )
    old = replace(technology.positions[0], symbol="OLD", raw_symbol="OLD", market_value=5_000.0)
    portfolio = replace(technology, positions=(*technology.positions, old))
    return advise(portfolio, settings=settings, today=DAY)


@pytest.fixture(scope="session")
def hostile_advice(technology: Portfolio) -> Advice:
    """Advice for a portfolio whose names, reasons and scenario look like formulas, links or markup."""
    held = tuple(
        replace(technology.positions[0], symbol=name, raw_symbol=name, market_value=1e5 + place, lines=(50 + place,))
        for place, name in enumerate(HOSTILE)
    )
    portfolio = replace(
        technology,
        name="=2+3",
        positions=(*technology.positions, *held),
        skipped_rows=(SkippedRow(line=9, reason="=3+4"),),
    )
    overrides = tuple(BetaOverride(symbol=name, index=None, beta=1.0) for name in HOSTILE[1::2])
    own = StatedScenario(name="=5+6", moves=(("sp500", -0.1),))
    return advise(portfolio, settings=Settings(hedge=0.5, beta=overrides, scenario=(own,)), today=DAY)


@pytest.fixture(scope="session")
def bare_advice(technology_advice: Advice) -> Advice:
    """Advice of a short record: no losses foretold, no crises replayed, no move that calls for cash."""
    risk = technology_advice.risk
    assert risk.margin_call is not None
    bare = replace(
        risk,
        before=replace(risk.before, tails=()),
        after=replace(risk.after, tails=()),
        top_unhedgeable=(),
        stresses=(),
        replays=(),
        past_accounts=(),
        other_ways=(),
        margin_call=replace(risk.margin_call, call_move=None, call_level=None),
    )
    return replace(technology_advice, risk=bare, plan=replace(technology_advice.plan, alternatives=()))
