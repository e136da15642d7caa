"""GoToStep: the key `g` of a replay, which asks for a step and goes there; it offers the one at which it adds."""

from collections.abc import Callable

from textual import work
from textual.binding import Binding

from mnist_sum_tui.export.addition_over_time import began, first_adding
from mnist_sum_tui.formatting import uncapped
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
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
        if self.session.run is not None:
            self._find_beginning(self.session.run)

    @work(thread=True, exclusive=True, group="goto", exit_on_error=False)
    def _find_beginning(self, run: Run) -> None:
        """Find out when the run began to add, in a thread, because a long run has thousands of answers."""
        samples = list(read_events(run.metrics_file, Samples.kind))
        image, first = began(samples), first_adding(samples)
        about = f"Of the first image: {uncapped(image)}" if image else ""
        self.take_found(self._ask_for_step, about, None if first is None else first.step)

    def _ask_for_step(self, about: str, likely: int | None) -> None:
        is_here = self.is_active and not self.is_form_shown  # the user may have gone elsewhere meanwhile
        if self.player is not None and is_here:
            self.ask(GoTo("step", self.player.replay.end().step, about, likely), self._go_to)

    def _go_to(self, step: int) -> None:
        self.go(lambda player: player.go_to_step(step))

    def go(self, to: Callable[[Player], object]) -> None:
        """Have the player go to another moment, and show it."""
        if self.player is not None:
            to(self.player)
            self.show_moment()
            self.refresh_bindings()  # it may pause, or play
