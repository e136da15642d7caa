"""What `mnist-sum train` prints at the end of a run: how it ended, its result, the commands to try next."""

import os

from rich.console import Console

from mnist_sum_tui.cli.layout import say, show_commands
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import capped, duration, percent
from mnist_sum_tui.runs.accuracies import has_learned
from mnist_sum_tui.runs.commands import prediction, resumption
from mnist_sum_tui.runs.events import ALL_DONE, Changed, EpochDone, Finished, Started
from mnist_sum_tui.runs.find import where
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.resumable import MORE_EPOCHS
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.diverged import advice
from mnist_sum_tui.training.schedule import ADDED_EPOCHS


def accuracies(event: Finished) -> str:
    """The accuracies of both heads on the test images, as text."""
    return f"{percent(event.digit_accuracy)} digit, {percent(event.sum_accuracy)} sum"


def result_line(event: Finished) -> str:
    """The test result of a run."""
    return f"Test: {accuracies(event)}, {percent(event.agreement)} agreement"


def going_on(run: Run, event: Finished, model: str) -> dict[str, str]:
    """The commands to try next with a completed run of a network."""
    name = run.argument
    return {
        "predict with it": prediction(name, model),
        "look at it": f"mnist-sum runs show {name}",
        "train it further": resumption(name, model, event.epoch + MORE_EPOCHS),
    }


def print_end(out: Console, event: Finished, run: Run, config: TrainConfig) -> None:
    """Print how a run ended, its result, and the commands to try next."""
    path = where(run)
    out.print()
    if event.reason == "stopped":
        why = event.message.partition(";")[0].removeprefix("stopped ")
        say(out, f"Stopped {why}, in epoch {event.epoch}, after step {event.step:,}; everything is saved in {path}")
        show_commands(out, {"resume it with": resumption(run.argument, config.model)})
    elif event.reason != "completed":
        if os.path.exists(run.metrics_file):
            say(out, f"The run is in {path}")
        if event.reason == "failed" and os.path.exists(run.resume_file):  # perhaps only for want of space
            show_commands(out, {"resume it with": resumption(run.argument, config.model)})
    else:
        if event.message != ALL_DONE:
            say(out, f"Ended after epoch {event.epoch}: {event.message}")
        say(out, result_line(event), indent=6)
        how = f"each test image with all ten numbers, {event.pairs:,} pairs; weights of epoch {event.best_epoch}"
        say(out, f"      ({how}; {duration(event.elapsed)} in all)", indent=6)
        out.print()
        kinds = (Started.kind, EpochDone.kind, Changed.kind)
        is_good = has_learned(event) and event.best_epoch == event.epoch
        events = [] if is_good else [*read_events(run.metrics_file, *kinds)]
        if words := advice(event, config, events):
            say(out, capped(words))
            out.print()
        say(out, f"The run is in {path}")
        if not has_learned(event):
            return
        show_commands(out, going_on(run, event, config.model))
        if event.message == ALL_DONE:
            say(out, f"  ({ADDED_EPOCHS})", indent=3)
