"""Grading by the task's own tests, in the order that harbor 0.25.0 follows.

Stale rewards are deleted, the tests uploaded and run, then ``reward.json`` is read, else
``reward.txt``. A verifier that gives no reward is a failure of the verifier, never a zero.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

from inspect_ai.model import ChatMessageTool
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState
from inspect_ai.util import ExecResult, sandbox, store

from evals.terminal_bench.clock import TIMEOUT_KEY
from evals.terminal_bench.taskfile import folder_of, load_task
from evals.terminal_bench.upload import run_checked, upload

_LOGS = "/logs/verifier"
_SHOWN = 4000


class VerifierError(RuntimeError):
    """The tests of a task gave no usable reward."""


@scorer(metrics=[mean(), stderr()])
def verifier(tasks_dir: str | None = None) -> Scorer:
    """The reward of the task's tests, 0 to 1.

    The score's metadata says whether the agent ran out of time (``agent_timeout``), how many
    tool calls it made and how many of them could not be parsed (``tool_malformed``).

    Args:
        tasks_dir: Folder of the task directories; ``None`` = our own.
    """

    async def score(state: TaskState, target: Target) -> Score:
        here = folder_of(tasks_dir, str(state.sample_id))
        task = load_task(here)
        began = time.monotonic()
        result = await _run_tests(here / "tests", task.verifier_seconds)
        calls, malformed = _tool_calls(state)
        return Score(
            value=await _reward(result),
            explanation=(result.stdout + result.stderr)[-_SHOWN:],
            metadata={
                "agent_timeout": bool(store().get(TIMEOUT_KEY, False)),
                "tool_calls": calls,
                "tool_malformed": malformed,
                "verifier_seconds": round(time.monotonic() - began, 3),
            },
        )

    return score


def parse_reward(file: str, text: str) -> float:
    """The reward in ``reward.json`` (an object of numbers) or ``reward.txt`` (one number).

    Of several numbers in the object the one called ``reward`` counts.

    Raises:
        VerifierError: There is no single finite number from 0 to 1.
    """
    try:
        value = json.loads(text) if file.endswith(".json") else float(text.strip())
    except ValueError:
        raise VerifierError(f"{file} holds no number: {text[:80]!r}") from None
    if isinstance(value, dict):
        values: dict[str, object] = value
        value = values.get("reward") if len(values) != 1 else next(iter(values.values()))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise VerifierError(f"{file} holds no reward: {text[:80]!r}")
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise VerifierError(f"{file} holds a reward outside 0 to 1: {value}")
    return float(value)


async def _run_tests(tests: Path, seconds: float) -> ExecResult[str]:
    await run_checked(["rm", "-rf", _LOGS])
    await run_checked(["mkdir", "-p", _LOGS])
    await upload(tests, "/tests")
    limit = math.ceil(seconds)
    try:
        return await sandbox().exec(["bash", "/tests/test.sh"], timeout=limit, timeout_retry=False)
    except TimeoutError:
        raise VerifierError(f"the tests took longer than {limit} s") from None


async def _reward(result: ExecResult[str]) -> float:
    for name in ("reward.json", "reward.txt"):
        try:
            text = await sandbox().read_file(f"{_LOGS}/{name}")
        except FileNotFoundError:
            continue
        return parse_reward(name, text)
    last = (result.stdout + result.stderr).strip()[-300:]
    raise VerifierError(f"the tests wrote no reward (exit code {result.returncode}): {last}")


def _tool_calls(state: TaskState) -> tuple[int, int]:
    answers = [message for message in state.messages if isinstance(message, ChatMessageTool)]
    return len(answers), sum(a.error is not None and a.error.type == "parsing" for a in answers)
