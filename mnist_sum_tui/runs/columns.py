"""The columns of a table of runs: the text of a cell, its sort key, and which columns fit. No numpy."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from mnist_sum_tui.config import kinds, option_name, settings, value_words
from mnist_sum_tui.errors import unknown
from mnist_sum_tui.formatting import byte_size, duration, percent, sparkline
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import cells, cut, printable
from mnist_sum_tui.runs.created import seconds_since_1970
from mnist_sum_tui.runs.differences import changes_of
from mnist_sum_tui.runs.seed_groups import Fold, members_of
from mnist_sum_tui.runs.summary import Summary

SYMBOLS = {
    "done": BRAILLE.right,
    "running": BRAILLE.on,
    "paused": BRAILLE.paused,
    "stopped": BRAILLE.stopped,
    "cut off": BRAILLE.cut,
}
"""the signs before the words of a state; all other states are bad, and have the sign for wrong"""


BEST = ", best"
"""added to the state of the best run"""


SHARE = len("99.99 %")
"""letters of most accuracies"""


class Column(NamedTuple):
    """A column: its title, the text of a cell, the sort key, and whether the highest value comes first."""

    title: str
    text: Callable[[Summary], str]
    key: Callable[[Summary], float | str]
    is_falling: bool = False
    least: int = 0
    """columns in which the dashboard right-aligns shorter texts, so that the figures' points are below each other"""


def _config(run: Summary, name: str) -> str:
    return "-" if run.config is None else str(getattr(run.config, name))


def _epochs(run: Summary) -> str:
    return f"{len(run.epochs)}/{run.config.epochs}" if run.config else "-"


def _state(run: Summary) -> str:
    return f"{SYMBOLS.get(run.state_word, BRAILLE.wrong)} {run.state_word}"


def _accuracy(run: Summary, head: str) -> str:
    """The test accuracy, or, with a star, that of validation; for several runs, mean and standard deviation."""
    value = getattr(run, f"{head}_accuracy")
    star = "" if run.is_tested or value is None else "*"
    deviation = run.deviation(f"{head}_accuracy") if isinstance(run, Fold) else None
    if value is None or deviation is None:
        return percent(value) + star
    mean = percent(value, sign="")  # because the table would be too wide with it
    return f"{mean}{star} +-{100 * deviation:.2f}"


def _name(run: Summary) -> str:
    """A run's id, and for folded runs how many there are, and how many of them have a result."""
    return run.run.id + count_words(run)


def count_words(run: Summary) -> str:
    """For folded runs, how many there are, ` n=3`, and how many of them were measured; empty for a single run."""
    if not isinstance(run, Fold):
        return ""
    measured, count = len(run.values("sum_accuracy")), len(run.members)
    return f" n={count}" + (f" ({measured} measured)" if measured < count else "")


def cut_to(text: str, room: int) -> str:
    """The text in at most `room` columns, with a sign at its end if that is cut off."""
    return text if cells(text) <= room else cut(text, room - 1) + BRAILLE.cut


def _curve(run: Summary) -> str:
    """Sum accuracy by epoch: of validation, or of training if there are no validation images."""
    seen = [epoch.val_sum_accuracy for epoch in run.epochs]
    return sparkline(seen if any(seen) else [epoch.sum_accuracy for epoch in run.epochs], 12, BRAILLE) or "-"


COLUMNS = (
    Column("run", _name, lambda run: seconds_since_1970(run.created), True),
    Column("model", lambda run: _config(run, "model"), lambda run: _config(run, "model")),
    Column("state", _state, _state),
    Column("epochs", _epochs, lambda run: len(run.epochs), True),
    Column("digit", lambda run: _accuracy(run, "digit"), lambda run: run.digit_accuracy or -1.0, True, SHARE),
    Column("sum", lambda run: _accuracy(run, "sum"), lambda run: run.sum_accuracy or -1.0, True, SHARE),
    Column(
        "mean val.",
        lambda run: percent(run.validation_accuracy),
        lambda run: run.validation_accuracy or -1,
        True,
        SHARE,
    ),
    Column("time", lambda run: duration(run.elapsed or None), lambda run: run.elapsed),
    Column("recipe", lambda run: _config(run, "recipe"), lambda run: _config(run, "recipe")),
    Column("curve", _curve, lambda run: run.mean_accuracy, True),
    Column("size", lambda run: byte_size(run.size), lambda run: run.size, True),
    Column("note", lambda run: cut_to(run.note, NOTE), lambda run: run.note.lower()),
)
PARAMETERS = Column(
    "parameters", lambda run: f"{run.parameters:,}" if run.parameters else "-", lambda run: run.parameters, True, 9
)
CHANGES = Column(
    "changes", lambda run: cut_to(", ".join(changes_of(run)), NOTE) or "-", lambda run: len(run.changed), True
)
"""both are shown only if they are asked for"""
SPARE = ("size", "curve", "recipe", "time", "mean val.", "model", "epochs", "note", "state")
"""titles of the columns that are left out if there is no room, the least important first"""
NOTE = 30
"""the most columns of a note, or of a setting's values, in the table: a letter may take two"""
LEAST_NAME = 16
"""columns that a name keeps, with its mark, however many other columns are asked for"""
GAP = 2
"""terminal columns between two cells"""


