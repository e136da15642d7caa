"""LayerList: the list of a network's layers and of the views of the whole network; its keys are in the footer."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import OptionList

from mnist_sum_tui.glyphs import BRAILLE


class LayerList(OptionList):
    """Lists rows of text; Enter goes into what the chosen row shows, if there is something to choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "cursor_down", "Layer", key_display=" ".join(BRAILLE.arrows[2:])),
        Binding("up", "cursor_up", show=False),
        Binding("enter", "select", "Go in"),
        Binding("left", "screen.step(-1)", "Image", key_display=" ".join(BRAILLE.arrows[:2])),
        Binding("right", "screen.step(1)", show=False),
    ]

    has_way_in: var[bool] = var(True, bindings=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to go in only where there is something to choose."""
        return self.has_way_in if action == "select" else super().check_action(action, parameters)
