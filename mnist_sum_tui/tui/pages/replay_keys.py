"""ReplayKeys: keys and mouse of the page Train that play a run back and go through its moments."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.timer import Timer

from mnist_sum_tui.tui.pages.chart_keys import ChartKeys
from mnist_sum_tui.tui.pages.go_to_step import GO_TO_STEP, GoToStep
from mnist_sum_tui.tui.session.messages import ReplayRun
from mnist_sum_tui.tui.session.player import Player
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.help_panel import SCROLL_KEYS
from mnist_sum_tui.tui.widgets.scrub_bar import ScrubBar

if TYPE_CHECKING:  # it needs numpy, and the first frame does not
    from mnist_sum_tui.export.demo import Caption

FRAME_SECONDS = 0.1
LONGEST_FRAME = 0.5
"""the most seconds that one frame advances, so that a busy machine skips nothing"""
SPEED = Binding.Group("Speed", compact=True)
STEP = Binding.Group("Step", compact=True)
EPOCH = Binding.Group("Epoch", compact=True)
REPLAY_BINDINGS = (
    Binding("p", "replay", "Replay", tooltip="Play the run back as it learned"),
    Binding("p", "look_back", "Look back", tooltip="How it stood before; it trains on, the key End returns"),
    Binding("space", "play(True)", "Play"),
    Binding("space", "play(False)", "Pause"),
    Binding("escape", "leave", "End replay"),
    Binding("escape", "back", "Back", show=False),
    Binding("plus,equals_sign", "speed(1)", "Faster", group=SPEED, key_display="+"),
    Binding("minus", "speed(-1)", "Slower", group=SPEED, key_display="-"),
    Binding("left", "step(-1)", "Step back", group=STEP),
    Binding("right", "step(1)", "Step forward", group=STEP),
    Binding("shift+left", "epoch(-1)", "Epoch back", group=EPOCH),
    Binding("shift+right", "epoch(1)", "Epoch forward", group=EPOCH),
    GO_TO_STEP,
    *SCROLL_KEYS,  # these first, because bindings here replace the page's of the same key
    Binding("pageup", "epoch(-1)", "An epoch back", show=False),
    Binding("pagedown", "epoch(1)", "An epoch forward", show=False),
    Binding("home", "end(False)", "To the beginning", show=False),
    Binding("end", "end(True)", "To the end", show=False),
)
REPLAY_ACTIONS = ("play", "leave", "speed", "step", "epoch", "goto", "end")
NOT_IN_A_REPLAY = ("cursor", "further")
"""actions that a replay disables: the cursor's keys step here, and the run's further course is known"""


class ReplayKeys(ChartKeys, GoToStep):
    """The actions of the keys in REPLAY_BINDINGS. While another page or the form is shown, the replay waits."""

    _frames: Timer | None = None
    _shown_at = 0.0

    def show_run(self) -> None:
        """Show the session's run; defined by the page."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable keys of the replay without one, and those in its way during one."""
        if action == "replay":
            return not self.session.is_live and self._can_begin
        if action == "look_back":
            return self.session.is_live and self._can_begin
        if action in REPLAY_ACTIONS:
            if self.player is None or self.is_form_shown:
                return False
            is_other = action == "play" and parameters == (self.player.is_playing,)
            is_second = action == "leave" and bool(self.run_view.large)  # Escape makes a large chart small first
            return not is_other and not is_second
        is_space = action == "control" and parameters[0] in ("pause", "resume")  # space plays
        is_in_the_way = (is_space or action in NOT_IN_A_REPLAY) and self.player is not None
        return not is_in_the_way and super().check_action(action, parameters)

    @property
    def _can_begin(self) -> bool:
        return self.session.started is not None and self.player is None and not self.is_form_shown

    def why_not(self, key: str) -> str:
        """Why a key does nothing now."""
        if self.player is not None and key == "r" and not self.is_form_shown:
            return "r gives a run more epochs: leave the replay first (Escape)."
        return super().why_not(key)

    def action_replay(self) -> None:
        """Play back the run that was opened, or the one that has just ended."""
        if self.session.run is not None:
            self.app.post_message(ReplayRun(self.session.run))

    action_look_back = action_replay

    def begin_replay(self, player: Player, captions: "Sequence[Caption]" = ()) -> None:
        """Play from the beginning, and show the captions, if there are any."""
        self.player = player
        self.run_view.captions.all = captions
        self.run_view.captions.has_pages = not self.session.is_read_only
        self.run_view.set_class(bool(captions), "-captioned")
        player.toggle()
        self._frames = self._frames or self.set_interval(FRAME_SECONDS, self._next_frame)
        self._frames.resume()
        self._shown_at = time.monotonic()
        self.run_view.add_class("-replayed")
        self.show_moment()
        self.refresh_bindings()

    def look_back(self, player: Player) -> None:
        """Show earlier moments of the run that still trains; it goes on, and End or Escape returns to it."""
        session = self.session
        if session.run is None or session.config is None or self.player is not None:
            return
        session.past = Session(session.runs_folder)
        session.past.open(session.config, session.run, [])
        self.run_view.turn_to(session.past)
        self.begin_replay(player)
        player.step(len(player.replay))
        self.show_moment()

    def return_to_now(self) -> None:
        """Show the present moment of the run that still trains."""
        self.end_replay()
        self.run_view.reset(self.session.events)
        self.refresh_bindings()
        self.redraw(at_once=True)

    def end_replay(self) -> None:
        """End the replay, because another run is shown, or this one as a whole."""
        self.player = self.session.past = None
        self.run_view.turn_to(self.session)
        if self._frames is not None:
            self._frames.pause()
        self.run_view.remove_class("-replayed", "-captioned")

    def step_back(self) -> bool:
        """Escape removes the cursor, then makes a large chart small, then leaves the replay."""
        if super().step_back():
            return True
        session, player = self.session, self.player
        if session.past is not None and not self.is_form_shown:
            self.return_to_now()
            return True
        if player is None or session.run is None or session.config is None or self.is_form_shown:
            return False
        session.open(session.config, session.run, player.replay.events)
        self.show_run()
        return True

    def show_moment(self) -> None:
        """Show the present moment of the replay."""
        if self.player is not None:
            moment, shown = self.player.moment, self.session.shown
            shown.rewind(moment)
            shown.is_playing = self.player.is_playing
            self.session.weights = None
            self.run_view.reset(shown.events)
            self.run_view.scrub_bar.show(self.player)
            self.run_view.captions.show(moment.row)
            self.redraw(at_once=True)

    def _next_frame(self) -> None:
        """Advance by the time since the last frame, if the page is shown."""
        now, before = time.monotonic(), self._shown_at
        self._shown_at = now
        is_seen = self.is_current and not self.is_form_shown
        if self.player is not None:
            self.session.shown.is_playing = self.player.is_playing and is_seen  # otherwise it waits
        if self.player is not None and is_seen:
            was_playing = self.player.is_playing
            if self.player.pass_time(min(now - before, LONGEST_FRAME)):
                self.show_moment()
            self.run_view.scrub_bar.show(self.player)
            if was_playing and not self.player.is_playing:
                self.refresh_bindings()
            if self.session.past is not None and was_playing and self.player.is_at_end:
                self.return_to_now()

    def action_play(self, _on: bool) -> None:
        """Play, or pause."""
        self.go(Player.toggle)

    action_leave = ChartKeys.action_back  # a name of its own for the footer

    def action_speed(self, by: int) -> None:
        """Play faster or slower."""
        if self.player is not None:
            self.player.change_speed(by)
            self.run_view.scrub_bar.show(self.player)

    def action_step(self, by: int) -> None:
        """Go an event back or forth."""
        self.go(lambda player: player.step(by))

    def action_epoch(self, by: int) -> None:
        """Go to the end of the last or the next epoch."""
        self.go(lambda player: player.step_epoch(by))

    def action_end(self, last: bool) -> None:
        """Go to the beginning or the end; for a run that still trains, the end is now."""
        if self.session.past is not None and last:
            self.return_to_now()
        else:
            self.go(lambda player: player.go_to_row(player.replay.last if last else 0))

    def on_scrub_bar_dragged(self, message: ScrubBar.Dragged) -> None:
        """Go to the moment under the mouse."""
        message.stop()
        if self.player is not None:
            self.player.go_to_share(message.share)
            self.show_moment()
