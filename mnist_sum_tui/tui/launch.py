"""Run the dashboard from the command line: prepare the terminal, handle signals, print the receipt, return the code."""

import contextlib
import gc
import os
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_sum_tui import settings
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.machine.notify import Way, chosen
from mnist_sum_tui.machine.process import keep_freed_memory, try_threads
from mnist_sum_tui.machine.signals import handled, reason
from mnist_sum_tui.machine.stdio import flush_or_drop
from mnist_sum_tui.machine.terminal import can_draw, size, why_not
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import ASKED
from mnist_sum_tui.tui.session.exit_code import exit_code

if TYPE_CHECKING:
    from mnist_sum_tui.tui.app import MnistSumApp  # imports textual: 0.2 s

SAVE_SECONDS = 60.0
"""how long a signal, or an app that has failed, waits for the current step and the save; much more than they need"""
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""signals that end the dashboard from outside; Ctrl-C is a key here, and SIGBREAK means a closed window on Windows"""
TORCH_THREADS = ("training", "warm-up")
THREADS = 8
"""those of Textual, the training, the predictions, and what the pages read"""
CLOSE_SECONDS = 3.0
"""how long the terminal may take to close after SAVE_SECONDS"""


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """The options of `mnist-sum tui`."""

    runs_folder: Path
    config: TrainConfig
    """the form's defaults, or, with `start`, what to train"""
    start: bool
    """whether to train at once"""
    resume: Run | None
    """a run to go on with; implies `start`"""
    theme: str | None
    marker: str | None = None
    """what to draw with; it is chosen before the dashboard starts, and only listed here"""
    watch: Run | None = None
    """a run that another process trains, to look at"""
    replay: Run | None = None
    """a run to play back"""
    name: str = ""
    """what is added to the names of new run folders"""
    notify: Way | None = None
    """how to notify the user that a training is over"""
    mouse: bool | None = None
    """whether to take the mouse from the terminal; None, here and for `theme` and `fps`, means the user's settings"""
    fps: int | None = None
    """frames per second, at most"""
    data_dir: str | None = None
    """the folder of images to use instead of each run's own"""


def run_dashboard(options: LaunchOptions) -> int:
    """Run the dashboard in this terminal; returns the exit code.

    Raises:
        UsageError: the theme is unknown, or a setting has a value that it does not accept.
        MnistSumError: the dashboard cannot be made: Textual's version or an environment variable does not fit.
    """
    if not can_draw():
        print(f"error: mnist-sum tui needs a terminal, and {why_not('one')}: use mnist-sum train", file=sys.stderr)
        return 2
    keep_freed_memory()  # before there is a thread
    try_threads(THREADS)  # where one fails later, the dashboard ends
    gc.disable()  # until MnistSumApp._begin: it would free nothing, and take 25 of the 490 ms until the first frame
    try:
        return _run(options)
    except MnistSumError:
        raise
    except Exception as error:
        if (why := _misfit() or _suspect(error)) is None:
            raise
        raise MnistSumError(why) from error
    finally:
        gc.enable()


def _misfit() -> str | None:
    """That Textual's version does not fit, if so; it is asked only after a fault, because the import takes 20 ms."""
    from mnist_sum_tui.machine import packages

    return packages.misfit("textual")


def _suspect(error: Exception) -> str | None:
    """That an environment variable which may stop Textual is set; without it, the next fault shows its traceback."""
    for name in ("TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DRIVER", "TEXTUAL_LOG"):
        if name in os.environ:
            return f"the dashboard failed with {name}={os.environ[name]} ({error!r}): unset it"
    return None


