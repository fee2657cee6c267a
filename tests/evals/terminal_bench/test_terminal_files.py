"""Task files, Dockerfiles and rewards as they come from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.sandboxes.bwrap_config import BwrapConfig
from evals.terminal_bench.dockerfile import read_environment
from evals.terminal_bench.environment import sample_of
from evals.terminal_bench.taskfile import (
    OWN_TASKS,
    TaskFileError,
    digest_of,
    load_task,
    load_tasks,
)
from evals.terminal_bench.verifier import VerifierError, parse_reward

# The two layouts of the official tasks, with their fields.
V1_0 = """
version = "1.0"
[metadata]
difficulty = "hard"
category = "security"
tags = ["crypto", "security"]
expert_time_estimate_min = 20.0
[verifier]
timeout_sec = 900.0
[agent]
timeout_sec = 1200.0
[environment]
build_timeout_sec = 600.0
docker_image = "someone/some-task:20251031"
cpus = 2
memory = "4G"
storage = "10G"
"""
V1_1 = """
schema_version = "1.1"
[task]
name = "terminal-bench/some-task"
[agent]
timeout_sec = 3600.0
[environment]
cpus = 4
memory_mb = 8192
storage_mb = 10240
gpus = 0
allow_internet = true
mcp_servers = []
"""


def write_task(folder: Path, text: str) -> Path:
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test.sh").write_text("true\n")
    (folder / "instruction.md").write_text("Work.\n")
    (folder / "task.toml").write_text(text)
    return folder


def test_terminal_bench_2_0_layout(tmp_path: Path) -> None:
    task = load_task(write_task(tmp_path / "t", V1_0))
    assert (task.agent_seconds, task.verifier_seconds) == (1200, 900)
    assert (task.cpus, task.memory_mb, task.image) == (2, 4096, "someone/some-task:20251031")
    assert task.internet
    assert task.tags == ("hard", "security", "crypto")


def test_terminal_bench_2_1_layout(tmp_path: Path) -> None:
    task = load_task(write_task(tmp_path / "t", V1_1))
    assert (task.agent_seconds, task.verifier_seconds, task.memory_mb) == (3600, 600, 8192)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('version = "2.0"', "version"),
        ("[agent]\ntimeout_sec = 0", "timeout_sec"),
        ("[environment]\ngpus = 1", "gpus"),
        ('[environment]\nmemory = "lots"', "memory"),
        ('[environment]\nnetwork_mode = "allowlist"', "network_mode"),
        ('[verifier]\nenvironment_mode = "separate"', "environment_mode"),
        ('[[steps]]\nname = "one"', "steps"),
        ("[agent", "task.toml"),
    ],
)
def test_what_cannot_be_honoured_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(TaskFileError, match=word):
        load_task(write_task(tmp_path / "t", text))


def test_incomplete_directories_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TaskFileError, match=r"\*/task\.toml"):
        load_tasks(tmp_path)
    folder = write_task(tmp_path / "t", V1_1)
    (folder / "tests" / "test.sh").unlink()
    with pytest.raises(TaskFileError, match=r"tests/test\.sh"):
        load_tasks(tmp_path)


def test_revision_follows_bytes_names_and_modes(tmp_path: Path) -> None:
    folder = write_task(tmp_path / "t", V1_1)
    script = folder / "tests" / "test.sh"
    seen = {digest_of([folder])}
    script.chmod(0o755)
    seen.add(digest_of([folder]))
    script.write_text("false\n")
    seen.add(digest_of([folder]))
    script.rename(folder / "tests" / "test2.sh")
    seen.add(digest_of([folder]))
    assert len(seen) == 4
    (folder / "tests" / "__pycache__").mkdir()
    (folder / "tests" / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert digest_of([folder]) in seen


def test_dockerfile_is_followed_without_docker(tmp_path: Path) -> None:
    context = tmp_path / "t" / "environment"
    (context / "data" / "deep").mkdir(parents=True)
    (context / "data" / "deep" / "a.txt").write_text("a")
    (context / "run.sh").write_text("#!/bin/sh\n")
    (context / "run.sh").chmod(0o755)
    (context / "Dockerfile").write_text(
        "# comment\nARG BASE=assay-local-base:latest\nFROM ${BASE}\nWORKDIR /app\n"
        "COPY data/ ./data/\nCOPY run.sh /usr/local/bin/\nRUN echo one && \\\n    echo two\n"
    )
    environment = read_environment(context)
    assert environment.workdir == "/app"
    assert environment.files == {
        "/app/./data/deep/a.txt": context / "data" / "deep" / "a.txt",
        "/usr/local/bin/run.sh": context / "run.sh",
    }
    assert "chmod +x /usr/local/bin/run.sh" in environment.setup
    assert "echo one &&      echo two" in environment.setup


@pytest.mark.parametrize(
    "line",
    ["FROM debian:13", "USER nobody", "COPY --from=x a b", "COPY ../secret /", 'RUN ["true"]'],
)
def test_dockerfile_that_needs_docker_is_refused(tmp_path: Path, line: str) -> None:
    context = tmp_path / "t" / "environment"
    context.mkdir(parents=True)
    (tmp_path / "t" / "secret").write_text("x")
    (context / "Dockerfile").write_text(f"{line}\n")
    with pytest.raises(TaskFileError):
        read_environment(context)


def test_task_limits_reach_the_sandbox() -> None:
    sample = sample_of(load_task(OWN_TASKS / "rotate-logs"), "bwrap")
    assert sample.sandbox is not None
    config = sample.sandbox.config
    assert isinstance(config, BwrapConfig)
    assert (config.workdir, config.memory_mb) == ("/app", 2048)


@pytest.mark.parametrize(
    ("file", "text", "value"),
    [
        ("reward.txt", "1\n", 1.0),
        ("reward.txt", " 0.5 ", 0.5),
        ("reward.json", '{"reward": 0.25, "other": 7}', 0.25),
        ("reward.json", '{"score": 1}', 1.0),
    ],
)
def test_rewards_are_read(file: str, text: str, value: float) -> None:
    assert parse_reward(file, text) == value


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("reward.txt", ""),
        ("reward.txt", "nan"),
        ("reward.txt", "2"),
        ("reward.json", "{"),
        ("reward.json", '{"a": 1, "b": 1}'),
        ("reward.json", '{"reward": true}'),
        ("reward.json", '{"reward": NaN}'),
        ("reward.json", "[1]"),
    ],
)
def test_unusable_rewards_are_errors(file: str, text: str) -> None:
    with pytest.raises(VerifierError):
        parse_reward(file, text)
