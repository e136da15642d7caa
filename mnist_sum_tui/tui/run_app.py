"""RunningApp: train, watch, open or replay a run, and pass its events on to the pages."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Event, Finished
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.leaving import LeavingApp
from mnist_sum_tui.tui.pages.base import READING, Page
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.session.messages import (
    FindRate,
    OpenRun,
    PastEvents,
    ReplayRun,
    RunDeleted,
    RunEvent,
    StartTraining,
    TrainingEnded,
    Watched,
)
from mnist_sum_tui.tui.session.player import Player, replayed
from mnist_sum_tui.tui.session.run_threads import TrainingThread, WatchingThread
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import pass_on

if TYPE_CHECKING:  # it needs numpy, and the first frame does not
    from mnist_sum_tui.export.demo import Caption


class RunningApp(LeavingApp):
    """Starts, watches and opens runs, and passes their events on."""

    def __init__(self, session: Session, run_name: str = "") -> None:
        super().__init__(session)
        self.pages: dict[str, Page] = {}
        """the pages that were opened, by name"""
        self.watcher: WatchingThread | None = None
        """the thread that follows a run of another process"""
        self.run_name = run_name  # of the command line; the form may have another

    @property
    def train_page(self) -> TrainPage:
        """The page Train, which is always there."""
        return cast(TrainPage, self.pages["train"])

    # A training of our own.

    def on_start_training(self, message: StartTraining) -> None:
        """Create a run, unless one is resumed, and train it in a thread."""
        if self.session.is_read_only or self.screen.id == "rate-finder":  # Start was pressed before that opened
            return
        if self.session.is_training:
            self.notify("A training is in progress: stop it first (s on page Train).", severity="warning")
            return
        try:
            run = message.run or find.create(self.session.runs_folder, message.config, message.name)
        except MnistSumError as error:
            self.train_page.complain(str(error))
            return
        self._stop_watching()
        self.workers.cancel_group(self, "open")  # what was asked for before
        control, self.began = Control(samples=True), time.monotonic()
        self.session.begin(message.config, run, control)
        self.thread = TrainingThread(message.config, run, control, self.post_message)
        self.thread.start()
        self._turn_to_train()
        self.train_page.show_run()

    def on_find_rate(self, message: FindRate) -> None:
        """Try learning rates, if the form is still in view, and put the one that the user accepts into it."""
        from mnist_sum_tui.tui.pages.rate_finder import RateFinder  # numpy

        def answered(rate: float | None) -> None:
            if rate is not None:
                self.train_page.form.take_rate(rate)

        if self.screen is self.train_page and not (self.session.is_read_only or self.session.is_training):
            self.push_screen(RateFinder(message.config), answered)

    def on_past_events(self, message: PastEvents) -> None:
        """Take in the earlier events of a resumed run."""
        for event in message.events:
            self.session.add(event)

    def on_run_event(self, message: RunEvent) -> None:
        """Pass an event to the session, then to every page that was opened."""
        self.session.add(message.event)
        for page in self.pages.values():
            page.on_run_event(message.event)

    def on_training_ended(self, message: TrainingEnded) -> None:
        """Show how the training has ended, and exit if the user is leaving."""
        self.session.end(message.error)
        self.train_page.show_end()
        if (failure := self.session.failure) is not None and not self.is_leaving:
            self.notify(failure, title="The training failed", severity="error")
        if self.is_leaving:
            self.exit_now()
        elif self.session.finished is None or self.session.finished.reason != "stopped":
            self.tell_that_it_is_over()

    # A run of another process.

    def watch_or_open(self, run: Run) -> None:
        """Watch the run; open it instead if it has ended. A visitor watches it then, too, because it may be resumed."""
        turns = list(read_events(run.metrics_file, "started", "finished"))
        if self.session.is_read_only or run.is_running or not turns or not isinstance(turns[-1], Finished):
            self.begin_watching(run)
            return
        self.notify(f"{run.id} is not being trained any more: this is how it ended.", title="Nothing to watch")
        self._open_run(run)

    def begin_watching(self, run: Run) -> None:
        """Show the run that another process trains."""
        try:
            self.session.watch(run.read_config(), run)
        except MnistSumError as error:
            self.train_page.complain(str(error))
            return
        self._stop_watching()
        self.watcher, self.began = WatchingThread(run, self.post_message), time.monotonic()
        self.watcher.start()
        self.train_page.show_run()

    def on_watched(self, message: Watched) -> None:
        """Pass the events of a watched run to session and page, unless another run is shown by now."""
        if self.session.is_watching and self.session.run == message.run:
            self.session.take(message.events, message.is_whole, message.is_alive)
            self.train_page.take_watched(message.is_whole, message.events)
            if message.events and isinstance(message.events[-1], Finished):  # earlier ones are of before a resumption
                self.tell_that_it_is_over()

    def _stop_watching(self) -> None:
        if self.watcher is not None:
            self.watcher.abandon()

    # A run that was made before.

    def on_open_run(self, message: OpenRun) -> None:
        """Show the run on page Train, and use its network on the other pages; during a training, only the latter."""
        run, session = message.run, self.session
        self.workers.cancel_group(self, "open")  # what was asked for before
        if session.is_live and run == session.run:
            session.network = None
            self._turn_to_train()
            self.train_page.action_charts()
        elif session.is_training:
            session.network = run
            self._forget_weights()
            told = f"Inspect, Draw, Mistakes and Inside ask the network of {run.id} now."
            self.notify(f"{told} Its charts can be opened after the training. Enter on the run that trains turns back.")
        elif run.is_running:
            self.begin_watching(run)
            self._turn_to_train()
        else:
            self._open_run(run)

    def on_run_deleted(self, message: RunDeleted) -> None:
        """Stop showing a run that was deleted, and asking its network."""
        run, session = message.run, self.session
        self.workers.cancel_group(self, "open")  # it may be the one that is being read
        if run == session.run and not session.is_live:
            self._stop_watching()
            session.close()
            self.train_page.action_new()
        elif run == session.network:
            session.network = None
        elif session.weights is None or not session.weights.is_of(run):
            return
        self._forget_weights()

    def _open_run(self, run: Run) -> None:
        self._read(lambda: (run.read_config(), run, list(read_events(run.metrics_file))), self._take_run)

    def _read(self, read: Callable[[], tuple[object, ...]], take: Callable[..., object]) -> None:
        """Call `read` in a thread, because reading an hour of training takes a second; then `take` its result."""

        def work() -> None:
            try:
                found = read()
            except MnistSumError as error:
                pass_on(self, self.train_page.cannot_open, str(error))
            else:
                pass_on(self, take, *found)

        self.run_worker(work, READING, thread=True, group="open", exclusive=True, exit_on_error=False)

    def _take_run(self, config: TrainConfig, run: Run, events: list[Event]) -> None:
        """Show a run that was read, unless a training has begun meanwhile."""
        if not self.session.is_training:
            self._stop_watching()
            self.session.open(config, run, events)
            self._turn_to_train()
            self.train_page.show_run()

    # A run as it was at any moment.

    def on_replay_run(self, message: ReplayRun) -> None:
        """Read the run, to replay it. A run of another process is watched, too, so that one looks back at it."""
        if message.run.is_running and not self.session.is_live:
            self.begin_watching(message.run)
        self._read(lambda: replayed(message.run), self._take_replay)

    def _take_replay(self, config: TrainConfig, run: Run, player: Player, captions: "Sequence[Caption]") -> None:
        """Play from the beginning; look back at a run that still trains; do nothing if another run trains here."""
        if self.session.is_live and run == self.session.run:
            self.train_page.look_back(player)
        elif not self.session.is_training:
            self._take_run(config, run, list(player.moment.events))
            self.train_page.begin_replay(player, captions)

    def _turn_to_train(self) -> None:
        self.switch_mode("train")
        self._forget_weights()

    def _forget_weights(self) -> None:
        """Have all pages forget chosen weights, because there is another network now."""
        for page in self.pages.values():
            page.forget_weights()
