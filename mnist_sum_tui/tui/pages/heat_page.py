"""HeatPage: a page that can show a heat map of where the network looked, in place of its picture."""

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from mnist_sum_tui.tui.pages.predicting import NumberPage
from mnist_sum_tui.tui.predictions.load import step_of
from mnist_sum_tui.tui.predictions.messages import DrawingPredicted, HeatFound, ImagePredicted
from mnist_sum_tui.tui.predictions.requests import FindHeat
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction


SHARE, PATIENCE = 0.03, 20.0
"""the largest share of the time for new heat maps while a training changes the weights; and the seconds after which one
is asked for again, if no answer came because a stroke came first"""
HEAT_KEYS = (Binding("h", "heat", "Where it looked"),)


@dataclass(frozen=True, slots=True)
class Sought:
    """A heat map that was asked for, and the answer to which it belongs."""

    request: FindHeat
    said: "Prediction"
    of: tuple[object, ...]
    """image, number and network; of a training in progress all networks are one"""
    step: str
    """of a training in progress: ` at step 120`, else empty"""
    at: float
    """when it was asked for (time.monotonic)"""


class HeatPage(NumberPage):
    """A page with HEAT_KEYS and a HeatPair, which its class -heat shows."""

    _heat_sought: Sought | None = None
    """the last one; its heat map is the only one that is shown"""
    _heat_due = 0.0
    """from when on the same may be asked for again (time.monotonic)"""

    is_heat_beside: ClassVar[bool] = False
    """whether the heat map is always shown beside the picture where there is room"""

    @property
    def has_room_for_heat(self) -> bool:
        """Whether the heat map is always shown at the present size."""
        return self.is_heat_beside and self.has_class("-huge", "-giant")

    def take_room(self) -> None:
        """Show the heat map if there is room for it."""
        super().take_room()
        self.refresh_bindings()  # its key is of no use where it is always shown
        self.show_answer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the key if the heat map is always shown."""
        return not (action == "heat" and self.has_room_for_heat) and super().check_action(action, parameters)

    def show_heat(self, said: "Prediction | None", answer: "ImagePredicted | DrawingPredicted | None") -> None:
        """Show where the network that gave an answer looked, if it is wanted; not sought again if nothing has changed.

        While a training goes on, the map of an earlier step stays until the next, with the answer of its step.
        """
        wanted, before = self._sought_for(said, answer), self._heat_sought
        if wanted is None or before is None or wanted.of != before.of:
            self._heat_sought = before = self.query_one(HeatPair).found = None
        is_shown = self.has_class("-heat") or self.has_room_for_heat
        if wanted is None or not is_shown or (before is not None and wanted.at < self._heat_due):
            return
        self._heat_sought, self._heat_due = wanted, wanted.at + (PATIENCE if wanted.step else 0)
        self.predictions.request(wanted.request, self.post_message)

    def _sought_for(
        self, said: "Prediction | None", answer: "ImagePredicted | DrawingPredicted | None"
    ) -> Sought | None:
        if said is None or answer is None or answer.image is None or answer.predictor is None:
            return None
        training = self.session.control if answer.weights.path is None else None  # it changes them with each step
        of = answer.image.tobytes(), said.number, training or answer.predictor
        step = f" at {step_of(answer.source)}" if training else ""
        return Sought(FindHeat(answer.image, said.number, answer.predictor), said, of, step, time.monotonic())

    def on_heat_found(self, message: HeatFound) -> None:
        """Show a heat map, which may replace a coarser one, unless another is awaited by now."""
        sought, pair = self._heat_sought, self.query_one(HeatPair)
        if sought is None or message.request is not sought.request:
            return
        pair.said, pair.step, pair.found = sought.said, sought.step, message
        if message.is_hiding:
            now = time.monotonic()
            self._heat_due = now + (now - sought.at) / SHARE if sought.step else math.inf

    def action_heat(self) -> None:
        """Show where the network looked, or the picture again, with the focus where it was."""
        if self.has_class("-heat"):
            self.call_after_refresh(self._focus_again)
        else:
            self._focused_before = self.focused
        self.toggle_class("-heat")
        self.show_answer()

    def step_back(self) -> bool:
        """Escape shows the picture again."""
        if self.has_class("-heat"):
            self.action_heat()
            return True
        return super().step_back()
