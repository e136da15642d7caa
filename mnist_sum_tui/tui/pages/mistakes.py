"""Mistakes: what the network gets wrong: confusion of digits, accuracy by digit and number, the wrong images."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.pages.predicting import PredictingPage, accuracies, note
from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.predictions.test_set import TestSetResult
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.gallery import Gallery, Item
from mnist_sum_tui.tui.widgets.heatmap import Confusion, SumMap, accuracy_text, ends

MOST = 200
"""pictures in the gallery; an untrained network gets nine in ten wrong"""

_, RIGHT, _, DOWN = tuple(BRAILLE.arrows)


def summary_line(result: TestSetResult) -> str:
    """The result in one line."""
    return f"{accuracies(result.report)} {BRAILLE.between} {result.source}"


def caption(label: int, digit: int, probability: float) -> str:
    """What stands under a wrong image, in 14 columns: `4 → 9  98%`; 100 only if it is."""
    return f"{label} {RIGHT} {digit}  {int(probability * 100)}%"


def frequent(result: TestSetResult, most: int) -> str:
    """The most frequent confusions, one per line."""
    counts = [
        (count, label, digit)
        for label, row in enumerate(result.report.confusion)
        for digit, count in enumerate(row)
        if label != digit and count
    ]
    counts.sort(key=lambda found: (-found[0], found[1:]))
    images = [sum(row) for row in result.report.confusion]
    shown = counts[:most]
    return "\n".join(f"{label} predicted as {digit}: {count} of {images[label]:,}" for count, label, digit in shown)


class MistakesPage(PredictingPage):
    """Two maps and a gallery."""

    page_name = "mistakes"
    AUTO_FOCUS = "#gallery"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "maps", "Maps"),
        Binding("r", "again", "Evaluate again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._result: TestSetResult | None = None

    def compose_page(self) -> ComposeResult:
        """The maps beside each other, the gallery below."""
        with Horizontal(id="maps"):
            yield Confusion(id="confusion")
            yield SumMap(id="sum-map")
            yield Static(id="frequent", markup=False)
        yield Static(id="result", markup=False)
        yield note()
        yield Gallery(id="gallery")

    def on_mount(self) -> None:
        """Nothing is known yet; name the parts."""
        self.add_class("-empty")
        self.query_one("#confusion").border_title = f"Digit: true {DOWN}  predicted {RIGHT}"
        self.query_one("#sum-map").border_title = f"Sum: digit {DOWN} number {RIGHT}"
        self.query_one("#frequent").border_title = "Most frequent"

    def on_screen_resume(self) -> None:
        """The page comes into view: evaluate, if nothing is known or the weights may be others."""
        self.action_again()

    def action_again(self) -> None:
        """Evaluate the newest weights on the test set; the worker remembers its last result."""
        self.predictions.request(EvaluateTestSet(), self.post_message)

    def action_maps(self) -> None:
        """Hide the maps, to see more of the gallery, or show them again."""
        maps = self.query_one("#maps")
        maps.display = not maps.display

    def on_test_set_evaluated(self, message: TestSetEvaluated) -> None:
        """The network has been evaluated on the test set."""
        self.note()
        result = message.result
        if result is self._result:
            return
        self._result = result
        self.remove_class("-empty")
        report = result.report
        self.query_one(Confusion).grid = report.confusion
        sum_map = self.query_one(SumMap)
        sum_map.grid = report.sum_accuracy_by_pair
        low, high = (accuracy_text(share) for share in ends(report.sum_accuracy_by_pair))
        sum_map.border_title = f"Sum: digit {DOWN} number {RIGHT} {low}-{high} %"
        self.query_one("#frequent", Static).update(frequent(result, 11))
        self.query_one("#result", Static).update(summary_line(result))
        shown = result.mistakes[:MOST]
        gallery = self.query_one(Gallery)
        gallery.items = tuple(
            Item(message.images[wrong.index], caption(wrong.label, wrong.digit, wrong.probability), wrong.index)
            for wrong in shown
        )
        count = len(result.mistakes)
        more = f", the worst {MOST}" if count > MOST else ", worst first"
        legend = f": true {RIGHT} predicted, and how sure"
        gallery.border_title = f"{count:,} wrong digits{more}{legend}" if count else "No digit is wrong"

    def on_gallery_opened(self, message: Gallery.Opened) -> None:
        """One was chosen."""
        self.app.post_message(OpenInInspect(message.key))
