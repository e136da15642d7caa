"""RunForm: the settings of a new run: the recipe, what it sets, and what may be changed."""

from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Select, Static

from mnist_sum_tui.config import TrainConfig, settings
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.recipes import LARGE_MODEL, MODELS, QUICK_MODEL, RECIPES
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.session.speeds import Speed
from mnist_sum_tui.tui.widgets import form_words as words
from mnist_sum_tui.tui.widgets.choice import Choice

NUMBERS = {name: settings()[name].label for name in ("epochs", "batch_size", "lr", "seed")}
"""the settings with an input field, and their labels"""
KEPT = ("augment", "device", "precision", "threads", "all_data", "data_dir", "keep")
"""settings without a field; values from the command line stay when the user chooses another recipe"""

PICTURE = """\
  .-=++*##*.       ┌────────────────┐
  %@@@@@@@@:  ────▶│ sees the image │────▶ digit  7
  ::.   -@%.       └───────┬────────┘
       .%@=                │
       #@*         ┌───────┴────────┐
      +@%.    5 ──▶│ adds a number  │────▶ sum   12
      @@-          └────────────────┘"""


class NumberInput(Input):
    """An Input that accepts only the characters of numbers; other keys go to the page."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key can be part of a number."""
        return super().check_consume_key(key, character) and (character or "") in "0123456789.e-+"

    def on_key(self, event: events.Key) -> None:
        """Prevent Input from consuming keys that it does not accept."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()


class Field(Horizontal):
    """A label before a widget."""

    def __init__(self, label: str, widget: Select[str] | Input, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._label, self._widget = label, widget

    def compose(self) -> ComposeResult:
        """Label and widget."""
        yield Static(self._label, markup=False)
        yield self._widget


class RunForm(VerticalScroll, can_focus=False):
    """Asks for recipe, model, epochs, batch size, learning rate and seed; posts StartTraining."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.charts", "Back to the charts")]

    def __init__(self, defaults: TrainConfig, *, id: str) -> None:
        super().__init__(id=id)
        self._defaults = defaults
        self._recipe = defaults.recipe
        self._complaint = ""
        self._is_ready = False
        self._speeds: dict[str, Speed] = {}

    def compose(self) -> ComposeResult:
        """An introduction; the recipe and what it sets; the fields; what it all takes; the buttons."""
        with Vertical(id="form"):
            with Horizontal(id="intro"):
                yield Static(_coloured(PICTURE), id="intro-picture")
                yield Static(id="intro-words", markup=False)
            yield Field("recipe", Choice(RECIPES, self._defaults.recipe, id="recipe"), classes="wide")
            yield Static(id="sets", classes="explained", markup=False)
            yield Field("network", Choice(MODELS, self._defaults.model, id="model"), classes="wide")
            with Grid(id="fields"):
                for name, label in NUMBERS.items():
                    yield Field(label, NumberInput(_text(self._defaults, name), id=name, compact=True))
            yield Static(id="readiness", markup=False)
            with Horizontal(id="go"):
                yield Button("Start training", variant="primary", id="start")
                yield Button(id="other")

    def on_mount(self) -> None:
        """Focus the button, so that Enter starts the training."""
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

    def take_speed(self, model: str, speed: Speed) -> None:
        """Show how long training takes, now that the speed of a network is known."""
        self._speeds[model] = speed
        self._explain()

    @property
    def base(self) -> TrainConfig:
        """The settings of the chosen recipe, before anything was set by hand; those of the command line count."""
        recipe = str(self.query_one("#recipe", Select).value)
        return self._base_of(recipe)

    def _base_of(self, recipe: str) -> TrainConfig:
        if recipe == self._defaults.recipe:
            return self._defaults
        kept = {name: value for name, value in self._defaults.given().items() if name in KEPT}
        return TrainConfig.of(recipe, **kept)

    @property
    def config(self) -> TrainConfig:
        """The settings in the form.

        Raises:
            UsageError: a value is not a number, or out of range.
        """
        base = self.base
        values: dict[str, object] = {"model": str(self.query_one("#model", Select).value)}
        for name, label in NUMBERS.items():
            text = self.query_one(f"#{name}", Input).value.strip()
            kind = type(getattr(base, name))
            try:
                values[name] = kind(float(text)) if kind is float else int(text)
            except ValueError:
                needed = "a number" if kind is float else "a whole number"
                raise UsageError(f"{label} must be {needed}, not {text!r}") from None
        return replace(base, **values)  # type: ignore[arg-type]

    @on(Select.Changed, "#recipe")
    def _take_recipe(self, message: Select.Changed) -> None:
        """Fill in the model and the numbers of the chosen recipe; what was set by hand stays."""
        before, after = self._base_of(self._recipe), self._base_of(str(message.value))
        self._recipe = after.recipe
        model = self.query_one("#model", Select)
        if model.value == before.model:
            model.value = after.model
        for name in NUMBERS:
            field = self.query_one(f"#{name}", Input)
            if field.value.strip() == _text(before, name):
                field.value = _text(after, name)
        self._explain()

    @on(Input.Changed)
    def _forget_complaint(self) -> None:
        """What was wrong may be right now."""
        self.complain("")

    @on(Select.Changed, "#model")
    def _explain(self) -> None:
        """Bring all that is said about the settings up to date."""
        base = self.base
        try:
            config, error = self.config, ""
        except UsageError as found:
            config, error = base, str(found)
        self.query_one("#intro-words", Static).update(words.introduction(base))
        by_hand = [label for name, label in NUMBERS.items() if getattr(config, name) != getattr(base, name)]
        by_hand = ["network", *by_hand] if config.model != base.model else by_hand
        lines = [words.recipe_sets(base), words.left_out(base), f"set by you: {', '.join(by_hand)}" if by_hand else ""]
        self.query_one("#sets", Static).update("\n".join(line for line in lines if line))
        self._list_times(base)
        self._offer_other(config)
        readiness = self.query_one("#readiness", Static)
        if complaint := self._complaint or error:
            readiness.update(Content.styled(printable(complaint), "$text-error"))
        else:
            readiness.update(
                words.time_words(config, self._speeds) or ("ready" if self._is_ready else "loading torch ...")
            )

    def _list_times(self, base: TrainConfig) -> None:
        """Describe the choices, with the times that are known by now."""
        recipes = {name: words.recipe_choice(self._base_of(name), self._speeds) for name in RECIPES}
        self.query_one("#recipe", Choice).describe(recipes)
        models = {name: words.model_choice(name, base, self._speeds) for name in MODELS}
        self.query_one("#model", Choice).describe(models)

    def _offer_other(self, config: TrainConfig) -> None:
        """The quick network and the assignment's stand beside each other."""
        is_large = config.model == LARGE_MODEL
        other = replace(config, model=QUICK_MODEL if is_large else LARGE_MODEL)
        name = QUICK_MODEL if is_large else "assignment's network"
        time = words.total(other, self._speeds)
        button = self.query_one("#other", Button)
        button.label = f"{name}: {time}" if time else name
        button.refresh(layout=True)

    @on(Button.Pressed, "#other")
    def _take_other(self) -> None:
        """Choose the other network; Enter starts it then."""
        model = self.query_one("#model", Select)
        model.value = QUICK_MODEL if model.value == LARGE_MODEL else LARGE_MODEL
        self.query_one("#start").focus()

    @on(Button.Pressed, "#start")
    @on(Input.Submitted)
    def _start(self) -> None:
        try:
            config = self.config
        except UsageError as error:
            self.complain(str(error))
        else:
            self.complain("")
            self.post_message(StartTraining(config))


def _text(config: TrainConfig, name: str) -> str:
    return str(getattr(config, name))


def _coloured(picture: str) -> Content:
    """The picture with the two answers in the colours of their curves."""
    content = Content(picture)
    for text, style in (("digit  7", "$text-primary bold"), ("sum   12", "$text-accent bold")):
        start = picture.index(text)
        content = content.stylize(style, start, start + len(text))
    return content
