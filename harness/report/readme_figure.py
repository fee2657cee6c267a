"""docs/nine-scaffolds.{png,svg}: one claim against one publisher's counts under nine scaffolds.

``python -m harness.report.readme_figure`` draws it from the ledger; the same ledger gives the same
bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.claims.ledger import get_claim
from harness.claims.types import Claim
from harness.paths import ROOT
from harness.report.forest import ForestRow, claim_band, forest, forest_png, row_of
from harness.verdicts.ledger_rows import judge_published

CLAIM = "deepseek-v4-flash-0731/terminal-bench-2.1"
PUBLISHER = "maka"
"""Key in ``sources.toml`` of the publisher who ran nine scaffolds on the same tasks."""


def scaffold_rows(claim: Claim, publisher: str) -> list[ForestRow]:
    """The publisher's newest row for each scaffold, best score first."""
    newest: dict[str, tuple[str, ForestRow]] = {}
    for row, verdict in judge_published(claim):
        scaffold = row.stated.scaffold
        if row.source.id != publisher or scaffold is None:
            continue
        if scaffold not in newest or row.source_date > newest[scaffold][0]:
            newest[scaffold] = (row.source_date, row_of(scaffold, verdict))
    return sorted((row for _, row in newest.values()), key=lambda row: -row.score)


def draw(folder: Path) -> tuple[Path, Path]:
    """Write both files into `folder`."""
    claim = get_claim(CLAIM)
    rows = scaffold_rows(claim, PUBLISHER)
    title = f"{claim.model} on Terminal-Bench 2.1 under {len(rows)} scaffolds"
    svg, png = folder / "nine-scaffolds.svg", folder / "nine-scaffolds.png"
    folder.mkdir(parents=True, exist_ok=True)
    svg.write_text(forest(rows, claim.points, claim_band(claim), title), encoding="utf-8")
    png.write_bytes(forest_png(rows, claim.points, claim_band(claim), title))
    return svg, png


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(prog="python -m harness.report.readme_figure")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs")
    for path in draw(parser.parse_args(arguments).folder):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
