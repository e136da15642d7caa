"""HeatPage: a page that can show a heat map of where the network looked, in place of its picture."""

import time
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.tui.pages.predicting import NumberPage
from mnist_sum_tui.tui.predictions.messages import HeatFound
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.requests import FindHeat
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction


SHARE, PATIENCE = 0.03, 20.0
"""the largest share of the time for new heat maps while a training changes the weights; and the seconds after which one
is asked for again, if no answer came because a stroke came first"""
HEAT_KEYS = (Binding("h", "heat", "Where it looked"),)


class HeatPage(NumberPage):
    """A page with HEAT_KEYS and a HeatPair, which its class -heat shows."""

    _heat_sought: tuple[object, ...] = ()
    """image, number and network of the last heat map that was asked for"""
    _heat_known: object = None
    """the same of the last one that is known to its end"""
    _heat_sought_at = _heat_due = 0.0
    """when it was asked for, and from when on another may be while a training goes on (time.monotonic)"""

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

    def show_heat(
        self, image: Image | None, said: "Prediction | None", source: str, found: TestSetResult | None = None
    ) -> None:
        """Show the heat map of an answer, if it is wanted; it is not sought again while nothing has changed.

        `source` is the answer's; `found` has the network, if that is not the session's.
        """
        pair = self.query_one(HeatPair)
        pair.image, pair.said = image, said
        if image is None or not (self.has_class("-heat") or self.has_room_for_heat):
            return
        moment, now = self.session.shown.moment, time.monotonic()
        training = self.session.control  # which changes the weights at each step
        wanted = image.tobytes(), self.number, self.session.weights, training or source, found, moment and moment.row
        if wanted == self._heat_sought and (now < self._heat_due if training else wanted == self._heat_known):
            return
        self._heat_sought, self._heat_sought_at, self._heat_due = wanted, now, now + PATIENCE
        self.predictions.request(FindHeat(image, self.number, self.session.weights, found), self.post_message)

    def on_heat_found(self, message: HeatFound) -> None:
        """Show a heat map, which may replace a coarser one."""
        self.query_one(HeatPair).found = message
        is_sought = (message.image.tobytes(), message.number) == self._heat_sought[:2]
        if message.is_hiding and is_sought:  # otherwise it answers an earlier request
            now, self._heat_known = time.monotonic(), self._heat_sought
            self._heat_due = now + (now - self._heat_sought_at) / SHARE

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
