"""samples.parquet: one row an attempt, made from Inspect logs, checked on read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, EvalSample, read_eval_log

from harness.errors import AssayError
from harness.outcomes.classify import classify
from harness.outcomes.outcome import UNSCORED, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = pa.schema(
    [
        pa.field("eval", pa.string(), nullable=False),
        pa.field("eval_version", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("run", pa.int64(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("stop_reason", pa.string(), nullable=False),
        pa.field("model_requested", pa.string(), nullable=False),
        pa.field("model_reported", pa.string(), nullable=False),
        pa.field("tokens_in", pa.int64(), nullable=False),
        pa.field("tokens_cached", pa.int64(), nullable=False),
        pa.field("tokens_out", pa.int64(), nullable=False),
        pa.field("tokens_reasoning", pa.int64(), nullable=False),
        pa.field("calls", pa.int64(), nullable=False),
        pa.field("seconds", pa.float64(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        pa.field("log_sha256", pa.string(), nullable=False),
    ]
)
"""Columns. ``score`` is null exactly for the unscored outcomes; ``group`` is a length or repo."""


def rows_of(log: EvalLog, sha256: str) -> list[dict[str, Any]]:
    """One row for every sample of a log that was read with its samples."""
    return [_row(log, sample, sha256) for sample in log.samples or []]


def _row(log: EvalLog, sample: EvalSample, sha256: str) -> dict[str, Any]:
    attempt = classify(sample)
    usage = list(sample.model_usage.values())
    calls = [event for event in sample.events if isinstance(event, ModelEvent)]
    metadata = sample.metadata or {}
    return {
        "eval": log.eval.task,
        "eval_version": str(log.eval.task_version),
        "item": str(sample.id),
        "run": sample.epoch,
        "outcome": str(attempt.outcome),
        "score": attempt.score,
        "cause": attempt.cause,
        "detail": attempt.detail,
        "stop_reason": str(sample.output.stop_reason) if sample.output.choices else "",
        "model_requested": log.eval.model,
        "model_reported": sample.output.model,
        "tokens_in": sum(u.input_tokens for u in usage),
        "tokens_cached": sum(u.input_tokens_cache_read or 0 for u in usage),
        "tokens_out": sum(u.output_tokens for u in usage),
        "tokens_reasoning": sum(u.reasoning_tokens or 0 for u in usage),
        "calls": len(calls),
        "seconds": float(sample.total_time or 0.0),
        "group": str(metadata.get("group", "")),
        "log_sha256": sha256,
    }


def table_from_logs(paths: Iterable[Path]) -> pd.DataFrame:
    """Every attempt of some ``.eval`` files.

    Raises:
        AssayError: The logs hold no sample (E401), or an attempt twice (E402).
    """
    rows: list[dict[str, Any]] = []
    for path in sorted(paths):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        rows += rows_of(read_eval_log(str(path)), sha256)
    if not rows:
        raise AssayError(
            "E401",
            "There is nothing to judge.",
            "The logs hold no finished sample.",
            "run the same command again: it goes on where it stopped",
            exit_code=4,
        )
    return checked(pd.DataFrame(rows))


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows in schema order, sorted by item and run, or an error that names the bad one.

    Raises:
        AssayError: A column is missing, an outcome unknown, a score outside 0 to 1 or missing, or
            an attempt occurs twice (E402).
    """
    missing = [name for name in SCHEMA.names if name not in frame.columns]
    if missing:
        raise _bad_table(f"Columns are missing: {', '.join(missing)}.")
    known = [str(outcome) for outcome in Outcome]
    unscored = [str(outcome) for outcome in UNSCORED]
    problems = {
        "an unknown outcome": ~frame["outcome"].isin(known),
        "a score outside 0 to 1": frame["score"].notna() & ~frame["score"].between(0, 1),
        "a missing score": frame["score"].isna() & ~frame["outcome"].isin(unscored),
        "a score that its outcome cannot have": frame["score"].notna()
        & frame["outcome"].isin(unscored),
        "the same attempt twice": frame.duplicated(["eval", "item", "run"]),
    }
    for problem, mask in problems.items():
        if np.any(mask):
            row = frame[mask].iloc[0]
            raise _bad_table(f"Item '{row['item']}' run {row['run']} has {problem}.")
    ordered = frame.loc[:, SCHEMA.names].sort_values(by=["eval", "item", "run"])
    return ordered.reset_index(drop=True)


def _bad_table(why: str) -> AssayError:
    return AssayError(
        "E402",
        "The table of attempts does not fit.",
        why,
        "remove the run's samples.parquet and run the same command again",
        exit_code=4,
    )


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write ``samples.parquet`` so that a half-written file is never left behind."""
    partial = path.with_suffix(".part")
    table = pa.Table.from_pandas(checked(frame), schema=SCHEMA, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), partial)
    partial.replace(path)


def read_table(path: Path) -> pd.DataFrame:
    """Read and check ``samples.parquet``.

    Raises:
        AssayError: The file cannot be read or a row does not fit (E402).
    """
    try:
        frame = pd.read_parquet(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise _bad_table(f"{path.name}: {error}.") from None
    return checked(frame)
