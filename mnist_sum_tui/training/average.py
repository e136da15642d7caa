"""Average: a moving average, updated value by value; without numpy, which the first frame does not load."""

import math

WEIGHT = 0.9
"""the smoothing with which the charts of a run begin"""


class Average:
    """The exponential moving average, unbiased at the start as `charts.series.smooth`; NaN if the newest is."""

    def __init__(self, weight: float = WEIGHT) -> None:
        """`weight`: how much a value weighs against the next one."""
        self._weight = weight
        self._sum = self._count = 0.0
        self._newest: float | None = None

    def add(self, value: float) -> None:
        """Take in the next value."""
        self._newest = value
        if math.isfinite(value):
            self._sum, self._count = self._weight * self._sum + value, self._weight * self._count + 1

    @property
    def value(self) -> float | None:
        """The average now; None without a value."""
        if self._newest is None or not math.isfinite(self._newest):
            return self._newest
        return self._sum / self._count
