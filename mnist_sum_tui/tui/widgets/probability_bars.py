"""ProbabilityBars: the probability of each class of a head as a bar, one class per row."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.formatting import bar
from mnist_sum_tui.glyphs import BRAILLE

SAID, TRUE = BRAILLE.chosen, BRAILLE.truth


def short_percent(share: float, is_wide: bool = False) -> str:
    """A share of 1 as percent in four characters (` 98%`, ` <1%`), or in six if wide (` 98.2%`).

    100 % is shown from 0.9995 on.
    """
    if is_wide:
        return "100.0%" if share >= 0.9995 else f"{share * 100:5.1f}%"
    if 0.0005 < share < 0.01:
        return " <1%"
    return " 99%" if 0.99 <= share < 0.9995 else f"{share * 100:3.0f}%"


def shown_classes(
    probabilities: Sequence[float], height: int, truth: int | None, expected: Sequence[int] = ()
) -> list[int]:
    """The classes that fit in `height` rows, in order: the true one, the most probable one, the `expected` ones."""
    if height >= len(probabilities):
        return list(range(len(probabilities)))
    said = max(range(len(probabilities)), key=probabilities.__getitem__) if any(probabilities) else None
    rank = lambda row: (row != truth, row != said, row not in expected, -probabilities[row])  # noqa: E731
    ranked = sorted(range(len(probabilities)), key=rank)
    return sorted(ranked[: max(height, 0)])


def bar_lines(
    probabilities: Sequence[float], truth: int | None, width: int, height: int, expected: Sequence[int] = ()
) -> Content:
    """One line per class, `▸ 7 █████▌   98%`; an arrow marks the predicted class, a dot the true one if it differs.

    If all probabilities are 0, there is no prediction yet, and only the classes are shown.
    """
    classes = shown_classes(probabilities, height, truth, expected)
    if not any(probabilities):
        return Content("\n").join(Content.assemble((f" {row:>2}", "$foreground-muted")) for row in classes)
    said = max(range(len(probabilities)), key=probabilities.__getitem__)
    is_wide = width >= 22
    room = max(width - (12 if is_wide else 10), 0)
    lines = []
    for row in classes:
        mark = SAID if row == said else (TRUE if row == truth else " ")
        style = "" if row not in (said, truth) else ("$text-success" if row == truth else "$text-error")
        if row == said and truth is None:
            style = "$text-primary"
        share = probabilities[row]
        label = f"{mark}{row:>2} "
        figures = f" {short_percent(share, is_wide)}"
        weight = " bold" if row == said else ""
        colour = style or "$foreground-muted"
        lines.append(
            Content.assemble(
                (label, (style or "$foreground-muted") + weight), (bar(share, room), colour), (figures, colour + weight)
            )
        )
    return Content("\n").join(lines)


class ProbabilityBars(Widget):
    """Shows the probabilities of all classes of one head."""

    probabilities: reactive[tuple[float, ...]] = reactive[tuple[float, ...]](())
    truth: reactive[int | None] = reactive[int | None](None)
    expected: reactive[Sequence[int]] = reactive[Sequence[int]](())
    """the classes to show where not all of them fit, such as the sums that a number allows"""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title

    def render(self) -> Content:
        """The bars, as long as fits."""
        width, height = self.content_size
        return bar_lines(self.probabilities, self.truth, width, height, self.expected)
