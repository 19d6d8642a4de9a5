"""Betas of many assets with standard errors, beside a loop over statsmodels that does the same.

    python benchmarks/betas.py [ASSETS]

Simulated returns, 756 sessions, four indices. The peer computes the default estimator asset by asset: a first pass,
the clipping, then one weighted regression per speed with HC0 errors. That both mean the same is checked on the plain
weighted betas, which statsmodels gives directly, and on the two-speed ones.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import statsmodels.api as sm

from hedger.exposure import EWMABeta, TwoSpeedBeta, age_weights, variance_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from hedger.exposure.betas import FloatArray

SESSIONS, INDICES = 756, 4
HALF_LIFE = 63.0
TARGET_RATIO, TARGET_DIFFERENCE = 100.0, 1e-10


def simulate(n_assets: int) -> tuple[FloatArray, FloatArray]:
    """Return returns of assets and of four indices with common and own movement; betas between 0.2 and 2.2."""
    rng = np.random.default_rng(20260821)
    market = rng.standard_t(4, size=(SESSIONS, 1)) * 0.007
    indices = market + rng.normal(scale=0.003, size=(SESSIONS, INDICES))
    loadings = rng.uniform(0.2, 2.2, size=n_assets) * rng.dirichlet(np.ones(INDICES), size=n_assets).T
    return indices @ loadings + rng.standard_t(4, size=(SESSIONS, n_assets)) * 0.012, indices


def weighted_fit(returns: FloatArray, index: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return one weighted slope and its HC0 error from statsmodels."""
    fit = sm.WLS(returns, sm.add_constant(index), weights=weights).fit(cov_type="HC0")
    return float(fit.params[1]), float(fit.bse[1])


def two_speed_loop(assets: FloatArray, indices: FloatArray) -> FloatArray:
    """Return two-speed betas from three regressions per asset and index, shape (n_indices, n_assets)."""
    betas = np.empty((indices.shape[1], assets.shape[1]))
    first_weights, fast_weights = age_weights(SESSIONS, 126.0), age_weights(SESSIONS, 32.0)
    for i, index in enumerate(indices.T):
        slow_weights = 1.0 / variance_before(index, 5.0)
        for asset, returns in enumerate(assets.T):
            first, _ = weighted_fit(returns, index, first_weights)
            centre = 1.0 if -0.5 <= first <= 2.5 else first
            band = np.sort(np.multiply.outer((centre - 3.0, centre + 3.0), index), axis=0)
            clipped = np.clip(returns, band[0], band[1])
            fast, _ = weighted_fit(clipped, index, fast_weights)
            slow, _ = weighted_fit(clipped, index, slow_weights)
            betas[i, asset] = 0.6 * fast + 0.4 * slow
    return betas


def plain_loop(assets: FloatArray, indices: FloatArray) -> FloatArray:
    """Return plain weighted betas and HC0 errors from statsmodels, shape (2, n_indices, n_assets)."""
    weights = age_weights(SESSIONS, HALF_LIFE)
    return np.array([[weighted_fit(asset, index, weights) for asset in assets.T] for index in indices.T]).transpose(
        2, 0, 1
    )


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Time both in one run and print the ratio and the largest differences."""
    n_assets = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    assets, indices = simulate(n_assets)

    def default() -> list[FloatArray]:
        return [TwoSpeedBeta().estimate(assets, index).beta for index in indices.T]

    ours = statistics.median(timed(default) for _ in range(15))
    start = time.perf_counter()
    looped = two_speed_loop(assets, indices)
    peer = time.perf_counter() - start
    plain = [EWMABeta(half_life=HALF_LIFE, lookback=SESSIONS).estimate(assets, index) for index in indices.T]
    betas, errors = plain_loop(assets, indices)
    print(f"{n_assets} assets x {INDICES} indices x {SESSIONS} sessions, with standard errors")
    print(f"two-speed, all at once                {ours:9.4f} s  (median of 15)")
    print(f"two-speed, a loop of statsmodels WLS  {peer:9.4f} s  (one run)")
    print(f"ratio                                 {peer / ours:9.0f}    (target: at least {TARGET_RATIO:.0f})")
    for name, difference in (
        ("plain weighted betas", np.abs(betas - [each.beta for each in plain]).max()),
        ("their standard errors", np.abs(errors - [each.stderr for each in plain]).max()),
        ("two-speed betas", np.abs(looped - default()).max()),
    ):
        print(f"largest difference, {name:22} {difference:8.1e}    (target: below {TARGET_DIFFERENCE:.0e})")


if __name__ == "__main__":
    main()
