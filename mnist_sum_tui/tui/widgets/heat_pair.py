"""HeatPair: where the network looked: the image with a heat map over it, for the digit and for the sum."""

import math
import textwrap
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from textual.color import Color
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from mnist_sum_tui.charts.heat import MOST_TIMES, times_smaller
from mnist_sum_tui.charts.thumbnail import Image, resize
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.predictions.messages import HeatFound
from mnist_sum_tui.tui.widgets.map_lines import cell_style

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

MOST = 56
"""the most columns of a picture"""
INK = 50
"""the grey value (0..255) from which a cell counts as ink"""
QUICK = "A first look: the higher the figure, the more that pixel changes the answer. Next comes what hiding it does."
SLOW = (
    "A grey 5x5 square hid each place in turn. The higher the figure on the ink, or the fuller the shade beside it, "
    "the less sure the answer is without that place. Each image has its own scale. Here 9 is, for the digit, {}; for "
    "the sum, {}."
)
SHORT = "A grey square hid each place. At 9 or the fullest shade: for the digit, {}; for the sum, {}."
LEAST_COLUMNS = 24
"""the longer words are used only if they leave a picture of so many columns"""
MATTERS = 0.1
"""a place matters if hiding it makes the log-odds fall by at least this much"""
LEAST_NINE = 9 * MATTERS
"""the smallest fall that a figure 9 may stand for"""


def heat_lines(
    image: Image, heat_hw: NDArray[np.float32], columns: int, paper: Color, warm: Color, least: float = 0.0
) -> list[Content]:
    """The image in half as many rows as columns; ink is written as figures, with 9 where the heat is highest.

    Without ink, shades stand for 3, 6 and 9. The background is stronger where the heat is higher. The scale ends at
    `least` or above, so that a heat map without any large value looks weak.
    """
    heat = np.maximum(hottest(heat_hw, columns, columns // 2), 0)
    steps = np.rint(heat / max(float(heat.max()), least, 1e-12) * 9).astype(int).tolist()
    ink = (resize(image, columns, columns // 2) >= INK).tolist()
    lines = []
    for row in zip(steps, ink, strict=True):
        parts: list[tuple[str, Style]] = []
        for (step, is_ink), stretch in groupby(zip(*row, strict=True)):
            mark = str(step) if is_ink else BRAILLE.shades[step // 3]
            style = cell_style(paper, warm, step / 9) + Style(bold=is_ink)
            parts.append((mark * sum(1 for _ in stretch), style))
        lines.append(Content.assemble(*parts))
    return lines


def hottest(heat_hw: NDArray[np.float32], columns: int, rows: int) -> NDArray[np.float32]:
    """The highest value in each cell of (rows, columns)."""
    for count in (rows, columns):
        edges = pairwise(np.linspace(0, len(heat_hw), count + 1).round(6).tolist())
        heat_hw = np.stack([heat_hw[math.floor(begin) : math.ceil(end)].max(0) for begin, end in edges]).T
    return heat_hw


def odds_words(heat_hw: NDArray[np.float32]) -> str:
    """What the figure 9 stands for, so that two images can be compared: `odds 1,160 times smaller`."""
    times = times_smaller(max(float(heat_hw.max()), LEAST_NINE))
    more = ", or more" if times == MOST_TIMES else "" if heat_hw.max() >= MATTERS else ", and no place alone matters"
    return f"odds {times} times smaller{more}"


class HeatPair(Widget):
    """Shows the heat maps of both answers side by side, and explains them."""

    said: "reactive[Prediction | None]" = reactive(None, always_update=True)
    image: reactive[Image | None] = reactive(None, always_update=True)
    found: reactive[HeatFound | None] = reactive(None, always_update=True)

    def render(self) -> Content:
        """The heat maps; empty until there is one for the image and number that are shown."""
        found, said, (width, height) = self.found, self.said, self.content_size
        if found is None or said is None or found.number != said.number or self.image is None:
            return Content("")
        if not np.array_equal(found.image, self.image):  # it is of another image
            return Content("")
        heats = found.heat.digit, found.heat.sum
        for words in (SLOW, SHORT) if found.is_hiding else (QUICK,):
            told = textwrap.wrap(words.format(*map(odds_words, heats)), max(width, 20))
            columns = max(4, min(MOST, (width - 2) // 2, 2 * (height - len(told) - 1)))
            if columns >= min(LEAST_COLUMNS, (width - 2) // 2):
                break
        least = LEAST_NINE if found.is_hiding else 0.0
        warm, (_, _, paper, _) = Color.parse(self.app.theme_variables["warning"]), self.colors
        digit, total = (heat_lines(found.image, heat, columns, paper, warm, least) for heat in heats)
        names = f"digit {said.digit}".ljust(columns + 2) + f"sum {said.sum}"
        pairs = [one + "  " + other for one, other in zip(digit, total, strict=True)]
        return Content("\n").join([*map(Content, told), Content.styled(names, "bold"), *pairs])
