"""`assay doctor`."""

from __future__ import annotations

import click

from harness.cli.common import console, emit_json, json_option


@click.command()
@json_option
def command(as_json: bool) -> None:
    """What is missing here, and the one command that fixes it.

    Exit code 0 when the default job can run, 3 when something optional is missing, 4 when the
    default job cannot run.
    """
    from harness.run.doctor import diagnose

    findings = diagnose()
    worst = max(finding.severity for finding in findings)
    code = {0: 0, 1: 3, 2: 4}[worst]
    if as_json:
        emit_json(
            {
                "findings": [
                    {"id": f.id, "ok": f.severity == 0, "detail": f.detail, "fix": f.fix}
                    for f in findings
                ],
                "exit_code": code,
            }
        )
        raise SystemExit(code)
    out = console()
    for finding in findings:
        mark = ("✓", "!", "✗")[finding.severity]
        out.print(f"{mark} {finding.id:<12} {finding.detail}", markup=False)
        if finding.fix:
            out.print(f"  fix          {finding.fix}", markup=False)
    sentences = {
        0: "Everything is here.",
        3: "The default job can run; what is marked ! is left out.",
        4: "The default job cannot run until what is marked ✗ is mended.",
    }
    out.print(sentences[code])
    raise SystemExit(code)
