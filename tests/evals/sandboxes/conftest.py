"""A running namespace."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from evals.sandboxes.bwrap_config import BwrapConfig
from evals.sandboxes.bwrap_namespace import Finished, Namespace

Run = Callable[..., Awaitable[Finished]]


@pytest.fixture
def config() -> BwrapConfig:
    """Overridden by tests with limits of their own."""
    return BwrapConfig()


@pytest.fixture
async def namespace(config: BwrapConfig, anyio_backend: str) -> AsyncGenerator[Namespace]:
    namespace = await Namespace.start(config)
    yield namespace
    namespace.close()


@pytest.fixture
def sh(namespace: Namespace) -> Run:
    """Run a shell command in the namespace."""

    async def run(command: str, timeout: float = 20) -> Finished:
        words = ["/bin/sh", "-c", command]
        return await namespace.run(words, cwd="/app", limit=1 << 20, timeout=timeout)

    return run
