"""What goes into a regression gate, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.outcomes.outcome import Outcome
from harness.verdicts.types import Interval


class GateFinding(StrEnum):
    """What the gate says."""

    PASSED = "passed"
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class ItemAttempts:
    """One item on one side.

    Attributes:
        item: Its id.
        scores: One score in [0, 1] a run; ``None`` = unscored.
        outcomes: One outcome a run.
        causes: Whose failure it was, one a run: ``provider``, ``harness`` or empty; the whole
            tuple may be left empty when nobody knows.
    """

    item: str
    scores: tuple[float | None, ...]
    outcomes: tuple[Outcome, ...]
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairTable:
    """One side of a gate: who it is and what it did on every item."""

    label: str
    items: tuple[ItemAttempts, ...]


@dataclass(frozen=True, slots=True)
class GateTable:
    """Candidate minus reference over the items that both sides have, in points.

    Attributes:
        items: Items compared.
        reference: Score of the reference.
        candidate: Score of the candidate.
        gap: D.
        standard_error: SE(D).
        ci90: 90 % interval of D.
        ci95: 95 % interval of D.
        p: Two-sided p of no difference on any item.
        test: ``stratified exact`` for 0/1 scores, ``sign flip`` for partial credit.
        identical: True when every attempt of every item scored the same on both sides.
    """

    items: int
    reference: float
    candidate: float
    gap: float
    standard_error: float
    ci90: Interval
    ci95: Interval
    p: float
    test: str
    identical: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An item on which the sides' means differ, on the 0–1 scale."""

    item: str
    reference: float
    candidate: float
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Has the candidate lost something that the reference had?

    Attributes:
        reference: Label of the reference.
        candidate: Label of the candidate.
        finding: Decided by `main`.
        margin: Non-inferiority margin in points.
        main: Provider-caused failures count as 0.
        excluded: Those attempts are left out; ``None`` when nothing would be left.
        excluded_finding: What `excluded` alone would say.
        provider_failures: Their number on the reference's and on the candidate's side.
        unscored: Attempts without a score for other reasons, likewise.
        disagreements: Items whose means differ, the candidate's largest losses first.
        notes: What a reader must know.
        sentence: The last line a user reads.
        exit_code: 0 passed, 1 regressed, 3 inconclusive, 4 invalid.
    """

    reference: str
    candidate: str
    finding: GateFinding
    margin: float
    main: GateTable
    excluded: GateTable | None
    excluded_finding: GateFinding | None
    provider_failures: tuple[int, int]
    unscored: tuple[int, int]
    disagreements: tuple[Disagreement, ...]
    notes: tuple[str, ...]
    sentence: str
    exit_code: int
