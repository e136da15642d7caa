"""Player: where a replay stands and how fast it goes. No Textual in it; whoever shows it says how much time passes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it needs numpy, and the first frame does not
    from mnist_sum_tui.runs.replay import Moment, Replay

SPEEDS = tuple(2**power for power in range(9))
"""1 to 256 times as fast as it was trained"""
USUAL_SECONDS = 40.0
"""a run is played at the lowest speed at which it takes at most this long"""


class Player:
    """Plays a replay, forwards; goes to any moment of it."""

    def __init__(self, replay: "Replay") -> None:
        self.replay = replay
        self.begins, self.ends = (replay.at(row).elapsed for row in (0, replay.last))
        self.is_playing = False
        length = self.ends - self.begins
        self.speed = next((speed for speed in SPEEDS if length <= speed * USUAL_SECONDS), SPEEDS[-1])
        self._row = 0
        self._seconds = self.begins

    @property
    def moment(self) -> "Moment":
        """The run as it stood where the replay is."""
        return self.replay.at(self._row)

    @property
    def seconds(self) -> float:
        """The seconds of training at which the replay is."""
        return self._seconds

    @property
    def share(self) -> float:
        """How much of the run is behind, 0..1."""
        length = self.ends - self.begins
        return (self._seconds - self.begins) / length if length > 0 else 1.0

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
        """Play for so long; returns whether there is another moment to show. It stops at the end."""
        if not self.is_playing:
            return False
        row = self._row
        self.go_to(self._seconds + seconds * self.speed)
        self.is_playing = not self.is_at_end
        return row != self._row or not self.is_playing

    def change_speed(self, by: int) -> None:
        """The next higher (1) or lower (-1) speed."""
        place = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]

    def go_to(self, seconds: float) -> None:
        """Go to a time of training, in seconds."""
        self._seconds = min(max(seconds, self.begins), self.ends)
        self._row = max(self.replay.row_at(self._seconds), 0)

    def go_to_share(self, share: float) -> None:
        """Go to where this share of the run's time is behind, 0..1."""
        self.go_to(self.begins + share * (self.ends - self.begins))

    def go_to_row(self, row: int) -> None:
        """Go to an event."""
        self._row = min(max(row, 0), max(self.replay.last, 0))
        self._seconds = self.moment.elapsed

    def step(self, by: int) -> None:
        """So many events back (-1) or forth."""
        self.is_playing = False
        self.go_to_row(self._row + by)

    def step_epoch(self, by: int) -> None:
        """To the end of the next epoch (1), or of the one before (-1); beyond these to the run's beginning or end."""
        ends = self.replay.epochs()
        further = [row for row in ends if row > self._row] if by > 0 else [row for row in ends if row < self._row][::-1]
        self.go_to_row(further[0] if further else self.replay.last if by > 0 else 0)
