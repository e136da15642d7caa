"""Check a network of the user's own before it trains: that it gives scores of the right shapes, and can learn."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SUMS, SumNetwork, evaluating

TAKEN = ("optimizer.", "confidence.")
"""prefixes that no weight's name may have, because a checkpoint uses them for other tensors"""
COUNT = 3
"""how many images the check shows"""


def checked(make: Callable[[], SumNetwork]) -> SumNetwork:
    """The network that `make` builds, after a check of its scores and of the gradient of a step; its weights stay.

    What is random comes from torch's global generator, which `models.build` has set aside.

    Raises:
        ValueError: the network cannot be trained or asked as it is; the message says what to change.
    """
    with torch.inference_mode(False), torch.enable_grad():  # which a script may have around it
        return _tried(make())


def _tried(network: SumNetwork) -> SumNetwork:
    for name in ("see", "add"):
        if getattr(type(network), name) is getattr(SumNetwork, name):
            raise ValueError(f"it has no `{name}`: write `see` and `add`, and no `forward`")
    images = torch.rand(COUNT, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    with evaluating(network), torch.no_grad():
        digits = _shaped("see", network.see(images.clone()), DIGITS)
        sums = _shaped("add", network.add(digits.clone(), torch.eye(COUNT, NUMBERS)), SUMS)
        if digits.isnan().any() or sums.isnan().any():
            raise ValueError("before the first step its scores are not finite numbers")
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    if clash := next((name for name in before if name.startswith(TAKEN)), ""):
        raise ValueError(f"the attribute of {clash} needs another name")
    network.has_idle_weights = _has_idle_weights(network.train(), images)
    network.load_state_dict(before)  # a batch normalisation has counted the step
    network.zero_grad()
    return network


def _has_idle_weights(network: SumNetwork, images: Tensor) -> bool:
    """Whether a weight that is to be trained got no gradient in a step; an error in the user's code is raised as it is.

    Raises:
        ValueError: no gradient reaches the digit scores, so that the network cannot learn to read.
    """
    digits, sums = network(images, torch.eye(COUNT, NUMBERS))
    loss = F.nll_loss(digits, torch.arange(COUNT)) + F.nll_loss(sums, 2 * torch.arange(COUNT))
    if loss.requires_grad:
        loss.backward()
    idle = [name for name, weight in network.named_parameters() if weight.requires_grad and weight.grad is None]
    if not loss.requires_grad or (idle and not digits.requires_grad):  # a reader that is frozen on purpose may stay so
        why = f"so {idle[0]} cannot learn: leave out torch.no_grad and detach" if idle else "as every weight is frozen"
        raise ValueError(f"its digit scores have no gradient, {why}")
    return bool(idle)


def _shaped(method: str, scores: Any, columns: int) -> Tensor:
    """The scores, after a check of their shape."""
    if not isinstance(scores, Tensor) or scores.shape != (COUNT, columns):
        found = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise ValueError(f"`{method}` gives {found}, not scores ({COUNT}, {columns})")
    return scores
