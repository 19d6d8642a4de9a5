"""A pointer to United States federal tax on the futures of a hedge; never advice.

Regulated index futures fall under Section 1256 of the Internal Revenue Code: gains and losses are marked to market at
year end and count as 60 % long-term and 40 % short-term, however long they were held (Form 6781). A hedge that tracks
a portfolio closely raises the questions of straddles (Section 1092: losses deferred, holding periods suspended) and of
constructive sales (Section 1259: gains deemed realised).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan
    from hedger.risk.scenarios import Scenario

LONG_TERM_SHARE = 0.6
"""Section 1256(a)(3) of the Internal Revenue Code."""
CLOSE_TRACKING = 0.95
"""R-squared of the book on the index from which the questions above are put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesTax:
    """Tax on the futures' gain in one scenario, at the user's rates.

    Parameters
    ----------
    scenario
        Its name.
    gain
        Of the futures, USD.
    long_term, short_term
        Parts of the gain that are taxed at either rate, USD.
    tax
        USD; negative for a loss, where it is what a loss is worth against other gains of Section 1256 contracts.
    """

    scenario: str
    gain: float
    long_term: float
    short_term: float
    tax: float


def to_futures_tax(scenario: str, gain: float, *, long_term_rate: float, short_term_rate: float) -> FuturesTax:
    """Split a gain or loss of index futures 60/40 and tax it at the user's rates, fractions."""
    long_term = LONG_TERM_SHARE * gain
    short_term = gain - long_term
    return FuturesTax(
        scenario=scenario,
        gain=gain,
        long_term=long_term,
        short_term=short_term,
        tax=long_term * long_term_rate + short_term * short_term_rate,
    )


def tax_scenarios(
    scenarios: Iterable[Scenario], *, long_term_rate: float | None, short_term_rate: float | None
) -> tuple[FuturesTax, ...]:
    """Return the tax of every scenario in which the futures gain or lose; empty unless both rates are stated."""
    if long_term_rate is None or short_term_rate is None:
        return ()
    return tuple(
        to_futures_tax(
            scenario.name, scenario.hedge_pnl, long_term_rate=long_term_rate, short_term_rate=short_term_rate
        )
        for scenario in scenarios
        if scenario.hedge_pnl
    )


def doubt_tax(exposure: Exposure, plan: HedgePlan) -> tuple[Note, ...]:
    """Return the note on straddles and constructive sales, where the book nearly is the index that is sold."""
    tracked = exposure.of(plan.reference_index).r_squared
    if tracked <= CLOSE_TRACKING or not any(order.held_after for order in plan.positions):
        return ()
    return (
        Note(
            code="tax_close_tracking",
            message=(
                f"The portfolio tracks the index closely (R-squared {tracked:.2f}), so that a hedge with its futures "
                "raises questions of straddles (Section 1092) and constructive sales (Section 1259) of United States "
                "tax. Ask a tax adviser; this is no advice."
            ),
        ),
    )
