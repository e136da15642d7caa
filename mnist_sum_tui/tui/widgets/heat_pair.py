"""HeatPair: where the network looked: the image with a heat map over it, for the digit and for the sum."""

import math
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.color import Color
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from mnist_sum_tui.charts.heat import less_sure
from mnist_sum_tui.charts.thumbnail import Image, resize
from mnist_sum_tui.formatting import wrapped
from mnist_sum_tui.glyphs import ASCII, BRAILLE, current
from mnist_sum_tui.tui.predictions.messages import HeatFound
from mnist_sum_tui.tui.widgets.map_lines import readable_on

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

MOST = 56
"""the most columns of a picture"""
INK = 50
"""the grey value (0..255) from which a cell counts as ink"""
QUICK = "A first look: the higher the figure, the more that pixel changes the answer. Next comes what hiding it does."
SLOW = (
    "A grey 5x5 square was laid on places two pixels apart. It hides ink; on paper it is new ink. The higher the "
    "figure on the ink (9: most, {}: hardly), or the fuller the shade beside it, the less sure the answer is "
    "then. Each image has its own scale. Strongest for the digit: {}; for the sum: {}."
)
HARDLY = "a dot", "a dash"
"""the name of the sign of ink that hardly matters, and its name where there is only ASCII"""
SHORT = "Figures on ink, shades beside: less sure with grey. Most for digit: {}; sum: {}."
LEAST_COLUMNS = 40
"""the longer words are used only if they leave pictures of so many columns, beside which they are little"""
MATTERS = 0.1
"""a place matters if hiding it makes the log-odds fall by at least this much"""
LEAST_NINE = 9 * MATTERS
"""the least fall for which a 9 stands"""
LEAST_FIGURE = 3
"""the least step that is a figure on ink, or a shade beside it; less is a dot, so that what decides stands out"""
INK_GROUND = 0.14, 0.14
"""how far the ground of ink is towards the colour of ink: for none, and how much further for full ink; so that its
figures keep one colour until they are hot"""
Colours = tuple[Color, Color, Color, Color]
"""of paper, of ink, of heat, and of the shades beside ink"""


class Marks(NamedTuple):
    """What stands in each cell of a picture of where the network looked."""

    steps: NDArray[np.int64]
    """the heat, 0..9"""
    ink: NDArray[np.float64]
    """grey values (0..255); where they are at least INK, the step is written as a figure, and elsewhere as a shade"""

    @property
    def is_ink(self) -> NDArray[np.bool_]:
        """Where the figures stand."""
        found: NDArray[np.bool_] = self.ink >= INK
        return found

    @property
    def strongest(self) -> str:
        """The mark of the highest step: `9s on the ink`, `# beside the ink`; empty if it is low."""
        step = int(self.steps.max())
        if step < LEAST_FIGURE:
            return ""
        if step == self.steps[self.is_ink].max(initial=-1):
            return f"{step}s on the ink"
        return f"{BRAILLE.shades[step // 3]} beside the ink"


