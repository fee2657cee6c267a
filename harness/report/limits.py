"""What a run cannot show, in sentences."""

from __future__ import annotations

from harness.claims.types import Claim
from harness.plan.preview import Z_POWER
from harness.protocols.settings import Settings
from harness.stats.intervals import z_value
from harness.verdicts.types import Comparability, Verdict


def limits(claim: Claim, verdict: Verdict, measured: Settings) -> tuple[str, ...]:
    """The limits of one run, the weightiest first."""
    found: list[str] = []
    if measured.item_set == "stand-in":
        found.append(
            "The items are a stand-in for the official ones. The score may be set beside another "
            "endpoint's under the same protocol, not beside the claim."
        )
    if verdict.comparability is Comparability.C and measured.item_set != "stand-in":
        found.append(
            "A setting known to move this score differs or is unknown (grade C), so the gap may "
            "come from it."
        )
    gap = verdict.gap
    smallest = claim.half_width + (z_value(0.95) + Z_POWER) * gap.standard_error
    found.append(
        f"A run of this size sees a gap of {smallest:.1f} points or more (80 % power). Smaller "
        "ones can stay hidden."
    )
    if measured.item_set and measured.item_set.startswith(("random:", "stratified:")):
        found.append("Only a random part of the items was run.")
    if verdict.measurement.variance_is_fallback:
        found.append(
            "With one run per item the run-to-run noise is assumed, not measured: the intervals "
            "rest on that."
        )
    found.append(
        "One endpoint, seen from one place at one time. An alias can serve other weights tomorrow."
    )
    return tuple(found)
