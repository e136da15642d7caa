"""How much the dashboard slows training, and how fast it responds; measured with the real program in a pseudo-terminal.

A training without the dashboard and one with it take turns of a few seconds on the same cores; one is paused while the
other works. Steps per second are read from the events that both write to metrics.jsonl.
"""

import contextlib
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_sum_tui.bench.follow import SETTLING_SECONDS, START_SECONDS, steps_per_second, wait_for_run
from mnist_sum_tui.bench.terminal import Terminal
from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.runs.events import Event, Paused, Resumed
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.base import PAGES

COMMAND = (sys.executable, "-m", "mnist_sum_tui")
TURN_SECONDS = 3.0
PER_PAIR = 2
"""rounds per pair of processes; few, because pairs of processes differ more than rounds of the same pair"""
KEYS = (("]", r"smoothed 0\.95"), ("[", r"smoothed 0\.9(?!\d)"), ("l", "y linear, "), ("l", "y log, "))
"""keys in this order, each with the label that the chart then shows; it starts with `y log, smoothed 0.9`"""
KEY_TRAIN, KEY_DRAW = b"\x1bOP", b"\x1bOR"
"""F1 and F3, which open the pages Train and Draw"""
PAD_MIDDLE = (30, 16)
"""column and row on the screen of the middle of the pad"""


@dataclass(frozen=True, slots=True)
class DashboardCost:
    """The result of `measure`; times in seconds."""

    model: str
    headless: float
    """steps/s without the dashboard, median over the rounds"""
    dashboard: float
    """steps/s with the dashboard, median over the rounds"""
    ratio: float
    """dashboard / headless, median over the rounds"""
    quartiles: tuple[float, float]
    """the quartiles of that ratio: half of the rounds are between them"""
    drawing: float | None
    """share of one core that the dashboard's main thread uses; None on systems without /proc"""
    bytes_per_second: float
    """bytes per second that the dashboard writes to the terminal while it trains, mean over the rounds"""
    rounds: int
    first_frame: float
    """seconds from the command to the first frame, median over `starts`"""
    starts: int
    key_median: float
    """seconds from a key to its effect on the screen, while training"""
    key_p95: float
    keys: int
    stroke_median: float
    """seconds from a mouse movement on the page Draw to the answer on the screen, while training"""
    stroke_p95: float
    strokes: int


def measure(model: str, rounds: int, page: str, keys: int = 200, strokes: int = 200, starts: int = 5) -> DashboardCost:
    """Measure one network with this page open while it trains; takes about four minutes.

    New processes are started after every PER_PAIR rounds, because two processes of the same program can differ in
    speed by a tenth until they end.

    Raises:
        BenchError: a training did not start, or the dashboard did not respond to a key.
    """
    speeds: list[tuple[float, float]] = []
    drawing: list[float] = []
    written: list[float] = []
    with TemporaryDirectory(prefix="mnist-sum-bench-") as folder:
        frames = [_first_frame(Path(folder) / "none") for _ in range(starts)]
        while len(speeds) < rounds:
            own = Path(folder) / str(len(speeds))
            with _headless(model, own / "headless") as plain, _dashboard(model, own / "tui", page) as shown:
                turns = [(plain.turn(), shown.turn()) for _ in range(min(PER_PAIR, rounds - len(speeds)) + 1)]
                speeds += turns[1:]  # the first one warms up
                drawing += shown.drawing[1:]
                written += shown.written[1:]
                if len(speeds) == rounds:
                    shown.resume()
                    shown.terminal.write(KEY_TRAIN)
                    answers = list(_answers(shown.terminal, keys))
                    readings = list(_readings(shown.terminal, strokes))
    ratios = [other / one for one, other in speeds]
    return DashboardCost(
        model=model,
        headless=statistics.median(one for one, _ in speeds),
        dashboard=statistics.median(other for _, other in speeds),
        ratio=statistics.median(ratios),
        quartiles=_quartiles(ratios),
        drawing=statistics.mean(drawing) if drawing else None,
        bytes_per_second=statistics.mean(written),
        rounds=rounds,
        first_frame=statistics.median(frames),
        starts=starts,
        key_median=statistics.median(answers),
        key_p95=statistics.quantiles(answers, n=20)[-1],
        keys=keys,
        stroke_median=statistics.median(readings),
        stroke_p95=statistics.quantiles(readings, n=20)[-1],
        strokes=strokes,
    )


def _quartiles(values: list[float]) -> tuple[float, float]:
    low, _, high = statistics.quantiles(values, method="inclusive") if len(values) > 1 else values * 3
    return low, high


