"""Options as shares of their underlying: delta from Black, Scholes and Merton, with the volatility the price implies.

The price in the file tells the implied volatility; where the file has none, or one that no volatility explains, the
underlying's own volatility of the last year stands in. The formula is that of European options: for American ones it
understates the delta of puts deep in the money. Delta holds for small moves, and the plan says so.

References
----------
F. Black, M. Scholes (1973), "The pricing of options and corporate liabilities", Journal of Political Economy 81(3).
R. Merton (1973), "Theory of rational option pricing", Bell Journal of Economics and Management Science 4(1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from hedger.arrays import FloatArray
    from hedger.portfolio import Position

SESSIONS_LOOKED_AT = 252
DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """What one option is worth per share of its underlying, and how it moves with it.

    Parameters
    ----------
    price
        USD per share: the file's, or the formula's where the file has none.
    delta
        Shares of the underlying that one option on one share stands for, between -1 and 1.
    volatility
        Annual, as a fraction.
    is_implied
        Whether the volatility follows from the file's price.
    """

    price: float
    delta: float
    volatility: float
    is_implied: bool


def reason_not_to_value(position: Position, as_of: date) -> str | None:
    """Return why an option cannot be valued, in words that end without a full stop; ``None`` when it can."""
    if not (position.underlying and position.expiry and position.strike and position.right and position.multiplier):
        return "its underlying, expiry, strike or right is not known"
    if position.expiry <= as_of:
        return f"it expired on {position.expiry}"
    return None


def own_volatility(close: FloatArray) -> float | None:
    """Return the annual volatility of a close's last year; ``None`` with fewer than 20 returns.

    Parameters
    ----------
    close
        Oldest first, NaN where there is none, shape (n_sessions,).
    """
    returns = np.diff(np.log(close[-(SESSIONS_LOOKED_AT + 1) :]))
    known = returns[np.isfinite(returns)]
    if known.size < 20 or not known.std() > 0:
        return None
    return float(known.std() * math.sqrt(SESSIONS_LOOKED_AT))


def value_option(
    position: Position, close: float, *, as_of: date, rate: float, volatility: float | None
) -> OptionValue | None:
    """Return price and delta of an option; ``None`` when neither its price nor the underlying tells a volatility.

    Parameters
    ----------
    position
        An option that :func:`reason_not_to_value` has no objection to.
    close
        Of the underlying, USD.
    as_of
        Day of the close.
    rate
        Interest a year, as a fraction; dividends until expiry are not allowed for.
    volatility
        The underlying's own, annual, to fall back on.
    """
    # The library takes a second to import; only portfolios with options pay for it.
    from py_lets_be_rational.exceptions import VolatilityValueException  # noqa: PLC0415
    from vollib.black_scholes_merton import black_scholes_merton  # noqa: PLC0415
    from vollib.black_scholes_merton.greeks.analytical import delta  # noqa: PLC0415
    from vollib.black_scholes_merton.implied_volatility import implied_volatility  # noqa: PLC0415

    if position.expiry is None or position.strike is None:
        raise ValueError(f"{position.symbol} has no expiry or no strike")
    flag = "c" if position.right == "call" else "p"
    terms = (close, position.strike, (position.expiry - as_of).days / DAYS_A_YEAR, rate)
    implied = None
    if position.price is not None and position.price > 0:
        try:
            implied = float(implied_volatility(position.price, *terms, 0.0, flag))
        except VolatilityValueException:
            implied = None
    if implied is not None and not 0.01 <= implied <= 5.0:
        implied = None
    used = implied if implied is not None else volatility
    if used is None:
        return None
    return OptionValue(
        price=position.price if position.price is not None else float(black_scholes_merton(flag, *terms, used, 0.0)),
        delta=float(delta(flag, *terms, used, 0.0)),
        volatility=used,
        is_implied=implied is not None,
    )
