"""The outcome classes of an attempt."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How one attempt ended. Only `infra`, `cost_cut` and `judge_failed` leave it unscored."""

    SOLVED = "solved"
    WRONG = "wrong"
    UNPARSED = "unparsed"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    TOOL_MALFORMED = "tool_malformed"
    REFUSED = "refused"
    CLOCK = "clock"
    TURNS = "turns"
    INFRA = "infra"
    COST_CUT = "cost_cut"
    JUDGE_FAILED = "judge_failed"


UNSCORED = frozenset({Outcome.INFRA, Outcome.COST_CUT, Outcome.JUDGE_FAILED})
"""Classes that carry no score: kept in the denominator through bounds, never dropped."""
