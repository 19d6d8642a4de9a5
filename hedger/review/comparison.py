r"""An earlier plan against today: drift, bands, the trades that put it right, and what has become of it.

**Bands.** A plan stays as it is while both hold: the beta that is left with the futures held lies within
:data:`BETA_BAND` of the one that was planned, and the contracts that are optimal today are those held. Betas are to the
index of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hedger.advice import Advice, decide
from hedger.choices import is_symbol
from hedger.contracts import INDICES, find_index
from hedger.errors import Note, PricesUnavailableError
from hedger.review.choices import list_changes
from hedger.review.drift import Drift, measure_drift
from hedger.review.earlier import EarlierPlan, require_earlier
from hedger.review.held import HeldFutures, find_held
from hedger.review.marks import FuturesMarks
from hedger.review.outcome import Outcome, assess_outcome
from hedger.review.trades import Trade, list_trades
from hedger.wording import FEW, name_some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.advice import Measurement
    from hedger.market import Prices, PriceSource
    from hedger.review.fills import Fill
    from hedger.settings import Settings

BETA_BAND = 0.1
"""How far the beta after the hedge may lie from the planned one."""
SLACK = timedelta(days=10)
"""Calendar days before the plan's last session from which prices are fetched, for closes that are missing on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Review:
    """An earlier plan against today.

    Parameters
    ----------
    earlier
        The plan.
    advice
        Today's, with the same choices unless stated otherwise, and with what is held as its starting point.
    changed_choices
        Option names of the choices that are not the plan's.
    held
        Futures held today, and those that expired.
    drift
        Of value and beta, and why.
    beta_held
        Beta that is left today with the futures held, to the index of the plan.
    beta_after
        The same with the contracts that are optimal today.
    trades
        What puts it right: rolls of contracts that are due, and changes of their numbers.
    outcome
        How the plan has done.
    notes
        Doubts of the review; those about today's advice are in `advice`.
    """

    earlier: EarlierPlan
    advice: Advice
    changed_choices: tuple[str, ...]
    held: HeldFutures
    drift: Drift
    beta_held: float
    beta_after: float
    trades: tuple[Trade, ...]
    outcome: Outcome
    notes: tuple[Note, ...]

    @property
    def beta_band(self) -> float:
        """How far the beta that is left may lie from the planned one: :data:`BETA_BAND`."""
        return BETA_BAND

    @property
    def has_beta_inside(self) -> bool:
        """Whether the beta that is left lies within :data:`BETA_BAND` of the planned one."""
        # A difference of 0.1 is often not one in floats.
        return abs(self.beta_held - self.earlier.beta_after) <= BETA_BAND + 1e-9

    @property
    def has_same_contracts(self) -> bool:
        """Whether the contracts that are optimal today are those held."""
        return self.held.by_root == self.optimal

    @property
    def is_inside(self) -> bool:
        """Whether the plan is inside both bands."""
        return self.has_beta_inside and self.has_same_contracts

    @property
    def optimal(self) -> dict[str, int]:
        """Signed number of contracts that are optimal today, by root."""
        return {order.quote.symbol: order.held_after for order in self.advice.plan.positions if order.held_after}

    @property
    def cost(self) -> float:
        """Of all trades, in and out, USD."""
        return sum(trade.cost for trade in self.trades)


def review_plan(
    measurement: Measurement,
    source: PriceSource,
    settings: Settings,
    earlier: EarlierPlan,
    *,
    fills: Sequence[Fill] | None = None,
) -> Review:
    """Hold an earlier plan against today.

    Parameters
    ----------
    measurement
        Of the account today, made with `settings`.
    source
        Where its prices came from; asked for the plan's holdings, of which some may be sold.
    settings
        Today's, as :func:`follow_choices` gives them; futures in `current` are what the user says is held.
    earlier
        The plan.
    fills
        What was really traded since; ``None`` for the plan's orders at the plan's prices.

    Raises
    ------
    HedgerError
        When the plan is of a later day, its index has no current level, or today's advice cannot be had.
    """
    as_of = measurement.as_of
    require_earlier(earlier, as_of)
    _require_index(earlier, measurement)
    held = find_held(earlier, measurement.portfolio, fills=fills, stated=settings.current, as_of=as_of)
    in_file = measurement.exposure.book.futures_by_root
    # What the file shows counts by itself; `current` is what is held beside it.
    beside = {
        root: held.by_root.get(root, 0) - in_file.get(root, 0) for root in dict.fromkeys([*held.by_root, *in_file])
    }
    advice = decide(measurement, replace(settings, current=tuple(beside.items())))
    prices = _fetch(source, earlier, measurement)
    marks = FuturesMarks(prices=measurement.prices, quotes=advice.quotes)
    drift = measure_drift(earlier, measurement.exposure, prices)
    outcome = assess_outcome(earlier, fills, prices=prices, marks=marks, settings=settings, as_of=as_of)
    optimal = {order.quote.symbol: order.held_after for order in advice.plan.positions}
    return Review(
        earlier=earlier,
        advice=advice,
        changed_choices=list_changes(earlier, settings),
        held=held,
        drift=drift,
        beta_held=_beta_with(held.by_root, earlier.reference_index, advice),
        beta_after=_beta_with(optimal, earlier.reference_index, advice),
        trades=list_trades(held.held, optimal, advice.quotes, as_of=as_of),
        outcome=outcome,
        notes=(*held.notes, *_doubts(earlier, measurement, drift, outcome)),
    )


