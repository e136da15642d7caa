"""Read IDX, MNIST's file format, plain or gzipped. A file is checked before any value is used."""

import gzip
import hashlib
import math
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.errors import DataError
from mnist_sum_tui.sizes import SIDE

IMAGES_MAGIC = 2051
LABELS_MAGIC = 2049
MAX_COUNT = 1_000_000
"""more images than any MNIST-like dataset has; limits the memory that a damaged header can ask for"""
AT_ONCE = 1000
"""images that are read at once, because gzip has a copy of them meanwhile"""
MOST_AROUND = 1 << 20
"""bytes that gzip, which may need 0.1 % more, may have around the values; zeros behind them are skipped singly"""


def read_images(path: Path, sha256: str | None = None) -> NDArray[np.uint8]:
    """Images as uint8 (N, 28, 28); 0 is background, 255 is ink.

    Raises:
        DataError: the file is missing, its images are not 28x28, it is truncated, too long, or has another SHA-256.
    """
    return _read(path, IMAGES_MAGIC, (SIDE, SIDE), sha256)


def read_labels(path: Path, sha256: str | None = None) -> NDArray[np.uint8]:
    """Labels as uint8 (N,), each 0..9.

    Raises:
        DataError: as `read_images`, or a label is above 9.
    """
    labels = _read(path, LABELS_MAGIC, (), sha256)
    if labels.max() > 9:
        raise DataError(f"{path}: has a label of {labels.max()}, but digits go from 0 to 9; use MNIST-like data")
    return labels


def _read(path: Path, magic: int, shape: tuple[int, ...], sha256: str | None) -> NDArray[np.uint8]:
    try:
        if sha256 is not None and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise DataError(f"{path}: is damaged (its SHA-256 is not MNIST's); install mnist-sum again")
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return _checked(path, stream, magic, shape)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is damaged or incomplete"
        raise DataError(f"{path}: cannot be read ({reason}); download the file again") from error


def _checked(path: Path, stream: BufferedIOBase, magic: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The values; no more is read than the header, once it is checked, says, because a file may be of any size."""
    header = stream.read(8 + 4 * len(shape))
    found = [int.from_bytes(header[at : at + 4], "big") for at in range(0, len(header), 4)]
    if len(header) < 8 + 4 * len(shape) or found[0] != magic:
        kind = "images" if magic == IMAGES_MAGIC else "labels"
        raise DataError(f"{path}: is not an IDX file of {kind} (its magic number is not {magic}); download it again")
    if tuple(found[2:]) != shape:
        size = "x".join(str(length) for length in found[2:])
        raise DataError(f"{path}: has images of {size}, but the networks take 28x28; use MNIST-like data")
    count, wanted = found[1], found[1] * math.prod(shape)
    if 0 < count <= MAX_COUNT and path.stat().st_size <= wanted + wanted // 1000 + MOST_AROUND:
        values = np.empty((count, *shape), np.uint8)
        read = sum(stream.readinto(values[at : at + AT_ONCE].data) for at in range(0, count, AT_ONCE))
        if read == wanted and not stream.read(1):
            return values
    raise DataError(f"{path}: is truncated or damaged (its length does not match its count); download it again")
