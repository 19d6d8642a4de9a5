"""What an assessment has to know beyond the book and the plan: history, rates, and what the user states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedger.market import DatedRate, Prices
    from hedger.risk.episodes import Episode
    from hedger.risk.stated import StatedScenario


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Circumstances:
    """What is known of the world on the day, and what the user states; everything may be missing.

    Parameters
    ----------
    prices
        Closes of the holdings up to the day; without them no holding's own risk is ranked, and nothing replayed.
    levels
        Closes of the indices up to the day, as far back as they are known; `prices` where missing.
    episodes
        Spans of history to replay.
    interest, dividends
        Overnight rate, and dividend yield by name of index, newest on the day.
    buffer
        Cash beyond initial margin, USD; ``None`` for what the holdings file shows.
    stated
        Scenarios of the user's own.
    unrealised_gain
        Of the whole portfolio, USD.
    long_term_rate, short_term_rate
        Tax rates of long-term and short-term gains, fractions.
    """

    prices: Prices | None = None
    levels: Prices | None = None
    episodes: tuple[Episode, ...] = ()
    interest: DatedRate | None = None
    dividends: tuple[tuple[str, DatedRate], ...] = ()
    buffer: float | None = None
    stated: tuple[StatedScenario, ...] = ()
    unrealised_gain: float | None = None
    long_term_rate: float | None = None
    short_term_rate: float | None = None
