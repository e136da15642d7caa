"""Tables of runs for the terminal: a row per run, and the curves of several on one scale."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.layout import print_table, say
from mnist_sum_tui.errors import unknown
from mnist_sum_tui.formatting import duration, percent, sparkline
from mnist_sum_tui.runs.summary import Summary, measured_on

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.cli.layout import Cells

STATE_COLOURS = {
    "running": "cyan",
    "completed": "green",
    "diverged": "red",
    "failed": "red",
    "damaged": "red",
}
CURVES = {
    "digit loss": "digit_loss",
    "sum loss": "sum_loss",
    "digit accuracy": "val_digit_accuracy",
    "sum accuracy": "val_sum_accuracy",
}
"""what `show` and `compare` draw: the training losses and the validation accuracies of the epochs"""
MOST_BARS = 30


def letters(count: int) -> list[str]:
    """Short names for the runs of a comparison: A, B, ...; numbers if there are more than letters."""
    return [chr(ord("A") + place) for place in range(count)] if count <= 26 else [str(n + 1) for n in range(count)]


def sorted_by(runs: Sequence[Summary], title: str) -> Sequence[Summary]:
    """The runs as the page Runs sorts them by the column of that title.

    Raises:
        UsageError: there is no such column.
    """
    from mnist_sum_tui.tui.widgets.run_columns import COLUMNS, arranged  # no Textual in it

    titles = [column.title for column in COLUMNS]
    if title not in titles:
        raise unknown("column", title, titles)
    return arranged(runs, titles.index(title))


def print_runs(
    out: "Console", summaries: Sequence[Summary], names: Sequence[str] = (), best: Summary | None = None
) -> None:
    """A row per run, which is named by its id or by one of `names`."""
    from rich.text import Text

    rows: list[Cells] = []
    for place, summary in enumerate(summaries):
        config = summary.config
        mark = "" if summary.is_tested or summary.digit_accuracy is None else "*"
        colour = STATE_COLOURS.get(summary.state, "yellow")
        rows.append([
            names[place] if names else summary.run.argument,
            config.model if config else "-",
            config.recipe if config else "-",
            Text.assemble((summary.state_word, colour), (", best" if summary is best else "", "bold")),
            summary.note,
            f"{len(summary.epochs)}/{config.epochs}" if config else "-",
            percent(summary.digit_accuracy) + mark,
            percent(summary.sum_accuracy) + mark,
            duration(summary.elapsed or None),
        ])  # fmt: skip
    columns = ["run", "model", "recipe", "state", "note", "epochs", "digit", "sum", "time"]
    left = 5
    if not any(summary.note for summary in summaries):
        columns, rows, left = [*columns[:4], *columns[5:]], [[*row[:4], *row[5:]] for row in rows], 4
    print_table(out, "", columns, rows, left=left, spare=() if names else ("recipe", "model", "time", "epochs"))
    say(out, measured_on(summaries), "dim italic")


def print_curves(out: "Console", named: dict[str, Summary]) -> None:
    """The curves of one run, or of several below each other: all on one scale, with one width for an epoch."""
    rows = []
    longest = max(len(summary.epochs) for summary in named.values())
    for title, field in CURVES.items():
        curves = {name: [getattr(epoch, field) for epoch in summary.epochs] for name, summary in named.items()}
        scale = _scale(value for values in curves.values() for value in values)
        if scale is None:
            continue
        show = percent if "accuracy" in field else "{:.4f}".format
        for name, values in curves.items():
            if any(value is not None for value in values):
                width = max(1, round(MOST_BARS * len(values) / max(longest, MOST_BARS)))
                rows.append([title, name, sparkline(values, width, scale=scale), show(values[0]), show(values[-1])])
                title = ""  # the first row that is printed has it
    columns = ["curve", "run", "by epoch", "first", "last"]
    if len(named) == 1:
        columns, rows = [columns[0], *columns[2:]], [[row[0], *row[2:]] for row in rows]
    print_table(out, "", columns, rows, left=len(columns) - 2)


def _scale(values: Iterable[float | None]) -> tuple[float, float] | None:
    """The lowest and the highest value; None if there are none."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return (min(known), max(known)) if known else None
