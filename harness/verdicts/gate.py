"""The regression gate: does the candidate do as well as the reference on the same items?

Order, first match: nothing to lose or nothing scored → invalid; unscored attempts decide →
inconclusive or invalid; 90 % interval of candidate − reference above −margin, or no item differs,
or significantly better → passed; significantly lower (p < 0.05) → regressed; else inconclusive.
A pass that rests on fewer than `MIN_ITEMS` items, or on failures of the reference, is inconclusive.
"""

from __future__ import annotations

from harness.errors import AssayError
from harness.stats.margins import gate_margin
from harness.verdicts.gate_table import Sides, build_table, common_items, failures, prepare
from harness.verdicts.gate_types import (
    Disagreement,
    GateFinding,
    GateTable,
    GateVerdict,
    PairTable,
)
from harness.verdicts.gate_words import gate_notes, gate_sentence

ALPHA = 0.05
MAX_UNSCORED = 0.05

MIN_ITEMS = 5
"""Items with something to lose below which a pass rests on nothing: with four that all stay,
half of such items could be lost and the gate would miss it one time in sixteen."""

_EXIT = {
    GateFinding.PASSED: 0,
    GateFinding.REGRESSED: 1,
    GateFinding.INCONCLUSIVE: 3,
    GateFinding.INVALID: 4,
}


def gate(reference: PairTable, candidate: PairTable, margin: float | None = None) -> GateVerdict:
    """Compare a candidate with a reference, item by item.

    Both must come from the same configuration; nothing here can see whether they did.

    Args:
        reference: What the candidate is held against.
        candidate: What is tested.
        margin: Loss in points that still passes; by default 5, 7 or 10 by the number of items.

    Raises:
        AssayError: No item in common (E403), an item twice or scores and outcomes of unequal
            length (E401), or a margin that is not above zero (E108).
    """
    _check(margin)
    pairs = common_items(reference, candidate)
    chosen = gate_margin(len(pairs)) if margin is None else margin
    main = build_table(prepare(pairs, exclude=False))
    left = prepare(pairs, exclude=True)
    excluded = build_table(left) if left.items else None
    finding = _settle(pairs, main, chosen)
    unscored = failures(pairs, provider=False)
    provider = failures(pairs, provider=True)
    other = None if excluded is None else find(excluded, chosen)
    doubt = _doubt(pairs, main, provider[0], other) if finding is GateFinding.PASSED else ""
    finding = GateFinding.INCONCLUSIVE if doubt else finding
    missing = {item.item for item in reference.items} ^ {item.item for item in candidate.items}
    return GateVerdict(
        reference=reference.label,
        candidate=candidate.label,
        finding=finding,
        margin=chosen,
        main=main,
        excluded=excluded,
        excluded_finding=other,
        provider_failures=provider,
        unscored=unscored,
        disagreements=_disagreements(pairs),
        notes=gate_notes(main, chosen, finding, other, provider, unscored, len(missing)),
        sentence=gate_sentence(reference.label, candidate.label, main, chosen, finding, doubt),
        exit_code=_EXIT[finding],
    )


def find(table: GateTable, margin: float) -> GateFinding:
    """What one table says by itself."""
    if table.identical or table.ci90.low > -margin:
        return GateFinding.PASSED
    if table.p < ALPHA:
        return GateFinding.PASSED if table.gap > 0 else GateFinding.REGRESSED
    return GateFinding.INCONCLUSIVE


def _settle(pairs: Sides, main: GateTable, margin: float) -> GateFinding:
    attempts = sum(len(item.scores) for pair in pairs.pairs for item in pair)
    unscored = sum(failures(pairs, provider=False))
    if unscored >= attempts or main.items == 0 or main.reference <= 0:
        return GateFinding.INVALID
    finding = find(main, margin)
    for fill in ((1.0, 0.0), (0.0, 1.0)):
        bound = build_table(prepare(pairs, exclude=False, fill=fill))
        if unscored and find(bound, margin) is not finding:
            lost = unscored > MAX_UNSCORED * attempts
            return GateFinding.INVALID if lost else GateFinding.INCONCLUSIVE
    return finding


def _doubt(pairs: Sides, main: GateTable, failed: int, other: GateFinding | None) -> str:
    """Why a pass proves nothing; empty when it does prove something."""
    if failed and other is not GateFinding.PASSED:
        return "the reference's own failures are all that speaks for it"
    rows = prepare(pairs, exclude=False).items
    lossable = sum(sum(reference) > 0 for _, reference, _, _ in rows)
    better = main.p < ALPHA and main.gap > 0
    if lossable < MIN_ITEMS and not better:
        return f"only {lossable} item{'s' if lossable != 1 else ''} could have been lost"
    return ""


def _disagreements(pairs: Sides) -> tuple[Disagreement, ...]:
    sides = prepare(pairs, exclude=False)
    found = [
        Disagreement(item, sum(a) / len(a), sum(b) / len(b), outcomes)
        for item, a, b, outcomes in sides.items
        if sum(a) / len(a) != sum(b) / len(b)
    ]
    return tuple(sorted(found, key=lambda d: (d.candidate - d.reference, d.item)))


def _check(margin: float | None) -> None:
    if margin is not None and not 0 < margin <= 100:
        raise AssayError(
            "E108",
            f"A margin of {margin:g} points decides nothing.",
            "The margin is the loss that still passes, in points.",
            "give a --margin above 0 and at most 100",
        )
