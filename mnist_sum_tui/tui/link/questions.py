"""Ask the terminal where its cursor is, in order to learn how fast it takes what it is sent.

It answers when it has taken everything before the question. So a slow link is known after the first frame; waiting
alone (see slow_link.py) shows it only when all buffers on the way are full.
"""

from collections import deque
from typing import NamedTuple

QUESTION = "\x1b[6n"
"""device status report 6 of ECMA-48 (8.3.35); Textual makes the answer a CursorPosition"""
SLOW = 25_000
"""bytes per second, below which the link counts as slow"""
LEAST_BYTES, LEAST_SECONDS = 500, 0.1
"""a frame says something from so many bytes on, and that the link is slow from so many seconds on"""
SOON, PATIENCE, SLOWEST, END = 0.1, 1.0, 3000, 20.0
"""The next frame waits for an answer from SOON seconds after the question (before that, it can only be short) to
PATIENCE seconds after the time that SLOWEST bytes per second would take. After END the terminal counts as one that
never answers."""
ENOUGH = 2
"""how many answers in a row must say that the link is slow, because a busy machine can be late once"""
AGAIN, QUICKER = 10.0, 2.0
"""A busy machine can be late for longer: after AGAIN seconds a slow terminal is asked again, and it is slow no more if
it took a frame so many times as fast as was believed."""


class Asked(NamedTuple):
    """A question to which there is no answer yet."""

    begin: float
    """when the frame that ends with it was begun"""
    size: int
    """bytes of this frame"""


class Questions:
    """What the terminal was asked, and what its answers say about its speed. Times are seconds of one clock."""

    def __init__(self) -> None:
        self.wanted = False
        """whether a frame should end with a question"""
        self._open = deque[Asked]()
        self._latency: float | None = None
        """seconds from a question to its answer if nothing else is sent"""
        self._last = 0.0
        """when the last answer came"""
        self.arrived = 0.0
        """what was written until then has arrived"""
        self._slow = 0
        """how many answers in a row said that the link is slow"""

    @property
    def are_answered(self) -> bool:
        """Whether the terminal has answered all of them, so that it will answer another one."""
        return self._latency is not None and not self._open

    def ask_again(self, now: float) -> None:
        """Have a terminal that was found slow some time ago asked again."""
        self.wanted |= self.are_answered and now - self._last > AGAIN

    def after(self, count: int, believed: float | None = None) -> str:
        """The question that a frame of `count` bytes ends with, if there should be one.

        `believed` is the speed of a slow link, whose frames are short; None if it is not slow.
        """
        least = LEAST_BYTES if believed is None else min(LEAST_BYTES, LEAST_SECONDS * believed)
        return QUESTION if self.wanted and count >= least else ""

    def sent(self, begin: float, count: int) -> None:
        """Note that a question is sent at the end of `count` bytes, whose writing begins at `begin`."""
        self.wanted |= not self._open and self._latency is None
        self._open.append(Asked(begin, count))

    def holds(self, now: float) -> bool:
        """Whether the next frame should wait for an answer. A terminal that gives none for END is asked no more."""
        if len(self._open) <= (self._latency is None):  # the first question comes before the first frame
            return False
        asked = self._open[-1]
        waited = now - asked.begin
        self.wanted &= waited < END
        return self.wanted and SOON < waited < PATIENCE + asked.size / SLOWEST

    def answered(self, time: float, believed: float | None = None) -> float | None:
        """The speed of the link in bytes per second as this answer shows it, infinite if not slow; None if unknown."""
        if not self._open:
            return None
        asked = self._open.popleft()
        if self._latency is None:
            self._latency, self._last = time - asked.begin, time
            return None
        free = self._last if asked.begin < self._last else asked.begin + self._latency
        self._last, self.arrived, seconds = time, time - self._latency, time - free
        is_quick = believed is None or asked.size > QUICKER * believed * seconds
        speed = asked.size / seconds if seconds >= LEAST_SECONDS else SLOW if is_quick else believed or SLOW
        self._slow = self._slow + 1 if speed < SLOW else 0
        self.wanted = 0 < self._slow < ENOUGH
        return speed if speed < SLOW else float("inf")
