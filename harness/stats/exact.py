"""The stratified exact test: same success probability item by item?

Given an item's total s over both sides, the first side's successes are hypergeometric
(k_A + k_B, s, k_A) if both sides solve it with the same probability. Their sum over items has
the convolution of these distributions. One run each gives exact McNemar; one item, Fisher.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import comb

import numpy as np

from harness.stats.items import Array

_TIE = 1e-7
"""Relative tolerance within which two probabilities count as equal (as in R's exact tests)."""


def stratified_exact(items: Iterable[tuple[int, int, int, int]]) -> float:
    """Two-sided exact p: Σ of the null probabilities that are not above the observed one.

    Args:
        items: (s_A, k_A, s_B, k_B) per item: successes and runs of both sides.

    Raises:
        ValueError: A count is negative or above its runs.
    """
    null, observed, certain = np.ones(1), 0, 0
    shapes: Counter[tuple[int, int, int]] = Counter()
    for s_a, k_a, s_b, k_b in items:
        if not (0 <= s_a <= k_a and 0 <= s_b <= k_b):
            raise ValueError(f"{s_a} of {k_a} and {s_b} of {k_b}")
        total = s_a + s_b
        observed += s_a
        if k_a == 0 or k_b == 0 or total in (0, k_a + k_b):
            certain += s_a
        else:
            shapes[(k_a, k_b, total)] += 1
    for (k_a, k_b, total), count in shapes.items():
        low, pmf = _hypergeometric(k_a, k_b, total)
        certain += low * count
        null = np.convolve(null, _power(pmf, count))
    here = null[observed - certain]
    return min(1.0, float(null[null <= here * (1 + _TIE)].sum()))


def _power(pmf: Array, count: int) -> Array:
    """The distribution of the sum of `count` independent draws, by repeated squaring."""
    result, square = np.ones(1), pmf
    while count:
        if count & 1:
            result = np.convolve(result, square)
        count >>= 1
        if count:
            square = np.convolve(square, square)
    return result


def _hypergeometric(k_a: int, k_b: int, total: int) -> tuple[int, Array]:
    low, high = max(0, total - k_b), min(k_a, total)
    ways = [comb(k_a, x) * comb(k_b, total - x) for x in range(low, high + 1)]
    return low, np.array(ways, dtype=np.float64) / comb(k_a + k_b, total)
