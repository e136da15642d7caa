"""HelpPanel: what one is looking at, in five lines, and the keys of the page; beside the page, which stays usable."""

import textwrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from mnist_sum_tui.tui.widgets.key_footer import ALWAYS

WIDTH, NARROW_WIDTH = 40, 30
"""columns of the panel beside the page, the second where the page is not wide"""
HEIGHT = 9
"""rows of the panel below the page, where there are too few columns for one beside it"""
TEXTUAL_KEYS = {
    binding.description for binding in (*Screen.BINDINGS, *ScrollableContainer.BINDINGS) if isinstance(binding, Binding)
}
"""what the keys do that every screen and every list of Textual has"""
SELECTING = ("Shift", "and the mouse: select text")
"""in most terminals, while a program has the mouse"""
GENERAL = (*ALWAYS, "back")


def page_keys(screen: "Screen[object]") -> list[tuple[str, str]]:
    """The keys of the page and of what has the focus, each with what it does; then those that every page has."""
    own: dict[str, list[str]] = {}
    general: dict[str, list[str]] = {}
    for node, binding, _, tooltip in screen.active_bindings.values():
        is_editing = isinstance(node, Input) and node is screen.focused  # how one types is known
        if node is screen.app or is_editing or not binding.description or binding.description in TEXTUAL_KEYS:
            continue
        is_general = binding.action in GENERAL or binding.action.startswith("app.page(")
        words = binding.description
        if tooltip and not is_general:  # `Stop`, `Stop and save` is said once
            words = tooltip if tooltip.startswith(words) else f"{words} ({tooltip})"
        keys = (general if is_general else own).setdefault(words, [])
        if (shown := screen.app.get_key_display(binding)) not in keys:
            keys.append(shown)
    return [(" ".join(keys), words) for words, keys in (*own.items(), *general.items())]


def key_lines(keys: list[tuple[str, str]], width: int = 200) -> Content:
    """One line per key; where what it does is longer, it goes on below itself."""
    column = max((len(shown) for shown, _ in keys), default=0)
    lines = []
    for shown, words in keys:
        first, *rest = textwrap.wrap(words, max(width - column - 1, 8)) or [""]
        lines.append(Content.assemble((f"{shown:>{column}}", "bold $text-accent"), f" {first}"))
        lines += [Content(" " * (column + 1) + line) for line in rest]
    return Content("\n").join(lines)


class HelpPanel(VerticalScroll, can_focus=False):
    """Shows the help of the page that it stands on."""

    DEFAULT_CSS = f"""
    HelpPanel {{
        split: right;
        width: {WIDTH};
        height: 1fr;
        padding: 0 1;
        border-left: vkey $foreground 30%;
        background: $surface;
        scrollbar-size-vertical: 1;
        &.-slim {{ width: {NARROW_WIDTH}; }}
        &.-below {{
            split: bottom;
            width: 1fr;
            height: {HEIGHT};
            border-left: none;
            border-top: solid $foreground 30%;
        }}
        Static {{ width: 1fr; height: auto; margin-bottom: 1; }}
    }}
    """

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def compose(self) -> ComposeResult:
        """The text and the keys."""
        yield Static(" ".join(self.about.split()), id="help-text", markup=False)
        yield Static(id="help-keys", markup=False)

    def on_mount(self) -> None:
        """Follow the keys that are in force."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.call_after_refresh(self.show_keys))
        self.call_after_refresh(self.show_keys)

    def show_keys(self) -> None:
        """Show the keys of this moment."""
        if self.is_attached:
            keys = [*page_keys(self.screen), SELECTING]
            lines = key_lines(keys, self.scrollable_content_region.width)
            self.query_one("#help-keys", Static).update(lines)

    def on_resize(self) -> None:
        """Wrap anew."""
        self.show_keys()
