"""SettingsApp: the user's settings, chosen in palettes of their own, used at once and kept in the user's file."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.events import Event, Key
from textual.theme import ThemeProvider
from textual.widgets import Input

from mnist_sum_tui import settings
from mnist_sum_tui.errors import MnistSumError, UsageError
from mnist_sum_tui.machine.notify import Way
from mnist_sum_tui.machine.stdio import choose_marker
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.patient_palette import Palette
from mnist_sum_tui.tui.run_app import RunningApp
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import redraw

SWAPPED = {a: b for digit in range(10) for a, b in ((f"{digit}", f"alt+{digit}"), (f"alt+{digit}", f"{digit}"))}
"""pairs of keys that are exchanged if the digits choose pages"""
OFFERED: dict[str, Sequence[settings.Value]] = {
    "theme": [theme.name for theme in looks.OWN if theme.name not in looks.IN_FEW_COLOURS.values()],
    "fps": (10, 30, 60, 120),
    "plain": (),
}
"""the values that are offered of settings with many values; none of `plain`, with which there is no dashboard"""


NOTE_SECONDS = 15.0
"""how long a wrong setting is shown"""


class Choice(NamedTuple):
    """A setting and one of its values, as an entry of the palette."""

    name: str
    value: settings.Value
    about: str

    @property
    def words(self) -> str:
        """Name and value as in the file: `mouse false`."""
        return f"{self.name} {str(self.value).lower()}"


def choices(here: Mapping[str, settings.Found]) -> Iterator[Choice]:
    """Every setting with every value that is offered; `here` has values that override variables and the file."""
    kept, file = settings.read()[0], settings.path().name
    for name, known in settings.KNOWN.items():
        try:
            now = here.get(name) or settings.find(name)
        except UsageError:  # the variable has an invalid value, and the file does not count
            now = settings.Found("", settings.variable(name))
        where = file if now.origin == str(settings.path()) else now.origin
        for value in OFFERED.get(name, known.choices):
            words = f"; in {file}, but {where} counts" if value == kept.get(name) else ""
            about = f"{known.about}: {known.means[value]}" if value in known.means else known.about
            yield Choice(name, value, about + (f"; now, {where}" if value == now.value else words))


class Settings(Provider):
    """Offers the settings in the palette; choosing one writes it into the file."""

    def _found(self) -> Iterator[tuple[Choice, partial[None]]]:
        app = cast("SettingsApp", self.app)
        for choice in choices(app.here):
            yield choice, partial(app.keep_setting, choice.name, choice.value)

    async def discover(self) -> Hits:
        """All entries."""
        for choice, keep in self._found():
            yield DiscoveryHit(choice.words, keep, help=choice.about)

    async def search(self, query: str) -> Hits:
        """The entries whose words match."""
        matcher = self.matcher(query)
        for choice, keep in self._found():
            if (match := matcher.match(choice.words)) > 0:
                yield Hit(match, matcher.highlight(choice.words), keep, help=choice.about)


class Themes(ThemeProvider):
    """Offers the themes in the palette, our own first."""

    @property
    def commands(self) -> list[tuple[str, Callable[[], None]]]:
        """Textual's commands, but a chosen theme is kept in the user's file."""
        keep = cast("SettingsApp", self.app).keep_setting
        return [(name, partial(keep, "theme", name)) for name, _ in super().commands]

    async def search(self, query: str) -> Hits:
        """The themes whose names match."""
        matcher = self.matcher(query)
        for name, choose_it in self.commands:
            if (match := matcher.match(name)) > 0:
                yield Hit(match + (name in OFFERED["theme"]), matcher.highlight(name), choose_it)


class SettingsApp(RunningApp):
    """Uses the user's settings, and keeps changed ones."""

    def __init__(self, session: Session, run_name: str = "") -> None:
        super().__init__(session, run_name)
        self._swapped: dict[str, str] = {}
        self.here: dict[str, settings.Found] = {}
        """values that hold until the program ends, whatever variables and file say: options, and choices made here"""
        self.has_few_colours = False
        """whether the terminal has 16 colours"""
        if not session.is_read_only:  # the server's settings are not a visitor's
            self.use_digits(str(settings.find("digits").value))

    def on_mount(self) -> None:
        """Say what is wrong with the user's file, because notes on the terminal are covered by the dashboard."""
        if self.session.is_read_only:
            return
        values, wrong = settings.read()
        if (error := looks.trouble_with(str(values.get("theme", looks.DEFAULT)))) is not None:
            wrong.append(str(error))
        for line in settings.told(wrong):
            self.notify(line, title="Settings", severity="warning", timeout=NOTE_SECONDS)

    def keep_setting(self, name: str, value: settings.Value) -> None:
        """Use a setting at once, if that is possible, and write it into the user's file."""
        if is_used := name in self._uses:
            self._uses[name](str(value))
            self.here[name] = settings.Found(value, "your choice")
        try:
            file = settings.keep(name, value)
        except MnistSumError as error:
            self.notify(str(error), title="The setting is not kept", severity="warning")
            return
        when = "" if is_used else " It holds from the next start."
        if is_used:
            self.here[name] = settings.Found(value, str(file))
        if os.environ.get(settings.variable(name)):
            when = f" But {settings.variable(name)} is set, and overrides it at the next start."
        self.notify(f"{name} {str(value).lower()}: kept in {file}.{when}", title="Settings")

    @property
    def _uses(self) -> dict[str, Callable[[str], None]]:
        """How to apply each setting that can change at once."""
        return {
            "theme": self.use_theme,
            "marker": self.use_marker,
            "digits": self.use_digits,
            "notify": self.use_notice,
        }

    def use_theme(self, name: str) -> None:
        """Show everything in this theme, or, with 16 colours, in its replacement."""
        self.theme = looks.IN_FEW_COLOURS.get(name, name) if self.has_few_colours else name

    def use_notice(self, way: str) -> None:
        """Tell in this way that a training is over."""
        self.way = cast(Way, way)

    def use_digits(self, what: str) -> None:
        """Let the digits choose `pages` or `numbers`, and with Alt the other."""
        self._swapped = SWAPPED if what == "pages" else {}
        for screen in self.screen_stack:
            screen.refresh_bindings()

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key; for a digit that is exchanged, the key to press."""
        shown = super().get_key_display(binding)
        if self._swapped and "0-9" in shown:
            return shown.replace("0-9", "Alt+0-9")
        if self._swapped and binding.key in SWAPPED:
            return shown.removeprefix("Alt+") if shown.startswith("Alt+") else f"Alt+{shown}"
        return shown

    def use_marker(self, name: str) -> None:
        """Draw everything again with another marker."""
        choose_marker(name)
        self.suit_marker()
        for screen in {*self.pages.values(), *self.screen_stack}:
            redraw(screen)

    def swapped(self, event: Event) -> Event:
        """The key event that a digit stands for; unchanged while a field has the focus."""
        if isinstance(event, Key) and event.key in self._swapped and not isinstance(self.focused, Input):
            return event if event.is_forwarded else Key(self._swapped[event.key], None)
        return event

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no palette to a visitor, for whom it does not open."""
        is_closed = action == "command_palette" and self.session.is_read_only
        return not is_closed and super().check_action(action, parameters)

    def action_command_palette(self) -> None:
        """Open the command palette, unless a question is open."""
        self._open_palette(Palette(placeholder="Search for commands ..."))  # no id: the last one may still be closing

    def search_themes(self) -> None:
        """Open the palette of themes, unless a question is open."""
        self._open_palette(Palette(providers=[Themes], placeholder="Search for themes ..."))

    def search_settings(self) -> None:
        """Open the palette of settings, unless a question is open."""
        self._open_palette(Palette(providers=[Settings], placeholder="Search for settings ..."))

    def _open_palette(self, palette: Palette) -> None:
        if isinstance(self.screen, Page) and not self.session.is_read_only:
            self.push_screen(palette)
