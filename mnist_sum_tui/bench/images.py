"""A small data folder for the trainings of the benchmarks."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_sum_tui.data import mnist_files


@contextmanager
def torchvision_root() -> Iterator[str]:
    """A temporary folder in torchvision's layout, with the 10,000 test images as both training and test images."""
    with TemporaryDirectory(prefix="mnist-sum-data-") as root:
        raw = Path(root) / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for train_name, test_name in zip(mnist_files.FILES["train"], mnist_files.FILES["test"], strict=True):
            content = gzip.decompress((mnist_files.BUNDLED / f"{test_name}.gz").read_bytes())
            for name in (train_name, test_name):
                (raw / name).write_bytes(content)
        yield root
