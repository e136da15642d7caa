"""MNIST in memory, the mission's data set of four columns, and the order of an epoch.

Everything random here is a function of (seed, epoch) alone, so that a run can be resumed anywhere and ends the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from mnist_sum_tui.data import mnist_files

MEAN, STD = 0.1307, 0.3081
"""of the pixels of MNIST's training images as fractions of 1; the values that PyTorch's own MNIST example uses"""
PAPER = -MEAN / STD
"""what a pixel without ink becomes"""
VALIDATION_SHARE = 12
"""one image in twelve is held out: 5,000 of 60,000, as the mission does"""

Example = tuple[Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Split:
    """Images as uint8 (N, 28, 28), labels as int64 (N,), and where each image stands in its file."""

    images: Tensor
    labels: Tensor
    indices: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Tensor) -> "Split":
        """The rows of that order."""
        return Split(self.images[rows], self.labels[rows], self.indices[rows])


def load(split: str, data_dir: str | None = None, *, is_runs: bool = False) -> Split:
    """The `train` (60,000) or `test` (10,000) images, from the package or from a torchvision root.

    With `is_runs` the folder is what a run's files say, and not what the user asked for: nothing is downloaded into it.

    Raises:
        DataError: files that are missing, damaged, or do not belong together; or a download that failed.
    """
    images, labels = mnist_files.read(split, data_dir, is_runs=is_runs)
    return Split(
        torch.from_numpy(images.copy()),  # a copy, for torch takes no read-only memory
        torch.from_numpy(labels.astype(np.int64)),
        torch.arange(len(labels)),
    )


def load_for_run(split: str, own: str | None, asked: str | None) -> Split:
    """The images to ask a run's network about: in the folder that was asked for, or else the run's own.

    Raises:
        DataError: as `load`.
    """
    return load(split, asked) if asked is not None else load(split, own, is_runs=True)


def identity(split: str, data_dir: str | None, images: Split) -> dict[str, Any]:
    """What a run remembers of the images that `load` gave: their `count`, and `sha256` over images and labels."""
    if data_dir is None:
        return {"count": len(images), "sha256": mnist_files.CONTENT[split]}
    labels = images.labels.numpy().astype(np.uint8)
    return {"count": len(images), "sha256": mnist_files.fingerprint(images.images.numpy(), labels)}


def hold_out(train: Split, seed: int, all_data: bool = False) -> tuple[Split, Split]:
    """Training and validation images, 55,000 and 5,000 of MNIST, fixed by the seed; none held out with `all_data`."""
    if all_data:
        return train, train.take(torch.arange(0))
    order = _permutation(len(train), seed, 0, "split")
    held_out = len(train) // VALIDATION_SHARE
    return train.take(order[held_out:].sort().values), train.take(order[:held_out].sort().values)


def normalise(images_nhw: Tensor) -> Tensor:
    """uint8 (N, 28, 28) to float32 (N, 1, 28, 28) with mean 0 and deviation 1 over MNIST."""
    return images_nhw.unsqueeze(1).float().mul_(1 / (255 * STD)).sub_(MEAN / STD)


def one_hot(numbers_n: Tensor) -> Tensor:
    """int64 (N,), 0..9, to float32 (N, 10)."""
    return torch.eye(10, device=numbers_n.device)[numbers_n]


@dataclass(frozen=True, slots=True)
class Batch(Sequence[Example]):
    """Whole columns of examples; as a sequence, the single examples, so that torch's own collate takes it too."""

    images: Tensor
    """float32 (N, 1, 28, 28), normalised"""
    labels: Tensor
    """int64 (N,), 0..9"""
    numbers: Tensor
    """float32 (N, 10), one-hot"""
    sums: Tensor
    """int64 (N,), 0..18"""
    first: int = 0
    """where these images begin in the batch of all processes"""
    of: int = 0
    """the images in that batch; 0 says that these are all"""

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> Example:  # type: ignore[override]
        return self.images[row], self.labels[row], self.numbers[row], self.sums[row]

    def __iter__(self) -> Iterator[Example]:
        return (self[row] for row in range(len(self)))


class SumDataset(Dataset[Example]):
    """The mission's four columns: image, label, one-hot random number, sum.

    The number beside each image is a function of (seed, epoch): the same however often and in whatever order it is
    read. `at_epoch` gives the same images with the numbers of another epoch.
    """

    def __init__(self, split: Split, seed: int = 0, epoch: int = 1) -> None:
        self.split = split
        self.seed = seed
        self.epoch = epoch
        drawn = _generator(seed, epoch, "numbers").integers(0, 10, len(split))
        self.numbers = torch.from_numpy(drawn)

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, index: int) -> Example:
        if not -len(self) <= index < len(self):
            raise IndexError(f"image {index} of {len(self)}")
        return self.__getitems__([index % len(self)])[0]

    def __getitems__(self, indices: Sequence[int] | Tensor, part: slice = slice(None)) -> Batch:
        """A whole batch at once, or a part of it; torch's DataLoader calls it, and training does."""
        everything = torch.as_tensor(indices)
        rows = everything[part]
        labels, numbers = self.split.labels[rows], self.numbers[rows]
        images = normalise(self.split.images[rows])
        return Batch(images, labels, one_hot(numbers), labels + numbers, part.start or 0, len(everything))

    def at_epoch(self, epoch: int) -> "SumDataset":
        """The same images beside the random numbers of another epoch."""
        return SumDataset(self.split, self.seed, epoch)

    def order(self) -> Tensor:
        """The order of this epoch: a permutation of 0..N-1, int64."""
        return _permutation(len(self), self.seed, self.epoch, "order")


_PURPOSES = ("split", "numbers", "order", "augment")


def seed_for(seed: int, epoch: int, purpose: str, step: int = 0) -> int:
    """A seed of its own for each use of chance, so that no two share a stream."""
    sequence = np.random.SeedSequence([seed, epoch, _PURPOSES.index(purpose), step])
    return int(sequence.generate_state(1, np.uint64)[0]) >> 1  # 63 bits, which is what torch takes


def _generator(seed: int, epoch: int, purpose: str) -> np.random.Generator:
    return np.random.default_rng(seed_for(seed, epoch, purpose))


def _permutation(count: int, seed: int, epoch: int, purpose: str) -> Tensor:
    return torch.from_numpy(_generator(seed, epoch, purpose).permutation(count))
