"""`mnist-sum train`: train without the dashboard."""

import contextlib
import functools
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.atomic import NO_SPACE
from mnist_sum_tui.cli import options as opt
from mnist_sum_tui.cli.common import Json, Notify, Resume, RunsDir, TensorBoard, board_shown, folder_or_default
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.machine.notify import told_when_over
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.machine.signals import handled, reason
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.commands import resumption
from mnist_sum_tui.runs.events import Event, Finished
from mnist_sum_tui.runs.knob_turns import KNOBS, Turn, needed
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.runs_folder import check_folder
from mnist_sum_tui.training.control import ASKED, Control

if TYPE_CHECKING:
    from mnist_sum_tui.cli.progress import Printer


@opt.with_settings
def train(
    settings: opt.Settings,
    resume: Resume = None,
    change: Annotated[
        list[str] | None,
        typer.Option(help="Change a setting at a step, such as 300:lr=x0.5 (step, setting, value); may be repeated."),
    ] = None,
    name: opt.Name = "",
    seeds: int = typer.Option(
        1,
        help="Train this many times (1 to 1,000), with seeds from --seed on, and report the mean; runs that are "
        "there already are not made again.",
    ),
    runs_dir: RunsDir = None,
    json: Json = False,
    notify: Notify = None,
    tensorboard: TensorBoard = None,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only the result."),
) -> None:
    """Train a network and test it.

    Ctrl-C finishes the current step, saves, and prints how to resume.
    """
    if json and quiet:
        raise UsageError("--json prints every event, --quiet only the result: leave one of them out")
    ranks = Ranks.of_environment()
    if not 1 <= seeds <= 1000:
        raise UsageError(f"--seeds must be 1 to 1,000, not {seeds}")
    if seeds > 1 and ranks.size > 1:
        raise UsageError("--seeds works in a single process: leave out torchrun or --seeds")
    if ranks.is_helper:
        raise typer.Exit(_assist())
    folder = folder_or_default(runs_dir)
    resumed = opt.run_to_resume(resume, name, folder)
    if resumed is None:
        check_folder(folder)
    config = opt.build_config(resumed, settings)
    if settings.get("min_gain"):
        opt.check_gain(config)
    turns = needed([Turn.parse(text) for text in change or ()], -1)
    if any(turn.setting not in KNOBS for turn in turns):
        raise UsageError("--change cannot change the number of epochs: give --epochs, also to --resume")
    style = "json" if json else "quiet" if quiet else "auto"
    if seeds == 1:

        def make() -> Run:
            return resumed or find.create(folder, config, name)

        with told_when_over(notify, "the training"):
            code = train_and_print(config, make, style=style, turns=turns, boards=tensorboard)
        raise typer.Exit(code)
    if resumed is not None:
        raise UsageError("--seeds starts new runs: leave out --resume")
    from mnist_sum_tui.cli.seeds import train_seeds

    style = "json" if json else "silent" if quiet else "brief"
    train_one = functools.partial(train_and_print, style=style, turns=turns, boards=tensorboard)
    with told_when_over(notify, "the training"):
        code = train_seeds(
            config, seeds, folder, name, train_one,
            json=json, is_quiet=json or quiet, is_fresh=bool(turns or tensorboard),
        )  # fmt: skip
    raise typer.Exit(code)


def _assist() -> int:
    """Train as a helper of the leading process, which prints and writes all files; returns the exit code."""
    control = Control()
    with _signals_stop(control) as caught, contextlib.suppress(KeyboardInterrupt):  # the leader says it
        from mnist_sum_tui.training.helper import help_training  # imports torch, which takes a second

        help_training(control)
    return 128 + caught[0] if caught else 0


