"""Two systems on the same items, one run each: exact McNemar and the Bonett–Price interval."""

from __future__ import annotations

import math

from scipy.stats import binomtest

from harness.stats.intervals import z_value
from harness.verdicts.types import Interval


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided exact p that the b and c discordant items are a fair split (McNemar 1947).

    Args:
        b: Items that only the first solved.
        c: Items that only the second solved.
    """
    return float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0


def bonett_price(b: int, c: int, items: int, level: float = 0.95) -> Interval:
    """Adjusted Wald interval of p₁ − p₂ for paired 0/1 scores, in points (Bonett & Price 2012).

    p̃ = (count + 1)/(n + 2) for both discordant cells; D̃ ± z·√((p̃₁₂ + p̃₂₁ − D̃²)/(n + 2)).

    Args:
        b: Items that only the first solved.
        c: Items that only the second solved.
        items: All items n.
        level: Confidence level.
    """
    p12, p21 = (b + 1) / (items + 2), (c + 1) / (items + 2)
    gap = p12 - p21
    half = z_value(level) * math.sqrt((p12 + p21 - gap * gap) / (items + 2))
    return Interval(max(-100.0, 100 * (gap - half)), min(100.0, 100 * (gap + half)), level)
