"""`compact`, a small network that is quick to train and quick to learn addition."""

import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models.fast_conv import FastConv2d
from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SUMS, CellNetwork


class Trunk(nn.Module):
    """Five convolutions with batch normalisation and one linear layer: from an image to digit logits."""

    def __init__(self, channels: tuple[int, int, int, int, int]) -> None:
        super().__init__()
        a, b, c, d, e = channels
        self.conv1 = nn.Conv2d(1, a, 5, bias=False)
        self.norm1 = nn.BatchNorm2d(a)
        self.conv2 = nn.Conv2d(a, b, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(b)
        self.conv3 = nn.Conv2d(b, c, 3, bias=False)
        self.norm3 = nn.BatchNorm2d(c)
        self.conv4 = nn.Conv2d(c, d, 3, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(d)
        self.conv5 = FastConv2d(d, e, 3, bias=False)
        self.norm5 = nn.BatchNorm2d(e)
        self.digit = nn.Linear(e * 3 * 3, DIGITS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit logits (N, 10) for normalised images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images_nchw), 2)))  # 12x12
        x = F.relu(self.norm2(self.conv2(x)))
        x = F.relu(self.norm3(F.max_pool2d(self.conv3(x), 2)))  # 5x5
        x = F.relu(self.norm4(self.conv4(x)))
        x = F.relu(self.norm5(self.conv5(x)))  # 3x3
        logits: Tensor = self.digit(x.flatten(1))
        return logits


class Compact(Trunk, CellNetwork):
    """Five convolutions, one linear layer for the digit, and one linear layer of digit x number for the sum."""

    def __init__(self) -> None:
        super().__init__((24, 48, 64, 96, 128))
        self.sum = nn.Linear(DIGITS * NUMBERS, SUMS)
