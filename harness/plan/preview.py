"""What a run would cost, what gap it could see, and which verdicts it can give. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.claims.types import Claim
from harness.protocols.compare import compare, grade, same_items
from harness.protocols.settings import Settings
from harness.stats.gap import Claimed, Measured, claim_gap, independent_gap
from harness.stats.intervals import z_value
from harness.stats.margins import claim_margin
from harness.stats.noise import DEFAULT_ICC, FLOOR
from harness.verdicts.types import Comparability, Difference

if TYPE_CHECKING:
    from harness.claims.benchmarks import Benchmark
    from harness.run.job import Job

Z_POWER = 0.8416212335729143
"""Standard normal quantile of 0.8: the power at which a gap counts as visible."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan as it is printed before any spend.

    Attributes:
        attempts: Items × runs.
        input_tokens: Lower bound of prompt tokens.
        output_tokens: Upper bound of one reply each (`max_tokens`); agents reply many times.
        usd: Cost of those tokens; ``None`` = the endpoint has no price.
        smallest_gap: Points that a run of this size sees with 80 % power.
        margin: Equivalence margin δ.
        differences: Claim against run, setting by setting.
        comparability: The best grade this run can get.
        same_items: Whether the claim's own items are run.
        remarks: What this run cannot show.
    """

    attempts: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    smallest_gap: float
    margin: float
    differences: tuple[Difference, ...]
    comparability: Comparability
    same_items: bool
    remarks: tuple[str, ...]


def measured_settings(claim: Claim, benchmark: Benchmark, job: Job) -> Settings:
    """The settings of a run in the words that claims use."""
    return replace(
        job.protocol.settings,
        benchmark=job.eval if benchmark.stand_in else claim.benchmark,
        items=len(job.items),
        item_set=_item_set(claim, benchmark, job),
        metric=job.protocol.settings.metric or benchmark.metric,
        weights=job.endpoint.snapshot,
        context_tokens=job.endpoint.context_tokens,
        runs=job.runs,
    )


def _item_set(claim: Claim, benchmark: Benchmark, job: Job) -> str:
    if benchmark.stand_in:
        return "stand-in"
    # A random part of something else than the claim's items is no random part of them.
    return job.item_set if claim.items in (None, job.all_items) else "other"


def preview(claim: Claim, benchmark: Benchmark, job: Job, settings: Settings) -> Preview:
    """Size and price a job against a claim."""
    differences = compare(claim.stated, settings, agentic=benchmark.agentic)
    attempts = len(job.items) * job.runs
    output = attempts * int(job.protocol.generate["max_tokens"])
    price = job.endpoint.price
    usd = (job.input_tokens * price.input + output * price.output) / 1e6 if price else None
    same = same_items(claim.stated, settings)
    items = claim.items or benchmark.items or len(job.items)
    return Preview(
        attempts=attempts,
        input_tokens=job.input_tokens,
        output_tokens=output,
        usd=usd,
        smallest_gap=_smallest_gap(claim, items, job, same=same),
        margin=claim_margin(items if same else len(job.items)),
        differences=differences,
        comparability=grade(differences),
        same_items=same,
        remarks=_remarks(job, same=same),
    )


def _smallest_gap(claim: Claim, items: int, job: Job, *, same: bool) -> float:
    p = min(max(claim.points / 100, 0.0), 1.0)
    claimed = Claimed(claim.points, claim.half_width, items, claim.runs or 1)
    if same:
        spread = p * (1 - p)
        within = max(FLOOR, spread * (1 - DEFAULT_ICC))
        ours = Measured(p, len(job.items), 1 / job.runs, within, spread)
        error = claim_gap(claimed, ours, 0.0).standard_error
    else:
        gap = independent_gap(claimed, p, float(len(job.items)), 0.0)
        # Near 100 % the interval is one-sided; a loss must be seen through its longer half.
        longer = max(gap.points - gap.ci95.low, gap.ci95.high - gap.points) - claim.half_width
        error = longer / z_value(0.95)
    return claim.half_width + (z_value(0.95) + Z_POWER) * error


def _remarks(job: Job, *, same: bool) -> tuple[str, ...]:
    remarks: list[str] = []
    if not same:
        remarks.append(
            f"The official items are not here: '{job.eval}' has other items of the same kind, so "
            "the numbers cannot be set beside the claim."
        )
    if job.runs == 1 and same:
        remarks.append("One run per item can refute a claim, and hardly ever confirm it.")
    return tuple(remarks)


def preview_json(plan: Preview, job: Job) -> dict[str, Any]:
    """The plan as one JSON object."""
    return {
        "eval": job.eval,
        "protocol": job.protocol.name,
        "endpoint": job.endpoint.name,
        "items": len(job.items),
        "all_items": job.all_items,
        "runs": job.runs,
        **asdict(plan),
    }
