"""Spoiled images: fifteen ways, five strengths, the same each time, and harder as they get stronger."""

import math

import pytest
import torch

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.corrupt import CORRUPTIONS, _line, corrupt
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.inference.predict import load_predictor

IMAGES = dataset.load("test").images[:200]


def test_there_are_fifteen_in_five_strengths() -> None:
    assert len(CORRUPTIONS) == 15
    assert {len(amounts) for amounts, _ in CORRUPTIONS.values()} == {5}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_images_are_spoiled_the_same_way_each_time_and_more_with_each_strength(name: str) -> None:
    before, dice = IMAGES.clone(), torch.get_rng_state()
    spoiled = [corrupt(IMAGES, name, strength) for strength in range(6)]
    assert torch.equal(IMAGES, before), "the images themselves are not touched"
    assert torch.equal(torch.get_rng_state(), dice), "nobody else's random numbers are used up"
    assert all(images.dtype == torch.uint8 and images.shape == IMAGES.shape for images in spoiled)
    assert torch.equal(spoiled[0], IMAGES)
    assert torch.equal(corrupt(IMAGES, name, 3), spoiled[3])
    away = [(images.float() - IMAGES.float()).abs().mean().item() for images in spoiled]
    assert away == sorted(away)
    assert len({*away}) == 6


def test_the_first_images_are_spoiled_as_among_all() -> None:
    many = dataset.load("test").images[:1000]
    assert torch.equal(corrupt(many, "zigzag", 4)[:500], corrupt(many[:500], "zigzag", 4))


def test_the_strongest_are_harder_for_the_network_than_the_weakest() -> None:
    predictor, labels = load_predictor(RECORDED), dataset.load("test").labels[:200]

    def accuracy(name: str, strength: int) -> float:
        found = predictor.infer(corrupt(IMAGES, name, strength)).digits.argmax(1)
        return (found == labels).double().mean().item()

    assert accuracy("fog", 0) >= 0.99
    for name in CORRUPTIONS:
        weak, middle, strong = (accuracy(name, strength) for strength in (1, 3, 5))
        assert weak > 0.6, name
        assert weak + 0.03 > middle, name
        assert middle + 0.03 > strong, name
        assert strong < weak, name


GRID = torch.arange(28.0) - 13.5


def _spoiled(name: str, strength: int, images: torch.Tensor) -> torch.Tensor:
    return corrupt(images, name, strength) / 255


def _of_dot(name: str, strength: int, row: int, column: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Row and column of a spoiled dot's centre in each of forty images, relative to the middle of the image."""
    dots = torch.zeros(40, 28, 28, dtype=torch.uint8)
    dots[:, row, column] = 255
    seen = _spoiled(name, strength, dots)
    share = seen / seen.sum((1, 2), keepdim=True)
    return share.sum(2) @ GRID, share.sum(1) @ GRID


def test_a_dot_goes_where_scale_rotation_and_translation_put_it_and_stays_behind_glass() -> None:
    rows, columns = _of_dot("scale", 4, 10, 20)
    torch.testing.assert_close(rows, torch.full((40,), -3.5 / 2), atol=0.3, rtol=0)
    torch.testing.assert_close(columns, torch.full((40,), 6.5 / 2), atol=0.3, rtol=0)
    rows, columns = _of_dot("rotation", 5, 10, 16)
    torch.testing.assert_close(rows.hypot(columns), torch.full((40,), math.hypot(3.5, 2.5)), atol=0.2, rtol=0)
    rows, columns = _of_dot("glass blur", 1, 10, 20)
    torch.testing.assert_close(rows, torch.full((40,), -3.5), atol=1.2, rtol=0)
    torch.testing.assert_close(columns, torch.full((40,), 6.5), atol=1.2, rtol=0)
    rows, columns = _of_dot("translation", 3, 13, 13)
    torch.testing.assert_close((rows + 0.5).hypot(columns + 0.5), torch.full((40,), 5.0), atol=0.2, rtol=0)


def test_blur_keeps_an_even_grey_and_a_stripe_is_its_negative() -> None:
    grey = torch.full((4, 28, 28), 200, dtype=torch.uint8)
    inner = _spoiled("soft blur", 3, grey)[:, 10:18, 10:18]
    torch.testing.assert_close(inner, torch.full_like(inner, 200 / 255), atol=0.01, rtol=0)
    is_stripe = (_spoiled("stripe", 3, grey) - 55 / 255).abs() < 0.01
    assert (is_stripe.all(1).sum(1) == 3).all()


def test_impulses_are_ink_as_often_as_paper() -> None:
    spoiled = _spoiled("impulse noise", 5, torch.full((50, 28, 28), 128, dtype=torch.uint8))
    for value in (0, 1):
        assert (spoiled == value).float().mean().item() == pytest.approx(0.15, abs=0.01)


def test_a_zigzag_goes_from_side_to_side_of_a_line_near_the_middle() -> None:
    points, across = _line(40, 72, torch.Generator().manual_seed(0))
    along = points[:, 1:] - points[:, :-1]
    torch.testing.assert_close((along * across).sum(2), torch.zeros(40, 71), atol=1e-5, rtol=0)
    aside = ((points - 13.5) * across).sum(2)
    assert (aside.abs() <= 4 + 1e-4).all()
    assert aside.std() > 1
