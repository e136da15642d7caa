"""Which test images the gallery of the page Mistakes shows, with title and captions. numpy only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.formatting import how_sure, percent, plural
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.verdict import SURE

TO = BRAILLE.arrows[1]
KEY = f"true {TO} read, ? <{percent(SURE, 0)}"
"""the explanation of the signs in a caption"""
MOST = 200
"""the most images in the gallery, because an untrained network gets nine in ten wrong"""


class Chosen(NamedTuple):
    """A test image and its caption."""

    image: int
    """its index in the test file"""
    caption: str
    number: int | None = None
    """the number with which its sum is wrong, if it was chosen for that"""


class Selection(NamedTuple):
    """The content of the gallery."""

    title: str
    chosen: tuple[Chosen, ...]
    is_part: bool = True
    """whether these are the images of one cell of a map, and not all wrong ones"""


def caption(words: str, probability: float, verdict: str = "sure") -> str:
    """The caption of an image, in 13 columns: `4 {TO} 9  98%`, or `4 {TO} 9? 63%` if the network is not sure."""
    if verdict == "stranger":
        return f"{words[0]} {TO} no digit?"
    return f"{words}{' ' if verdict == 'sure' else '?'}{how_sure(probability, 0, '%'):>4}"


def frequent(result: TestSetResult) -> list[str]:
    """The confusions, the most frequent first: `4 read as 9: 12 of 982`."""
    counts = [
        (count, label, digit)
        for label, row in enumerate(result.report.confusion)
        for digit, count in enumerate(row)
        if label != digit and count
    ]
    counts.sort(key=lambda found: (-found[0], found[1:]))
    images = [sum(row) for row in result.report.confusion]
    return [f"{label} read as {digit}: {count:,} of {images[label]:,}" for count, label, digit in counts]


def all_wrong(result: TestSetResult) -> Selection:
    """The images whose digit is wrong, the ones that the network was surest of first."""
    count, shown = len(result.mistakes), result.mistakes[:MOST]
    chosen = tuple(
        _tile(result, wrong.index, wrong.probability, f"{wrong.label} {TO} {wrong.digit}", None) for wrong in shown
    )
    if not count:
        return Selection("No digit is wrong", (), is_part=False)
    return Selection(f"{_counted(count, 'wrong digit')}: {KEY}; surest first", chosen, is_part=False)


def read_as(result: TestSetResult, label: int, digit: int) -> Selection:
    """The images of one digit that are read as another one, or as itself."""
    rows = np.flatnonzero((result.labels == label) & (result.digits == digit))
    sure = result.digit_probabilities[rows, digit]
    words = [f"{label} {TO} {digit}"] * len(rows)
    return _selection(result, f"{label} read as {digit}", rows, sure, words, None)


def sums_wrong(result: TestSetResult, label: int, number: int) -> Selection:
    """The images of a digit whose sum with a number is wrong."""
    rows = np.flatnonzero((result.labels == label) & (result.sums[:, number] != label + number))
    totals = result.sums[rows, number]
    sure = result.sum_probabilities[rows, number, totals]
    words = [f"{label}+{number} {TO} {total}" for total in totals.tolist()]
    return _selection(result, f"{label} + {number} not read as {label + number}", rows, sure, words, number)


def _tile(result: TestSetResult, image: int, sure: float, words: str, number: int | None) -> Chosen:
    """An image with its caption; if a sum is shown, both heads must be sure."""
    confidence = sure if number is None else float(result.sureness[image, number])
    return Chosen(image, caption(words, sure, result.verdict(image, confidence)), number)


def _selection(
    result: TestSetResult,
    title: str,
    rows: NDArray[np.int64],
    sure: NDArray[np.float32],
    words: list[str],
    number: int | None,
) -> Selection:
    order = (-sure).argsort(kind="stable")[:MOST].tolist()
    chosen = tuple(_tile(result, int(rows[at]), float(sure[at]), words[at], number) for at in order)
    return Selection(f"{title}: {_counted(len(rows), 'image')} {BRAILLE.between} Escape shows all mistakes", chosen)


def _counted(count: int, noun: str) -> str:
    """`12 images`, `no images`; if not all are shown, `612 images, 200 of them here`."""
    words = plural(count, noun) if count else f"no {noun}s"
    return f"{words}, {MOST} of them here" if count > MOST else words
