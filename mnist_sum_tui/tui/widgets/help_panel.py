"""HelpPanel: the keys of a page, and words about it; shown beside the page, which stays usable."""

from collections.abc import Iterator
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.events import Click
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Input, Static

from mnist_sum_tui.formatting import hanging
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.textual_fixes import LEFT
from mnist_sum_tui.tui.widgets.key_footer import ALWAYS, PALETTE, key_of

WIDTH, NARROW_WIDTH = 40, 30
"""columns of the panel beside a wide page, and beside a narrower one"""
HEIGHT = 9
"""rows of the panel below the page, if there are too few columns for one beside it"""
WORDS_SECONDS = 0.5
"""how often the panel looks whether there is something else to say of the page, such as of another layer"""
TEXTUAL_KEYS = {
    binding.description for binding in (*Screen.BINDINGS, *ScrollableContainer.BINDINGS) if isinstance(binding, Binding)
}
"""descriptions of the keys that every screen and every list of Textual has; they are not listed"""
COMMANDS = ("^p", "Palette: theme, quiz, screenshot")
"""the key of Textual's list of commands"""
SELECTING = ("Shift", "and the mouse: select text")
"""how to select text in most terminals while a program has the mouse"""
SCROLL_KEYS = (
    Binding("pageup", "scroll_help(-1)", "Scroll the help", show=False, priority=True),
    Binding("pagedown", "scroll_help(1)", "Scroll the help", show=False, priority=True),
)
"""the keys of a page that scroll the panel while it is open and too long"""
MORE = f"{BRAILLE.arrows[3]} Page Down: more"
SIGN = "sign"
"""the name of the metadata of a key's line: as what the key is shown that a click there presses"""
GENERAL = (*ALWAYS, "back")
Keys = list[tuple[str, str]]
"""keys, each with what it does"""


class PageKey(NamedTuple):
    """A key that works on a page, and what it does."""

    shown: str
    """the key as it is named on the screen, or several keys with spaces between"""
    words: str
    """what it does"""
    action: str
    node: DOMNode
    """the page, or the widget that has the focus, whose action it is"""
    is_enabled: bool
    is_general: bool
    """whether every page has it"""


def named_keys(screen: "Screen[object]") -> Iterator[PageKey]:
    """The keys of the page and of the focused widget that have words; several may do the same."""
    for node, binding, is_enabled, tooltip in screen.active_bindings.values():
        is_editing = isinstance(node, Input) and node is screen.focused  # keys for editing text are well known
        if node is screen.app or is_editing or not binding.description or binding.description in TEXTUAL_KEYS:
            continue
        is_general = binding.action in GENERAL or binding.action.startswith(("app.page(", "scroll_help("))
        words = binding.description
        if tooltip and not is_general:  # `Stop` with the tooltip `Stop and save` shows only the latter
            words = tooltip if tooltip.startswith(words) else f"{words} ({tooltip})"
        yield PageKey(screen.app.get_key_display(binding), words, binding.action, node, is_enabled, is_general)


def page_keys(screen: "Screen[object]") -> tuple[Keys, Keys]:
    """The keys of the page and of the focused widget, those that do the same together; and those of every page."""
    own: dict[str, list[str]] = {}
    general: dict[str, list[str]] = {}
    for key in named_keys(screen):
        keys = (general if key.is_general else own).setdefault(key.words, [])
        if key.shown not in keys:
            keys.append(key.shown)
    listed, others = ([(" ".join(keys), words) for words, keys in each.items()] for each in (own, general))
    return listed, others


def key_lines(keys: Keys, width: int = 200) -> Content:
    """One line per key; a long description is wrapped below its own start. Each text has its SIGN as metadata."""
    column = max((len(shown) for shown, _ in keys), default=0)
    lines = []
    for shown, words in keys:
        wrapped = hanging(words, max(width - column - 1, 8), column + 1)
        whole = Content.assemble((f"{shown:>{column}}", "bold $text-accent"), f" {wrapped}")
        signs, end = shown.split(" "), column
        whole = whole.stylize(Style.from_meta({SIGN: signs[0]}))
        for sign in reversed(signs):
            whole = whole.stylize(Style.from_meta({SIGN: sign}), end - len(sign), end)
            end -= len(sign) + 1
        lines.append(whole)
    return Content("\n").join(lines)


class HelpPanel(VerticalScroll, can_focus=False):
    """Shows the help of its page."""

    DEFAULT_CSS = f"""
    HelpPanel {{
        split: right;
        width: {WIDTH};
        height: 1fr;
        padding: 0 1;
        border-left: vkey $foreground 30%;
        background: $surface;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &.-slim {{ width: {NARROW_WIDTH}; }}
        &.-below {{
            split: bottom;
            width: 1fr;
            height: {HEIGHT};
            border-left: none;
            border-top: solid $foreground 30%;
        }}
        Static {{ width: 1fr; height: auto; margin-bottom: 1; }}
        #help-more {{ dock: bottom; display: none; margin: 0; background: $surface; color: $text-accent; }}
    }}
    """

    def compose(self) -> ComposeResult:
        """The page's keys, because `?` is named so; the text, still in view if it can be; the keys of every page."""
        yield Static(id="help-keys", markup=False)
        yield Static(id="help-text", markup=False)
        yield Static(id="general-keys", markup=False)
        yield Static(MORE, id="help-more", markup=False)

    def on_mount(self) -> None:
        """Show the keys again whenever they change."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.call_after_refresh(self.show_keys))
        self.call_after_refresh(self.show_keys)
        self.set_interval(WORDS_SECONDS, self.show_words)
        self.show_words()

    def show_words(self) -> None:
        """Show the words about the page, if they are others than before."""
        words = " ".join(getattr(self.screen, "about", "").split())
        for text in self.query("#help-text").results(Static):
            if words != text.content:  # an update lays out the whole screen
                text.update(words)
                self.call_after_refresh(self.show_more)

    def show_keys(self) -> None:
        """Show the keys that work now, unless the panel is being closed: its texts are removed before itself."""
        if not self.query_children("#help-keys"):
            return
        own, general = page_keys(self.screen)
        has_commands = PALETTE in self.screen.active_bindings
        takes_mouse = getattr(self.app, "takes_mouse", True)  # else the terminal selects without Shift
        general += [*[COMMANDS] * has_commands, *[SELECTING] * takes_mouse]
        for name, keys in (("help-keys", own), ("general-keys", general)):
            for listed in self.query(f"#{name}").results(Static):
                listed.update(key_lines(keys, self.scrollable_content_region.width))
        self.call_after_refresh(self.show_more)

    on_resize = show_keys

    def show_more(self) -> None:
        """Show the sign that there is more below, if there is."""
        for sign in self.query("#help-more"):
            sign.display = self.scroll_y < self.max_scroll_y

    def turn(self, pages: int) -> None:
        """Scroll by so many pages, each as high as the rows that the sign of more text leaves readable."""
        self.scroll_relative(y=pages * (self.scrollable_content_region.height - 1), animate=False)

    def on_click(self, event: Click) -> None:
        """Press the key in the line under the mouse, unless the mouse has selected text."""
        key = key_of(event.style.meta.get(SIGN, ""), self.screen)
        if key is not None and event.button == LEFT and not self.screen.selections:
            self.app.simulate_key(key)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Hide the sign when the last line is reached."""
        super().watch_scroll_y(old, new)
        self.show_more()
