"""A family of verdicts as a table: terminal, Markdown and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.cli.common import printable
from harness.verdicts.gate_words import p_text
from harness.verdicts.ledger_rows import Family
from harness.verdicts.serial import SCHEMA_VERSION, to_json
from harness.verdicts.words import finding_word, signed

if TYPE_CHECKING:
    from rich.console import Console

_HEAD = ("measured by", "solved", "score [95 %]", "gap [95 %]", "p (Holm)", "finding", "grade")


def family_cells(family: Family) -> list[tuple[str, ...]]:
    """One row of text a verdict, in the order of the head."""
    rows: list[tuple[str, ...]] = []
    for (row, verdict), p in zip(family.rows, family.p_holm, strict=True):
        score, gap = verdict.measurement, verdict.gap
        rows.append(
            (
                printable(row.id.partition("@")[2], 40),
                f"{row.solved}/{score.attempts}",
                f"{score.score:.1f} [{score.interval.low:.1f}, {score.interval.high:.1f}]",
                f"{signed(gap.points)} [{signed(gap.ci95.low)}, {signed(gap.ci95.high)}]",
                p_text(p),
                finding_word(verdict.finding, verdict.comparability),
                verdict.comparability.value,
            )
        )
    return rows


def print_family(console: Console, family: Family) -> None:
    """Print the claim, the table and, last, the sentence."""
    claim = family.claim
    console.print(printable(f"claim      {claim.value} {claim.unit}  {claim.id}"), markup=False)
    console.print(printable(f"           {claim.source.title}, {claim.source_date}"), markup=False)
    rows = [_HEAD, *family_cells(family)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    console.print()
    for cells in rows:
        line = " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        console.print(line.rstrip(), markup=False, style="dim" if cells is _HEAD else None)
    console.print()
    if family.skipped:
        names = ", ".join(row.id.partition("@")[2] for row in family.skipped)
        console.print(printable(f"left out   without a count: {names}"), markup=False)
    console.print(printable(family.sentence), markup=False, style="bold")


def family_markdown(family: Family) -> str:
    """The table as Markdown, the sentence after it."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(c.replace("|", "\\|").replace("<", "&lt;") for c in cells) + " |"

    rows = [line(_HEAD), line(("---",) * len(_HEAD)), *map(line, family_cells(family))]
    return "\n".join(rows) + f"\n\n**{family.sentence}**\n"


def family_json(family: Family) -> dict[str, Any]:
    """The family as one JSON object; every verdict in full."""
    return {
        "schema_version": SCHEMA_VERSION,
        "claim": family.claim.id,
        "claimed": family.claim.value,
        "rows": [
            {"measured_by": row.id, "scaffold": row.stated.scaffold, "p_holm": p}
            | {"verdict": to_json(verdict)}
            for (row, verdict), p in zip(family.rows, family.p_holm, strict=True)
        ],
        "skipped": [row.id for row in family.skipped],
        "sentence": family.sentence,
        "exit_code": family.exit_code,
    }
