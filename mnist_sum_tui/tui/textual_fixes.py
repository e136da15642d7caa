"""Fixes for Textual 8, in which fast keys, clicks or resizes crash or hang the program; and faster style sheets."""

import time
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._styles_cache import StylesCache
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.cache import LRUCache
from textual.color import Color
from textual.command import CommandPalette, SearchIcon
from textual.content import Content
from textual.css.match import _check_selectors
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.events import Click, Key, Resize, ScreenResume
from textual.geometry import Size
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, OptionList

from mnist_sum_tui.glyphs import BRAILLE

SCROLL_BARS = {name: getattr(ScrollBarRender, name) for name in ("VERTICAL_BARS", "HORIZONTAL_BARS")}


class SteadyScreen(Screen[ScreenResultType]):
    """A screen that can be closed only once, and that ignores outdated and repeated sizes."""

    _is_answered = False
    _fitted_to: Size | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the screen with an answer; does nothing if it is already closed.

        A late key, handled when another screen is on top, also does nothing: Textual would close that screen instead.
        """
        if self._is_answered or not self.is_active:
            return AwaitComplete()
        self._is_answered = True
        return super().dismiss(result)

    def _on_timer_update(self) -> None:
        """Draw, unless a slow link is still busy with the last frame; then the timer tries again."""
        link = getattr(self.app, "link", None)
        if link is None or not link.is_busy(time.monotonic()):
            super()._on_timer_update()

    def on_resize(self, event: Resize) -> None:
        """Ignore a size that is not the current one, or that the screen is laid out for.

        Textual 8 answers each Resize with another one of the same size. Two different sizes in the queue would
        alternate forever, and a page that opens was laid out nine times.
        """
        if event.size != self.app.size or event.size == self._fitted_to == self._compositor.size:
            event.stop()
            event.prevent_default()
        else:
            self._fitted_to = event.size


class SteadyInput(Input):
    """A field that takes all keys in the order in which they were typed.

    Textual 8 types a character at once, but backspace, tab and other bound keys act only after they have gone through
    all widgets above. Typed quickly, or on a busy machine, `backspace 5` would become `5 backspace`.
    """

    async def _on_key(self, event: Key) -> None:
        now = self.app.focused or self.app.screen
        if now is self and self.check_consume_key(event.key, event.character):
            return  # Input types it
        event.stop()
        event.prevent_default()
        if now is self:
            await self.app._check_bindings(event.key)
        else:  # an earlier key has moved the focus
            now._forward_event(Key(event.key, event.character))


class OnceParsed(Stylesheet):
    """Style sheets that are parsed only once per theme, for all apps of a process.

    Textual 8 parses all of them again whenever a page is opened, which takes half of the time to open one.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache = parsed_with(frozenset(self._variables.items()))

    def set_variables(self, variables: dict[str, str]) -> None:
        """Set the theme's variables; if they are the same, nothing is parsed again."""
        if variables != self._variables:
            self._parse_cache = LRUCache(1)  # in place of the other theme's, because Textual empties it
            super().set_variables(variables)
            self._parse_cache = parsed_with(frozenset(variables.items()))

    @classmethod
    def _check_rule(cls, rule_set: RuleSet, css_path_nodes: list[DOMNode]) -> Iterable[tuple[int, int, int]]:
        """Where a rule applies, as Textual's, which goes down from the app; but most rules do not even fit the node."""
        node = css_path_nodes[-1]
        for chain in rule_set.selector_set:
            if chain.selectors[-1].check(node) and _check_selectors(chain.selectors, css_path_nodes):
                yield chain.specificity

    def update_nodes(self, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        """Style nodes, but for widgets that are still being made: each is styled when it is mounted."""
        super().update_nodes((node for node in nodes if node.parent or isinstance(node, App)), animate)

    def reparse(self) -> None:
        """Parse what is not parsed yet with these variables; if that fails, the old rules stay."""
        self.parse()


@lru_cache(8)
def parsed_with(variables: frozenset[tuple[str, str]]) -> LRUCache[tuple[object, ...], list[RuleSet]]:  # noqa: ARG001
    """What is parsed with these variables; nobody changes a rule that is parsed."""
    return LRUCache(256)


class Question(ModalScreen[ScreenResultType], SteadyScreen[ScreenResultType]):
    """A modal screen that returns an answer."""


class Palette(CommandPalette, SteadyScreen[Any]):
    """The command palette with the fixes of SteadyScreen, and three of its own."""

    def on_mount(self) -> None:
        """Use an icon that every marker and font has, instead of an emoji."""
        self.query_one(SearchIcon).icon = BRAILLE.chosen

    def on_click(self, event: Click) -> None:
        """Ignore a click before the palette is laid out: Textual's own handler would raise NoWidget."""
        try:
            self.get_widget_at(event.screen_x, event.screen_y)
        except NoWidget:
            event.prevent_default()

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Cancel the search for commands, then close: a running search would look for the removed list."""
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def _gather_commands(self, search_value: str) -> Any:
        """Start a search, unless the palette is closed: a change of the input may still be in the queue."""
        return None if self._is_answered else super()._gather_commands(search_value)


def redraw(screen: Screen[Any]) -> None:
    """Draw a screen again, without the lines that its widgets have cached."""
    for node in screen.walk_children(Widget, with_self=True):
        node.notify_style_update()
        node.refresh(layout=True)
        for is_shown, name in zip(node.scrollbars_enabled, ("vertical_scrollbar", "horizontal_scrollbar"), strict=True):
            if is_shown:
                getattr(node, name).refresh()


def whole_cells(is_so: bool) -> None:
    """Have scroll bars end between two cells (`is_so`), or within a cell, which needs eighths of a block."""
    for name, bars in SCROLL_BARS.items():
        setattr(ScrollBarRender, name, [" "] * 8 if is_so else bars)


@cache
def mend_lists() -> None:
    """Patch OptionList and Content, so that a list without any room on the screen raises no error; once per process.

    Page up or down raises KeyError if no line is laid out yet: just after the list opens, or in a terminal of a few
    rows. In a terminal of a few columns, text is wrapped to width 0: a ValueError. Selects and the palette use lists.
    """
    height_of = Content.get_height
    setattr(Content, "get_height", lambda text, rules, width: height_of(text, rules, max(width, 1)))  # noqa: B010
    for name in ("action_page_up", "action_page_down"):
        turn = getattr(OptionList, name)

        def turn_if_laid_out(choices: OptionList, turn: Any = turn) -> None:
            if choices.scrollable_content_region:
                turn(choices)

        setattr(OptionList, name, turn_if_laid_out)


@cache
def mend_rules() -> None:
    """Let rules of style sheets have Python's own hash, which also tells one object from others; once per process.

    Textual 8's is a function in Python, called 400 times for each widget that is styled: a fifth of the time.
    """
    setattr(RuleSet, "__hash__", object.__hash__)  # noqa: B010


@cache
def mend_line_caches() -> None:
    """Patch StylesCache, so that the lines of a closed page are freed; once per process.

    Textual 8 caches two colours with the StylesCache as a key, and so keeps the last 1,024 of these alive: 25,000
    lines, which each full garbage collection visits. The colours do not depend on it.
    """
    find: Any = getattr(StylesCache.get_inner_outer, "__wrapped__")  # noqa: B009

    @lru_cache(1024)
    def remembered(base: Color, background: Color) -> tuple[Style, Style]:
        return find(StylesCache, base, background)  # type: ignore[no-any-return]

    setattr(StylesCache, "get_inner_outer", staticmethod(remembered))  # noqa: B010


@cache
def mend_strips() -> None:
    """Patch Strip, so that a line is freed once it is not drawn any longer; once per process.

    Textual 8 keeps for each line what it was divided into. Of a line that is not divided that is the line itself: such
    circles wait for the garbage collector, 1,700 objects for each picture of a drag, and then 30 ms for all of them.
    """
    divide = Strip.divide

    def divide_unless_whole(line: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
        places = list(cuts)
        return [line] if places == [line.cell_length] else divide(line, places)

    setattr(Strip, "divide", divide_unless_whole)  # noqa: B010


@cache
def mend_resumes() -> None:
    """Patch ScreenResume, so that a page that opens computes its styles once; once per process.

    Textual 8 sends this message twice in a row.
    """
    setattr(ScreenResume, "can_replace", lambda _, message: isinstance(message, ScreenResume))  # noqa: B010


class NamedKey(NamedTuple):
    """A key's name, in the form of Textual's table of key sequences."""

    value: str


@cache
def mend_alt_digits() -> None:
    """Patch the table of keys, so that Alt with a digit is the key `alt+2`; once per process.

    Terminals send Escape and the digit. Textual 8 takes it for a character of macOS' Option key, such as `™`.
    """
    sequences = cast(dict[str, Any], ANSI_SEQUENCES_KEYS)
    for digit in range(10):
        sequences[f"\x1b{digit}"] = (NamedKey(f"alt+{digit}"),)
