"""What is printed can be read on a dark and on a light background."""

import re

import pytest
from rich.color import Color

from mnist_sum_tui.cli.colours import READABLE
from tests.cli.terminals import shown

BASIC = {f"3{number}" for number in range(1, 7)}
"""codes of the basic colours of text"""


def luminance(colour: Color) -> float:
    """How bright WCAG takes a colour for, from 0 to 1."""
    shares = [value / 255 for value in colour.get_truecolor()]
    red, green, blue = (share / 12.92 if share <= 0.04 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", READABLE)
def test_a_colour_is_readable_on_black_and_on_white_and_stays_itself(name: str) -> None:
    colour = Color.parse(f"color({READABLE[name]})")
    light = luminance(colour) + 0.05
    assert min(light / 0.05, 1.05 / light) > 3.5


def basic_colours(raw: str) -> set[str]:
    """Those of BASIC that are among the escapes."""
    escapes = re.findall(r"\x1b\[([\d;]*)m", raw)
    return {code for escape in escapes for code in {*re.sub("38;5;[0-9]+", "", escape).split(";")} & BASIC}


@pytest.mark.parametrize("words", [(), ("guide", "accuracy"), ("doctor",)])
def test_no_command_prints_a_basic_colour(words: tuple[str, ...]) -> None:
    raw = shown(*words).raw
    assert "38;5;" in raw
    assert not basic_colours(raw)
