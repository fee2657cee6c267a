"""The one exception of this eval that a user may see."""

from __future__ import annotations


class BackportError(Exception):
    """A failure the user can act on.

    Args:
        what: One sentence saying what failed.
        why: One sentence saying why.
        fix: One command (or edit) that mends it.
    """

    def __init__(self, what: str, why: str, fix: str) -> None:
        super().__init__(f"{what} {why} Fix: {fix}")
        self.what = what
        self.why = why
        self.fix = fix
