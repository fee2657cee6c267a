"""The verdict on a claim: finding × comparability, with everything needed to argue about it.

Order, first match: nothing scored, or more than 5 % unscored and it matters → invalid; unscored
attempts change the finding → inconclusive; 90 % interval of the gap inside the margin →
reproduced; 95 % interval below or above zero → below or above; else inconclusive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.claims.granularity import granularity
from harness.claims.types import Claim
from harness.errors import AssayError
from harness.protocols.compare import grade
from harness.stats.gap import Claimed, Measured, claim_gap, independent_gap
from harness.stats.items import ItemScores
from harness.stats.margins import claim_margin
from harness.stats.noise import DEFAULT_ICC, between_means, effective_items, within_item
from harness.verdicts.measurement import measure
from harness.verdicts.types import (
    Comparability,
    Difference,
    Finding,
    Gap,
    SensitivityLine,
    Verdict,
)
from harness.verdicts.words import notes, sentence

MAX_UNSCORED = 0.05
"""Share of attempts without a score above which a verdict that hangs on them is invalid."""


def judge(
    claim: Claim,
    scores: ItemScores,
    differences: Sequence[Difference],
    *,
    same_items: bool,
    margin: float | None = None,
) -> Verdict:
    """Judge a claim by scores.

    Args:
        claim: The published number.
        scores: One row an item, all N items of what was run.
        differences: From `harness.protocols.compare.compare`.
        same_items: True when the items are those of the claim or a declared random subset.
        margin: Equivalence margin δ in points; by default 4, 6 or 10 by the number of items.

    Raises:
        AssayError: The claim is no percentage (E106), there are more items than it has (E107), or
            the margin is not above zero (E108).
    """
    _check(claim, scores, same_items, margin)
    case = _Case.of(claim, scores, same_items, margin)
    gap = case.gap(scores)
    finding = find(gap)
    by_bounds = tuple(find(case.gap(scores.filled(v))) for v in (0.0, 1.0))
    settled = settle(finding, by_bounds, scores.lost, scores.attempts)
    comparability = grade(differences)
    measurement = measure(scores)
    text = sentence(claim, measurement, gap, settled, comparability, tuple(differences))
    return Verdict(
        claim_id=claim.id,
        claimed=claim.value,
        finding=settled,
        comparability=comparability,
        differences=tuple(differences),
        measurement=measurement,
        gap=gap,
        sensitivity=_sensitivity(case, scores),
        notes=notes(claim, measurement, gap, settled, by_bounds),
        sentence=text,
        exit_code=exit_code(settled, comparability),
    )


def find(gap: Gap) -> Finding:
    """What one gap says by itself."""
    if -gap.margin < gap.ci90.low and gap.ci90.high < gap.margin:
        return Finding.REPRODUCED
    if gap.ci95.high < 0:
        return Finding.BELOW
    if gap.ci95.low > 0:
        return Finding.ABOVE
    return Finding.INCONCLUSIVE


def settle(finding: Finding, by_bounds: Sequence[Finding], unscored: int, attempts: int) -> Finding:
    """The finding once both bounds for unscored attempts have been heard.

    Args:
        finding: From the scored attempts.
        by_bounds: With every unscored attempt wrong, and with every one solved.
        unscored: Attempts without a score.
        attempts: Attempts in all.
    """
    if unscored >= attempts:
        return Finding.INVALID
    if all(other is finding for other in by_bounds):
        return finding
    return Finding.INVALID if unscored > MAX_UNSCORED * attempts else Finding.INCONCLUSIVE


def exit_code(finding: Finding, comparability: Comparability) -> int:
    """0 reproduced, 1 below or above, 3 inconclusive or grade C, 4 invalid."""
    if finding is Finding.INVALID:
        return 4
    if comparability is Comparability.C or finding is Finding.INCONCLUSIVE:
        return 3
    return 0 if finding is Finding.REPRODUCED else 1


@dataclass(frozen=True, slots=True)
class _Case:
    """One claim against one run; what-ifs are made by changing an assumption."""

    claim: Claim
    margin: float
    same_items: bool
    population: int

    @staticmethod
    def of(claim: Claim, scores: ItemScores, same_items: bool, margin: float | None) -> _Case:
        population = claim.items or scores.items
        basis = population if same_items else scores.items
        chosen = claim_margin(basis) if margin is None else margin
        return _Case(claim, chosen, same_items, population)

    def gap(
        self, scores: ItemScores, *, k_pub: float | None = None, icc: float = DEFAULT_ICC
    ) -> Gap:
        runs = (self.claim.runs or 1) if k_pub is None else k_pub
        claimed = Claimed(self.claim.points, self.claim.half_width, self.population, runs)
        if not self.same_items:
            return independent_gap(claimed, scores.mean, effective_items(scores), self.margin)
        measured = Measured(
            score=scores.mean,
            items=scores.items,
            inverse_runs=scores.inverse_runs,
            within=within_item(scores, icc).variance,
            between=between_means(scores),
        )
        return claim_gap(claimed, measured, self.margin)


def _sensitivity(case: _Case, scores: ItemScores) -> tuple[SensitivityLine, ...]:
    lines: list[SensitivityLine] = []

    def add(assumption: str, gap: Gap) -> None:
        lines.append(SensitivityLine(assumption, find(gap), gap.ci95))

    if case.same_items:
        for runs, words in _publisher_runs(case.claim):
            add(words, case.gap(scores, k_pub=runs))
        if within_item(scores).assumed:
            add("no item is harder than another (ρ₀ = 0)", case.gap(scores, icc=0.0))
    if scores.lost:
        add("every unscored attempt counts as wrong", case.gap(scores.filled(0.0)))
        add("every unscored attempt counts as solved", case.gap(scores.filled(1.0)))
    return tuple(lines)


def _publisher_runs(claim: Claim) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if claim.runs is None and claim.kind == "binary-mean" and claim.items is not None:
        first = granularity(claim.value, claim.items).first_runs
        if first is not None and first > 1:
            found.append((first, f"the claim is a mean of {first} runs, the fewest that fit it"))
    elif claim.runs is not None and claim.runs > 1:
        found.append((1, "the claim is a single run"))
    return [*found, (math.inf, "the claim has no noise of its own")]


def check_judgeable(claim: Claim) -> None:
    """Refuse a claim that solved items cannot speak to, before anything is run for it.

    Raises:
        AssayError: It is a rating or another unit than % (E106).
    """
    if claim.unit != "%" or claim.kind == "elo" or claim.points > 100:
        raise AssayError(
            "E106",
            f"{claim.id} cannot be judged by solved items.",
            f"It is {claim.value} {claim.unit} ({claim.kind}), not a percentage of items.",
            f"assay claims show {claim.id}",
        )


def _check(claim: Claim, scores: ItemScores, same_items: bool, margin: float | None) -> None:
    check_judgeable(claim)
    if same_items and claim.items is not None and scores.items > claim.items:
        raise AssayError(
            "E107",
            f"{scores.items} items are more than {claim.benchmark} has.",
            f"That version has {claim.items} items.",
            "give the number of items of the benchmark",
        )
    if margin is not None and not 0 < margin <= 100:
        raise AssayError(
            "E108",
            f"A margin of {margin:g} points decides nothing.",
            "The margin is the gap that still counts as agreement, in points.",
            "give a --margin above 0 and at most 100",
        )
