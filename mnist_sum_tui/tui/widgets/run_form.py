"""RunForm: the form for a new run: the recipe, what it sets, and what can be changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Button, Input, Select, Static

from mnist_sum_tui import own_network
from mnist_sum_tui.config import ENDS, TrainConfig, settings
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import small
from mnist_sum_tui.printable import printable
from mnist_sum_tui.recipes import LARGE_MODEL, MODELS, QUICK_MODEL, RECIPES
from mnist_sum_tui.tui.session.messages import FindRate, StartTraining
from mnist_sum_tui.tui.widgets import form_words as words
from mnist_sum_tui.tui.widgets.beside_form import BesideForm
from mnist_sum_tui.tui.widgets.choice import Choice, ChoiceForm
from mnist_sum_tui.tui.widgets.common import ButtonRow, Field, NameField, put, relabel
from mnist_sum_tui.tui.widgets.intro_picture import coloured
from mnist_sum_tui.tui.widgets.latest_runs import LatestRuns
from mnist_sum_tui.tui.widgets.number_input import NumberInput, is_value_of, read_number

NUMBERS = {name: settings()[name].label for name in ("epochs", "batch_size", "lr", "seed", *ENDS)}
"""the settings with an input field, and their labels"""
EXPLAINED = ("recipe", "model", *NUMBERS, "intro-words", "sets", "readiness", "other", "all-recipes")
"""ids of the widgets that `_explain_once` reads or writes"""
OF_RECIPES = [name for name in NUMBERS if name not in ENDS]
"""those that another recipe fills in; an ending that was set stays in its field: not every recipe can have one"""
KEPT = ("model", *OF_RECIPES, "augment", "outliers", "device", "precision", "threads", "all_data", "data_dir", "keep")
"""settings whose values from the command line stay when the user chooses another recipe, like those set in the form"""


class RunForm(ChoiceForm):
    """Asks for recipe, network, NUMBERS; posts StartTraining, or FindRate."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.charts", "Back to the charts"),
        Binding("tab,down", "app.focus_next", "Next field", key_display="tab"),  # fields bind down themselves
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, defaults: TrainConfig, runs_folder: Path, run_name: str = "", *, id: str) -> None:
        super().__init__(id=id)
        self.defaults, self._runs_folder, self._run_name = defaults, runs_folder, run_name
        self._networks = {**MODELS, **own_network.named()}
        self._recipe, self._complaint, self._listed = defaults.recipe, "", dict[str, tuple[str, str]]()
        self._is_ready = self._is_explained = False

    def compose(self) -> ComposeResult:
        """An introduction, recipe and network, the fields, what is wrong or explained, the buttons, earlier runs."""
        with Vertical(id="form"):
            with Horizontal(id="intro"):
                yield Static(coloured(), id="intro-picture")
                yield Static(id="intro-words", markup=False)
            yield Field("recipe", Choice(RECIPES, self.defaults.recipe, id="recipe"), classes="wide")
            yield Static(id="sets", classes="explained", markup=False)
            yield Field("network", Choice(self._networks, self.defaults.model, id="model"), classes="wide")
            with Grid(id="fields"):
                for name, label in NUMBERS.items():
                    text, zero = words.typed(self.defaults, name), words.MEANING_OF_ZERO.get(name, "")
                    yield Field(label, NumberInput(text, zero, id=name, compact=True, tooltip=settings()[name].help))
            yield NameField(self._run_name)
            yield Static(id="readiness", markup=False)
            with ButtonRow(id="go"):
                yield Button("Start training", variant="primary", id="start")
                yield Button("Find a rate", id="find-rate")
                yield Button(id="other")
            yield Static(id="all-recipes", markup=False)
            yield LatestRuns(self._runs_folder, id="latest")
        yield BesideForm(self._runs_folder, id="beside-form")

    def on_mount(self) -> None:
        """Focus the button, so that Enter starts the training."""
        self.watch(self, "virtual_size", lambda: self.call_next(self._fit), init=False)
        self.query_one("#start").focus()
        self._explain()

    def ready(self) -> None:
        """Show that torch is loaded."""
        self._is_ready = True
        self._explain()

    def complain(self, message: str) -> None:
        """Show why the training did not start."""
        self._complaint = message
        self._explain()

    @property
    def base(self) -> TrainConfig:
        """The settings of the chosen recipe, with those of the command line, but without changes in the form."""
        return self._base_of(str(self.query_one("#recipe", Select).value))

    def _base_of(self, recipe: str) -> TrainConfig:
        if recipe == self.defaults.recipe:
            return self.defaults
        given = words.asked_for(self.defaults)
        return TrainConfig.of(recipe, **{name: getattr(self.defaults, name) for name in given if name in KEPT})

    @property
    def config(self) -> TrainConfig:
        """The settings in the form.

        Raises:
            UsageError: a value is not a number, or is out of range.
        """
        model, base = str(self.query_one("#model", Select).value), self.base
        return replace(base, model=model, **{name: read_number(name, self._typed(name), base) for name in NUMBERS})

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", NumberInput).typed

    def show_again(self) -> None:
        """Show the form for the next run, with the same values, but without the last start's error."""
        self.complain("")
        self.query_one("#start").focus()

    def _fill(self, values: TrainConfig, before: TrainConfig) -> None:
        """Fill in model and numbers, except those that differ from `before`, because the user has set them."""
        model = self.query_one("#model", Select)
        if model.value == before.model:
            model.value = values.model
        for name in OF_RECIPES:
            if self._typed(name) == words.typed(before, name):
                self.query_one(f"#{name}", Input).value = words.typed(values, name)

    @on(Select.Changed, "#recipe")
    def _take_recipe(self, message: Select.Changed) -> None:
        """Fill in the model and the numbers of the chosen recipe; what the user has set stays."""
        before, after = self._base_of(self._recipe), self._base_of(str(message.value))
        self._recipe = after.recipe
        self._fill(after, before)
        self._explain()

    @on(Input.Changed)
    def _forget_complaint(self) -> None:
        """Remove the error of the last start, because it may be mended by now."""
        self.complain("")

    def on_resize(self) -> None:
        """Show or hide the introduction again, because its room has changed."""
        self.remove_class("-tight")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Hide the introduction if the buttons would be below the screen."""
        if self.max_scroll_y > 0:
            self.add_class("-tight")

    @on(Select.Changed, "#model")
    @on(DescendantFocus)
    @on(DescendantBlur)
    def _explain(self) -> None:
        """Update all explanations of the settings a moment later, once for several changes."""
        self._is_explained = False
        self.call_later(self._explain_once)

    def _explain_once(self) -> None:
        known = {widget.id for widget in self.walk_children()} if self.display and not self._is_explained else set()
        if not known.issuperset(EXPLAINED):
            return  # it is done, hidden, not composed yet, or the app closes
        self._is_explained, base = True, self.base
        try:
            config, error = self.config, ""
        except UsageError as found:
            config, error = replace(base, model=str(self.query_one("#model", Select).value)), words.in_form(found)
        put(self.query_one("#intro-words", Static), words.introduction(base))
        usual, others = TrainConfig.of(base.recipe), [name for name in NUMBERS if name not in words.SHOWN_APART]
        by_hand = [NUMBERS[name] for name in others if not is_value_of(usual, name, self._typed(name))]
        put(self.query_one("#sets", Static), words.sets(base, by_hand))
        self._describe_choices(base, config)
        relabel(self.query_one("#other", Button), words.other_network(config))
        if self._is_ready:
            self.query_one(BesideForm).describe(config.model)
        readiness, field = self.query_one("#readiness", Static), self.screen.focused
        if complaint := self._complaint or error:
            put(readiness, Content.styled(printable(complaint), "$text-error"))
        elif doubt := words.rate_doubt(config):
            put(readiness, Content.styled(doubt, "$text-warning"))
        elif isinstance(field, NumberInput) and field.id in NUMBERS:
            put(readiness, settings()[field.id].help.replace("--", ""))  # here it is a field, not an option
        else:
            put(readiness, words.READY[self._is_ready])

    def _describe_choices(self, base: TrainConfig, config: TrainConfig) -> None:
        """Describe the recipes and networks; what was set by hand stays with each recipe."""
        kept = {name: value for name in words.SHOWN_APART if (value := getattr(config, name)) != getattr(base, name)}
        recipes = words.recipe_choices(map(self._base_of, RECIPES), kept)
        self.query_one("#recipe", Choice).describe(recipes)
        if recipes != self._listed:  # a list that is the same need not be laid out again
            self._listed = recipes
            self.query_one("#all-recipes", Static).update(words.all_recipes(recipes, kept))
        self.query_one("#model", Choice).describe(words.model_choices(self._networks))

    @on(Button.Pressed, "#other")
    def _take_other(self) -> None:
        """Choose the other network; the focus stays on the button, so that a second Enter starts nothing."""
        model = self.query_one("#model", Select)
        model.value = QUICK_MODEL if model.value == LARGE_MODEL else LARGE_MODEL

    @on(Button.Pressed, "#start")
    def _start(self) -> None:
        self._with_config(lambda config: self.post_message(StartTraining(config, name=self.query_one(NameField).typed)))

    @on(Input.Submitted)
    def _accept(self) -> None:
        """Move the focus to the start button after Enter, so that a second Enter starts; not if a value is wrong."""
        self._with_config(lambda _: self.query_one("#start").focus())

    @on(Button.Pressed, "#find-rate")
    def _find_rate(self) -> None:
        self._with_config(lambda config: self.post_message(FindRate(config)))

    def take_rate(self, rate: float) -> None:
        """Fill in a learning rate that was found."""
        self.query_one("#lr", Input).value = small(rate)
        self.query_one("#start").focus()

    def replace_rate(self, failed: float, rate: float) -> None:
        """Fill in a rate to try, and say so, if the field still has the one that failed."""
        if self._typed("lr") in (str(failed), small(failed)):
            with self.query_one("#lr", Input).prevent(Input.Changed):  # which would remove these words again
                self.take_rate(rate)
            self.complain(words.replaced(failed, rate))

    def _with_config(self, act: Callable[[TrainConfig], object]) -> None:
        """Act, if all values are right; otherwise say what is wrong."""
        try:
            config = self.config
        except UsageError as error:
            self.complain(words.in_form(error))
        else:
            self.complain("")
            act(config)
