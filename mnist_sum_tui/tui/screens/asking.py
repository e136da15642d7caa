"""AskingPage: what the pages that ask the brain have in common: the brain, and one line for what it is at."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from mnist_sum_tui.render import bar
from mnist_sum_tui.tui.answers import Trouble, Working
from mnist_sum_tui.tui.brain import Brain, brain_of
from mnist_sum_tui.tui.screens.base import PAGES, Page

BAR_WIDTH = 20


def working_line(text: str, share: float | None) -> str:
    """What is being done, with a bar where it is known how much of it is done."""
    return text if share is None else f"{text} {bar(share, BAR_WIDTH)} {share * 100:3.0f} %"


class AskingPage(Page):
    """A page that asks the brain. It has a Static with the id `note`, empty and hidden while all is well.

    Until the first answer it has the class -empty.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Two of the pages take the figures for the number, so there are other keys to leave them by.
        *(Binding(f"f{place}", f"app.page('{name}')", name.title(), show=False) for place, name in enumerate(PAGES, 1)),
        Binding("escape", "app.page('train')", "Train page", show=False),
    ]

    @property
    def brain(self) -> Brain:
        """The brain that all pages share."""
        return brain_of(self.app, self.session)

    def note(self, text: str = "", *, is_error: bool = False) -> None:
        """Show one line; nothing hides it."""
        if self.is_mounted:
            note = self.query_one("#note", Static)
            note.update(text)
            note.display = bool(text)
            note.set_class(is_error, "-error")

    def on_mount(self) -> None:
        """Nothing is known yet."""
        self.add_class("-empty")

    def on_working(self, message: Working) -> None:
        """The brain is busy."""
        self.note(working_line(message.text, message.share))

    def on_trouble(self, message: Trouble) -> None:
        """The brain could not do it."""
        self.note(message.text[:1].upper() + message.text[1:], is_error=True)

    def on_unmount(self) -> None:
        """The app ends: so does the brain's thread."""
        self.brain.close()


def note() -> Static:
    """The line for `AskingPage.note`."""
    line = Static(id="note", markup=False)
    line.display = False
    return line
