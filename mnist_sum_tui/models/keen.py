"""Our most accurate network, made for recipe `marathon`: three small branches that see apart and vote."""

import torch
from torch import Tensor, nn

from mnist_sum_tui.models.compact import Trunk
from mnist_sum_tui.models.layers import DIGITS, SUMS, CellNetwork, log_softmax


class Branch(Trunk):
    """A way from the image to the digit's log-probabilities that shares nothing with the others.

    Multiples of 16 channels: others take a quarter longer, for batch normalisation falls out of its vectors. conv3 has
    32, for its map is the one that costs most: with 48, and 80 in conv5, a step takes 1.13 times as long.
    """

    def __init__(self) -> None:
        super().__init__((16, 32, 32, 64, 96))

    def forward(self, images_nchw: Tensor) -> Tensor:
        """Log-probabilities (N, 10) for normalised images (N, 1, 28, 28)."""
        return log_softmax(self.see(images_nchw))


class Keen(CellNetwork):
    """Three branches, each a narrower `compact`, and one sum head; at most 350,000 parameters.

    The digit's scores are the mean of the branches' log-probabilities, so a digit must be likely to all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList(Branch() for _ in range(3))
        self.sum = nn.Linear(DIGITS * 10, SUMS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit scores (N, 10) for normalised images (N, 1, 28, 28)."""
        return torch.stack([branch(images_nchw) for branch in self.branches]).mean(0)

    def forward(self, images_nchw: Tensor, numbers_nk: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (N, 10) and (N, 19); in training the digit's are the mean of the branches', as they are.

        They do not quite add up to 1, but their negative log-likelihood is the mean of the branches' own. So each
        branch learns to be right by itself; normalised, they would only have to be right together.
        """
        digits_nk = self.see(images_nchw)
        sums_nk = log_softmax(self.add(digits_nk, numbers_nk))
        return (digits_nk if self.training else log_softmax(digits_nk)), sums_nk
