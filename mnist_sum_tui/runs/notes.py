"""A run's note: one line that the user wrote about it, in the run's file note.txt, and checked when it is read."""

from mnist_sum_tui.atomic import read_own, to_bytes, write_atomic
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import own_files
from mnist_sum_tui.runs.run import Run

NAME = own_files.NOTE
MOST_LETTERS = 200
MOST_BYTES = 3 + 4 * MOST_LETTERS + 2


def read(run: Run) -> str:
    """The run's note, printable and in one line; empty if there is none, or if its file is damaged."""
    try:
        text = read_own(run.path / NAME, MOST_BYTES).decode("utf-8-sig")  # some Windows editors begin with a BOM
    except (OSError, ValueError):
        return ""
    return printable(_one_line(text))


def check(text: str) -> None:
    """Refuse a note that is too long.

    Raises:
        UsageError: the note is too long.
    """
    line = _one_line(text)
    if (letters := len(printable(line))) > MOST_LETTERS:
        counted = "" if line.isprintable() else ", with each sign that cannot be printed as its escape"
        raise UsageError(f"a note has at most {MOST_LETTERS} letters, not {letters:,}{counted}")


def write(run: Run, text: str) -> None:
    """Set the run's note, in place of an earlier one; an empty text removes it.

    Raises:
        UsageError: the note is too long.
        RunError: it cannot be written, the folder or one of its files is a link, or it is another program's.
    """
    check(text)
    own_files.check_no_link(run.path, "changed", "name")
    own_files.check(run.path)
    run.check_own()
    if line := printable(_one_line(text)):
        write_atomic(run.path / NAME, to_bytes(f"{line}\n"))
    else:
        own_files.remove(run.path / NAME)


def _one_line(text: str) -> str:
    return " ".join(text.split())
