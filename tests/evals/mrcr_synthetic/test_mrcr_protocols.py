from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import evals.mrcr_synthetic
from evals.mrcr_synthetic.dataset import chance_floor
from evals.mrcr_synthetic.task import mrcr_synthetic

PROTOCOLS = Path(evals.mrcr_synthetic.__path__[0]) / "protocols"


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((PROTOCOLS / f"{name}.yaml").read_text("utf-8"))


def test_local_protocol_makes_the_items_it_states() -> None:
    protocol = read("local")
    task = mrcr_synthetic(**protocol["task"]["args"])
    assert len(task.dataset) == protocol["metadata"]["settings"]["items"]


def test_standard_protocol_states_its_items_and_its_longest_can_be_made() -> None:
    protocol = read("standard")
    args = protocol["task"]["args"]
    cells = len(args["needles"]) * len(args["lengths"])
    assert cells * args["per_cell"] == protocol["metadata"]["settings"]["items"]
    one = args | {"needles": 8, "lengths": max(args["lengths"]), "per_cell": 1}
    [sample] = list(mrcr_synthetic(**one).dataset)
    assert sample.metadata is not None
    assert 130_000 < sample.metadata["tokens"] <= 131_072


@pytest.mark.parametrize("name", ["local", "standard"])
def test_settings_repeat_what_goes_on_the_wire(name: str) -> None:
    protocol = read(name)
    sent, stated = protocol["generate_config"], protocol["metadata"]["settings"]
    assert stated["temperature"] == sent["temperature"]
    assert stated["top_p"] == sent["top_p"]
    assert stated["max_output_tokens"] == sent["max_tokens"]


def test_readme_floors_are_the_generator_s() -> None:
    assert chance_floor((10, 20), 7) == pytest.approx(0.42, abs=0.005)
    assert chance_floor((150, 400), 7) == pytest.approx(0.04, abs=0.005)
