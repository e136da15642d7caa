"""The race of a training against the ghost run: which of them learned to add sooner, and why. No torch."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import duration, percent
from mnist_sum_tui.runs.event_words import BUSY
from mnist_sum_tui.runs.events import Advice, Event, Progress
from mnist_sum_tui.runs.ghost import can_explain, find_ghost, why_apart
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.moving_average import Average

TARGETS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""the accuracies of the sum at which two runs are compared"""
TARGET_SMOOTHING = 0.9
"""the smoothing of the accuracy that is compared with TARGETS, so that one lucky batch does not count"""
TOLD_FROM = 0.9
"""below this accuracy a lead is mostly luck"""
LEAD_SHARE, LEAD_SECONDS = 0.25, 1.0
"""a lead counts if it is above this share of the ghost's time and above so many seconds; less may be chance, or other
work on the machine"""


@dataclass(frozen=True, slots=True)
class Ghost:
    """What the coach knows about the ghost run."""

    model: str
    reached: Mapping[float, float]
    """the seconds of training after which it reached each of TARGETS"""
    why: str
    """the settings in which it differs from this run, in words: `that one had lr 0.001`"""


@dataclass(slots=True)
class Reached:
    """Notes when the sum's accuracy reaches each of TARGETS in a training."""

    at: dict[float, float] = field(default_factory=dict)
    """seconds of training by accuracy; NaN if the time is not known"""
    _average: Average = field(default_factory=lambda: Average(TARGET_SMOOTHING))

    def add(self, event: Progress) -> None:
        """Take in the next Progress."""
        accuracy = self._average.add(event.sum_accuracy)
        for target in TARGETS[len(self.at) :]:
            if not accuracy >= target:  # or NaN
                break
            self.at[target] = event.elapsed

    @property
    def is_lost(self) -> bool:
        """Whether the accuracy is by now below half of what was reached, or NaN, as after a rate that ruins weights."""
        return bool(self.at) and not self._average.value >= max(self.at) / 2

    def forget_times(self) -> None:
        """After a resume: what is reached already was reached earlier, at unknown times."""
        self.at = dict.fromkeys(self.at, math.nan)


def reached_in(events: Iterable[Event]) -> dict[float, float]:
    """The seconds of training after which a run reached each of TARGETS, until other programs took its cores."""
    found = Reached()
    for event in events:
        if isinstance(event, Advice) and event.topic == BUSY:
            break
        if isinstance(event, Progress):
            found.add(event)
    return found.at


def read_ghost(run: Run, config: TrainConfig) -> Ghost | None:
    """The ghost of a run, from the same folder; None if there is none, or no setting differs that explains anything.

    Raises:
        RunError: the ghost run was removed meanwhile.
    """
    ghost = find_ghost(run.path.parent, config, run)
    if ghost is None or not can_explain(ghost, config, run):
        return None
    reached = reached_in(read_events(ghost.metrics_file, Progress.kind, Advice.kind))
    return Ghost(config.model, reached, why_apart(ghost, config, run))


def verdict(ours: Mapping[float, float], ghost: Ghost) -> tuple[str, str]:
    """`Faster` or `Slower` and a sentence that says so, by the highest accuracy that both runs reached.

    Both are empty if the lead may be chance, that is, below LEAD_SHARE of the ghost's time or below LEAD_SECONDS.
    """
    both = [target for target in TARGETS if target >= TOLD_FROM and target in ours and target in ghost.reached]
    if not both:
        return "", ""
    theirs = ghost.reached[both[-1]]
    lead = theirs - ours[both[-1]]
    if not abs(lead) > max(LEAD_SHARE * theirs, LEAD_SECONDS):
        return "", ""
    word, than = ("Faster", "sooner") if lead > 0 else ("Slower", "later")
    mark = percent(both[-1], 1).replace(".0", "")
    return word, (
        f"{word} than the best earlier {ghost.model} run (sum {mark} {duration(abs(lead))} {than}): {ghost.why}"
    )
