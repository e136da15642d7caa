"""The page Mistakes: confusion of digits, accuracy of sums by digit and number, the wrong images, and sureness."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from mnist_sum_tui.formatting import clauses, first_fit
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.pages.predicting import accuracy_words, awaited, note
from mnist_sum_tui.tui.pages.weights_bar import WEIGHT_KEYS, WeightsPage, weights_bar
from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated
from mnist_sum_tui.tui.predictions.pairs import LASTING_SECONDS, TestSetResult
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.predictions.selection import Selection, all_wrong, frequent, read_as, sums_wrong
from mnist_sum_tui.tui.predictions.weights import placed
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.gallery import Gallery, Item, tile_for
from mnist_sum_tui.tui.widgets.heatmap import Confusion, Heatmap, SumMap
from mnist_sum_tui.tui.widgets.help_panel import HelpPanel
from mnist_sum_tui.tui.widgets.sureness import SurenessCharts

DOT = f" {BRAILLE.between} "
MOST_OFTEN = f"{DOT}most often "
OTHERS = " and others", f", {BRAILLE.cut}"
"""what follows a list if others are as frequent as its last one; the sign where there is little room"""
BACK = "From Mistakes (F4 goes back)"
ALREADY = "These weights are evaluated already: nothing has changed."
LEAST_ROWS = 20
"""the fewest rows of the charts, 15, and those of tabs, result, the gallery's edge, weights and footer"""
OFTEN = 11
"""how many confusions are listed beside the maps"""


def summary_line(result: TestSetResult, width: int) -> str:
    """The weights' description, shortened to leave room for a figure; then as many of three figures as fit."""
    figures = accuracy_words(result.report).split(DOT)
    source = clauses(result.source, width - len(f": {figures[0]}"))
    lines = [f"{source}: {DOT.join(figures[:count])}" for count in (3, 2, 1)]
    return first_fit([*lines, source], width)


def title_line(selection: Selection, often: list[str], width: int) -> str:
    """The gallery's title: what it shows, and as many of the most frequent confusions as fit.

    Others that are as frequent as the last one are not passed over without a word.
    """
    line = selection.title
    for end in ("; ", ": ", ", "):  # the last part of the title is left out first; `1,032` is no end
        if often and len(f"{line}{MOST_OFTEN}{_listed(often, 1, OTHERS[1])}") > width:
            line = line.partition(end)[0]
    places = [(count, others) for count in range(len(often), 0, -1) for others in OTHERS]
    forms = [f"{line}{MOST_OFTEN}{_listed(often, count, others)}" for count, others in places]
    return first_fit([*forms, line], width)


def _listed(often: list[str], count: int, others: str) -> str:
    """The first `count` confusions, followed by `others` if the next one is as frequent as the last of these."""
    images = [words.partition(": ")[2].partition(" ")[0] for words in often[count - 1 : count + 1]]
    return ", ".join(often[:count]) + (others if len(images) == 2 and images[0] == images[1] else "")


