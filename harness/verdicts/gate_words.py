"""The sentence and the notes of a gate verdict."""

from __future__ import annotations

from harness.verdicts.gate_types import GateFinding, GateTable
from harness.verdicts.words import signed


def gate_sentence(
    reference: str,
    candidate: str,
    table: GateTable,
    margin: float,
    finding: GateFinding,
    doubt: str = "",
) -> str:
    """The last line a user reads; `doubt` says why what looks like a pass is none."""
    scores = (
        f"{candidate} scores {table.candidate:.1f} %, {reference} {table.reference:.1f} % "
        f"over {table.items} items"
    )
    if finding is GateFinding.INVALID:
        if table.items and table.reference <= 0:
            return f"INVALID: {reference} solved nothing, so there is nothing to lose."
        return "INVALID: too many attempts have no score for anything to be said."
    if finding is GateFinding.PASSED:
        if table.identical:
            return f"PASSED: {scores}; no item differs."
        if table.ci90.low <= -margin:
            return f"PASSED: {scores}; better (p = {p_text(table.p)})."
        return f"PASSED: {scores}; a loss of {margin:g} points or more can be ruled out."
    if finding is GateFinding.REGRESSED:
        return f"REGRESSED: {scores}; {abs(table.gap):.1f} points lost (p = {p_text(table.p)})."
    if doubt:
        return f"INCONCLUSIVE: {scores}; {doubt}."
    return (
        f"INCONCLUSIVE: {scores}; the gap is {signed(table.gap)} points, somewhere in "
        f"[{signed(table.ci95.low)}, {signed(table.ci95.high)}]."
    )


def p_text(p: float) -> str:
    """A p value for people: three decimals, or a power of ten when smaller."""
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}"


def gate_notes(
    table: GateTable,
    margin: float,
    finding: GateFinding,
    excluded: GateFinding | None,
    provider: tuple[int, int],
    unscored: tuple[int, int],
    missing: int,
) -> tuple[str, ...]:
    """What a reader must know to weigh the numbers."""
    found: list[str] = []
    if table.identical and finding is GateFinding.PASSED:
        hidden = 100 * (1 - 0.05 ** (1 / table.items))
        found.append(
            f"With {table.items} items, changes on up to {hidden:.1f} % of such items could "
            f"still be hidden (95 %)."
        )
    elif finding is GateFinding.PASSED and table.p < 0.05 and table.gap < 0:
        found.append(f"It is lower (p = {p_text(table.p)}), but by less than {margin:g} points.")
    if any(provider):
        found.append(
            f"Failures on the provider's side: {provider[1]}, reference {provider[0]}; "
            f"they count as wrong where they left no score."
        )
        if excluded is not None and excluded is not finding:
            found.append(f"Without these attempts the finding would be: {excluded}.")
    if any(unscored):
        found.append(f"Attempts without a score: {unscored[1]}, reference {unscored[0]}.")
    if missing:
        found.append(f"{missing} items are on one side only and were left out.")
    return tuple(found)
