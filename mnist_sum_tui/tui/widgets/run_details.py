"""What is said of runs besides their rows and curves, as lines of text in columns. No widget."""

from collections.abc import Sequence

from rich.cells import cell_len

from mnist_sum_tui.config import SAME_SETTINGS, settings_table
from mnist_sum_tui.runs.summary import Summary, measured_on, why_best


def differing(runs: Sequence[Summary], marks: Sequence[str]) -> str:
    """The settings in which runs differ, each run's below its mark."""
    rows = settings_table([run.config for run in runs])
    return in_columns([["setting", *marks], *rows]) if rows else SAME_SETTINGS


def ranking(runs: Sequence[Summary], best: Summary | None) -> str:
    """What stands under a table of runs: by what a run is the best, and on which images the figures are measured."""
    return "\n".join([*([] if best is None else [why_best(best)]), measured_on(runs)])


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of texts as lines; each column is as wide as its longest text, two spaces from the next."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(text + " " * (room - cell_len(text)) for text, room in zip(row, widths, strict=True)) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
