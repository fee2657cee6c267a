"""Where engines, images and root file systems are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


class SandboxError(RuntimeError):
    """A sandbox cannot be had on this machine.

    Attributes:
        what: What failed.
        why: The cause, as far as it is known.
        fix: One command that mends it.
    """

    def __init__(self, what: str, why: str, fix: str) -> None:
        self.what, self.why, self.fix = what, why, fix
        super().__init__(f"{what}: {why}\nFix: {fix}")


def cache_dir() -> Path:
    """The cache: ``ASSAY_CACHE``, or ``assay`` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ASSAY_CACHE") or Path(base) / "assay").absolute()
