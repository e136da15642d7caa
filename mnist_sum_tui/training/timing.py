"""The times of a run: a stopwatch, the time left, and when something optional is due again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

Result = TypeVar("Result")
LONGEST = 10
"""a step or validation counts at most as so many usual ones, because the process may have been stopped (Ctrl-Z)"""
SURE = 3
"""steps from which on the time left is told"""
STOPPED = 2.0
"""seconds beyond that, from which on it was stopped: a busy machine takes less"""


@dataclass(frozen=True, slots=True)
class Paces:
    """How often a training reports and saves, in seconds."""

    progress: float = 0.1
    samples: float = 1.0
    """between two Samples while a dashboard asks"""
    samples_share: float = 0.005
    """the largest share of the time for all Samples"""
    system: float = 10.0
    autosave: float = 120.0
    """between saves within an epoch, the most that a power cut costs; the largest network is saved in under 1 s"""


USUAL = Paces()


class Stopwatch:
    """Seconds of training without pauses. Setting the system clock does not change it."""

    def __init__(self, before: float) -> None:
        self._before = before
        self._since: float | None = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far, those of earlier processes included."""
        return self._before + (time.perf_counter() - self._since if self._since is not None else 0.0)

    @property
    def is_running(self) -> bool:
        """Whether it is not stopped."""
        return self._since is not None

    def pause(self) -> None:
        """Stop the watch."""
        self._before, self._since = self.seconds, None

    def restart(self) -> None:
        """Start it again after a pause; without one, forget the seconds since it was started last."""
        self._since = time.perf_counter()

    def leave_out(self, seconds: float) -> None:
        """Take back so many seconds, because they were no training."""
        self._before -= seconds


@dataclass(slots=True)
class Durations:
    """How long the steps, or the validations, of this process took."""

    count: int = 0
    seconds: float = 0.0

    @property
    def mean(self) -> float:
        """The mean so far; 0 before the first."""
        return self.seconds / self.count if self.count else 0.0

    def add(self, seconds: float) -> None:
        """Add one, but at most LONGEST times the mean of the earlier ones."""
        self.seconds += min(seconds, LONGEST * self.mean) if self.count else seconds
        self.count += 1

    def stopped(self, seconds: float) -> float:
        """How long the process was stopped in so many seconds, if only that explains them; else 0."""
        is_stop = self.count > 0 and seconds > LONGEST * self.mean + STOPPED
        return seconds - self.mean if is_stop else 0.0


@dataclass(slots=True)
class Forecast:
    """Estimates the time left from what this process measured, because a resumed run may be on another machine."""

    steps: Durations = field(default_factory=Durations)
    validations: Durations = field(default_factory=Durations)
    first: float = 0.0
    """seconds of this process's first step, which makes everything ready"""

    def add_step(self, seconds: float) -> None:
        """Add a step."""
        self.first = self.first if self.steps.count else seconds
        self.steps.add(seconds)

    def told(self, steps_left: int, validations_left: int) -> float | None:
        """Seconds to the end, without the first step, which may take three times as long; None before the third."""
        if self.steps.count < SURE:
            return None
        mean = (self.steps.seconds - self.first) / (self.steps.count - 1)
        return steps_left * mean + validations_left * self.validations.mean


class Pace:
    """When something optional is due while a dashboard asks for it: every `seconds`.

    It takes at most `share` of the time; but no pause is longer than `longest` seconds, because a slow first time must
    not delay the second one for long.
    """

    def __init__(self, seconds: float, share: float, longest: float = 5.0) -> None:
        self._seconds, self._share, self._longest = seconds, share, longest
        self._next = time.perf_counter() + seconds

    @property
    def is_due(self) -> bool:
        """Whether it is due."""
        return time.perf_counter() >= self._next

    def timed(self, do: Callable[[], Result]) -> Result:
        """Do it, and set the next time by how long it took."""
        begin = time.perf_counter()
        result = do()
        end = time.perf_counter()
        self._next = end + max(self._seconds, min((end - begin) / self._share, self._longest))
        return result
