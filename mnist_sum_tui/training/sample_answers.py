"""The network's current answers for a few fixed images, which the dashboard shows below the curves."""

from typing import Any

import numpy as np
import torch

from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.inference.infer import infer
from mnist_sum_tui.runs.events import SAMPLE_COUNT
from mnist_sum_tui.sizes import NUMBERS
from mnist_sum_tui.training.step import Learner


def sample_answers(learner: Learner, images: Split) -> dict[str, Any]:
    """The fields of a Samples event: indices, labels, numbers, the predicted digits and sums, and an addition table.

    It takes the first SAMPLE_COUNT images, with numbers that stay the same throughout a run.
    """
    shown = images.take(torch.arange(min(SAMPLE_COUNT, len(images))))
    outputs = infer(learner.network, shown.images, learner.hardware)
    numbers = np.random.default_rng(learner.config.seed).integers(0, NUMBERS, len(shown))
    sums = outputs.sums.argmax(2)[torch.arange(len(shown)), torch.from_numpy(numbers)]
    tenths = (outputs.sums[0].exp() * 10).nan_to_num().clamp(max=9).int()  # 0 for weights whose answers are no numbers
    return {
        "indices": tuple(shown.indices.tolist()),
        "labels": tuple(shown.labels.tolist()),
        "numbers": tuple(numbers.tolist()),
        "digits": tuple(outputs.digits.argmax(1).tolist()),
        "sums": tuple(sums.tolist()),
        "addition": tuple("".join(map(str, row)) for row in tenths.tolist()),
    }
