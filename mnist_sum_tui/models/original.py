"""The assignment's networks. Its list of layers, its parameter count and its drawing differ, so there are three."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models.fast_conv import FastConv2d
from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SUMS, SumNetwork


class Original(SumNetwork):
    """Seven convolutions give ten digit logits; these and the number go through three linear layers to the sum.

    6,386,933 parameters. Where pooling follows a convolution, ReLU comes after the pooling: the result is the same, for
    a quarter of the work.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.conv3 = FastConv2d(64, 128, 3, padding=1)
        self.conv4 = FastConv2d(128, 256, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.conv5 = FastConv2d(256, 512, 3)
        self.conv6 = FastConv2d(512, 1024, 3)
        self.conv7 = FastConv2d(1024, DIGITS, 3)
        self.fc1 = nn.Linear(DIGITS + NUMBERS, 128)
        self.fc2 = nn.Linear(128, 30)
        self.fc3 = nn.Linear(30, SUMS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit logits (N, 10) for normalised images (N, 1, 28, 28)."""
        x = F.relu(self.conv1(images_nchw))
        x = F.relu(self.pool1(self.conv2(x)))
        x = F.relu(self.conv3(x))
        x = F.relu(self.pool2(self.conv4(x)))
        x = F.relu(self.conv5(x))
        x = F.relu(self.conv6(x))
        logits: Tensor = self.conv7(x)
        return logits.flatten(1)

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        """Sum logits (N, 19) for digit logits (N, 10) and one-hot numbers (N, 10)."""
        x = torch.cat([digits_nk, numbers_nk.to(digits_nk.dtype)], dim=1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        logits: Tensor = self.fc3(x)
        return logits


class OriginalTwoLayerHead(Original):
    """`Original` with two linear layers in the sum head: 6,384,925 parameters, as the assignment counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.fc2 = nn.Linear(128, SUMS)
        del self.fc3

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        """Sum logits (N, 19) for digit logits (N, 10) and one-hot numbers (N, 10)."""
        x = torch.cat([digits_nk, numbers_nk.to(digits_nk.dtype)], dim=1)
        logits: Tensor = self.fc2(F.relu(self.fc1(x)))
        return logits


class Pictured(SumNetwork):
    """The network in the assignment's drawing: two convolutions and two linear layers, then `Original`'s sum head."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.dense1 = nn.Linear(64 * 7 * 7, 128)
        self.dense2 = nn.Linear(128, DIGITS)
        self.fc1 = nn.Linear(DIGITS + NUMBERS, 128)
        self.fc2 = nn.Linear(128, 30)
        self.fc3 = nn.Linear(30, SUMS)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit logits (N, 10) for normalised images (N, 1, 28, 28)."""
        x = F.relu(self.pool1(self.conv1(images_nchw)))
        x = F.relu(self.pool2(self.conv2(x)))
        x = F.relu(self.dense1(x.flatten(1)))
        logits: Tensor = self.dense2(x)
        return logits

    add = Original.add  # the same three layers under the same names
