"""InStepBar: which of the runs that are played in step leads, and how far they are played."""

from textual.app import ComposeResult
from textual.containers import Vertical

from mnist_sum_tui.charts.axes import place
from mnist_sum_tui.tui.widgets.common import Line
from mnist_sum_tui.tui.widgets.scrub_bar import Place, ScrubBar


class InStepBar(Vertical):
    """Shows a sentence and, below it, `▸ x2   ━━━━━━╸──────────  epoch 0.84 of 3.00`, which the mouse can drag."""

    def compose(self) -> ComposeResult:
        """A line for the sentence, and a bar."""
        yield Line(markup=False)
        yield ScrubBar()

    def show(self, leads: str, x_kind: str, share: float, end: float, *, is_playing: bool, speed: int) -> None:
        """Show who leads, and the place on the x axis of that kind, a share 0..1 of its `end`."""
        self.query_one(Line).say(leads)
        whole = place(x_kind, end)
        words = f"{place(x_kind, share * end):>{len(whole)}} of {whole.removeprefix(f'{x_kind} ')}"
        self.query_one(ScrubBar).place = Place(is_playing, speed, words, played=share)
