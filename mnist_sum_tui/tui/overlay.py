"""The curves of several runs in one chart, and the command that made a run: pure functions."""

import shlex
from collections.abc import Sequence

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.plot import Curve, Marks, Plot
from mnist_sum_tui.tui.scales import LOG, NINES
from mnist_sum_tui.tui.series import Series, smooth

MOST = 6
"""curves in a chart; more cannot be told apart"""
QUANTITIES = ("sum accuracy", "digit accuracy", "sum loss", "digit loss")
X_KINDS = ("epoch", "step", "time")
PATTERNS = ("solid", "dashed", "sparse")
SYMBOLS = "●◆▲■▼★"
SMOOTHING = 0.9


def overlay(runs: Sequence[tuple[str, Series]], quantity: str, x_kind: str) -> Plot:
    """One curve of training a run, smoothed, and its validation as marks; told apart by pattern and mark, too."""
    head, what = quantity.split()
    curves, marks = [], []
    for row, (name, series) in enumerate(runs[:MOST]):
        role = f"run-{row + 1}"
        y = smooth(series.y(what, head, series.training), SMOOTHING)
        pattern = PATTERNS[row % len(PATTERNS)]
        curves.append(Curve(name, role, series.x(x_kind, series.training), y, None, pattern))
        places, values = series.x(x_kind, series.validation), series.y(what, head, series.validation)
        marks.append(Marks("validation", role, SYMBOLS[row], places, values))
    return Plot(tuple(curves), tuple(marks), NINES if what == "accuracy" else LOG, x_kind, title=quantity)


def short_name(run_id: str) -> str:
    """A run's id without the year and the seconds, `11-25 10:26 compact`; an id of another form as it is."""
    date, _, rest = run_id.partition("-")
    clock, _, name = rest.partition("-")
    if len(date) == 8 and len(clock) == 6 and (date + clock).isdigit():
        return printable(f"{date[4:6]}-{date[6:]} {clock[:2]}:{clock[2:4]} {name}".rstrip())
    return printable(run_id)


def command(config: TrainConfig) -> str:
    """The command that trains with this config: recipe, model, epochs and seed, and what differs from the recipe."""
    told = {"model", "recipe", "epochs", "seed"} | config.given().keys()
    words = ["mnist-sum", "train"]
    for name, value in config.to_dict().items():
        if name == "all_data" and name in told:
            words.append("--all-data" if value else "--hold-out")
        elif name in told:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return printable(shlex.join(words))
