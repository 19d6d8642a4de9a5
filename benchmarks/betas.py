"""Betas of many assets with standard errors, beside loops over statsmodels that do the same.

    python benchmarks/betas.py [ASSETS]

Simulated returns, 756 sessions, four indices. The peer computes the default estimator asset by asset: a first pass,
the clipping, then one weighted regression per speed with HC0 errors. Rolling betas of one year are taken at the end of
each month of ten years; `statsmodels.RollingOLS` takes them every session. That both mean the same is checked on the
plain weighted betas, which statsmodels gives directly, on the two-speed ones, and on the rolling ones. Peers run on a
few assets and are scaled up. Times are processor times, the smallest of several runs.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import statsmodels.api as sm
from statsmodels.regression.rolling import RollingOLS

from hedger.exposure import EWMABeta, OLSBeta, TwoSpeedBeta, age_weights, variance_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hedger.arrays import FloatArray


ASSETS, SESSIONS, INDICES = 5_000, 756, 4
LOOPED, ROLLED_BY_PEER = 250, 5
"""Assets that the peers are run on."""
ROLLED, TEN_YEARS, YEAR, MONTH = 500, 2520, 252, 21
HALF_LIFE = 63.0
PASSES = 6
"""Products with all returns that the default takes per index: first pass, slope, mean, and three for the errors."""
LEAST_RATIO, LEAST_ROLLING_RATIO, MOST_PRODUCTS, MOST_MEMORY, MOST_DIFFERENCE = 300.0, 100.0, 4.0, 3.0, 1e-10


def simulate(n_assets: int, n_sessions: int = SESSIONS) -> tuple[FloatArray, FloatArray]:
    """Return returns of assets and of four indices with common and own movement; betas between 0.2 and 2.2."""
    rng = np.random.default_rng(20260821)
    market = rng.standard_t(4, size=(n_sessions, 1)) * 0.007
    indices = market + rng.normal(scale=0.003, size=(n_sessions, INDICES))
    loadings = rng.uniform(0.2, 2.2, size=n_assets) * rng.dirichlet(np.ones(INDICES), size=n_assets).T
    return indices @ loadings + rng.standard_t(4, size=(n_sessions, n_assets)) * 0.012, indices


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


def rolling_betas(assets: FloatArray, index: FloatArray) -> FloatArray:
    """Return one-year betas at the end of each month, with errors worked out beside them."""
    estimator = OLSBeta(lookback=YEAR)
    return np.array([estimator.estimate(assets[:day], index[:day]).beta for day in month_ends()])


def month_ends() -> range:
    """Return how many sessions are known at the end of each month."""
    return range(YEAR, TEN_YEARS + 1, MONTH)


def smallest_time(work: Callable[[], object], n_runs: int = 1) -> float:
    """Return the least processor time of several calls, in seconds."""
    times = []
    for _ in range(n_runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def compare(n_assets: int) -> Iterator[str]:
    """Yield the lines of the comparison of all estimates at once with a loop."""
    assets, indices = simulate(n_assets)

    def default() -> list[FloatArray]:
        return [TwoSpeedBeta().estimate(assets, index).beta for index in indices.T]

    def products() -> None:
        for _ in range(PASSES):
            indices.T @ assets

    ours, product = smallest_time(default, 15), smallest_time(products, 15)
    tracemalloc.start()
    betas = default()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    few = assets[:, :LOOPED]
    looped: list[FloatArray] = []
    peer = smallest_time(lambda: looped.append(two_speed_loop(few, indices)), 3) * n_assets / few.shape[1]
    yield f"{n_assets:,} assets x {INDICES} indices x {SESSIONS} sessions, with standard errors"
    yield f"two-speed, all at once               {ours:9.4f} s"
    yield f"two-speed, a loop of statsmodels WLS {peer:9.4f} s  (from {few.shape[1]} assets)"
    yield f"ratio                                {peer / ours:9.0f}    (target: at least {LEAST_RATIO:.0f})"
    yield f"{PASSES} matrix products of the same size   {product:9.4f} s"
    yield f"ratio                                {ours / product:9.1f}    (target: at most {MOST_PRODUCTS:.0f})"
    yield f"memory over that of the returns      {peak / assets.nbytes:9.2f}    (target: at most {MOST_MEMORY:.0f})"
    plain = [EWMABeta(half_life=HALF_LIFE, lookback=SESSIONS).estimate(few, index) for index in indices.T]
    plain_betas, plain_errors = plain_loop(few, indices)
    yield difference("plain weighted betas", plain_betas, np.array([each.beta for each in plain]))
    yield difference("their standard errors", plain_errors, np.array([each.stderr for each in plain]))
    yield difference("two-speed betas", looped[0], np.array(betas)[:, : few.shape[1]])


def compare_rolling() -> Iterator[str]:
    """Yield the lines of the comparison of rolling betas."""
    assets, indices = simulate(ROLLED, TEN_YEARS)
    index = indices[:, 0]
    design = sm.add_constant(index)
    rolled: list[FloatArray] = []

    def peer_betas() -> None:
        fits = (RollingOLS(asset, design, window=YEAR).fit(cov_type="HC0") for asset in assets[:, :ROLLED_BY_PEER].T)
        rolled.extend(np.asarray(fit.params)[:, 1] for fit in fits)

    ours = smallest_time(lambda: rolling_betas(assets, index), 5)
    peer = smallest_time(peer_betas) * ROLLED / ROLLED_BY_PEER
    yield f"{ROLLED} assets x {TEN_YEARS} sessions, betas of {YEAR} sessions at {len(month_ends())} month ends"
    yield f"rolling, all assets at once          {ours:9.4f} s"
    yield f"statsmodels RollingOLS               {peer:9.4f} s  (from {ROLLED_BY_PEER} assets)"
    yield f"ratio                                {peer / ours:9.0f}    (target: at least {LEAST_ROLLING_RATIO:.0f})"
    days = np.array(month_ends()) - 1
    yield difference("rolling betas", np.array(rolled)[:, days].T, rolling_betas(assets[:, :ROLLED_BY_PEER], index))


def difference(name: str, theirs: FloatArray, ours: FloatArray) -> str:
    """Return a line with the largest difference of two results."""
    return f"largest difference, {name:22} {np.abs(theirs - ours).max():.1e} (target: below {MOST_DIFFERENCE:.0e})"


def main() -> None:
    """Time both in one run and print ratios and the largest differences."""
    for line in compare(int(sys.argv[1]) if len(sys.argv) > 1 else ASSETS):
        print(line)
    for line in compare_rolling():
        print(line)


if __name__ == "__main__":
    main()
