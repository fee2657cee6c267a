from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.claims.granularity import counts_that_round_to, granularity, granularity_note


@pytest.mark.parametrize(
    ("value", "items", "impossible", "counts"),
    [
        ("80.6", 500, (), {1: 403}),
        ("79.0", 500, (), {1: 395}),
        ("80.7", 500, (1,), {}),
        ("76.2", 300, (1,), {2: 457, 3: 686}),
        ("67.9", 89, (1, 2, 3, 4, 6, 8), {5: 302, 7: 423, 9: 544, 10: 604}),
        ("82.7", 89, (1, 2, 3, 4, 6, 9), {5: 368, 7: 515, 8: 589, 10: 736}),
        ("87.1", 89, (1, 3, 5, 7), {2: 155}),
        ("55.4", 731, (), {1: 405}),
        ("55.4", 730, (1,), {}),
        ("73.2", 500, (), {1: 366}),
        ("67.42", 89, (), {1: 60}),
        ("64.93", 500, (1, 2, 4, 5, 7, 10), {}),
        ("64.93", 499, (), {1: 324}),
        ("62.7", 113, (1, 2, 3, 4), {5: 354}),
        ("64.9", 89, (1, 2, 3, 6, 7), {4: 231, 5: 289}),
    ],
)
def test_v4(value: str, items: int, impossible: tuple[int, ...], counts: dict[int, int]) -> None:
    found = granularity(value, items)
    informative = tuple(k for k in found.impossible_runs if found.fit(k).informative)
    assert informative == impossible
    for runs, count in counts.items():
        assert found.fit(runs).counts == (count,)


def test_v4_any_value_fits_beyond_the_printed_digits() -> None:
    assert [fit.informative for fit in granularity("80.7", 500).fits[:3]] == [True, False, False]
    assert [fit.informative for fit in granularity("76.2", 300).fits[:4]] == [
        True,
        True,
        True,
        False,
    ]
    assert granularity("80.7", 500).fit(2).chance == 1.0
    assert granularity("67.42", 89).fit(1).chance == pytest.approx(0.0089)


def test_trailing_zeros_are_digits() -> None:
    assert counts_that_round_to("79", 89) == (70,)
    assert counts_that_round_to("79.0", 89) == ()


def test_ties_round_up_and_to_even_only() -> None:
    assert 1 in counts_that_round_to("12.5", 8)
    assert counts_that_round_to("2", 40) == (1,)  # 2.5 → 2 (even) but not 3's only source
    assert counts_that_round_to("3", 40) == (1,)  # 2.5 → 3 (up)
    assert counts_that_round_to("1", 200) == (1, 2)  # 0.5 → 1, 1.0 → 1, 1.5 → 2


def test_smaller_denominators_that_fit() -> None:
    assert (499, 324) in granularity("64.93", 500).smaller_items


@given(
    st.integers(1, 800).flatmap(lambda t: st.tuples(st.integers(0, t), st.just(t))),
    st.integers(0, 3),
)
def test_a_true_fraction_rounded_is_always_possible(count: tuple[int, int], digits: int) -> None:
    solved, attempts = count
    scaled = Fraction(100 * solved * 10**digits, attempts)
    for rounded in (int(scaled + Fraction(1, 2)), round(scaled)):  # half up, half to even
        text = str(rounded).rjust(digits + 1, "0")
        value = f"{text[:-digits]}.{text[-digits:]}" if digits else text
        assert solved in counts_that_round_to(value, attempts)


@given(st.integers(0, 1000), st.integers(1, 120), st.integers(1, 10))
def test_counts_are_few_and_near(tenths: int, items: int, runs: int) -> None:
    value = f"{tenths // 10}.{tenths % 10}"
    for count in counts_that_round_to(value, items * runs):
        assert abs(100 * count / (items * runs) - float(value)) <= 0.05 + 1e-12
        assert 0 <= count <= items * runs


def test_notes_say_what_the_arithmetic_gives_away() -> None:
    assert granularity_note("80.6", 500, None) is None
    assert granularity_note("82.7", 89, 5) is None
    assert "first fits 5 runs (368 of 445)" in (granularity_note("82.7", 89, None) or "")
    assert "cannot be the mean of the 3 runs" in (granularity_note("84.1", 89, 3) or "")
    assert "any value fits 2 or more" in (granularity_note("80.7", 500, None) or "")
    assert "324 of 499" in (granularity_note("64.93", 500, 1) or "")
    assert "no number of runs up to 10" in (granularity_note("50.001", 7, None) or "")
