"""What a hedge would have done: the plan's rule and its rivals through the past, without knowledge of the future."""

from hedger.evidence.assessment import Difference, Evidence, assess_evidence
from hedger.evidence.calibration import Calibration, TailCheck
from hedger.evidence.figures import deepest_fall, yearly_volatility
from hedger.evidence.forecasts import ForecastTest, check_forecast, exceeded_share, qlike, qlike_ratio
from hedger.evidence.league import EstimatorRecord
from hedger.evidence.on_futures import FuturesCheck, FuturesRecord
from hedger.evidence.records import HedgedQuarter, Quarter, StrategyRecord
from hedger.evidence.strategies import StrategyName

__all__ = [
    "Calibration",
    "Difference",
    "EstimatorRecord",
    "Evidence",
    "ForecastTest",
    "FuturesCheck",
    "FuturesRecord",
    "HedgedQuarter",
    "Quarter",
    "StrategyName",
    "StrategyRecord",
    "TailCheck",
    "assess_evidence",
    "check_forecast",
    "deepest_fall",
    "exceeded_share",
    "qlike",
    "qlike_ratio",
    "yearly_volatility",
]
