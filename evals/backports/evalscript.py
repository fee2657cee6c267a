"""The script the official harness runs in its fresh container, in the shape it expects.

Shape: swebench 5.0.2, `harness/utils.py` (``parse_eval_script``, ``record_test_exit_code``) and
`harness/grading.py` (output markers). Its reader puts the exit code's capture right before the
end marker, so nothing may stand between the test command and that line.
"""

from __future__ import annotations

START = ">>>>> Start Test Output"
END = ">>>>> End Test Output"
NOT_ISOLATED = "no network namespace for the tests"
LOG_PARSER = "parse_log_pytest"
EVAL_TYPE = "pass_and_fail"
WORKDIR = "/testbed"

_HEREDOC = "END_OF_TEST_PATCH_6d0c"


PYTEST = "python3 -m pytest -o addopts="
"""Without the options a project sets for its own set-up, such as coverage plugins."""


def test_command(tests: tuple[str, ...]) -> str:
    """Run the changed test files with no network.

    The harness starts its container on the engine's default network; a network namespace of
    its own takes that away from the graded code (the container has the capability for it).
    """
    return f"unshare --net {PYTEST} -rA --color=no -p no:cacheprovider {' '.join(tests)}"


def eval_script(base: str, kept: tuple[str, ...], added: tuple[str, ...], test_patch: str) -> str:
    """Restore the test files, apply the test patch, run the tests between markers.

    Args:
        base: The repository's commit.
        kept: Changed test files that exist in that commit.
        added: Test files the fixed release added.
        test_patch: Patch that brings them all to the fixed release.
    """
    if _HEREDOC in test_patch or START in test_patch or END in test_patch:
        raise ValueError("the test patch contains a marker of the eval script")
    restore = [f"git checkout {base} -- {' '.join(kept)}"] if kept else []
    restore += [f"rm -f {' '.join(added)}"] if added else []
    return "\n".join(
        [
            "#!/bin/bash",
            "set -uxo pipefail",
            f"cd {WORKDIR}",
            f"git config --global --add safe.directory {WORKDIR}",
            "git status",
            *restore,
            f"git apply --verbose - <<'{_HEREDOC}'",
            test_patch.rstrip("\n"),
            _HEREDOC,
            f"unshare --net true || echo '{NOT_ISOLATED}'",
            f": '{START}'",
            test_command((*kept, *added)),
            f": '{END}'",
            *restore,
            "",
        ]
    )
