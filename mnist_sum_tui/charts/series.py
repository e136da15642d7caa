"""A run's events as arrays for its charts: training as curves (`smooth`), validation as marks. numpy only."""

from collections.abc import Iterable
from operator import attrgetter

import numpy as np

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.runs.events import Changed, EpochDone, Event, Progress, Started, System, Validated
from mnist_sum_tui.runs.growing_table import GrowingTable
from mnist_sum_tui.training.moving_average import SMOOTHING

HEADS = ("digit", "sum")
QUANTITIES = ("loss", "accuracy")
COLUMNS = ("step", "elapsed", *(f"{head}_{quantity}" for quantity in QUANTITIES for head in HEADS))
_FIGURES = attrgetter(*COLUMNS)


class Series:
    """The curves of one run: `training` and `validation`, two tables with COLUMNS."""

    KINDS = ("started", "progress", "validated", "epoch", "changed", "system")
    """the kinds of events that are used"""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.training, self.validation = GrowingTable(len(COLUMNS)), GrowingTable(len(COLUMNS))
        self.last_system: System | None = None
        self.changed: list[Changed] = []
        """the changes of settings during training, in order"""
        self.steps_per_epoch = 1
        self.model = ""
        known = list(events)
        progress = [event for event in known if isinstance(event, Progress)]  # most are
        self.training.extend([_FIGURES(event) for event in progress])
        for event in known:
            if not isinstance(event, Progress):
                self.add(event)

    def add(self, event: Event) -> None:
        """Add the next event; kinds that are not in KINDS change nothing."""
        match event:
            case Progress():
                self.training.add(*_FIGURES(event))
            case Started():
                self.steps_per_epoch, self.model = max(1, event.steps_per_epoch), event.model
            case Changed():
                self.changed.append(event)
            case System():
                self.last_system = event
            case Validated():
                self.validation.add(*_FIGURES(event))
            case EpochDone(val_digit_loss=float()):
                self.validation.add(event.step, event.elapsed, *(getattr(event, f"val_{name}") for name in COLUMNS[2:]))

    def x(self, kind: str, table: GrowingTable) -> Floats:
        """The x values of a table, as `step`, `epoch` or `time` (in seconds)."""
        if kind == "time":
            return table.column(1)
        return table.column(0) / self.steps_per_epoch if kind == "epoch" else table.column(0)

    def x_of(self, kind: str, event: Changed) -> float:
        """Where a changed setting begins to hold, on an x axis of that kind; infinite if the time is not known yet."""
        if kind != "time":
            return event.at / (self.steps_per_epoch if kind == "epoch" else 1)
        later = np.flatnonzero(self.training.column(0) > event.at)
        return float(self.training.column(1)[later[0]]) if len(later) else np.inf

    def y(self, quantity: str, head: str, table: GrowingTable) -> Floats:
        """The `loss` or `accuracy` of a table, for the head `digit` or `sum`."""
        return table.column(2 + 2 * QUANTITIES.index(quantity) + HEADS.index(head))

    def smoothed(self, quantity: str, head: str, beside: Iterable["Series"] = (), weight: float = SMOOTHING) -> Floats:
        """The training curve, each value an average that fades over as much of an epoch as those of the runs `beside`.

        A slow run has more rows than a quick one: with the same weight per row its average would be of a shorter part,
        and two equal trainings would look different.
        """
        widest = max((each._spacing for each in beside), default=self._spacing)
        share = max(self._spacing / widest, 0.0) if widest > 0 else 1.0
        return smooth(self.y(quantity, head, self.training), weight**share)

    @property
    def _spacing(self) -> float:
        """Epochs from one row of `training` to the next, on average; 0 with less than two."""
        x = self.x("epoch", self.training)
        return float(x[-1] - x[0]) / (len(x) - 1) if len(x) > 1 else 0.0


def smooth(values: Floats, weight: float) -> Floats:
    """The moving average of `training.moving_average.Average` at each value. NaN is left out of it and stays NaN.

    While it grows, value i counts i (i + 1) (i + 2) times. Then each weighs `weight` times as much as the next one: the
    window is doubled until it is long enough, which takes a dozen passes over the array instead of a loop over 10,000
    points. A matrix product would compete with training for the cores.
    """
    if weight <= 0 or not len(values):
        return values
    known = np.isfinite(values)
    sums = np.stack([np.where(known, values, 0.0), known.astype(float)])
    place = np.arange(1.0, len(values) + 1)
    grown = int(np.count_nonzero(place - 1 < weight * (place + 2)))
    counts = (place * (place + 1) * (place + 2))[:grown]
    sums[:, :grown] = np.cumsum(sums[:, :grown] * counts, axis=1) / counts
    rest, length, fade = sums[:, grown - 1 :], 1, weight
    while length < rest.shape[1] and fade > 1e-12:
        rest[:, length:] += fade * rest[:, :-length]
        length, fade = 2 * length, fade * fade
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, sums[0] / sums[1], values)
