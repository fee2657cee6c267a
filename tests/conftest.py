"""Shared fixtures: nothing here leaves loopback or writes outside the test's own folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from evals.sandboxes.engine import EngineMissing, use_engine

_ENGINE = use_engine()


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and logs of a test go to its own folder; no key of the machine is visible."""
    monkeypatch.setenv("ASSAY_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("ASSAY_ENDPOINTS", raising=False)
    for name in [name for name in os.environ if name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend() -> str:
    """Inspect runs on asyncio."""
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs Docker where there is none, unless the environment insists on it."""
    if not isinstance(_ENGINE, EngineMissing):
        return
    if os.environ.get("ASSAY_REQUIRE_DOCKER"):
        raise pytest.UsageError(f"ASSAY_REQUIRE_DOCKER is set: {_ENGINE.reason}")
    skip = pytest.mark.skip(reason=f"{_ENGINE.reason}; {_ENGINE.fix}")
    for item in items:
        if item.get_closest_marker("docker"):
            item.add_marker(skip)
