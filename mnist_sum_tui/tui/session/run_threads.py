"""The thread that trains, and the one that watches another process train; they post messages and touch no widget."""

import contextlib
import threading
from collections.abc import Callable

from textual.message import Message

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.runs.journal import Follower, read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.messages import PastEvents, RunEvent, TrainingEnded, Watched

WATCH_SECONDS = 0.25
Post = Callable[[Message], object]
"""thread-safe, as Textual's post_message is"""


class TrainingThread(threading.Thread):
    """Runs one training. It is a daemon thread, so that leaving at once need not wait for a validation."""

    def __init__(self, config: TrainConfig, run: Run, control: Control, post: Post) -> None:
        super().__init__(name="training", daemon=True)
        self._config, self._run, self._control, self._post = config, run, control, post
        self.is_abandoned = False
        """whether the training is to end without saving"""
        self.error: BaseException | None = None
        """the exception that ended the training, if there was one"""

    def abandon(self) -> None:
        """End after the current step, and save nothing."""
        self.is_abandoned = True
        self._control.resume()

    def run(self) -> None:
        """Train. An exception goes out with TrainingEnded; its traceback is in the run's error.txt."""
        try:
            self._train()
        except BaseException as raised:
            self.error = raised
            self._run.remove_if_unused()  # torch could not be imported
        self._tell(TrainingEnded(self.error))

    def _train(self) -> None:
        from mnist_sum_tui.training.loop import train  # torch: 1.5 s, unless `warm_up` was quicker

        events = train(self._config, self._run, self._control)
        for event in events:
            if isinstance(event, Started) and event.resumed:
                self._tell(PastEvents(list(read_events(self._run.metrics_file))[:-1]))
            self._tell(RunEvent(event))
            if self.is_abandoned:
                events.close()
                return

    def _tell(self, message: Message) -> None:
        with contextlib.suppress(RuntimeError):  # the app's loop is closed; the training goes on until it has saved
            self._post(message)


class WatchingThread(threading.Thread):
    """Follows the metrics.jsonl of another process's run, and posts new events; it only reads."""

    def __init__(self, run: Run, post: Post) -> None:
        super().__init__(name="watching", daemon=True)
        self._run, self._post = run, post
        self._is_over = threading.Event()

    def abandon(self) -> None:
        """Stop watching."""
        self._is_over.set()

    def run(self) -> None:
        """Look a few times per second."""
        follower, was_alive = Follower(self._run.metrics_file), True
        while not self._is_over.is_set():
            is_alive = self._run.is_running  # asked before reading, so that its last events are read
            events, is_whole = follower.read()
            if events or is_alive != was_alive:
                self._post(Watched(self._run, events, is_whole, is_alive))
            was_alive = is_alive
            self._is_over.wait(WATCH_SECONDS)


def warm_up(done: Callable[[], object]) -> None:
    """Import torch in its own thread, so that Start need not wait for it; then call `done` in that thread."""

    def work() -> None:
        import numpy  # noqa: F401 - first, because the view of a run waits for it, and not for torch

        import_torch()
        import mnist_sum_tui.training.loop  # noqa: F401 - the second import costs nothing

        done()

    threading.Thread(target=work, name="warm-up", daemon=True).start()
