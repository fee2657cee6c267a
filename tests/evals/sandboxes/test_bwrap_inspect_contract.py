"""Inspect's own conformance suite for sandbox providers, run on ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from inspect_ai.util import SandboxEnvironment
from inspect_ai.util._sandbox import self_check
from inspect_ai.util._sandbox.self_check import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary]

from evals.sandboxes.bubblewrap import BwrapSandbox
from evals.sandboxes.bwrap_config import BwrapConfig

pytestmark = pytest.mark.anyio

for _wait in (
    self_check.test_exec_timeout,
    self_check.test_exec_timeout_kills_process,
    self_check.test_exec_timeout_kills_child_processes,
):
    pytest.mark.slow(_wait)


@pytest.fixture
async def sandbox_env(request: Any) -> AsyncGenerator[SandboxEnvironment]:
    if request.node.originalname == "test_exec_as_user":
        pytest.xfail("there is one user")
    config = BwrapConfig()
    environments = await BwrapSandbox.sample_init("contract", config, {})
    try:
        yield environments["default"]
    finally:
        await BwrapSandbox.sample_cleanup("contract", config, environments, False)
