r"""Which holdings carry the risk that no index future can remove.

The book's gains are regressed on those of all indices with a whole record (weights of half-life 126, five years). Of
the variance of the residual :math:`e` a holding with gain :math:`g_i` carries
:math:`\mathrm{cov}(g_i, e) / \mathrm{var}(e)`: the shares of all holdings add up to one, and that of a holding which
offsets the others is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import find_index
from hedger.exposure import HALF_LIFE, LOOKBACK, age_weights, pair_returns

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.market import Prices

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRisk:
    """How much of the risk that no index removes one security carries, with the options on it.

    Parameters
    ----------
    symbol, market_value
        The security, and what is held of it and of its options, USD.
    share
        Of the variance that all indices together leave; of all holdings they add up to one.
    share_of_variance
        The same of the whole variance of the book.
    """

    symbol: str
    market_value: float
    share: float
    share_of_variance: float


def rank_own_risk(exposure: Exposure, prices: Prices) -> tuple[OwnRisk, ...]:
    """Return the :data:`MOST_SHOWN` securities that carry most of what no index removes, the largest first.

    Empty for a book whose residual does not move. Holdings without prices move with an index alone and carry nothing.

    Parameters
    ----------
    exposure
        Of the book.
    prices
        What it was measured on.
    """
    held: dict[str, float] = {}
    moving: dict[str, float] = {}
    for holding in exposure.book.holdings:
        if holding.is_priced:
            symbol = holding.moves_with
            held[symbol] = held.get(symbol, 0.0) + holding.market_value
            moving[symbol] = moving.get(symbol, 0.0) + holding.exposure_value
    symbols = list(moving)
    whole = list(exposure.has_whole_record)
    paired = pair_returns(
        prices,
        symbols,
        [find_index(name).symbol for name in exposure.indices],
        lookback=LOOKBACK,
    )
    known = np.isfinite(exposure.gains)
    weights = age_weights(exposure.gains.size, HALF_LIFE)[known]
    weights /= weights.sum()
    root = np.sqrt(weights)[:, None]
    book = exposure.gains[known] - weights @ exposure.gains[known]
    indices = exposure.index_returns[known][:, whole]
    indices = indices - weights @ indices
    hedge = np.linalg.lstsq(root * indices, root[:, 0] * book, rcond=None)[0]
    residual = book - indices @ hedge
    variance = float(weights @ np.square(residual))
    # Of a book that is an index fund only rounding errors are left.
    if not variance > 1e-12 * float(weights @ np.square(book)):
        return ()
    gains = np.nan_to_num(paired.assets[known], nan=0.0) * np.fromiter(moving.values(), float)
    shares = (weights * residual) @ gains / variance
    largest = np.argsort(-shares, kind="stable")[:MOST_SHOWN]
    return tuple(
        OwnRisk(
            symbol=symbols[position],
            market_value=held[symbols[position]],
            share=float(shares[position]),
            share_of_variance=float(shares[position]) * exposure.unhedgeable_share,
        )
        for position in largest.tolist()
    )
