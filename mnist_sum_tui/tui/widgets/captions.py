"""Captions: two lines below a replay: a caption for the moment, and what the user can do."""

from collections.abc import Sequence

from textual.content import Content

from mnist_sum_tui.export.demo import NEXT, Caption
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.common import Line

MEANWHILE = {True: "space pauses, the bar below can be dragged", False: "space pauses, the arrows choose a moment"}
"""what the user can do, by whether the dashboard takes the mouse"""
OTHER_PAGES = ", the F keys lead to other pages"
AFTERWARDS = f" {BRAILLE.between} ".join(NEXT)


class Captions(Line):
    """Shows the newest caption, and, at the end of the run, the commands to try next."""

    all: Sequence[Caption] = ()
    has_pages = True
    """whether the user can go to other pages; not if the session is only for watching"""

    def show(self, row: int) -> None:
        """Show the caption for the replay's row."""
        said = [caption for caption in self.all if caption.row <= row]
        if said:
            meanwhile = MEANWHILE[getattr(self.app, "takes_mouse", True)] + (OTHER_PAGES if self.has_pages else "")
            is_over = said[-1] is self.all[-1]
            commands = (AFTERWARDS, "$text-accent") if is_over else (meanwhile, "$text-muted")
            when = f"Step {said[-1].step:,}: " if said[-1].step and not is_over else ""  # that of its figures
            self.say(Content.assemble((when + said[-1].words, "bold"), "\n", commands))
