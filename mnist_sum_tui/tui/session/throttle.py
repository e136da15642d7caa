"""How often the dashboard may draw, so that it takes a small share of a core from the training."""

import math
import time


class DrawingBudget:
    """When a thread may do optional work again, so that it takes a small share of a core on any machine.

    It measures the thread's own processor time. That includes work which drawing causes later, but no waiting for a
    core that is busy with something else.
    """

    LONGEST = 2.0
    """seconds between two drawings at most, however long one takes"""

    def __init__(self, share: float) -> None:
        self._share = share
        self._begun = self._spent = -math.inf

    @property
    def is_left(self) -> bool:
        """Whether what the thread has spent since `begin` is within its share of the time since."""
        passed, spent = time.perf_counter() - self._begun, time.thread_time() - self._spent
        return passed >= self.LONGEST or spent <= self._share * passed

    def begin(self) -> None:
        """Note that it was done now."""
        self._begun, self._spent = time.perf_counter(), time.thread_time()
