"""One measurement at a time in a run's folder.

The kernel holds the lock and lets it go when its process ends, however that ends: a stale file of
a dead process is taken over without asking.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import AssayError

NAME = "running.pid"


@contextmanager
def only_here(folder: Path) -> Generator[None]:
    """Hold a run's folder.

    Raises:
        AssayError: Another process is measuring in it (E303).
    """
    path = folder / NAME
    stream = _open(path)
    try:
        os.ftruncate(stream, 0)
        os.write(stream, str(os.getpid()).encode())
        yield
    finally:
        # While the lock is held: nobody else can be the one whose file this is.
        path.unlink(missing_ok=True)
        os.close(stream)


def _open(path: Path) -> int:
    while True:
        stream = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(stream, 20, 0).decode(errors="replace") or "unknown"
            os.close(stream)
            raise AssayError(
                "E303",
                "The same run is already being made.",
                f"Process {pid} is working in {path.parent.name}.",
                f"wait for it, or end it (kill {pid}) and run the same command again",
            ) from None
        except OSError:
            os.close(stream)
            raise
        if _is(path, stream):
            return stream
        os.close(stream)


def _is(path: Path, stream: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream))
    except FileNotFoundError:
        return False
