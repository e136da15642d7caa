"""MNIST in memory, the assignment's dataset of four columns, and the order of an epoch.

Everything random here depends only on (seed, epoch), so a run that is resumed anywhere ends the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.sizes import NUMBERS

MEAN, STD = 0.1307, 0.3081
"""mean and deviation of MNIST's training pixels scaled to 0..1; the values in PyTorch's own MNIST example"""
PAPER = -MEAN / STD
"""the normalised value of a background pixel, whose grey value is 0"""
VALIDATION_SHARE = 12
"""one training image in twelve is held out: 5,000 of 60,000, as in the assignment"""

Example = tuple[Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Split:
    """Images as uint8 (N, 28, 28), labels as int64 (N,), and each image's index in its file, int64 (N,)."""

    images: Tensor
    labels: Tensor
    indices: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"<Split: {plural(len(self), 'image')}>"

    def take(self, rows: Tensor) -> "Split":
        """These rows, in this order; int64 (M,)."""
        return Split(self.images.index_select(0, rows), self.labels[rows], self.indices[rows])


def load(split: str, data_dir: str | Path | None = None, *, is_from_run: bool = False) -> Split:
    """The `train` (60,000) or `test` (10,000) images, from the package or from a folder of such files.

    `is_from_run` says that the folder comes from a run's files and not from the user, so nothing is downloaded into it.

    Raises:
        UsageError: there is no such split.
        DataError: files are missing, damaged or do not belong together, or a download failed.
    """
    images, labels = mnist_files.read(split, data_dir, is_from_run=is_from_run)
    return Split(
        torch.from_numpy(images),
        torch.from_numpy(labels.astype(np.int64)),
        torch.arange(len(labels)),
    )


def load_for_run(split: str, own: str | None, asked: str | None) -> Split:
    """The images for predictions with a run's network: from the folder `asked`, or else from the run's `own`.

    Raises:
        DataError: as `load`.
    """
    return load(split, asked) if asked is not None else load(split, own, is_from_run=True)


def identity(split: str, data_dir: str | None, images: Split) -> dict[str, Any]:
    """What identifies a run's images: their `count`, and the `sha256` of images and labels."""
    if data_dir is None:
        return {"count": len(images), "sha256": mnist_files.CONTENT[split]}
    labels = images.labels.numpy().astype(np.uint8)
    return {"count": len(images), "sha256": mnist_files.fingerprint(images.images.numpy(), labels)}


def hold_out(train: Split, seed: int, all_data: bool = False) -> tuple[Split, Split]:
    """Training and validation images, split by the seed: 55,000 and 5,000 of MNIST, or all and none with `all_data`."""
    if all_data:
        return train, train.take(torch.arange(0))
    order = _permutation(len(train), seed, 0, Stream.SPLIT)
    held_out = len(train) // VALIDATION_SHARE
    return train.take(order[held_out:].sort().values), train.take(order[:held_out].sort().values)


def normalise(images_nhw: Tensor) -> Tensor:
    """uint8 (N, 28, 28) to float32 (N, 1, 28, 28) with mean 0 and standard deviation 1 over MNIST."""
    return images_nhw.unsqueeze(1).float().mul_(1 / (255 * STD)).sub_(MEAN / STD)


def to_ink(images_nchw: Tensor) -> Tensor:
    """Normalised images (N, 1, 28, 28) to ink (N, 28, 28), 0..1."""
    return (images_nchw - PAPER).mul_(STD).squeeze(1)


def from_ink(ink_nhw: Tensor) -> Tensor:
    """Ink (N, 28, 28), 0..1, to normalised images (N, 1, 28, 28); changes the ink in place."""
    return ink_nhw.div_(STD).add_(PAPER).unsqueeze(1)


def one_hot(numbers_n: Tensor) -> Tensor:
    """Numbers 0..9, int64 (N,), as one-hot vectors, float32 (N, 10)."""
    return torch.eye(NUMBERS, device=numbers_n.device)[numbers_n]  # in an ONNX file F.one_hot would accept a 10


@dataclass(frozen=True, slots=True)
class Batch(Sequence[Example]):
    """A batch, one tensor per column. As a sequence it gives single examples, so torch's default collate accepts it."""

    images: Tensor
    """float32 (N, 1, 28, 28), normalised"""
    labels: Tensor
    """int64 (N,), 0..9"""
    numbers: Tensor
    """float32 (N, 10), one-hot"""
    sums: Tensor
    """int64 (N,), 0..18"""
    first: int
    """where these images start in the whole batch: above 0 only if several processes share one"""
    of: int
    """the size of that whole batch"""

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> Example:  # type: ignore[override]
        return self.images[row], self.labels[row], self.numbers[row], self.sums[row]


class SumDataset(Dataset[Example]):
    """The assignment's dataset with four columns: image, label, one-hot random number, sum.

    The numbers depend only on (seed, epoch), so an image has the same number however often and in whatever order it is
    read. `at_epoch` gives the same images with the numbers of another epoch.
    """

    def __init__(self, split: Split, seed: int = 0, epoch: int = 1) -> None:
        self.split = split
        self.seed = seed
        self.epoch = epoch
        drawn = _generator(seed, epoch, Stream.NUMBERS).integers(0, NUMBERS, len(split))
        self.numbers = torch.from_numpy(drawn)

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, index: int) -> Example:
        if not -len(self) <= index < len(self):
            raise IndexError(f"image {index} of {len(self)}")
        return self.__getitems__([index % len(self)])[0]

    def __getitems__(self, indices: Sequence[int] | Tensor, part: slice = slice(None)) -> Batch:
        """A whole batch at once, or a `part` of it. torch's DataLoader calls this, and so does training."""
        everything = torch.as_tensor(indices)
        rows = everything[part]
        labels, numbers = self.split.labels[rows], self.numbers[rows]
        images = normalise(self.split.images.index_select(0, rows))  # a tenth of the time of `images[rows]`
        return Batch(images, labels, one_hot(numbers), labels + numbers, part.start or 0, len(everything))

    def at_epoch(self, epoch: int) -> "SumDataset":
        """The same images with the random numbers of another epoch."""
        return SumDataset(self.split, self.seed, epoch)

    def order(self) -> Tensor:
        """The order of this epoch: a permutation of 0..N-1, int64."""
        return _permutation(len(self), self.seed, self.epoch, Stream.ORDER)


class Stream(IntEnum):
    """What a stream of random numbers is for. The values never change, because old seeds must give the same runs."""

    SPLIT = 0
    NUMBERS = 1
    ORDER = 2
    AUGMENT = 3
    OUTLIERS = 4
    DRAWN = 5


def seed_for(seed: int, epoch: int, stream: Stream, step: int = 0) -> int:
    """A separate seed for each stream, epoch and step."""
    sequence = np.random.SeedSequence([seed, epoch, stream, step])
    return int(sequence.generate_state(1, np.uint64)[0]) >> 1  # torch takes 63 bits


def _generator(seed: int, epoch: int, stream: Stream) -> np.random.Generator:
    return np.random.default_rng(seed_for(seed, epoch, stream))


def _permutation(count: int, seed: int, epoch: int, stream: Stream) -> Tensor:
    return torch.from_numpy(_generator(seed, epoch, stream).permutation(count))
