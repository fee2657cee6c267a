"""The author's own solution instead of a model: says whether a task can be solved here."""

from __future__ import annotations

import math

from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import sandbox

from evals.terminal_bench.taskfile import TaskFileError, folder_of
from evals.terminal_bench.upload import upload


@solver
def oracle(tasks_dir: str | None = None) -> Solver:
    """Run ``solution/solve.sh`` of each task within the agent's time; no model is called.

    Args:
        tasks_dir: Folder of the task directories; ``None`` = our own.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        solution = folder_of(tasks_dir, str(state.sample_id)) / "solution"
        if not (solution / "solve.sh").is_file():
            why = "there is no solution/solve.sh"
            raise TaskFileError(str(state.sample_id), why, "Leave this task out.")
        await upload(solution, "/solution")
        seconds = state.metadata["agent_seconds"]
        result = await sandbox().exec(
            ["bash", "/solution/solve.sh"],
            timeout=math.ceil(seconds) if seconds else None,
            timeout_retry=False,
        )
        text = f"solve.sh ended with exit code {result.returncode}\n{result.stderr[-1000:]}"
        state.output = ModelOutput.from_content("oracle", text)
        return state

    return solve
