"""`deep`, made for recipe `sturdy`: it halves the image late, so that it can undo blur and leave out lines."""

import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models.fast_conv import FastConv2d
from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SUMS, CellNetwork


class Deep(CellNetwork):
    """Seven 3x3 convolutions, two of them on the whole image; at most 350,000 parameters.

    `keen` has as many parameters, but its maps are 12x12 after one convolution, and it reads two points fewer of the
    spoiled digits; `guide/accuracy.md` has the figures.
    """

    strokes_in = 4
    """the second one looks at 5x5 pixels only; `guide/measurements.md` compares all"""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.conv3 = nn.Conv2d(32, 48, 3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(48)
        self.conv4 = nn.Conv2d(48, 64, 3, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(64)
        self.conv5 = nn.Conv2d(64, 96, 3, padding=1, bias=False)
        self.norm5 = nn.BatchNorm2d(96)
        self.conv6 = FastConv2d(96, 112, 3, bias=False)
        self.norm6 = nn.BatchNorm2d(112)
        self.conv7 = FastConv2d(112, 112, 3, bias=False)
        self.norm7 = nn.BatchNorm2d(112)
        self.digit = nn.Linear(112 * 3 * 3, DIGITS)
        self.sum = nn.Linear(DIGITS * NUMBERS, SUMS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit logits (N, 10) for normalised images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(self.conv1(images_nchw)))  # 28x28
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # 14x14
        x = F.relu(self.norm3(self.conv3(x)))
        x = F.relu(self.norm4(F.max_pool2d(self.conv4(x), 2)))  # 7x7
        x = F.relu(self.norm5(self.conv5(x)))
        x = F.relu(self.norm6(self.conv6(x)))  # 5x5
        x = F.relu(self.norm7(self.conv7(x)))  # 3x3
        logits: Tensor = self.digit(x.permute(0, 2, 3, 1).flatten(1))  # in memory order, so that nothing is copied
        return logits
