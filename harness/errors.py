"""The one exception a user may see: what went wrong, why, and the command that mends it.

Codes: E1xx claims and protocols, E2xx endpoints, E3xx plans, runs and sandboxes, E4xx results.
"""

from __future__ import annotations


class AssayError(Exception):
    """A failure the user can act on.

    Args:
        code: Stable code such as ``E204``; `assay explain CODE` prints its page.
        what: One sentence saying what failed.
        why: One sentence saying why.
        fix: One shell command (or edit) that mends it.
        exit_code: Process exit code; 2 for usage, 4 for an invalid run.
    """

    def __init__(self, code: str, what: str, why: str, fix: str, *, exit_code: int = 2) -> None:
        super().__init__(f"{code} {what} {why}")
        self.code = code
        self.what = what
        self.why = why
        self.fix = fix
        self.exit_code = exit_code

    def to_json(self) -> dict[str, str | int]:
        """The error as one flat JSON object."""
        return {
            "error": self.code,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "exit_code": self.exit_code,
        }
