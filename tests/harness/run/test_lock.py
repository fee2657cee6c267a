from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import AssayError
from harness.paths import ROOT
from harness.run.lock import NAME, only_here

HOLD = (
    "import sys, pathlib; from harness.run.lock import only_here\n"
    "with only_here(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def test_a_second_process_is_told_who_is_at_it_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AssayError) as error, only_here(tmp_path):
        pass
    assert error.value.code == "E303"
    assert str(holder.pid) in error.value.why
    holder.kill()
    holder.communicate()
    assert (tmp_path / NAME).exists()
    with only_here(tmp_path):
        assert (tmp_path / NAME).read_text() == str(os.getpid())
    assert list(tmp_path.iterdir()) == []
