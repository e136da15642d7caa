"""ProbabilityBars: the probability of each class of a head as a bar, one class per row."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.formatting import bar, first_fit, how_sure, percent
from mnist_sum_tui.glyphs import BRAILLE

SAID, TRUE = BRAILLE.chosen, BRAILLE.truth
LABEL, FIGURES = len("> 7 "), len("100.0%")
"""columns of a class with its mark, and of its percentage"""


def shown_classes(probabilities: Sequence[float], height: int, truth: int | None) -> list[int]:
    """The classes to show in `height` rows: all in order, or, if they do not fit, the most probable ones first.

    In that case one row is left for the line that says how many are not shown. The true class is always shown.
    """
    if height >= len(probabilities):
        return list(range(len(probabilities)))
    room = max(height - 1, 0)
    ranked = sorted(range(len(probabilities)), key=lambda row: -probabilities[row])
    shown = ranked[:room]
    return [*shown[:-1], truth] if truth is not None and shown and truth not in shown else shown


def bar_lines(probabilities: Sequence[float], truth: int | None, width: int, height: int) -> Content:
    """One line per class, `▸ 7 █████▌   98.2%`; an arrow marks the predicted class, a dot the true one if it differs.

    Without room for a bar a line is `▸ 7  98.2%`, or `▸ 7  98%`. Below stands how many classes are left out.
    If all probabilities are 0, there is no prediction yet, and only the classes are shown, if all of them fit.
    """
    classes = shown_classes(probabilities, height, truth)
    rest = len(probabilities) - len(classes)
    if not any(probabilities):
        labels = () if rest else classes
        return Content("\n").join(Content.assemble((f" {row:>2}", "$foreground-muted")) for row in labels)
    said = max(range(len(probabilities)), key=probabilities.__getitem__)
    room = max(width - LABEL - FIGURES - 2, 0)  # a space before the percentage and one after it
    parts: list[tuple[str, str]] = []
    for row in classes:
        mark = SAID if row == said else (TRUE if row == truth else " ")
        colour = "$text-success" if row == truth else "$text-error" if row == said else "$foreground-muted"
        if row == said and truth is None:
            colour = "$text-primary"
        share = probabilities[row]
        label = f"{mark}{row:>2} "
        whole = (how_sure if row == said else percent)(share, 0, "%")  # not `<1%` beside each that it does not say
        figures = f"{how_sure(share, 1, '%'):>{FIGURES}}" if width >= LABEL + FIGURES else f"{whole:>4}"
        figures = f" {figures}" if room else figures
        weight = " bold" if row == said else ""
        parts += [(label, colour + weight), (bar(share, room), colour), (f"{figures}\n", colour + weight)]
    if rest and height > 0:
        cut = f"{BRAILLE.cut:>{LABEL - 1}} "  # so the figure is not in the column of the classes
        more = first_fit((f"{cut}{rest} more", f"{cut}+{rest}"), width)
        parts.append((more[: max(width, 0)], "$foreground-muted"))
    runs = (("".join(text for text, _ in run), style) for style, run in groupby(parts, itemgetter(1)))
    return Content.assemble(*runs).rstrip("\n")  # few spans, because each costs time


class ProbabilityBars(Widget):
    """Shows the probabilities of all classes of one head."""

    probabilities: reactive[tuple[float, ...]] = reactive[tuple[float, ...]](())
    truth: reactive[int | None] = reactive[int | None](None)

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title

    def render(self) -> Content:
        """The bars, as long as possible."""
        return bar_lines(self.probabilities, self.truth, *self.content_size)
