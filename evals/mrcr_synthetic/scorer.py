"""The grading rule as an Inspect scorer, and how often the prefix was there."""

from __future__ import annotations

from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    Value,
    grouped,
    mean,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import TaskState

from evals.mrcr_synthetic.grading import grade


@metric
def prefix_rate() -> Metric:
    """Share of answers that start with the prefix: format obedience, apart from memory."""

    def compute(scores: list[SampleScore]) -> Value:
        kept = [bool((score.score.metadata or {}).get("prefix_ok")) for score in scores]
        return sum(kept) / len(kept) if kept else 0.0

    return compute


@scorer(metrics=[mean(), stderr(), prefix_rate(), grouped(mean(), "length", all=False)])
def prefixed_ratio() -> Scorer:
    """Grade the visible answer; `Score.value` is the ratio as a float, never rounded to a bit."""

    async def score(state: TaskState, target: Target) -> Score:
        result = grade(state.output.completion, target.text, str(state.metadata["prefix"]))
        return Score(
            value=result.score,
            answer=state.output.completion,
            metadata={
                "prefix_ok": result.prefix_ok,
                "ratio": result.ratio,
                "unparsed": not result.prefix_ok,
            },
        )

    return score