def _of_setting(name: str) -> Column:
    """The column of a setting; for folded runs a cell has all their values."""
    is_number = kinds()[name] in (int, float, bool)

    def values(run: Summary) -> list[str]:
        return [value_words(name, getattr(each.config, name)) if each.config else "-" for each in members_of(run)]

    def key(run: Summary) -> float | str:
        value = getattr(run.config, name, None)
        return float(-1 if value is None else value) if is_number else str(value or "")

    return Column(option_name(name), lambda run: cut_to(", ".join(dict.fromkeys(values(run))), NOTE), key)


@cache
def every() -> dict[str, Column]:
    """All columns that can be chosen, by title: COLUMNS, PARAMETERS, CHANGES, and one for each setting."""
    return {column.title: column for column in (*map(_of_setting, settings()), *COLUMNS, PARAMETERS, CHANGES)}


def named(title: str) -> Column:
    """The column with a title.

    Raises:
        UsageError: there is no such column.
    """
    if title not in every():
        raise unknown("column", title, every())
    return every()[title]


def chosen(names: str) -> tuple[Column, ...]:
    """The columns of a line such as `run,lr,sum`; none if it is empty.

    Raises:
        UsageError: there is no such column.
    """
    return tuple(map(named, dict.fromkeys(map(str.strip, names.split(","))))) if names.strip() else ()


_made: WeakKeyDictionary[Summary, dict[Column, tuple[str, float | str]]] = WeakKeyDictionary()
"""what is made once, so that sorting and drawing need not make it again; weak, because a run that trains is read anew
every few seconds, each time with all its epochs"""


def _text_and_key(run: Summary, column: Column) -> tuple[str, float | str]:
    """A cell, printable, and the sort key of the run in that column."""
    made = _made.setdefault(run, {})
    if column not in made:
        made[column] = printable(column.text(run)), column.key(run)
    return made[column]


def text_of(run: Summary, column: Column) -> str:
    """A cell, printable."""
    return _text_and_key(run, column)[0]


def compute(run: Summary) -> None:
    """Compute the cells and keys of a run, which are kept for later calls."""
    for column in COLUMNS:
        _text_and_key(run, column)


def that_fit(runs: Sequence[Summary], width: int, wanted: Sequence[Column] = ()) -> dict[Column, int]:
    """The table's columns that fit into `width` terminal columns, and the width of each.

    SPARE columns are left out if they do not fit, and the notes if there are none. Columns in `wanted` are shown at any
    width, after the run's name, which has the marks, and which gets no more room than they and the accuracies leave.
    """
    first, usual = COLUMNS[0], [column for column in COLUMNS if column.title != "note" or any(run.note for run in runs)]
    asked = dict.fromkeys((first, *wanted)) if wanted else usual
    needed = {
        column: max(cells(column.title) + 2, column.least, *(cells(text_of(run, column)) for run in runs))
        for column in asked
    }
    needed[first] += 2  # the mark
    needed[next((column for column in needed if column.title == "state"), first)] += len(BEST)
    spare = {} if wanted else {column.title: column for column in needed if column.title in SPARE}
    shown = needed.keys() - spare.values()
    left = width - sum(needed[column] + GAP for column in shown - {first}) - GAP
    needed[first] = min(needed[first], max(left, LEAST_NAME))
    room = width - sum(needed[column] + GAP for column in shown)
    for title in reversed(SPARE):  # the most important first; where a wide one does not fit, a narrow one may
        if title in spare and needed[spare[title]] + GAP <= room:
            shown.add(spare[title])
            room -= needed[spare[title]] + GAP
    return {column: least for column, least in needed.items() if column in shown}


def without_middle(name: str, room: int) -> str:
    """The name, with an ellipsis for its middle if it takes more than `room` terminal columns."""
    if cells(name) <= room:
        return name
    first, last = cut(name, room // 2), name
    while cells(last) > max(room - 1 - room // 2, 0):
        last = last[1:]
    return f"{first}{BRAILLE.cut}{last}"


def arranged(runs: Sequence[Summary], column: Column, is_turned: bool = False) -> list[Summary]:
    """The runs sorted by a column, or in reverse if `is_turned`; equal runs keep their order."""
    return sorted(runs, key=lambda run: _text_and_key(run, column)[1], reverse=column.is_falling != is_turned)
