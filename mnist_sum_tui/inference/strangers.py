"""How many images of no digit ("strangers") a network mistakes for digits, and which ones."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.data import idx, picture
from mnist_sum_tui.errors import DataError, FormatError, PictureError, UsageError
from mnist_sum_tui.formatting import SURE
from mnist_sum_tui.inference.evaluate import NUMBERS, Outputs
from mnist_sum_tui.inference.reliability import auroc

WORST = 12
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


@dataclass(frozen=True, slots=True)
class Taken:
    """An image that the network takes for a digit."""

    place: int
    """its index among the images, from 0"""
    name: str
    digit: int
    confidence: float
    """the lower of the probabilities of digit and sum"""


@dataclass(frozen=True, slots=True)
class StrangersReport:
    """How a network answers images that show no digit, each with one number."""

    images: int
    left_out: int
    sure: int
    """how many are taken for a digit with a sure answer"""
    unsure: int
    refused: int
    """how many are not taken for a digit"""
    auroc: float | None
    """the probability that a digit of the test images has a higher `digit_score`; None if the network has no score"""
    digits_refused: float
    """the share of the test images that are not taken for a digit, 0..1"""
    worst: tuple[Taken, ...]
    """the images taken for a digit, surest first, at most 12"""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


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
    return Images(torch.from_numpy(pixels.copy()), tuple(f"{place:,}" for place in range(len(pixels))))


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


def confidences(outputs: Outputs) -> Tensor:
    """The lower of the probabilities of both answers, (N,); the numbers 0 to 9 are given to the images in turn."""
    rows = torch.arange(len(outputs.digits))
    sums = outputs.sum_probabilities[rows, rows % NUMBERS].amax(1)
    return torch.minimum(outputs.digit_probabilities.amax(1), sums)


def report(strangers: Outputs, images: Images, digits: Outputs) -> StrangersReport:
    """The report on a network's outputs for strangers; `digits` are its outputs for the test images."""
    confidence, passed = confidences(strangers), strangers.are_digits
    sure = passed & (confidence >= SURE)
    order = torch.where(passed, confidence, -1.0).argsort(descending=True, stable=True)[: min(WORST, int(passed.sum()))]
    answers = strangers.digits.argmax(1)
    mine, theirs = digits.scores, strangers.scores
    return StrangersReport(
        images=len(passed),
        left_out=len(images.left_out),
        sure=int(sure.sum()),
        unsure=int((passed & ~sure).sum()),
        refused=int((~passed).sum()),
        digits_refused=digits.share_refused,
        auroc=None if mine is None or theirs is None else auroc(mine, theirs),
        worst=tuple(Taken(at, images.names[at], int(answers[at]), confidence[at].item()) for at in order.tolist()),
    )
