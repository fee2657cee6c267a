"""The parts that need containers: frozen lists, images, leaks and the official harness."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inspect_ai.util import SandboxEnvironment

from evals.backports.catalog import Row, read_catalog, read_expected
from evals.backports.errors import BackportError
from evals.backports.evalscript import NOT_ISOLATED, START
from evals.backports.grader import grade, require_swebench
from evals.backports.image import Image, ensure_image
from evals.backports.instance import Instance, build_instance, rebuilt, revision
from evals.backports.leaks import find_leaks
from evals.backports.recompute import recompute
from evals.sandboxes.base_image import ensure_base_image

pytestmark = [pytest.mark.docker, pytest.mark.slow]

ROWS = list(read_catalog().values())
NO_OP = """\
diff --git a/NOTES b/NOTES
new file mode 100644
--- /dev/null
+++ b/NOTES
@@ -0,0 +1 @@
+nothing was fixed
"""
NOT_APPLICABLE = """\
diff --git a/NOTES b/NOTES
--- a/NOTES
+++ b/NOTES
@@ -1 +1 @@
-a file that is not there
+nothing was fixed
"""


@pytest.fixture(params=ROWS, ids=lambda row: row.instance_id)
def row(request: pytest.FixtureRequest) -> Row:
    return request.param


@pytest.fixture
def pathspec() -> Instance:
    return build_instance(ROWS[0])


def image_of(instance: Instance) -> Image:
    return ensure_image(instance.row, instance.base_commit, ensure_base_image())


@pytest.fixture
def container(pathspec: Instance) -> Iterator[str]:
    command = ["docker", "run", "-d", "--rm", "--network", "none", image_of(pathspec).tag]
    started = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    yield started
    subprocess.run(["docker", "rm", "-f", started], capture_output=True, check=True)


def test_frozen_lists_are_what_running_the_tests_shows(row: Row) -> None:
    found, frozen = recompute(row), read_expected(row)
    assert found.base_commit == frozen.base_commit
    assert found.FAIL_TO_PASS == frozen.FAIL_TO_PASS
    assert found.PASS_TO_PASS == frozen.PASS_TO_PASS


def test_the_repository_is_rebuilt_to_the_frozen_commit_twice(row: Row) -> None:
    with rebuilt(row) as (_, first, _), rebuilt(row) as (_, second, _):
        assert first == second == read_expected(row).base_commit


def test_instances_are_the_same_each_time(row: Row) -> None:
    assert revision((build_instance(row),)) == revision((build_instance(row),))


def test_the_official_harness_resolves_gold(row: Row) -> None:
    instance = build_instance(row)
    found = asyncio.run(grade(instance.official(image_of(instance).tag), instance.patch, 300))
    assert (found.resolved, found.applied, found.reason) == (True, True, "")
    assert found.report["tests_status"]["FAIL_TO_PASS"]["failure"] == []


@pytest.mark.parametrize(
    ("patch", "applied", "reason"),
    [(NO_OP, True, "tests fail"), (NOT_APPLICABLE, False, "patch does not apply")],
    ids=["no-op", "not applicable"],
)
def test_the_official_harness_does_not_resolve_anything_else(
    pathspec: Instance, patch: str, applied: bool, reason: str
) -> None:
    found = asyncio.run(grade(pathspec.official(image_of(pathspec).tag), patch, 300))
    assert (found.resolved, found.applied, found.reason) == (False, applied, reason)


def test_a_patch_that_never_ends_is_unresolved(pathspec: Instance) -> None:
    hang = NO_OP.replace("NOTES", "conftest.py").replace(
        "nothing was fixed", "import time; time.sleep(999)"
    )
    found = asyncio.run(grade(pathspec.official(image_of(pathspec).tag), hang, 4))
    assert (found.resolved, found.reason) == (False, "tests timed out")


def test_grading_leaves_no_container_and_no_file_behind(
    pathspec: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(grade(pathspec.official(image_of(pathspec).tag), NO_OP, 300))
    listing = ["docker", "ps", "-a", "--format", "{{.Names}}"]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    assert "sweb.eval.pathspec-0.12.1.assay-" not in names
    assert list(tmp_path.iterdir()) == []


def test_a_missing_image_is_an_error_and_not_a_zero(pathspec: Instance) -> None:
    with pytest.raises(BackportError, match="no verdict"):
        asyncio.run(grade(pathspec.official("assay-backports/absent:none"), NO_OP, 300))


def test_the_image_holds_no_fix(
    pathspec: Instance, container: str, box_of: Callable[[str], SandboxEnvironment]
) -> None:
    leaks = find_leaks(box_of(container), pathspec.base_commit, "pathspec")
    assert asyncio.run(leaks) == []


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        ("git commit --allow-empty -qm later && git reset -q --hard HEAD~", "more than one commit"),
        ("git remote add origin /elsewhere", "a remote"),
        ("git tag v0.12.1", "a tag"),
        ("echo fix | git hash-object -w --stdin", "unreachable objects"),
        ("echo fix > FIX", "a working tree that is not the base commit"),
        ("cp -r pathspec /usr/lib/python3/dist-packages/", "an installed copy of pathspec"),
        ("git -c user.name=x -c user.email=x commit --allow-empty -qm later", "HEAD"),
    ],
)
def test_what_could_leak_the_fix_is_found(
    pathspec: Instance,
    container: str,
    box_of: Callable[[str], SandboxEnvironment],
    harm: str,
    finding: str,
) -> None:
    box = box_of(container)
    config = "git config user.name x; git config user.email x@localhost; "
    done = asyncio.run(box.exec(["bash", "-c", f"cd /testbed && {config}{harm}"]))
    assert done.success, done.stderr
    found = asyncio.run(find_leaks(box, pathspec.base_commit, "pathspec"))
    assert finding in " ".join(found)


def test_an_engine_that_cannot_isolate_the_tests_is_noticed(
    pathspec: Instance, container: str, box_of: Callable[[str], SandboxEnvironment]
) -> None:
    # This container lacks the capability that the harness gives its own.
    script = pathspec.eval_script.replace("set -uxo pipefail", "set -uxo pipefail; exec 2>&1")
    done = asyncio.run(box_of(container).exec(["bash", "-c", script]))
    assert NOT_ISOLATED in done.stdout.partition(START)[0]


def test_the_harness_is_the_release_this_eval_was_verified_with() -> None:
    assert require_swebench() == "5.0.2"
