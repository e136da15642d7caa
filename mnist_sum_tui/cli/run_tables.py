"""Tables of runs for the terminal: a row per run, and the curves of several on one scale."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.epoch_table import EpochTable
from mnist_sum_tui.cli.layout import drawn, is_plain, print_table, say, show_commands
from mnist_sum_tui.config import kinds, option_name
from mnist_sum_tui.formatting import loss_figure, percent, sparkline
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.columns import BEST, Column, count_words, named
from mnist_sum_tui.runs.seed_groups import Fold, members_of
from mnist_sum_tui.runs.summary import ONLY_GUESSES, Summary, measured_on

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STATE_COLOURS = {
    "running": "cyan",
    "done": "green",
    ONLY_GUESSES: "red",
    "diverged": "red",
    "failed": "red",
    "damaged": "red",
}
LISTED = ("run", "model", "recipe", "state", "note", "epochs", "digit", "sum", "time", "size")
"""the columns that are printed by default"""
ACCURACIES = ("digit", "sum")
NUMBERS = [option_name(name) for name, kind in kinds().items() if kind in (int, float)]
RIGHT = (*ACCURACIES, "mean val.", "time", "size", "parameters", *NUMBERS)
"""the columns of figures, which are right-aligned"""
CURVES = {
    "train. digit loss": "digit_loss",
    "train. sum loss": "sum_loss",
    "val. digit accuracy": "val_digit_accuracy",
    "val. sum accuracy": "val_sum_accuracy",
}
"""what `show` and `compare` draw of the epochs"""
MOST_BARS = 30
MOST_EPOCHS = 50
"""epochs whose rows a terminal gets; a run with more gets one row for several of them"""


def print_runs(
    out: "Console",
    summaries: Sequence[Summary],
    names: Sequence[str] = (),
    best: Summary | None = None,
    columns: Sequence[Column] = (),
    why: str = "",
) -> None:
    """Print a row per run, named by its id or by `names`, with the given columns or those of LISTED.

    Below it is `why`, which says why the best is that, then what the figures mean, as on the page Runs.
    """
    usual = [title for title in LISTED if title != "note" or any(run.note for run in summaries)]
    shown = columns or [*map(named, usual)]
    called = names or [run.run.argument for run in summaries]
    rows = [[_cell(column, run, name, best) for column in shown] for name, run in zip(called, summaries, strict=True)]
    for place in (place for place, column in enumerate(shown) if column.title in ACCURACIES):
        behind = [len(str(row[place]).partition(".")[2]) for row in rows]
        for row, length in zip(rows, behind, strict=True):
            if length:  # so that the points are below each other
                row[place] = f"{row[place]}{' ' * (max(behind) - length)}"
    left = [place for place, column in enumerate(shown) if column.title not in RIGHT]
    spare = () if names or columns else ("size", "recipe", "model", "time", "epochs")
    print_table(out, "", [column.title for column in shown], rows, left=left, spare=spare)
    if why:
        say(out, why, "dim italic")
    has_accuracy = any(column.title in ACCURACIES for column in shown)
    if has_accuracy:
        say(out, measured_on(summaries), "dim italic")
    if any(isinstance(run, Fold) for run in summaries):
        what = "mean +- standard deviation over seeds" if has_accuracy else "seeds"
        say(out, f"n=: {what} of the same settings; --each unfolds", "dim italic")


def _cell(column: Column, run: Summary, name: str, best: Summary | None) -> "str | Text":
    from rich.text import Text

    if column.title == "run":
        return name + count_words(run)
    if column.title == "state":
        state = run.state_word, STATE_COLOURS.get(run.state_word, "yellow")
        return Text.assemble(state, (BEST if best in members_of(run) else "", "bold"))
    text = printable(column.text(run))
    if is_plain() and column.title in ACCURACIES:
        text = re.sub(r"(?<=\d)(\*?) \+-", r" %\1 +-", text)  # the table has no room for the sign
    return run.note if column.title == "note" else text


def print_curves(out: "Console", named: dict[str, Summary]) -> None:
    """Print the curves of one run, or of several below each other, on one scale and with the same width per epoch.

    An empty line is above them; nothing is printed if no run has an epoch.
    """
    rows = []
    longest = max(len(summary.epochs) for summary in named.values())
    for title, field in CURVES.items():
        curves = {name: [getattr(epoch, field) for epoch in summary.epochs] for name, summary in named.items()}
        scale = _scale(value for values in curves.values() for value in values)
        if scale is None:
            continue
        if is_plain():
            title = title.replace("train.", "training").replace("val.", "validation")
        show = percent if "accuracy" in field else loss_figure
        for name, values in curves.items():
            if any(value is not None for value in values):
                width = max(1, round(MOST_BARS * len(values) / max(longest, MOST_BARS)))
                bars = drawn(sparkline(values, width, scale=scale))
                rows.append([title, name, bars, show(values[0]), show(values[-1])])
                title = title if is_plain() else ""  # in a table only the first printed row has the title
    columns = ["curve", "run", "by epoch", "first", "last"]
    if len(named) == 1:
        columns, rows = [columns[0], *columns[2:]], [[row[0], *row[2:]] for row in rows]
    if rows:
        out.print()
        print_table(out, "", columns, rows, left=len(columns) - 2, repeated=len(columns) - 3)


def print_epochs(out: "Console", summary: Summary) -> None:
    """Print the curves of a run, and a row for each of its epochs; of very many, a terminal gets some."""
    print_curves(out, {"": summary})
    epochs = summary.config.epochs if summary.config else len(summary.epochs)
    table = EpochTable.for_run(out, epochs, summary.epochs)
    step = _apart(len(summary.epochs)) if out.file.isatty() else 1
    kept = {summary.epochs[0].epoch, summary.epochs[-1].epoch, summary.best_epoch.epoch if summary.best_epoch else 0}
    shown = (epoch for epoch in summary.epochs if epoch.epoch % step == 0 or epoch.epoch in kept)
    rows = (table.row(replace(epoch, best=epoch is summary.best_epoch)) for epoch in shown)
    out.print("\n".join(["", *table.header(), *rows, ""]), soft_wrap=True)
    if step > 1:
        besides = "the first, the best and the last" if table.is_validated else "the first and the last"
        say(out, f"one epoch in {step:,} is shown, and {besides}", "dim italic")
        command = f"mnist-sum runs show {summary.run.argument} | more"
        show_commands(out, {f"all {len(summary.epochs):,} epochs": command})
        out.print()


def _apart(count: int) -> int:
    """How many epochs apart the rows of so many epochs are: 1, 2, 5, 10, 20 and so on."""
    steps = (lead * factor for factor in (1, 10, 100, 1000) for lead in (1, 2, 5))
    return next((step for step in steps if count <= step * MOST_EPOCHS), count)


def _scale(values: Iterable[float | None]) -> tuple[float, float] | None:
    """The lowest and the highest value; None if there are none."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return (min(known), max(known)) if known else None
