"""Equivalence margins: how near is near enough, in points."""

from __future__ import annotations

from harness.verdicts.types import Interval


def claim_margin(items: int) -> float:
    """Default margin δ for a claim over N items: 4 (N ≥ 300), 6 (80 ≤ N < 300), else 10 points."""
    if items >= 300:
        return 4.0
    return 6.0 if items >= 80 else 10.0


def gate_margin(items: int) -> float:
    """Default non-inferiority margin between two endpoints: 5 (N ≥ 300), 7 (N ≥ 80), else 10."""
    if items >= 300:
        return 5.0
    return 7.0 if items >= 80 else 10.0


def smallest_margin(ci90: Interval) -> float:
    """The margin above which the 90 % interval would lie inside: max |bound|."""
    return max(abs(ci90.low), abs(ci90.high))
