"""KnobPanel: the settings that can be changed while a run trains ("knobs"), a line each: name, stops, value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from mnist_sum_tui.config import AUGMENTATIONS, settings
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.knob_turns import KNOBS
from mnist_sum_tui.tui.session.undo import Undo

STOPS = {
    "lr": ["x0.01", "x0.02", "x0.05", "x0.1", "x0.2", "x0.5", "x1", "x2", "x5", "x10", "x20", "x50", "x100"],
    "sum_weight": ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"],
    "label_smoothing": ["0", "0.02", "0.05", "0.1", "0.2", "0.3"],
    "weight_decay": ["0", "0.0001", "0.001", "0.01", "0.05", "0.1", "0.2", "0.5", "1"],
    "augment": list(AUGMENTATIONS),
}
"""the values that keys and mouse choose from; a run's own value is added if it is another"""
IDEAS = {
    "lr": "How far each step goes: a factor on what the schedule says. Too high and the loss jumps; too low and "
    "nothing moves.",
    "sum_weight": "How much the sum counts in the loss, and the digit the rest. Near 1 the digit may stay behind.",
    "label_smoothing": "Keeps the network from being too sure of its answers.",
    "weight_decay": "Pulls the weights to 0, which keeps the network simple.",
    "augment": "Random changes to the images: harder to learn, and better on images that it has not seen.",
}
NAME_WIDTH, VALUE_WIDTH = 18, 9
IDEA_WIDTH = 42
"""columns of the explanation beside the knobs, if there is room for it"""
LEAST_TRACK = 13


@dataclass(frozen=True, slots=True)
class Knob:
    """A setting, its possible values ("stops"), and its present value."""

    setting: str
    stops: Sequence[str]
    value: str

    @property
    def place(self) -> int:
        """The index of the present value."""
        return self.stops.index(self.value)


def knob(setting: str, value: str) -> Knob:
    """A knob at a value."""
    stops = STOPS[setting]
    if value not in stops:
        stops = sorted([*stops, value], key=lambda stop: float(stop.removeprefix("x")))
    return Knob(setting, stops, value)


def track_width(width: int) -> int:
    """Columns of the track in a knob's line."""
    return max(width - NAME_WIDTH - VALUE_WIDTH - 3, LEAST_TRACK)


def knob_line(shown: Knob, is_chosen: bool, width: int) -> str:
    """The knob in one line of text: its name, a track with a mark at the present value, and the value."""
    track = track_width(width)
    at = round(shown.place / max(len(shown.stops) - 1, 1) * (track - 1))
    bar = BRAILLE.track[2] * at + BRAILLE.on + BRAILLE.track[2] * (track - 1 - at)
    mark = BRAILLE.chosen if is_chosen else " "
    return f"{mark}{settings()[shown.setting].label:<{NAME_WIDTH}}{bar} {shown.value:>{VALUE_WIDTH}}"


class KnobPanel(Widget, can_focus=True):
    """Shows the knobs of the run that trains: up and down choose one, left and right turn it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Knob up", show=False),
        Binding("down", "choose(1)", "Knob down", show=False),
        Binding("left", "turn(-1)", "Less"),
        Binding("right", "turn(1)", "More"),
        Binding("z", "undo", "Undo", tooltip="Take the last change back"),
        Binding("escape", "screen.back", "Close the knobs"),
    ]

    @dataclass(eq=False)
    class Turned(Message):
        """A knob was turned to a value."""

        setting: str
        before: str
        value: str

    class TakenBack(Message):
        """The last change is to be taken back."""

    def __init__(self, undo: Undo) -> None:
        """`undo` has the changes made in this run."""
        super().__init__(id="knobs")
        self._knobs: list[Knob] = []
        self._chosen = 0
        """the index of the knob that the keys turn"""
        self._undo = undo

    def show(self, values: Mapping[str, str]) -> None:
        """Show the present or requested values."""
        self._knobs = [knob(setting, values[setting]) for setting in KNOBS]
        self.refresh()
        self.refresh_bindings()

    def render(self) -> Content:
        """The knobs, and beside them an explanation of the chosen one."""
        lines = [
            Content.styled(knob_line(shown, row == self._chosen, self._room), "bold" if row == self._chosen else "")
            for row, shown in enumerate(self._knobs)
        ]
        if self._has_idea and self._knobs:
            idea = Content(IDEAS[self._knobs[self._chosen].setting]).wrap(IDEA_WIDTH)
            beside = [*idea, *[Content()] * len(lines)][: len(lines)]
            lines = [
                Content.assemble(line, "   ", text.stylize("$text-muted"))
                for line, text in zip(lines, beside, strict=True)
            ]
        return Content("\n").join(lines)

    @property
    def _has_idea(self) -> bool:
        return self.content_size.width >= NAME_WIDTH + VALUE_WIDTH + LEAST_TRACK + IDEA_WIDTH + 6

    @property
    def _room(self) -> int:
        """Columns of a knob's line."""
        return self.content_size.width - (IDEA_WIDTH + 3 if self._has_idea else 0)

    def action_choose(self, by: int) -> None:
        """Choose the knob above or below."""
        self._chosen = (self._chosen + by) % max(len(self._knobs), 1)
        self.refresh()

    def action_turn(self, by: int) -> None:
        """Turn the chosen knob by a stop."""
        if self._knobs:
            shown = self._knobs[self._chosen]
            self._turn_to(min(max(shown.place + by, 0), len(shown.stops) - 1))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Allow undo only if something was turned."""
        return action != "undo" or bool(self._undo)

    def action_undo(self) -> None:
        """Undo the last change."""
        self.post_message(self.TakenBack())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Turn the knob under the mouse up."""
        self._scroll(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Turn the knob under the mouse down."""
        self._scroll(event, -1)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        row = event.get_content_offset(self)
        if row is not None and row.y < len(self._knobs):
            self._chosen = row.y
            self.action_turn(by)

    def on_click(self, event: events.Click) -> None:
        """Choose the knob under the mouse, and turn it to where its track was clicked."""
        row = event.get_content_offset(self)
        if row is None or row.y >= len(self._knobs):
            return
        self._chosen = row.y
        self.refresh()
        at, track = row.x - NAME_WIDTH - 1, track_width(self._room)
        if 0 <= at < track:
            stops = len(self._knobs[row.y].stops)
            self._turn_to(round(at / (track - 1) * (stops - 1)))

    def _turn_to(self, place: int) -> None:
        shown = self._knobs[self._chosen]
        if place != shown.place:
            turned = replace(shown, value=shown.stops[place])
            self._knobs[self._chosen] = turned  # at once, because a slow line brings several keys together
            self.post_message(self.Turned(shown.setting, shown.value, turned.value))
