"""Check a network of the user's own before it trains, because its mistakes would spoil results without a word."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SUMS, SumNetwork, evaluating, log_softmax, to_memory_format

TAKEN = ("optimizer.", "confidence.")
"""prefixes that no weight's name may have, because a checkpoint uses them for other tensors"""
COUNT = 3
"""how many images the check shows"""
TOLERANCE = 0.01
"""the largest difference that may be rounding, as a share of the largest score; a hidden layer may be bf16"""


def checked(make: Callable[[], SumNetwork], make_again: Callable[[], SumNetwork]) -> SumNetwork:
    """The network that `make` builds, after a check of its scores, its weights and a training step of its like.

    The second network, that of `make_again`, draws other weights, gets those of the first, and is trained in its place.
    What is random comes from torch's global generator, which `models.build` has set aside.

    Raises:
        ValueError: the network cannot be trained, saved or asked as it is; the message says what to change.
    """
    with torch.inference_mode(False):  # which a script may have around it
        network = make()
        if not isinstance(network.strokes_in, int) or network.strokes_in < 1:
            raise ValueError(f"its strokes_in counts convolutions from 1, and is {network.strokes_in!r}")
        for name in ("see", "add"):
            if getattr(type(network), name) is getattr(SumNetwork, name):
                raise ValueError(f"it has no `{name}`: write `see` and `add`, and no `forward`")
        with evaluating(network), torch.no_grad():
            digits = _scores_of(network)
        other = make_again()
        _load(other, network)
        with evaluating(other), torch.no_grad():
            if not _alike(other.see(_images()), digits):
                outside = ", ".join(f"self.{name}" for name in _outside_checkpoint(network))
                raise ValueError(
                    f"a checkpoint lacks something that its scores depend on{f' ({outside})' if outside else ''}: put "
                    "layers into attributes or an nn.ModuleList, weights into nn.Parameter, fixed tensors into "
                    "register_buffer"
                )
        network.has_idle_weights = _try_step(to_memory_format(other, torch.channels_last))
    return network.train()


def _scores_of(network: SumNetwork) -> Tensor:
    """The network's digit scores, after a check of them, of its sum scores and of its weights."""
    digits = _shaped("see", network.see(_images()), COUNT, DIGITS)
    given = digits.clone()
    sums = _shaped("add", network.add(given, torch.eye(COUNT, NUMBERS)), COUNT, SUMS)
    _check_weights(network)
    if log_softmax(digits).isnan().any() or log_softmax(sums).isnan().any():
        raise ValueError("before the first step its scores are not finite numbers")
    if not torch.equal(given, digits):
        raise ValueError("`add` changes the digit scores in place: compute new ones")
    if not _alike(network.see(_images()), digits):
        raise ValueError("its scores are random in evaluation mode, too: F.dropout needs training=self.training")
    for part in (slice(1, COUNT), slice(0, 1)):
        images = _images()[part]
        if not _alike(_shaped("see", network.see(images), len(images), DIGITS), digits[part]):
            raise ValueError(
                "its scores of an image depend on the other images in the batch: compute each image's alone "
                "(batch normalisation needs running statistics)"
            )
    _check_add(network, digits, sums)
    if type(network).forward is not SumNetwork.forward:
        found_digits, found_sums = network(_images(), torch.eye(COUNT, NUMBERS))
        if not (_alike(found_digits, log_softmax(digits)) and _alike(found_sums, log_softmax(sums))):
            raise ValueError("its `forward` does not give the log-probabilities of `see` and `add`: leave it out")
    return digits


def _check_add(network: SumNetwork, digits: Tensor, sums: Tensor) -> None:
    """Ask for all ten numbers of the images but the first, as an evaluation does; `see` has seen another image last."""
    alone = "`add` may use only its two inputs, row by row, and nothing that `see` keeps"
    n = COUNT - 1
    try:
        found = network.add(digits[1:].repeat_interleave(NUMBERS, 0), torch.eye(NUMBERS).repeat(n, 1))
    except Exception as error:
        raise ValueError(f"{alone} ({error})").with_traceback(error.__traceback__) from error
    rows = torch.arange(n)
    if not _alike(_shaped("add", found, n * NUMBERS, SUMS).view(n, NUMBERS, SUMS)[rows, rows + 1], sums[1:]):
        raise ValueError(alone)


