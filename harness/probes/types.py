"""The result of one raw-wire check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """`fail` makes a run invalid, `warn` is printed, `skip` says why it could not be tried."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One check of an endpoint's contract.

    Attributes:
        id: Short stable id.
        title: What is promised, in words.
        status: How it went.
        detail: What was seen, with numbers.
        code: Code of `assay explain`, empty unless it failed or warned.
    """

    id: str
    title: str
    status: Status
    detail: str
    code: str = ""
