"""Which log of a log directory counts: the newest of each task."""

from __future__ import annotations

from pathlib import Path

from inspect_ai.log import EvalLog, read_eval_log


def newest_logs(folder: Path) -> dict[Path, EvalLog]:
    """Path → header of the newest log of every task id; retries and crashed logs give way to it."""
    newest: dict[str, tuple[str, Path, EvalLog]] = {}
    for path in sorted(folder.glob("*.eval")):
        header = read_eval_log(str(path), header_only=True)
        entry = (header.eval.created, path, header)
        known = newest.get(header.eval.task_id)
        if known is None or entry[:2] > known[:2]:
            newest[header.eval.task_id] = entry
    return {path: header for _, path, header in newest.values()}
