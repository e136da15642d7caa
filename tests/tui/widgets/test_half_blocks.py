"""Images in half-blocks, as lines and as text."""

import numpy as np
import pytest
from rich.color import Color as RichColor
from textual.color import Color
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions

from mnist_sum_tui.tui.widgets.half_blocks import HalfBlocks, blocks, line_styles

PAPER, INK = Color(0, 0, 0), Color(255, 255, 255)


def test_half_blocks_show_which_half_is_darker() -> None:
    image = np.array([[0, 255, 0, 255, 120], [0, 0, 255, 255, 120]], np.uint8)
    assert blocks(image, PAPER, INK).plain == " ▀▄██"


def test_blocks_pad_an_odd_row() -> None:
    assert blocks(np.array([[255], [255], [255]], np.uint8), PAPER, INK).plain == "█\n▀"


@pytest.mark.parametrize("ink", [Color(200, 210, 220), Color.parse("ansi_red")])
def test_half_blocks_use_the_colours_of_the_theme(ink: Color) -> None:
    content = blocks(np.array([[255], [0]], np.uint8), Color(10, 20, 30), ink)
    style = content.spans[0].style
    assert not isinstance(style, str)
    assert style.foreground == ink
    assert style.background == Color(10, 20, 30)
    assert line_styles(Style(), Color(10, 20, 30), ink)[0].bgcolor == RichColor.from_rgb(10, 20, 30)


def test_a_full_cell_has_its_colour_behind_it_too_so_that_no_font_leaves_a_grid() -> None:
    style = blocks(np.array([[255], [255]], np.uint8), PAPER, INK).spans[0].style
    assert isinstance(style, Style)
    assert (style.foreground, style.background) == (INK, INK)


def test_the_lines_look_like_the_text() -> None:
    image = np.random.default_rng(0).integers(0, 4, (9, 30)).astype(np.uint8) * 85
    base = Style(background=PAPER, foreground=INK)
    options = RenderOptions(lambda style: style if isinstance(style, Style) else Style(), {})
    whole = HalfBlocks(image, PAPER, INK)
    text, lines = (shown.render_strips(30, None, base, options) for shown in (blocks(image, PAPER, INK), whole))
    assert [*map(cells, lines)] == [*map(cells, text)]
    cut = whole.render_strips(25, 4, base, options)
    assert [*map(cells, cut)] == [cells(line)[:25] for line in text[:4]]


def cells(line: Strip) -> list[tuple[str, object, object]]:
    return [(c, style and style.color, style and style.bgcolor) for part, style, _ in line for c in part]
