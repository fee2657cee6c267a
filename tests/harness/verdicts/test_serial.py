from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AssayError
from harness.outcomes.outcome import Outcome
from harness.verdicts.gate import gate
from harness.verdicts.gate_types import ItemAttempts, PairTable
from harness.verdicts.serial import SCHEMA_VERSION, gate_from_json, to_json, verdict_from_json
from harness.verdicts.types import (
    Comparability,
    Difference,
    Finding,
    Gap,
    Interval,
    Measurement,
    SensitivityLine,
    Verdict,
)

real = st.floats(allow_nan=False, allow_infinity=False)
count = st.integers(0, 10**9)
text = st.text(max_size=20)
interval = st.builds(Interval, low=real, high=real, level=real)
verdicts = st.builds(
    Verdict,
    claim_id=text,
    claimed=text,
    finding=st.sampled_from(Finding),
    comparability=st.sampled_from(Comparability),
    differences=st.lists(
        st.builds(
            Difference,
            setting=text,
            claimed=st.none() | text,
            measured=st.none() | text,
            grade=st.sampled_from(Comparability),
            reason=text,
        ),
        max_size=3,
    ).map(tuple),
    measurement=st.builds(
        Measurement,
        score=real,
        items=count,
        scored=count,
        attempts=count,
        runs=count,
        unscored=count,
        interval=interval,
        bounds=st.tuples(real, real),
        within_item_variance=real,
        variance_is_fallback=st.booleans(),
    ),
    gap=st.builds(
        Gap,
        points=real,
        standard_error=real,
        ci90=interval,
        ci95=interval,
        p=real,
        margin=real,
        smallest_margin=real,
        paired=st.booleans(),
    ),
    sensitivity=st.lists(
        st.builds(
            SensitivityLine, assumption=text, finding=st.sampled_from(Finding), ci95=interval
        ),
        max_size=3,
    ).map(tuple),
    notes=st.lists(text, max_size=3).map(tuple),
    sentence=text,
    exit_code=st.sampled_from([0, 1, 3, 4]),
)


@given(verdicts)
def test_a_verdict_survives_json_without_losing_a_digit(verdict: Verdict) -> None:
    document = json.loads(json.dumps(to_json(verdict), allow_nan=False))
    assert document["schema_version"] == SCHEMA_VERSION
    assert verdict_from_json(document) == verdict


def test_a_gate_verdict_survives_json() -> None:
    def side(label: str, scores: list[float | None]) -> PairTable:
        rows = [
            ItemAttempts(f"i{n}", (s,), (Outcome.INFRA if s is None else Outcome.WRONG,))
            for n, s in enumerate(scores)
        ]
        return PairTable(label, tuple(rows))

    verdict = gate(side("ref", [1.0, 0.3, 0.9, 1 / 3]), side("cand", [0.1, 0.3, None, 0.7]))
    assert gate_from_json(json.loads(json.dumps(to_json(verdict)))) == verdict


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"schema_version": 99},
        {"schema_version": SCHEMA_VERSION},
        {"schema_version": SCHEMA_VERSION, "claim_id": 7, "finding": "great"},
    ],
)
def test_what_is_no_verdict_is_refused(document: Any) -> None:
    with pytest.raises(AssayError, match="E402") as caught:
        verdict_from_json(document)
    assert caught.value.exit_code == 4
