"""What the dashboard costs a training, and how soon it answers: the program itself, in a pseudo-terminal.

A training without it and one under it take turns of a few seconds on the same cores: while the one works, the other is
held. Both write the same events to metrics.jsonl, and what is compared is steps per second between two of these.
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

from mnist_sum_tui.bench.follow import SETTLING_SECONDS, START_SECONDS, events_after, steps_per_second, wait_for_run
from mnist_sum_tui.bench.terminal import Terminal
from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.runs.events import Event, Paused, Resumed
from mnist_sum_tui.runs.run import Run

COMMAND = (sys.executable, "-m", "mnist_sum_tui")
TURN_SECONDS = 3.0
PER_PAIR = 4
KEYS = (("]", r"smoothing 0\.95"), ("[", r"smoothing 0\.9(?!\d)"), ("l", "linear · "), ("l", "log · "))
"""a key, and what it makes the chart's axis say; in this order, from its first words `log · smoothing 0.9`"""
KEY_DRAW = b"\x1bOR"
"""F3"""
PAD_MIDDLE = (30, 16)


@dataclass(frozen=True, slots=True)
class DashboardCost:
    """What was measured, in seconds or as a ratio."""

    model: str
    headless: float
    """steps/s without the dashboard, the median over the rounds"""
    dashboard: float
    """steps/s under it"""
    ratio: float
    """the median over the rounds of dashboard / headless"""
    drawing: float | None
    """the share of one core that the thread of the dashboard itself takes beside the training; None: not known here"""
    rounds: int
    first_frame: float
    """from the command to the first frame, the median of `starts`"""
    starts: int
    key_median: float
    """from a key to its effect on the screen, while training"""
    key_p95: float
    keys: int
    stroke_median: float
    """from a movement of the mouse on the page Draw to the network's answer on the screen, while it is being trained"""
    stroke_p95: float
    strokes: int


def measure(
    model: str = "compact", rounds: int = 16, keys: int = 200, strokes: int = 200, starts: int = 5
) -> DashboardCost:
    """Measure; about four minutes.

    Two processes of the same program can differ by some percent for as long as they live, so each PER_PAIR rounds are
    run with new ones.

    Raises:
        BenchError: the dashboard did not do what a key asked for.
    """
    speeds: list[tuple[float, float]] = []
    drawing: list[float] = []
    with TemporaryDirectory(prefix="mnist-sum-bench-") as folder:
        frames = [_first_frame(Path(folder) / "none") for _ in range(starts)]
        while len(speeds) < rounds:
            own = Path(folder) / str(len(speeds))
            with _headless(model, own / "headless") as plain, _dashboard(model, own / "tui") as shown:
                turns = [(plain.turn(), shown.turn()) for _ in range(min(PER_PAIR, rounds - len(speeds)) + 1)]
                speeds += turns[1:]  # the first one warms up
                drawing += shown.drawing[1:]
                if len(speeds) == rounds:
                    shown.resume()
                    answers = list(_answers(shown.terminal, keys))
                    readings = list(_readings(shown.terminal, strokes))
    return DashboardCost(
        model=model,
        headless=statistics.median(one for one, _ in speeds),
        dashboard=statistics.median(other for _, other in speeds),
        ratio=statistics.median(other / one for one, other in speeds),
        drawing=statistics.mean(drawing) if drawing else None,
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


class _Headless:
    """A training without the dashboard, stopped by the system between its turns."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self._process = process
        self._run = wait_for_run(folder)
        process.send_signal(signal.SIGSTOP)

    def turn(self) -> float:
        """Work for a while; returns steps/s."""
        self._process.send_signal(signal.SIGCONT)
        begin = _length(self._run)
        time.sleep(TURN_SECONDS)
        self._process.send_signal(signal.SIGSTOP)
        return steps_per_second(events_after(self._run, begin))


class _Dashboard:
    """A training under the dashboard, paused by its own key between its turns."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal = terminal
        self.drawing: list[float] = []
        """of each turn, the share of a core that the main thread took"""
        self._run = wait_for_run(folder)
        self._press_space(Paused)

    def turn(self) -> float:
        """Work for a while; returns steps/s."""
        begin = _length(self._run)
        self.resume()
        time.sleep(SETTLING_SECONDS)
        before, rest = self.terminal.main_thread_seconds, TURN_SECONDS - SETTLING_SECONDS
        time.sleep(rest)
        after = self.terminal.main_thread_seconds
        self._press_space(Paused)
        if before is not None and after is not None:
            self.drawing.append((after - before) / rest)
        return steps_per_second(events_after(self._run, begin))

    def resume(self) -> None:
        """Let it train."""
        self._press_space(Resumed)

    def _press_space(self, kind: type[Event]) -> None:
        begin, end = _length(self._run), time.monotonic() + START_SECONDS
        self.terminal.write(b" ")
        while not any(isinstance(event, kind) for event in events_after(self._run, begin)):
            if time.monotonic() > end:
                raise BenchError("the dashboard did not pause or go on: try again when the machine is less busy")
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
def _dashboard(model: str, folder: Path) -> Iterator[_Dashboard]:
    arguments = ("tui", "--start", "--model", model, "--epochs", "1000", "--runs-dir", str(folder))
    with Terminal([*COMMAND, *arguments]) as terminal:
        yield _Dashboard(terminal, folder)


def _first_frame(folder: Path) -> float:
    begin = time.perf_counter()
    with Terminal([*COMMAND, "tui", "--runs-dir", str(folder)]) as terminal:
        return terminal.wait_for("Start training", START_SECONDS) - begin


def _answers(terminal: Terminal, keys: int) -> Iterator[float]:
    """Seconds from each key to its effect; the pauses between keys are of random length, as a person's are."""
    chance = random.Random(0)
    for place in range(keys):
        time.sleep(chance.uniform(0.1, 0.4))
        key, words = KEYS[place % len(KEYS)]
        terminal.forget()
        begin = time.perf_counter()
        terminal.write(key.encode())
        yield terminal.wait_for(words, START_SECONDS) - begin


def _readings(terminal: Terminal, strokes: int) -> Iterator[float]:
    """Seconds from each movement to the answer; a hand that wanders over the pad with the button held."""
    chance = random.Random(0)
    terminal.forget()
    terminal.write(KEY_DRAW)
    terminal.wait_for(r"number \d · ", START_SECONDS)
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
    """As a terminal in SGR mode reports the left button (xterm's control sequences, "Extended coordinates")."""
    return f"\x1b[<{32 if what == 'drag' else 0};{x};{y}{'m' if what == 'release' else 'M'}".encode()


def _length(run: Run) -> int:
    return run.metrics_file.stat().st_size
