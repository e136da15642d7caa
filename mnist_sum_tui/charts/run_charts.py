"""Make plots from series: the two charts of one run, and the curves of several runs in one chart. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mnist_sum_tui.charts.axes import LINEAR, LOG, NINES, SHARE, Floats
from mnist_sum_tui.charts.plot import Curve, Marks, Plot
from mnist_sum_tui.charts.series import HEADS, Series, smooth
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.event_words import changed_short
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.training.moving_average import SMOOTHING

SMOOTHINGS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
X_KINDS = ("step", "epoch", "time")
HEAD_PATTERNS = {"digit": "solid", "sum": "dashed"}
GHOST_PATTERNS = {"digit": "sparse", "sum": "dotted"}
HEAD_SYMBOLS = dict(zip(HEADS, BRAILLE.runs, strict=False))
LOOK_AHEAD = 1.3
"""how far the ghost run is drawn, relative to the run itself; in full, a long ghost would leave a short run no room"""
QUICK = 0.1
"""turns of a setting within this share of the x axis are one sign, because several texts would hide the curves"""


@dataclass(frozen=True, slots=True)
class View:
    """The user's choices for the charts, which keys change."""

    x_kind: str = "step"
    is_log: bool = True
    smoothing: float = SMOOTHING
    cursor: float | None = None

    def smoother(self, by: int) -> "View":
        """The next stronger (1) or weaker (-1) smoothing."""
        place = SMOOTHINGS.index(self.smoothing) + by
        return replace(self, smoothing=SMOOTHINGS[min(max(place, 0), len(SMOOTHINGS) - 1)])

    def next_x(self) -> "View":
        """The next kind of x axis, without the cursor, whose position belongs to the old one."""
        kind = X_KINDS[(X_KINDS.index(self.x_kind) + 1) % len(X_KINDS)]
        return replace(self, x_kind=kind, cursor=None)

    @property
    def words(self) -> str:
        """The settings, for the title: `y log, smoothed 0.9`."""
        smoothed = f"smoothed {self.smoothing:g}" if self.smoothing else "not smoothed"
        return f"y {'log' if self.is_log else 'linear'}, {smoothed}"


def _signs(series: Series, x_kind: str, end: float) -> tuple[tuple[float, str], ...]:
    """Where settings were changed, and in words to what, up to the end of the x axis; quick turns of one are joined."""
    found = list[tuple[float, Changed]]()
    for event in series.changed:
        if (at := series.x_of(x_kind, event)) > end:
            continue
        if found and found[-1][1].setting == event.setting and at - found[-1][0] < QUICK * end:
            found[-1] = found[-1][0], replace(found[-1][1], value=event.value)
        else:
            found.append((at, event))
    return tuple((at, changed_short(event)) for at, event in found)


def plot(series: Series, ghost: Series | None, view: View, quantity: str) -> Plot:
    """The chart of `loss` or `accuracy`: digit and sum as lines, validation as marks, the ghost run behind them."""
    scales = (LOG if view.is_log else LINEAR) if quantity == "loss" else (NINES if view.is_log else SHARE)
    x = series.x(view.x_kind, series.training)
    curves = []
    for head in HEADS:
        raw = series.y(quantity, head, series.training)
        curves.append(Curve(head, head, x, smooth(raw, view.smoothing), raw, HEAD_PATTERNS[head]))
    if ghost is not None and len(ghost.training):
        behind = ghost.x(view.x_kind, ghost.training)
        seen = int(np.searchsorted(behind, x[-1] * LOOK_AHEAD)) if len(x) else 0
        for head in HEADS:
            y = ghost.smoothed(quantity, head, [series], max(view.smoothing, SMOOTHING))
            name, pattern = f"best earlier run, {head}", GHOST_PATTERNS[head]
            there = behind[:seen], y[:seen]
            curves.append(Curve(name, f"{head}-ghost", *there, pattern=pattern, is_behind=True, short="earlier"))
    marks = tuple(
        Marks(
            "validation",
            head,
            HEAD_SYMBOLS[head],
            series.x(view.x_kind, series.validation),
            series.y(quantity, head, series.validation),
        )
        for head in HEADS
    )
    reading, keys = (
        ("smoothed", f" {view.smoothing:g}, [ ] change it") if view.smoothing else ("each batch", ", ] smooths")
    )
    return Plot(
        tuple(curves), marks, scales, view.x_kind, view.cursor, title=quantity, note=view.words,
        reading=reading, reading_keys=keys, signs=_signs(series, view.x_kind, float(x[-1]) if len(x) else 0.0),
        steps_per_epoch=series.steps_per_epoch,
    )  # fmt: skip