def _require_index(earlier: EarlierPlan, measurement: Measurement) -> None:
    if earlier.reference_index in measurement.exposure.indices:
        return
    index = find_index(earlier.reference_index)
    raise PricesUnavailableError(
        f"The betas of {earlier.name} are to the {index.title}, of which the {measurement.prices.source} has no "
        f"current level ({index.symbol}). Bring prices that have it with --prices.",
        [index.symbol],
    )


def _fetch(source: PriceSource, earlier: EarlierPlan, measurement: Measurement) -> Prices:
    """Return closes of today's and of the plan's holdings and of the indices, from before the plan on."""
    wanted = [index.symbol for index in INDICES]
    wanted += [holding.moves_with for holding in measurement.exposure.book.holdings]
    wanted += [each.moves_with for each in earlier.book.holdings if is_symbol(each.moves_with)]
    last = measurement.prices.last_session
    return source.fetch(list(dict.fromkeys(wanted)), start=earlier.last_session - SLACK, end=last)


def _beta_with(held: dict[str, int], reference: str, advice: Advice) -> float:
    """Return the beta of holdings and futures held, to an index.

    A dollar of futures on another index counts as far as this one follows it. A plan in several indices counts their
    dollars so that its target leaves exactly the beta that was asked for; futures held count alike here.
    """
    exposure, plan = advice.exposure, advice.plan
    follow: dict[str, float] = dict(zip(exposure.indices, exposure.follow_shares(reference).tolist(), strict=True))
    dollars = {order.quote.symbol: order.quote.notional * follow[order.quote.index] for order in plan.positions}
    scale = 1.0
    if reference == plan.reference_index:
        counted = sum(order.held_after * dollars[order.quote.symbol] for order in plan.positions)
        if abs(counted) >= 1.0:  # below a dollar the ratio is rounding
            scale = (plan.residual_beta_dollars - plan.beta_dollars) / counted
    moved: float = sum(quantity * dollars[root] for root, quantity in held.items())
    return (exposure.of(reference).beta_dollars + scale * moved) / exposure.book.beta_base


def _doubts(earlier: EarlierPlan, measurement: Measurement, drift: Drift, outcome: Outcome) -> Iterator[Note]:
    then = {holding.symbol for holding in earlier.book.holdings}
    now = {holding.symbol for holding in measurement.exposure.book.holdings}
    if not then & now:
        yield Note(
            code="other_portfolio",
            message=f"No holding of {earlier.name} is held today. Check that it is the plan of this portfolio.",
        )
    if earlier.stated_prices:
        yield Note(
            code="stated_prices_not_carried",
            message=(
                f"The plan's futures prices were given by hand ({name_some(earlier.stated_prices, FEW)}), today's are "
                "not unless you give them with --futures-price; the gains compare the two."
            ),
        )
    if earlier.is_adjusted:
        yield Note(
            code="plan_on_adjusted_prices",
            message=(
                f"The plan of {earlier.as_of} was made from prices adjusted for later dividends, so its dollar amounts "
                "are a little too low, and the change of value since includes the dividends."
            ),
        )
    if drift.split:
        yield Note(
            code="splits_since",
            message=(
                f"The plan's prices of {name_some(drift.split, FEW)} are far from those that are known of that day "
                "now, as after a split: the plan's shares are counted in today's."
            ),
        )
    if drift.at_old_value:
        yield Note(
            code="sold_without_price",
            message=(
                f"No price is known of {name_some(drift.at_old_value, FEW)}, held no longer: the plan's value stands "
                "for what they were sold at."
            ),
        )
    if outcome.not_followed and outcome.n_sessions:
        yield Note(
            code="holdings_not_followed",
            message=(
                "Without closes since the plan, and so not in its gains and beta: "
                f"{name_some(outcome.not_followed, FEW)}."
            ),
        )
