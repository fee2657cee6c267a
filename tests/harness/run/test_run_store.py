from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.errors import AssayError
from harness.paths import runs_dir
from harness.run.store import find_run, open_run, write_json

DIGEST = "ab" * 32
NOW = datetime.now(UTC)


def _folder(name: str, *, began: datetime, purpose: str, finished: bool) -> Path:
    path = runs_dir() / f"{name}-{DIGEST[:10]}"
    path.mkdir(parents=True)
    plan = {"digest": DIGEST, "purpose": purpose, "started": began.isoformat()}
    write_json(path / "plan.json", plan)
    if finished:
        (path / "end").touch()
    return path


def _open(purpose: str, *, fresh: bool = False) -> tuple[str, str]:
    folder = open_run("words", DIGEST, purpose=purpose, fresh=fresh, final="end")
    return folder.state, folder.path.name


def test_a_finished_run_of_today_is_reused_and_one_of_yesterday_is_not() -> None:
    _folder("old", began=NOW - timedelta(days=1), purpose="c", finished=True)
    assert _open("c")[0] == "new"
    _folder("today", began=NOW, purpose="c", finished=True)
    assert _open("c") == ("finished", f"today-{DIGEST[:10]}")
    assert _open("c", fresh=True)[0] == "new"


def test_an_unfinished_run_is_taken_up_within_a_day() -> None:
    _folder("stale", began=NOW - timedelta(days=2), purpose="c", finished=False)
    assert _open("c")[0] == "new"
    _folder("fresh", began=NOW - timedelta(hours=3), purpose="c", finished=False)
    assert _open("c")[0] == "unfinished"


def test_a_verdict_keeps_its_own_measurement_and_the_gate_takes_the_newest() -> None:
    _folder("z-earlier", began=NOW - timedelta(seconds=9), purpose="c", finished=True)
    _folder("a-later", began=NOW, purpose="gate", finished=True)
    assert _open("other claim")[0] == "new"
    assert _open("gate")[1] == f"a-later-{DIGEST[:10]}"


def test_a_run_is_found_by_a_part_of_its_name_unless_several_fit() -> None:
    _folder("one-alpha", began=NOW, purpose="c", finished=True)
    two = _folder("two-beta", began=NOW, purpose="c", finished=True)
    assert find_run("beta") == two
    assert find_run("local-mrcr").name == "local-mrcr"
    with pytest.raises(AssayError) as error:
        find_run(DIGEST[:10])
    assert error.value.code == "E404"
