"""The images of a run's samples, which a report shows beside the answers to them."""

from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.figures import png
from mnist_sum_tui.runs.events import Samples

MOST = 8
"""images of a report; a training has as many"""


def pictures(samples: Samples, data_dir: str | None) -> list[str]:
    """The first MOST images as data URIs; none if the training images are missing or are not those of the run."""
    wanted = list(zip(samples.indices, samples.labels, strict=True))[:MOST]
    try:
        images, labels = mnist_files.read("train", data_dir, is_from_run=True) if wanted else ((), ())
    except DataError:
        return []
    if any(index >= len(labels) or labels[index] != label for index, label in wanted):
        return []
    return [png(images[index]) for index, _ in wanted]


def right_answers(samples: Samples) -> list[int]:
    """The places of the images, of the first MOST, whose digit and sum are both right."""
    answers = list(zip(samples.labels, samples.numbers, samples.digits, samples.sums, strict=True))[:MOST]
    return [at for at, (label, number, *answer) in enumerate(answers) if answer == [label, label + number]]
