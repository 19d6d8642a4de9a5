"""Portfolio and prices to exposure: what the holdings are worth and how they move with the indices."""

from hedger.exposure.book import Book, Excluded, Holding
from hedger.exposure.classics import (
    BlumeBeta,
    DimsonBeta,
    DownBeta,
    MonthlyBeta,
    ScholesWilliamsBeta,
    VasicekBeta,
)
from hedger.exposure.covariance import (
    SESSIONS_A_YEAR,
    annual_covariance,
    current_variance,
    explained_variance,
    weighted_covariance,
)
from hedger.exposure.estimators import BetaEstimator, EWMABeta, OLSBeta, TwoSpeedBeta, WelchBeta
from hedger.exposure.exposure import BetaOverride, Exposure, HoldingBeta, IndexBeta
from hedger.exposure.held_futures import HeldFuture, add_up, to_held_future
from hedger.exposure.interval import MONTH, QUARTER, book_gains, realised_beta_variance, share_beta_variance
from hedger.exposure.measured_book import measure_book
from hedger.exposure.measurement import LOOKBACK, measure_exposure
from hedger.exposure.realised import hedge_effectiveness, realised_betas
from hedger.exposure.registry import ESTIMATORS, load_forecast_errors
from hedger.exposure.regression import (
    FULL_RECORD,
    HALF_LIFE,
    SHORTEST_RECORD,
    BetaEstimates,
    age_weights,
    variance_before,
)
from hedger.exposure.returns import PairedReturns, pair_returns
from hedger.exposure.valuation import symbols_to_price, value_holdings

__all__ = [
    "ESTIMATORS",
    "FULL_RECORD",
    "HALF_LIFE",
    "LOOKBACK",
    "MONTH",
    "QUARTER",
    "SESSIONS_A_YEAR",
    "SHORTEST_RECORD",
    "BetaEstimates",
    "BetaEstimator",
    "BetaOverride",
    "BlumeBeta",
    "Book",
    "DimsonBeta",
    "DownBeta",
    "EWMABeta",
    "Excluded",
    "Exposure",
    "HeldFuture",
    "Holding",
    "HoldingBeta",
    "IndexBeta",
    "MonthlyBeta",
    "OLSBeta",
    "PairedReturns",
    "ScholesWilliamsBeta",
    "TwoSpeedBeta",
    "VasicekBeta",
    "WelchBeta",
    "add_up",
    "age_weights",
    "annual_covariance",
    "book_gains",
    "current_variance",
    "explained_variance",
    "hedge_effectiveness",
    "load_forecast_errors",
    "measure_book",
    "measure_exposure",
    "pair_returns",
    "realised_beta_variance",
    "realised_betas",
    "share_beta_variance",
    "symbols_to_price",
    "to_held_future",
    "value_holdings",
    "variance_before",
    "weighted_covariance",
]
