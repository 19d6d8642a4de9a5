r"""Why value and beta of a portfolio are not what they were: an exact, additive decomposition.

Between the plan (:math:`0`) and today (:math:`1`) three things happened, taken in this order:

1. **Prices** moved. The old holdings at today's prices are worth :math:`x'_i` on a base :math:`B'`.
2. **Holdings** changed: bought, sold, money in or out. They are worth :math:`x_i` on :math:`B_1`.
3. **Betas** were measured anew: :math:`\beta^1_i` instead of :math:`\beta^0_i`.

The portfolio's beta :math:`\sum_i x_i \beta_i / B` then moved by

.. math::

    \sum_i \Bigl(\frac{x'_i}{B'} - \frac{x^0_i}{B_0}\Bigr) \beta^*_i
    + \sum_i \Bigl(\frac{x_i}{B_1} - \frac{x'_i}{B'}\Bigr) \beta^*_i
    + \sum_i \frac{x_i}{B_1} \bigl(\beta^1_i - \beta^*_i\bigr)

where :math:`\beta^*_i` is the old beta, or today's for a holding that is new. The value moved by :math:`V' - V_0`
through prices and by :math:`V_1 - V'` through holdings and cash. Nothing is left over.

A split between the two days shows as a price of the plan that is a multiple of the same day's price as it is known
today; the old number of shares is then counted in today's shares. Where the plan does not tell a number of shares, the
old value grows as the adjusted closes did. An option that was sold since keeps its old value, because no price of it is
known; so does a holding without prices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure import Book, Holding

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.market import Prices
    from hedger.review.earlier import EarlierPlan

LEAST_SPLIT = 1.25
"""Ratio of the plan's price to the same day's price as known today from which a split is behind it, not dividends."""
_USUAL_SPLITS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One holding's part in the drift.

    Parameters
    ----------
    symbol
        Yahoo symbol.
    value_then, value_now
        Market value, USD; zero where it was not or is not held.
    beta_then, beta_now
        To the index of the plan; ``None`` where it was not or is not held.
    value_by_prices, value_by_holdings
        What moved its value, USD.
    beta_by_prices, beta_by_holdings, beta_by_betas
        What moved its part in the portfolio's beta.
    """

    symbol: str
    value_then: float
    value_now: float
    beta_then: float | None
    beta_now: float | None
    value_by_prices: float
    value_by_holdings: float
    beta_by_prices: float
    beta_by_holdings: float
    beta_by_betas: float

    @property
    def beta_change(self) -> float:
        """Change of its part in the portfolio's beta."""
        return self.beta_by_prices + self.beta_by_holdings + self.beta_by_betas


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How value and beta of the holdings moved since the plan.

    Parameters
    ----------
    value_then, value_now
        Net value of holdings and cash, USD.
    cash_then, cash_now
        USD.
    beta_then, beta_now
        To the index of the plan, without futures.
    by_holding
        Every holding of the two days, the largest change of beta first.
    split
        Symbols whose shares were split since.
    at_old_value
        Symbols that were sold since and of which no price is known, so that they keep their old value until then.
    """

    value_then: float
    value_now: float
    cash_then: float
    cash_now: float
    beta_then: float
    beta_now: float
    by_holding: tuple[Contribution, ...]
    split: tuple[str, ...]
    at_old_value: tuple[str, ...]

    @property
    def value_by_prices(self) -> float:
        """Change of value because prices moved, USD."""
        return sum(each.value_by_prices for each in self.by_holding)

    @property
    def value_by_holdings(self) -> float:
        """Change of value because holdings and cash changed, USD."""
        return sum(each.value_by_holdings for each in self.by_holding) + self.cash_now - self.cash_then

    @property
    def beta_by_prices(self) -> float:
        """Change of beta because prices moved the weights."""
        return sum(each.beta_by_prices for each in self.by_holding)

    @property
    def beta_by_holdings(self) -> float:
        """Change of beta because holdings and cash changed."""
        return sum(each.beta_by_holdings for each in self.by_holding)

    @property
    def beta_by_betas(self) -> float:
        """Change of beta because the holdings' betas are measured to be others."""
        return sum(each.beta_by_betas for each in self.by_holding)


