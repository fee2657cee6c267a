"""TerminalTask → the sandbox of its sample."""

from __future__ import annotations

from typing import Any, Literal

from inspect_ai.dataset import Sample
from inspect_ai.util import ComposeConfig, ComposeService, SandboxEnvironmentSpec

from evals.sandboxes.bubblewrap import NAME
from evals.sandboxes.bwrap_config import BwrapConfig
from evals.terminal_bench.dockerfile import read_environment
from evals.terminal_bench.image import ensure_image
from evals.terminal_bench.taskfile import TerminalTask

Sandbox = Literal["docker", "bwrap"]
# A process needs more address space than the memory that it touches.
_ADDRESS_SPACE = 2


def sample_of(task: TerminalTask, sandbox: Sandbox) -> Sample:
    """One sample: the instruction, and a sandbox with the task's limits.

    Raises:
        TaskFileError: The task cannot be had in this sandbox.
        SandboxError: The task's image cannot be built.
    """
    metadata: dict[str, Any] = {
        "agent_seconds": task.agent_seconds,
        "verifier_seconds": task.verifier_seconds,
        "tags": list(task.tags),
    }
    if sandbox == "docker":
        return Sample(
            id=task.name,
            input=task.instruction,
            metadata=metadata,
            sandbox=SandboxEnvironmentSpec("docker", _compose(task)),
        )
    environment = read_environment(task.folder / "environment")
    limits: dict[str, Any] = {}
    if task.memory_mb is not None:
        limits["memory_mb"] = _ADDRESS_SPACE * task.memory_mb
    return Sample(
        id=task.name,
        input=task.instruction,
        metadata=metadata,
        files={inside: str(host) for inside, host in environment.files.items()},
        setup=environment.setup,
        sandbox=SandboxEnvironmentSpec(NAME, BwrapConfig(workdir=environment.workdir, **limits)),
    )


def _compose(task: TerminalTask) -> ComposeConfig:
    service: dict[str, Any] = {
        "image": task.image or ensure_image(task),
        "x-local": task.image is None,
        "command": ["sleep", "infinity"],
        "init": True,
        "cpus": task.cpus,
        "mem_limit": f"{task.memory_mb}m" if task.memory_mb else None,
        "network_mode": None if task.internet else "none",
    }
    return ComposeConfig(services={"default": ComposeService.model_validate(service)})
