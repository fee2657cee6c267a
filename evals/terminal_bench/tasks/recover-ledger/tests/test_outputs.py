"""The recovered ledger, byte for byte, and the ids that are lost."""

import unittest
from pathlib import Path

HERE = Path(__file__).parent
APP = Path("/app")


class Recovered(unittest.TestCase):
    def test_recovered_rows(self) -> None:
        expected = (HERE / "expected.csv").read_bytes()
        assert (APP / "recovered.csv").read_bytes() == expected

    def test_lost_ids(self) -> None:
        expected = (HERE / "expected_lost.txt").read_text("utf-8").split()
        assert (APP / "lost.txt").read_text("utf-8").split() == expected


if __name__ == "__main__":
    unittest.main()
