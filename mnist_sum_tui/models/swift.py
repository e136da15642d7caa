"""Our smallest network, made for recipe `sprint`: seconds from the command to the test result."""

import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models.layers import DIGITS, SUMS, CellNetwork

INNER = slice(3, 26)
"""the rows and columns that it looks at: around 14.0, where MNIST centres its digits, with 99.6 % of their ink"""


class Swift(CellNetwork):
    """Two convolutions, two linear layers, and the sum head of `compact`.

    What it leaves out costs time and gains nothing that can be measured: the edge of the image, 18 % of a step; a
    normalisation after the first convolution, 10 %; pooling there, for which a stride of 2 stands, 23 %. Validation
    accuracy of the digit, means of 16 seeds (standard error 0.03): 99.29 % with the edge and that normalisation,
    99.28 % without. The second convolution does need its pooling: 99.12 % with a stride of 2. It pools before it
    normalises: the same on a quarter of the values, but for the statistics.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.hidden = nn.Linear(32 * 4 * 4, 128)
        self.digit = nn.Linear(128, DIGITS)
        self.sum = nn.Linear(DIGITS * 10, SUMS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit scores (N, 10) for normalised images (N, 1, 28, 28)."""
        x = F.relu(self.conv1(images_nchw[:, :, INNER, INNER]))  # 10x10
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # 4x4
        x = x.permute(0, 2, 3, 1).flatten(1)  # as it lies in memory: saves 3 % of a step
        scores: Tensor = self.digit(F.relu(self.hidden(x)))
        return scores
