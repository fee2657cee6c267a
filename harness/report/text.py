"""Text from outside, made safe, and numbers in words."""

from __future__ import annotations

import re

from harness.cli.common import printable
from harness.verdicts.types import Comparability, Interval
from harness.verdicts.words import signed

LIMIT = 400
"""Characters shown of any one text from outside."""

GRADES: dict[Comparability, str] = {
    Comparability.A: "same scaffold, effort, sampling, items and limits",
    Comparability.B: "same benchmark and effort, another public scaffold or a setting that cannot "
    "be matched",
    Comparability.C: "a setting known to move the score differs or is unknown",
}


def clean(text: str) -> str:
    """No control or direction characters, bounded length. Escaping is the template's."""
    return printable(text, LIMIT)


def markdown(text: str) -> str:
    """Text from outside as plain Markdown text, safe in a table cell too."""
    entities = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|!~@])", r"\\\1", entities)


def web_address(url: str) -> str:
    """The address when it is one of the web, else nothing."""
    address = clean(url)
    return address if re.match(r"https?://[^\s\"'<>]+$", address) else ""


def span(interval: Interval) -> str:
    """An interval of a score, in points."""
    return f"[{interval.low:.1f}, {interval.high:.1f}]"


def signed_span(interval: Interval) -> str:
    """An interval of a gap, in points."""
    return f"[{signed(interval.low)}, {signed(interval.high)}]"


def duration(seconds: float) -> str:
    """7.3 → ``7 s``, 4000 → ``1 h 07 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
