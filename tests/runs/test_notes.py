"""A run's note: written, read, removed; and what a damaged or foreign file makes of it."""

from pathlib import Path

import pytest

from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs import notes
from mnist_sum_tui.runs.summary import summarise
from tests.runs.folders import old_run


def test_a_note_is_one_printable_line_and_goes_with_the_run(tmp_path: Path) -> None:
    run = old_run(tmp_path)
    assert notes.read(run) == summarise(run).note == ""
    notes.write(run, "  a higher\nrate \x1b[31m, é ")
    assert notes.read(run) == summarise(run).note == r"a higher rate \x1b[31m, é"
    notes.write(run, " ")
    assert not (run.path / notes.NAME).exists()
    notes.write(run, "x" * notes.MOST_LETTERS)
    with pytest.raises(UsageError, match="at most 200 letters"):
        notes.write(run, "x" * (notes.MOST_LETTERS + 1))
    with pytest.raises(UsageError, match="not 400, with each sign that cannot be printed as its escape"):
        notes.write(run, "\x1b" * 100)
    run.delete()
    assert not run.path.exists()


def test_a_note_from_an_editor_that_begins_with_a_bom_is_that_of_the_run(tmp_path: Path) -> None:
    run = old_run(tmp_path)
    (run.path / notes.NAME).write_bytes(("x" * notes.MOST_LETTERS + "\r\n").encode("utf-8-sig"))
    assert notes.read(run) == "x" * notes.MOST_LETTERS


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (notes.MOST_BYTES + 1)])
def test_a_damaged_note_is_none(tmp_path: Path, content: bytes) -> None:
    run = old_run(tmp_path)
    (run.path / notes.NAME).write_bytes(content)
    assert notes.read(run) == ""


def test_a_note_from_elsewhere_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    run = old_run(tmp_path)
    (run.path / notes.NAME).write_bytes(b"\x1b]0;x\x07\nsecond line")
    assert notes.read(run).isprintable()


def test_a_link_is_neither_read_nor_written_through(tmp_path: Path) -> None:
    run = old_run(tmp_path / "runs")
    (tmp_path / "precious").write_text("precious")
    (run.path / notes.NAME).symlink_to(tmp_path / "precious")
    assert notes.read(run) == ""
    with pytest.raises(RunError, match="not a regular file"):
        notes.write(run, "mine")
    assert (tmp_path / "precious").read_text() == "precious"
