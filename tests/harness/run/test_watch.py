"""A lost attempt makes the run ask whether its endpoint is still there."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog
from inspect_ai.solver import Generate, Solver, TaskState, solver
from servers.fake_endpoint import Script, serving

from harness.endpoints.catalog import get_endpoint
from harness.errors import AssayError
from harness.probes.wire import Wire
from harness.protocols.settings import Settings
from harness.protocols.types import Protocol
from harness.run.watch import watching

PROTOCOL = Protocol("p", "", {}, {"temperature": 1.0, "top_p": 1.0}, {}, Settings(), {}, "")


def _wire(tmp_path: Path, url: str) -> Wire:
    path = tmp_path / "e.toml"
    path.write_text(f'[e]\ndialect = "openai-chat"\nmodel = "m"\nbase_url = "{url}"\ntimeout = 5\n')
    return Wire(get_endpoint("e", (path,)), PROTOCOL)


@solver
def _lost() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        raise RuntimeError("the request failed")

    return solve


def _run(tmp_path: Path) -> list[EvalLog]:
    task = Task(dataset=[Sample(input=str(i), id=i) for i in range(20)], solver=_lost())
    return eval(
        task,
        model="mockllm/model",
        display="none",
        log_dir=str(tmp_path),
        max_samples=1,
        continue_on_fail=True,
    )


@pytest.mark.parametrize(
    ("script", "code"),
    [(Script(status=500), "E221"), (Script(raw="<html>"), "E222"), (Script(status=401), "E206")],
)
def test_an_endpoint_that_has_gone_stops_the_run(tmp_path: Path, script: Script, code: str) -> None:
    with (
        serving(script) as url,
        pytest.raises(AssayError) as error,
        watching(_wire(tmp_path, url)),
    ):
        _run(tmp_path)
    assert (error.value.code, error.value.exit_code) == (code, 4)
    assert "the same command again" in error.value.fix
    assert len(script.requests) == 1


def test_an_endpoint_that_answers_does_not(tmp_path: Path) -> None:
    script = Script(status=429)
    with serving(script) as url, watching(_wire(tmp_path, url)):
        (log,) = _run(tmp_path)
    assert log.samples is not None
    assert len(log.samples) == len(script.requests) == 20


def test_an_interrupt_of_the_user_stays_one(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), watching(_wire(tmp_path, "http://127.0.0.1:9")):
        raise KeyboardInterrupt
