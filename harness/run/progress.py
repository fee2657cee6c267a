"""One line of progress on stderr: how many attempts are done, never how well.

A running score would invite stopping when it looks good.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from inspect_ai.hooks import Hooks, SampleEnd, SampleStart, hooks

EVERY = 10.0
"""Seconds between two lines where the line cannot be written over."""


@dataclass(slots=True)
class _Meter:
    total: int
    done: set[tuple[str | None, int | None]] = field(
        default_factory=set[tuple[str | None, int | None]]
    )
    began: float = field(default_factory=time.monotonic)
    shown: float = float("-inf")

    def show(self, *, last: bool = False) -> None:
        live = sys.stderr.isatty()
        now = time.monotonic()
        if not (last or live or now - self.shown >= EVERY):
            return
        self.shown = now
        minutes, seconds = divmod(int(now - self.began), 60)
        count = f"{len(self.done)} of {self.total} attempts made now"
        line = f"run        {count} · {minutes}:{seconds:02d}"
        sys.stderr.write(f"\r{line}" if live else f"{line}\n")
        if last and live:
            sys.stderr.write("\n")
        sys.stderr.flush()


_meters: list[_Meter] = []


# Inspect's decorator has no types.
@hooks("assay_progress", "Counts finished attempts on stderr.")  # pyright: ignore[reportUntypedClassDecorator]
class Progress(Hooks):
    """Feeds the meter of the run in progress; does nothing for runs that are not ours."""

    def enabled(self) -> bool:
        """Only inside `progress`."""
        return bool(_meters)

    async def on_sample_start(self, data: SampleStart) -> None:
        """Show that something moves."""
        del data
        _meters[-1].show()

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Count a finished attempt once, however often it was retried."""
        _meters[-1].done.add((str(data.sample.id), data.sample.epoch))
        _meters[-1].show()


@contextmanager
def progress(total: int) -> Generator[None]:
    """Show progress for what runs inside."""
    meter = _Meter(total)
    _meters.append(meter)
    try:
        yield
    finally:
        meter.show(last=True)
        _meters.remove(meter)
