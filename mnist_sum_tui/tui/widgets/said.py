"""Said: the news of a run and what the coach says, of which RunView shows the newest."""

from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.event_words import BEST, event_news, is_of_the_moment
from mnist_sum_tui.runs.events import Advice, EpochDone, Event, Started


class Said:
    """What has been said since the run was begun or resumed."""

    def __init__(self, news: str) -> None:
        """`news` is shown before the first event that is any."""
        self._news = news
        self._best, self._highest = "", 0.0
        """the best epoch so far, in words that follow those on a later one; and the highest sum of both accuracies"""
        self._told: list[Advice] = []
        self._is_coach_last = False
        """whether the coach has spoken since the last other news"""

    def add(self, event: Event) -> None:
        """Take in the next event."""
        if isinstance(event, Started):  # what was said before a resumption no longer holds
            self._told.clear()
        if isinstance(event, Advice):
            self._told.append(event)
            self._is_coach_last = True
        elif words := event_news(event):
            self._news, self._is_coach_last = words, False
        match event:
            case EpochDone(best=True, val_digit_accuracy=float(digit), val_sum_accuracy=float(total)):
                self._best = f"; best: epoch {event.epoch}, {percent(digit).removesuffix(' %')} / {percent(total)}"
                if digit + total < self._highest:  # it counts, because it made smaller steps
                    self._news = self._news.replace(BEST, " (best, within chance)")
                self._highest = max(self._highest, digit + total)
            case EpochDone():
                self._news += self._best

    def advice(self, is_paused: bool) -> Advice | None:
        """What the coach said last that holds; None if nothing.

        In a pause what helps only while it trains is left out.
        """
        for told in reversed(self._told):
            if not (is_paused and is_of_the_moment(told)):
                return told
        return None

    def news(self, told: Advice | None) -> str:
        """The newest of the news and the coach's advice, which is None if it has a line of its own."""
        return told.words if told and self._is_coach_last else self._news
