"""What rotate.sh has to do, point by point."""

import gzip
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = "/app/rotate.sh"


class Rotate(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name) / "with space"
        self.folder.mkdir()

    def rotate(self, keep: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [SCRIPT, str(folder or self.folder), keep]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)

    def quiet(self, keep: str = "3") -> None:
        done = self.rotate(keep)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def archives(self, name: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for path in self.folder.iterdir():
            if path.name.startswith(name + ".") and path.name.endswith(".gz"):
                number = int(path.name[len(name) + 1 : -3])
                found[number] = gzip.decompress(path.read_bytes()).decode()
        return found

    def test_archives_move_up_and_the_oldest_go(self) -> None:
        log = self.folder / "web.log"
        for day in range(1, 6):
            log.write_text(f"day {day}\n")
            self.quiet()
        assert self.archives("web.log") == {1: "day 5\n", 2: "day 4\n", 3: "day 3\n"}

    def test_keep_one(self) -> None:
        for day in (1, 2):
            (self.folder / "a.log").write_text(f"{day}")
            self.quiet("1")
        assert self.archives("a.log") == {1: "2"}

    def test_smaller_keep_removes_all_beyond(self) -> None:
        for day in range(4):
            (self.folder / "a.log").write_text(f"{day}")
            self.quiet("4")
        (self.folder / "a.log").write_text("last")
        self.quiet("2")
        assert self.archives("a.log") == {1: "last", 2: "3"}

    def test_ten_archives_are_counted_as_numbers(self) -> None:
        for day in range(12):
            (self.folder / "a.log").write_text(f"{day}")
            self.quiet("11")
        assert self.archives("a.log") == {n: str(12 - n) for n in range(1, 12)}

    def test_log_stays_the_same_open_file(self) -> None:
        log = self.folder / "web.log"
        log.write_text("before\n")
        log.chmod(0o640)
        before = log.stat()
        with log.open("a") as writer:
            self.quiet()
            assert log.read_bytes() == b""
            writer.write("after\n")
        assert log.read_text() == "after\n"
        assert (log.stat().st_ino, log.stat().st_mode) == (before.st_ino, before.st_mode)

    def test_empty_log_and_its_archives_are_left_alone(self) -> None:
        log = self.folder / "web.log"
        log.write_text("old\n")
        self.quiet()
        self.quiet()
        assert self.archives("web.log") == {1: "old\n"}

    def test_unusual_names(self) -> None:
        names = ["two words.log", "-rf.log", "star*.log", "semi;colon.log", "quote'\".log"]
        for name in names:
            (self.folder / name).write_text(name)
        self.quiet()
        for name in names:
            assert self.archives(name) == {1: name}
            assert (self.folder / name).read_bytes() == b""

    def test_other_files_are_not_touched(self) -> None:
        others = ["notes.txt", "web.log.old", "catalog", "web.logs"]
        for name in others:
            (self.folder / name).write_text(name)
        (self.folder / "folder.log").mkdir()
        (self.folder / "folder.log" / "inner.log").write_text("inner")
        self.quiet()
        left = sorted(path.name for path in self.folder.iterdir())
        assert left == sorted([*others, "folder.log"])
        for name in others:
            assert (self.folder / name).read_text() == name
        assert (self.folder / "folder.log" / "inner.log").read_text() == "inner"

    def test_refusals(self) -> None:
        log = self.folder / "web.log"
        log.write_text("kept")
        missing = self.folder / "missing"
        calls = [
            ("3", missing),
            ("0", None),
            ("-1", None),
            ("two", None),
            ("", None),
            ("1.5", None),
        ]
        for keep, folder in calls:
            done = self.rotate(keep, folder)
            assert done.returncode == 2, (keep, folder)
            assert done.stderr.strip()
        assert not missing.exists()
        assert [path.name for path in self.folder.iterdir()] == ["web.log"]
        assert log.read_text() == "kept"


if __name__ == "__main__":
    unittest.main()
