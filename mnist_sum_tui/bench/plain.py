"""A plain PyTorch training loop, as most people write it first; the benchmark compares our training with it.

It has a DataLoader over torchvision's MNIST with one transform per image, fp32, SGD and the layers that the assignment
lists; it uses none of our code. The benchmark runs it with no workers and with one per core, and counts the faster one.
"""

from collections.abc import Generator

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class SumDataset(Dataset[tuple[torch.Tensor, int, torch.Tensor, int]]):
    """torchvision's MNIST with a random number for each image."""

    def __init__(self, root: str) -> None:
        from torchvision import datasets, transforms  # takes a second

        transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
        self.mnist = datasets.MNIST(root, train=True, transform=transform)

    def __len__(self) -> int:
        return len(self.mnist)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int, torch.Tensor, int]:
        image, label = self.mnist[index]
        number = int(torch.randint(0, 10, (1,)))
        return image, label, F.one_hot(torch.tensor(number), 10).float(), label + number


class Net(nn.Module):
    """The network as the assignment lists its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2, 2)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.conv4 = nn.Conv2d(128, 256, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2, 2)
        self.conv5 = nn.Conv2d(256, 512, 3)
        self.conv6 = nn.Conv2d(512, 1024, 3)
        self.conv7 = nn.Conv2d(1024, 10, 3)
        self.fc1 = nn.Linear(20, 128)
        self.fc2 = nn.Linear(128, 30)
        self.fc3 = nn.Linear(30, 19)

    def forward(self, image: torch.Tensor, number: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-probabilities of the digit (N x 10) and of the sum (N x 19)."""
        x = self.pool1(F.relu(self.conv2(F.relu(self.conv1(image)))))
        x = self.pool2(F.relu(self.conv4(F.relu(self.conv3(x)))))
        x = self.conv7(F.relu(self.conv6(F.relu(self.conv5(x)))))
        x = x.view(-1, 10)
        y = self.head(torch.cat([x, number], dim=1))
        return F.log_softmax(x, dim=1), F.log_softmax(y, dim=1)

    def head(self, y: torch.Tensor) -> torch.Tensor:
        """The logits of the sum, by three linear layers."""
        y = F.relu(self.fc1(y))
        y = F.relu(self.fc2(y))
        scores: torch.Tensor = self.fc3(y)
        return scores


class Net2Fc(Net):
    """The same network with two linear layers, which the assignment's parameter count implies."""

    def __init__(self) -> None:
        super().__init__()
        self.fc2 = nn.Linear(128, 19)
        del self.fc3

    def head(self, y: torch.Tensor) -> torch.Tensor:
        """The logits of the sum, by two linear layers."""
        y = F.relu(self.fc1(y))
        scores: torch.Tensor = self.fc2(y)
        return scores


def plain_loop(root: str, model: nn.Module, batch_size: int, device: torch.device, workers: int) -> Generator[int]:
    """Train forever on the images in `root` (torchvision's layout); yields each step's number of images."""
    loader = DataLoader(
        SumDataset(root), batch_size=batch_size, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.7)
    model.train()
    while True:
        for batch in loader:
            image, label, number, total = (column.to(device) for column in batch)
            optimizer.zero_grad()
            digit_output, sum_output = model(image, number)
            loss = (F.nll_loss(digit_output, label) + F.nll_loss(sum_output, total)) / 2
            loss.backward()
            optimizer.step()
            yield len(image)
