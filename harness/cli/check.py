"""`assay check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.cli.common import console, emit_json, json_option, printable

if TYPE_CHECKING:
    from rich.console import Console

    from harness.probes.types import ProbeResult

MARKS = {"pass": "✓", "warn": "!", "fail": "✗", "skip": "-"}


@click.command()
@click.option("--on", "endpoint", required=True, help="Endpoint in endpoints.toml.")
@click.option("--effort", help="Thinking level, as the endpoint's table names it.")
@click.option("--temperature", type=float, default=None, help="Sampling temperature to send.")
@click.option("--top-p", type=float, default=None, help="Nucleus sampling mass to send.")
@json_option
def command(
    endpoint: str,
    effort: str | None,
    temperature: float | None,
    top_p: float | None,
    as_json: bool,
) -> None:
    """Probe an endpoint's contract on the raw wire.

    Exit code 0 when every probe passed, 3 when some only warn, 4 when one failed.
    """
    from dataclasses import asdict

    from harness.endpoints.catalog import get_endpoint
    from harness.endpoints.local.process import running
    from harness.probes.contract import check
    from harness.protocols.settings import Settings
    from harness.protocols.types import Protocol

    sampling = {"temperature": temperature, "top_p": top_p}
    generate = {key: value for key, value in sampling.items() if value is not None}
    protocol = Protocol("check", "", {}, generate, {}, Settings(effort=effort), {}, "")
    with running(get_endpoint(endpoint)) as live:
        results = check(live, protocol, with_tools=True)
    code = exit_code(results)
    if as_json:
        emit_json({"endpoint": endpoint, "probes": [asdict(r) for r in results], "exit_code": code})
        raise SystemExit(code)
    print_probes(results)
    words = {0: "keeps its contract", 3: "keeps its contract, with warnings", 4: "breaks it"}
    console().print(f"Endpoint '{endpoint}' {words[code]}.", markup=False)
    raise SystemExit(code)


def exit_code(results: list[ProbeResult]) -> int:
    """4 when a probe failed, 3 when one warned, else 0."""
    found = {str(result.status) for result in results}
    return 4 if "fail" in found else 3 if "warn" in found else 0


def print_probes(results: list[ProbeResult], out: Console | None = None) -> None:
    """One line a probe, on stdout unless another console is given."""
    out = out or console()
    for result in results:
        code = f"  {result.code}" if result.code else ""
        line = f"{MARKS[result.status]} {result.id:<11} {printable(result.detail)}{code}"
        out.print(f"  {line}", markup=False)
