"""InStepKeys: on the page Runs, the curves of the marked runs grow in step, at the same time, step or epoch of each."""

import time

from textual.binding import Binding
from textual.timer import Timer

from mnist_sum_tui.charts.in_step import Runs, cut, end_of, lead_line
from mnist_sum_tui.tui.pages.predicting import PredictingPage

SECONDS = 20.0
"""how long it takes to play them"""
FRAME_SECONDS, LONGEST_FRAME = 0.2, 0.5
"""seconds between frames; and the most that one moves on, so that a busy machine skips nothing"""
IN_STEP = Binding("p", "in_step", "Play in step", tooltip="The marked runs side by side: which leads")


class InStepKeys(PredictingPage):
    """What the key in IN_STEP does; the page draws what `in_step` gives."""

    curves: Runs = ()
    """of the marked runs, or of the one under the cursor"""
    _played: Runs | None = None
    """the curves that are played"""
    _share = 0.0
    """how much of the longest run has been played, 0..1"""
    _at = 0.0
    """on the clock of time.monotonic, when the last frame was drawn"""
    _frames: Timer | None = None
    _is_playing = False

    def draw_curves(self) -> None:
        """Draw; defined by the page."""
        raise NotImplementedError

    def in_step(self, quantity: str, x_kind: str) -> Runs:
        """The curves to draw: as far as they are played, with a note on which leads; whole, if none are played."""
        if self._played is not self.curves:  # others are marked now
            self._played = None
            return self.curves
        at = self._share * end_of(self.curves, x_kind)
        shown = cut(self.curves, x_kind, at)
        self.note(lead_line(shown, quantity, x_kind, at))
        return shown

    def action_in_step(self) -> None:
        """Play, wait, or go on; once played to the end, begin anew."""
        if len(self.curves) < 2:
            self.note("Mark two runs or more with the space bar: p plays them in step", is_error=True)
            return
        self._frames = self._frames or self.set_interval(FRAME_SECONDS, self._next_frame)
        is_new = self._played is not self.curves or self._share >= 1
        self._played, self._share = self.curves, 0.0 if is_new else self._share
        self._at, self._is_playing = time.monotonic(), is_new or not self._is_playing

    def _next_frame(self) -> None:
        now, before = time.monotonic(), self._at
        self._at = now
        if self._is_playing and self._played is not None and self._share < 1 and self.is_current:
            self._share = min(self._share + min(now - before, LONGEST_FRAME) / SECONDS, 1.0)
            self.draw_curves()
