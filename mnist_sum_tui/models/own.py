"""Build a network of the user's own from the file that the command line named."""

import sys
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import torch

from mnist_sum_tui import own_network
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.models.layers import CellNetwork, SumNetwork, evaluating
from mnist_sum_tui.models.own_check import checked
from mnist_sum_tui.sizes import NUMBERS, SIDE

Done = TypeVar("Done")


@cache
def builder(model: str) -> Callable[[], SumNetwork]:
    """The function that builds a network of the file's one network class.

    Raises:
        UsageError: the file was not named, cannot be executed, or does not have exactly one network. The function
            raises it too, if the network cannot be built or trained.
    """
    path, code = own_network.file_of(model)
    own = _class_in(path, code)
    return lambda: _tried(path, lambda: checked(own))


def _class_in(path: Path, code: bytes) -> type[SumNetwork]:
    """The one network class that the file has when it is executed."""
    module = ModuleType(f"own_network_{path.stem}")
    sys.modules[module.__name__] = module  # as an import does; dataclasses, for example, look there
    _tried(path, lambda: exec(compile(code, str(path), "exec"), module.__dict__))
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, SumNetwork)]
    own = [each for each in dict.fromkeys(classes) if each.__module__ == module.__name__]
    own = [each for each in own if not any(each in other.__bases__ for other in own)]
    if len(own) != 1:
        names = ", ".join(each.__name__ for each in own) or "none"
        bases = f"{SumNetwork.__name__} or {CellNetwork.__name__}"
        raise UsageError(f"{path}: needs one class derived from {bases}, has {names}: mnist-sum guide own-network")
    return own[0]


def check_in_bf16(network: SumNetwork, model: str, device: torch.device) -> None:
    """Try a network of the user's own in bf16, in which it then trains; `builder` has tried it in float32 only.

    Raises:
        UsageError: it fails.
    """
    images, numbers = torch.zeros(2, 1, SIDE, SIDE, device=device), torch.eye(2, NUMBERS, device=device)
    try:
        with evaluating(network), torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16):
            network(images, numbers)
    except Exception as error:
        path, _ = own_network.file_of(model)
        advice = "add --precision fp32, or call .float() on its layers' outputs"
        raise UsageError(f"{path}: fails in bf16 ({_words(error)}): {advice}") from error


def _tried(path: Path, do: Callable[[], Done]) -> Done:
    """What `do` returns. An error or exit in the user's code becomes a UsageError of one line that names the place."""
    try:
        return do()
    except (Exception, SystemExit) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
        place = f", line {line}" if line else ""
        raise UsageError(f"{path}{place}: {_words(error)}") from error


def _words(error: BaseException) -> str:
    """An error's type and text, on one line; the type alone if the text of the user's own error fails."""
    name = type(error).__name__
    try:
        return f"{name}: {' '.join(str(error).split())}"
    except Exception:
        return name
