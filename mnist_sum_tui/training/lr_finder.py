"""The learning rate range test: which learning rate a network can take, found in 100 steps. `mnist-sum lr` runs it.

The rate rises from step to step while a fresh network trains. Where the loss falls, the rate is useful; where it
shoots up, the rate is too high (Smith, "Cyclical Learning Rates", arXiv:1506.01186, section 3.3).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.machine.hardware import choose, set_up
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.moving_average import Average
from mnist_sum_tui.training.step import DivergedError, Learner

STEPS = 100
LOWEST, HIGHEST = 1e-6, 10.0
RATES = tuple(LOWEST * (HIGHEST / LOWEST) ** (step / (STEPS - 1)) for step in range(STEPS))
"""the learning rate of each step"""
SMOOTHING = 0.8
"""the weight of the past in the smoothed loss; more would be too slow for 100 steps"""
LEAVES = 2.0
"""the test ends when the smoothed loss exceeds its lowest value by this factor"""
SETTLED = 5
"""steps before the smoothed loss means something"""
BEGUN = 0.95
"""the loss counts as falling from the first step at which it is below this share of its first value"""


@dataclass(frozen=True, slots=True)
class RateTest:
    """The result of a learning rate range test: what it measured in each step, and the rates that it suggests."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    """the mean of both heads' losses before each step, in nats"""
    smoothed: tuple[float, ...]
    steepest: float
    """the rate at which the smoothed loss falls most steeply, on a logarithmic scale of rates"""
    valley: float
    """the rate in the middle of the fall, on a logarithmic scale; it varies less from test to test than `steepest`"""

    @property
    def about_valley(self) -> str:
        """What `valley` is, in words."""
        return f"halfway down the fall{', the safer choice' if self.valley < self.steepest else ''}"

    @property
    def suggestion(self) -> float:
        """The rate to use, rounded to two digits."""
        return float(f"{self.valley:.1e}")


def find_rate(config: TrainConfig, is_over: Callable[[Sequence[float]], bool] = lambda _: False) -> RateTest:
    """Run the test with a fresh network; nothing else is changed. `is_over` gets the losses so far, and may end it.

    Raises:
        DataError, UsageError: the images or the device are missing, or one of the first two losses is not finite.
    """
    hardware = choose(config)
    set_up(hardware)
    learner = Learner(config, hardware)
    train, _ = dataset.hold_out(dataset.load("train", config.data_dir), config.seed, config.all_data)
    losses: list[float] = []
    plans = chain.from_iterable(map(Batches(config, train).epoch, count(1)))
    for rate, plan in zip(RATES, plans, strict=False):
        try:
            measured = learner.step(replace(plan, lr=rate)).totals
        except DivergedError:
            if len(losses) >= 2:
                break
            which = "second" if losses else "very first"
            refused = f"the loss of the {which} step is not a number, so no rate is found: check the network"
            raise UsageError(refused) from None
        losses.append((measured.digit_loss + measured.sum_loss) / 2 / measured.images)
        smooth = averaged(losses)
        if is_over(losses) or (len(losses) > SETTLED and smooth[-1] > LEAVES * min(smooth[SETTLED:])):
            break
    return suggest(losses)


def about_set(config: TrainConfig) -> str:
    """What the learning rate is that is set, in words: a recipe's own was chosen otherwise than those of a test."""
    return "your own" if "lr" in config.given() else "the recipe's own, for whole trainings, not 100 steps"


def suggest(losses: Sequence[float]) -> RateTest:
    """The result of a test with these losses, at least one; of fewer than two it says nothing."""
    rates, smooth = RATES[: len(losses)], averaged(losses)
    return RateTest(rates, tuple(losses), tuple(smooth), _steepest(rates, smooth), _valley(rates, smooth))


def averaged(losses: Sequence[float]) -> list[float]:
    """The exponential moving average of the losses, without bias at the start."""
    average = Average(SMOOTHING)
    return [average.add(loss) for loss in losses]


def _steepest(rates: Sequence[float], smooth: Sequence[float]) -> float:
    """The rate of the steepest fall before the lowest loss: behind it the loss only comes down from a peak."""
    slopes = [
        (smooth[step + 1] - smooth[step - 1]) / math.log10(rates[step + 1] / rates[step - 1])
        for step in range(SETTLED, min(smooth.index(min(smooth)), len(smooth) - 1))
    ]
    return rates[SETTLED + slopes.index(min(slopes))] if slopes else rates[0]


def _valley(rates: Sequence[float], smooth: Sequence[float]) -> float:
    """The rate in the middle, on a logarithmic scale, between where the loss begins to fall and where it is lowest."""
    lowest = smooth.index(min(smooth))
    begins = next((step for step in range(lowest) if smooth[step] < BEGUN * smooth[0]), lowest)
    return math.sqrt(rates[begins] * rates[lowest])