class _Headless:
    """A training without the dashboard, stopped by signals between its turns."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self._process = process
        self._run = wait_for_run(folder)
        process.send_signal(signal.SIGSTOP)

    def turn(self) -> float:
        """Train for TURN_SECONDS; returns steps/s."""
        self._process.send_signal(signal.SIGCONT)
        begin = _length(self._run)
        time.sleep(TURN_SECONDS)
        self._process.send_signal(signal.SIGSTOP)
        return steps_per_second(read_events(self._run.metrics_file, begin=begin))


class _Dashboard:
    """A training in the dashboard, paused with its pause key between its turns."""

    def __init__(self, terminal: Terminal, folder: Path, page: str) -> None:
        self.terminal = terminal
        self._page_key = f"\x1b{PAGES.index(page) + 1}".encode()  # Alt with a digit
        self.drawing: list[float] = []
        """share of a core that the main thread used, per turn"""
        self.written: list[float] = []
        """bytes per second that the terminal got, per turn"""
        self._run = wait_for_run(folder)
        self._press_space(Paused)

    def turn(self) -> float:
        """Train for TURN_SECONDS; returns steps/s."""
        begin = _length(self._run)
        self.resume()
        time.sleep(SETTLING_SECONDS)
        before, rest = self.terminal.main_thread_seconds, TURN_SECONDS - SETTLING_SECONDS
        received = self.terminal.received
        time.sleep(rest)
        self.written.append((self.terminal.received - received) / rest)
        after = self.terminal.main_thread_seconds
        # now, because to pause it goes to page Train, which costs steps
        speed = steps_per_second(read_events(self._run.metrics_file, begin=begin))
        self._press_space(Paused)
        if before is not None and after is not None:
            self.drawing.append((after - before) / rest)
        return speed

    def resume(self) -> None:
        """Resume the training, and go to the page."""
        self._press_space(Resumed)
        self.terminal.write(self._page_key)

    def _press_space(self, kind: type[Event]) -> None:
        begin, end = _length(self._run), time.monotonic() + START_SECONDS
        self.terminal.write(KEY_TRAIN)  # where space pauses
        self.terminal.write(b" ")
        while not any(read_events(self._run.metrics_file, kind.kind, begin=begin)):
            if time.monotonic() > end:
                raise BenchError("the dashboard did not pause or resume: try again when the machine is less busy")
            time.sleep(0.02)


@contextlib.contextmanager
def _headless(model: str, folder: Path) -> Iterator[_Headless]:
    arguments = ("train", "--model", model, "--epochs", "1000", "--keep", "0", "--runs-dir", str(folder))
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL)
    try:
        yield _Headless(process, folder)
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _dashboard(model: str, folder: Path, page: str) -> Iterator[_Dashboard]:
    arguments = ("tui", "--start", "--model", model, "--epochs", "1000", "--runs-dir", str(folder))
    with Terminal([*COMMAND, *arguments]) as terminal:
        yield _Dashboard(terminal, folder, page)


def _first_frame(folder: Path) -> float:
    begin = time.perf_counter()
    with Terminal([*COMMAND, "tui", "--runs-dir", str(folder)]) as terminal:
        return terminal.wait_for("Start training", START_SECONDS) - begin


def _answers(terminal: Terminal, keys: int) -> Iterator[float]:
    """Seconds from each key to its effect; the pauses between keys are random, like a person's."""
    chance = random.Random(0)
    for place in range(keys):
        time.sleep(chance.uniform(0.1, 0.4))
        key, words = KEYS[place % len(KEYS)]
        terminal.forget()
        begin = time.perf_counter()
        terminal.write(key.encode())
        yield terminal.wait_for(words, START_SECONDS) - begin


def _readings(terminal: Terminal, strokes: int) -> Iterator[float]:
    """Seconds from each mouse movement to the answer; the mouse wanders over the pad with the button held down."""
    chance = random.Random(0)
    terminal.forget()
    terminal.write(KEY_DRAW)
    terminal.wait_for(r"number \d \S ", START_SECONDS)
    x, y = PAD_MIDDLE
    terminal.write(_mouse(x, y, "press"))
    for _ in range(strokes):
        time.sleep(chance.uniform(0.05, 0.2))
        x, y = (min(max(at + chance.randint(-4, 4), 8), most) for at, most in ((x, 50), (y, 24)))
        terminal.forget()
        begin = time.perf_counter()
        terminal.write(_mouse(x, y, "drag"))
        yield terminal.wait_for("answered in", START_SECONDS) - begin
    terminal.write(_mouse(x, y, "release"))


def _mouse(x: int, y: int, what: str) -> bytes:
    """An event of the left button as a terminal reports it in SGR mode (xterm, "Extended coordinates")."""
    return f"\x1b[<{32 if what == 'drag' else 0};{x};{y}{'m' if what == 'release' else 'M'}".encode()


def _length(run: Run) -> int:
    return run.metrics_file.stat().st_size
