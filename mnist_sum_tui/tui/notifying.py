"""TellingApp: an app that tells the user that a training is over, unless its window has the focus."""

import time

from textual.events import AppBlur, AppFocus

from mnist_sum_tui.machine.notify import Way, sequence
from mnist_sum_tui.tui.plain_app import PlainApp


class TellingApp(PlainApp):
    """Rings the terminal's bell or sends a notification, as --notify says."""

    def __init__(self) -> None:
        super().__init__()
        self.way: Way = "none"
        self.is_in_front = False
        """whether the terminal has reported that its window has the focus; some never do, and none at the start"""
        self.began = 0.0
        """when training or watching the run began here, by time.monotonic"""

    def on_app_focus(self, _: AppFocus) -> None:
        """Note that the terminal's window has the focus."""
        self.is_in_front = True

    def on_app_blur(self, _: AppBlur) -> None:
        """Note that another window has the focus."""
        self.is_in_front = False

    def tell_that_it_is_over(self) -> None:
        """Tell the user that the training is over, unless the window has the focus."""
        if not self.is_in_front:
            self.send(sequence(self.way, "the training", time.monotonic() - self.began))

    def send(self, sequence: str) -> None:
        """Send the terminal a control sequence that draws nothing."""
        if self._driver is not None and not self.is_headless and sequence:
            self._driver.write(sequence)
