"""When a terminal is too small for a page, and what it is told; test_smallest.py has what is shown then."""

import pytest
from textual.geometry import Size

from mnist_sum_tui.tui.pages.too_small import is_cramped, missing


@pytest.mark.parametrize(
    ("size", "words"),
    [((39, 9), "21 columns and 11 rows larger"), ((40, 30), "20 columns larger"), ((90, 10), "10 rows larger")],
)
def test_a_terminal_that_is_too_small_is_told_what_is_needed(size: tuple[int, int], words: str) -> None:
    assert is_cramped(Size(*size))
    assert words in missing(Size(*size))
    assert not is_cramped(Size(41, 11))
