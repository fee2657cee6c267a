"""``sandbox="bwrap"``: agent commands in a bubblewrap namespace, without Docker.

No network, no host files but the system's programs, limits on processes, memory, files and time,
and nothing left behind, also when this process is killed. One namespace lives as long as a
sample, so what a command starts in the background goes on. There is one user, root of the
namespace without any capability: packages cannot be installed and services not be managed.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Literal, overload

import anyio
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxEnvironmentLimits,
    SandboxUserUnsupportedError,
    sandboxenv,
)
from pydantic import BaseModel

from evals.sandboxes.bwrap_config import INSIDE, BwrapConfig
from evals.sandboxes.bwrap_namespace import Finished, Namespace
from evals.sandboxes.paths import SandboxError

NAME = "bwrap"
_FILE_SECONDS = 180
_NOT_STARTED = 126
_DIRECTORY, _MISSING, _FORBIDDEN, _SPECIAL = 65, 66, 67, 68
_WRITE = f"""[ ! -d "$1" ] || exit {_DIRECTORY}
mkdir -p -- "$(dirname -- "$1")" && cat >"$1" """
_READ = f"""[ ! -d "$1" ] || exit {_DIRECTORY}
[ -e "$1" ] || exit {_MISSING}
[ -r "$1" ] || exit {_FORBIDDEN}
[ -f "$1" ] || exit {_SPECIAL}
exec head -c "$2" -- "$1" """


def why_not() -> str | None:
    """Why no bwrap sandbox starts here; ``None`` when one does. Takes 50 ms.

    Not to be called from a running event loop.
    """

    async def start_one() -> None:
        (await Namespace.start(BwrapConfig())).close()

    try:
        anyio.run(start_one)
    except SandboxError as error:
        return error.why
    return None


@sandboxenv(name=NAME)  # pyright: ignore[reportUntypedClassDecorator]: Inspect's own
class BwrapSandbox(SandboxEnvironment):
    """One namespace; see the module."""

    def __init__(self, namespace: Namespace, workdir: str) -> None:
        super().__init__()
        self._namespace = namespace
        self._workdir = workdir

    @classmethod
    async def sample_init(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        metadata: dict[str, str],
    ) -> dict[str, SandboxEnvironment]:
        """Start the namespace of a sample.

        Raises:
            SandboxError: bubblewrap is missing or the kernel refuses it.
            TypeError: The configuration is not a ``BwrapConfig``.
        """
        if not isinstance(config, BwrapConfig | None):
            raise TypeError(f"sandbox bwrap is configured by a BwrapConfig, not {type(config)}")
        config = config or BwrapConfig()
        return {"default": cls(await Namespace.start(config), config.workdir)}

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """End every process of the sample."""
        for environment in environments.values():
            environment.as_type(BwrapSandbox)._namespace.close()

    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Read a configuration back from a log."""
        return BwrapConfig.model_validate(config)

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command. Output over the limit keeps its end, as in Docker; no retries.

        Raises:
            PermissionError: The program may not be executed.
            SandboxUnavailableError: The sandbox has ended.
            SandboxUserUnsupportedError: ``user`` is not root: there is no other.
            TimeoutError: ``timeout`` is over; the command and its process group were killed.
            ValueError: The command holds a NUL byte, or a variable has no shell name.
        """
        if user not in (None, "root", "0"):
            raise SandboxUserUnsupportedError(f"sandbox bwrap has no user {user!r}, only root")
        done = await self._namespace.run(
            cmd,
            cwd=self._path(cwd or "."),
            limit=SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE,
            env=env,
            stdin=input.encode() if isinstance(input, str) else input,
            timeout=timeout,
        )
        err = done.err.decode("utf-8", "replace")
        # The message of our own shell, not of a program that happens to end with the same code.
        own = re.match(rf"{INSIDE}/job\d+/run: .*Permission denied", err)
        if done.code == _NOT_STARTED and own:
            raise PermissionError(f"permission denied: {cmd[0]}")
        return ExecResult(done.code == 0, done.code, done.out.decode("utf-8", "replace"), err)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file, making its folders.

        Raises:
            IsADirectoryError: ``file`` is a directory.
            OSError: It could not be written, for example because it is over the size limit.
            PermissionError: It may not be written.
            TimeoutError: Writing took longer than three minutes.
        """
        data = contents.encode() if isinstance(contents, str) else contents
        done = await self._file([_WRITE, "sh", self._path(file)], limit=1 << 16, stdin=data)
        _check(done, file)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file.

        Raises:
            FileNotFoundError: There is none.
            IsADirectoryError: It is a directory.
            OutputLimitExceededError: It is larger than Inspect's limit.
            OSError: It is a pipe or a device.
            PermissionError: It may not be read.
            TimeoutError: Reading took longer than three minutes.
            UnicodeDecodeError: ``text`` was asked for and it is not UTF-8.
        """
        limit = SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
        words = [_READ, "sh", self._path(file), str(limit + 1)]
        done = await self._file(words, limit=limit + 1)
        _check(done, file)
        if len(done.out) > limit:
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        return done.out.decode("utf-8") if text else done.out

    def default_polling_interval(self) -> float:
        """Seconds between polls of services in the sandbox; it is on this machine."""
        return 0.2

    async def _file(self, words: list[str], limit: int, stdin: bytes | None = None) -> Finished:
        return await self._namespace.run(
            ["/bin/sh", "-c", *words],
            cwd="/",
            limit=limit,
            env={"LC_ALL": "C"},
            stdin=stdin,
            timeout=_FILE_SECONDS,
        )

    def _path(self, path: str) -> str:
        # Resolved inside the namespace only: no path leads to the host.
        return posixpath.join(self._workdir, path)


def _check(done: Finished, file: str) -> None:
    if done.code == 0:
        return
    reason = done.err.decode("utf-8", "replace").strip()
    if done.code == _DIRECTORY:
        raise IsADirectoryError(f"is a directory: {file}")
    if done.code == _MISSING:
        raise FileNotFoundError(f"no such file: {file}")
    if done.code == _FORBIDDEN or "Permission denied" in reason or "Read-only" in reason:
        raise PermissionError(f"permission denied: {file}")
    if done.code == _SPECIAL:
        raise OSError(f"not a regular file: {file}")
    raise OSError(f"cannot access {file}: {reason or f'exit code {done.code}'}")
