"""Images of no digit, made for training."""

import pytest
import torch

from mnist_sum_tui.data.dataset import PAPER, STD, load, normalise
from mnist_sum_tui.data.outliers import DRAWN, MIRRORED, PIECES, TURNED, _bent, _strokes, outliers


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
    assert not {0, 1, 3, 8} & {*MIRRORED}
    assert not {0, 1, 8} & {*TURNED}
    images, labels = _digits()
    ink = _ink(images)
    made = _ink(outliers(images, labels, 160, 5))
    mirrored = ink[torch.isin(labels, torch.tensor(MIRRORED))]
    turned = ink[torch.isin(labels, torch.tensor(TURNED))]
    assert all(_is_among(each.flip(0), mirrored) or _is_among(each.flip(1), mirrored) for each in made[:20])
    assert all(_is_among(each.rot90(), turned) or _is_among(each.rot90(-1), turned) for each in made[20:40])


def test_digits_over_each_other_and_halves_have_two_labels() -> None:
    """Each image is a single bright pixel at the place of its label; or, for halves, of the grey of its label."""
    labels = torch.arange(10).repeat(5)
    ink = torch.zeros(50, 28, 28)
    ink[torch.arange(50), 14, labels] = 1
    both = _ink(outliers((ink.unsqueeze(1) / STD) + PAPER, labels, 160, 6))[60:80]
    torch.testing.assert_close(both.sum((1, 2)), torch.full((20,), 2.0), atol=1e-3, rtol=0)
    grey = (labels / 10).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)
    halves = (_ink(outliers((grey / STD) + PAPER, labels, 160, 6))[40:60] * 10).round()
    assert {len(half.unique()) for half in halves} == {2}


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


def test_six_strokes_in_ten_are_straight_and_the_others_bend_to_either_side() -> None:
    start, end = torch.rand(2, 1, 100, 2, generator=torch.Generator().manual_seed(0))
    points = _bent(start, end, (torch.arange(100) / 99).view(1, -1))[0]
    along = end - start
    across = torch.stack([along[..., 1], -along[..., 0]], -1)[0]
    away = points - points[:, :1]
    aside = (away * across.unsqueeze(1)).sum(2) / (across**2).sum(1, keepdim=True)  # as a share of the length
    forwards = (away * along[0].unsqueeze(1)).sum(2) / (along[0] ** 2).sum(1, keepdim=True)
    torch.testing.assert_close(forwards, torch.linspace(0, 1, PIECES + 1).expand(100, -1), atol=1e-4, rtol=0)
    most = aside[torch.arange(100), aside.abs().argmax(1)]
    assert (most.abs() < 1e-4).sum() == 60
    assert (most < -0.18).sum() == (most > 0.18).sum() == 20
    assert most.abs().max() < 0.6


def test_three_to_five_strokes_are_drawn_and_most_begin_where_the_one_before_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[tuple[torch.Tensor, ...]] = []

    def segment(places: torch.Tensor, radius: torch.Tensor, *pieces: torch.Tensor) -> torch.Tensor:
        taken.append((radius, *pieces))
        return torch.zeros(len(radius), len(places), len(places))

    monkeypatch.setattr("mnist_sum_tui.data.outliers.segment", segment)
    _strokes(400, torch.Generator().manual_seed(0))
    radius, y0, x0, y1, x1 = (value.view(400, 5, PIECES) for value in taken[0])
    is_drawn = radius[..., 0] > 0
    assert (radius[~is_drawn] <= -0.5).all(), "no ink at all"
    numbers = is_drawn.sum(1)
    assert set(numbers.tolist()) == {3, 4, 5}
    assert is_drawn[:, :3].all()
    gaps = (y0[:, 1:3, 0] - y1[:, :2, -1]).hypot(x0[:, 1:3, 0] - x1[:, :2, -1])
    assert 0.6 < (gaps < 1e-3).float().mean().item() < 0.8
