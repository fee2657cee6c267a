"""Run a row's tests before and after the gold patch and freeze which of them the fix turns.

``python -m evals.backports.recompute [INSTANCE ...]`` writes ``expected/<instance>.json``.
"""

from __future__ import annotations

import subprocess
import sys

from evals.backports.catalog import EXPECTED, Expected, Row, select
from evals.backports.errors import BackportError
from evals.backports.evalscript import END, START, WORKDIR
from evals.backports.image import ensure_image
from evals.backports.instance import Instance, assemble, rebuilt
from evals.sandboxes.base_image import ensure_base_image

_TIMEOUT_S = 900
_PASSING = frozenset({"PASSED", "XFAIL"})


def recompute(row: Row) -> Expected:
    """Compute the frozen record of a row by really running both sides in its container.

    Raises:
        BackportError: The fix turns no test, or a test fails with the gold patch and the row
            does not say why it is dropped.
    """
    blank = Expected(base_commit="", python="", FAIL_TO_PASS=(), PASS_TO_PASS=())
    with rebuilt(row) as (repo, base, fixed):
        instance = assemble(row, repo, base, fixed, blank)
    image = ensure_image(row, base, ensure_base_image()).tag
    before, after = run_tests(instance, image, ""), run_tests(instance, image, instance.patch)
    dropped = {item.test for item in row.dropped}
    unexplained = sorted({t for t, s in after.items() if s in {"FAILED", "ERROR"}} - dropped)
    passing = sorted(test for test in after if after[test] in _PASSING and test not in dropped)
    turned = tuple(test for test in passing if before.get(test) not in _PASSING)
    stale = sorted(dropped - before.keys() - after.keys())
    problems = [f"{test} fails with the fix" for test in unexplained]
    problems += [f"{test} is dropped but does not exist" for test in stale]
    problems += [] if turned else ["the fix turns no test"]
    if problems:
        raise BackportError(
            f"{row.instance_id} cannot be frozen: {problems[0]}.",
            "Every test must either decide the result or be dropped with a reason.",
            f"edit `tests` or `dropped` of {row.instance_id} in evals/backports/catalog.toml",
        )
    kept = tuple(test for test in passing if test not in turned)
    python = _in_container(image, "python3 -c 'import platform; print(platform.python_version())'")
    return Expected(base_commit=base, python=python.strip(), FAIL_TO_PASS=turned, PASS_TO_PASS=kept)


def run_tests(instance: Instance, image: str, patch: str) -> dict[str, str]:
    """Test id → status, read by the official log parser, after applying a patch."""
    from swebench import PARSER_REGISTRY
    from swebench.harness.utils import make_test_spec

    spec = make_test_spec(instance.official(image))
    apply = f"git apply - <<'GOLD_PATCH'\n{patch}GOLD_PATCH\n" if patch else ""
    log = _in_container(image, f"cd {WORKDIR}\n{apply}{instance.eval_script}", "SYS_ADMIN")
    if START not in log or END not in log:
        raise BackportError(
            f"The tests of {instance.instance_id} did not run.", log[-300:], "docker info"
        )
    parser = PARSER_REGISTRY[spec.log_parser]
    return dict(parser(log.split(START)[1].split(END)[0], spec))


def _in_container(image: str, script: str, capability: str = "") -> str:
    options = ["--rm", "--interactive", "--network", "none"]
    options += ["--cap-add", capability] if capability else []
    done = subprocess.run(
        ["docker", "run", *options, image, "bash"],
        input=script.encode("utf-8"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=_TIMEOUT_S,
    )
    return done.stdout.decode("utf-8", "replace")


def write(row: Row, expected: Expected) -> None:
    """Freeze a record beside the catalog."""
    text = expected.model_dump_json(indent=1) + "\n"
    (EXPECTED / f"{row.instance_id}.json").write_text(text, "utf-8")


def main(arguments: list[str]) -> None:
    """Recompute the instances named, or all of them."""
    for row in select(arguments or None):
        expected = recompute(row)
        write(row, expected)
        turned, kept = len(expected.FAIL_TO_PASS), len(expected.PASS_TO_PASS)
        print(f"{row.instance_id}: {turned} fail to pass, {kept} pass to pass")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BackportError as error:
        sys.exit(str(error))