def marks(image: Image, heat_hw: NDArray[np.float32], columns: int, least: float = 0.0) -> Marks:
    """The marks of a picture with half as many rows as columns: 9 where the heat is highest.

    A heat below `least` everywhere is shown as weak as it is.
    """
    heat = np.maximum(hottest(heat_hw, columns, columns // 2), 0)
    steps = np.rint(heat / max(float(heat.max()), least, 1e-12) * 9).astype(int)
    return Marks(steps, resize(image, columns, columns // 2))


def heat_lines(found: Marks, colours: Colours) -> list[Content]:
    """The picture: figures on the ink, whose ground is as bright as the ink is, and warmer where the heat is higher.

    Where there is no ink, shades stand for 3, 6 and 9.
    """
    lines = []
    for row in zip(found.steps.tolist(), found.ink.tolist(), found.is_ink.tolist(), strict=True):
        parts: list[tuple[str, Style]] = []
        for (step, grey, is_ink), stretch in groupby(zip(*row, strict=True)):
            mark = (str(step) if step >= LEAST_FIGURE else BRAILLE.between) if is_ink else BRAILLE.shades[step // 3]
            style = mark_style(step, grey, is_ink, colours)
            parts.append((mark * sum(1 for _ in stretch), style))
        lines.append(Content.assemble(*parts))
    return lines


def mark_style(step: int, grey: float, is_ink: bool, colours: Colours) -> Style:
    """The colours of a cell; the terminal's own cannot be blended, only swapped."""
    paper, ink, warm, beside = colours
    if warm.ansi is not None:
        return Style(reverse=True, bold=True) if is_ink else Style(foreground=warm)
    if not is_ink:
        return Style(foreground=paper.blend(beside, 0.3 + step * 0.07))
    faint, further = INK_GROUND
    ground = paper.blend(ink, faint + further * grey / 255).blend(warm, step / 9)
    return Style(background=ground, foreground=readable_on(ground), bold=True)


def hottest(heat_hw: NDArray[np.float32], columns: int, rows: int) -> NDArray[np.float32]:
    """The highest value in each cell of (rows, columns)."""
    for count in (rows, columns):
        edges = pairwise(np.linspace(0, len(heat_hw), count + 1).round(6).tolist())
        heat_hw = np.stack([heat_hw[math.floor(begin) : math.ceil(end)].max(0) for begin, end in edges]).T
    return heat_hw


def strongest_words(heat_hw: NDArray[np.float32], found: Marks, sure: float, then: int | None = None) -> str:
    """What the strongest mark means: `9s on the ink (from 99.9 to 5.5 %, then it says 5)`.

    `sure` is a probability, `then` the answer with a square there, if it is another.
    """
    most = float(heat_hw.max())
    told = less_sure(sure, most)
    if most < MATTERS or not found.strongest or not told:
        return "so weak that no place alone matters"
    return f"{found.strongest} ({told}{'' if then is None else f', then it says {then}'})"


class HeatPair(Widget):
    """Shows the heat maps of both answers side by side, and explains them."""

    found: reactive[HeatFound | None] = reactive(None, always_update=True)
    said: "Prediction | None" = None
    """the answer to which it belongs"""
    step = ""
    """of a training in progress: ` at step 120`, because the answer beside it may be of a later one"""

    def render(self) -> Content:
        """The heat maps; empty until there are any."""
        found, said, (width, height) = self.found, self.said, self.content_size
        if found is None or said is None:
            return Content("")
        told, shown = fitted(found, (max(said.digit_probabilities), max(said.sum_probabilities)), width, height)
        theme, (_, _, paper, ink) = self.app.theme_variables, self.colors
        warm, beside = Color.parse(theme.get("heat", theme["warning"])), Color.parse(theme["warning"])
        digit, total = (heat_lines(each, (paper, ink, warm, beside)) for each in shown)
        names = f"digit {said.digit}".ljust(shown[0].steps.shape[1] + 2) + f"sum {said.sum}"
        names += self.step if len(names) + len(self.step) <= width else ""
        pairs = [one + "  " + other for one, other in zip(digit, total, strict=True)]
        return Content("\n").join([*map(Content, told), Content.styled(names, "bold"), *pairs])


def fitted(found: HeatFound, sure: tuple[float, float], width: int, height: int) -> tuple[list[str], list[Marks]]:
    """The words, and the largest pictures of both heats that fit below them; `sure` is how sure both answers are."""
    heats, least = (found.heat.digit, found.heat.sum), LEAST_NINE if found.is_hiding else 0.0
    then = found.heat.digit_then, found.heat.sum_then
    most = max(4, min(MOST, (width - 2) // 2))
    told, shown = list[str](), list[Marks]()
    for words in (SLOW, SHORT) if found.is_hiding else (QUICK,):
        columns, room = most + 1, most
        while room < columns:  # the words tell the strongest mark, which in a smaller picture may be another
            columns = room
            shown = [marks(found.request.image, heat, columns, least) for heat in heats]
            found_words = [strongest_words(*each) for each in zip(heats, shown, sure, then, strict=True)]
            signs = [HARDLY[current() is ASCII]] if words is SLOW else []
            told = wrapped(words.format(*signs, *found_words), max(width, 12))
            room = max(4, min(columns, 2 * (height - len(told) - 1)))
        if columns >= LEAST_COLUMNS:
            break
    return told, shown
