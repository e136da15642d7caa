"""The addition table as the network sees it: the probability of each sum beside each number."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.inference.evaluate import Outputs
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.models.layers import DIGITS


def addition_table(predictor: Predictor, image_hw: Tensor | NDArray[np.uint8]) -> NDArray[np.float32]:
    """The table of one uint8 image (28, 28), calibrated: rows are the ten numbers, columns the nineteen sums."""
    table: NDArray[np.float32] = predictor.infer(torch.as_tensor(image_hw).unsqueeze(0)).sum_probabilities[0].numpy()
    return table


def mean_addition_tables(outputs: Outputs, labels_n: Tensor) -> NDArray[np.float32]:
    """The mean table (10, 10, 19) of the images of each true digit: digit, number, sum. NaN for a digit without images.

    `outputs` are what `infer` gives for the images; its probabilities are calibrated as far as the network is.
    """
    totals = torch.zeros(DIGITS, *outputs.sums.shape[1:]).index_add_(0, labels_n, outputs.sum_probabilities)
    tables: NDArray[np.float32] = (totals / torch.bincount(labels_n, minlength=DIGITS)[:, None, None]).numpy()
    return tables
