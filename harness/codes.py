"""The pages behind the codes."""

from __future__ import annotations

import tomllib
from pathlib import Path


def codes() -> dict[str, dict[str, str]]:
    """Code → title, meaning, do."""
    return tomllib.loads((Path(__file__).parent / "codes.toml").read_text("utf-8"))
