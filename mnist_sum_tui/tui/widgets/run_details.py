"""Text about runs besides table and curves: details, epochs, settings that differ. No widget."""

from collections.abc import Sequence

from rich.cells import cell_len

from mnist_sum_tui.config import ENDS, option_name, value_words
from mnist_sum_tui.formatting import percent, wrapped
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.columns import cut_to
from mnist_sum_tui.runs.differences import MOST_CHANGES, SAME_SETTINGS, table_of
from mnist_sum_tui.runs.event_words import changed_words
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.runs.summary import Summary, measured_on, why_best

OFF_AT_0 = (*ENDS, "outliers")
"""the settings that are off at 0, where they need no row"""
WIDTH = 52
"""columns of the details beside the table, where a longer line is cut"""
LEAST_VALUE = 8
"""columns that a value keeps, however many runs are compared: `onecycle`"""
ROWS_BESIDE = 6
"""rows that the page and `details` need besides epochs and settings"""


def details(run: Summary, height: int) -> str:
    """A run's name, its last epochs (as many as fit into `height`, at least three), its settings that are on.

    Above the settings, which are those that it began with, stands what was changed while it trained.
    """
    if run.config is None:
        return "\n".join([run.run.id, "", *wrapped(f"The run is damaged: {run.trouble}", WIDTH)])
    settings = [
        (option_name(name), printable(value_words(name, value)))
        for name, value in run.config.to_dict().items()
        if value or name not in OFF_AT_0
    ]
    name = f"{run.run.id}\n{run.note}\n" if run.note else f"{run.run.id}\n"
    changed = "\n".join(f"changed {changed_words(event, run.steps)}" for event in run.changed)
    changed = shortened(changed, MOST_CHANGES)
    rows = len(settings) + len(changed.splitlines()) + bool(run.note)
    epochs = last_epochs(run.epochs, max(3, height - ROWS_BESIDE - rows), is_over=run.state != "running")
    return "\n".join([name, epochs, "", *([changed] if changed else []), in_columns(settings)])


def last_epochs(epochs: Sequence[EpochDone], count: int, is_over: bool = False) -> str:
    """The accuracies of at most `count` epochs, the newest last: of training, and of validation if there is one.

    A sign before the first one says that there are earlier ones.
    """
    if not epochs:
        return "no epoch was done" if is_over else "no epoch is done yet"
    best = next((epoch for epoch in reversed(epochs) if epoch.best and len(epochs) > 1), None)  # of one, none is best
    cut = f"{BRAILLE.cut} " if len(epochs) > count else ""
    rows = [
        [f"{'' if place else cut}{epoch.epoch}".rjust(len("epoch")),
         *map(percent, (epoch.digit_accuracy, epoch.sum_accuracy)),
         *map(percent, (epoch.val_digit_accuracy, epoch.val_sum_accuracy)), "best" if epoch is best else ""]
        for place, epoch in enumerate(epochs[-count:])
    ]  # fmt: skip
    if epochs[-1].val_sum_accuracy is None:  # then no epoch is better than another
        return in_columns([["epoch", "train. digit", "train. sum"], *(row[:3] for row in rows)])
    return in_columns([["epoch", "digit", "sum", "val. digit", "val. sum", ""], *rows])


def differing(runs: Sequence[Summary], marks: Sequence[str], width: int = WIDTH) -> str:
    """The settings in which runs differ, with a column for each run below its mark."""
    rows = table_of(runs)
    return in_columns(narrowed([["setting", *marks], *rows], width)) if rows else SAME_SETTINGS


def narrowed(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The rows, with the longest values cut, because a long one, such as a folder, would push out the next columns.

    Columns that still do not fit are left out, and a sign stands for them: half a figure would be another figure.
    """
    names, *rooms = (max(map(cell_len, column)) for column in zip(*rows, strict=True))
    while rooms and names + sum(room + 2 for room in rooms) > width and max(rooms) > LEAST_VALUE:
        rooms[rooms.index(max(rooms))] -= 1
    rest = 2 + cell_len(BRAILLE.cut)
    needed = [names + sum(room + 2 for room in rooms[:count]) for count in range(len(rooms) + 1)]
    whole = len(rooms) if needed[-1] <= width else max(1, sum(each + rest <= width for each in needed[:-1]) - 1)
    end = [BRAILLE.cut] * (whole < len(rooms))
    return [[name, *map(cut_to, values, rooms[:whole]), *end] for name, *values in rows]


def shortened(lines: str, height: int) -> str:
    """The lines, cut to `height`; if some are left out, the last line says how many."""
    rows, height = lines.splitlines(), max(height, 1)
    if len(rows) <= height:
        return lines
    return "\n".join([*rows[: height - 1], f"{BRAILLE.cut} {len(rows) - height + 1} more"])


def ranking(shown: Sequence[Summary], best: Summary | None, every: Sequence[Summary]) -> str:
    """The text below a table of runs: why the best of all is that, and on which images the figures were measured."""
    return "\n".join([*([] if best is None else [why_best(best, every)]), measured_on(shown)])


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of texts as lines; each column is as wide as its longest text, with two spaces between columns."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(text + " " * (room - cell_len(text)) for text, room in zip(row, widths, strict=True)) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
