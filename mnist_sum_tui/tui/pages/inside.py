"""The page Inside: the path of an image through the network, layer by layer, to the two answers."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static

from mnist_sum_tui.formatting import equation, first_fit
from mnist_sum_tui.tui.pages import inside_words as say
from mnist_sum_tui.tui.pages.heat_page import HEAT_KEYS
from mnist_sum_tui.tui.pages.network_views import NetworkViews
from mnist_sum_tui.tui.pages.predicting import awaited, note_room
from mnist_sum_tui.tui.pages.walking_page import WALK_KEYS, Judge
from mnist_sum_tui.tui.pages.weights_bar import WEIGHT_KEYS, weights_bar
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, LookedInside, TestSetEvaluated
from mnist_sum_tui.tui.predictions.pairs import Step, TestSetResult
from mnist_sum_tui.tui.predictions.requests import LookInside
from mnist_sum_tui.tui.widgets.addition_table import AdditionTable
from mnist_sum_tui.tui.widgets.answer import RIGHT, WRONG, AllTen, doubt_line
from mnist_sum_tui.tui.widgets.common import Fitted, put
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.large_map import LargeMap
from mnist_sum_tui.tui.widgets.layer_list import LayerList
from mnist_sum_tui.tui.widgets.maps import Maps
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars

if TYPE_CHECKING:
    from mnist_sum_tui.inference.layer_views import LayerView

SLIDE_SECONDS = 4.0


class InsidePage(NetworkViews):
    """Shows a list of the layers, and what the chosen layer makes of the image."""

    page_name = "inside"
    is_heat_beside = True
    AUTO_FOCUS = "#layers"
    BINDINGS: ClassVar[list[BindingType]] = [
        *HEAT_KEYS,
        Binding("plus", "number(1)", "Number", key_display="0-9"),
        Binding("minus", "number(-1)", show=False),
        Binding("b", "sort", "Strongest first"),
        *WALK_KEYS,
        *WEIGHT_KEYS,
        Binding("m", "map", "Map of digits"),
        Binding("space", "slides", "Slide show"),
        Binding("g", "goto", "Go to"),
        Binding("r", "random", "Random"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.views: tuple[LayerView, ...] = ()
        """the output of each layer for the image, by the same weights as the answer that is shown"""
        self._is_sliding = False
        self._whole_words = ""
        """the text about the layer, if only a part of it is shown"""

    @property
    def about(self) -> str:
        """The words about the page, and the whole text about the layer where it is cut."""
        return f"{super().about} {self._whole_words}".strip()

    def compose_page(self) -> ComposeResult:
        """The image, its answer and the layers; what the chosen layer makes of it; the slider."""
        yield awaited(self.page_name)
        with Horizontal(id="inside"):
            with Vertical(id="way"):
                yield Digit(id="goes-in")
                yield Fitted(id="said", markup=False)
                yield LayerList(id="layers", markup=False)
                yield AllTen(id="beside-each")
            with Vertical(id="panel"):
                yield Static(id="words", markup=False)
                with Horizontal(id="seen-inside"):
                    yield Maps(id="feature-maps")
                    yield LargeMap(id="large-map")
                    with Vertical(id="ends"):
                        yield ProbabilityBars("Digit", id="digit-end")
                        yield ProbabilityBars("Sum", id="sum-end")
                        yield AdditionTable(id="table")
                    yield HeatPair()
                yield from self.compose_views()
        yield from note_room()
        yield from weights_bar()

    def on_mount(self) -> None:
        """Set the looks of the parts, and start the clock of the slide show."""
        self.query_one("#goes-in", Digit).look = "blocks"
        self.set_interval(SLIDE_SECONDS, self._next_slide)
        self.watch(self.query_one(LargeMap), "place", self.show_layer, init=False)

    # Requests: the layers and the answer always come from the same weights.

    def _ask(self) -> None:
        if self._found is None:
            self._look(None)
        else:  # the found image stays, and a line says how it is judged now
            super()._ask()

    def _look(self, found: TestSetResult | None) -> None:
        if self.is_mounted:
            request = LookInside(self.index, self.number, self.wanted, found, self.session.drawing)
            self.predictions.request(request, self.post_message)

    def _land(self, evaluated: TestSetEvaluated, step: Step, words: tuple[str, ...], judge: Judge) -> None:
        super()._land(evaluated, step, words, judge)
        self._look(evaluated.result)

    def watch_number(self) -> None:
        """Look again with another number."""
        super().watch_number()
        if self.answer is not None and self._found is None:
            self._look(None)

    def on_looked_inside(self, message: LookedInside) -> None:
        """Show an answer, and the layers that led to it."""
        answer = message.answer
        is_other = message.drawing is not self.session.drawing
        if is_other or message.number != self.number or answer.index != self.index % answer.count:
            return  # a newer request is on its way
        if message.is_newest:
            if self.is_late(answer.weights, answer.choices):
                return
            self.take_answer(answer)
        shown = self.answer
        if shown is not None and (shown.index, shown.source) == (answer.index, answer.source):
            self._show_layers(message.views)

    # Showing.

    def show_image(self, answer: ImagePredicted) -> None:
        """Show the input image, unless it is the one that is shown: a live network has new answers for it."""
        shown = self.query_one("#goes-in", Digit)
        if shown.image is None or (shown.image != answer.image).any():
            shown.image = self.query_one(LargeMap).image = answer.image

    def show_answer(self) -> None:
        """Show the answer for the chosen number."""
        answer = self.answer
        if answer is None or not self.is_mounted:
            return
        shown = self.show_prediction(answer)
        label = shown.label
        mark = "" if label is None else f" {RIGHT}" if shown.correct else f" {WRONG} {say.truth_words(shown)}"
        line, words = self.query_one(Fitted), equation(shown.digit, shown.number, shown.sum)
        name, width = "drawn" if label is None else f"#{answer.index:,}", line.content_size.width
        short = f"{name}: {words.replace(' ', '')}{mark}"  # a longer one would take the second line
        first = first_fit([f"{name}: {words}{mark}", short, short.replace("it is ", "")], width)
        sure = first_fit(say.SLIDING, width) if self._is_sliding else doubt_line(shown, width)
        line.say(f"{first}\n{sure}")
        self.query_one(AdditionTable).predictions = answer.predictions

    on_fitted_resized = show_answer

    def _show_layers(self, views: "tuple[LayerView, ...]") -> None:
        layers, before = self.query_one(OptionList), [*map(say.layer_row, self.views)]
        rows = [*map(say.layer_row, views)]
        self.views = views
        if rows != before:  # another network
            self.remove_class("-large-map")
            layers.set_options([*rows, *say.VIEWS.values()])
            self.set_class(len(rows) > say.FEW_LAYERS, "-many")
            self.set_class(len(rows) > say.MORE_LAYERS, "-very-many")
            layers.highlighted = 1
            layers.focus()  # what had the focus may be hidden now
        self.show_layer()

    def show_layer(self) -> None:
        """Show what the chosen layer makes of the image, or the chosen view."""
        place = self.query_one(OptionList).highlighted
        if place is None or self.answer is None:
            return
        view = self.views[min(place, len(self.views) - 1)]
        self.view_name = ("", *say.VIEWS)[max(place - len(self.views) + 1, 0)]
        at = {f"-at-{name}": name == self.view_name for name in say.VIEWS}
        self.update_classes({"-at-ends": view.kind in say.ENDS, **at})
        large, maps = self.query_one(LargeMap), self.query_one(Maps)
        maps.view = view
        has_columns = not any(self.has_class(size) for size in ("-narrow", "-normal", "-medium"))
        of_layer = say.layer_words(view, self.number, self.app.current_theme.dark, has_columns, maps.is_sorted)
        self.set_class(self.has_class("-large-map") and large.can_follow(view), "-large-map")
        if self.has_class("-large-map"):
            large.view = view
            of_layer = say.place_words(large)
        words = whole = self.show_view(self.answer) or of_layer
        if not self.view_name or self.has_class("-narrow"):
            words = say.brief(whole, self.query_one("#words").content_size.width, self.room.height - say.NEEDED_ROWS)
        self._whole_words = "" if words == whole else whole
        put(self.query_one("#words", Static), words)

    def on_option_list_option_highlighted(self) -> None:
        """Show the maps of another layer, and no longer a large map or where it looked."""
        self.remove_class("-large-map", "-heat")
        self.show_layer()
        self.call_after_refresh(self._find_way_in)

    def _find_way_in(self) -> None:
        self.query_one(LayerList).has_way_in = self.way_in is not None
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to sort only where several maps are shown."""
        if action == "sort":
            return bool(self.views) and not self.view_name and self.query_one(Maps).has_order
        return super().check_action(action, parameters)

    def on_gallery_opened(self, message: Maps.Opened) -> None:
        """Show one map large, with a cursor, unless the network that is shown by now has fewer."""
        maps, large = self.query_one(Maps), self.query_one(LargeMap)
        view, is_there = maps.view, any(item.key == message.key for item in maps.items)
        if self.view_name or view is None or not is_there:
            return
        self.add_class("-large-map")
        large.look_at(view, message.key)
        self.show_layer()
        large.focus()

    def step_back(self) -> bool:
        """Escape goes from the heat map or a large map to all maps, then to the list of layers."""
        if super().step_back():
            return True
        if self.has_class("-large-map"):
            self.remove_class("-large-map")
            self.show_layer()
            self.query_one(Maps).focus()
            return True
        was_elsewhere = not self.query_one(OptionList).has_focus
        self.query_one(OptionList).focus()
        return was_elsewhere

    def action_slides(self) -> None:
        """Start or end the slide show: the next image every few seconds; a drawing is replaced by an image at once."""
        self._is_sliding = not self._is_sliding
        self.show_answer()
        if self.session.drawing is not None:
            self.action_step(0)

    def _next_slide(self) -> None:
        if self._is_sliding and self.is_current:
            self.action_step(1)

    def action_sort(self) -> None:
        """Sort the maps by strength, or by their order in the layer."""
        self.query_one(Maps).is_sorted ^= True
        self.show_layer()
