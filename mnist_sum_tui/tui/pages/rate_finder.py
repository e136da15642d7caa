"""RateFinder: the learning rate range test as a dialog: the loss over the rate, and a rate to use."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import small
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.machine.ran_out import words_of
from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.textual_fixes import Question
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter

if TYPE_CHECKING:  # torch
    from mnist_sum_tui.training.lr_finder import RateTest


STEP_SECONDS, LEAST_DRAWN = 0.25, 3
"""how often the curve so far is drawn, and the fewest steps that are one"""
TRIED = "A fresh network makes 100 steps, at rates from 1e-6 to 10"


class RateFinder(Question[float | None]):
    """Tries learning rates in a thread, and shows the result; the answer is the rate to use, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take the middle"),
        Binding("escape", "leave", "Leave it"),
    ]

    def __init__(self, config: TrainConfig) -> None:
        super().__init__(id="rate-finder")
        self._config = config
        self._is_over = threading.Event()
        self._is_done = False
        self._losses: tuple[float, ...] = ()
        """of the steps so far"""
        self._suggestion: float | None = None

    def compose(self) -> ComposeResult:
        """The chart, and words about it."""
        with Vertical(classes="dialog", id="rate-test"):
            yield Label(f"Which learning rate suits {self._config.model}?", classes="question", markup=False)
            yield Chart(id="rate-curve")
            yield Label(f"{TRIED} ...", id="rate-words", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start the test, and draw from time to time how far it is."""
        self.set_interval(STEP_SECONDS, self._show_steps)
        self.run_worker(self._test, thread=True, exit_on_error=False)

    def on_unmount(self) -> None:
        """Ask the thread to end, because the dialog or the program does."""
        self._is_over.set()

    def _test(self) -> None:
        test: RateTest | str
        try:
            import_torch()
            from mnist_sum_tui.training.lr_finder import find_rate

            test = find_rate(self._config, self._is_asked_to_end)
        except Exception as error:
            test = words_of(error, "lr")
        self.call_later(self._take_test, test)

    def _is_asked_to_end(self, losses: Sequence[float]) -> bool:
        """Called after each step, in the thread."""
        self._losses = tuple(losses)
        return self._is_over.is_set()

    def _show_steps(self) -> None:
        """Draw the losses so far."""
        losses = self._losses
        if len(losses) < LEAST_DRAWN or self._is_done or self._is_over.is_set():
            return
        from mnist_sum_tui.charts.rate_test import rate_plot
        from mnist_sum_tui.training.lr_finder import suggest

        self.query_one("#rate-words", Label).update(f"{TRIED}: step {len(losses)}")
        self.query_one(Chart).plot = replace(rate_plot(suggest(losses)), signs=())

    def _take_test(self, test: "RateTest | str") -> None:
        """Show the curve and its suggestion, or the error; or close, if the user has left meanwhile."""
        self._is_done = True
        if self._is_over.is_set():
            self.dismiss(None)
            return
        words = self.query_one("#rate-words", Label)
        if isinstance(test, str):
            words.update(printable(test))
            return
        from mnist_sum_tui.charts.rate_test import rate_plot  # numpy
        from mnist_sum_tui.training.lr_finder import about_set

        self._suggestion = test.suggestion
        self.refresh_bindings()
        self.query_one(Chart).plot = rate_plot(test)
        words.update(
            f"steepest {small(test.steepest, 2)}: here the loss falls fastest\n"
            f"middle   {small(test.valley, 2)}: {test.about_valley}\n"
            f"set now  {small(self._config.lr)}: {about_set(self._config)}"
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to take the rate when there is one."""
        return self._suggestion is not None if action == "take" else super().check_action(action, parameters)

    def action_take(self) -> None:
        """Answer with the suggested rate, if there is one."""
        if self._suggestion is not None:
            self.dismiss(self._suggestion)

    def action_leave(self) -> None:
        """Close; if the test still runs, only after its current step, so that no training begins beside it."""
        self._is_over.set()
        if self._is_done:
            self.dismiss(None)
        else:
            self.query_one("#rate-words", Label).update("ending ...")
