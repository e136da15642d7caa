"""KeyFooter: the keys of a page in one line, the most used first; a sign at the end means that some do not fit."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.textual_fixes import LEFT

ALWAYS = ("help", "app.guide", "app.quit")
"""the actions whose keys are always shown, at the right edge"""
MORE = BRAILLE.cut
"""the sign that there are more keys; `?` lists them"""
WIDE = 112
"""the columns from which on a page is wide: its keys and tabs are further apart, and the palette's key is shown"""
PALETTE = "ctrl+p"


class Key(NamedTuple):
    """A key in the footer."""

    key: str
    shown: str
    words: str

    @property
    def width(self) -> int:
        """Columns of the key and its description."""
        return len(self.shown) + 1 + len(self.words)


def keys_of(screen: "Screen[object]") -> tuple[list[Key], list[Key]]:
    """The keys of the screen and of the focused widget, and the keys that are always shown."""
    by_action: dict[str, Binding] = {}
    for _, binding, _, _ in screen.active_bindings.values():
        if binding.show:
            by_action.setdefault(binding.action, binding)
    display = screen.app.get_key_display
    own: list[Key] = []
    shown = [found for action, found in by_action.items() if action not in ALWAYS]
    for group, found in groupby(shown, lambda binding: binding.group):
        bindings = list(found)
        if group is not None and len(bindings) > 1:
            keys = " ".join(map(display, bindings))
            own.append(Key(bindings[0].key, keys, group.description))
        else:
            own += [Key(binding.key, display(binding), binding.description) for binding in bindings]
    always = [by_action[action] for action in ALWAYS if action in by_action]
    return own, [Key(binding.key, display(binding), binding.description) for binding in always]


def key_of(sign: str, screen: "Screen[object]") -> str | None:
    """The key that is shown as this sign, the first of several; None if no key is."""
    display, found = screen.app.get_key_display, [each.binding for each in screen.active_bindings.values()]
    both = ((each, replace(each, key_display=None)) for each in found)
    return next((each.key for each, plain in both if sign in (display(each), display(plain))), None)


class Placed(NamedTuple):
    """A key and its first column."""

    column: int
    key: Key


def placed(own: Sequence[Key], always: Sequence[Key], width: int) -> tuple[list[Placed], int | None]:
    """The place of each key in `width` columns, and the column of the sign for left-out keys; None: there are none."""
    gap = 2 if width >= WIDE else 1
    right = width - sum(key.width + gap for key in always)
    found, column = [], 0
    for number, key in enumerate(own):
        is_last = number == len(own) - 1
        if column + key.width + (0 if is_last else gap + len(MORE)) > right:
            break
        found.append(Placed(column, key))
        column += key.width + gap
    sign = column if len(found) < len(own) else None
    for key in always:
        right += gap
        found.append(Placed(right, key))
        right += key.width
    return found, sign


def footer_line(found: Sequence[Placed], sign: int | None) -> Content:
    """The line of the footer: keys in bold, with their descriptions."""
    content, end = Content(""), 0
    pieces = [(column, _drawn(key)) for column, key in found]
    if sign is not None:
        pieces.append((sign, Content.styled(MORE, "bold $footer-key-foreground")))
    for column, piece in sorted(pieces, key=lambda pair: pair[0]):
        content += Content(" " * max(column - end, 0)) + piece
        end = column + piece.cell_length
    return content


def _drawn(key: Key) -> Content:
    words = key.words, "$footer-description-foreground"
    return Content.assemble((key.shown, "bold $footer-key-foreground"), " ", words)


class KeyFooter(Widget):
    """Shows the keys; a click on one presses it, and a click on the sign lists all."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom;
        height: 1;
        text-wrap: nowrap;
        background: $footer-background;
    }
    """

    _keys: tuple[list[Key], list[Key]] = ([], [])

    def on_mount(self) -> None:
        """Draw again whenever the keys change."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def _placed(self) -> tuple[list[Placed], int | None]:
        width = self.content_size.width
        if self.app.screen is self.screen:  # below the palette they stay, because there some actions cannot be checked
            self._keys = keys_of(self.screen)
        own, always = self._keys[0], [*self._keys[1]]
        if width >= WIDE and PALETTE in self.screen.active_bindings:
            always.insert(0, Key(PALETTE, "^p", "Palette"))
        return placed(own, always, width)

    def render(self) -> Content:
        """The keys that fit."""
        return footer_line(*self._placed())

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        found, sign = self._placed()
        for place in found:
            if event.button == LEFT and 0 <= (column := event.x - place.column) < place.key.width:
                self.app.simulate_key(self._pressed(place.key, column))
        if event.button == LEFT and event.x == sign:
            self.app.simulate_key("question_mark")

    def _pressed(self, key: Key, column: int) -> str:
        """Of keys that are shown together, such as `+ -`, the one in this column; the first if there is none."""
        sign = key.shown[:column].split(" ")[-1] + key.shown[column:].split(" ")[0] if column < len(key.shown) else ""
        return key_of(sign, self.screen) or key.key
