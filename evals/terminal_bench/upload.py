"""A host folder → the sandbox."""

from __future__ import annotations

import posixpath
from pathlib import Path

from inspect_ai.util import sandbox

SECONDS = 120


async def upload(folder: Path, target: str) -> None:
    """Put the files of a folder where nothing else is; scripts become executable.

    Raises:
        RuntimeError: The sandbox refuses.
    """
    await run_checked(["rm", "-rf", target])
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if "__pycache__" not in path.parts:
            inside = posixpath.join(target, path.relative_to(folder).as_posix())
            await sandbox().write_file(inside, path.read_bytes())
    await run_checked(["find", target, "-name", "*.sh", "-exec", "chmod", "+x", "{}", "+"])


async def run_checked(command: list[str]) -> None:
    """Run a command that may not fail.

    Raises:
        RuntimeError: It failed.
    """
    result = await sandbox().exec(command, timeout=SECONDS, timeout_retry=False)
    if not result.success:
        raise RuntimeError(f"{' '.join(command)} failed: {result.stderr.strip()}")
