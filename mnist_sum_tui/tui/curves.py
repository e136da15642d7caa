"""From a run's series to the two plots of the page Train: pure functions."""

from dataclasses import dataclass, replace

import numpy as np

from mnist_sum_tui.render import duration, percent
from mnist_sum_tui.tui.plot import Curve, Marks, Plot
from mnist_sum_tui.tui.scales import LINEAR, LOG, NINES, SHARE
from mnist_sum_tui.tui.series import HEADS, Series, smooth

SMOOTHINGS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
X_KINDS = ("step", "epoch", "time")
PATTERNS = {"digit": "solid", "sum": "dashed"}
SYMBOLS = {"digit": "●", "sum": "◆"}
LOOK_AHEAD = 1.3
"""how much further than the run itself the past run is seen; all of it would leave a short run no room"""


@dataclass(frozen=True, slots=True)
class View:
    """How the charts are looked at; the keys change it."""

    x_kind: str = "step"
    is_log: bool = True
    smoothing: float = 0.9
    cursor: float | None = None

    def smoother(self, by: int) -> "View":
        """The next stronger (1) or weaker (-1) smoothing."""
        place = SMOOTHINGS.index(self.smoothing) + by
        return replace(self, smoothing=SMOOTHINGS[min(max(place, 0), len(SMOOTHINGS) - 1)])

    def next_x(self) -> "View":
        """The next x axis; a cursor has no place on it."""
        kind = X_KINDS[(X_KINDS.index(self.x_kind) + 1) % len(X_KINDS)]
        return replace(self, x_kind=kind, cursor=None)

    @property
    def words(self) -> str:
        """The settings, for the axis: `log · smoothing 0.9`."""
        return f"{'log' if self.is_log else 'linear'} · smoothing {self.smoothing:g}"


def plot(series: Series, past: Series | None, view: View, quantity: str) -> Plot:
    """The chart of `loss` or `accuracy`: digit and sum as lines, validation as marks, the past run behind."""
    scales = (LOG if view.is_log else LINEAR) if quantity == "loss" else (NINES if view.is_log else SHARE)
    x = series.x(view.x_kind, series.training)
    curves = []
    for head in HEADS:
        raw = series.y(quantity, head, series.training)
        curves.append(Curve(head, head, x, smooth(raw, view.smoothing), raw, PATTERNS[head]))
    if past is not None and len(past.training):
        behind = past.x(view.x_kind, past.training)
        seen = int(np.searchsorted(behind, x[-1] * LOOK_AHEAD)) if len(x) else 0
        for head in HEADS:
            y = smooth(past.y(quantity, head, past.training), max(view.smoothing, 0.9))
            curves.append(Curve(f"best run, {head}", "past", behind[:seen], y[:seen], None, "sparse"))
    marks = tuple(
        Marks(
            "validation",
            head,
            SYMBOLS[head],
            series.x(view.x_kind, series.validation),
            series.y(quantity, head, series.validation),
        )
        for head in HEADS
    )
    return Plot(tuple(curves), marks, scales, view.x_kind, view.cursor, title=quantity, note=view.words)


def race(series: Series, past: Series) -> list[tuple[str, float, str]]:
    """Mark, seconds ahead of the past run (behind: negative), and that in words, for each mark that both reached."""
    mine, theirs = series.reached(), past.reached()
    found = []
    for target, seconds in mine.items():
        if target in theirs:
            lead = theirs[target] - seconds
            words = "ahead" if lead >= 0 else "behind"
            found.append((percent(target, 1).replace(".0", ""), lead, f"{duration(abs(lead))} {words}"))
    return found
