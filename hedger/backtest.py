"""The past of one account: what the rule of its plan, and its rivals, would have done.

Like advice this is two steps: :func:`hedger.advice.measure_account`, then :func:`backtest_account`; :func:`backtest` is
both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hedger.advice import Measurement, measure_account, today_in_new_york
from hedger.choices import YEARS
from hedger.errors import HedgeError
from hedger.evidence import assess_evidence
from hedger.exposure import ESTIMATORS
from hedger.market import SnapshotSource, load_futures
from hedger.pricing import quote_choices
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from hedger.errors import Note
    from hedger.evidence import Evidence
    from hedger.market import PriceSource
    from hedger.portfolio import Portfolio


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backtest:
    """The evidence for one account, with what it was made of.

    Parameters
    ----------
    measurement
        Of today's account.
    settings
        Every choice in force.
    evidence
        What came of them in the past.
    """

    measurement: Measurement
    settings: Settings
    evidence: Evidence

    @property
    def as_of(self) -> date:
        """Day on which it is given."""
        return self.measurement.as_of

    @property
    def notes(self) -> tuple[Note, ...]:
        """How it was tested and every doubt about it, those about the portfolio last."""
        return tuple(dict.fromkeys((*self.evidence.notes, *self.measurement.exposure.notes)))


def backtest(
    portfolio: Portfolio,
    source: PriceSource | None = None,
    settings: Settings | None = None,
    *,
    as_of: date | None = None,
    today: date | None = None,
    years: int = YEARS,
    on_progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Return what hedging one account by the plan's rule would have done.

    Parameters
    ----------
    portfolio, source, settings, as_of, today
        As :func:`hedger.advise` has them.
    years
        Most years to look back, at least 1.
    on_progress
        Called with the number of quarters done and of all; what it raises ends the test.

    Raises
    ------
    HedgerError
        When prices, settings or the book do not allow it; the message says what to do.
    """
    chosen = settings or Settings()
    measurement = measure_account(
        portfolio, source or SnapshotSource(), chosen, as_of=as_of, today=today or today_in_new_york()
    )
    return backtest_account(measurement, chosen, years=years, on_progress=on_progress)


def backtest_account(
    measurement: Measurement,
    settings: Settings,
    *,
    years: int = YEARS,
    on_progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Return what the plan's rule would have done for a measured account.

    Rivals may use every contract size of the settings on every index, whatever the rule is restricted to.

    Parameters
    ----------
    measurement
        From :func:`hedger.advice.measure_account`.
    settings, years, on_progress
        As in :func:`backtest`.

    Raises
    ------
    SettingsError
        When a contract or index that was asked for cannot be used on the day.
    InsufficientHistoryError
        When there is no quarter of which enough is known.
    HedgeError
        When the book has no exposure.
    """
    exposure, prices, as_of = measurement.exposure, measurement.prices, measurement.as_of
    if not exposure.book.gross_value:
        raise HedgeError("The portfolio has no exposure to the indices, so there is no hedge to test.")
    own, _ = quote_choices(settings, exposure=exposure, prices=prices, as_of=as_of, held=())
    free = replace(settings, contracts=())
    every, _ = quote_choices(free, exposure=exposure, prices=prices, as_of=as_of, held=())
    roots = {quote.symbol for quote in own}
    of_rivals = tuple(quote for quote in every if quote.symbol not in roots)
    evidence = assess_evidence(
        exposure,
        prices,
        (*own, *of_rivals),
        replace(settings.policy(), closing_only=tuple(quote.symbol for quote in of_rivals)),
        estimator=settings.estimator,
        estimators=ESTIMATORS,
        futures=load_futures(),
        years=years,
        buffer=settings.buffer,
        on_progress=on_progress,
    )
    return Backtest(measurement=measurement, settings=settings, evidence=evidence)
