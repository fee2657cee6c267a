"""Score by length of the conversation, with 95 % bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from harness.report import palette
from harness.report.data import LengthPoint

_SERIES = (
    (palette.BLUE, "o", "-"),
    (palette.ORANGE, "s", "--"),
    (palette.GREEN, "^", "-."),
    (palette.PURPLE, "D", ":"),
)


def length_curve(series: Mapping[str, Sequence[LengthPoint]], floor: float | None = None) -> str:
    """Curves as a stand-alone SVG document; the x axis is logarithmic.

    Args:
        series: Label → points; at most four.
        floor: Score in points of an answer with the right form and the wrong text.
    """
    with palette.style():
        return palette.to_svg(_draw(series, floor))


def tokens(length: int) -> str:
    """640 → ``640``, 131072 → ``128K``, 1048576 → ``1M``."""
    for size, unit in ((1 << 20, "M"), (1 << 10, "K")):
        if length >= size and length % size == 0:
            return f"{length // size}{unit}"
    return f"{length:,}"


def _draw(series: Mapping[str, Sequence[LengthPoint]], floor: float | None) -> Figure:
    figure = Figure(figsize=(7.6, 2.9), facecolor=palette.PAPER)
    axes = figure.add_axes((0.075, 0.2, 0.9, 0.7))
    axes.set_facecolor("none")
    for (label, points), (colour, marker, dash) in zip(series.items(), _SERIES, strict=False):
        x = [point.length for point in points]
        axes.fill_between(
            x, [p.interval.low for p in points], [p.interval.high for p in points],
            color=colour, alpha=0.16, lw=0,
        )  # fmt: skip
        axes.plot(
            x, [p.score for p in points], color=colour, marker=marker, ms=5.5, lw=1.7, ls=dash,
            label=label,
        )  # fmt: skip
        for point in points:
            axes.annotate(
                f"n {point.items}", (point.length, point.score), (0, 7),
                textcoords="offset points", ha="center", fontsize=8, color=palette.MUTED,
            )  # fmt: skip
    if floor is not None:
        axes.axhline(floor, color=palette.MUTED, lw=1, ls=(0, (2, 3)))
        axes.annotate(
            "right form, wrong text", (1, floor), (0, 3), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", fontsize=8, color=palette.MUTED,
        )  # fmt: skip
    lengths = sorted({point.length for points in series.values() for point in points})
    axes.set_xscale("log")
    axes.set_xticks(lengths, [tokens(length) for length in lengths])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.06)
    axes.set_ylim(0, 100)
    axes.tick_params(length=3, pad=3, labelsize=8.5)
    axes.set_xlabel("tokens", fontsize=8.5)
    axes.set_ylabel("score, %", fontsize=8.5)
    axes.grid(axis="y", color=palette.LINE, lw=0.5)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    if len(series) > 1:
        axes.legend(frameon=False, fontsize=8.5, loc="lower left", ncols=2)
    return figure
