"""How `mnist-sum train` prints a run: progress bars in a terminal, lines in a pipe, JSON, or only the result."""

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
from mnist_sum_tui.training.coach import advice, has_learned
from mnist_sum_tui.training.schedule import ADDED_EPOCHS

PLAIN_PROGRESS_SECONDS, BRIEF_PROGRESS_SECONDS = 30.0, 60.0
"""seconds between two progress lines in a log; the second in style `brief`, which prints one line per run"""


class Printer:
    """Prints only the result; the base class of the other printers."""

    def __init__(self, run: Run, out: Console, brief: bool = False) -> None:
        self.run, self.out = run, out
        self.brief = brief
        """whether a finished run gets one line instead of a full report"""
        self.started: Started | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # the terminal may be closed
            self.close()

    def close(self) -> None:
        """Remove the progress bars, if there are any, and restore the terminal."""

    def waiting(self) -> None:
        """Say that torch is being loaded."""

    def show(self, event: Event) -> None:
        """Print the event, if this style prints it."""
        if isinstance(event, Started):
            self.started = event
        if isinstance(event, Finished):
            self.close()
            is_brief = self.brief and event.reason == "completed"  # a stopped run also says how to resume it
            for line in [brief_result(event, self.started)] if is_brief else result_lines(event, self.run):
                self.out.print(line, soft_wrap=True)
            self.out.file.flush()


class SilentPrinter(Printer):
    """Prints nothing about a completed run, because a table of all runs follows."""

    def show(self, event: Event) -> None:
        """Print how to resume a run that was stopped."""
        if isinstance(event, Finished) and event.reason != "completed":
            super().show(event)


class JsonPrinter(Printer):
    """Prints every event as one line of JSON."""

    def show(self, event: Event) -> None:
        """Print the event."""
        print_json(to_dict(event))


class PlainPrinter(Printer):
    """Prints a line per epoch, and a progress line now and then; for pipes, logs and dumb terminals."""

    def __init__(self, run: Run, out: Console, brief: bool = False) -> None:
        super().__init__(run, out, brief)
        self.sent = time.monotonic()
        self.pause = BRIEF_PROGRESS_SECONDS if brief else PLAIN_PROGRESS_SECONDS

    def show(self, event: Event) -> None:
        """Print the event if it belongs in a log."""
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
        """Print a line and flush it."""
        self.out.print(text, soft_wrap=True)
        self.out.file.flush()


class LivePrinter(PlainPrinter):
    """Prints the same lines, with two progress bars below them: the epoch and the run."""

    def __init__(self, run: Run, out: Console, brief: bool = False) -> None:
        super().__init__(run, out, brief)
        self.live = Live(console=out, auto_refresh=False, transient=True)
        self.live.start()

    def close(self) -> None:
        """Remove the bars."""
        self.live.stop()

    def waiting(self) -> None:
        """Say that torch is being loaded."""
        self.live.update(Text("loading torch and the images ...", style="dim"), refresh=True)

    def show(self, event: Event) -> None:
        """Print the event, or update the bars."""
        if isinstance(event, Progress) and self.started:
            self.live.update(bars(event, self.started), refresh=True)
        else:
            super().show(event)


def printer(style: str, run: Run) -> Printer:
    """The printer for a style; `auto` and `brief` show bars if stdout is a terminal.

    Of a completed run `quiet` prints the result, `brief` one line, `silent` nothing. All of them report a stopped run.
    """
    for_people = LivePrinter if is_terminal() else PlainPrinter
    kinds = {"json": JsonPrinter, "quiet": Printer, "silent": SilentPrinter, "auto": for_people, "brief": for_people}
    return kinds[style](run, console(), style == "brief")


def brief_result(event: Finished, started: Started | None) -> str:
    """The result of one seed's run in one line."""
    seed = f"seed {started.seed}: " if started else ""
    return (
        f"{seed}{percent(event.digit_accuracy)} digit, {percent(event.sum_accuracy, 3)} sum, "
        f"{duration(event.elapsed)} of training"
    )


def heading(event: Started) -> str:
    """What is trained, with which data, and on which device."""
    resumed = f"resumed in epoch {event.epoch}, at step {event.step:,}\n" if event.resumed else ""
    return (
        f"{event.model}, {event.parameters:,} parameters, recipe {event.recipe}, batch size {event.batch_size}, "
        f"seed {event.seed}\n"
        f"{event.train_images:,} training images, {event.validation_images:,} validation images; "
        f"{event.device}, {event.precision}, {plural(event.threads, 'thread')}\n{resumed}"
    )


EPOCH_HEADER = (
    "         training loss    training accuracy    validation accuracy",
    "epoch    digit     sum     digit      sum       digit      sum      time  * best",
)


def epoch_line(event: EpochDone, epochs: int) -> str:
    """A finished epoch as a table row, with the columns of EPOCH_HEADER."""
    number = f"{event.epoch}/{epochs}"
    mark = "  *" if event.best and event.val_digit_accuracy is not None else ""
    return (
        f"{number:<7}{event.digit_loss:7.4f} {event.sum_loss:7.4f}   "
        f"{percent(event.digit_accuracy):>8} {percent(event.sum_accuracy):>8}    "
        f"{percent(event.val_digit_accuracy):>8} {percent(event.val_sum_accuracy):>8}"
        f"{duration(event.elapsed):>10}{mark}"
    )


def progress_text(event: Progress, started: Started) -> str:
    """Progress as one line of a log."""
    return (
        f"step {event.step:,}/{started.total_steps:,}: digit {event.digit_loss:.4f} {percent(event.digit_accuracy)}, "
        f"sum {event.sum_loss:.4f} {percent(event.sum_accuracy)}, {event.images_per_second:,.0f} images/s, "
        f"{duration(event.remaining)} left"
    )


def bars(event: Progress, started: Started) -> Group:
    """Two progress bars: the epoch with losses and accuracies, the run with speed and times; columns do not move."""
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
    """The result of a run, and the commands to try next."""
    name, path = run.argument, printable(str(run.path))
    if event.reason == "stopped":
        return [
            f"\nStopped in epoch {event.epoch}, after step {event.step:,}; everything is saved in {path}",
            f"  resume it with    mnist-sum train --resume {name}",
        ]
    if event.reason != "completed":
        return [f"\nThe run is in {path}"]
    lines = [
        f"\nTest: {percent(event.digit_accuracy)} digit, {percent(event.sum_accuracy, 3)} sum, "
        f"{percent(event.agreement, 3)} agreement",
        f"      (each test image with all ten numbers, {event.pairs:,} pairs; weights of epoch {event.best_epoch}; "
        f"{duration(event.elapsed)} of training)\n",
    ]
    words = advice(event, run.read_config())
    lines += [f"{words[0].upper()}{words[1:]}\n"] if words else []
    lines.append(f"The run is in {path}")
    if not has_learned(event):
        return lines
    return [
        *lines,
        f"  predict with it     mnist-sum predict idx 3 --run {name}",
        f"  look at it          mnist-sum runs show {name}",
        f"  train it further    mnist-sum train --resume {name} --epochs {event.epoch + MORE_EPOCHS}",
        f"                      ({ADDED_EPOCHS})",
    ]
