"""The estimators that users can choose, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.exposure.classics import (
    BlumeBeta,
    DimsonBeta,
    DownBeta,
    MonthlyBeta,
    ScholesWilliamsBeta,
    VasicekBeta,
)
from hedger.exposure.estimators import EWMABeta, OLSBeta, TwoSpeedBeta, WelchBeta

if TYPE_CHECKING:
    from hedger.exposure.estimators import BetaEstimator

ESTIMATORS: dict[str, BetaEstimator] = {
    "two-speed": TwoSpeedBeta(),
    "welch": WelchBeta(),
    "ewma": EWMABeta(),
    "ols": OLSBeta(),
    "vasicek": VasicekBeta(),
    "blume": BlumeBeta(),
    "down-beta": DownBeta(),
    "dimson": DimsonBeta(),
    "scholes-williams": ScholesWilliamsBeta(),
    "monthly": MonthlyBeta(),
}
"""Estimators by their name in settings: the default first, then in the order of how well they foretell beta."""
