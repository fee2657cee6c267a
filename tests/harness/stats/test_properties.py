"""What must hold for any numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact, permutation_test

from harness.errors import AssayError
from harness.stats.exact import stratified_exact
from harness.stats.gap import Claimed, Measured, claim_gap, independent_gap
from harness.stats.intervals import wilson
from harness.stats.items import Array, ItemScores
from harness.stats.margins import claim_margin, gate_margin
from harness.stats.multiplicity import holm
from harness.stats.noise import FLOOR, effective_items, within_item
from harness.stats.paired import bonett_price
from harness.stats.permutation import sign_flip

score = st.floats(0, 1)
runs = st.lists(st.lists(st.one_of(st.none(), score), min_size=1, max_size=4), min_size=1)
strata = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda k: st.tuples(
            st.integers(0, k[0]), st.just(k[0]), st.integers(0, k[1]), st.just(k[1])
        )
    ),
    min_size=1,
    max_size=12,
)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(count: tuple[int, int]) -> None:
    expected = binomtest(*count).proportion_ci(0.95, method="wilson")
    found = wilson(*count)
    assert found.low == pytest.approx(100 * expected.low, abs=1e-9)
    assert found.high == pytest.approx(100 * expected.high, abs=1e-9)


@given(strata)
def test_stratified_exact_is_symmetric_and_a_probability(
    items: list[tuple[int, int, int, int]],
) -> None:
    p = stratified_exact(items)
    swapped = stratified_exact([(s_b, k_b, s_a, k_a) for s_a, k_a, s_b, k_b in items])
    assert 0 < p <= 1
    assert p == pytest.approx(swapped, rel=1e-6)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_one_item_is_fishers_test(k_a: int, k_b: int, data: st.DataObject) -> None:
    s_a, s_b = data.draw(st.integers(0, k_a)), data.draw(st.integers(0, k_b))
    table = [[s_a, k_a - s_a], [s_b, k_b - s_b]]
    assert stratified_exact([(s_a, k_a, s_b, k_b)]) == pytest.approx(
        float(fisher_exact(table)[1]),  # pyright: ignore[reportArgumentType]
        rel=1e-6,
    )


def test_stratified_exact_keeps_its_digits_in_the_far_tail() -> None:
    pairs = [(1, 1, 0, 1)] * 476 + [(0, 1, 1, 1)] * 147 + [(1, 1, 1, 1)] * 377
    assert stratified_exact(pairs) == pytest.approx(2e-41, rel=0.3)


def test_stratified_exact_refuses_impossible_counts() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        stratified_exact([(3, 2, 0, 2)])


@given(st.lists(st.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=9))
def test_sign_flip_ignores_ties_and_direction(differences: list[float]) -> None:
    p = sign_flip(differences)
    assert 0 < p <= 1
    assert p == sign_flip([*differences, 0.0, 0.0])
    assert p == sign_flip([-d for d in differences])


def _mean(values: Array, axis: int = -1) -> Array:
    return np.mean(values, axis=axis)


def test_sign_flip_of_many_items_is_seeded() -> None:
    differences = [0.1 * (i % 7 - 2) for i in range(60)]
    assert sign_flip(differences) == sign_flip(differences)
    expected = permutation_test(
        (differences,),
        _mean,
        permutation_type="samples",
        n_resamples=4000,
        vectorized=True,
    )
    assert sign_flip(differences) == pytest.approx(float(expected.pvalue), abs=0.03)


@given(runs)
def test_bounds_contain_the_score(table: list[list[float | None]]) -> None:
    scores = ItemScores.from_runs(table)
    low, high = scores.filled(0).mean, scores.filled(1).mean
    assert low - 1e-12 <= scores.mean <= high + 1e-12
    assert scores.filled(0).lost == 0
    assert scores.attempts == sum(len(item) for item in table)
    assert within_item(scores).variance >= FLOOR
    assert scores.items - 1e-9 <= effective_items(scores) <= scores.attempts + 1e-9


@given(runs)
def test_order_of_items_and_runs_does_not_matter(table: list[list[float | None]]) -> None:
    turned = [list(reversed(item)) for item in reversed(table)]
    one, two = ItemScores.from_runs(table), ItemScores.from_runs(turned)
    assert one.mean == pytest.approx(two.mean)
    assert within_item(one).variance == pytest.approx(within_item(two).variance)


@given(
    st.floats(0, 100),
    st.floats(0, 1),
    st.integers(1, 600),
    st.floats(0.02, 0.25),
    st.integers(1, 9),
)
def test_gap_interval_shrinks_with_runs_and_contains_the_gap(
    points: float, measured: float, items: int, within: float, k: int
) -> None:
    claimed = Claimed(points, 0.05, items, 1)
    one = claim_gap(claimed, Measured(measured, items, 1, within, 0.2), 6)
    more = claim_gap(claimed, Measured(measured, items, 1 / k, within, 0.2), 6)
    assert one.ci95.low <= one.ci90.low <= one.points <= one.ci90.high <= one.ci95.high
    assert more.standard_error <= one.standard_error
    assert 0 <= one.p <= 1
    assert one.smallest_margin >= abs(one.points)


@given(st.floats(0, 100), st.integers(1, 30), st.data())
def test_independent_gap_is_never_sure_of_few_items(
    points: float, items: int, data: st.DataObject
) -> None:
    solved = data.draw(st.integers(0, items))
    gap = independent_gap(Claimed(points, 0.05, 89, 1), solved / items, items, 10)
    assert gap.ci95.low - 1e-9 <= gap.points <= gap.ci95.high + 1e-9
    assert gap.ci95.high - gap.ci95.low > 10
    assert math.isfinite(gap.p)
    assert not gap.paired


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_keeps_order_and_never_lowers(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= a <= 1 or a == 1 for p, a in zip(p_values, adjusted, strict=True))
    pairs = sorted(zip(p_values, adjusted, strict=True))
    assert [a for _, a in pairs] == sorted(adjusted)


def test_bonett_price_of_no_disagreement_is_not_a_point() -> None:
    interval = bonett_price(0, 0, 20)
    assert interval.low < -5 < 5 < interval.high


def test_margins_follow_the_number_of_items() -> None:
    assert [claim_margin(n) for n in (12, 79, 80, 299, 300)] == [10, 10, 6, 6, 4]
    assert [gate_margin(n) for n in (12, 79, 89, 299, 300)] == [10, 10, 7, 7, 5]


@pytest.mark.parametrize(
    ("solved", "items", "run_count", "unscored"),
    [(90, 89, 1, 0), (-1, 89, 1, 0), (5, 0, 1, 0), (85, 89, 1, 10), (float("nan"), 89, 1, 0)],
)
def test_contradicting_counts_are_refused(
    solved: float, items: int, run_count: int, unscored: int
) -> None:
    with pytest.raises(AssayError, match="E105"):
        ItemScores.from_counts(solved, items, run_count, unscored)


@pytest.mark.parametrize("table", [[], [[]], [[1.5]], [[float("nan")]], [[-0.1, 1]]])
def test_bad_tables_are_refused(table: list[list[float | None]]) -> None:
    with pytest.raises(AssayError, match="E401"):
        ItemScores.from_runs(table)


def test_counts_and_runs_agree() -> None:
    counted = ItemScores.from_counts(3, 5)
    listed = ItemScores.from_runs([[1], [1], [1], [0], [0]])
    assert counted.mean == listed.mean
    assert within_item(counted) == within_item(listed)


def test_a_total_over_several_runs_cannot_measure_noise() -> None:
    total = ItemScores.from_counts(368, 89, 5)
    assert within_item(total).assumed
    assert total.inverse_runs == pytest.approx(0.2)
    assert total.attempts == 445


def test_unscored_count_lowers_nothing_silently() -> None:
    scores = ItemScores.from_counts(60, 89, 1, unscored=4)
    assert (scores.items, scores.scored, scores.lost, scores.attempts) == (89, 85, 4, 89)
    assert scores.mean == pytest.approx(60 / 89)
    assert scores.filled(1).mean == pytest.approx(64 / 89)


def test_a_mean_is_over_scored_attempts_however_few_they_are() -> None:
    scores = ItemScores.from_counts(50, 100, runs=2, unscored=150)
    assert scores.mean == pytest.approx(1.0)
    assert scores.filled(0.0).mean == pytest.approx(0.25)
