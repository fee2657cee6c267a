"""Reading the ledger's files: text in, one clear error out."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path
from typing import Any

from harness.errors import AssayError

MAX_BYTES = 20_000_000
"""A ledger of every number ever published for a model is far smaller."""


def bad_record(file: str, where: str, why: str, fix: str) -> AssayError:
    """The error for one bad row or table (E102)."""
    return AssayError("E102", f"{file}, {where}: bad record.", f"{why}.", f"edit {file}: {fix}")


def _unreadable(path: Path, why: str, fix: str) -> AssayError:
    return AssayError("E103", f"{path.name} cannot be read.", why, f"{fix}: {path}")


def read_text(path: Path) -> str:
    """The text of a ledger file.

    Raises:
        AssayError: It is missing, too large or not UTF-8 (E103).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            why = f"It has {path.stat().st_size} bytes; more than {MAX_BYTES} is no ledger."
            raise _unreadable(path, why, "split it or remove what is not a score")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        why = f"Line {line} is not UTF-8 (byte {error.object[error.start]:#04x})."
        raise _unreadable(path, why, "save it as UTF-8") from error
    except OSError as error:
        why = f"{error.strerror or error}."
        raise _unreadable(path, why, "restore the file") from error


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        AssayError: It cannot be read or parsed (E103).
    """
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"It is not TOML: {error}.", "mend the line named") from error


def read_rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of every row of a CSV file with exactly these columns.

    Raises:
        AssayError: It cannot be read (E103), or a row does not fit the header (E102).
    """
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        header = tuple(reader.fieldnames or ())
        if set(header) != set(columns) or len(header) != len(columns):
            odd = sorted(set(header) ^ set(columns)) or ["a column twice"]
            raise bad_record(
                path.name,
                "row 1",
                f"header and columns differ in {', '.join(odd)}",
                "use exactly the documented columns",
            )
        for cells in reader:
            if None in cells or any(v is None for v in cells.values()):  # pyright: ignore[reportUnnecessaryComparison]
                raise bad_record(
                    path.name,
                    f"row {reader.line_num}",
                    f"it does not have {len(columns)} cells",
                    "add or remove commas",
                )
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise bad_record(
            path.name, f"row {reader.line_num}", f"not CSV: {error}", "quote the cell"
        ) from error
    return rows
