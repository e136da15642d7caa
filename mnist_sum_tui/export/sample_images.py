"""The images of a run's samples, which a report shows beside the answers to them."""

from functools import cache

from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.figures import png
from mnist_sum_tui.runs.events import Samples

MOST = 8
"""images of a report; a training has as many"""


def pictures(samples: Samples, data_dir: str | None) -> tuple[str, ...]:
    """The first MOST images as data URIs; none if the training images are missing or are not those of the run."""
    try:
        return _pictures(samples.indices[:MOST], samples.labels[:MOST], data_dir)
    except DataError:
        return ()


def right_answers(samples: Samples) -> list[int]:
    """The places of the images, of the first MOST, whose digit and sum are both right."""
    answers = list(zip(samples.labels, samples.numbers, samples.digits, samples.sums, strict=True))[:MOST]
    return [at for at, (label, number, *answer) in enumerate(answers) if answer == [label, label + number]]


@cache  # the whole file is read for them, half a second
def _pictures(indices: tuple[int, ...], labels: tuple[int, ...], data_dir: str | None) -> tuple[str, ...]:
    images, known = mnist_files.read("train", data_dir, is_from_run=True)
    if any(index >= len(known) or known[index] != label for index, label in zip(indices, labels, strict=True)):
        raise DataError("the training images are other ones")
    return tuple(png(images[index]) for index in indices)
