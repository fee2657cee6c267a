"""`assay judge`: a verdict from counts alone, no run and no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.common import console, emit_json, json_option, output_option, status, write_output
from harness.errors import AssayError

if TYPE_CHECKING:
    from harness.claims.types import Claim
    from harness.protocols.settings import Settings
    from harness.verdicts.types import Difference

_SETTINGS: dict[str, tuple[type, str]] = {
    "weights": (str, "Model snapshot that answered."),
    "effort": (str, "Thinking effort, in the vendor's word."),
    "scaffold": (str, "Agent loop: codex, terminus-2, none …"),
    "temperature": (float, "Sampling temperature."),
    "top_p": (float, "Nucleus sampling mass."),
    "max_output_tokens": (int, "Cap on generated tokens per call."),
    "context_tokens": (int, "Context window."),
    "max_steps": (int, "Cap on agent steps."),
    "timeouts": (str, "Time limits: task-native …"),
    "network": (str, "What the sandbox could reach."),
    "sandbox": (str, "Where commands ran: docker …"),
}


def _setting_options(function: Any) -> Any:
    for name, (kind, text) in reversed(_SETTINGS.items()):
        flag = f"--{name.replace('_', '-')}"
        function = click.option(flag, name, type=kind, default=None, help=text)(function)
    return function


_EXAMPLE = (
    "Example: assay judge deepseek-v4-flash-0731/terminal-bench-2.1 --solved 65 --items 89 "
    "--weights deepseek-v4-flash-0731 --effort max --scaffold codex"
)


@click.command("judge", epilog=_EXAMPLE)
@click.argument("claim_id", metavar="CLAIM")
@click.option("--solved", type=float, help="Attempts solved, over all runs.")
@click.option("--items", type=int, help="Items of the benchmark that were run.")
@click.option("--runs", type=int, default=1, show_default=True, help="Attempts per item.")
@click.option("--unscored", type=int, default=0, help="Attempts among them without a score.")
@click.option("--subset", help="A declared random part of the items: random:100:seed7.")
@_setting_options
@click.option("--as-claimed", is_flag=True, help="Settings not given are as the claim states.")
@click.option("--margin", type=float, help="Gap in points that still counts as agreement.")
@click.option("--ledger", is_flag=True, help="Judge other people's published counts instead.")
@json_option
@output_option
def command(
    claim_id: str,
    solved: float | None,
    items: int | None,
    runs: int,
    unscored: int,
    subset: str | None,
    as_claimed: bool,
    margin: float | None,
    ledger: bool,
    as_json: bool,
    output: Path | None,
    **settings: Any,
) -> None:
    """Judge CLAIM by your own count, or by the counts that others published (--ledger)."""
    from harness.claims.ledger import get_claim

    claim = get_claim(claim_id)
    if ledger:
        given = {"solved": solved, "items": items, "subset": subset, **settings}
        flags = {"as_claimed": as_claimed, "runs": runs != 1, "unscored": unscored != 0}
        for name in [
            *(n for n, v in given.items() if v is not None),
            *(n for n in flags if flags[n]),
        ]:
            flag = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--ledger judges published counts: leave {flag} out.")
        raise SystemExit(_ledger(claim, margin, as_json, output))
    if solved is None or items is None:
        raise click.UsageError("Give --solved and --items, or --ledger.")
    _check_counts(claim, solved, items, subset)
    measured = _measured(claim, items, runs, subset, as_claimed, settings)
    raise SystemExit(_counts(claim, measured, solved, unscored, margin, as_json, output))


def _counts(
    claim: Claim,
    measured: Settings,
    solved: float,
    unscored: int,
    margin: float | None,
    as_json: bool,
    output: Path | None,
) -> int:
    import json

    from harness.claims.ledger import get_benchmark
    from harness.protocols.compare import compare
    from harness.stats.items import ItemScores
    from harness.verdicts.judge import judge
    from harness.verdicts.render import print_verdict, verdict_markdown
    from harness.verdicts.serial import to_json

    agentic = get_benchmark(claim.benchmark).agentic
    verdict = judge(
        claim,
        ItemScores.from_counts(solved, measured.items or 0, measured.runs or 0, unscored),
        compare(claim.stated, measured, agentic=agentic),
        same_items=claim.items is not None,
        margin=margin,
    )
    document = to_json(verdict)
    write_output(
        output,
        {
            ".json": lambda: json.dumps(document, indent=2, ensure_ascii=False) + "\n",
            ".md": lambda: verdict_markdown(verdict, claim),
        },
    )
    if as_json:
        emit_json(document)
    else:
        print_verdict(console(), verdict, claim)
        _hint(verdict.differences)
    return verdict.exit_code


def _hint(differences: tuple[Difference, ...]) -> None:
    unknown = [d.setting for d in differences if d.measured is None and d.claimed is not None]
    blocking = [d.setting for d in differences if d.setting in unknown and d.grade == "C"]
    if blocking:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in blocking)
        status().print(f"To have it compared, give {flags}, or --as-claimed.", markup=False)


def _ledger(claim: Claim, margin: float | None, as_json: bool, output: Path | None) -> int:
    import json

    from harness.verdicts.ledger_rows import judge_family
    from harness.verdicts.ledger_table import family_json, family_markdown, print_family

    family = judge_family(claim, margin=margin)
    document = family_json(family)
    write_output(
        output,
        {
            ".json": lambda: json.dumps(document, indent=2, ensure_ascii=False) + "\n",
            ".md": lambda: family_markdown(family),
        },
    )
    if as_json:
        emit_json(document)
    else:
        print_family(console(), family)
    return family.exit_code


def _measured(
    claim: Claim,
    items: int,
    runs: int,
    subset: str | None,
    as_claimed: bool,
    given: dict[str, Any],
) -> Settings:
    from dataclasses import replace

    from harness.protocols.settings import Settings

    base = claim.stated if as_claimed else Settings()
    return replace(
        base,
        benchmark=claim.benchmark,
        metric=claim.stated.metric,
        items=items,
        item_set=subset or "all",
        runs=runs,
        **{name: value for name, value in given.items() if value is not None},
    )


def _check_counts(claim: Claim, solved: float, items: int, subset: str | None) -> None:
    if not solved.is_integer() and claim.kind == "binary-mean":
        raise _refused(
            f"{solved:g} solved attempts cannot be.",
            f"An item of {claim.benchmark} is solved or not.",
            "give a whole number to --solved",
        )
    if subset is not None and not _declares(subset, items):
        raise _refused(
            f"{subset!r} does not declare {items} items.",
            "A subset is random:COUNT or stratified:COUNT, with or without :seedN.",
            f"--subset random:{items}:seed7",
        )
    if subset is None and claim.items is not None and items != claim.items:
        raise _refused(
            f"{items} items are not the {claim.items} of {claim.benchmark}.",
            "A score over other items is no score of this benchmark.",
            f"--items {claim.items}, items never run counted as not solved"
            + (f"; or --subset random:{items}:seedN" if items < claim.items else ""),
        )


def _declares(subset: str, items: int) -> bool:
    import re

    found = re.fullmatch(r"(?:random|stratified):([0-9]+)(?::seed[0-9]+)?", subset, re.ASCII)
    return found is not None and int(found[1]) == items


def _refused(what: str, why: str, fix: str) -> AssayError:
    return AssayError("E107", what, why, fix)
