"""WeightsPage: the line `Weights ○ epoch 1 ── ● best`: with which weights a page predicts, and keys to choose others.

The choice holds on every page, so the bar of tabs shows it on each of them.
"""

import os
import re

from rich.cells import cell_len, set_cell_size
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from mnist_sum_tui.formatting import clauses
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs import own_files
from mnist_sum_tui.runs.events import Event, Started
from mnist_sum_tui.runs.summary import ONLY_GUESSES
from mnist_sum_tui.tui.pages.base import LEAST_STATE
from mnist_sum_tui.tui.pages.predicting import PredictingPage
from mnist_sum_tui.tui.predictions.weights import (
    IN_PACKAGE,
    NEWEST,
    SAME,
    Weights,
    place_in_time,
    same_weights,
    usual,
    why_earlier,
)
from mnist_sum_tui.tui.session.messages import RunDeleted
from mnist_sum_tui.tui.widgets.common import Line
from mnist_sum_tui.tui.widgets.slider import Slider, needed

GUESSES = "This network only guesses. F5: another run. Ctrl+P, built-in: one that adds."
YOURS = "your runs"
"""where Escape goes back to from the built-in network"""
NO_OTHERS = "No other weights were kept. To keep those of some epochs: train --keep 8."
FIRST, LAST = "These are the first weights that were kept.", "These are the last weights."
LEAST_WORD = len(f"{BRAILLE.off} ready ")
"""columns that chosen weights leave to the state of the training, if they can, when there is little room"""
LEAST_SLIDER, LEAST_TITLE = 34, 17
"""columns of the line that its title, the slider and the gaps need, and those without a slider"""
WEIGHT_KEYS = (
    Binding("comma", "slide(-1)", "Weights", key_display=", ."),
    Binding("full_stop", "slide(1)", show=False),
)


def other_weights(name: str, instead: str, room: int) -> str:
    """The words for chosen weights, and for the way back to those `instead`; short enough for the training's state."""
    bare = name.removesuffix(" network")
    forms = (  # each with the columns that it leaves
        (f" Weights: {name} {BRAILLE.between} Escape: back to {instead} ", LEAST_STATE),
        (f" Weights: {name} {BRAILLE.between} Esc: {instead} ", LEAST_STATE),
        (f" {name} {BRAILLE.between} Esc: {instead} ", LEAST_WORD),
        (f" {bare} {BRAILLE.between} Esc: {instead} ", LEAST_WORD),
        (f" {name} {BRAILLE.between} Esc: {instead} ", 1),
    )
    return next((words for words, left in forms if len(words) + left <= room), f" {bare} ")


def short_source(source: str, owner: str, room: int) -> str:
    """The words about weights of this owner, cut to `room` columns; that they are not calibrated is left out last."""
    if ", not calibrated" in source:
        stepless = re.sub(r", step [\d,]+(?=, )", "", source)
        ownerless = stepless.replace(f" {owner},", ",").removeprefix(f"{owner}, ").replace(":,", ":")
        source = next((words for words in (source, stepless, ownerless) if cell_len(words) <= room), source)
    shorter = clauses(source, room)
    return shorter if cell_len(shorter) <= room else clauses(source.removeprefix(NEWEST), room)


