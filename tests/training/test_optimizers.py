import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.training.optimizers import build_optimizer


@pytest.mark.parametrize("name", ["sgd", "nesterov", "adamw"])
def test_ten_steps_are_those_of_torchs_own_class(name: str) -> None:
    start = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    ours, theirs = (torch.nn.Parameter(start.clone()) for _ in range(2))
    config = TrainConfig(optimizer=name, lr=0.1, momentum=0.9, beta2=0.99, weight_decay=0.1)
    optimizer = build_optimizer(config, [ours], fused=True)
    reference: torch.optim.Optimizer = (
        torch.optim.AdamW([theirs], 0.1, (0.9, 0.99), weight_decay=0.1, fused=True)
        if name == "adamw"
        else torch.optim.SGD([theirs], 0.1, 0.9, weight_decay=0.1, nesterov=name == "nesterov", fused=True)
    )
    for parameter, opt in ((ours, optimizer), (theirs, reference)):
        for step in range(10):
            opt.param_groups[0]["lr"] = 0.1 / (step + 1)
            opt.zero_grad()
            (parameter**2).sum().backward()
            opt.step()
    assert torch.equal(ours, theirs)
    assert not torch.equal(ours, start)
    assert ours.requires_grad
    assert ours.grad is not None
    assert not ours.grad.requires_grad


def test_nesterov_without_momentum_is_plain() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    config = TrainConfig(optimizer="nesterov", lr=0.5, momentum=0.0, weight_decay=0.0)
    optimizer = build_optimizer(config, [weight], fused=True)
    weight.sum().backward()
    optimizer.step()
    assert weight.tolist() == [0.5, 0.5]
