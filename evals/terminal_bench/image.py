"""The image of a task, built once and kept.

Built here and not by Inspect: the build's network has to be named (our engine has no bridge), and
Inspect builds anew for each run.
"""

from __future__ import annotations

import hashlib
import subprocess

from evals.sandboxes.base_image import NEWEST, ensure_base_image
from evals.sandboxes.engine import EngineMissing, use_engine
from evals.sandboxes.paths import SandboxError
from evals.terminal_bench.taskfile import TaskFileError, TerminalTask, digest_of


def ensure_image(task: TerminalTask) -> str:
    """The tag of a task's own image, built when it is absent.

    The build reaches the network only where the task may.

    Raises:
        SandboxError: No engine answers, or the build failed.
        TaskFileError: The task has neither an image nor a Dockerfile.
    """
    context = task.folder / "environment"
    dockerfile = context / "Dockerfile"
    if not dockerfile.is_file():
        why = "there is neither docker_image nor environment/Dockerfile"
        raise TaskFileError(task.name, why, "Complete the directory.")
    engine = use_engine()
    if isinstance(engine, EngineMissing):
        raise SandboxError(f"no image of {task.name}", engine.reason, engine.fix)
    base = ""
    if NEWEST.partition(":")[0] in dockerfile.read_text("utf-8"):
        base = ensure_base_image()
    content = hashlib.sha256(f"{base}\n{digest_of([context])}".encode()).hexdigest()
    tag = f"assay-terminal/{task.name.lower()}:{content[:12]}"
    if subprocess.run(["docker", "image", "inspect", tag], capture_output=True).returncode:
        network = "host" if task.internet else "none"
        command = ["docker", "build", "--quiet", f"--network={network}", "--tag", tag, str(context)]
        _build(task, command)
    return tag


def _build(task: TerminalTask, command: list[str]) -> None:
    what, fix = f"no image of {task.name}", " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=task.build_seconds)
    except subprocess.TimeoutExpired:
        why = f"its build took longer than {task.build_seconds:.0f} s"
        raise SandboxError(what, why, fix) from None
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-3:])
        raise SandboxError(what, f"its build failed: {last}", fix)
