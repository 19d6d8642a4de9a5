"""A learned forecast of betas, under the rules of every other estimator.

Gradient-boosted trees foretell how far the beta realised over the next 63 sessions will lie from the forecast of the
default, from what is known on the day: the forecasts of several estimators, the standard error, the volatility of the
index, and where the betas of other stocks lie. Fitted once, they learn from the outcomes known by the end of 2016;
fitted every year, from all outcomes known at the turn of that year.

References
----------
J. Friedman (2001), "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29(5).
W. Drobetz, F. Hollstein, T. Otto, M. Prokopczuk (2021), "Estimating stock market betas via machine learning".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from beta_forecasts import FIRST_LATER_YEAR
from research import LOOKBACK, QUARTER
from sklearn.ensemble import HistGradientBoostingRegressor

from hedger.exposure import ESTIMATORS, TwoSpeedBeta, current_variance, variance_before

if TYPE_CHECKING:
    from beta_forecasts import Panel
    from research import History

    from hedger.arrays import FloatArray

LEARNED = "learned once"
"""Name of the forecast that is fitted on the first half of the years and judged on the second."""
SEEN = ("two-speed", "welch", "ewma", "ols", "monthly")
"""Estimators whose forecasts the trees see."""


def add_learned(history: History, panel: Panel) -> dict[str, str]:
    """Add the learned forecasts of later years to a panel, and return what each name means.

    Earlier years keep the default's forecast, which the trees correct: nothing is claimed of the years they learn from.
    """
    default = panel.forecasts[next(iter(ESTIMATORS))]
    features = _features(history, panel)
    wrong = panel.realised[QUARTER] - default
    is_usable = np.isfinite(default) & np.isfinite(wrong)
    # An outcome is known a quarter after its forecast.
    known_from = history.sessions[np.minimum(panel.days + QUARTER, history.sessions.size - 1)]
    once, yearly = default.copy(), default.copy()
    model = None
    for year in range(FIRST_LATER_YEAR, int(panel.years.max()) + 1):
        of_year = panel.years == year
        is_known = known_from < np.datetime64(f"{year}-01-01")
        taught = is_usable & is_known[:, None, None]
        fitted = _fit(features[taught], wrong[taught])
        model = model or fitted
        asked = np.isfinite(default) & of_year[:, None, None]
        once[asked] += model.predict(features[asked])
        yearly[asked] += fitted.predict(features[asked])
    names = {LEARNED: "trees fitted on the first half", "learned yearly": "trees fitted anew every year"}
    panel.forecasts.update(zip(names, (once, yearly), strict=True))
    return names


def _fit(features: FloatArray, wrong: FloatArray) -> HistGradientBoostingRegressor:
    """Fit small, slow trees: the outcome is nearly all noise."""
    model = HistGradientBoostingRegressor(
        learning_rate=0.03, max_iter=150, max_leaf_nodes=8, min_samples_leaf=500, l2_regularization=10.0, random_state=1
    )
    return model.fit(features, wrong)


def _features(history: History, panel: Panel) -> FloatArray:
    """Return what is known of each date, index and stock, shape (n_dates, 4, n_stocks, n_features)."""
    seen = [panel.forecasts[name] for name in SEEN]
    default = seen[0]
    shape = default.shape
    mean, spread = np.empty(shape), np.empty(shape)
    calm = np.empty(shape)
    fast = np.full(shape, np.nan)
    for date, day in enumerate(panel.days.tolist()):
        span = slice(max(day - LOOKBACK, 0), day)
        judged = np.flatnonzero(np.isfinite(default[date, 0]))
        for position, index in enumerate(history.indices[span].T):
            betas = default[date, position, judged]
            mean[date, position], spread[date, position] = betas.mean(), betas.std()
            calm[date, position] = np.log(current_variance(index) / np.median(variance_before(index, 21.0)))
            fast[date, position, judged] = (
                TwoSpeedBeta(fast_share=1.0).estimate(history.stocks[span][:, judged], index).beta
            )
    which = np.broadcast_to(np.arange(shape[1])[None, :, None], shape)
    return np.stack([*seen, fast, fast - default, panel.errors, mean, spread, default - mean, calm, which], axis=3)
