"""Whether other programs take the processor from a training, and the coach's sentence on it. No torch."""

from mnist_sum_tui.formatting import percent, plural
from mnist_sum_tui.runs.events import Started, System
from mnist_sum_tui.training.topics import STANDS

SLOW_EVENTS = 50
"""Progress events for which the training is slow before a warning comes"""
APART = 0.1
"""the share of the cores is told again if it has changed by so much"""
CROWDED_SHARE, GOT, FULL, CROWDED_EVENTS = 0.4, 0.8, 0.85, 2
"""a warning comes if other programs take CROWDED_SHARE of the cores or more, our threads get less than GOT of what they
could use, and both together fill more than FULL, for so many System events"""


class OtherPrograms:
    """What other programs take of the processor, by the System events, and what was said of it."""

    def __init__(self) -> None:
        self._crowded, self._share = 0, 0.0
        self._fewer = 0
        """the number of threads for which there are cores, if it is below that of the training; else 0"""
        self._told: float | None = None
        """the share of the cores that was told, 0 if it was not known; None while nothing is taken"""
        self._words = ""

    def note(self, event: System, started: Started | None) -> None:
        """Take in the next System of a run that has started so."""
        self._crowded = self._crowded + 1 if is_crowded(event, started) else 0
        self._share = event.others or 0.0
        free = max(1, int(event.cores * (1 - self._share)))
        self._fewer = free if started is not None and free < started.threads else 0

    @property
    def is_told(self) -> bool:
        """Whether it was told that they take the processor, which still lasts."""
        return self._told is not None

    def words(self, slow_events: int, stood: float | None) -> str:
        """The sentence, which is told once while it lasts, so that what is learned is told again; else empty.

        `slow_events` is for how many Progress events the training has been slow, and `stood` for how many seconds of
        training this sentence has been the last one; None if another one is.
        """
        is_crowded = self._crowded >= CROWDED_EVENTS
        if not is_crowded and slow_events < SLOW_EVENTS:
            self._told = None
            return ""
        if self.is_told and (stood is None or stood >= STANDS):
            return ""
        share = self._share if is_crowded else 0.0
        if self._told is not None and abs(share - self._told) < APART:
            return self._words
        self._told, self._words = share, "It trains below half of its best speed: something else takes the processor"
        if is_crowded:
            advice = f"or resume with {plural(self._fewer, 'thread')}" if self._fewer else "and the training gets them"
            self._words = f"Something else takes {percent(share, 0)} of the cores: stop it, {advice}"
        return self._words


def is_crowded(event: System, started: Started | None) -> bool:
    """Whether other programs take cores that the training's threads could use."""
    if started is None or started.device != "cpu" or event.others is None:
        return False
    wanted = started.threads / event.cores
    return event.others >= CROWDED_SHARE and event.own < GOT * wanted and event.own + event.others > FULL
