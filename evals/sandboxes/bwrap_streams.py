"""Named pipes between the host and a command in the sandbox, without blocking the event loop."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import anyio

_CHUNK = 1 << 18


class Tail:
    """The last ``limit`` bytes of a stream, as Inspect's Docker sandbox keeps them.

    Attributes:
        limit: Bytes kept.
        cut: Whether earlier bytes were dropped.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.cut = False
        self._parts: deque[bytes] = deque()
        self._size = 0

    def add(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        while self._size - len(self._parts[0]) >= self.limit:
            self._size -= len(self._parts.popleft())
            self.cut = True

    def value(self) -> bytes:
        whole = b"".join(self._parts)
        self.cut = self.cut or len(whole) > self.limit
        return whole[-self.limit :]


def make_pipe(path: Path) -> None:
    """Make a named pipe that the sandbox's user can open; its folder is private on the host."""
    os.mkfifo(path)
    path.chmod(0o666)


def open_reader(path: Path) -> int:
    """Open a pipe for reading before anybody writes to it."""
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def open_writer(path: Path) -> int:
    """Open a pipe for writing before anybody reads from it."""
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


async def drain(fd: int, sink: Tail) -> None:
    """Read a pipe to its end."""
    while True:
        await anyio.wait_readable(fd)
        if not read_some(fd, sink):
            return


def drain_now(fd: int, sink: Tail) -> None:
    """Read what is in a pipe, at most what fits in it, although others may still write."""
    for _ in range(8):
        try:
            if not read_some(fd, sink):
                return
        except BlockingIOError:
            return


def read_some(fd: int, sink: Tail) -> bool:
    data = os.read(fd, _CHUNK)
    if data:
        sink.add(data)
    return bool(data)


async def feed(fd: int, data: bytes) -> None:
    """Write all of ``data``, then end the stream. Takes over ``fd``."""
    view = memoryview(data)
    try:
        while view:
            try:
                view = view[os.write(fd, view[:_CHUNK]) :]
            except BlockingIOError:
                await anyio.wait_writable(fd)
    finally:
        os.close(fd)
