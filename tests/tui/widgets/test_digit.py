"""The look of a 28x28 image in the terminal: characters, half-blocks or braille dots."""

import numpy as np
import pytest
from textual.color import Color
from textual.content import Content

from mnist_sum_tui.tui.widgets.digit import SIDES, dots, fit, picture, window

PAPER, INK = Color(0, 0, 0), Color(255, 255, 255)


def sample(side: int = 20) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    image = np.zeros((28, 28), np.uint8)
    start = (28 - side) // 2
    image[start : start + side, start] = 255
    image[start, start : start + side] = 255
    return image


def test_a_braille_character_is_two_by_four_pixels() -> None:
    image = np.zeros((4, 4), np.uint8)
    image[0, 0] = image[3, 1] = image[0, 2] = 255
    assert dots(image) == [chr(0x2800 + 0x01 + 0x80) + chr(0x2801)]


@pytest.mark.parametrize(
    ("room", "look", "shape"),
    [
        ((120, 60), "ascii", (56, 56)),
        ((56, 28), "ascii", (28, 28)),
        ((44, 22), "ascii", (22, 22)),
        ((43, 21), "ascii", (20, 20)),
        ((39, 21), "blocks", (28, 28)),
        ((22, 11), "blocks", (22, 22)),
        ((20, 10), "blocks", (20, 20)),
        ((19, 9), "dots", (28, 28)),
        ((1, 1), "dots", (28, 28)),
        ((0, 0), "dots", (28, 28)),
    ],
)
def test_the_largest_look_that_fits(room: tuple[int, int], look: str, shape: tuple[int, int]) -> None:
    found = fit(sample(), "ascii", *room)
    assert found.look == look
    assert found.image.shape == shape


@pytest.mark.parametrize("width", range(1, 130, 7))
@pytest.mark.parametrize("height", range(1, 70, 9))
def test_the_image_is_never_larger_than_the_widget(width: int, height: int) -> None:
    for look in ("ascii", "blocks"):
        found = fit(sample(), look, width, height)
        shown = picture(found, PAPER, INK)
        if width >= 14 and height >= 7:
            assert shown.get_height({}, width) <= height
            assert shown.get_optimal_width({}, width) <= width


def test_half_blocks_are_used_if_wanted() -> None:
    assert fit(sample(), "blocks", 60, 30).image.shape == (60, 60)  # 20 pixels, three times as large
    assert fit(sample(), "blocks", 60, 30).look == "blocks"


def test_cropping_never_cuts_ink_off() -> None:
    wide = sample(26)
    assert window(wide, 22) is None
    assert fit(wide, "ascii", 50, 24).look == "blocks"


@pytest.mark.parametrize("side", SIDES)
def test_the_window_contains_all_ink_wherever_it_is(side: int) -> None:
    for top, left in ((0, 0), (8, 8), (3, 5)):
        image = np.zeros((28, 28), np.uint8)
        image[top : top + 20, left : left + 20] = 9
        found = window(image, side)
        assert found is not None
        assert found.shape == (side, side)
        assert int(found.sum()) == int(image.sum())


def test_a_blank_picture_is_shown_blank() -> None:
    blank = np.zeros((28, 28), np.uint8)
    shown = picture(fit(blank, "ascii", 44, 22), PAPER, INK)
    assert isinstance(shown, Content)
    assert shown.plain.strip() == ""
