"""Stops a run whose endpoint has gone, instead of losing every attempt that is left.

An attempt is lost only after its request was retried for about a minute. Then the endpoint is
asked something small: when it answers, the fault lies with that attempt and the run goes on.
"""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
from inspect_ai.hooks import Hooks, SampleEnd, hooks

from harness.errors import AssayError
from harness.probes.wire import Wire


@dataclass(slots=True)
class Watch:
    """What is known about the endpoint of the run in progress.

    Attributes:
        wire: To ask it.
        gone: Why it did not answer, once it did not.
    """

    wire: Wire
    gone: AssayError | None = None

    def ask(self) -> None:
        """Send one small request."""
        try:
            self.wire.ask("Say hello.", max_tokens=8)
        except AssayError as error:
            self.gone = AssayError(
                error.code,
                f"The run stopped: {error.what}",
                error.why,
                f"{error.fix}; then run the same command again: it goes on where it stopped",
                exit_code=4,
            )


_watches: list[Watch] = []


# Inspect's decorator has no types.
@hooks("assay_watch", "Stops a run whose endpoint has gone.")  # pyright: ignore[reportUntypedClassDecorator]
class EndpointWatch(Hooks):
    """Looks after an attempt that ended in an error; does nothing for runs that are not ours."""

    def enabled(self) -> bool:
        """Only inside `watching`."""
        return bool(_watches)

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Ask once at a time; the interrupt is the one that a user would send."""
        watch = _watches[-1]
        if data.sample.error is None or watch.gone is not None:
            return
        await anyio.to_thread.run_sync(watch.ask)
        if watch.gone is not None:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def watching(wire: Wire) -> Generator[Watch]:
    """Watch the endpoint during what runs inside.

    Raises:
        AssayError: It has gone (E206, E207, E220, E221, E222); what was run is in the log.
    """
    watch = Watch(wire)
    _watches.append(watch)
    try:
        yield watch
    except KeyboardInterrupt:
        if watch.gone is None:
            raise
    finally:
        _watches.remove(watch)
        wire.close()
    if watch.gone is not None:
        raise watch.gone
