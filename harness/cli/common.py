"""What the commands share: stdout is the result, stderr the progress."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask before spending.")
on_option = click.option("--on", "endpoint", required=True, help="Endpoint in endpoints.toml.")
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a file; the suffix picks the format.",
)


def console() -> Console:
    """A console on stdout, plain and unwrapped when it is not a terminal."""
    from rich.console import Console

    return Console(
        highlight=False, emoji=False, width=None if sys.stdout.isatty() else 100, soft_wrap=True
    )


def status() -> Console:
    """A console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def emit_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def printable(text: str, limit: int = 400) -> str:
    """Text from outside, safe for a terminal: no control characters, bounded length."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def write_output(path: Path | None, formats: dict[str, Callable[[], str]]) -> None:
    """Write the result to a file in the format that its suffix names.

    Raises:
        click.BadParameter: The suffix names no format of this command.
    """
    if path is None:
        return
    if path.suffix not in formats:
        known = ", ".join(sorted(formats))
        raise click.BadParameter(f"{path.suffix or 'no suffix'}: this command writes {known}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(formats[path.suffix](), encoding="utf-8")


def agree(question: str, *, yes: bool) -> None:
    """Ask before spending.

    Raises:
        AssayError: There is no terminal to ask on and ``--yes`` was not given (E301).
        click.Abort: The answer was no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        from harness.errors import AssayError

        raise AssayError(
            "E301",
            "Nothing was run.",
            "This would spend time or money, and there is no terminal to ask on.",
            "add --yes to the same command",
        )
    if not click.confirm(question, err=True):
        raise click.Abort
