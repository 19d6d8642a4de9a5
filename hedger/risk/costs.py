r"""What a hedge costs: once, at every roll, and by being held.

**Once.** Commission, exchange and regulatory fees of the orders, in and out, and the usual bid-ask spread.

**Each roll.** The expiring contract is bought back and the next one sold: two sides of commission and fees and one
tick of the calendar spread (of the outright where no spread tick is listed) per contract, four times a year for
quarterly contracts, once for those that expire once a year.

**Carry.** A short contract earns the financing that a long one pays and owes the dividends: a year costs
:math:`N (r - q)\, 365/360` with signed notional :math:`N`, overnight rate :math:`r` and dividend yield :math:`q`, both
money market figures with their dates. It is negative, a gain, for a short hedge while interest is above dividends. The
financing spread of rolls over the overnight rate, which a short hedge earns too, is in no shipped figure and left out.

References
----------
CME Group, "Calculating Fair Value" and "Equity index roll" (cmegroup.com, equity index education).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hedger.contracts import find_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hedger.hedge import HedgePlan, Order
    from hedger.market import DatedRate

DAYS_A_YEAR = 365.0 / 360.0
"""A year in years of 360 days, as money market rates count them."""

CostKind = Literal["one_off", "roll", "carry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostItem:
    """One part of the cost of a hedge.

    Parameters
    ----------
    name
        For people.
    kind
        ``"one_off"`` in USD, ``"roll"`` and ``"carry"`` in USD a year.
    amount
        USD or USD a year, positive = cost, negative = gain.
    as_of, source
        Dates of the figures as their sources give them, and the sources.
    """

    name: str
    kind: CostKind
    amount: float
    as_of: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a hedge costs.

    Parameters
    ----------
    items
        Every part.
    value
        What basis points refer to: the value that betas refer to, USD.
    rolls_a_year
        Most rolls of a contract that is held; 0 for a plan without contracts.
    """

    items: tuple[CostItem, ...]
    value: float
    rolls_a_year: int

    @property
    def one_off(self) -> float:
        """Commission, fees and spread of the orders, in and out, USD."""
        return self._total("one_off")

    @property
    def rolls_per_year(self) -> float:
        """Commission, fees and spread of a year's rolls, USD."""
        return self._total("roll")

    @property
    def roll(self) -> float:
        """The same of one roll, USD."""
        return self.rolls_per_year / self.rolls_a_year if self.rolls_a_year else 0.0

    @property
    def carry_per_year(self) -> float | None:
        """Dividends owed less financing received, USD, negative = gain; ``None`` where no rate is known."""
        if not any(item.kind == "carry" for item in self.items) and self.rolls_a_year:
            return None
        return self._total("carry")

    @property
    def per_year(self) -> float:
        """Rolls and carry, as far as known, USD a year, negative = gain."""
        return self.rolls_per_year + (self.carry_per_year or 0.0)

    @property
    def basis_points_per_year(self) -> float:
        """The same in hundredths of a per cent of the portfolio."""
        return 1e4 * self.per_year / self.value

    def _total(self, kind: CostKind) -> float:
        return sum(item.amount for item in self.items if item.kind == kind)


def assess_costs(
    plan: HedgePlan, *, value: float, interest: DatedRate | None, dividends: Mapping[str, DatedRate]
) -> Costs:
    """Return what a plan costs.

    Parameters
    ----------
    plan
        Orders, and what is held after them.
    value
        Of the portfolio, USD, positive.
    interest
        Overnight rate; ``None`` where none is known.
    dividends
        Yield by name of index, as far as known.
    """
    held = [order for order in plan.positions if order.held_after]
    items = [*_one_off(plan), *_rolls(held)]
    if interest is not None and all(order.quote.index in dividends for order in held):
        items += _carry(held, interest, dividends)
    return Costs(
        items=tuple(items),
        value=value,
        rolls_a_year=max((order.quote.rolls_a_year for order in held), default=0),
    )


def _one_off(plan: HedgePlan) -> Iterator[CostItem]:
    if not plan.orders:
        return
    for name, amount in (
        ("commission", sum(2.0 * abs(o.quantity) * o.quote.fees.commission for o in plan.orders)),
        ("exchange fee", sum(2.0 * abs(o.quantity) * o.quote.fees.exchange_fee for o in plan.orders)),
        ("regulatory fee", sum(2.0 * abs(o.quantity) * o.quote.fees.regulatory_fee for o in plan.orders)),
    ):
        as_of, source = _fee_source(plan.orders)
        yield CostItem(name=f"{name}, in and out", kind="one_off", amount=amount, as_of=as_of, source=source)
    yield CostItem(
        name="bid-ask spread, in and out",
        kind="one_off",
        amount=sum(abs(order.quantity) * order.quote.spread_cost for order in plan.orders),
        as_of="",
        source=_joined(order.quote.contract.source for order in plan.orders),
    )


def _rolls(held: list[Order]) -> Iterator[CostItem]:
    if not held:
        return
    as_of, source = _fee_source(held)
    yield CostItem(
        name="fees of rolls",
        kind="roll",
        amount=sum(2.0 * abs(o.held_after) * o.quote.fees.per_side * o.quote.rolls_a_year for o in held),
        as_of=as_of,
        source=source,
    )
    yield CostItem(
        name="spread of rolls, one tick of the calendar spread each",
        kind="roll",
        amount=sum(abs(o.held_after) * o.quote.calendar_spread_cost * o.quote.rolls_a_year for o in held),
        as_of="",
        source=_joined(order.quote.contract.source for order in held),
    )


def _carry(held: list[Order], interest: DatedRate, dividends: Mapping[str, DatedRate]) -> Iterator[CostItem]:
    if not held:
        return
    notional = dict.fromkeys(dividends, 0.0)
    for order in held:
        notional[order.quote.index] += order.held_after * order.quote.notional
    total = sum(notional.values())
    yield CostItem(
        name=f"financing at {interest.value:.2%}, received on a short position",
        kind="carry",
        amount=total * interest.value * DAYS_A_YEAR,
        as_of=interest.as_of.isoformat(),
        source=interest.source,
    )
    for index, amount in notional.items():
        if amount:
            dividend = dividends[index]
            yield CostItem(
                name=f"dividends of the {find_index(index).title} at {dividend.value:.2%}, owed on a short position",
                kind="carry",
                amount=-amount * dividend.value * DAYS_A_YEAR,
                as_of=dividend.as_of.isoformat(),
                source=dividend.source,
            )


def _fee_source(orders: list[Order] | tuple[Order, ...]) -> tuple[str, str]:
    return _joined(order.quote.fees.as_of for order in orders), _joined(order.quote.fees.source for order in orders)


def _joined(words: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(words))
