"""MNIST in memory, the mission's data set of four columns, and the order of an epoch.

Everything random here is a function of (seed, epoch) alone, so that a run can be resumed anywhere and ends the same.
"""

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import Dataset

from mnist_sum_tui import idx
from mnist_sum_tui.errors import DataError

BUNDLED = Path(__file__).parent / "mnist"
FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
SHA256 = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
MEAN, STD = 0.1307, 0.3081
"""of the pixels of MNIST's training images as fractions of 1; the values that PyTorch's own MNIST example uses"""
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


def load(split: str, data_dir: str | None = None) -> Split:
    """The `train` (60,000) or `test` (10,000) images, from the package or from a torchvision root.

    Raises:
        DataError: files that are missing, damaged, or do not belong together; or a download that failed.
    """
    folder = BUNDLED if data_dir is None else _raw_folder(Path(data_dir))
    names = FILES[split]
    paths = [_find(folder, name) for name in names]
    sums = [SHA256[name] if data_dir is None else None for name in names]
    images, labels = idx.read_images(paths[0], sums[0]), idx.read_labels(paths[1], sums[1])
    if len(images) != len(labels):
        raise DataError(
            f"{paths[0]}: has {len(images)} images but {len(labels)} labels stand beside it; get both again"
        )
    return Split(
        torch.from_numpy(images.copy()),  # a copy, for torch takes no read-only memory
        torch.from_numpy(labels.astype(np.int64)),
        torch.arange(len(labels)),
    )


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
    return F.one_hot(numbers_n, 10).float()


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

    def __getitems__(self, indices: Sequence[int] | Tensor) -> Batch:
        """A whole batch at once; torch's DataLoader calls it, and training does."""
        rows = torch.as_tensor(indices)
        labels, numbers = self.split.labels[rows], self.numbers[rows]
        return Batch(normalise(self.split.images[rows]), labels, one_hot(numbers), labels + numbers)

    def at_epoch(self, epoch: int) -> "SumDataset":
        """The same images beside the random numbers of another epoch."""
        return SumDataset(self.split, self.seed, epoch)

    def order(self) -> Tensor:
        """The order of this epoch: a permutation of 0..N-1, int64."""
        return _permutation(len(self), self.seed, self.epoch, "order")


_PURPOSES = ("split", "numbers", "order", "augment")


def seed_for(seed: int, epoch: int, purpose: str, step: int = 0) -> int:
    """A seed of its own for each use of chance, so that no two share a stream."""
    return int(
        np.random.SeedSequence([seed, epoch, _PURPOSES.index(purpose), step]).generate_state(1, np.uint64)[0] >> 1
    )


def _generator(seed: int, epoch: int, purpose: str) -> np.random.Generator:
    return np.random.default_rng(seed_for(seed, epoch, purpose))


def _permutation(count: int, seed: int, epoch: int, purpose: str) -> Tensor:
    return torch.from_numpy(_generator(seed, epoch, purpose).permutation(count))


def _find(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise DataError(f"{folder}: has no {name} or {name}.gz; get the file, or leave out --data-dir")


def _raw_folder(root: Path) -> Path:
    """Where the files stand below a torchvision root; an empty folder has MNIST downloaded into it."""
    if not root.is_dir():
        raise DataError(
            f"{root}: is not a folder; make it (empty, to have MNIST downloaded there) or leave out --data-dir"
        )
    folders = [root / "MNIST" / "raw", root / "raw", root]
    if any(root.iterdir()):
        name = FILES["train"][0]
        return next((f for f in folders if (f / name).exists() or (f / f"{name}.gz").exists()), folders[0])
    _download(root)
    return folders[0]


def _download(root: Path) -> None:
    from torchvision.datasets import MNIST  # 2 to 3 s, and only needed here

    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints to stdout, where --json has its own
            MNIST(str(root), download=True)
    except (RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise DataError(
            f"{root}: is empty, and MNIST could not be downloaded ({reason}); leave out --data-dir"
        ) from error
