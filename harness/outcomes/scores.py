"""samples.parquet → scores item by item, over every item that was planned."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from harness.stats.items import ItemScores

Runs = dict[str, list[float | None]]


def runs_by_item(frame: pd.DataFrame, items: Sequence[str], runs: int) -> Runs:
    """Scores of each planned item in run order; an attempt that is missing is unscored.

    Args:
        frame: A checked table of one eval.
        items: Ids of all planned items: the denominator.
        runs: Planned attempts per item.
    """
    found: Runs = {item: [None] * runs for item in items}
    for item, run, score in zip(frame["item"], frame["run"], frame["score"], strict=True):
        if item in found and 1 <= run <= runs:
            found[item][run - 1] = None if pd.isna(score) else float(score)
    return found


def item_scores(frame: pd.DataFrame, items: Sequence[str], runs: int) -> ItemScores:
    """The same as `ItemScores`."""
    return ItemScores.from_items(runs_by_item(frame, items, runs))
