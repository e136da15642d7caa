"""DrawingBudget: how often the dashboard may draw, so that it takes only a small share of a core from the training."""

import math
import time


class DrawingBudget:
    """Decides when a thread may do optional work again, so that it takes a small share of a core on any machine.

    It measures the thread's own CPU time. That includes work that drawing causes later, but not the wait for a core
    that is busy with something else.
    """

    LONGEST = 2.0
    """the longest time between two drawings in seconds, however long one takes"""

    def __init__(self, share: float) -> None:
        self._share = share
        self._begun = self._spent = -math.inf

    @property
    def is_left(self) -> bool:
        """Whether the thread's CPU time since `begin` is within its share of the time that has passed."""
        passed, spent = time.perf_counter() - self._begun, time.thread_time() - self._spent
        return passed >= self.LONGEST or spent <= self._share * passed

    def begin(self) -> None:
        """Note that the work begins now."""
        self._begun, self._spent = time.perf_counter(), time.thread_time()
