"""Means and times of a run: sums over images, a stopwatch, the time that is left, and how often a thing may be done."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(slots=True)
class Meter:
    """Sums over images; a mean is a sum divided by `images`. Floats, which JSON gives back exactly."""

    digit_loss: float = 0.0
    sum_loss: float = 0.0
    digit_right: float = 0.0
    sum_right: float = 0.0
    images: float = 0.0
    seconds: float = 0.0

    def add(self, images: int, digit_loss: float, sum_loss: float, digit_right: float, sum_right: float) -> None:
        """Count a batch: its mean losses and its right answers."""
        self.images += images
        self.digit_loss += digit_loss * images
        self.sum_loss += sum_loss * images
        self.digit_right += digit_right
        self.sum_right += sum_right

    def means(self) -> dict[str, float]:
        """The four means and images/s, under the names that events use."""
        return {
            "digit_loss": self.digit_loss / self.images,
            "sum_loss": self.sum_loss / self.images,
            "digit_accuracy": self.digit_right / self.images,
            "sum_accuracy": self.sum_right / self.images,
            "images_per_second": self.images / self.seconds if self.seconds else 0.0,
        }

    def to_dict(self) -> Mapping[str, float]:
        """Plain values, for a checkpoint."""
        return {name: getattr(self, name) for name in self.__slots__}


class Stopwatch:
    """Seconds of training, pauses left out. Monotonic: the clock may be set while it runs."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._since: float | None = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far, those of earlier processes included."""
        return self._before + (time.perf_counter() - self._since if self._since is not None else 0.0)

    def pause(self) -> None:
        """Stop counting."""
        self._before, self._since = self.seconds, None

    def resume(self) -> None:
        """Count again."""
        self._since = time.perf_counter()


@dataclass(slots=True)
class Forecast:
    """The time left, from what this very process has measured, so that it is right on another machine too."""

    steps: int = 0
    step_seconds: float = 0.0
    validations: int = 0
    validation_seconds: float = 0.0

    def remaining(self, steps_left: int, validations_left: int) -> float | None:
        """Seconds to the end; None before the first step."""
        if self.steps == 0:
            return None
        step = self.step_seconds / self.steps
        validation = self.validation_seconds / self.validations if self.validations else 0.0
        return steps_left * step + validations_left * validation


class Pace:
    """When a thing that is nice to have is due again: each `seconds`, or less often, so that its share stays small."""

    LONGEST = 5.0
    """seconds between two; a first time that was slow must not put off the second for long"""

    def __init__(self, seconds: float, share: float) -> None:
        self._seconds, self._share = seconds, share
        self._next = time.perf_counter() + seconds

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return time.perf_counter() >= self._next

    def timed(self, do: Callable[[], Result]) -> Result:
        """Do it, and plan the next time."""
        begin = time.perf_counter()
        result = do()
        end = time.perf_counter()
        self._next = end + max(self._seconds, min((end - begin) / self._share, self.LONGEST))
        return result


class Allowance:
    """When a thread may do again what is nice to have, so that it takes a small share of a core on any machine.

    It goes by the thread's own processor time, so it counts what is caused as well as what is done, and not the waiting
    for a core that others have.
    """

    LONGEST = 2.0
    """seconds between two, whatever they cost"""

    def __init__(self, share: float) -> None:
        self._share = share
        self._begun = self._spent = -math.inf

    @property
    def is_left(self) -> bool:
        """Whether what the thread has spent since `begin` is within its share of the time since."""
        passed, spent = time.perf_counter() - self._begun, time.thread_time() - self._spent
        return passed >= self.LONGEST or spent <= self._share * passed

    def begin(self) -> None:
        """It is done now."""
        self._begun, self._spent = time.perf_counter(), time.thread_time()
