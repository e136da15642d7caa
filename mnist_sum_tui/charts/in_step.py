"""Several runs played together: where each was at the same time, step or epoch, and which one leads. Pure functions."""

from collections.abc import Sequence

import numpy as np

from mnist_sum_tui.charts.axes import LOG, NINES
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.formatting import first_fit
from mnist_sum_tui.runs.events import Samples

Runs = Sequence[tuple[str, Sequence[Series]]]
"""each run's name and curves; runs that differ only in their seed share a name, as `overlay` takes them"""


def end_of(runs: Runs, x_kind: str) -> float:
    """Where the longest run ends on an x axis of that kind; 0 if none has begun."""
    ends = (series.x(x_kind, series.training)[-1:] for _, several in runs for series in several)
    return max((float(end[0]) for end in ends if len(end)), default=0.0)


def cut(runs: Runs, x_kind: str, at: float) -> list[tuple[str, list[Series]]]:
    """The runs as they were at a position of the x axis."""
    return [(name, [series.until(x_kind, at) for series in several]) for name, several in runs]


def answers_at(samples: Sequence[Samples], series: Series, x_kind: str, at: float) -> Samples | None:
    """The newest sample answers of a run at a position of the x axis; None before its first."""
    steps = series.steps_per_epoch if x_kind == "epoch" else 1
    before = [event for event in samples if (event.elapsed if x_kind == "time" else event.step / steps) <= at]
    return before[-1] if before else None


def lead_line(runs: Runs, quantity: str, ended: Sequence[str] = (), width: int = 120, signs: Sequence[str] = ()) -> str:
    """`compact leads, sum accuracy in training 97.20 % against 95.10 %`: the best run and the second best.

    Of more than two runs each has its value, best first, behind its sign, by which the chart's legend names it, too.
    With less room it is without what is compared, which the chart's title says, too; then without the values. Of the
    runs in `ended`, which have trained no farther, the sentence says so. The runs record their values at different
    steps, so a lead smaller than a run's last change is no lead.
    """
    head, what = quantity.split()
    scale = LOG if what == "loss" else NINES
    known, every = [], [series for _, several in runs for series in several]
    for (name, several), sign in zip(runs, signs or [name for name, _ in runs], strict=True):
        curves = [each.smoothed(what, head, every) for each in several if len(each.training)]
        if curves and np.isfinite(newest := [curve[-1] for curve in curves]).all():
            changes = [abs(curve[-1] - curve[-2]) for curve in curves if len(curve) > 1]
            known.append((float(np.mean(newest)), name, max(changes, default=0.0), sign))
    known.sort(reverse=what == "accuracy")
    if len(known) < 2:
        return "waiting for the first values"
    (best, name, change, sign), (second, _, other_change, other_sign) = known[:2]
    is_lead = abs(best - second) > max(change, other_change)
    values = f"{scale.label(best)} against {scale.label(second)}"
    said = f"{name} leads" if is_lead else "about equal"
    over = " and ".join(name for _, name, *_ in known[:2] if name in ended)
    ends = f" ({over} ended before)" if over else ""
    forms = [f"{said}, {quantity} in training {values}{ends}", f"{said}, {values}{ends}", said + ends]
    if len(runs) > 2:
        short = f"{sign} leads" if is_lead else f"{sign} and {other_sign} about equal"
        each = ", ".join(f"{sign} {scale.label(value)}" for value, _, _, sign in known)
        long = f"{sign} {said}" if is_lead and name != sign else short
        forms = [f"{long}, {quantity} in training: {each}{ends}", f"{short}, {quantity} in training: {each}"]
        forms += [f"{short}: {each}", short]
    return first_fit(forms, width)
