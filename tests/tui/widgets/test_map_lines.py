"""Maps of values as lines of text."""

from textual.color import Color
from textual.style import Style

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.map_lines import map_lines

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
