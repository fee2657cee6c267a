"""Statistics on other people's real outcomes, read in place where they lie (``ASSAY_DATA``)."""

from __future__ import annotations

import csv
import os
import random
from collections import defaultdict
from pathlib import Path

import pytest

from harness.outcomes.outcome import Outcome
from harness.paths import ROOT
from harness.stats.exact import stratified_exact
from harness.stats.permutation import sign_flip
from harness.verdicts.gate import gate
from harness.verdicts.gate_types import GateFinding, ItemAttempts, PairTable

DATA = Path(os.environ.get("ASSAY_DATA", ROOT.parent / "shared" / "data"))
RUNS = DATA / "deepseek_v4_flash_agent_runs.csv"
COUNTS = DATA / "terminal_bench_2.0_counts.csv"

Table = dict[str, list[int]]

pytestmark = pytest.mark.skipif(
    not (RUNS.is_file() and COUNTS.is_file()), reason="set ASSAY_DATA to the outcome tables"
)


def arm(experiment: str, harness: str) -> Table:
    table: Table = defaultdict(list)
    with RUNS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["experiment"], row["harness"]) == (experiment, harness):
                table[row["task_id"]].append(int(row["passed"] or 0))
    return table


def p_value(one: Table, two: Table) -> float:
    return stratified_exact((sum(one[t]), len(one[t]), sum(two[t]), len(two[t])) for t in one)


def side(label: str, table: Table) -> PairTable:
    def item(name: str, runs: list[int]) -> ItemAttempts:
        outcomes = tuple(Outcome.SOLVED if run else Outcome.WRONG for run in runs)
        return ItemAttempts(name, tuple(float(run) for run in runs), outcomes)

    return PairTable(label, tuple(item(name, runs) for name, runs in table.items()))


def test_two_scaffolds_of_one_model_over_three_rounds() -> None:
    name = "terminal-bench-2.1-maka-vs-opencode-glm-5.2-max"
    maka, opencode = arm(name, "maka"), arm(name, "opencode")
    assert (sum(map(sum, maka.values())), sum(map(sum, opencode.values()))) == (162, 136)
    assert round(p_value(maka, opencode), 6) == 0.001875
    means = [sum(maka[t]) / 3 - sum(opencode[t]) / 3 for t in maka]
    assert sign_flip(means) == pytest.approx(0.0041, abs=0.001)
    verdict = gate(side("maka", maka), side("opencode", opencode))
    assert verdict.finding is GateFinding.REGRESSED


def test_a_rerun_of_one_scaffold_is_no_difference() -> None:
    four = arm("terminal-bench-2.1-deepseek-v4-flash-four-arm", "codex")
    nine = arm("terminal-bench-2.1-deepseek-v4-flash-nine-arm", "codex")
    assert round(p_value(four, nine), 4) == 0.5811
    assert gate(side("four", four), side("nine", nine)).finding is GateFinding.PASSED


@pytest.mark.parametrize(("harness", "p"), [("maka", 0.0784), ("opencode", 0.3269)])
def test_two_providers(harness: str, p: float) -> None:
    here = arm("terminal-bench-2.1-deepseek-v4-flash-maka-vs-opencode", harness)
    there = arm("terminal-bench-2.1-ollama-deepseek-v4-flash-0731-maka-vs-opencode", harness)
    assert round(p_value(here, there), 4) == p


def test_splits_of_one_system_alarm_at_most_at_the_nominal_rate() -> None:
    rng, alarms, splits = random.Random(7), 0, 0
    systems: dict[str, list[tuple[int, int]]] = defaultdict(list)
    with COUNTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            systems[row["submission"]].append((int(row["successes"]), int(row["trials"])))
    for tasks in systems.values():
        pairs: list[tuple[int, int, int, int]] = []
        for solved, trials in tasks:
            if trials >= 4:
                runs = [1] * solved + [0] * (trials - solved)
                rng.shuffle(runs)
                pairs.append((sum(runs[:2]), 2, sum(runs[2:4]), 2))
        if len(pairs) >= 60:
            splits += 1
            alarms += stratified_exact(pairs) < 0.05
    assert splits >= 80
    assert alarms / splits <= 0.05 + 2 * (0.05 * 0.95 / splits) ** 0.5
