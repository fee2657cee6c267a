"""Reading the official harness's verdict: unresolved is not the same as ungraded."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evals.backports import grader
from evals.backports.errors import BackportError
from evals.backports.evalscript import NOT_ISOLATED, START
from evals.backports.grader import Grade, grade, read_grade

VERDICT = {"patch_exists": True, "patch_successfully_applied": True, "resolved": True}


def report(folder: Path, **fields: Any) -> Path:
    text = json.dumps({"lib-2": {**VERDICT, "infra_failure": False, **fields}})
    (folder / "report.json").write_text(text)
    return folder


def test_resolved_is_what_the_harness_says(tmp_path: Path) -> None:
    found = read_grade(report(tmp_path), "lib-2", "")
    assert (found.resolved, found.applied, found.reason) == (True, True, "")


def test_failing_tests_are_unresolved(tmp_path: Path) -> None:
    found = read_grade(report(tmp_path, resolved=False), "lib-2", "")
    assert (found.resolved, found.applied, found.reason) == (False, True, "tests fail")


def test_output_without_results_is_unresolved(tmp_path: Path) -> None:
    folder = report(tmp_path, resolved=False, patch_successfully_applied=False)
    assert read_grade(folder, "lib-2", "").reason == "no readable test output"


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("x\n>>>>> Patch Apply Failed:\nerror\n", "patch does not apply"),
        ("Test timed out after 5 seconds.\n", "tests timed out"),
    ],
)
def test_a_patch_at_fault_is_unresolved(tmp_path: Path, log: str, reason: str) -> None:
    (tmp_path / "run_instance.log").write_text(log)
    found = read_grade(tmp_path, "lib-2", "")
    assert (found.resolved, found.reason) == (False, reason)


@pytest.mark.parametrize("log", [None, "", "Error creating container: no such image"])
def test_no_verdict_is_an_error_and_never_a_zero(tmp_path: Path, log: str | None) -> None:
    if log is not None:
        (tmp_path / "run_instance.log").write_text(log)
    with pytest.raises(BackportError, match="no verdict on lib-2"):
        read_grade(tmp_path, "lib-2", "")


def test_a_failed_environment_is_an_error(tmp_path: Path) -> None:
    folder = report(
        tmp_path, resolved=False, infra_failure=True, infra_failure_reason="out_of_memory"
    )
    with pytest.raises(BackportError, match="out_of_memory"):
        read_grade(folder, "lib-2", "")


def test_tests_that_could_not_be_isolated_are_an_error_unless_they_only_say_so(
    tmp_path: Path,
) -> None:
    folder = report(tmp_path, resolved=False, patch_successfully_applied=False)
    output = folder / "test_output.txt"
    output.write_text(f"+ : '{START}'\n{NOT_ISOLATED}\n")
    assert read_grade(folder, "lib-2", "").resolved is False
    output.write_text(f"{NOT_ISOLATED}\n+ : '{START}'\n")
    with pytest.raises(BackportError, match="network namespace"):
        read_grade(folder, "lib-2", "")


@pytest.mark.parametrize("patch", ["", "\n  \n"])
def test_an_empty_patch_is_unresolved_without_the_harness(patch: str) -> None:
    found = asyncio.run(grade({"instance_id": "lib-2"}, patch, 1))
    assert found == Grade(resolved=False, applied=False, reason="empty patch", report={})


def test_another_release_of_the_harness_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grader, "TESTED", "4.1.0")
    grader.require_swebench.cache_clear()
    with pytest.raises(BackportError, match=r"swebench 5.* is installed") as raised:
        grader.require_swebench()
    assert "pip install 'swebench==4.1.0'" in raised.value.fix
