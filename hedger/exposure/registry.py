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
    "vasicek-two-speed": VasicekBeta(base=TwoSpeedBeta()),
    "welch": WelchBeta(),
    "vasicek-ewma": VasicekBeta(base=EWMABeta()),
    "vasicek-welch": VasicekBeta(base=WelchBeta()),
    "ewma": EWMABeta(),
    "vasicek": VasicekBeta(),
    "ols": OLSBeta(),
    "vasicek-dimson": VasicekBeta(base=DimsonBeta()),
    "blume": BlumeBeta(),
    "vasicek-scholes-williams": VasicekBeta(base=ScholesWilliamsBeta()),
    "vasicek-down-beta": VasicekBeta(base=DownBeta()),
    "dimson": DimsonBeta(),
    "down-beta": DownBeta(),
    "vasicek-monthly": VasicekBeta(base=MonthlyBeta()),
    "scholes-williams": ScholesWilliamsBeta(),
    "monthly": MonthlyBeta(),
}
"""Estimators by their name in settings: the default first, then in the order of how well they foretell a stock's beta.

Those that begin with ``vasicek`` shrink the named one to a beta of one by its standard error; ``vasicek`` alone shrinks
``ols``.
"""


@cache
def load_forecast_errors() -> dict[str, float]:
    """Load each estimator's error in foretelling a stock's beta of the next quarter; one-year least squares is 1."""
    return {row["estimator"]: float(row["ratio"]) for row in load_table("forecast_errors.csv")}
