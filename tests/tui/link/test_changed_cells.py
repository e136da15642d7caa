"""Over a slow link a picture comes in pieces: which goes first, and that all of them come."""

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mnist_sum_tui.tui.link.slow_link import Link
from tests.tui.link.test_slow_link import strips


def test_a_long_line_has_its_turn_beside_short_ones_that_never_rest() -> None:
    link = Link()
    link.speed = 1000
    while link.changes(strips(*[" " * 180] * 21), ColorSystem.TRUECOLOR):
        pass
    screen = pyte.Screen(180, 21)
    for at in range(60):
        short = [f"{at + line}".ljust(180) for line in range(20)]
        sent = link.changes(strips("b" * 180, *short), ColorSystem.TRUECOLOR)
        assert sent.count("b") < 180, "not at once, because no other line would have a turn meanwhile"
        pyte.Stream(screen).feed(sent)
        if screen.display[0] == "b" * 180:
            assert at > 0, "short ones go before it"
            return
    pytest.fail("the line never came")


def test_both_cells_of_a_wide_character_come_together() -> None:
    link, screen = Link(), pyte.Screen(90, 1)
    link.speed = 100
    pyte.Stream(screen).feed(link.changes(strips(" " * 90), ColorSystem.TRUECOLOR))
    new = strips("x" * 39 + chr(0x6F22) + "y" * 49)
    for _ in range(20):
        pyte.Stream(screen).feed(link.changes(new, ColorSystem.TRUECOLOR))
    assert screen.display == ["x" * 39 + chr(0x6F22) + "y" * 49]


def test_of_a_picture_that_was_never_shown_each_line_comes() -> None:
    link, screen = Link(), pyte.Screen(60, 8)
    link.speed = 1000
    for _ in range(40):  # the line that changes is left out at first
        pyte.Stream(screen).feed(link.changes(strips(*["abc" * 20] * 8), ColorSystem.TRUECOLOR))
    assert screen.display == ["abc" * 20] * 8
    assert not link.is_behind


def test_a_line_that_is_as_before_again_is_not_behind() -> None:
    link = Link()
    link.speed = 10
    blank = strips(" " * 40, " " * 40)
    while link.changes(blank, ColorSystem.TRUECOLOR):
        pass
    link.changes(strips("b" * 40, "c" * 40), ColorSystem.TRUECOLOR)
    assert link.is_behind
    link.changes(strips("b" * 40, " " * 40), ColorSystem.TRUECOLOR)
    assert not link.is_behind
    link.forget()
    assert not link.is_behind


@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_colour_of_spaces_counts_only_where_it_is_seen(is_reversed: bool) -> None:
    link = Link()
    for colour in ("#ff0000", "#00ff00"):
        style = Style(color=colour, bgcolor="#000080", reverse=is_reversed)
        sent = link.changes([Strip([Segment("    ", style)])], ColorSystem.TRUECOLOR)
    assert bool(sent) == is_reversed