def _check_weights(network: SumNetwork) -> None:
    """Check that the weights begin as numbers, and that a checkpoint can have each of them, once and by its name."""
    for name, weight in network.named_parameters():
        if not weight.is_floating_point():
            raise ValueError(f"{name} is {weight.dtype}: give it floating point numbers, or use register_buffer")
        if not torch.isfinite(weight).all():
            raise ValueError(f"{name} begins with a value that is no finite number")
    names: dict[int, str] = {}
    for name, tensor in network.state_dict().items():
        if not isinstance(tensor, Tensor):
            raise ValueError(f"{name} is no tensor, so a checkpoint cannot have it: leave it out")
        if name.startswith(TAKEN):
            raise ValueError(f"the attribute of {name} needs another name")
        other = names.setdefault(tensor.data_ptr(), name) if tensor.numel() else name
        if other != name:
            raise ValueError(f"{other} and {name} are the same weights: give them one attribute, and use it twice")


def _load(network: SumNetwork, source: SumNetwork) -> None:
    """Give the network the weights of `source`, as a checkpoint would; both must have the same names."""
    weights = source.state_dict()
    strays = sorted(weights.keys() ^ network.state_dict().keys())
    if strays:
        raise ValueError(f"{strays[0]} is not there from the start, or not always: make every layer in __init__")
    network.load_state_dict(weights)


def _try_step(network: SumNetwork) -> bool:
    """Go forward and backward as a training step does; returns whether a weight to be trained got no gradient.

    An error in the user's code is raised as it is.
    """
    shapes = {name: tensor.shape for name, tensor in network.state_dict().items()}
    images = _images().contiguous(memory_format=torch.channels_last)
    digits, sums = network.train()(images, torch.eye(COUNT, NUMBERS))
    loss = F.nll_loss(digits, torch.arange(COUNT)) + F.nll_loss(sums, 2 * torch.arange(COUNT))
    if loss.requires_grad:
        loss.backward()
    idle = [name for name, weight in network.named_parameters() if weight.requires_grad and weight.grad is None]
    if not loss.requires_grad or (idle and not digits.requires_grad):  # a reader that is frozen on purpose may stay so
        why = f"so {idle[0]} cannot learn: leave out torch.no_grad and detach" if idle else "as every weight is frozen"
        raise ValueError(f"its digit scores have no gradient, {why}")
    for name, tensor in network.state_dict().items():
        if tensor.shape != shapes.get(name):
            raise ValueError(f"{name} changes its shape in a step, so a checkpoint of it could not be loaded")
    return bool(idle)


def _outside_checkpoint(network: SumNetwork) -> Iterator[str]:
    """The names of the attributes that have layers or tensors, and that the network's state_dict lacks."""
    kept = {id(each) for each in (*network.modules(), *network.state_dict(keep_vars=True).values())}
    for path, module in network.named_modules():
        for name, value in {**vars(module), **dict(module.named_buffers(recurse=False))}.items():
            parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
            if not name.startswith("_") and any(isinstance(x, Tensor | nn.Module) and id(x) not in kept for x in parts):
                yield f"{path}.{name}" if path else name


def _images() -> Tensor:
    """Normalised images (3, 1, 28, 28), with more ink in each than in the one before.

    Their values are always the same; each call gives another tensor, which a network may change in place.
    """
    noise = torch.rand(COUNT, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    return (noise < torch.tensor([0.1, 0.2, 0.4]).view(COUNT, 1, 1, 1)) * 3.2 - 0.4


def _shaped(method: str, scores: Any, rows: int, columns: int) -> Tensor:
    """The scores, after a check of their shape."""
    if not isinstance(scores, Tensor) or scores.shape != (rows, columns):
        found = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise ValueError(f"`{method}` gives {found}, not scores ({rows}, {columns})")
    return scores


def _alike(found: Tensor, wanted: Tensor) -> bool:
    """Whether the scores differ by no more than rounding; scores of minus infinity are allowed."""
    largest = float(wanted[wanted.isfinite()].abs().max())
    return torch.allclose(found.float(), wanted.float(), rtol=0, atol=TOLERANCE * largest)
