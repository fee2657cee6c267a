from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.claims.ledger import get_claim
from harness.outcomes.outcome import Outcome
from harness.paths import ROOT
from harness.report.bars import outcome_bars
from harness.report.curves import length_curve, tokens
from harness.report.data import LengthPoint
from harness.report.forest import ForestRow, claim_band, forest, forest_png
from harness.report.palette import FILLS, MARKS, inline_svg
from harness.report.readme_figure import CLAIM, PUBLISHER, draw, scaffold_rows
from harness.stats.intervals import wilson
from harness.verdicts.types import Comparability, Finding

ROWS = [
    ForestRow("host-a", 82.0, wilson(73, 89), "89", Comparability.A, Finding.REPRODUCED),
    ForestRow("host-b", 55.1, wilson(49, 89), "89 × 3", Comparability.C, Finding.BELOW, (50, 60)),
]


def words(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_forest_prints_every_number_it_draws() -> None:
    found = words(forest(ROWS, 82.7, (77.1, 88.3), "A title"))
    for text in ("A title", "claimed 82.7 %", "host-a", "82.0 [72.8, 88.6]", "89", "89 × 3"):
        assert text in found
    assert "reproduced · A" in found
    assert "below · C" in found
    assert "hollow: not comparable (C)" in found[-1]


def test_figures_are_the_same_bytes_every_time() -> None:
    points = [LengthPoint(1024, 50.0, wilson(10, 20), 20), LengthPoint(4096, 20, wilson(4, 20), 20)]
    for make in (
        lambda: forest(ROWS, 82.7, (77.1, 88.3), "t"),
        lambda: forest_png(ROWS, 82.7, (77.1, 88.3), "t"),
        lambda: outcome_bars([("a", {Outcome.SOLVED: 3, Outcome.INFRA: 1})]),
        lambda: length_curve({"a": points}),
    ):
        assert make() == make()


def test_only_incomparable_rows_are_hollow() -> None:
    solid = forest([ROWS[0]], 82.7, (77, 88), "")
    hollow = forest([replace(ROWS[0], grade=Comparability.C)], 82.7, (77, 88), "")
    blue = MARKS[Finding.REPRODUCED].colour
    assert solid.count(f"fill: {blue}") == hollow.count(f"fill: {blue}") + 1


def test_findings_and_outcomes_differ_without_colour() -> None:
    assert len({mark.shape for mark in MARKS.values()}) == len(Finding)
    assert set(FILLS) == set(Outcome)


def test_claim_band_is_rounding_and_run_noise() -> None:
    claim = get_claim(CLAIM)
    low, high = claim_band(claim)
    noise = 1.959964 * 100 * math.sqrt(0.5 * 0.827 * 0.173 / 89)
    assert high - 82.7 == pytest.approx(0.05 + noise, abs=1e-4)
    assert 82.7 - low == pytest.approx(0.05 + noise, abs=1e-4)
    assert claim_band(replace(claim, items=None)) == pytest.approx((82.65, 82.75))


def test_bars_print_counts_and_n() -> None:
    found = words(outcome_bars([("host-a", {Outcome.SOLVED: 30, Outcome.TOOL_MALFORMED: 10})]))
    assert "host-a · n 40" in found
    assert {"30", "10", "solved", "tool malformed"} <= set(found)


def test_bars_of_a_run_without_attempts() -> None:
    assert "host-a · n 0" in words(outcome_bars([("host-a", {})]))


def test_length_curve_names_lengths_and_n() -> None:
    points = [LengthPoint(640, 50.0, wilson(4, 8), 8), LengthPoint(131072, 20.0, wilson(4, 20), 20)]
    found = words(length_curve({"a": points, "b": points[:1]}, floor=42.0))
    assert {"640", "128K", "n 8", "n 20", "right form, wrong text"} <= set(found)
    assert [tokens(n) for n in (1 << 20, 1500)] == ["1M", "1,500"]


@pytest.mark.parametrize("label", ["$\\frac{1}{", "深度求索", "a & b <i>", ""])
def test_any_label_is_plain_text(label: str) -> None:
    assert label in [*words(forest([replace(ROWS[0], label=label)], 82.7, (77, 88), "")), ""]
    assert f"{label} · n 1" in words(outcome_bars([(label, {Outcome.SOLVED: 1})]))


def test_inline_svg_takes_the_theme_and_keeps_labels_escaped() -> None:
    inline = inline_svg(forest(ROWS, 82.7, (77, 88), "a < b"), "one", "n &lt; 5")
    assert inline.startswith("<svg")
    assert 'aria-label="n &lt; 5"' in inline
    assert "var(--orange)" in inline
    assert MARKS[Finding.BELOW].colour not in inline
    assert "a &lt; b" in inline
    assert " width=" not in inline.split(">", 1)[0]


def test_readme_figure_shows_nine_scaffolds_and_is_reproducible(tmp_path: Path) -> None:
    rows = scaffold_rows(get_claim(CLAIM), PUBLISHER)
    assert len(rows) == 9
    assert len({row.label for row in rows}) == 9
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    first = [path.read_bytes() for path in draw(tmp_path / "a")]
    assert [path.read_bytes() for path in draw(tmp_path / "b")] == first


def test_committed_readme_figure_is_current(tmp_path: Path) -> None:
    svg, _ = draw(tmp_path)
    assert svg.read_bytes() == (ROOT / "docs" / svg.name).read_bytes()
