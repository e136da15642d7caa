"""InStepKeys: play the marked runs of the page Runs together, each up to the same time, step or epoch.

If two runs are played, the sample images are shown below the curves, with both runs' answers at that moment.
"""

import contextlib
import time
from collections.abc import Sequence

from textual import on, work
from textual.binding import Binding
from textual.timer import Timer

from mnist_sum_tui.charts.in_step import Runs, answers_at, cut, end_of, lead_line
from mnist_sum_tui.charts.run_charts import short_names
from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.tui.pages.predicting import PredictingPage
from mnist_sum_tui.tui.pages.replay_keys import LONGEST_FRAME, SPEED
from mnist_sum_tui.tui.pages.train_threads import sample_images
from mnist_sum_tui.tui.widgets.help_panel import HelpPanel
from mnist_sum_tui.tui.widgets.in_step_bar import InStepBar
from mnist_sum_tui.tui.widgets.scrub_bar import ScrubBar
from mnist_sum_tui.tui.widgets.strips_in_step import COUNT, Answers, StripsInStep

SECONDS = 40.0
"""how long playing takes at speed 1"""
SPEEDS = (1, 2, 4, 8)
ENDED = 0.98
"""a run has ended before the longest one if it has less than this share of its length"""
FRAME_SECONDS = 0.2
IN_STEP_BINDINGS = (
    Binding("p", "in_step('play')", "Play in step", tooltip="The marked runs side by side: which leads"),
    Binding("p,space", "in_step('pause')", "Pause", key_display="space"),
    Binding("space", "in_step('play')", "Play", show=False),
    Binding("escape", "whole", "Whole curves"),
    Binding("escape", "back", show=False),  # the page's own, which the binding above would replace
    Binding("plus,equals_sign", "pace(1)", "Faster", group=SPEED, key_display="+"),
    Binding("minus", "pace(-1)", "Slower", group=SPEED, key_display="-"),
)
WITHOUT_MARKS = Binding("p", "in_step('unmarked')", "Play in step", tooltip="Mark two runs or more first")


