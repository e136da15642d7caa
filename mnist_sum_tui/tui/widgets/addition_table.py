"""AdditionTable: the probability of each sum for each number; if the network adds, there is a diagonal."""

import math
from collections import Counter
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.map_lines import LABELS, map_lines
from mnist_sum_tui.verdict import Verdict

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction


ADDS = 9
"""from so many of the ten sums on the network is said to add: a single wrong one is a slip"""


class AdditionTable(Widget):
    """Shows ten rows (numbers) and nineteen columns (sums), shaded by probability."""

    BORDER_TITLE = "Addition: row: number, column: sum"
    predictions: "reactive[tuple[Prediction, ...]]" = reactive(())

    def render(self) -> Content:
        """The table; empty before the first answer."""
        if not self.predictions:
            return Content("")
        table = [said.sum_probabilities for said in self.predictions]
        cell = max(2, min((self.content_size.width - LABELS) // len(table[0]), 6))
        _, _, paper, ink = self.colors
        strengths = [[math.sqrt(share) for share in row] for row in table]  # a guess of 5 % must not be blank
        levels = [[round(strength * 4) for strength in row] for row in strengths]
        texts = [[BRAILLE.shades[level] * (cell - 1) if level else BRAILLE.between for level in row] for row in levels]
        return map_lines(texts, strengths, cell, paper, ink)


def table_words(predictions: "tuple[Prediction, ...]") -> str:
    """Words about the table: whether the network adds."""
    digits = Counter(said.sum - said.number for said in predictions)
    (digit, fitting), *others = digits.most_common()
    if not others:
        found = f"A diagonal, one step per row: all ten sums are {digit} + the number, so it adds."
    elif len(others) == 1 and others[0][1] > 1:
        found = (
            f"Two diagonals: {fitting} of ten sums are {digit} + the number, the others {others[0][0]} + the number. "
            "It adds, but is not sure of the digit."
        )
    else:
        read = predictions[0].digit
        fitting = digits[read]
        are = "is" if fitting == 1 else "are"
        found = f"No whole diagonal: it reads {read}, and {fitting} of ten sums {are} {read} + the number. "
        if predictions[0].verdict is Verdict.STRANGER:
            found += "That says little of its adding, because it takes the image for no digit."
        else:
            found += "It adds, but for one number." if fitting >= ADDS else "It does not add yet."
    return f"{found} The fuller a cell, the more probable."
