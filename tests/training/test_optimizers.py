import pytest
import torch
from torch.optim.sgd import sgd

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.training import optimizers
from mnist_sum_tui.training.optimizers import build_optimizer


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", ["sgd", "nesterov", "adamw"])
def test_ten_steps_are_those_of_torchs_own_class(name: str, memory_format: torch.memory_format) -> None:
    start = torch.randn(5, 3, 2, 4, generator=torch.Generator().manual_seed(0)).contiguous(memory_format=memory_format)
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


def test_the_fused_step_gets_contiguous_tensors_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would copy others. The first step is torch's own, which makes the momentum."""
    kernels = torch.nn.Parameter(torch.randn(5, 3, 2, 4).contiguous(memory_format=torch.channels_last))
    optimizer = build_optimizer(TrainConfig(optimizer="sgd", momentum=0.9), [kernels], fused=True)
    seen: list[bool] = []

    def watched(*lists: list[torch.Tensor], **settings: float) -> None:
        seen.extend(tensor.is_contiguous() for tensors in lists for tensor in tensors)
        sgd(*lists, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(optimizers, "sgd", watched)
    for _ in range(2):
        optimizer.zero_grad()
        (kernels**2).sum().backward()
        optimizer.step()
    assert seen == [True] * 3, "weights, gradient and momentum of the second step"
