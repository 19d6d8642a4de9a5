"""An earlier plan against today: what drifted, whether that matters, the trades that put it right, how it has done."""

from hedger.review.choices import follow_choices
from hedger.review.comparison import BETA_BAND, Review, review_plan
from hedger.review.drift import Contribution, Drift
from hedger.review.earlier import EarlierPlan, EarlierPosition, read_plan
from hedger.review.fills import Fill, read_fills
from hedger.review.gains import FuturesGain
from hedger.review.held import HeldBy, HeldFutures
from hedger.review.outcome import LEAST_SESSIONS, Outcome, RealisedBeta
from hedger.review.trades import Trade

__all__ = [
    "BETA_BAND",
    "LEAST_SESSIONS",
    "Contribution",
    "Drift",
    "EarlierPlan",
    "EarlierPosition",
    "Fill",
    "FuturesGain",
    "HeldBy",
    "HeldFutures",
    "Outcome",
    "RealisedBeta",
    "Review",
    "Trade",
    "follow_choices",
    "read_fills",
    "read_plan",
    "review_plan",
]
