"""MNIST in memory: the examples, the numbers and the order of an epoch."""

import hashlib

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from mnist_sum_tui.data import dataset, mnist_files
from mnist_sum_tui.data.dataset import SumDataset
from mnist_sum_tui.errors import UsageError


@pytest.fixture(scope="module")
def test_split() -> dataset.Split:
    return dataset.load("test")


def test_the_files_in_the_package_are_the_originals(test_split: dataset.Split) -> None:
    assert test_split.images.shape == (10_000, 28, 28)
    assert test_split.images.dtype == torch.uint8
    assert test_split.labels[:5].tolist() == [7, 2, 1, 0, 4]
    for name, wanted in mnist_files.SHA256.items():
        assert hashlib.sha256((mnist_files.BUNDLED / f"{name}.gz").read_bytes()).hexdigest() == wanted


def test_an_unknown_split_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="unknown split 'validation': choose from train, test"):
        dataset.load("validation")


def test_the_split_is_fixed_by_the_seed() -> None:
    train = dataset.load("train")
    one, held_out = dataset.hold_out(train, seed=1)
    again, _ = dataset.hold_out(train, seed=1)
    other, _ = dataset.hold_out(train, seed=2)
    assert (len(one), len(held_out)) == (55_000, 5_000)
    assert torch.equal(one.indices, again.indices)
    assert not torch.equal(one.indices, other.indices)
    assert sorted(one.indices.tolist() + held_out.indices.tolist()) == list(range(60_000))
    assert [len(part) for part in dataset.hold_out(train, seed=1, all_data=True)] == [60_000, 0]


def test_an_example_has_four_columns(test_split: dataset.Split) -> None:
    dataset = SumDataset(test_split, seed=3, epoch=2)
    image, label, number, total = dataset[7]
    assert image.shape == (1, 28, 28)
    assert label == test_split.labels[7]
    assert number.shape == (10,)
    assert number.sum() == 1
    assert total == label + number.argmax()
    wanted = (test_split.images[7].float() / 255 - 0.1307) / 0.3081
    torch.testing.assert_close(image[0], wanted, atol=1e-6, rtol=1e-6)


def test_a_batch_equals_its_single_examples(test_split: dataset.Split) -> None:
    dataset = SumDataset(test_split)
    batch = dataset.__getitems__([4, 0, 9])
    assert len(batch) == 3
    for row, index in enumerate([4, 0, 9]):
        for ours, single in zip(batch[row], dataset[index], strict=True):
            assert torch.equal(ours, single)


def test_torchs_dataloader_accepts_the_dataset(test_split: dataset.Split) -> None:
    images, labels, numbers, sums = next(iter(DataLoader(SumDataset(test_split), batch_size=16)))
    assert images.shape == (16, 1, 28, 28)
    assert torch.equal(sums, labels + numbers.argmax(1))


def test_an_index_out_of_range_is_an_index_error(test_split: dataset.Split) -> None:
    with pytest.raises(IndexError):
        SumDataset(test_split)[10_000]
    assert torch.equal(SumDataset(test_split)[-1][0], SumDataset(test_split)[9_999][0])


def test_numbers_and_order_are_functions_of_seed_and_epoch(test_split: dataset.Split) -> None:
    one = SumDataset(test_split, seed=1, epoch=1)
    same, later, other = SumDataset(test_split, 1, 1), one.at_epoch(2), SumDataset(test_split, 2, 1)
    assert torch.equal(one.numbers, same.numbers)
    assert torch.equal(one.order(), same.order())
    for different in (later, other):
        assert not torch.equal(one.numbers, different.numbers)
        assert not torch.equal(one.order(), different.order())
    assert torch.equal(later.numbers, SumDataset(test_split, 1, 2).numbers)
    assert torch.equal(later.order(), SumDataset(test_split, 1, 2).order())
    assert torch.bincount(one.numbers, minlength=10).min() > 900
    assert sorted(one.order().tolist()) == list(range(10_000))


def test_a_seed_gives_what_it_always_has(test_split: dataset.Split) -> None:
    """Else a run that an earlier version began would train on other images, or go on in another order."""
    rest, held_out = dataset.hold_out(dataset.load("train"), seed=1)
    assert held_out.indices[:6].tolist() == [7, 10, 42, 44, 66, 67]
    assert rest.indices[:9].tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    found = SumDataset(test_split, seed=3, epoch=2)
    assert found.numbers[:12].tolist() == [4, 9, 0, 9, 5, 4, 5, 2, 4, 0, 6, 5]
    assert found.order()[:6].tolist() == [1843, 9408, 8471, 4010, 4544, 9510]
    assert [dataset.seed_for(3, 2, stream, 5) for stream in dataset.Stream] == [
        4453913419568179601,
        5454767318294046008,
        1770302523734769923,
        4654372145073036291,
        33676222918980186,
        5738109662786911499,
    ]


def test_the_packages_images_have_the_stored_fingerprint() -> None:
    for split, noted in mnist_files.CONTENT.items():
        assert mnist_files.fingerprint(*mnist_files.read(split)) == noted
        assert dataset.identity(split, None, dataset.load(split))["sha256"] == noted
        assert dataset.identity(split, "a folder", dataset.load(split))["sha256"] == noted


def test_normalise_is_the_formula() -> None:
    images = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    wanted = (images.double() / 255 - 0.1307) / 0.3081
    np.testing.assert_allclose(dataset.normalise(images)[:, 0].numpy(), wanted.numpy(), atol=1e-6)


def test_ink_is_the_share_of_black_and_comes_back_as_it_was() -> None:
    images = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    normalised = dataset.normalise(images)
    torch.testing.assert_close(dataset.to_ink(normalised), images / 255, atol=1e-6, rtol=0)
    torch.testing.assert_close(dataset.from_ink(dataset.to_ink(normalised)), normalised, atol=1e-6, rtol=0)
