"""The colours of where the network looked."""

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.color import ColorSystem
from textual.color import Color
from textual.style import Style

from mnist_sum_tui import glyphs
from mnist_sum_tui.inference.heat import Heat
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.looks import luminance
from mnist_sum_tui.tui.predictions.messages import HeatFound
from mnist_sum_tui.tui.predictions.requests import FindHeat
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair, fitted
from tests.tui import fixed
from tests.tui.widgets.test_map_lines import in_256_colours


def heat_found(image: NDArray[np.uint8], heat_hw: NDArray[np.float32], is_hiding: bool = True) -> HeatFound:
    """A heat map that is the same for both answers."""
    return HeatFound(FindHeat(image, 7, fixed.NETWORK), Heat(heat_hw, heat_hw), is_hiding)


@pytest.mark.parametrize("theme", ["mnist-sum-dark", "mnist-sum-light"])
async def test_in_256_colours_a_figure_has_one_ground_and_all_have_one_hue(app: MnistSumApp, theme: str) -> None:
    """A blend is reddish, olive or orange there, on ink of another grey another one."""
    heat = np.repeat(np.linspace(0, 9, 28, dtype=np.float32)[:, None], 28, 1)
    async with app.run_test(size=(120, 36)) as pilot:
        app.theme = theme
        app.console._color_system = ColorSystem.EIGHT_BIT
        await fixed.open_page(pilot, "inspect")
        await pilot.press("h")
        await pilot.pause()
        pair = app.screen.query_one(HeatPair)
        assert pair.said is not None
        image = np.tile(np.linspace(60, 255, 28).astype(np.uint8), (28, 1))
        pair.found = heat_found(image, heat)
        content = pair.render()
        drawn = content.plain.index("sum ")
        spans = [(content.plain[at.start : at.end], at.style) for at in content.spans if at.start > drawn]
    grounds: dict[str, set[Color]] = {figure: set() for figure in "3456789"}
    for mark, style in spans:
        if mark[0] in grounds:
            assert isinstance(style, Style)
            assert style.background is not None
            grounds[mark[0]].add(in_256_colours(style.background))
    assert {len(found) for found in grounds.values()} == {1}
    colours = [found.pop() for found in grounds.values()]
    assert {round(colour.hsl.h, 2) for colour in colours} == {0.17}
    strengths = [luminance(colour) for colour in colours]
    assert strengths == sorted(strengths, reverse=theme == "mnist-sum-light")
    assert len({*strengths}) >= 5


@pytest.mark.parametrize("marker", [*glyphs.MARKERS.values()])
def test_the_words_name_the_sign_of_ink_that_hardly_matters(
    marker: glyphs.Glyphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glyphs, "_chosen", marker)
    heat = np.zeros((28, 28), np.float32)
    told, _ = fitted(heat_found(np.zeros((28, 28), np.uint8), heat), (0.9, 0.9), 120, 60)
    sign = {"\xb7": "a dot", "-": "a dash"}[glyphs.shown(glyphs.BRAILLE.between)]
    assert f"(9: most, {sign}: hardly)" in " ".join(told)


def test_the_words_are_not_wrapped_wider_than_there_is_room() -> None:
    """Textual would wrap such lines once more, into one long and one short line each."""
    heat = np.eye(28, dtype=np.float32)
    found = heat_found(np.full((28, 28), 255, np.uint8), heat)
    for width in (16, 18, 40):
        told, _ = fitted(found, (0.9, 0.9), width, 17)
        assert max(map(len, told)) <= width