def train_and_print(
    config: TrainConfig,
    make: Callable[[], Run],
    is_last: bool = True,
    *,
    style: str,
    turns: Sequence[Turn] = (),
    boards: Path | None = None,
) -> int:
    """Train and print; with `boards`, write for TensorBoard into a folder there, too. Returns the exit code.

    `make` gives the run. A new run that cannot begin leaves no folder.
    A signal that comes too late to stop the run changes the exit code only if another run would follow.
    """
    control = Control()
    for turn in turns:
        control.turn(turn)
    with _signals_stop(control) as caught:  # before the run is made, so that no signal leaves a half-made one
        run = make()
        try:
            finished, lost = _train(config, run, control, style, boards)
        except BaseException as error:
            run.remove_if_unused()
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in NO_SPACE and run.config_file.exists():
                how = "go on" if run.resume_file.exists() else "begin again"
                raise RunError(f"{error}, then {how} with {resumption(run.argument, config.model)}") from error
            raise
    if caught and (not is_last or finished.reason == "stopped"):
        return 128 + caught[0]
    _check_end(finished, lost, run, config.model)
    return 0


def _train(config: TrainConfig, run: Run, control: Control, style: str, boards: Path | None) -> tuple[Finished, str]:
    """Train and print; returns the end, and why not all could be printed, if so."""
    from mnist_sum_tui.cli.progress import printer  # imports rich: 50 ms

    with printer(style, run, config) as out:
        out.waiting()
        from mnist_sum_tui.data.mnist_files import read_ahead  # imports numpy, which torch needs anyway

        read_ahead(config.data_dir)
        import_torch()  # 0.7 s, after `waiting` has printed something
        from mnist_sum_tui.training.loop import train as start

        events: Iterator[Event] = start(config, run, control)
        if boards is not None:
            events = _streamed(events, run, boards, is_told=style == "auto")
        return _print_all(events, out, control)


def _streamed(events: Iterable[Event], run: Run, boards: Path, *, is_told: bool) -> Iterator[Event]:
    """Pass on the events and write them for TensorBoard; if `is_told`, say at the end that it could be done."""
    from mnist_sum_tui.export.tensorboard import streamed

    is_written = yield from streamed(events, run, boards / run.path.name)
    if is_written and is_told:
        with contextlib.suppress(OSError):  # the output was closed, which is told elsewhere
            say(console(), f"It is written for TensorBoard, too: {board_shown(boards)}")


def _print_all(events: Iterable[Event], out: "Printer", control: Control) -> tuple[Finished, str]:
    """Print events as they come; returns the end, and why not all could be printed: if so, the run is stopped."""
    lost = ""
    finished: Finished | None = None
    for event in events:
        if isinstance(event, Finished):
            finished = event
        try:
            if not lost:
                out.show(event)
        except OSError as error:  # the reader of a pipe is gone, or the terminal was closed, or the disk is full
            is_full = error.errno in NO_SPACE
            lost = f"the output cannot be written ({error.strerror})" if is_full else "the output was closed"
            control.stop(f"because {lost}")
    assert finished is not None  # each training that raises no error has an end
    return finished, lost


def _check_end(finished: Finished, lost: str, run: Run, model: str) -> None:
    """Raise a RunError, which says what to do, if the run diverged or its end could not be printed."""
    if finished.reason == "diverged":
        raise RunError(finished.message)
    if lost and finished.reason == "stopped":
        raise RunError(f"{lost}: everything is saved; resume with {resumption(run.argument, model)}")
    if lost:
        raise RunError(f"{lost}: the run is complete; look at it with mnist-sum runs show {run.argument}")


@contextlib.contextmanager
def _signals_stop(control: Control) -> Iterator[list[int]]:
    """Let the first signal stop the run after its current step, and a second one end the program at once.

    Yields the list of the signals so far. A second SIGHUP is ignored, because closing a terminal may send two: one from
    the shell, one from the system.
    """
    caught: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if caught and number != getattr(signal, "SIGHUP", None):
            raise KeyboardInterrupt
        caught.append(number)
        control.stop(reason(number, ASKED))

    with handled(handle, "SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        yield caught
