"""The process that `mnist-sum serve` starts for each visitor: the dashboard, only for watching.

python -m mnist_sum_tui.tui.web.visitor RUNS_FOLDER THEME [RUN] shows RUN, or the demo without it.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from textual.drivers.web_driver import WebDriver
from textual.events import Resize
from textual.message import Message

from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.looks import DEFAULT

MODULE = "mnist_sum_tui.tui.web.visitor"  # `__name__` is `__main__` in the visitor's process
DRIVER = f"{MODULE}:WatchDriver"


def command(runs_folder: Path, watched: Run | None, theme: str) -> str:
    """The shell's command for a visitor's process, which shows a run, or the demo without one."""
    words = [sys.executable, "-m", MODULE, os.path.realpath(runs_folder), theme]
    return for_shell([*words, str(watched.path.resolve())] if watched is not None else words)


def for_shell(words: list[str]) -> str:
    """The command as a line for the system's shell; with `exec`, but on Windows, the process replaces the shell."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else f"exec {shlex.join(words)}"


class WatchDriver(WebDriver):
    """The driver of a visitor's app."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._key_thread.daemon = True  # on Windows it waits for input until the server ends, and the process for it

    def process_message(self, message: Message) -> None:
        """Ignore a size in what is typed; only the page's own message about the size counts, which is checked."""
        if not isinstance(message, Resize):
            super().process_message(message)

    def run_input_thread(self) -> None:
        """End the process when its input ends: the server is gone, nothing is to be saved, and nobody would end it."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            os._exit(0)


def watching_app(runs_folder: Path, watched: Run | None, theme: str = DEFAULT) -> Any:
    """The app of a visitor, who can only watch."""
    from mnist_sum_tui.tui.app import MnistSumApp
    from mnist_sum_tui.tui.session.session import Session

    session = Session(runs_folder)
    session.is_read_only = True
    app = MnistSumApp(session, watch=watched, replay=RECORDED if watched is None else None)
    app.use_theme(theme)
    return app


if __name__ == "__main__":
    _, folder, colours, *run = sys.argv
    watching_app(Path(folder), Run(Path(run[0])) if run else None, colours).run()
