"""`keen`, the most accurate network, made for recipe `marathon`: the average of three independent branches."""

import torch
from torch import Tensor, nn

from mnist_sum_tui.models.compact import Trunk
from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SUMS, CellNetwork, log_softmax


class Branch(Trunk):
    """A path from the image to the digit's log-probabilities that shares no weights with the other branches.

    Channels are multiples of 16, because otherwise batch normalisation is slower. conv3 has only 32, because its map
    costs the most time. `guide/measurements.md` has the figures.
    """

    def __init__(self) -> None:
        super().__init__((16, 32, 32, 64, 96))

    def forward(self, images_nchw: Tensor) -> Tensor:
        """Log-probabilities (N, 10) for normalised images (N, 1, 28, 28)."""
        return log_softmax(self.see(images_nchw))


class Keen(CellNetwork):
    """Three branches, each a narrower `compact`, and one sum head; at most 350,000 parameters.

    The digit's logits are the mean of the branches' log-probabilities, so every branch must find a digit likely.
    """

    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList(Branch() for _ in range(3))
        self.sum = nn.Linear(DIGITS * NUMBERS, SUMS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit logits (N, 10) for normalised images (N, 1, 28, 28)."""
        return torch.stack([branch(images_nchw) for branch in self.branches]).mean(0)

    def forward(self, images_nchw: Tensor, numbers_nk: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (N, 10) and (N, 19); in training the digit's are the mean over branches, not normalised.

        Their negative log-likelihood is then the mean of the branches' own, so each branch learns to be right by
        itself. If they were normalised, the branches would only have to be right together.
        """
        digits_nk = self.see(images_nchw)
        sums_nk = log_softmax(self.add(digits_nk, numbers_nk))
        return (digits_nk if self.training else log_softmax(digits_nk)), sums_nk
