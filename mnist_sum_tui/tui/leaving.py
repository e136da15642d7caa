"""LeavingApp: leave the dashboard; while it trains, the user is first asked how: stop and save, or at once."""

import signal

from textual.css.query import NoMatches
from textual.widget import MountError
from textual.widgets import Input

from mnist_sum_tui.runs.commands import resumption
from mnist_sum_tui.tui.notifying import TellingApp
from mnist_sum_tui.tui.pages.dialogs import Answer, QuitScreen
from mnist_sum_tui.tui.session.exit_code import exit_code
from mnist_sum_tui.tui.session.run_threads import TrainingThread
from mnist_sum_tui.tui.session.session import Session


class LeavingApp(TellingApp):
    """Asks before it leaves a running training, and exits with the code for what happened."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.thread: TrainingThread | None = None
        """the thread of the training in progress, or of the last one"""
        self.signal_number: int | None = None
        """the number of the signal that ends the app; Ctrl-C counts as SIGINT"""
        self.is_leaving = False
        """whether the app exits as soon as the training has ended"""

    def exit_now(self) -> None:
        """Exit with the code for what happened."""
        self.exit(exit_code(self.session, self.signal_number))

    def action_interrupt(self) -> None:
        """Copy the selected text; without any, leave with the exit code of an interrupted program."""
        if isinstance(self.focused, Input) and self.focused.selected_text:
            self.focused.action_copy()
        elif self.screen.get_selected_text():
            self.screen.action_copy_text()
        else:
            self._ask_to_leave(signal.SIGINT)

    async def action_quit(self) -> None:
        """Leave; `Quit` in the palette calls this, too."""
        self._ask_to_leave()

    def _ask_to_leave(self, number: int | None = None) -> None:
        if any(isinstance(screen, QuitScreen) for screen in self.screen_stack):
            return
        run, config = self.session.run, self.session.config
        if not self.session.is_training or run is None or config is None:
            self.signal_number = number
            self.exit_now()
            return

        def take(answer: Answer | None) -> None:
            if answer == "save":
                self.stop_and_leave(number)
            elif answer == "leave":
                self.leave_at_once(number)

        self.push_screen(QuitScreen(resumption(run.argument, config.model), self.session), take)

    def stop_and_leave(self, number: int | None = None) -> None:
        """Stop, save, and leave when that is done; `number` is the signal that asks for it, if one does."""
        self.is_leaving = True
        self.signal_number = number
        if self.session.control is None:
            self.exit_now()
        else:
            self.session.control.stop()
            self.notify("Stopping and saving ...", timeout=60)

    def leave_at_once(self, number: int | None) -> None:
        """Leave without saving."""
        self.signal_number = number
        if self.thread is not None:
            self.thread.abandon()
        self.exit_now()

    def _handle_exception(self, error: Exception) -> None:
        """Pass over a widget that is missing while the app is left: Textual mounts nothing then, not even what a new
        page consists of, removes what is there, and no message can know that it comes too late.
        """
        if not ((self._exit or not self.is_running) and isinstance(error, NoMatches | MountError)):
            super()._handle_exception(error)
