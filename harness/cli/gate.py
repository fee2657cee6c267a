"""`assay gate`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.common import (
    agree,
    console,
    emit_json,
    json_option,
    output_option,
    status,
    write_output,
    yes_option,
)
from harness.cli.verify import despite_option, fresh_option


@click.command()
@click.argument("candidate")
@click.option("--against", required=True, help="A recorded run: its id or its folder.")
@click.option("--margin", type=float, help="Loss in points that still passes.")
@yes_option
@fresh_option
@despite_option
@json_option
@output_option
def command(
    candidate: str,
    against: str,
    margin: float | None,
    yes: bool,
    fresh: bool,
    despite_check: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Does endpoint CANDIDATE do as well as a recorded reference on the same items?

    Exit code 0 passed, 1 regressed, 3 inconclusive, 4 invalid.
    """
    import json
    from dataclasses import replace

    from harness.cli.check import print_probes
    from harness.run.conclude import pair_table, run_notes
    from harness.run.measure import folder_for, load, measure
    from harness.run.reference import gate_job, holds
    from harness.run.store import find_run, write_json
    from harness.verdicts.gate import gate
    from harness.verdicts.render import print_gate
    from harness.verdicts.serial import to_json

    reference = find_run(against)
    job, task = gate_job(reference, candidate)
    progress = status()
    progress.print(
        f"gate       {candidate} against {reference.name}: {len(job.items)} items × {job.runs} "
        f"runs of {job.eval} {job.eval_version}, protocol {job.protocol.name}",
        markup=False,
    )
    folder = folder_for(job, "gate", fresh=fresh)
    if holds(folder.path, reference):
        # A run says nothing about itself: it would pass whatever the endpoint serves by now.
        folder = folder_for(job, "gate", fresh=True)
    if folder.state == "finished":
        progress.print(
            f"reused     nothing changed since {folder.id} of today; --fresh runs it again",
            markup=False,
        )
        measured = load(folder)
    else:
        agree(f"Run this on {candidate}?", yes=yes)
        measured = measure(
            job,
            task,
            folder,
            despite_check=despite_check,
            on_probes=lambda probes: print_probes(probes, progress),
            log={"purpose": "gate", "claim": None, "against": reference.name},
        )
    verdict = gate(
        pair_table(reference, f"{reference.name}"),
        pair_table(measured.folder.path, candidate),
        margin,
    )
    verdict = replace(verdict, notes=(*verdict.notes, *run_notes(measured.folder.path)))
    document = to_json(verdict)
    write_json(measured.folder.path / "gate.json", document)
    write_output(output, {".json": lambda: json.dumps(document, indent=2, ensure_ascii=False)})
    if as_json:
        emit_json({**document, "run": measured.folder.id})
    else:
        print_gate(console(), verdict)
    raise SystemExit(verdict.exit_code)
