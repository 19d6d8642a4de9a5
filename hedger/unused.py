"""Choices that have no effect: followed to the letter they change nothing, and nobody makes them for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.contracts import DEFAULT_FEE_SCHEDULE
from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hedger.portfolio import Portfolio
    from hedger.settings import Settings


def doubt_unused(settings: Settings, portfolio: Portfolio, traded: Collection[str]) -> Iterator[Note]:
    """Name the choices that have no effect, and what they lack.

    Parameters
    ----------
    settings
        Every choice.
    portfolio
        As read.
    traded
        Roots of the contracts that the plan holds or trades.
    """
    for message in (
        *_unused_value(settings, portfolio),
        *_unused_legs(settings),
        *_unused_schedule(settings, traded),
        *_unused_taxes(settings),
    ):
        yield Note(code="choice_without_effect", message=message)


def _unused_value(settings: Settings, portfolio: Portfolio) -> Iterator[str]:
    has_weights = any(each.weight is not None and each.market_value is None for each in portfolio.positions)
    if settings.portfolio_value is not None and not has_weights:
        yield "--portfolio-value has no effect: the file tells quantities or values, which count."


def _unused_legs(settings: Settings) -> Iterator[str]:
    if settings.legs is not None and settings.index and settings.legs > len(settings.index):
        yield f"--legs {settings.legs} has no effect: --index allows {', '.join(settings.index)} only."


def _unused_schedule(settings: Settings, traded: Collection[str]) -> Iterator[str]:
    is_stated = settings.fee_schedule != DEFAULT_FEE_SCHEDULE
    if is_stated and traded and set(traded) <= {own.symbol for own in settings.fees}:
        yield f"--fee-schedule {settings.fee_schedule} has no effect: your own fees name every contract of the plan."


def _unused_taxes(settings: Settings) -> Iterator[str]:
    long_term, short_term = settings.long_term_tax, settings.short_term_tax
    if long_term is None and settings.unrealised_gain is not None:
        yield "--unrealised-gain has no effect without --long-term-tax."
    if long_term is None and short_term is not None:
        yield "--short-term-tax has no effect without --long-term-tax: gains of the futures are taxed at both rates."
    if long_term is not None and short_term is None and settings.unrealised_gain is None:
        yield (
            "--long-term-tax has no effect without --unrealised-gain, of which selling instead would be taxed, or "
            "--short-term-tax, for the futures."
        )
