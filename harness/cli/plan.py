"""`assay plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.cli.common import console, emit_json, json_option, on_option, printable

if TYPE_CHECKING:
    from rich.console import Console

    from harness.claims.types import Claim
    from harness.plan.preview import Preview
    from harness.run.job import Job

items_option = click.option("--items", type=click.IntRange(1), help="A random subset this large.")
seed_option = click.option("--seed", default=1, show_default=True, help="Seed of the subset.")
protocol_option = click.option("--protocol", help="Protocol name or file; default: the endpoint's.")


@click.command()
@click.argument("claim")
@on_option
@protocol_option
@items_option
@seed_option
@json_option
def command(
    claim: str, endpoint: str, protocol: str | None, items: int | None, seed: int, as_json: bool
) -> None:
    """What a run would cost and what gap it can see. Nothing is sent."""
    from harness.plan.preview import preview_json
    from harness.run.prepare import prepare

    ready = prepare(claim, endpoint, protocol=protocol, items=items, seed=seed)
    if as_json:
        emit_json({"claim": ready.claim.id, **preview_json(ready.preview, ready.job)})
        return
    print_plan(console(), ready.claim, ready.job, ready.preview)


def print_plan(out: Console, claim: Claim, job: Job, plan: Preview) -> None:
    """The plan as it is shown before a spend."""

    def line(label: str, text: str) -> None:
        out.print(f"{label:<10} {printable(text)}", markup=False)

    line("claim", f"{claim.value} {claim.unit}  {claim.benchmark} · mode {claim.mode}")
    line("", f"{claim.source.title}, {claim.source_date}")
    line("endpoint", f"{job.endpoint.name}  {job.endpoint.model} · {job.endpoint.dialect}")
    what = f"{len(job.items)} of {job.all_items} items × {job.runs} runs of {job.eval}"
    line("plan", f"{what} {job.eval_version}, protocol {job.protocol.name}")
    tokens = f"at least {plan.input_tokens:,} tokens in, up to {plan.output_tokens:,} out a reply"
    price = "no price known for this endpoint" if plan.usd is None else f"about ${plan.usd:,.2f}"
    line("", f"{tokens} · {price}")
    line("", f"sees a gap of {plan.smallest_gap:.1f} points or more · margin {plan.margin:g}")
    for difference in plan.differences:
        line("differs" if difference is plan.differences[0] else "", difference.reason)
    line("at best", f"comparability {plan.comparability}")
    for remark in plan.remarks:
        line("note", remark)
