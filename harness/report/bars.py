"""Where the points went: attempts by outcome, as one stacked bar a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from harness.outcomes.outcome import Outcome
from harness.report import palette


def outcome_bars(runs: Sequence[tuple[str, Mapping[Outcome, int]]]) -> str:
    """Stacked bars as a stand-alone SVG document.

    Args:
        runs: Label and number of attempts of each class, from top to bottom.
    """
    with palette.style():
        return palette.to_svg(_draw(runs))


def _draw(runs: Sequence[tuple[str, Mapping[Outcome, int]]]) -> Figure:
    shown = [outcome for outcome in Outcome if any(counts.get(outcome) for _, counts in runs)]
    bars, key = 0.44 * len(runs), 0.24 * -(-len(shown) // 4)
    height = bars + key + 0.62
    figure = Figure(figsize=(8.0, height), facecolor=palette.PAPER)
    labels = [f"{label} · n {sum(counts.values())}" for label, counts in runs]
    left = min(0.4, 0.045 + 0.0115 * max(len(label) for label in labels))
    axes = figure.add_axes((left, (key + 0.5) / height, 0.975 - left, bars / height))
    axes.set_facecolor("none")
    for y, (_, counts) in enumerate(runs):
        _bar(axes, y, counts)
    axes.set_xlim(0, 100)
    axes.set_ylim(len(runs) - 0.5, -0.5)
    axes.set_yticks(range(len(runs)), labels, color=palette.INK)
    axes.tick_params(length=0, pad=6)
    axes.tick_params(axis="x", length=3, pad=3, labelsize=8.5)
    axes.set_xlabel("share of attempts, %", fontsize=8.5, labelpad=2)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    figure.legend(
        handles=[_patch(outcome) for outcome in shown], loc="lower left",
        bbox_to_anchor=(0.01, 0.0), ncols=4, frameon=False, fontsize=8.5, handlelength=1.2,
        columnspacing=1.6, borderaxespad=0,
    )  # fmt: skip
    return figure


def _bar(axes: Axes, y: int, counts: Mapping[Outcome, int]) -> None:
    total, start = sum(counts.values()) or 1, 0.0
    for outcome in Outcome:
        share, fill = 100 * counts.get(outcome, 0) / total, palette.FILLS[outcome]
        if not share:
            continue
        axes.barh(
            y, share, left=start, height=0.6, color=fill.colour, hatch=fill.hatch,
            edgecolor=palette.PAPER, linewidth=1,
        )  # fmt: skip
        if share >= 4:
            axes.text(
                start + share / 2, y, str(counts[outcome]), ha="center", va="center_baseline",
                fontsize=9, color=fill.text, bbox={"fc": fill.colour, "lw": 0, "pad": 0.8},
            )  # fmt: skip
        start += share


def _patch(outcome: Outcome) -> Patch:
    fill = palette.FILLS[outcome]
    return Patch(
        facecolor=fill.colour, hatch=fill.hatch, edgecolor=palette.LINE, linewidth=0.5,
        label=outcome.replace("_", " "),
    )  # fmt: skip