def _run(options: LaunchOptions) -> int:
    """Make the app, and run it; returns the exit code."""
    if size() is not None:
        for name in ("COLUMNS", "LINES"):  # exported once, as by `docker exec -e`, they would count at the first frame
            os.environ.pop(name, None)
    is_with_mouse = bool(settings.find("mouse", options.mouse).value)
    if log := os.environ.get("TEXTUAL_LOG"):  # Textual opens it only once the screen is its own
        Path(log).open("a").close()
    os.environ.setdefault("TEXTUAL_FPS", str(settings.find("fps", options.fps).value))  # Textual reads it on import
    from mnist_sum_tui.tui.app import MnistSumApp  # imports textual: 0.2 s
    from mnist_sum_tui.tui.session.session import Session

    theme = theme_of(options.theme)
    session = Session(options.runs_folder, options.data_dir)
    start = options.config if options.start or options.resume else None
    app = MnistSumApp(
        session,
        start,
        options.resume,
        form_defaults=options.config,
        run_name=options.name,
        watch=options.watch,
        replay=options.replay,
    )
    app.way = chosen(options.notify)
    app.takes_mouse = is_with_mouse
    app.has_few_colours = app.console.color_system == "standard"
    app.use_theme(theme)
    with handled(lambda number, _: _leave(app, number), *SIGNALS):
        return _run_to_the_end(app)


def theme_of(option: str | None) -> str:
    """The theme of the option, the environment variable or the file; an unknown one in the file is only reported.

    Raises:
        UsageError: the theme of the option or the variable is unknown.
    """
    from mnist_sum_tui.tui.looks import trouble_with

    found = settings.find("theme", option)
    wrong = trouble_with(str(found.value))
    if wrong is None:
        return str(found.value)
    if found.origin != str(settings.path()):
        raise wrong
    print(f"note: {printable(found.origin)}: {wrong}", file=sys.stderr)
    return str(settings.KNOWN["theme"].usual)


def _run_to_the_end(app: "MnistSumApp") -> int:
    """Run the app, wait for the training, print the receipt; returns the exit code."""
    from mnist_sum_tui.tui.session.result import receipt

    is_broken = _breaks(app)
    _end_training(app)
    if is_broken and (misfit := _misfit()):
        with contextlib.suppress(OSError):  # the terminal may be gone
            print(f"error: {misfit}", file=sys.stderr)
    code = exit_code(app.session, app.signal_number, is_broken)
    with contextlib.suppress(OSError):  # the terminal may be gone
        found = size() if sys.stdout.isatty() else None
        if text := receipt(app.session, found and found[0]):
            print(text)
    flush_or_drop()
    if any(thread.daemon and thread.name in TORCH_THREADS for thread in threading.enumerate()):
        os._exit(code)  # a thread in an import or a validation cannot be stopped, and must not outlive torch
    return code


def _breaks(app: "MnistSumApp") -> bool:
    """Run the app until it ends; returns whether a fault ended it."""
    try:
        app.run(mouse=app.takes_mouse)
    except BaseException:  # whatever it is, a training may have to be saved; Textual has restored the terminal
        with contextlib.suppress(OSError):  # the terminal may be gone
            traceback.print_exc()
        return True
    return bool(app.return_code)


def _end_training(app: "MnistSumApp") -> None:
    """Wait for the training to end; if the app has failed meanwhile, stop and save it, and read its last events."""
    thread, session = app.thread, app.session
    if thread is None:
        return
    if thread.is_abandoned or session.control is None or session.run is None:
        thread.join(CLOSE_SECONDS)
        return
    session.control.stop()
    thread.join(SAVE_SECONDS)
    session.take(list(read_events(session.run.metrics_file)), is_whole=True, is_alive=False)
    session.end(thread.error)


def _leave(app: "MnistSumApp", number: int) -> None:
    """On a signal: stop, save, restore the terminal, exit with 128 + n, even if the terminal is gone."""
    if app.session.control is not None:
        app.session.control.stop(reason(number, ASKED))
    threading.Thread(target=_see_to_it, args=(app, app.thread, number), name="leaving", daemon=True).start()


def _see_to_it(app: "MnistSumApp", thread: threading.Thread | None, number: int) -> None:
    """Ask the app to leave, from a thread, which wakes its event loop; end the process if a lost terminal blocks it.

    The weights are safe once the training has ended.
    """
    app.call_later(app.stop_and_leave, number)
    if thread is not None:
        thread.join(SAVE_SECONDS)
    main = threading.main_thread()
    main.join(CLOSE_SECONDS)
    if main.is_alive():
        os._exit(exit_code(app.session, number))
