"""Record the inputs and outputs of a network's layers while it runs; all that looks inside a network uses it."""

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from torch import Tensor, jit, nn
from torch.overrides import TorchFunctionMode


class Activation(NamedTuple):
    """What one layer took in and gave out; neither is copied."""

    input: Tensor
    output: Tensor


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a layer, or of a function between the layers; tensors are not copied."""

    name: str
    """the layer's name within the network, or the name of torch's function, such as `relu`"""
    module: nn.Module | None
    """None for a function"""
    input: Tensor
    output: Tensor
    options: Mapping[str, Any]
    """a function's further arguments, named as those of a pooling: `kernel_size`, `stride`, `padding`"""


class _Calls(TorchFunctionMode):
    """Records every call, but not the functions that a layer calls inside itself."""

    def __init__(self, functions: Collection[str]) -> None:
        super().__init__()
        self.seen: list[Call] = []
        self._functions = functions
        self._is_inside = False

    def enter(self, _layer: nn.Module, _inputs: tuple[Tensor, ...]) -> None:
        self._is_inside = True

    def leave(self, name: str, layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        self._is_inside = False
        if (found := _tensors(inputs, output)) is not None:
            self.seen.append(Call(name, layer, *found, {}))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        options = dict(kwargs or {})
        output = func(*args, **options)
        name = getattr(func, "__name__", "")
        if name in self._functions and not self._is_inside:
            taken = args[0] if args else options.pop("input", None)
            options |= zip(("kernel_size", "stride", "padding"), args[1:], strict=False)
            if (found := _tensors((taken,), output)) is not None:
                self.seen.append(Call(name, None, *found, options))
        return output


def _tensors(inputs: tuple[Any, ...], output: Any) -> Activation | None:
    """A layer's first input and its output, or its first output if it has several, as an `nn.GRU`.

    None if they are no tensors, or if the layer was called with names only.
    """
    first = output[0] if isinstance(output, tuple) and output else output
    is_whole = bool(inputs) and isinstance(inputs[0], Tensor) and isinstance(first, Tensor)
    return Activation(inputs[0], first) if is_whole else None


def _here(hook: Callable[..., None]) -> Callable[..., None]:
    """The hook, but only for layers that this thread runs, because others may ask the same network meanwhile."""
    own = threading.get_ident()

    def only_own(*given: Any) -> None:
        if threading.get_ident() == own:
            hook(*given)

    return only_own


@contextlib.contextmanager
def calls(network: nn.Module, functions: Collection[str]) -> Iterator[list[Call]]:
    """Every run of a layer and of these torch functions between layers, in running order.

    It is slower than `watch`, because it sees every operation. The hooks are gone when the block ends.
    """
    mode = _Calls(functions)
    with contextlib.ExitStack() as hooks:
        for name, layer in layers(network).items():
            hooks.enter_context(layer.register_forward_pre_hook(_here(mode.enter)))
            hooks.enter_context(layer.register_forward_hook(_here(partial(mode.leave, name))))
        with mode:
            yield mode.seen


@contextlib.contextmanager
def watch(watched: Mapping[str, nn.Module]) -> Iterator[dict[str, Activation]]:
    """Note the activations of these layers by name, in the order in which they run.

    If a layer runs twice, the second run replaces the first. The hooks are gone when the block ends.
    """
    seen: dict[str, Activation] = {}

    def note(name: str, _layer: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if (found := _tensors(inputs, output)) is not None:
            seen[name] = found

    with contextlib.ExitStack() as hooks:
        for name, layer in watched.items():
            hooks.enter_context(layer.register_forward_hook(_here(partial(note, name))))
        yield seen


def layers(network: nn.Module) -> dict[str, nn.Module]:
    """The modules that contain no other modules, by name; not those of TorchScript, which take no hooks."""
    parts = network.named_modules()
    return {name: it for name, it in parts if not any(it.children()) and not isinstance(it, jit.ScriptModule)}