OVERLAY_QUANTITIES = ("sum accuracy", "digit accuracy", "sum loss", "digit loss")
OVERLAY_X_KINDS = ("epoch", "step", "time")
RUN_PATTERNS = ("solid", "dashed", "sparse", "long", "mixed", "dotted")
RUN_SYMBOLS = BRAILLE.runs
"""a mark for each run, the same in the chart and in the table of runs"""
MOST_RUNS = len(RUN_SYMBOLS)
"""the most curves in a chart, because more cannot be told apart"""


def overlay(
    runs: Sequence[tuple[str, Sequence[Series]]], quantity: str, x_kind: str, looks: Sequence[int] = ()
) -> Plot:
    """One smoothed training curve per run, and its validation as marks; patterns and marks differ, not only colours.

    Several series with one name, of runs that differ only in their seed, are drawn as the curve of their mean, with a
    band from the lowest to the highest. `looks` has the index of each run's mark, 0 to MOST_RUNS - 1, as a table of the
    runs shows it, so that the mark alone names a run where there is little room; without it they are given in order.
    """
    head, what = quantity.split()
    curves, marks, every = [], [], [series for _, several in runs for series in several]
    for row, (name, several) in zip(looks or range(MOST_RUNS), runs[:MOST_RUNS], strict=False):
        role, shown = f"run-{row + 1}", f"{name} n={len(several)}" if len(several) > 1 else name
        shown = f"{RUN_SYMBOLS[row]} {shown}" if len(runs) > 1 else shown  # its mark in the table of runs
        trained = [(series.x(x_kind, series.training), series.smoothed(what, head, every)) for series in several]
        x, y, raw = _together(trained)
        sign = RUN_SYMBOLS[row] if looks and len(runs) > 1 else ""
        curves.append(Curve(shown, role, x, y, raw, RUN_PATTERNS[row], short=sign))
        validated = [
            (series.x(x_kind, series.validation), series.y(what, head, series.validation)) for series in several
        ]
        # without a name, because in the legend a mark stands for its run
        marks.append(Marks("", role, RUN_SYMBOLS[row], *_together(validated)[:2]))
    scale = NINES if what == "accuracy" else LOG
    note = f"y log, smoothed{'; signs: in validation' if any(len(mark.x) for mark in marks) else ''}"
    return Plot(
        tuple(curves), tuple(marks), scale, x_kind, title=f"{quantity} in training", note=note, short_title=quantity,
        envelope=("all of n", "n"), empty="no step is recorded",
    )  # fmt: skip


def _together(several: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats, Floats | None]:
    """Join several curves into one: x, mean y, and the y values of all curves; a single curve stays as it is.

    Each x of the longest curve occurs once for every curve, so that a band drawn from these points covers all curves.
    """
    x = max((at for at, _ in several), key=lambda at: at[-1] if len(at) else -np.inf)  # one may have just begun
    if len(several) == 1 or not len(x):
        return *several[0], None
    each = np.array([np.interp(x, at, y, right=np.nan) if len(at) else np.full(len(x), np.nan) for at, y in several])
    known = np.isfinite(each)
    mean = np.where(known, each, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    mean[~known.any(axis=0)] = np.nan
    return np.repeat(x, len(each)), np.repeat(mean, len(each)), each.T.ravel()


def short_name(run_id: str, with_seconds: bool = False) -> str:
    """A run's id without year and seconds, `11-25 10:26 compact`; an id of another form is unchanged."""
    date, _, rest = run_id.partition("-")
    clock, _, name = rest.partition("-")
    if len(date) == 8 and len(clock) == 6 and (date + clock).isdigit():
        seconds = f":{clock[4:]}" if with_seconds else ""
        return printable(f"{date[4:6]}-{date[6:]} {clock[:2]}:{clock[2:4]}{seconds} {name}".rstrip())
    return printable(run_id)


def short_names(run_ids: Sequence[str]) -> list[str]:
    """The short names of several runs, with seconds if two would have the same name."""
    names = [short_name(each) for each in run_ids]
    return [
        short_name(each, with_seconds=True) if names.count(name) > 1 else name
        for each, name in zip(run_ids, names, strict=True)
    ]
