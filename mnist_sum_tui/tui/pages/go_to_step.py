"""GoToStep: the key `g` of a replay, which asks for a step and goes there."""

from collections.abc import Callable

from textual.binding import Binding

from mnist_sum_tui.tui.pages.after_run import AfterRun
from mnist_sum_tui.tui.pages.dialogs import GoTo
from mnist_sum_tui.tui.session.player import Player

GO_TO_STEP = Binding("g", "goto", "Go to step")


class GoToStep(AfterRun):
    """A page that goes to a step of the run that its player plays."""

    player: Player | None = None
    """plays the run that is replayed"""

    def show_moment(self) -> None:
        """Show the present moment of the replay; defined by the page."""
        raise NotImplementedError

    def action_goto(self) -> None:
        """Ask for a step, and go there."""
        if self.player is not None:
            self.ask(GoTo("step", self.player.replay.at(self.player.replay.last).step), self._go_to)

    def _go_to(self, step: int) -> None:
        self.go(lambda player: player.go_to_step(step))

    def go(self, to: Callable[[Player], object]) -> None:
        """Have the player go to another moment, and show it."""
        if self.player is not None:
            to(self.player)
            self.show_moment()
            self.refresh_bindings()  # it may pause, or play
