"""Player: the position and the speed of a replay. It knows no clock and no Textual; the page tells it the time."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.export.recording import EVEN_STEPS, RECORDED
from mnist_sum_tui.formatting import duration
from mnist_sum_tui.runs.run import Run

if TYPE_CHECKING:  # they need numpy, and the first frame does not
    from mnist_sum_tui.export.demo import Caption
    from mnist_sum_tui.runs.replay import Moment, Replay

SPEEDS = tuple(2.0**power for power in range(-3, 9))
"""speeds from an eighth to 256 times the speed of the training"""
SHOWN_WAIT = 1.0
"""so many of the seconds before the first step are played, in which torch makes the network ready; others are passed"""
USUAL_SECONDS = 40.0
"""a run is played at the lowest speed at which it takes at most this long"""


class ByTime:
    """The time scale of a replay: one second is one second of training."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay

    def place(self, moment: "Moment") -> float:
        """The second at which a moment is shown."""
        return moment.elapsed

    def row(self, second: float) -> int:
        """The row that is shown at a second."""
        return self.replay.row_at(second)

    def words(self, second: float, moment: "Moment", end: "Moment") -> str:
        """The position and the end of the run, always of the same width: `0.6 s of 12 s, step   20`."""
        whole = duration(end.elapsed)
        wide = max(len(whole), len("9.9 s"))
        return f"{duration(second):>{wide}} of {whole}, step {moment.step:>{len(f'{end.step:,}')},}"


class BySteps(ByTime):
    """The time scale of the demo: a fixed length, slow at first, because most is learned in the first hundred steps."""

    def __init__(self, replay: "Replay", seconds: float) -> None:
        super().__init__(replay)
        self._seconds_per_unit = seconds / math.log1p(max(replay.at(replay.last).step, 1) / EVEN_STEPS)

    def place(self, moment: "Moment") -> float:
        """The second at which a moment is shown."""
        return self._seconds_per_unit * math.log1p(moment.step / EVEN_STEPS)

    def row(self, second: float) -> int:
        """The row that is shown at a second."""
        return self.replay.row_at_step(int(EVEN_STEPS * math.expm1(second / self._seconds_per_unit) + 1e-6))

    def words(self, second: float, moment: "Moment", end: "Moment") -> str:  # noqa: ARG002
        """The position and the end of the run, always of the same width: `step    20 of 1,290`."""
        whole = f"{end.step:,}"
        return f"step {moment.step:>{len(whole)},} of {whole}"


class Player:
    """Plays a replay forwards, and goes to any moment of it."""

    def __init__(self, replay: "Replay", scale: ByTime | None = None) -> None:
        self.replay = replay
        self._scale = scale or ByTime(replay)
        self._end = replay.at(replay.last)
        self.begins, self.ends = (self._scale.place(moment) for moment in (replay.at(0), self._end))
        self.is_playing = False
        self._row = 0
        length = self.ends - max(self.begins, self._first_step())
        self.speed = next((speed for speed in SPEEDS if 1 <= speed >= length / USUAL_SECONDS), SPEEDS[-1])
        self.seconds = self.begins
        """the position in seconds of the time scale"""

    @property
    def moment(self) -> "Moment":
        """The run as it was at the replay's position."""
        return self.replay.at(self._row)

    @property
    def words(self) -> str:
        """The position and the end of the run in words."""
        return self._scale.words(self.seconds, self.moment, self._end)

    @property
    def share(self) -> float:
        """How much of the run has been played, 0..1."""
        length = self.ends - self.begins
        return (self.seconds - self.begins) / length if length > 0 else 1.0

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left to play."""
        return self._row >= self.replay.last

    def toggle(self) -> None:
        """Play, or pause; at the end, play from the beginning."""
        if self.is_at_end:
            self.go_to_row(0)
        self.is_playing = not self.is_playing

    def pass_time(self, seconds: float) -> bool:
        """Advance by so many real seconds, and pause at the end; returns whether the shown moment changes."""
        if not self.is_playing:
            return False
        row = self._row
        self.go_to(max(self.seconds + seconds * self.speed, self._first_step()))
        self.is_playing = not self.is_at_end
        return row != self._row or not self.is_playing

    def _first_step(self) -> float:
        """Before the first step, the second SHOWN_WAIT before it: nothing is seen until then. Else 0."""
        if self.moment.step or self.replay.last <= (row := self.replay.row_at_step(0)):
            return 0.0
        return self._scale.place(self.replay.at(row + 1)) - SHOWN_WAIT

    def change_speed(self, by: int) -> None:
        """The next higher (1) or lower (-1) speed."""
        place = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]

    def go_to(self, seconds: float) -> None:
        """Go to a second."""
        self.seconds = min(max(seconds, self.begins), self.ends)
        self._row = max(self._scale.row(self.seconds), 0)

    def go_to_share(self, share: float) -> None:
        """Go to a share of the run's length, 0..1."""
        self.go_to(self.begins + share * (self.ends - self.begins))

    def go_to_row(self, row: int) -> None:
        """Go to an event."""
        self._row = min(max(row, 0), max(self.replay.last, 0))
        self.seconds = self._scale.place(self.moment)

    def go_to_step(self, step: int) -> None:
        """Pause, and go to the last event of this step."""
        self.is_playing = False
        self.go_to_row(self.replay.row_at_step(step))

    def step(self, by: int) -> None:
        """Pause, and go so many events forth, or back if negative."""
        self.is_playing = False
        self.go_to_row(self._row + by)

    def step_epoch(self, by: int) -> None:
        """Go to the end of the next epoch (1) or of the one before (-1), or else to the run's end or beginning."""
        ends = self.replay.epochs()
        further = [row for row in ends if row > self._row] if by > 0 else [row for row in ends if row < self._row][::-1]
        self.go_to_row(further[0] if further else self.replay.last if by > 0 else 0)


def replayed(run: Run) -> "tuple[TrainConfig, Run, Player, Sequence[Caption]]":
    """What a replay of a run needs: its config, a player, and captions, which only the package's demo run has.

    Raises:
        RunError: its settings cannot be read, or it has no events.
    """
    from mnist_sum_tui.runs.replay import Replay  # numpy

    config, replay = run.read_config(), Replay(run.metrics_file)
    if not len(replay):
        raise RunError(f"run {run.id} has no events to replay: choose another run")
    if run != RECORDED:
        return config, run, Player(replay), ()
    from mnist_sum_tui.export.demo import SECONDS, captions  # numpy

    return config, run, Player(replay, BySteps(replay, SECONDS)), captions(replay)
