"""Digits drawn with a pen, in forms that MNIST's images hardly have."""

import pytest
import torch
from torch import Tensor

from mnist_sum_tui.data.dataset import load, normalise, to_ink
from mnist_sum_tui.data.drawn_digits import FORMS, SHARE, _along, _outlines, draw, with_drawn_digits
from mnist_sum_tui.inference.predict import load_predictor

POINTS = _outlines().points.shape[1:]
"""how many points a form may have, and their two coordinates"""


@pytest.fixture(scope="module")
def digits() -> tuple[Tensor, Tensor]:
    split = load("test").take(torch.arange(400))
    return normalise(split.images), split.labels


def _drawn(digit: int, form: float = 0.0, shake: float = 0.5, **given: float) -> Tensor:
    """One digit (28, 28), of middling width and upright with a steady hand, unless something is given."""
    dice = {"form": form, "width": 0.5, "slant": 0.4, "roundness": 0.0, "pen": 0.5, "unsteady": 0.0} | given
    return draw(torch.tensor([digit]), torch.tensor([list(dice.values())]), torch.full((1, *POINTS), shake))[0]


def _middle(ink: Tensor) -> list[float]:
    """The mean row and column of the ink."""
    places = torch.arange(28.0)
    return [(ink.sum(other) @ places / ink.sum()).item() for other in (1, 0)]


def _read(ink: Tensor) -> Tensor:
    return load_predictor().infer((ink * 255).round().byte()).digits.argmax(1)


def test_about_one_in_thirteen_is_drawn_as_its_own_digit_and_the_others_stay_as_they_are(
    digits: tuple[Tensor, Tensor],
) -> None:
    images, labels = digits
    before = images.clone()
    changed = with_drawn_digits(images, labels, 1)
    assert torch.equal(images, before)
    is_drawn = (changed != images).flatten(1).any(1)
    assert is_drawn.float().mean().item() == pytest.approx(0.075, abs=0.03)
    assert (_read(to_ink(changed[is_drawn])) == labels[is_drawn]).float().mean() > 0.9
    assert torch.equal(with_drawn_digits(images, labels, 1), changed)
    assert not torch.equal(with_drawn_digits(images, labels, 2), changed)


def test_a_digit_with_more_forms_than_usual_is_drawn_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.data.drawn_digits.draw", lambda chosen, *_: torch.ones(len(chosen), 1, 1))
    labels = torch.arange(10).repeat_interleave(3000)
    images = torch.zeros(len(labels), 1, 1, 1)  # of one pixel, because this is about which are chosen
    is_drawn = (with_drawn_digits(images, labels, 0) != images).view(10, -1).float().mean(1)
    usual = sum(map(len, FORMS)) / 10
    for share, forms in zip(is_drawn.tolist(), FORMS, strict=True):
        assert share == pytest.approx(SHARE * max(1, len(forms) / usual), abs=0.018)
    assert is_drawn[1] > 1.8 * is_drawn[8]


def test_a_part_is_drawn_as_in_the_whole(digits: tuple[Tensor, Tensor]) -> None:
    images, labels = digits
    whole = with_drawn_digits(images, labels, 3)
    part = with_drawn_digits(images[150:190], labels[150:190], 3, first=150, of=len(images))
    assert torch.equal(part, whole[150:190])
    assert not torch.equal(part, images[150:190])
    assert torch.equal(with_drawn_digits(images[:0], labels[:0], 3, of=len(images)), images[:0])


def test_drawn_digits_are_read_as_what_they_are() -> None:
    generator, labels = torch.Generator().manual_seed(0), torch.arange(600) % 10
    ink = draw(labels, torch.rand(600, 6, generator=generator), torch.rand(600, *POINTS, generator=generator))
    read = _read(ink)
    for digit in range(10):
        assert (read[labels == digit] == digit).float().mean() > 0.8, digit
    assert ink.min() >= 0
    assert ink.max() <= 1
    assert ink.flatten(1).amax(1).min() > 0.7, "even the thinnest pen leaves ink"
    assert len(ink.unique(dim=0)) == 600


def test_each_digit_has_its_own_forms_and_each_form_can_come() -> None:
    for digit, forms in enumerate(FORMS):
        drawn = torch.stack([_drawn(digit, (n + 0.5) / len(forms)) for n in range(len(forms))])
        assert len(drawn.unique(dim=0)) == len(forms)


def test_a_stroke_goes_through_its_points_with_corners_or_round() -> None:
    corner, round_ = (_drawn(7, roundness=roundness) for roundness in (0.0, 1.0))  # across, and down to the left
    for ink in (corner, round_):
        for row, column in ((4, 8), (4, 18), (22, 11)):
            assert ink[row - 1 : row + 3, column - 1 : column + 3].amax() > 0.85
    assert (corner - round_).abs().amax() > 0.3


def test_a_smooth_stroke_is_a_catmull_rom_spline() -> None:
    for is_ring in (False, True):
        weights = _along(5, is_ring=is_ring)
        torch.testing.assert_close(weights.sum(2), torch.ones(2, 13))
        torch.testing.assert_close(weights[:, ::3], torch.eye(5).expand(2, -1, -1))
    parabola = _along(5, is_ring=False)[1] @ torch.arange(5.0) ** 2
    torch.testing.assert_close(parabola[3:10], (torch.arange(3, 10) / 3) ** 2)  # only a = -1/2 keeps it
    square = torch.tensor([[-1.0, -1.0], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    reach = (_along(5, is_ring=True)[1] @ square)[:-1].norm(dim=1).view(4, 3)
    torch.testing.assert_close(reach, reach[:1].expand(4, -1))  # its four sides bulge alike


def test_a_pen_is_lifted_between_two_strokes() -> None:
    crossed = _drawn(7, form=1.5 / len(FORMS[7]))
    assert crossed[14, 16:19].amax() > 0.85, "the bar of a crossed 7"
    assert crossed[16:18, 8:12].amax() == 0, "no stroke from the end of the stem back to the bar"


def test_an_angular_0_is_as_tall_as_the_digits_of_mnist_and_as_wide_as_it_says() -> None:
    for width, columns in ((0.0, range(9, 19)), (0.5, range(7, 21)), (0.9, range(6, 22))):
        ink = _drawn(0, form=0.5, pen=0.0, width=width)
        assert ink.amax(1).nonzero().flatten().tolist() == list(range(4, 24))
        assert ink.amax(0).nonzero().flatten().tolist() == list(columns)


def test_a_slanted_digit_leans_to_the_right_and_a_thick_pen_leaves_more_ink() -> None:
    leaning, columns = _drawn(0, form=0.5, slant=1.0), torch.arange(28.0)
    top, bottom = (((ink := leaning[rows]).sum(0) @ columns / ink.sum()).item() for rows in (slice(9), slice(19, 28)))
    assert top - bottom == pytest.approx(0.42 * 16, abs=1)
    assert _drawn(0, pen=1.0).sum() > 2 * _drawn(0, pen=0.0).sum()


@pytest.mark.parametrize(("unsteady", "shift"), [(0.0, 0.15), (1.0, 0.75)])
def test_a_hand_that_shakes_moves_each_point_both_ways(unsteady: float, shift: float) -> None:
    up_left, down_right = (torch.tensor(_middle(_drawn(4, shake=shake, unsteady=unsteady))) for shake in (0.0, 1.0))
    assert (down_right - up_left).tolist() == pytest.approx([2 * shift * 2.25, 2 * shift * 2.85], abs=0.2)
