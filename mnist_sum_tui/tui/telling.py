"""TellingApp: an app that tells that a training is over, unless its window is seen to have the focus."""

import time
from typing import TypeVar

from textual.events import AppBlur, AppFocus

from mnist_sum_tui.machine.notify import Way, sequence
from mnist_sum_tui.tui.plain_app import PlainApp

Result = TypeVar("Result")


class TellingApp(PlainApp[Result]):
    """Rings the terminal's bell, or sends it a notification, as --notify has it."""

    def __init__(self) -> None:
        super().__init__()
        self.way: Way = "none"
        self.is_in_front = False
        """whether the terminal has said that its window has the focus; some say nothing, and none at the start"""
        self.began = 0.0
        """on the clock of time.monotonic, when the run began to be trained or watched here"""

    def on_app_focus(self, _: AppFocus) -> None:
        """The terminal's window is in front."""
        self.is_in_front = True

    def on_app_blur(self, _: AppBlur) -> None:
        """Another window is in front."""
        self.is_in_front = False

    def tell_that_it_is_over(self) -> None:
        """Tell whoever is not looking."""
        if not self.is_in_front:
            self.send(sequence(self.way, "the training", time.monotonic() - self.began))

    def send(self, sequence: str) -> None:
        """Send the terminal a control sequence that draws nothing."""
        if self._driver is not None and not self.is_headless and sequence:
            self._driver.write(sequence)
