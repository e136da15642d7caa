"""Spoiled images: fifteen ways, five strengths, the same each time, and harder as they get stronger."""

import pytest
import torch

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.corrupt import CORRUPTIONS, corrupt
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
