"""How `train` prints a run's events: live in a terminal, plain lines through a pipe, JSON, or the result alone."""

import contextlib
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from mnist_sum_tui.cli.common import console, is_terminal, print_json
from mnist_sum_tui.formatting import duration, percent, plural, track
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Notice, Progress, Started, to_dict
from mnist_sum_tui.runs.run import MORE_EPOCHS, Run
from mnist_sum_tui.training.schedule import ADDED_EPOCHS

PLAIN_PROGRESS_SECONDS, BRIEF_PROGRESS_SECONDS = 30.0, 60.0
"""between two lines of progress in a log: an epoch of the large network takes minutes; `brief`, a whole run may"""


class Printer:
    """Prints nothing but the result; the base of the others."""

    def __init__(self, run: Run, out: Console, brief: bool = False) -> None:
        self.run, self.out = run, out
        self.brief = brief
        """one line for the whole run, besides bars that move, or a line of progress each minute"""
        self.started: Started | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # it may have been closed
            self.close()

    def close(self) -> None:
        """Leave the terminal as it was."""

    def waiting(self) -> None:
        """Say that torch is on its way."""

    def show(self, event: Event) -> None:
        """Print what an event has to say."""
        if isinstance(event, Started):
            self.started = event
        if isinstance(event, Finished):
            self.close()
            is_brief = self.brief and event.reason == "completed"  # else nothing follows that would say how to go on
            for line in [brief_result(event, self.started)] if is_brief else result_lines(event, self.run):
                self.out.print(line, soft_wrap=True)
            self.out.file.flush()


class SilentPrinter(Printer):
    """Nothing of a run that is completed, for a table of all runs follows."""

    def show(self, event: Event) -> None:
        """Print how to go on with a run that was stopped."""
        if isinstance(event, Finished) and event.reason != "completed":
            super().show(event)


class JsonPrinter(Printer):
    """One JSON object a line, for every event."""

    def show(self, event: Event) -> None:
        """Print the event."""
        print_json(to_dict(event))


class PlainPrinter(Printer):
    """A line for each epoch, and for progress now and then; for pipes, logs and dumb terminals."""

    def __init__(self, run: Run, out: Console, brief: bool = False) -> None:
        super().__init__(run, out, brief)
        self.sent = time.monotonic()
        self.pause = BRIEF_PROGRESS_SECONDS if brief else PLAIN_PROGRESS_SECONDS

    def show(self, event: Event) -> None:
        """Print the event, if it is one that a log keeps."""
        if isinstance(event, Progress) and self.started and time.monotonic() - self.sent > self.pause:
            whose = f"seed {self.started.seed}: " if self.brief else "  "
            self.line(f"{whose}{progress_text(event, self.started)}")
            self.sent = time.monotonic()
        elif not self.brief:
            self._show_in_full(event)
        super().show(event)

    def _show_in_full(self, event: Event) -> None:
        if isinstance(event, Started):
            self.line(heading(event))
            self.line(EPOCH_HEADER[0])
            self.line(EPOCH_HEADER[1])
        elif isinstance(event, EpochDone) and self.started:
            self.line(epoch_line(event, self.started.epochs))
            self.sent = time.monotonic()
        elif isinstance(event, Notice):
            self.line(event.message)

    def line(self, text: str) -> None:
        """Print a line and hand it on at once."""
        self.out.print(text, soft_wrap=True)
        self.out.file.flush()


class LivePrinter(PlainPrinter):
    """The same lines, and under them two bars that move: the epoch and the run."""

    def __init__(self, run: Run, out: Console, brief: bool = False) -> None:
        super().__init__(run, out, brief)
        self.live = Live(console=out, auto_refresh=False, transient=True)
        self.live.start()

    def close(self) -> None:
        """Take the bars away."""
        self.live.stop()

    def waiting(self) -> None:
        """Something to look at while torch loads."""
        self.live.update(Text("loading torch and the images ...", style="dim"), refresh=True)

    def show(self, event: Event) -> None:
        """Print the event, or move the bars."""
        if isinstance(event, Progress) and self.started:
            self.live.update(bars(event, self.started), refresh=True)
        else:
            super().show(event)


def printer(style: str, run: Run) -> Printer:
    """The printer for `json`, `quiet`, `silent`, or `auto` and `brief`, which look at stdout.

    Of a finished run `quiet` prints the result, `brief` one line of it, `silent` nothing; a stopped one is told of.
    """
    for_people = LivePrinter if is_terminal() else PlainPrinter
    kinds = {"json": JsonPrinter, "quiet": Printer, "silent": SilentPrinter, "auto": for_people, "brief": for_people}
    return kinds[style](run, console(), style == "brief")