def measure_drift(plan: EarlierPlan, exposure: Exposure, prices: Prices) -> Drift:
    """Decompose the change of value and beta since a plan.

    Parameters
    ----------
    plan
        The earlier plan; its reference index must be among those measured.
    exposure
        Of today.
    prices
        Closes of today's and of the plan's holdings from the plan's last session on, as far as they are known.
    """
    today = {holding.symbol: holding for holding in exposure.book.holdings}
    betas_now = {row.symbol: row.beta for row in exposure.by_holding if row.index == plan.reference_index}
    betas_then = {holding.symbol: beta for holding, beta in zip(plan.book.holdings, plan.betas, strict=True)}
    then = {holding.symbol: holding for holding in plan.book.holdings}
    revalued, split, at_old_value = dict[str, Holding](), [], []
    for symbol, holding in then.items():
        n_new_shares = _split_since(holding, prices, plan)
        growth = _growth(holding, today.get(symbol), prices, plan, n_new_shares)
        if growth is None:
            at_old_value.append(symbol)
        if n_new_shares != 1.0:
            split.append(symbol)
        revalued[symbol] = _grown(holding, 1.0 if growth is None else growth, today.get(symbol))
    between = Book(holdings=tuple(revalued.values()), cash=plan.book.cash, futures=(), excluded=(), notes=())
    bases = (plan.book.beta_base, between.beta_base, exposure.book.beta_base)
    rows = [
        _contribution(
            symbol,
            (then.get(symbol), revalued.get(symbol), today.get(symbol)),
            bases,
            betas_then.get(symbol),
            betas_now.get(symbol),
        )
        for symbol in dict.fromkeys([*then, *today])
    ]
    return Drift(
        value_then=plan.book.market_value,
        value_now=exposure.book.market_value,
        cash_then=plan.book.cash,
        cash_now=exposure.book.cash,
        beta_then=plan.beta,
        beta_now=exposure.of(plan.reference_index).beta,
        by_holding=tuple(sorted(rows, key=lambda row: -abs(row.beta_change))),
        split=tuple(split),
        at_old_value=tuple(at_old_value),
    )


def _contribution(
    symbol: str,
    holdings: tuple[Holding | None, Holding | None, Holding | None],
    bases: tuple[float, float, float],
    beta_then: float | None,
    beta_now: float | None,
) -> Contribution:
    value_then, value_between, value_now = (0.0 if each is None else each.market_value for each in holdings)
    weight_then, weight_between, weight_now = (
        0.0 if each is None else each.exposure_value / base for each, base in zip(holdings, bases, strict=True)
    )
    old = beta_now if beta_then is None else beta_then
    kept = 0.0 if old is None else old
    return Contribution(
        symbol=symbol,
        value_then=value_then,
        value_now=value_now,
        beta_then=beta_then,
        beta_now=beta_now,
        value_by_prices=value_between - value_then,
        value_by_holdings=value_now - value_between,
        beta_by_prices=(weight_between - weight_then) * kept,
        beta_by_holdings=(weight_now - weight_between) * kept,
        beta_by_betas=0.0 if beta_now is None else weight_now * (beta_now - kept),
    )


def _split_since(holding: Holding, prices: Prices, plan: EarlierPlan) -> float:
    """Return how many of today's shares one share of the plan is: 1 without a split."""
    close = _close_then(holding, prices, plan)
    if holding.price is None or close is None or holding.delta is not None or holding.moves_with != holding.symbol:
        return 1.0
    ratio = holding.price / close
    if 1.0 / LEAST_SPLIT < ratio < LEAST_SPLIT:
        return 1.0
    size = max(ratio, 1.0 / ratio)  # of a reverse split, old shares for one new
    nearest = min(_USUAL_SPLITS, key=lambda usual: abs(math.log(size / usual)))  # dividends blur the ratio
    return nearest if ratio > 1.0 else 1.0 / nearest


def _growth(
    holding: Holding, now: Holding | None, prices: Prices, plan: EarlierPlan, n_new_shares: float
) -> float | None:
    """Return today's value of the old number of shares over their value then; ``None`` where it cannot be told."""
    if now is not None and now.quantity and holding.quantity is not None and holding.market_value:
        return now.market_value * n_new_shares * holding.quantity / now.quantity / holding.market_value
    if holding.delta is not None:
        return None if now is None or not holding.market_value else now.market_value / holding.market_value
    newest = _newest_close(holding, prices)
    close = _close_then(holding, prices, plan)
    if newest is not None and holding.price is not None and holding.moves_with == holding.symbol:
        return n_new_shares * newest / holding.price
    if newest is not None and close is not None:
        return newest / close
    return None if now is None or not holding.market_value else now.market_value / holding.market_value


def _grown(holding: Holding, growth: float, now: Holding | None) -> Holding:
    """Return an old holding at today's prices; an option keeps today's ratio of exposure to value."""
    value = holding.market_value * growth
    exposed = holding.exposure_value * growth
    if holding.delta is not None and now is not None and now.market_value:
        exposed = value * now.exposure_value / now.market_value
    return replace(holding, market_value=value, exposure_value=exposed)


def _close_then(holding: Holding, prices: Prices, plan: EarlierPlan) -> float | None:
    """Return the newest close up to the plan's last session, adjusted as it is known today."""
    return _close_until(holding, prices, np.datetime64(plan.last_session, "D"))


def _newest_close(holding: Holding, prices: Prices) -> float | None:
    return _close_until(holding, prices, prices.sessions[-1])


def _close_until(holding: Holding, prices: Prices, day: np.datetime64) -> float | None:
    if holding.moves_with not in prices.symbols:
        return None
    known = prices.column(holding.moves_with)[prices.sessions <= day]
    known = known[np.isfinite(known)]
    return float(known[-1]) if known.size else None
