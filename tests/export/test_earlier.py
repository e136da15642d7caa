"""A file that the user names is replaced only if mnist-sum wrote it."""

from pathlib import Path

from mnist_sum_tui.export.earlier import in_the_way
from tests.conftest import Cli, is_one_line
from tests.export.test_report import EVENTS
from tests.tui.pages.test_runs import make

WHY = "exists already and was not written by mnist-sum: give another name, or remove it first"
MINE = b"name,mark\r\nAda,1\r\n"


def test_only_files_of_mnist_sum_are_replaced(cli: Cli, tmp_path: Path) -> None:
    runs, target = tmp_path / "runs", tmp_path / "file"
    for name in ("20260101-120000-compact", "20260101-120100-compact"):
        make(runs, name, EVENTS)
    for command in (
        ("export", "latest", "--csv"), ("report", "latest", "-o"), ("list", "--csv"),
        ("compare", "20260101-120000", "20260101-120100", "--report"),
    ):  # fmt: skip
        words = "runs", *command, str(target), "--runs-dir", str(runs)
        target.write_bytes(MINE)
        is_one_line(cli(*words), 2, "file' " + WHY)
        assert target.read_bytes() == MINE
        target.write_bytes(b"")
        assert cli(*words).returncode == 0, "nothing is lost with an empty file"
        first = target.read_bytes()
        target.write_bytes(first + b"old")
        assert cli(*words).returncode == 0
        assert target.read_bytes() == first


def test_a_spreadsheets_mark_of_utf_8_does_not_hide_a_table(tmp_path: Path) -> None:
    (tmp_path / "table").write_bytes(b"\xef\xbb\xbfevent,step,epoch\r\n")
    assert not in_the_way(tmp_path / "table")
