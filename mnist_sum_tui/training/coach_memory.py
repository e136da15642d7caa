"""What the coach remembers of a training: averages, extremes, and how long something has lasted. No torch."""

import math
from dataclasses import dataclass, field

from mnist_sum_tui.runs.events import EpochDone, Progress
from mnist_sum_tui.training.moving_average import Average
from mnist_sum_tui.training.validations import that_count

FAST, SLOW = 0.8, 0.95
"""weights of the past in the moving averages over Progress events"""
SETTLED = 10
"""Progress events after which the averages mean something"""
JUMP = 2.5
"""the loss is high if it is more than this many times its lowest value, plus 0.1"""
ADDS = 0.2
"""the accuracy from which on the sum counts as more than guessed"""
READS, KNOWS = 0.5, 0.9
"""from these accuracies on the network reads digits, and knows both"""
COOL = 0.3
"""the learning rate has fallen if it is below this share of its peak"""
WORSE, RISEN = 1.5, 0.05
"""the loss has risen if it is more than WORSE times its lowest value, plus RISEN; the digit's alone, plus twice that"""
BUSY_SHARE = 0.5
"""a training is slow below this share of its best speed"""
AGAIN = 2.0
"""the learning rate has begun a new rise if it is so many times the last one: in added epochs, or turned up"""
STILL = 0.97
"""the digit is a guess while its loss is above this share of the first"""


@dataclass(slots=True)
class Seen:
    """What the coach remembers of the events."""

    loss: Average = field(default_factory=lambda: Average(FAST))
    digit: Average = field(default_factory=Average)
    """the accuracies of digit and sum are averaged as in the dashboard's key figures, so that they never disagree"""
    most_digit: float = 0.0
    """the highest average of the digit's accuracy, also over an epoch"""
    epochs: list[EpochDone] = field(default_factory=list)
    """the last epoch, and those before it that count"""
    total: Average = field(default_factory=Average)
    speed: Average = field(default_factory=lambda: Average(SLOW))
    digit_loss: Average = field(default_factory=lambda: Average(FAST))
    first_digit_loss: float = 0.0
    lowest: float = math.inf
    """the lowest average of the loss, in nats"""
    lowest_digit: float = math.inf
    """the same of the digit's loss alone, which the sum's would hide before the network adds"""
    fastest: float = 0.0
    """the highest average of the speed in this process, in images/s"""
    slow_events: int = 0
    """how many Progress events, without a break, the speed has been below BUSY_SHARE of `fastest`"""
    high_events: int = 0
    """how many, without a break, the loss has been high (JUMP)"""
    peak_rate: float = 0.0
    """the highest learning rate since it began to rise"""
    rate: float = 0.0
    """the learning rate of the newest Progress; if the user has turned it up, as it would be otherwise"""
    events: int = 0
    """how many Progress events were taken in"""
    step: int = 0
    elapsed: float = 0.0
    """seconds of training, as of the newest Progress"""
    low_step: int = 0
    """the last step at which the loss had not risen"""
    adds_since: int = 0
    """the step since which the sum's accuracy has been at least ADDS in each Progress; 0 if it is below"""
    before: int = 0
    """Progress events of earlier processes"""

    def begin(self) -> None:
        """Note that a process of the run begins. It may be on another machine, so only its own speeds are compared."""
        self.before = self.events
        self.speed, self.fastest, self.slow_events = Average(SLOW), 0.0, 0

    def note(self, event: Progress, factor: float) -> None:
        """Take in the next Progress. The user has turned its learning rate by the factor, or not: 1."""
        for average, value in (
            (self.loss, event.loss), (self.digit_loss, event.digit_loss), (self.digit, event.digit_accuracy),
            (self.total, event.sum_accuracy), (self.speed, event.images_per_second),
        ):  # fmt: skip
            average.add(value)
        loss, digit_loss, speed = self.loss.value, self.digit_loss.value, self.speed.value
        rate = event.lr / max(factor, 1.0)
        peak = 0.0 if rate >= AGAIN * self.rate else self.peak_rate
        self.events, self.step, self.elapsed, self.rate = self.events + 1, event.step, event.elapsed, rate
        self.peak_rate, self.most_digit = max(peak, rate), max(self.most_digit, self.digit.value)
        self.adds_since = 0 if event.sum_accuracy < ADDS else self.adds_since or event.step
        if self.events == SETTLED:
            self.first_digit_loss = digit_loss
        if self.events >= SETTLED:
            self.lowest, self.lowest_digit = min(self.lowest, loss), min(self.lowest_digit, digit_loss)
            is_worse = loss > WORSE * self.lowest + RISEN or digit_loss > WORSE * self.lowest_digit + 2 * RISEN
            self.low_step = self.low_step if is_worse else self.step
            is_high = loss > JUMP * self.lowest + 0.1
            self.high_events = self.high_events + 1 if is_high else 0
        if self.events - self.before >= SETTLED:
            self.fastest = max(self.fastest, speed)
            self.slow_events = self.slow_events + 1 if speed < BUSY_SHARE * self.fastest else 0

    def note_epoch(self, event: EpochDone) -> None:
        """Take in an epoch."""
        self.epochs = [*that_count(self.epochs), event]
        self.most_digit = max(self.most_digit, event.digit_accuracy)

    @property
    def is_guess(self) -> bool:
        """Whether the digit is guessed."""
        return self.digit_loss.value > STILL * self.first_digit_loss and self.digit.value < ADDS

    @property
    def has_read(self) -> bool:
        """Whether the network has read digits at any time in this run."""
        return self.most_digit >= READS

    @property
    def is_cool(self) -> bool:
        """Whether the learning rate has fallen."""
        return self.rate < COOL * self.peak_rate

    @property
    def has_risen(self) -> bool:
        """Whether the loss is above its lowest value by more than noise."""
        return self.low_step < self.step
