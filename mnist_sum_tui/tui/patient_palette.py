"""PatientPalette: a command palette in which Enter waits for what the typed words find."""

from typing import Any

from textual import on
from textual.command import CommandPalette
from textual.widgets import Input
from textual.worker import Worker, WorkerState


class PatientPalette(CommandPalette):
    """A palette in which Enter chooses from what is found for the words in the field.

    Textual 8 shows the list for the words before until the search is done, and chooses from that: on a busy machine
    another command than the typed one.
    """

    _is_waiting = False
    """whether Enter was pressed during the search"""

    def _gather_commands(self, search_value: str) -> Any:
        """Start a search; an Enter before it was for other words."""
        self._is_waiting = False
        return super()._gather_commands(search_value)

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
