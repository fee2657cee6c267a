"""Execute every notebook and write its pair: ``python notebooks/_execute.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent


def executed(text: Path) -> Any:
    """The notebook of a percent script with its outputs; nothing in it but code and results."""
    notebook: Any = jupytext.read(text)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    resources = {"metadata": {"path": str(text.parent)}}
    NotebookClient(notebook, timeout=120, record_timing=False, resources=resources).execute()
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def main() -> None:
    """Write all pairs."""
    for text in sorted(HERE.glob("[!_]*.py")):
        pair = text.with_suffix(".ipynb")
        nbformat.write(executed(text), pair)
        sys.stdout.write(f"{pair}\n")


if __name__ == "__main__":
    main()
