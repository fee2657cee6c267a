"""One finished Inspect sample → outcome class, score and, where it failed, whose failure it was.

Rules, first match:

1. the sample has an error: ``infra``; the cause is the provider when its last model call failed;
   or somebody stopped it by hand: ``infra``;
2. a cost limit stopped it: ``cost_cut``, however it was scored (a budget is censoring);
3. no score, or none that is a number: ``judge_failed``;
4. score 1: ``solved``, also when a limit stopped the agent (the verifier ran on what it left);
5. the last tool calls could not be parsed: ``tool_malformed``, also when the turns then ran out;
6. a time limit: ``clock``; a message, turn or token limit: ``turns``; a context limit, or a last
   reply cut at the token limit: ``truncated``;
7. a filtered reply: ``refused``; no text and no tool call: ``empty``;
8. the scorer says that the answer did not have the asked-for form: ``unparsed``;
9. otherwise ``wrong``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalSample
from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, PARTIAL, Score, value_to_float

from harness.outcomes.outcome import UNSCORED, Outcome

_LIMITS = {
    "time": Outcome.CLOCK,
    "working": Outcome.CLOCK,
    "message": Outcome.TURNS,
    "turn": Outcome.TURNS,
    "token": Outcome.TURNS,
    "context": Outcome.TRUNCATED,
}
_STOPS = {
    "max_tokens": Outcome.TRUNCATED,
    "model_length": Outcome.TRUNCATED,
    "content_filter": Outcome.REFUSED,
}
_TO_FLOAT = value_to_float()
_SCORE_WORDS = frozenset({CORRECT, INCORRECT, PARTIAL, NOANSWER, "yes", "no", "true", "false"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt ended.

    Attributes:
        outcome: Its class.
        score: 0 to 1, ``None`` when unscored.
        cause: ``provider`` when the failure came over the wire, ``harness`` for other errors,
            empty otherwise.
        detail: One line for people: the error, or the limit.
    """

    outcome: Outcome
    score: float | None
    cause: str
    detail: str


def classify(sample: EvalSample) -> Attempt:
    """The outcome of one sample by the rules of this module."""
    if sample.error is not None:
        refusal = _last_call_error(sample)
        cause = "harness" if refusal is None else "provider"
        return Attempt(Outcome.INFRA, None, cause, _line(refusal or sample.error.message))
    limit = sample.limit.type if sample.limit else ""
    score = _score(sample)
    value = None if score is None else _number(score)
    if limit == "cost":
        return Attempt(Outcome.COST_CUT, None, "", "cost limit")
    if limit == "operator":
        return Attempt(Outcome.INFRA, None, "harness", "stopped by hand")
    if score is None or value is None or value != value:
        return Attempt(Outcome.JUDGE_FAILED, None, "harness", "no score")
    outcome = _scored(sample, score, value, limit)
    cause = "provider" if outcome is Outcome.TOOL_MALFORMED else ""
    return Attempt(outcome, None if outcome in UNSCORED else value, cause, limit)


def _scored(sample: EvalSample, score: Score, value: float, limit: str) -> Outcome:
    if value >= 1:
        return Outcome.SOLVED
    if _malformed(sample):
        return Outcome.TOOL_MALFORMED
    clock = bool((score.metadata or {}).get("agent_timeout"))
    if clock or limit in _LIMITS:
        return Outcome.CLOCK if clock else _LIMITS[limit]
    stop = _STOPS.get(sample.output.stop_reason)
    if stop is not None:
        return stop
    return _by_reply(sample, score.metadata or {})


def _by_reply(sample: EvalSample, metadata: dict[str, Any]) -> Outcome:
    message = sample.output.message if sample.output.choices else None
    if message is None or not (message.text.strip() or message.tool_calls):
        return Outcome.EMPTY
    return Outcome.UNPARSED if metadata.get("unparsed") else Outcome.WRONG


def _malformed(sample: EvalSample) -> bool:
    asked = [m for m in sample.messages if m.role == "assistant" and m.tool_calls]
    if asked and any(call.parse_error for call in asked[-1].tool_calls or []):
        return True
    results = [m for m in sample.messages if m.role == "tool"]
    error = results[-1].error if results else None
    return error is not None and error.type == "parsing"


def _score(sample: EvalSample) -> Score | None:
    return next(iter((sample.scores or {}).values()), None)


def _number(score: Score) -> float | None:
    """The value as a number; Inspect would turn a table or an unknown word into a silent 0."""
    value = score.value
    if isinstance(value, bool | int | float):
        return float(value)
    if not isinstance(value, str):
        return None
    if value in _SCORE_WORDS or value.lower() in _SCORE_WORDS:
        return _TO_FLOAT(value)
    try:
        return float(value)
    except ValueError:
        return None


def _last_call_error(sample: EvalSample) -> str | None:
    calls = [event for event in sample.events if isinstance(event, ModelEvent)]
    return calls[-1].error if calls else None


def _line(text: str, limit: int = 300) -> str:
    return " ".join(text.split())[:limit]
