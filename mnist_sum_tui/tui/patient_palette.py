"""The command palette: Enter waits for what the typed words find, and the footer shows its keys."""

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, SearchIcon
from textual.errors import NoWidget
from textual.events import Click
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.textual_fixes import SteadyScreen
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter


class Palette(CommandPalette, SteadyScreen[Any]):
    """The command palette with the fixes of SteadyScreen and its own; Enter chooses from what the typed words find.

    Textual 8 shows the list for the words before until the search is done, and chooses from that: on a busy machine
    another command than the typed one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "escape", "Close")]
    _is_waiting = False
    """whether Enter was pressed during the search"""

    def compose(self) -> ComposeResult:
        """The palette, and its own keys below it: those of the page do nothing here."""
        yield from super().compose()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Name Enter in the footer, and use an icon that every marker and font has, instead of an emoji."""
        self.query_one(Input)._bindings.key_to_bindings["enter"] = [Binding("enter", "submit", "Choose")]
        self.query_one(SearchIcon).icon = BRAILLE.chosen

    def _gather_commands(self, search_value: str) -> Any:
        """Start a search; an Enter before it was for other words. None starts if the palette is closed.

        A change of the input may still be in the queue then.
        """
        self._is_waiting = False
        return None if self._is_answered else super()._gather_commands(search_value)

    @on(Input.Submitted)
    def _wait_for_search(self, event: Input.Submitted) -> None:
        """Choose only when the search is done, if there is one."""
        group = self._GATHER_COMMANDS_GROUP
        if any(worker.node is self and worker.group == group and not worker.is_finished for worker in self.workers):
            self._is_waiting = True
            event.stop()
            event.prevent_default()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Choose now, if Enter was pressed during the search."""
        if self._is_waiting and event.state is WorkerState.SUCCESS:
            self._is_waiting = False
            self._select_or_command()

    def on_click(self, event: Click) -> None:
        """Ignore a click before the palette is laid out: Textual's own handler would raise NoWidget."""
        try:
            self.get_widget_at(event.screen_x, event.screen_y)
        except NoWidget:
            event.prevent_default()

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Cancel the search for commands, then close: a running search would look for the removed list."""
        self.workers.cancel_node(self)
        return super().dismiss(result)