def brief_result(event: Finished, started: Started | None) -> str:
    """A finished run on one line, among those of other seeds."""
    seed = f"seed {started.seed}: " if started else ""
    return (
        f"{seed}{percent(event.digit_accuracy)} digit, {percent(event.sum_accuracy, 3)} sum, "
        f"{duration(event.elapsed)} of training"
    )


def heading(event: Started) -> str:
    """What is trained, and on what."""
    resumed = f"resumed in epoch {event.epoch}, at step {event.step:,}\n" if event.resumed else ""
    return (
        f"{event.model}, {event.parameters:,} parameters, recipe {event.recipe}, batch {event.batch_size}, "
        f"seed {event.seed}\n"
        f"{event.train_images:,} images to train, {event.validation_images:,} to validate; "
        f"{event.device}, {event.precision}, {plural(event.threads, 'thread')}\n{resumed}"
    )


EPOCH_HEADER = (
    "         training loss    training accuracy    validation accuracy",
    "epoch    digit     sum     digit      sum       digit      sum      time  * best",
)


def epoch_line(event: EpochDone, epochs: int) -> str:
    """One finished epoch, under EPOCH_HEADER."""
    number = f"{event.epoch}/{epochs}"
    mark = "  *" if event.best and event.val_digit_accuracy is not None else ""
    return (
        f"{number:<7}{event.digit_loss:7.4f} {event.sum_loss:7.4f}   "
        f"{percent(event.digit_accuracy):>8} {percent(event.sum_accuracy):>8}    "
        f"{percent(event.val_digit_accuracy):>8} {percent(event.val_sum_accuracy):>8}"
        f"{duration(event.elapsed):>10}{mark}"
    )


def progress_text(event: Progress, started: Started) -> str:
    """A progress event on one line of a log."""
    return (
        f"step {event.step:,}/{started.total_steps:,}: digit {event.digit_loss:.4f} {percent(event.digit_accuracy)}, "
        f"sum {event.sum_loss:.4f} {percent(event.sum_accuracy)}, {event.images_per_second:,.0f} images/s, "
        f"{duration(event.remaining)} left"
    )


def bars(event: Progress, started: Started) -> Group:
    """The epoch's bar with losses and accuracies, and the run's with speed and time; every field keeps its width."""
    in_epoch = event.step - (event.epoch - 1) * started.steps_per_epoch
    epoch = Text.assemble((f"epoch {f'{event.epoch}/{started.epochs}':<7}", "bold"))
    epoch.append_text(_track(in_epoch / started.steps_per_epoch, "cyan"))
    epoch.append(f"  digit {event.digit_loss:7.4f} ").append(f"{percent(event.digit_accuracy):>8}", "bold")
    epoch.append(f"  sum {event.sum_loss:7.4f} ").append(f"{percent(event.sum_accuracy):>8}", "bold")
    run = Text.assemble((f"{'run':<13}", "bold"))
    run.append_text(_track(event.step / started.total_steps, "green"))
    run.append(f"  {event.images_per_second:7,.0f} images/s  elapsed {duration(event.elapsed):>7}")
    run.append(f"  left {duration(event.remaining):>7}")
    for line in (epoch, run):
        line.no_wrap, line.overflow = True, "crop"
    return Group(epoch, run)


def _track(share: float, colour: str) -> Text:
    done, left = track(share, 16)
    return Text.assemble((done, colour), (left, "dim"))


def result_lines(event: Finished, run: Run) -> list[str]:
    """What came out, and the commands that go on from here."""
    name, path = run.argument, printable(str(run.path))
    if event.reason == "stopped":
        return [
            f"\nStopped in epoch {event.epoch}, after step {event.step:,}; everything is saved in {path}",
            f"  go on with    mnist-sum train --resume {name}",
        ]
    if event.reason != "completed":
        return [f"\nThe run is in {path}"]
    weights = f"epoch {event.best_epoch}"
    return [
        f"\nTest: {percent(event.digit_accuracy)} digit, {percent(event.sum_accuracy, 3)} sum, "
        f"{percent(event.agreement, 3)} agreement",
        f"      (all ten numbers with each test image, {event.pairs:,} pairs; weights of {weights}; "
        f"{duration(event.elapsed)} of training)\n",
        f"The run is in {path}",
        f"  predict with it     mnist-sum predict idx 3 --run {name}",
        f"  look at it          mnist-sum runs show {name}",
        f"  train it further    mnist-sum train --resume {name} --epochs {event.epoch + MORE_EPOCHS}",
        f"                      ({ADDED_EPOCHS})",
    ]
