"""What can happen to a run's folder: the same command goes on, and pays for nothing twice."""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path

import pytest
from servers.fake_endpoint import Script, Wire, serving
from test_verify import CLAIM, Bench, eval_requests, knows

pytestmark = pytest.mark.slow


def test_damaged_records_are_made_again(tmp_path: Path) -> None:
    script = Script(reply=knows())
    with serving(script) as url:
        bench = Bench(tmp_path, url)
        bench.verify()
        (bench.run / "probes.json").write_text('{"pro')
        (bench.run / "run.json").write_text("")
        (bench.run / "protocol.yaml").unlink()
        code, _, err = bench.verify()
    assert code == 3, err
    assert "resumed" in err
    assert eval_requests(script) == 6
    assert json.loads((bench.run / "probes.json").read_text())["probes"]
    assert (bench.run / "protocol.yaml").exists()


def test_a_damaged_log_is_kept_and_its_attempts_are_made_again(tmp_path: Path) -> None:
    script = Script(reply=knows())
    with serving(script) as url:
        bench = Bench(tmp_path, url)
        bench.verify()
        (log,) = (bench.run / "logs").glob("*.eval")
        log.write_bytes(log.read_bytes()[:1000])
        (bench.run / "samples.parquet").write_bytes(b"")
        code, _, err = bench.verify()
    assert code == 3, err
    assert log.with_name(f"{log.name}.damaged").exists()
    assert (len(bench.table), eval_requests(script)) == (6, 12)


def test_two_at_once_pay_once(tmp_path: Path) -> None:
    answer = knows()

    def slowly(body: Wire) -> str:
        time.sleep(0.5)
        return answer(body)

    script = Script(reply=slowly)
    with serving(script) as url:
        bench = Bench(tmp_path, url)
        words = ("verify", CLAIM, "--on", "fake", "--protocol", str(tmp_path / "quick.yaml"))
        both = [bench.start(*words, "--yes", "--json") for _ in range(2)]
        said = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert sorted(process.returncode for process in both) == [2, 3]
    (refused,) = [words for words in said if "error" in words]
    assert refused["error"] == "E303"
    assert any(str(process.pid) in refused["why"] for process in both)
    assert eval_requests(script) == 6


def test_without_a_terminal_nothing_is_left_behind(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "http://127.0.0.1:9")
    protocol = str(tmp_path / "quick.yaml")
    code, _, err = bench.assay("verify", CLAIM, "--on", "fake", "--protocol", protocol)
    assert (code, "E301" in err) == (2, True)
    assert not (tmp_path / "runs").exists()


def test_a_full_disk_is_told_and_the_same_command_goes_on(tmp_path: Path) -> None:
    script = Script(reply=knows())
    with serving(script) as url:
        bench = Bench(tmp_path, url)
        # A limit on file size stands for a disk: 4 KiB hold the plan, but not the log.
        process = bench.start(
            "verify", CLAIM, "--on", "fake", "--protocol", str(tmp_path / "quick.yaml"), "--yes"
        )
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
        _, err = process.communicate(timeout=120)
        assert process.returncode == 4, err
        assert "E310" in err
        assert "Traceback" not in err
        code, _, err = bench.verify()
    assert code == 3, err
    assert len(bench.table) == 6
