"""`mnist-sum train`: train without a dashboard."""

import functools
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from mnist_sum_tui.cli import options as opt
from mnist_sum_tui.cli.common import Json, RunsDir, complete_run, folder_or_default
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Finished
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control


@opt.with_settings
def train(
    settings: opt.Settings,
    resume: str | None = typer.Option(
        None, help="Go on with a run: latest, best, its id, or a path.", autocompletion=complete_run
    ),
    name: opt.Name = "",
    seeds: int = typer.Option(
        1, min=1, max=1000, help="Train so many times, with the seeds from --seed on, and report the mean."
    ),
    runs_dir: RunsDir = None,
    json: Json = False,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print the result alone."),
) -> None:
    """Train a network and test it.

    Ctrl-C finishes the step, saves, and says how to go on.
    """
    world = Ranks.of_environment()
    if seeds > 1 and world.size > 1:
        raise UsageError("--seeds trains in one process: leave out torchrun, or --seeds")
    if world.is_helper:
        raise typer.Exit(_assist())
    folder = folder_or_default(runs_dir)
    resumed = opt.run_to_resume(resume, name, folder)
    config = opt.build_config(resumed, settings)
    style = "json" if json else "quiet" if quiet else "auto"
    if seeds == 1:
        raise typer.Exit(_train_and_print(config, resumed or find.create(folder, config, name), style=style))
    if resumed is not None:
        raise UsageError("--seeds makes new runs: leave out --resume")
    from mnist_sum_tui.cli.seeds import train_seeds

    style = "json" if json else "silent" if quiet else "brief"
    train_one = functools.partial(_train_and_print, style=style)
    raise typer.Exit(train_seeds(config, seeds, folder, name, json, train_one))


def _assist() -> int:
    """Help the process that leads; it alone prints, and makes the run."""
    from mnist_sum_tui.training.helper import help_training

    control = Control()
    with _signals_stop(control) as caught:
        help_training(control)
    return 128 + caught[0] if caught else 0


def _train_and_print(config: TrainConfig, run: Run, is_last: bool = True, *, style: str) -> int:
    """The exit code; a signal that came when the run was all but complete matters only where another run follows."""
    from mnist_sum_tui.cli.progress import printer  # rich, 50 ms

    control = Control()
    with _signals_stop(control) as caught, printer(style, run) as out:
        out.waiting()
        from mnist_sum_tui.data.mnist_files import read_ahead  # numpy, which torch takes too

        read_ahead(config.data_dir)
        import_torch()  # 0.7 s; something is on the screen by now
        from mnist_sum_tui.training.loop import train as start

        is_heard = True
        finished: Finished | None = None
        for event in start(config, run, control):
            if isinstance(event, Finished):
                finished = event
            try:
                if is_heard:
                    out.show(event)
            except OSError:  # a pipe's reader has left, or the terminal was closed
                is_heard = False
                control.stop()
    is_stopped = finished is not None and finished.reason == "stopped"
    if caught and (is_stopped or not is_last):
        return 128 + caught[0]
    if finished is not None and finished.reason == "diverged":
        raise RunError(finished.message)
    if not is_heard and is_stopped:
        again = f"mnist-sum train --resume {run.argument}"
        raise RunError(f"the output was closed: everything is saved; go on with {again}")
    if not is_heard:
        raise RunError(
            f"the output was closed: the run is complete; look at it with mnist-sum runs show {run.argument}"
        )
    return 0


@contextmanager
def _signals_stop(control: Control) -> Iterator[list[int]]:
    """The first signal stops the run after its step; a second one leaves at once. Gives the signals that came.

    But no second SIGHUP: where a terminal is closed, the shell and the system may both send one, in the same moment.
    """
    caught: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if caught and number != getattr(signal, "SIGHUP", None):
            raise KeyboardInterrupt
        caught.append(number)
        control.stop()

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    before = {number: signal.signal(number, handle) for number in ours}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
