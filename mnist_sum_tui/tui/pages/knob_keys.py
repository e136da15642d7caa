"""KnobKeys: keys of the page Train that change a running training: knobs, single steps, slow motion."""

from textual.binding import Binding

from mnist_sum_tui.config import value_words
from mnist_sum_tui.runs.knob_turns import KNOBS, Turn, turned
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.knob_panel import KnobPanel

KNOB_BINDINGS = [
    Binding("k", "knobs", "Knobs", tooltip="Change a setting while it trains"),
    Binding("full_stop", "single_step", "One step", key_display="."),
    Binding("o", "slow", "Slow motion", tooltip="One step per second, or full speed again"),
    Binding("space,s,c,v,k,full_stop,o", "of_another", show=False),
]
KNOB_ACTIONS = ("knobs", "single_step", "slow")


def values_now(session: Session) -> dict[str, str]:
    """The present value of each knob, from the run's events and its settings."""
    assert session.config is not None
    usual = {name: value_words(name, getattr(session.config, name)) for name in KNOBS}
    changes = [event.turn for event in session.changed if event.setting != "epochs"]
    step = session.events[-1].step if session.events else 0
    made = {name: turn.value for name, turn in turned(changes, step).items()}  # others are planned for later
    return {**usual, "lr": "x1", **made, **session.asked}


class KnobKeys(Page):
    """A page that can change the training that it shows."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable knobs without a training, and the single step unless it is paused."""
        if action == "of_another":
            return self.session.is_live and self.session.is_watching and not self.session.is_read_only
        if action not in KNOB_ACTIONS:
            return super().check_action(action, parameters)
        control = self.session.control
        return control is not None and (action != "single_step" or control.paused)

    async def action_knobs(self) -> None:
        """Open or close the panel of knobs below the charts."""
        if self.close_knobs():
            return
        panel = KnobPanel(self.session.undo)
        self.add_class("-turning")  # before the wait, in which the training may end and close the panel
        await self.mount(panel, before=self.query_one("KeyFooter"))
        self.show_knobs()
        panel.focus()

    def close_knobs(self) -> bool:
        """Close the panel; returns whether it was open."""
        panels = self.query(KnobPanel)
        panels.remove()
        self.remove_class("-turning")
        return bool(panels)

    def step_back(self) -> bool:
        """Escape closes the panel first."""
        return self.close_knobs() or super().step_back()

    def show_knobs(self) -> None:
        """Show the values that hold now, if the panel is open."""
        for panel in self.query(KnobPanel):
            panel.show(values_now(self.session))

    def on_knob_panel_turned(self, message: KnobPanel.Turned) -> None:
        """Ask the training for the change; its event Changed says from which step it holds."""
        goes_on = self._turn(message.setting, message.value)
        self.session.undo.push(message.setting, message.before, goes_on=goes_on)
        self.show_knobs()

    def on_knob_panel_taken_back(self) -> None:
        """Ask the training for the value before the last change."""
        if self.session.undo:  # two keys may have come together
            self._turn(*self.session.undo.pop())
            self.show_knobs()

    def _turn(self, setting: str, value: str) -> bool:
        turn, control = Turn.of(0, setting, value), self.session.control
        if control is None:  # the training has just ended
            return False
        self.session.asked[turn.setting] = turn.value
        return control.turn_by_hand(turn)

    def action_single_step(self) -> None:
        """Make one step during a pause."""
        if self.session.control is not None:
            self.session.control.single_step()

    def action_slow(self) -> None:
        """Switch between one step per second and full speed."""
        if self.session.control is not None:
            self.session.control.slow = not self.session.control.slow
            words = "One step per second" if self.session.control.slow else "Full speed"
            self.notify(f"{words}, once it goes on (space)" if self.session.control.paused else words, timeout=4)

    def action_of_another(self) -> None:
        """Say why a key that guides a training does nothing."""
        self.notify("Another process trains this run: pause, stop or change it there.", timeout=4)
