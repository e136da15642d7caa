"""Keep a figure and its unit in one line, `99.94 %`, wherever rich or Textual, which uses it, breaks lines.

The text stays as it is, with an ordinary space, so that it can be copied and compared.
"""

import re

from rich.cells import chop_cells

from mnist_sum_tui.formatting import UNIT, WORD


def keep_figures_whole() -> None:
    """Patch rich's pattern of a word with the spaces around it, and how it folds a word that is wider than a line.

    A version of rich that breaks lines elsewhere is left as it is.
    """
    try:
        from rich import _wrap
    except ImportError:
        return
    setattr(_wrap, "re_word", re.compile(rf"\s*(?:{WORD.pattern})\s*"))  # noqa: B010
    setattr(_wrap, "chop_cells", _fold)  # noqa: B010


def _fold(word: str, width: int) -> list[str]:
    """The parts of a word: where the line is too narrow even for a figure with its unit, they are parted after all."""
    found = re.fullmatch(rf"(.*\d) ({UNIT}.*)", word, re.DOTALL)
    if not found:
        return chop_cells(word, width)
    *parts, last = chop_cells(found[1], width)
    return [*parts, f"{last} ", *chop_cells(found[2], width)]
