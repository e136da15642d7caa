"""Read images that may show anything, from an IDX file, a picture, or a folder of pictures."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.data import idx, picture
from mnist_sum_tui.errors import DataError, FormatError, PictureError, UsageError

WANTED = "give an IDX file of 28x28 images, a picture, or a folder of pictures"
MOST_PICTURES = 10_000
"""the largest number of pictures that is read from a folder, because preparing each takes milliseconds"""


@dataclass(frozen=True, slots=True)
class Images:
    """Images that may show anything, uint8 (N, 28, 28), and the name of each."""

    pixels: Tensor
    names: tuple[str, ...]
    """for each image, its index in the file or its path in the folder"""
    left_out: tuple[str, ...] = ()
    """the paths of the files that were left out: blank, too faint, too large, no pictures, or beyond MOST_PICTURES"""


def read(source: str) -> Images:
    """The images of an IDX file, also gzipped, or a picture, or those in a folder and its subfolders, prepared.

    Raises:
        UsageError: there is no such file or folder, the file is neither IDX nor a picture, or blank, or the folder has
            no usable picture.
        DataError: an IDX file is damaged or has other images, or the folder cannot be read.
    """
    path = Path(source)
    if os.path.isfile(source):
        return _of_file(path)
    if not os.path.isdir(source):
        what = "is not a file" if os.path.exists(source) else "does not exist" if source else "--strangers is empty"
        raise UsageError(f"{source} {what}".strip() + f"; {WANTED}")
    try:
        files = sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    except OSError as error:
        raise DataError(f"{source}: cannot be read ({error.strerror}); choose another folder") from error
    found: dict[str, NDArray[np.uint8]] = {}
    for file in files[:MOST_PICTURES]:
        try:
            found[str(file.relative_to(path))] = picture.prepare(_grey(file))
        except PictureError:
            continue
    if not found:
        raise UsageError(f"{source} has no usable picture; {WANTED}")
    left_out = tuple(name for file in files if (name := str(file.relative_to(path))) not in found)
    return Images(torch.from_numpy(np.stack([*found.values()])), tuple(found), left_out)


def _of_file(path: Path) -> Images:
    try:
        pixels = idx.read_images(path)
    except DataError as error:
        return _of_picture(path, error)
    return Images(torch.from_numpy(pixels), tuple(f"{place:,}" for place in range(len(pixels))))


def _of_picture(path: Path, error: DataError) -> Images:
    """The picture in a file that is no usable IDX file because of this error."""
    try:
        grey = _grey(path)
    except PictureError:
        if isinstance(error, FormatError):
            raise UsageError(f"{path} is neither an IDX file of images nor a picture; {WANTED}") from error
        raise DataError(f"{str(error).rpartition(';')[0]}; {WANTED}") from error  # its advice is to download MNIST
    try:
        return Images(torch.from_numpy(picture.prepare(grey)[None]), (path.name,))
    except PictureError as blank:  # its advice is to draw a digit
        raise UsageError(f"{path} is a blank picture, or too faint; {WANTED}") from blank


def _grey(file: Path) -> NDArray[np.uint8]:
    return picture.read_picture(str(file.absolute()))  # `-` alone would be standard input
