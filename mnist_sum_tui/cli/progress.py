"""How `mnist-sum train` prints a run: progress bars in a terminal, lines in a pipe, JSON, or only the result."""

import contextlib
import time
from dataclasses import replace
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from mnist_sum_tui import __version__
from mnist_sum_tui.cli.bars import bars
from mnist_sum_tui.cli.common import print_json
from mnist_sum_tui.cli.epoch_table import EpochTable
from mnist_sum_tui.cli.layout import console, is_terminal, say
from mnist_sum_tui.cli.run_end import accuracies, print_end, result_line
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.formatting import about, duration, loss_figure, percent, plural
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.event_words import changed_words, images_words
from mnist_sum_tui.runs.events import Advice, Changed, EpochDone, Event, Finished, Notice, Progress, Started
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.topics import WARNINGS

PLAIN_PROGRESS_SECONDS, BRIEF_PROGRESS_SECONDS = 30.0, 60.0
"""seconds between two progress lines in a log; BRIEF... is for the style that prints one line per run"""
LONG_SECONDS = 60.0
"""a new run prints how long it will take, as soon as that is known, if it is longer"""


class Printer:
    """Prints only the result; the base class of the other printers."""

    def __init__(self, run: Run, config: TrainConfig, out: Console) -> None:
        self.run, self.config, self.out = run, config, out
        self.started: Started | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        elif self.started:
            self.started = self.started.after(event)
        if isinstance(event, Finished):
            self.close()
            self.end(event)
            self.out.file.flush()

    def end(self, event: Finished) -> None:
        """Print only the result; for a run that was stopped, how to resume it."""
        if event.reason == "completed":
            say(self.out, result_line(event))
        else:
            print_end(self.out, event, self.run, self.config)


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
    """Prints a line per epoch, and a progress line from time to time; for pipes, logs and dumb terminals."""

    def __init__(self, run: Run, config: TrainConfig, out: Console, brief: bool = False) -> None:
        super().__init__(run, config, out)
        self.brief = brief
        """whether a finished run gets one line instead of a full report"""
        self.version = _version_of(run)  # now, because the training writes its own
        self.sent = time.monotonic()
        self.pause = BRIEF_PROGRESS_SECONDS if brief else PLAIN_PROGRESS_SECONDS
        self.table: EpochTable | None = None
        self.has_forecast = brief
        """whether the forecast was printed, or is not wanted"""
        self.is_headed = False
        """whether the table's header is printed; it comes with the first epoch, below any notice"""
        self.told = set[str]()
        """the coach's sentences that are printed; only a warning is printed again, if it comes back"""

    def show(self, event: Event) -> None:
        """Print the event if it belongs in a log."""
        if isinstance(event, Progress) and self.started:
            self._forecast(event, self.started)
            self.progress(event, self.started)
        elif not self.brief:
            self._show_in_full(event)
        super().show(event)

    def progress(self, event: Progress, started: Started) -> None:
        """Print a progress line, if the last one was long ago."""
        if time.monotonic() - self.sent > self.pause:
            whose = f"seed {started.seed}: " if self.brief else "  "
            self.line(f"{whose}{progress_text(event, started)}")
            self.sent = time.monotonic()

    def _show_in_full(self, event: Event) -> None:
        if isinstance(event, Started):
            self.table = EpochTable.for_run(self.out, event.epochs, is_validated=event.validation_images > 0)
            is_turned = not event.resumed and any(read_events(self.run.metrics_file, Changed.kind))
            for line in heading(event, is_new=self.run.is_new, is_turned=is_turned, version=self.version):
                self.line(line)
        elif isinstance(event, EpochDone) and self.table:
            for line in (*(() if self.is_headed else ["", *self.table.header()]), self.table.row(event)):
                self.line(line)
            self.is_headed = True
            self.sent = time.monotonic()
        elif isinstance(event, Advice) and (event.topic in WARNINGS or event.words not in self.told):
            self.told.add(event.words)
            self.line(f"      {event.words}", indent=6)
        elif isinstance(event, Notice | Changed):
            self.line(event.message if isinstance(event, Notice) else changed_words(event))
            if self.table and self.started:
                self.table = replace(self.table, epochs=self.started.after(event).epochs)

    def _forecast(self, event: Progress, started: Started) -> None:
        """If a new run takes long, print how long, and that a recipe takes only seconds."""
        if event.remaining is not None and not self.has_forecast:
            self.has_forecast = True
            if not started.resumed and event.remaining > LONG_SECONDS:
                shorter = "" if started.recipe == "sprint" else "; mnist-sum train --recipe sprint takes seconds"
                self.line(f"It takes {about(event.elapsed + event.remaining)} on this machine{shorter}")

    def line(self, text: str, indent: int = 0) -> None:
        """Print a line and flush it; if it is wrapped, the rest begins at `indent`."""
        say(self.out, text, indent=indent)
        self.out.file.flush()

    def end(self, event: Finished) -> None:
        """Print the result and what to try next; for a completed run of several, only one line."""
        if self.brief and event.reason == "completed":
            say(self.out, brief_result(event, self.started))
        else:
            print_end(self.out, event, self.run, self.config)


