"""GRIM: can a printed percentage come from N items run k times at all?

After Brown & Heathers 2017 (granularity-related inconsistency of means). A mean of k runs over N
items of 0 or 1 is 100·m/(N·k) for a whole m; the printed value must be one of these, rounded.
Everything is exact (`fractions.Fraction`); the value stays the printed string.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

MAX_RUNS = 10
"""Runs per item that are tried; nobody is known to have published more."""


@dataclass(frozen=True, slots=True)
class RunFit:
    """How a value fits one number of runs.

    Attributes:
        runs: Attempts per item k.
        attempts: T = N·k.
        counts: Every number solved that rounds to the printed value.
        informative: False when every printable value has a count (T ≥ 10^(decimals + 2)).
        chance: Chance that a random printable value would fit: min(1, T / 10^(decimals + 2)).
    """

    runs: int
    attempts: int
    counts: tuple[int, ...]
    informative: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Granularity:
    """How a value fits 1 … `MAX_RUNS` runs over N items.

    Attributes:
        value: The printed string.
        items: N.
        fits: One `RunFit` per number of runs, in order.
        smaller_items: For one run: (n, count) with 0.9·N ≤ n < N that do fit. When N itself does
            not, the score may be over attempted items only.
    """

    value: str
    items: int
    fits: tuple[RunFit, ...]
    smaller_items: tuple[tuple[int, int], ...]

    @property
    def first_runs(self) -> int | None:
        """The smallest number of runs that fits, or ``None`` when none does."""
        return next((fit.runs for fit in self.fits if fit.counts), None)

    @property
    def impossible_runs(self) -> tuple[int, ...]:
        """Numbers of runs that cannot give this value."""
        return tuple(fit.runs for fit in self.fits if not fit.counts)

    @property
    def impossible(self) -> bool:
        """True when no number of runs tried can give this value."""
        return self.first_runs is None

    def fit(self, runs: int) -> RunFit:
        """The fit for a number of runs, also beyond `MAX_RUNS`."""
        return run_fit(self.value, self.items, runs)


def counts_that_round_to(value: str, attempts: int) -> tuple[int, ...]:
    """Whole numbers m of `attempts` whose percentage rounds to `value`.

    Half-up and half-even rounding both count: a tie may be printed either way up, but half-even
    goes down only to an even digit.

    Args:
        value: Printed percentage, such as ``82.7``; trailing zeros matter.
        attempts: T = N·k.
    """
    _, _, decimals = value.partition(".")
    printed, half = Fraction(value), Fraction(1, 2 * 10 ** len(decimals))
    low = (printed - half) * attempts / 100
    high = (printed + half) * attempts / 100
    even = int(value.replace(".", "")) % 2 == 0
    first = max(0, math.ceil(low))
    last = math.floor(high)
    if last == high and not even:
        last -= 1
    return tuple(range(first, min(last, attempts) + 1))


def run_fit(value: str, items: int, runs: int) -> RunFit:
    """How a printed percentage fits `runs` attempts at each of `items` items."""
    _, _, decimals = value.partition(".")
    attempts, printable = items * runs, 10 ** (len(decimals) + 2)
    return RunFit(
        runs=runs,
        attempts=attempts,
        counts=counts_that_round_to(value, attempts),
        informative=attempts < printable,
        chance=min(1.0, attempts / printable),
    )


def granularity(value: str, items: int, *, max_runs: int = MAX_RUNS) -> Granularity:
    """How a printed percentage fits 1 … `max_runs` runs of a plain mean over 0/1 items.

    Not for partial credit, Elo, judges' means or weighted averages: their steps are other ones.
    """
    smaller = [
        (n, counts[0])
        for n in range(items - 1, max(0, math.ceil(items * 9 / 10) - 1), -1)
        if (counts := counts_that_round_to(value, n))
    ]
    fits = tuple(run_fit(value, items, runs) for runs in range(1, max_runs + 1))
    return Granularity(value, items, fits, tuple(smaller))


def granularity_note(value: str, items: int, runs: int | None) -> str | None:
    """One sentence about the arithmetic of a claim, or ``None`` when there is nothing to say.

    Args:
        value: Printed percentage.
        items: N.
        runs: Attempts per item as stated, if they were.
    """
    found = granularity(value, items)
    stated = found.fit(runs) if runs is not None else found.fits[0]
    if stated.counts:
        return None
    smaller = ""
    if found.smaller_items and stated.runs == 1:
        n, count = found.smaller_items[0]
        smaller = f" It is {count} of {n}: a score over attempted items?"
    if runs is not None and runs > 1:
        return f"{value} % of {items} items cannot be the mean of the {runs} runs stated.{smaller}"
    if found.impossible:
        return f"{value} % of {items} items fits no number of runs up to {MAX_RUNS}.{smaller}"
    first = found.fits[(found.first_runs or 1) - 1]
    if not first.informative:
        return (
            f"{value} % of {items} items cannot be a single run; any value fits "
            f"{first.runs} or more.{smaller}"
        )
    return (
        f"{value} % of {items} items cannot be a single run; it first fits {first.runs} runs "
        f"({first.counts[0]} of {first.attempts}).{'' if runs is None else smaller}"
    )
