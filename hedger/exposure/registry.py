"""The estimators that users can choose, by name."""

from __future__ import annotations

from functools import cache
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
from hedger.shipped import load_table

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


@cache
def load_forecast_errors() -> dict[str, float]:
    """Load each estimator's error in foretelling a stock's beta of the next quarter; one-year least squares is 1."""
    return {row["estimator"]: float(row["ratio"]) for row in load_table("forecast_errors.csv")}
