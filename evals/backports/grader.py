"""Grade a patch in a fresh container with the official harness, through its command line."""

from __future__ import annotations

import json
import os
import subprocess as process
import sys
import tempfile
import uuid
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from inspect_ai.util import subprocess

from evals.backports.errors import BackportError
from evals.backports.evalscript import NOT_ISOLATED, START

TESTED = "5.0.2"
"""The release whose grading this eval was written and verified against."""

_MODULE = "swebench.harness.run_evaluation"
_MODEL = "submission"
_PATCH_FAILED = ">>>>> Patch Apply Failed"
_TIMED_OUT = "Test timed out after"
_START_ALLOWANCE_S = 300


@dataclass(frozen=True, slots=True)
class Grade:
    """The official verdict on one patch.

    Attributes:
        resolved: All tests that must turn did, and none broke.
        applied: The patch applied; false also for an empty one.
        reason: Why it is not resolved, in a word or two; empty when it is.
        report: The harness's own record of the instance.
    """

    resolved: bool
    applied: bool
    reason: str
    report: dict[str, Any]


@cache
def require_swebench() -> str:
    """Check that the official harness is installed and starts; returns its version.

    Called when the task is built: grading that cannot work must fail before a model is paid.

    Raises:
        BackportError: It is absent, of another release, or does not start.
    """
    fix = f"{sys.executable} -m pip install 'swebench=={TESTED}'"
    try:
        found = version("swebench")
    except PackageNotFoundError as error:
        raise BackportError(
            "The official SWE-bench harness is not installed.", "It grades the patches.", fix
        ) from error
    if found != TESTED:
        raise BackportError(
            f"swebench {found} is installed.",
            f"Releases grade the same patch differently; this eval is verified with {TESTED}.",
            fix,
        )
    probe = process.run(
        [sys.executable, "-m", _MODULE, "--help"],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode != 0:
        said = probe.stderr.strip().splitlines()
        raise BackportError(
            "The official SWE-bench harness does not start.", said[-1] if said else "", fix
        )
    return found


async def grade(row: dict[str, Any], patch: str, timeout_s: int) -> Grade:
    """Grade one patch.

    The harness starts a container of ``row["image"]``, applies the patch, runs the eval script
    and reads its log. An empty patch is unresolved by the official rules and starts nothing.

    Args:
        row: The instance as a row of an official data set.
        patch: What the agent handed in.
        timeout_s: Seconds the tests may take.

    Raises:
        BackportError: The harness or the engine failed: the attempt has no score.
    """
    if not patch.strip():
        return Grade(resolved=False, applied=False, reason="empty patch", report={})
    run_id = f"assay-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory(prefix="backports-grade-") as tmp:
        folder = Path(tmp)
        (folder / "dataset.json").write_text(json.dumps([row]), "utf-8")
        prediction = {
            "instance_id": row["instance_id"],
            "model_name_or_path": _MODEL,
            "model_patch": patch,
        }
        (folder / "predictions.json").write_text(json.dumps([prediction]), "utf-8")
        said = await _run(folder, run_id, timeout_s, f"sweb.eval.{row['instance_id']}.{run_id}")
        logs = folder / "logs" / "run_evaluation" / run_id / _MODEL / str(row["instance_id"])
        return read_grade(logs, str(row["instance_id"]), said)


def read_grade(logs: Path, instance_id: str, said: str) -> Grade:
    """The verdict in the harness's log folder of one instance.

    Args:
        logs: ``logs/run_evaluation/<run>/<model>/<instance>``.
        instance_id: The instance.
        said: What the harness printed, for the error.

    Raises:
        BackportError: There is no verdict, or the harness itself saw the environment fail.
    """
    report_file, log_file = logs / "report.json", logs / "run_instance.log"
    if NOT_ISOLATED in _read(logs / "test_output.txt").partition(START)[0]:
        raise _infra(instance_id, "the engine lets no container make a network namespace")
    if report_file.is_file():
        report: dict[str, Any] = json.loads(report_file.read_text("utf-8"))[instance_id]
        if report.get("infra_failure"):
            raise _infra(instance_id, f"environment failure: {report['infra_failure_reason']}")
        resolved = report["resolved"] is True
        applied = report["patch_successfully_applied"] is True
        reason = "" if resolved else "tests fail" if applied else "no readable test output"
        return Grade(resolved, applied, reason, report)
    log = _read(log_file)
    if _PATCH_FAILED in log:
        return Grade(resolved=False, applied=False, reason="patch does not apply", report={})
    if _TIMED_OUT in log:
        return Grade(resolved=False, applied=True, reason="tests timed out", report={})
    raise _infra(instance_id, (log or said).strip()[-500:] or "it left no log")


def _read(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""


async def _run(folder: Path, run_id: str, timeout_s: int, container: str) -> str:
    arguments = {
        "--dataset_name": "dataset.json",
        "--predictions_path": "predictions.json",
        "--run_id": run_id,
        "--timeout": str(timeout_s),
        "--max_workers": "1",
    }
    command = [
        sys.executable,
        "-m",
        _MODULE,
        *(part for pair in arguments.items() for part in pair),
    ]
    finished = False
    try:
        result = await subprocess(
            command, cwd=folder, env=_environment(), timeout=timeout_s + _START_ALLOWANCE_S
        )
        finished = result.success
        return result.stdout + result.stderr
    except TimeoutError as error:
        raise _infra(container, "it did not end in time") from error
    finally:
        if not finished:
            process.run(["docker", "rm", "-f", container], capture_output=True, check=False)


def _environment() -> dict[str, str]:
    # The data set is a local file: its library has no business on the network.
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    return {**os.environ, **offline}


def _infra(instance_id: str, why: str) -> BackportError:
    return BackportError(
        f"The official harness gave no verdict on {instance_id}.", f"{why}.", "docker info"
    )
