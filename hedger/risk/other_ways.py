"""What else would take off the same exposure, and what that costs beside the futures.

**Selling.** The share of the hedge, of every holding, sold now and bought back later. Its spread is at least the
smallest quote that the rules allow; a tax on the gain that it realises is known where the user states the gain and
the rate. Cash from the sale earns about the interest that short futures earn, and forgoes the dividends that they owe.

**An inverse fund.** Bought for the whole notional and paid in full, it charges its expense ratio a year. It moves
against the index day by day, so that it drifts away from it over longer spans. Only funds with a sourced expense
ratio are named: ``data/alternatives.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.risk.positions import held_notional
from hedger.shipped import load_table

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan

SELLING = "selling"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """Another way to take off the exposure.

    Parameters
    ----------
    name
        :data:`SELLING`, or the symbol of an inverse fund.
    amount
        USD sold or bought.
    one_off
        Spread of the round trip, USD; ``None`` where no figure is known.
    per_year
        Charges a year, USD.
    tax
        On the gain that is realised, USD; ``None`` where the user states no gain or no rate, or none is realised.
    remark
        What a reader must know, in one or two sentences.
    source
        Of the figures, with their dates.
    """

    name: str
    amount: float
    one_off: float | None
    per_year: float
    tax: float | None
    remark: str
    source: str


def list_other_ways(
    exposure: Exposure, plan: HedgePlan, *, unrealised_gain: float | None = None, long_term_rate: float | None = None
) -> tuple[OtherWay, ...]:
    """Return selling, and an inverse fund of each index that the plan is short of, as far as figures are known.

    Empty for a plan that is not short.

    Parameters
    ----------
    exposure, plan
        Book and futures.
    unrealised_gain
        Of the whole portfolio, USD, as the user states it.
    long_term_rate
        Tax rate of long-term gains, a fraction, as the user states it.
    """
    share = plan.achieved_hedge_fraction
    if share is None or not plan.hedge_notional < 0:
        return ()
    ways = []
    if 0 < share <= 1:
        ways.append(_selling(exposure, share, unrealised_gain, long_term_rate))
    for index, notional in zip(exposure.indices, held_notional(exposure, plan).tolist(), strict=True):
        if notional < 0:
            ways.extend(_inverse_fund(index, -notional))
    return tuple(ways)


def _selling(exposure: Exposure, share: float, unrealised_gain: float | None, long_term_rate: float | None) -> OtherWay:
    row = next(row for row in load_table("alternatives.csv") if row["kind"] == "stock_spread")
    shares = sum(abs(holding.quantity or 0.0) for holding in exposure.book.holdings)
    amount = share * sum(abs(holding.market_value) for holding in exposure.book.holdings)
    tax = None
    if unrealised_gain is not None and long_term_rate is not None:
        tax = max(share * unrealised_gain, 0.0) * long_term_rate
    return OtherWay(
        name=SELLING,
        amount=amount,
        one_off=share * shares * float(row["amount"]),
        per_year=0.0,
        tax=tax,
        remark=(
            f"{share:.0%} of every holding, bought back later. The spread is the least that quotes allow; "
            "those of small companies are wider. A sale realises gains; the futures leave them untouched."
        ),
        source=f"{row['source']} ({row['as_of']})",
    )


def _inverse_fund(index: str, notional: float) -> list[OtherWay]:
    figures = {row["kind"]: row for row in load_table("alternatives.csv") if row["index"] == index}
    expense = figures.get("inverse_etf_expense")
    if expense is None:
        return []
    spread = figures.get("inverse_etf_spread")
    sources = [f"{row['source']} ({row['as_of']})" for row in (expense, spread) if row is not None]
    return [
        OtherWay(
            name=expense["symbol"],
            amount=notional,
            one_off=None if spread is None else notional * float(spread["amount"]),
            per_year=notional * float(expense["amount"]),
            tax=None,
            remark=(
                f"An inverse fund charges {float(expense['amount']):.2%} a year and is paid in full, without margin "
                "calls. It follows the index against its sign day by day, not over a quarter."
            ),
            source="; ".join(sources),
        )
    ]
