"""Both sides of a gate → one table of numbers.

Provider-caused failures are those whose cause is recorded as the provider's (a 5xx after all
retries), calls that could not be parsed, cut replies and empty ones. Scored attempts keep their
score; unscored ones of this kind count 0. Other unscored attempts (a crashed sandbox, a spent
budget, a failed judge) carry no score and enter through bounds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.errors import AssayError
from harness.outcomes.outcome import Outcome
from harness.stats.exact import stratified_exact
from harness.stats.intervals import z_value
from harness.stats.items import ItemScores
from harness.stats.noise import FLOOR, within_item
from harness.stats.paired import bonett_price
from harness.stats.permutation import sign_flip
from harness.verdicts.gate_types import GateTable, ItemAttempts, PairTable
from harness.verdicts.types import Interval

PROVIDER_OUTCOMES = frozenset({Outcome.TOOL_MALFORMED, Outcome.TRUNCATED, Outcome.EMPTY})

Row = tuple[str, list[float], list[float], tuple[Outcome, ...]]


@dataclass(frozen=True, slots=True)
class Sides:
    """The items that both sides have, reference first."""

    pairs: tuple[tuple[ItemAttempts, ItemAttempts], ...]

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Scores ready to compare: (item, reference's, candidate's, candidate's outcomes)."""

    items: tuple[Row, ...]


def common_items(reference: PairTable, candidate: PairTable) -> Sides:
    """The items that both tables have, in the reference's order.

    Raises:
        AssayError: None in common (E403), or a table that does not hold together (E401).
    """
    ours, theirs = _by_id(candidate), _by_id(reference)
    pairs = tuple((item, ours[key]) for key, item in theirs.items() if key in ours)
    if not pairs:
        raise AssayError(
            "E403",
            f"{candidate.label} and {reference.label} have no item in common.",
            f"One has {len(ours)} items, the other {len(theirs)}, under other ids.",
            "run the candidate on the items of the reference",
        )
    return Sides(pairs)


def _by_id(table: PairTable) -> dict[str, ItemAttempts]:
    found: dict[str, ItemAttempts] = {}
    for item in table.items:
        runs = len(item.scores)
        if item.item in found:
            raise _bad_table(table, f"Item {item.item!r} is there twice.")
        if runs != len(item.outcomes) or len(item.causes) not in (0, runs) or runs == 0:
            raise _bad_table(table, f"Item {item.item!r} has {runs} scores for other outcomes.")
        if any(s is not None and not 0 <= s <= 1 for s in item.scores):
            raise _bad_table(table, f"Item {item.item!r} has a score outside 0 to 1.")
        found[item.item] = item
    return found


def _bad_table(table: PairTable, why: str) -> AssayError:
    what = f"The table of {table.label} cannot be judged."
    return AssayError("E401", what, why, "mend the table", exit_code=4)


def _provider_caused(item: ItemAttempts, run: int) -> bool:
    cause = item.causes[run] if item.causes else ""
    return cause == "provider" or item.outcomes[run] in PROVIDER_OUTCOMES


def failures(sides: Sides, *, provider: bool) -> tuple[int, int]:
    """Attempts that the provider failed (or else: unscored ones) of reference and candidate."""

    def count(item: ItemAttempts) -> int:
        return sum(
            _provider_caused(item, run)
            if provider
            else score is None and not _provider_caused(item, run)
            for run, score in enumerate(item.scores)
        )

    return sum(count(a) for a, _ in sides.pairs), sum(count(b) for _, b in sides.pairs)


def prepare(sides: Sides, *, exclude: bool, fill: tuple[float, float] | None = None) -> Prepared:
    """Scores of both sides; an item without a score on either side is left out.

    Args:
        sides: The items in common.
        exclude: Leave provider-caused failures out, instead of counting unscored ones as 0.
        fill: Scores to give to unscored attempts of (reference, candidate); by default none.
    """

    def scores(item: ItemAttempts, value: float | None) -> list[float]:
        kept: list[float] = []
        for run, score in enumerate(item.scores):
            failed = _provider_caused(item, run)
            if failed and exclude:
                continue
            known = 0.0 if failed and score is None else value if score is None else score
            if known is not None:
                kept.append(float(known))
        return kept

    low, high = fill or (None, None)
    rows = [(a.item, scores(a, low), scores(b, high), b.outcomes) for a, b in sides.pairs]
    return Prepared(tuple(row for row in rows if row[1] and row[2]))


def build_table(prepared: Prepared) -> GateTable:
    """Scores, gap, intervals and p of prepared items."""
    if not prepared.items:
        nothing = Interval(-100.0, 100.0, 0.90)
        wide = Interval(-100.0, 100.0, 0.95)
        return GateTable(0, 0.0, 0.0, 0.0, 100.0, nothing, wide, 1.0, "none", identical=False)
    reference = ItemScores.from_runs([row[1] for row in prepared.items])
    candidate = ItemScores.from_runs([row[2] for row in prepared.items])
    gap = 100 * (candidate.mean - reference.mean)
    binary = reference.binary and candidate.binary
    error = _standard_error(reference, candidate, binary=binary)
    return GateTable(
        items=len(prepared.items),
        reference=100 * reference.mean,
        candidate=100 * candidate.mean,
        gap=gap,
        standard_error=100 * error,
        ci90=_interval(reference, candidate, gap, 100 * error, 0.90, binary=binary),
        ci95=_interval(reference, candidate, gap, 100 * error, 0.95, binary=binary),
        p=_p_value(prepared.items) if binary else sign_flip(candidate.means - reference.means),
        test="stratified exact" if binary else "sign flip",
        identical=all(sorted(row[1]) == sorted(row[2]) for row in prepared.items),
    )


def _p_value(rows: Sequence[Row]) -> float:
    return stratified_exact((round(sum(b)), len(b), round(sum(a)), len(a)) for _, a, b, _ in rows)


def _single_runs(reference: ItemScores, candidate: ItemScores) -> bool:
    return reference.max_runs == 1 and candidate.max_runs == 1


def _standard_error(reference: ItemScores, candidate: ItemScores, *, binary: bool) -> float:
    """SE(D) on the 0–1 scale: run noise of both sides; of the differences for partial credit."""
    sides = (reference, candidate)
    if not binary and _single_runs(reference, candidate):
        spread = np.var(candidate.means - reference.means, ddof=1) if reference.items > 1 else 0.25
        return math.sqrt(max(float(spread), 2 * FLOOR) / reference.items)
    noise = sum(within_item(side).variance * side.inverse_runs for side in sides)
    return math.sqrt(noise / reference.items)


def _interval(
    reference: ItemScores,
    candidate: ItemScores,
    gap: float,
    error: float,
    level: float,
    *,
    binary: bool,
) -> Interval:
    if binary and _single_runs(reference, candidate):
        difference = candidate.means - reference.means
        gained, lost = int((difference > 0).sum()), int((difference < 0).sum())
        return bonett_price(gained, lost, reference.items, level)
    half = z_value(level) * error
    return Interval(max(-100.0, gap - half), min(100.0, gap + half), level)
