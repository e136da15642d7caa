"""Average: a moving average, updated value by value. It does without numpy, so that the dashboard's first frame can."""

import math

SMOOTHING = 0.9
"""the smoothing of all curves, unless the user changes it"""


class Average:
    """The exponential moving average, over at most a third of the values so far; NaN after a NaN.

    So it does not lag behind the steep rise at the start of a training. While it grows it is the polynomial-decay
    average of Shamir and Zhang (arXiv:1212.1824) with eta = 3. `charts.series.smooth` computes it for a whole curve.
    """

    def __init__(self, weight: float = SMOOTHING) -> None:
        """`weight`, 0..1, is the weight of the past: each value counts this many times as much as the next one."""
        self._weight = weight
        self._sum = self._count = 0.0
        self._values = 0
        self.value = 0.0
        """the average so far; 0 before the first value"""

    def add(self, value: float) -> float:
        """Add the next value; returns the average so far."""
        is_known = math.isfinite(value)
        fade = min(self._weight, self._values / (self._values + 3))
        self._values += 1
        self._sum = fade * self._sum + (value if is_known else 0.0)
        self._count = fade * self._count + is_known
        self.value = self._sum / self._count if is_known else value
        return self.value