class InStepKeys(PredictingPage):
    """The actions of the keys in IN_STEP_BINDINGS; the page draws the curves that `in_step` returns."""

    curves: Runs = ()
    """the curves of the marked runs, or of the run under the cursor"""
    _answers: tuple[Answers, ...] = ()
    """the answers of the two runs that were played last"""
    _played: tuple[str, ...] | None = None
    """the names of the runs that are played; the curves are read anew whenever the page is"""
    _share = 0.0
    """how much of the longest run has been played, 0..1"""
    _at = 0.0
    """when the last frame was drawn, by time.monotonic"""
    _frames: Timer | None = None
    _is_playing = False
    _is_awaited = False
    """whether they are played as soon as the curves of all marked runs are read, which takes seconds for long runs"""
    _speed = SPEEDS[1]

    def draw_curves(self) -> None:
        """Draw the curves; defined by the page."""
        raise NotImplementedError

    def _chosen(self) -> list[Summary]:
        """The runs of the curves, a Fold for runs that differ only in their seed; defined by the page."""
        raise NotImplementedError

    def in_step(self, quantity: str, x_kind: str, signs: Sequence[str] = ()) -> Runs:
        """The curves to draw: if they are played, only up to now, with a note on which run leads."""
        if self._is_awaited and self._names == tuple(short_names([row.run.id for row in self._chosen()])):
            self._is_awaited = False
            if len(self.curves) > 1:  # otherwise the marks were removed while it waited
                self._turn()
        if not self._is_shown_in_step:
            self._played = None  # other runs are marked now
            self.remove_class("-in-step", "-played")
            return self.curves
        end = end_of(self.curves, x_kind)
        at = self._share * end
        shown = cut(self.curves, x_kind, at)
        rows = self._chosen()
        names = zip(short_names([row.run.id for row in rows]), rows, strict=True)
        over = {name for name, row in names if row.state != "running"}
        ended = [run[0] for run in self.curves if run[0] in over and end_of([run], x_kind) < min(at, ENDED * end)]
        self.add_class("-played")
        leads = lead_line(shown, quantity, ended, self.query_one("#listing").size.width - 2, signs)
        self.query_one(InStepBar).show(leads, x_kind, self._share, end, is_playing=self._moves, speed=self._speed)
        answered = tuple(answers.name for answers in self._answers if answers.samples)
        self.set_class(answered == self._played, "-in-step")
        if answered == self._played:
            runs = zip(self._answers, self.curves, strict=True)
            newest = [answers_at(found.samples, several[0], x_kind, at) for found, (_, several) in runs]
            self.query_one(StripsInStep).show(self._answers, newest)
        return shown

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to play if two runs are marked, and another speed while they are played."""
        if action == "in_step":
            state = "unmarked" if len(self.curves) < 2 else "pause" if self._moves else "play"
            return parameters == (state,)
        if action == "whole" and self.query_children(HelpPanel):
            return False  # Escape closes the help first
        return self._is_shown_in_step if action in ("pace", "whole") else super().check_action(action, parameters)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.curves)

    @property
    def _is_shown_in_step(self) -> bool:
        return self._played == self._names

    @property
    def _moves(self) -> bool:
        return self._is_shown_in_step and self._is_playing

    def action_pace(self, by: int) -> None:
        """The next higher (1) or lower (-1) speed."""
        self._speed = SPEEDS[min(max(SPEEDS.index(self._speed) + by, 0), len(SPEEDS) - 1)]
        self.draw_curves()

    @on(ScrubBar.Dragged)
    def _go_to(self, message: ScrubBar.Dragged) -> None:
        """Go where the mouse is."""
        self._share = message.share
        self.draw_curves()

    def action_in_step(self, _: str) -> None:
        """Play, pause, or go on; at the end, begin again."""
        if len(self._chosen()) < 2:
            self.note("Mark two runs or more with the space bar: p plays them in step", is_error=True)
            return
        self._is_awaited = True
        self.draw_curves()
        self.refresh_bindings()

    def _turn(self) -> None:
        """Play what was paused, pause what plays, or begin with other runs."""
        self._frames = self._frames or self.set_interval(FRAME_SECONDS, self._next_frame)
        self._frames.resume()
        is_new = not self._is_shown_in_step or self._share >= 1
        self._played, self._share = self._names, 0.0 if is_new else self._share
        self._at, self._is_playing = time.monotonic(), is_new or not self._is_playing
        runs = [row.run for row in self._chosen()]
        if is_new and len(runs) == COUNT:
            self._read_answers(runs)

    action_whole = PredictingPage.action_back  # a name of its own for the footer

    def step_back(self) -> bool:
        """End playing, or waiting for the curves to play, and show the whole curves again."""
        was_awaited, self._is_awaited = self._is_awaited, False
        if not self._is_shown_in_step:
            return was_awaited or super().step_back()
        self._played, self._is_playing = None, False
        self.draw_curves()
        self.refresh_bindings()
        return True

    @work(thread=True, exclusive=True, group="answers", exit_on_error=False)
    def _read_answers(self, runs: Sequence[Run]) -> None:
        """Read the sample answers of two runs, and the images, in a thread."""
        found = []
        for name, run in zip(short_names([run.id for run in runs]), runs, strict=True):
            samples = [event for event in read_events(run.metrics_file, "samples") if isinstance(event, Samples)]
            images = dict[int, Image]()
            with contextlib.suppress(MnistSumError):
                images = sample_images(samples[0].indices, run.read_config().data_dir) if samples else {}
            found.append(Answers(name, samples, images))
        self.take_found(self._take_answers, tuple(found))

    async def _take_answers(self, found: tuple[Answers, ...]) -> None:
        """Show the answers, if the runs are still played and both have answers."""
        if not self.query(StripsInStep):
            await self.query_one("#listing").mount(StripsInStep(id="strips"))
        self._answers = found
        self.draw_curves()

    def _next_frame(self) -> None:
        now, before = time.monotonic(), self._at
        self._at = now
        if self._frames is not None and not self._moves:
            self._frames.pause()
        elif self.is_current:
            self._share = min(self._share + self._speed * min(now - before, LONGEST_FRAME) / SECONDS, 1.0)
            self._is_playing = self._share < 1
            self.draw_curves()
            if not self._is_playing:
                self.refresh_bindings()
