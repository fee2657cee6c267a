import re
from pathlib import Path

from harness.codes import codes
from harness.paths import ROOT


def _sources() -> list[Path]:
    return [*(ROOT / "harness").rglob("*.py")]


def test_every_code_in_the_source_has_its_page_and_every_page_its_use() -> None:
    used = {code for path in _sources() for code in re.findall(r'"(E\d{3})"', path.read_text())}
    assert used == set(codes())


def test_every_page_says_what_and_what_to_do() -> None:
    for code, page in codes().items():
        assert set(page) == {"title", "meaning", "do"}, code
        assert page["meaning"].endswith(".")
        assert page["do"].endswith(".")