class WeightsPage(PredictingPage):
    """A page whose weights can be chosen by WEIGHT_KEYS or a click; it has a `weights_bar`."""

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[Weights, ...] = ()
        """the stops of the slider"""
        self._shown: Weights | None = None
        """the one of them with which the page predicts; None before the first answer"""
        self._source = ""
        """words about these weights, beside the slider"""

    @property
    def wanted(self) -> Weights | None:
        """The weights chosen on any page; None: the best ones, or, while a training goes on, the live ones."""
        return self.session.weights

    @property
    def is_outdated(self) -> bool:
        """Whether the page shows weights of a step, although the training is over and has kept others."""
        is_live = self._shown is not None and self._shown.path is None
        return is_live and self.is_active and not self.session.is_training and self.wanted is None

    def on_run_event(self, event: Event) -> None:
        """Forget chosen weights when a training begins, so that its own are shown."""
        super().on_run_event(event)
        if isinstance(event, Started):
            self.forget_weights()

    def forget_weights(self) -> None:
        """Go to the usual weights of another network; until it answers, there is nothing to choose."""
        self._choices, self._shown = (), None
        self._choose_usual()

    def _choose_usual(self) -> None:
        self.session.weights = None
        self.show_state()

    async def action_back(self) -> None:
        """Go one step back; the last steps go from chosen weights to the usual ones, and from a past moment to now."""
        try:
            await super().action_back()
        except SkipAction:
            if self.wanted is None and self.session.past is None:
                raise
            if self.wanted is None:
                self.dashboard.train_page.return_to_now()
            self._choose_usual()
            self.request_answer()

    def tell_weights(self) -> int:
        """Show chosen weights in the bar of tabs; returns the columns that this takes."""
        told, words = self.query_one("#other-weights", Line), ""
        asked = self._shown if self.wanted is None and self.session.past is not None else self.wanted
        if asked is not None:
            instead = usual(self._choices or (asked,)).name.rpartition(SAME)[2]
            if asked == IN_PACKAGE:
                instead = YOURS
            elif self.session.shown.moment is not None:
                instead = "now" if self.wanted is None else "this moment"
            words = other_weights(asked.name, instead, self._state_room)
        told.say(words)
        told.styles.width = len(words)
        return len(words)

    def request_answer(self) -> None:
        """Ask for the predictions with the weights `wanted`; defined by the page."""
        raise NotImplementedError

    def is_late(self, answered: Weights, choices: tuple[Weights, ...]) -> bool:
        """Whether an answer is by weights that are not wanted any more, so that a newer answer is on its way."""
        is_of_moment = self.wanted is None and self.session.shown.moment is not None
        wanted = answered if is_of_moment else self.wanted or usual(choices)
        return same_weights(wanted, choices) not in (None, answered)

    def show_weights(self, shown: Weights, choices: tuple[Weights, ...], source: str) -> None:
        """Show with which weights the page predicts, and which could be chosen instead."""
        self._see_whether_deleted()
        self._shown, self._choices = shown, choices
        if (wanted := self.wanted) is not None and same_weights(wanted, (shown,)):
            self.session.weights = shown  # the best epoch may be another now, which changes names
        elif wanted is not None and not same_weights(wanted, choices) and not os.path.exists(wanted.path or ""):
            self._choose_usual()
            self.notify(f"These weights are not there any more: {wanted.name}.", severity="warning")
        slider = self.query_one(Slider)
        slider.names = tuple(weights.name for weights in choices)
        slider.chosen = choices.index(shown)
        self._source = (place_in_time(self.session, shown) + source).removesuffix(": ")
        self._say_source()
        if self.wanted is None and (words := why_earlier(self.session, shown, is_newest=shown == choices[-1])):
            self.note(words)
        self.warn_of_guesses(source)

    def _see_whether_deleted(self) -> None:
        """Turn away from an opened run that someone else has deleted, so that others' answers have no results of it."""
        opened = self.session.network
        if opened is not None and not own_files.is_run(opened.path):
            self.app.post_message(RunDeleted(opened))
            self.app.call_later(self.request_answer)
            self.notify(
                f"Run {opened.id} was deleted. What you see now is of another network.",
                severity="warning",
            )

    def warn_of_guesses(self, source: str) -> None:
        """Say so if the weights of this source only guess."""
        if ONLY_GUESSES in source:
            self.note(GUESSES, is_error=True)

    def take_room(self) -> None:
        """Say of the weights what fits beside the slider."""
        super().take_room()
        if self.is_mounted:
            self._say_source()

    def _say_source(self) -> None:
        told = self.query_one("#source", Static)
        width, owner = self.room.width, "" if self._shown is None else self._shown.owner
        slider, most = self.query_one(Slider), max(width - LEAST_TITLE, 1)
        room = width - max(LEAST_SLIDER, LEAST_TITLE + needed(slider.names, slider.chosen))
        is_asked = self.wanted == self._shown == IN_PACKAGE  # its name is beside the slider, the way back nowhere else
        source = f"Escape: back to {YOURS}" if is_asked else short_source(self._source, owner, room)
        source = source if cell_len(source) <= most else set_cell_size(source, most - 1) + BRAILLE.cut
        is_resized = cell_len(source) != told.size.width
        told.update(source, layout=is_resized)  # a layout takes 20 ms from a training each time

    def action_slide(self, by: int) -> None:
        """Choose earlier or later weights, or say that there are none."""
        if self._shown is None:
            return
        at = self._choices.index(self._shown) + by
        if len(self._choices) == 1:
            self.note(NO_OTHERS)
        elif not 0 <= at < len(self._choices):
            self.note(FIRST if by < 0 else LAST)
        self.choose_weights(at)

    def on_slider_moved(self, message: Slider.Moved) -> None:
        """Choose weights by the mouse; by their name, because a training may have saved others since."""
        names = [weights.name for weights in self._choices]
        if message.name in names:
            self.choose_weights(names.index(message.name))

    def choose_weights(self, at: int) -> None:
        """Choose the weights at a position of the slider, if there are any."""
        if 0 <= at < len(self._choices):
            chosen = self._shown = self._choices[at]
            self.query_one(Slider).chosen = at  # at once: the answer may take seconds
            is_usual = chosen == usual(self._choices) and self.session.shown.moment is None
            self.session.weights = None if is_usual else chosen
            self.show_state()
            self.request_answer()


def weights_bar() -> ComposeResult:
    """The widgets of the line."""
    with Horizontal(id="weights"):
        yield Static(Content.assemble("Weights ", (", .", "bold $text-accent"), " "), id="weights-title")
        yield Slider(id="slider")
        yield Static(id="source", markup=False)
