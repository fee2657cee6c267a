"""Sign-flip test of paired differences: partial credit, or item means of unequal runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import permutation_test

from harness.stats.items import Array

RESAMPLES = 2**14
"""Sign patterns tried: all of them for up to 14 differing items, else a seeded draw."""

SEED = 20260424


def sign_flip(differences: Sequence[float] | Array) -> float:
    """Two-sided p that the mean difference is zero, by flipping signs item by item.

    Items without a difference change nothing and are left out. Exact for up to 14 others, else
    a seeded draw of `RESAMPLES` sign patterns (never 0: the observed one counts).

    Args:
        differences: First minus second side, one number an item.
    """
    values = np.asarray(differences, dtype=np.float64)
    values = values[values != 0]
    if len(values) < 2:
        return 1.0

    def mean(x: Array, axis: int = -1) -> Array:
        return np.mean(x, axis=axis)

    result = permutation_test(
        (values,),
        mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        vectorized=True,
        alternative="two-sided",
        rng=np.random.default_rng(SEED),
    )
    return min(1.0, float(result.pvalue))