class LivePrinter(PlainPrinter):
    """Prints the same lines, with two progress bars below them: the epoch and the run."""

    def __init__(self, run: Run, config: TrainConfig, out: Console, brief: bool = False) -> None:
        super().__init__(run, config, out, brief)
        self.live = Live(console=out, auto_refresh=False, transient=True)
        self.live.start()
        out.show_cursor()  # rich hides it: after Ctrl-Z, Ctrl-\ or a kill the shell would have none

    def close(self) -> None:
        """Remove the bars."""
        self.live.stop()

    def waiting(self) -> None:
        """Say that torch is being loaded."""
        self.live.update(Text("loading torch and the images ...", style="dim"), refresh=True)

    def progress(self, event: Progress, started: Started) -> None:
        """Update the bars."""
        self.live.update(bars(event, started, self.out.width), refresh=True)


def printer(style: str, run: Run, config: TrainConfig) -> Printer:
    """The printer for a style; `auto` and `brief` show bars if stdout is a terminal.

    For a completed run `quiet` prints the result, `brief` one line, `silent` nothing. All of them report a stopped run.
    """
    if style in ("auto", "brief"):
        return (LivePrinter if is_terminal() else PlainPrinter)(run, config, console(), style == "brief")
    return {"json": JsonPrinter, "quiet": Printer, "silent": SilentPrinter}[style](run, config, console())


def brief_result(event: Finished, started: Started | None) -> str:
    """The result of one seed's run in one line."""
    seed = f"seed {started.seed}: " if started else ""
    return f"{seed}test {accuracies(event)}, {duration(event.elapsed)} in all"


def _version_of(run: Run) -> str:
    """The version that trained a run so far; this one if that is not known."""
    with contextlib.suppress(RunError):
        if isinstance(version := run.read_json(run.environment_file).get("mnist_sum"), str):
            return printable(version)
    return __version__


def heading(event: Started, *, is_new: bool, is_turned: bool, version: str) -> list[str]:
    """What is trained, with which data, and on which device; for a run that is not new, where it goes on.

    `is_turned`: it begins again, and its journal has changes of settings; before a run's first step it has none.
    `version` trained it so far.
    """
    lost = "" if is_turned else ", with no --change but those given now"
    again = f"nothing was saved yet: it begins again at step 0{lost}"
    other = "" if version == __version__ else f"; mnist-sum {version} trained it before, which may give other weights"
    resumed = f"resumed in epoch {event.epoch}, at step {event.step:,}{other}" if event.resumed else again
    return [
        f"{event.model}, {event.parameters:,} parameters, recipe {event.recipe}, batch size {event.batch_size}, "
        f"seed {event.seed}",
        f"{images_words(event)}; {event.device}, {event.precision}, {plural(event.threads, 'thread')}",
        *([] if is_new else [resumed]),
    ]


def progress_text(event: Progress, started: Started) -> str:
    """Progress as one line of a log."""
    return (
        f"step {event.step:,}/{started.total_steps:,}: digit loss {loss_figure(event.digit_loss)}, "
        f"accuracy {percent(event.digit_accuracy)}; sum loss {loss_figure(event.sum_loss)}, "
        f"accuracy {percent(event.sum_accuracy)}; {event.images_per_second:,.0f} images/s, "
        f"{duration(event.remaining)} left"
    )
