"""Where the application keeps its files. It runs from its own checkout."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"
PUBLISHED = RESULTS / "published"
REFERENCES = RESULTS / "references"
EVALS = ROOT / "evals"


def runs_dir() -> Path:
    """Where runs are written: ``ASSAY_RUNS`` or ``results/runs``."""
    return Path(os.environ.get("ASSAY_RUNS", RESULTS / "runs"))


def cache_dir() -> Path:
    """Where downloads and generated weights are kept: ``ASSAY_CACHE`` or the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ASSAY_CACHE", Path(base) / "assay"))


def endpoints_files() -> tuple[Path, ...]:
    """Endpoint files in the order they are read; later ones win."""
    extra = os.environ.get("ASSAY_ENDPOINTS")
    return (ROOT / "endpoints.toml", *((Path(extra),) if extra else ()))
