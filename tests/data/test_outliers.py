"""Images of no digit, made for training."""

import torch

from mnist_sum_tui.data.dataset import PAPER, STD, load, normalise
from mnist_sum_tui.data.outliers import DRAWN, MIRRORED, TURNED, outliers


def _ink(images: torch.Tensor) -> torch.Tensor:
    return ((images - PAPER) * STD).squeeze(1)


def _digits(count: int = 200) -> tuple[torch.Tensor, torch.Tensor]:
    split = load("test")
    return normalise(split.images[:count]), split.labels[:count]


def _is_among(image: torch.Tensor, others: torch.Tensor) -> bool:
    return bool(((image - others).abs() < 1e-4).flatten(1).all(1).any())


def test_every_one_has_ink_and_no_two_are_alike() -> None:
    for count in (1, 7, 8, 32):
        ink = _ink(outliers(*_digits(), count, 3))
        assert ink.shape == (count, 28, 28)
        assert ink.min() > -1e-5
        assert ink.max() < 1 + 1e-5
        assert (ink.sum((1, 2)) > 10).all()
        assert len(ink.unique(dim=0)) == count


def test_the_same_seed_makes_the_same_outliers() -> None:
    images, labels = _digits()
    before = images.clone()
    first = outliers(images, labels, 32, 3)
    assert torch.equal(outliers(images, labels, 32, 3), first)
    assert not torch.equal(outliers(images, labels, 32, 4), first)
    assert torch.equal(images, before), "the digits stay as they are"


def test_only_digits_that_are_none_afterwards_are_mirrored_and_turned() -> None:
    images, labels = _digits()
    ink = _ink(images)
    made = _ink(outliers(images, labels, 160, 5))
    mirrored = ink[torch.isin(labels, torch.tensor(MIRRORED))]
    turned = ink[torch.isin(labels, torch.tensor(TURNED))]
    assert all(_is_among(each.flip(0), mirrored) or _is_among(each.flip(1), mirrored) for each in made[:20])
    assert all(_is_among(each.rot90(), turned) or _is_among(each.rot90(-1), turned) for each in made[20:40])


def test_digits_over_each_other_have_two_labels() -> None:
    """Each image is a single bright pixel at the place of its label."""
    labels = torch.arange(10).repeat(5)
    ink = torch.zeros(50, 28, 28)
    ink[torch.arange(50), 14, labels] = 1
    both = _ink(outliers((ink.unsqueeze(1) / STD) + PAPER, labels, 160, 6))[60:80]
    torch.testing.assert_close(both.sum((1, 2)), torch.full((20,), 2.0), atol=1e-3, rtol=0)


def test_a_batch_of_one_digit_and_no_other_makes_outliers_too() -> None:
    images, labels = _digits()
    zeros = labels == 0
    assert outliers(images[zeros], labels[zeros], 16, 0).isfinite().all()
    assert outliers(images[zeros][:1], labels[zeros][:1], 16, 0).isfinite().all()


def test_strokes_fill_a_box_as_digits_do() -> None:
    drawn = _ink(outliers(*_digits(), 400, 7))[200:] > 0.1
    sides = []
    for has_ink in (drawn.any(1).float(), drawn.any(2).float()):
        sides.append(28 - has_ink.argmax(1) - has_ink.flip(1).argmax(1))
    longer = torch.maximum(*sides)
    assert (longer >= DRAWN).all()
    assert (longer <= DRAWN + 5).all(), "and half a pen's width at each end"
