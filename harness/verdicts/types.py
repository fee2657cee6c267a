"""What a verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What the numbers say."""

    REPRODUCED = "reproduced"
    BELOW = "below"
    ABOVE = "above"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


class Comparability(StrEnum):
    """How far two settings may be set side by side."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting on which claim and measurement differ, or that one of them leaves unstated.

    Attributes:
        setting: Field of `Settings`.
        claimed: Value stated by the publisher; ``None`` = unstated.
        measured: Value of the measurement; ``None`` = unknown.
        grade: The best comparability this difference allows.
        reason: One sentence.
    """

    setting: str
    claimed: str | None
    measured: str | None
    grade: Comparability
    reason: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval in points."""

    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """The score that was measured.

    Attributes:
        score: 100/N · Σ over items of the mean over that item's runs, in points.
        items: N, the denominator.
        scored: Items with at least one scored run.
        attempts: Number of attempts in all.
        runs: Attempts per item (largest).
        unscored: Attempts without a score (infrastructure, cost cut).
        interval: 95 % interval of the score itself (Wilson for k = 1 binary items).
        bounds: Score with every unscored attempt wrong, and with every one solved.
        within_item_variance: s²w on the 0–1 scale, measured or the documented fallback.
        variance_is_fallback: True when k = 1 and s²w is assumed.
    """

    score: float
    items: int
    scored: int
    attempts: int
    runs: int
    unscored: int
    interval: Interval
    bounds: tuple[float, float]
    within_item_variance: float
    variance_is_fallback: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Measured minus claimed, in points.

    Attributes:
        points: The difference D.
        standard_error: SE(D) in points.
        ci90: 90 % interval, widened by the rounding half-width.
        ci95: 95 % interval, widened likewise.
        p: Two-sided p of D = 0 given the rounding.
        margin: Equivalence margin δ used.
        smallest_margin: The smallest δ that would have given ``reproduced``.
        paired: True when both scores are over the same items (run noise only).
    """

    points: float
    standard_error: float
    ci90: Interval
    ci95: Interval
    p: float
    margin: float
    smallest_margin: float
    paired: bool


@dataclass(frozen=True, slots=True)
class SensitivityLine:
    """The finding under one other assumption."""

    assumption: str
    finding: Finding
    ci95: Interval


@dataclass(frozen=True, slots=True)
class Verdict:
    """Finding × comparability, with everything needed to argue about it.

    `sentence` is the last line a user reads and is decided together with `exit_code`:
    0 reproduced, 1 below or above, 3 inconclusive or comparability C, 4 invalid.
    """

    claim_id: str
    claimed: str
    finding: Finding
    comparability: Comparability
    differences: tuple[Difference, ...]
    measurement: Measurement
    gap: Gap
    sensitivity: tuple[SensitivityLine, ...]
    notes: tuple[str, ...]
    sentence: str
    exit_code: int
