"""RunForm: the settings of a new run, with the defaults of its recipe."""

from collections.abc import Iterable
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
from mnist_sum_tui.recipes import MODELS, RECIPES
from mnist_sum_tui.tui.session.messages import StartTraining

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
WORDS = (
    "One network, two answers: which digit is this, and what is the sum of the digit and a number? "
    "Nobody tells it how to add. It learns both from 55,000 examples, while you watch."
)


class NumberInput(Input):
    """An Input that accepts only the characters of numbers; other keys go to the page."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key can be part of a number."""
        return super().check_consume_key(key, character) and (character or "") in "0123456789.e-+"

    def on_key(self, event: events.Key) -> None:
        """Prevent Input from consuming keys that it does not accept."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()


class Field(Vertical):
    """A label above a widget."""

    def __init__(self, label: str, widget: Select[str] | Input) -> None:
        super().__init__()
        self._label, self._widget = label, widget

    def compose(self) -> ComposeResult:
        """Label and widget."""
        yield Static(self._label, markup=False)
        yield self._widget


class RunForm(VerticalScroll, can_focus=False):
    """Asks for model, recipe, epochs, batch size, learning rate and seed; posts StartTraining."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.charts", "Back to the charts")]

    def __init__(self, defaults: TrainConfig, *, id: str) -> None:
        super().__init__(id=id)
        self._defaults = defaults
        self._is_complaining = False

    def compose(self) -> ComposeResult:
        """An introduction, the fields, an explanation of the choices, and the button."""
        with Vertical(id="form"):
            with Horizontal(id="intro"):
                yield Static(_coloured(PICTURE), id="intro-picture")
                yield Static(WORDS, id="intro-words", markup=False)
            with Grid(id="fields"):
                yield Field("model", _select("model", MODELS, self._defaults.model))
                yield Field("recipe", _select("recipe", RECIPES, self._defaults.recipe))
                for name, label in NUMBERS.items():
                    yield Field(label, NumberInput(str(getattr(self._defaults, name)), id=name))
            yield Static("", id="explained", markup=False)
            with Horizontal(id="go"):
                yield Button("Start training", variant="primary", id="start")
                yield Static("loading torch ...", id="readiness", markup=False)

    def on_mount(self) -> None:
        """Focus the button, so that Enter starts the training."""
        self.query_one("#start").focus()
        self._explain()

    def ready(self) -> None:
        """Show that torch is loaded, unless there is an error message."""
        if not self._is_complaining:
            self.query_one("#readiness", Static).update("ready")

    def complain(self, message: str) -> None:
        """Show why the training did not start."""
        self._is_complaining = True
        self.query_one("#readiness", Static).update(Content.styled(printable(message), "$text-error"))

    @property
    def config(self) -> TrainConfig:
        """The settings in the form.

        Raises:
            UsageError: a value is not a number, or out of range.
        """
        recipe = str(self.query_one("#recipe", Select).value)
        base = self._defaults
        if recipe != base.recipe:
            base = TrainConfig.of(recipe, **{name: value for name, value in base.given().items() if name in KEPT})
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
        """Fill in the model and numbers of the chosen recipe; for the first recipe, those of the command line."""
        recipe = str(message.value)
        values = self._defaults if recipe == self._defaults.recipe else TrainConfig.of(recipe)
        self.query_one("#model", Select).value = values.model
        for name in NUMBERS:
            if name != "seed":
                self.query_one(f"#{name}", Input).value = str(getattr(values, name))
        self._explain()

    @on(Select.Changed, "#model")
    def _explain(self) -> None:
        model, recipe = (str(self.query_one(f"#{name}", Select).value) for name in ("model", "recipe"))
        text = f"{model}: {MODELS[model]}\n{recipe}: {RECIPES[recipe].summary}"
        self.query_one("#explained", Static).update(text)

    @on(Button.Pressed, "#start")
    @on(Input.Submitted)
    def _start(self) -> None:
        try:
            config = self.config
        except UsageError as error:
            self.complain(str(error))
        else:
            self._is_complaining = False
            self.ready()
            self.post_message(StartTraining(config))


def _select(name: str, choices: Iterable[str], value: str) -> Select[str]:
    return Select([(choice, choice) for choice in choices], value=value, allow_blank=False, id=name)


def _coloured(picture: str) -> Content:
    """The picture with the two answers in the colours of their curves."""
    content = Content(picture)
    for text, style in (("digit  7", "$text-primary bold"), ("sum   12", "$text-accent bold")):
        start = picture.index(text)
        content = content.stylize(style, start, start + len(text))
    return content
