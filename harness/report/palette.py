"""Colours and how figures are written: deterministic, readable in grey, inline or alone."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from harness.outcomes.outcome import Outcome
from harness.verdicts.types import Finding

INK = "#1b1f24"
MUTED = "#5a6470"
LINE = "#c9ced6"
BAND = "#e3e6eb"
PAPER = "#fffffe"
"""Page colours; `inline_svg` turns each into the CSS variable of the page's theme."""

BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#9d4b82"
"""Okabe and Ito's colour-blind safe set (2008), its purple darkened for thin lines."""

FONT = "system-ui, sans-serif"
"""Font of figures inside a page; narrower than the one they were laid out with."""

_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    BAND: "var(--band)",
    PAPER: "var(--paper)",
    BLUE: "var(--blue)",
    ORANGE: "var(--orange)",
    GREEN: "var(--green)",
    PURPLE: "var(--purple)",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a finding is drawn; the shape tells it without colour."""

    colour: str
    shape: str
    word: str


MARKS: dict[Finding, Mark] = {
    Finding.REPRODUCED: Mark(BLUE, "o", "within the margin"),
    Finding.BELOW: Mark(ORANGE, "v", "below"),
    Finding.ABOVE: Mark(GREEN, "^", "above"),
    Finding.INCONCLUSIVE: Mark(MUTED, "D", "inconclusive"),
    Finding.INVALID: Mark(MUTED, "X", "invalid"),
}


@dataclass(frozen=True, slots=True)
class Fill:
    """How an outcome is drawn: colour, hatch, and the colour of a number on it."""

    colour: str
    hatch: str
    text: str


_DARK, _LIGHT = "#111111", "#ffffff"

FILLS: dict[Outcome, Fill] = {
    Outcome.SOLVED: Fill("#2b7bba", "", _LIGHT),
    Outcome.WRONG: Fill("#b4bac4", "", _DARK),
    Outcome.UNPARSED: Fill("#e0a458", "", _DARK),
    Outcome.EMPTY: Fill("#efd9b4", "..", _DARK),
    Outcome.TRUNCATED: Fill("#c8791e", "", _DARK),
    Outcome.TOOL_MALFORMED: Fill("#9c4a1a", "", _LIGHT),
    Outcome.REFUSED: Fill("#8a6aa8", "", _LIGHT),
    Outcome.CLOCK: Fill("#66707e", "//", _LIGHT),
    Outcome.TURNS: Fill("#99a3b0", "\\\\", _DARK),
    Outcome.INFRA: Fill(PAPER, "xxxx", INK),
    Outcome.COST_CUT: Fill(PAPER, "----", INK),
    Outcome.JUDGE_FAILED: Fill(PAPER, "++++", INK),
}
"""Solved is blue, answers are warm, limits are grey, and what has no score is hatched paper."""

_STYLE: dict[str, Any] = {
    "svg.hashsalt": "assay",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "hatch.color": MUTED,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,
}


@contextmanager
def style() -> Generator[None]:
    """A context with our settings; nothing of it stays behind.

    Text is never read as TeX. Letters that matplotlib's own font lacks are no fault: whoever shows
    the SVG has fonts of their own.
    """
    with warnings.catch_warnings(), mpl.rc_context(cast("Any", _STYLE)):
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing from font", category=UserWarning
        )
        yield


def to_svg(figure: Figure) -> str:
    """A figure as a stand-alone SVG document, the same bytes every time. Call inside `style`."""
    FigureCanvasSVG(figure)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def to_png(figure: Figure, dots_per_inch: int = 160) -> bytes:
    """A figure as PNG, the same bytes every time. Call inside `style`."""
    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return out.getvalue()


def inline_svg(svg: str, name: str, label: str) -> str:
    """A stand-alone SVG made fit for a page: theme colours, the page's font, a spoken label.

    Args:
        svg: From `to_svg`.
        name: Prefix of all ids, different for each figure of a page.
        label: Plain text for readers who do not see the picture; must be escaped already.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    start, rest = body.split(">", 1)
    start = re.sub(r'\s(width|height)="[^"]*"', "", start)
    body = f'{start} role="img" aria-label="{label}">{rest}'
    body = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{name}-", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, variable)
    return body.replace("'DejaVu Sans'", FONT)