class MistakesPage(WeightsPage):
    """Shows two maps, or charts of how sure the network is, and a gallery of the images that a map's cell chooses."""

    page_name = "mistakes"
    AUTO_FOCUS = "#gallery"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "all_mistakes", "All mistakes"),
        Binding("escape", "back", "Back", show=False),  # the page's own, which the one above would replace
        Binding("tab", "next_part", "Maps"),
        Binding("c", "next_view(True)", "How sure"),
        Binding("c", "next_view(False)", "Next view"),
        Binding("m", "maps(False)", "Enlarge"),
        Binding("m", "maps(True)", "Show maps"),
        *WEIGHT_KEYS,
        Binding("r", "renew", "Evaluate again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.add_class("-empty")
        self._evaluated: TestSetEvaluated | None = None
        self._is_renewing = False
        """whether the user has asked for an evaluation that has not come yet"""
        self._selection: Selection | None = None
        self._choose: Callable[[TestSetResult], Selection] = all_wrong
        """chooses the images of the gallery from the newest result"""
        self._above: str | None = "maps"
        """what is shown above the gallery: `maps`, `sureness`, or nothing"""

    def compose_page(self) -> ComposeResult:
        """The maps side by side, below them the gallery and the slider."""
        yield awaited(self.page_name)
        with Horizontal(id="maps"):
            yield Confusion(id="confusion")
            yield SumMap(id="sum-map")
            yield Static(id="frequent", markup=False)
        yield SurenessCharts(id="sureness")
        yield Static(id="result", markup=False)
        yield note()
        yield Gallery(id="gallery", no_room="m makes room")
        yield from weights_bar()

    def on_mount(self) -> None:
        """Set the titles of the parts."""
        self.query_one("#frequent").border_title = "Most frequent"
        self.query_one("#sureness").display = False

    def request_answer(self) -> None:
        """Evaluate the chosen or else the newest weights on the test set; the worker keeps its last result."""
        self.predictions.request(EvaluateTestSet(self.wanted), self.post_message)

    on_screen_resume = request_answer

    def action_renew(self) -> None:
        """Evaluate again for the user, and say so if it is too early, or if nothing has changed."""
        result = None if self._evaluated is None else self._evaluated.result
        is_live = result is not None and result.weights.path is None and self.session.is_training
        if result is not None and is_live and result.serves_for(result.weights, result.source):
            self.note(f"While it trains, all images are read every {LASTING_SECONDS:.0f} seconds at most.")
        else:
            self._is_renewing = True
            self.request_answer()

    def keep_state(self) -> None:
        """Evaluate once more when the training is over."""
        super().keep_state()
        if self.is_outdated:
            self.request_answer()  # until there is a result; an evaluation that runs already goes on

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of the two meanings of `m` and of `c`, allow the one that changes something; allow Tab only with maps.

        Escape is named where it shows all mistakes, but not with the help, which it closes first. Nothing of it is
        possible before the first evaluation.
        """
        if action in ("next_view", "next_part", "maps") and self._evaluated is None:
            return False
        if action == "all_mistakes":
            return self._is_part and not self.query_children(HelpPanel)
        if action == "next_view":
            return parameters[0] != (self._above == "sureness")
        if action == "next_part":
            return self._above == "maps"
        return action != "maps" or parameters[0] != bool(self._above)

    @property
    def _is_part(self) -> bool:
        """Whether the gallery shows only the images of a cell."""
        return self._evaluated is not None and self._selection is not None and self._selection.is_part

    action_all_mistakes = WeightsPage.action_back  # a name of its own for the footer

    def action_next_part(self) -> None:
        """Move the focus to the next map or to the gallery."""
        self.focus_next()

    def action_maps(self, shown: bool) -> None:
        """Hide what is above the gallery, so that its images are larger, or show the maps again."""
        self._put_above("maps" if shown else None)

    def action_next_view(self, first: bool) -> None:
        """Show the charts instead of the maps; then the next chart, if one is shown at a time; at last the maps."""
        charts = self.query_one(SurenessCharts)
        self._put_above("sureness" if charts.turn_to(0 if first else charts.shown + 1) else "maps")

    def _put_above(self, what: str | None) -> None:
        self._above = what
        for name in ("maps", "sureness"):
            self.query_one(f"#{name}").display = name == what
        self.query_one(Gallery).is_large = not what
        self.take_room()
        self.query_one(Gallery).focus()
        self.refresh_bindings()

    def step_back(self) -> bool:
        """Escape shows all wrong images again, then the maps."""
        if self._is_part:
            self._choose = all_wrong
            self._show()
        elif self._above != "maps":
            self.action_maps(True)
        else:
            return False
        return True

    def on_test_set_evaluated(self, message: TestSetEvaluated) -> None:
        """Show the result of an evaluation on the test set."""
        is_known = self._evaluated is not None and message.result is self._evaluated.result
        self.note(ALREADY if is_known and self._is_renewing else "")
        self._is_renewing = False
        known = placed(message.result.weights, message.choices)
        self.show_weights(known.chosen, known.all, "")
        self.warn_of_guesses(message.result.source)
        if is_known:
            return
        self._evaluated = message
        self.remove_class("-empty")
        self.refresh_bindings()
        report = message.result.report
        self.query_one(Confusion).grid = report.confusion
        self.query_one(SumMap).grid = report.sum_accuracy_by_pair
        self.query_one(SurenessCharts).draw(report.reliability)
        self.query_one("#frequent", Static).update("\n".join(frequent(message.result)[:OFTEN]))
        self._show()

    def _show(self) -> None:
        """Show the chosen images in the gallery."""
        assert self._evaluated is not None
        selection, images = self._choose(self._evaluated.result), self._evaluated.images
        self._selection = selection
        self.refresh_bindings()
        gallery = self.query_one(Gallery)
        gallery.items = tuple(Item(images[found.image], found.caption, found.image) for found in selection.chosen)
        self.take_room()

    def take_room(self) -> None:
        """Fit the two lines of words, and give the charts the rows that are not enough for a row of images."""
        super().take_room()
        if self._evaluated is not None and self._selection is not None and self.is_mounted:
            result = self._evaluated.result
            width = self.room.width - 2
            self.query_one("#result", Static).update(summary_line(result, width))
            often = [] if self.has_class("-huge") or self._selection.is_part else frequent(result)
            self.query_one(Gallery).border_title = title_line(self._selection, often, width - 2)
            free = self.room.height - LEAST_ROWS
            tile = tile_for(self.room.width, free).height
            is_shared = self._above == "sureness" and free >= tile
            self.query_one(Gallery).styles.height = 1 + free // tile * tile if is_shared else None
            self.query_one("#sureness").styles.height = "1fr" if is_shared else None

    def on_heatmap_picked(self, message: Heatmap.Picked) -> None:
        """Show only the images of a map's cell."""
        if self._evaluated is not None:
            choose = read_as if isinstance(message.heatmap, Confusion) else sums_wrong
            self._choose = lambda result: choose(result, message.row, message.column)
            self._show()
            self.query_one(Gallery).focus()

    def on_gallery_opened(self, message: Gallery.Opened) -> None:
        """Open the chosen image on Inspect, even if another evaluation has come since, unless it is of fewer images."""
        found, chosen = self._evaluated, self._selection
        if found is not None and chosen is not None and message.key < len(found.images):
            numbers = {each.image: each.number for each in chosen.chosen}
            self.app.post_message(OpenInInspect(message.key, numbers.get(message.key), found, BACK))
