"""Maps of values as lines of text."""

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.style import Style

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.widgets.heatmap import Confusion
from mnist_sum_tui.tui.widgets.map_lines import map_lines
from tests.tui import fixed

PAPER, INK = Color.parse("#111"), Color.parse("#eee")


def test_the_fuller_a_shade_the_brighter_it_is_and_figures_can_be_read_on_any_ground() -> None:
    full = BRAILLE.shades[4]
    content = map_lines([[full * 2, "97"]], [[0.95, 0.95]], 4, PAPER, INK)
    styles = [span.style for span in content.spans if isinstance(span.style, Style)]
    shade, figure = (style for style in styles if style.background is not None)
    assert shade.background is not None
    assert shade.background.brightness > 0.5, "dark letters would be read best"
    assert shade.foreground is not None
    assert shade.foreground.brightness > shade.background.brightness
    assert figure.foreground is not None
    assert figure.foreground.brightness < 0.5


def in_256_colours(colour: Color) -> Color:
    """What a terminal of 256 colours gets for it."""
    red, green, blue = RichColor.from_rgb(*colour.rgb).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    return Color(red, green, blue)


@pytest.mark.parametrize("theme", ["mnist-sum-dark", "mnist-sum-light"])
async def test_in_256_colours_mistakes_are_steps_of_one_hue(app: MnistSumApp, theme: str) -> None:
    """A blend is red, then olive, then amber there, which looks as if a few mistakes were worse than many."""
    async with app.run_test() as pilot:
        app.theme = theme
        app.console._color_system = ColorSystem.EIGHT_BIT
        await fixed.open_page(pilot, "mistakes")
        confusion = app.screen.query_one(Confusion)
        counts = [[0.0] * 10 for _ in range(10)]
        counts[0] = [900.0, *map(float, range(1, 10))]
        confusion.grid = counts
        styles = [span.style for span in confusion.render().spans if isinstance(span.style, Style)]
        grounds = [in_256_colours(style.background) for style in styles[1:10] if style.background]
    paper = looks.luminance(in_256_colours(Color.parse("#121212" if theme == "mnist-sum-dark" else "#FAFAFA")))
    away = [abs(looks.luminance(ground) - paper) for ground in grounds]
    assert len(away) == 9
    assert away == sorted(away)
    assert len(set(away)) >= 4
    assert away[0] > 0.01
    assert {round(ground.hsl.h, 2) for ground in grounds} == {0.0}
