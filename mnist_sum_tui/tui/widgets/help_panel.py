"""HelpPanel: what one is looking at, in five lines, and the keys of the page; beside the page, which stays usable."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from mnist_sum_tui.tui.widgets.key_footer import ALWAYS

WIDTH = 36
"""columns of the panel beside the page"""
HEIGHT = 9
"""rows of the panel below the page, where there are too few columns"""


def page_keys(screen: "Screen[object]") -> list[tuple[str, str]]:
    """The keys of the page and of what has the focus, each with what it does; then those that every page has."""
    own: dict[str, list[str]] = {}
    general: dict[str, list[str]] = {}
    for node, binding, _, tooltip in screen.active_bindings.values():
        if node is not screen.app and binding.description and not binding.system:
            is_general = binding.action in ALWAYS or binding.action.startswith("app.page(")
            words = binding.description if is_general or not tooltip else f"{binding.description}: {tooltip}"
            keys = (general if is_general else own).setdefault(words, [])
            if (shown := _shown(screen, binding)) not in keys:
                keys.append(shown)
    return [(" ".join(keys), words) for words, keys in (*own.items(), *general.items())]


def _shown(screen: "Screen[object]", binding: Binding) -> str:
    return screen.app.get_key_display(binding)


def help_text(about: str, keys: list[tuple[str, str]], width: int) -> Content:
    """The five lines, and below them one line per key."""
    column = max((len(shown) for shown, _ in keys), default=0)
    lines = [Content(about), Content("")]
    for shown, words in keys:
        lines.append(
            Content.assemble((f"{shown:>{column}}  ", "bold $text-accent"), words).truncate(width, ellipsis=True)
        )
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
        &.-below {{
            split: bottom;
            width: 1fr;
            height: {HEIGHT};
            border-left: none;
            border-top: solid $foreground 30%;
        }}
        Static {{ width: 1fr; height: auto; }}
    }}
    """

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(id="help-text", markup=False)

    def on_mount(self) -> None:
        """Follow the keys that are in force."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.call_after_refresh(self.show_keys))
        self.call_after_refresh(self.show_keys)

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self.show_keys()

    def show_keys(self) -> None:
        """Show the text with the keys of this moment."""
        if self.is_attached:
            keys = page_keys(self.screen)
            self.query_one("#help-text", Static).update(
                help_text(self.about, keys, self.scrollable_content_region.width)
            )
