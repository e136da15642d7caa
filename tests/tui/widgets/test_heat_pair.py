"""The colours of where the network looked."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_sum_tui import glyphs
from mnist_sum_tui.inference.heat import Heat
from mnist_sum_tui.tui.predictions.messages import HeatFound
from mnist_sum_tui.tui.predictions.requests import FindHeat
from mnist_sum_tui.tui.widgets.heat_pair import fitted
from tests.tui import fixed


def heat_found(image: NDArray[np.uint8], heat_hw: NDArray[np.float32], is_hiding: bool = True) -> HeatFound:
    """A heat map that is the same for both answers."""
    return HeatFound(FindHeat(image, 7, fixed.NETWORK), Heat(heat_hw, heat_hw), is_hiding)


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
