"""The addition table that a network has learned: the mean probability of each sum, by digit and number."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.models.layers import DIGITS


def mean_addition_tables(outputs: Outputs, labels_n: Tensor) -> NDArray[np.float32]:
    """The mean table (10, 10, 19) of the images of each true digit: digit, number, sum. NaN for a digit without images.

    `outputs` are those of `infer` for the images; their probabilities are calibrated if the network is.
    """
    totals = torch.zeros(DIGITS, *outputs.sums.shape[1:]).index_add_(0, labels_n, outputs.sum_probabilities)
    tables: NDArray[np.float32] = (totals / torch.bincount(labels_n, minlength=DIGITS)[:, None, None]).numpy()
    return tables
