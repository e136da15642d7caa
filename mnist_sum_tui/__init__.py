"""mnist-sum: train a network that sees a digit and adds a number, and watch it learn in the terminal.

>>> from mnist_sum_tui import TrainConfig, train, load_predictor

Importing the package does not import torch: the three names above are imported when they are first used.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_sum_tui.config import TrainConfig
    from mnist_sum_tui.inference.predict import load_predictor
    from mnist_sum_tui.training.loop import train

__version__ = "0.2.0"
"""stands only here: the package's metadata and a run's environment.json take it from here"""

__all__ = ["TrainConfig", "__version__", "load_predictor", "train"]

_HOME_OF = {"TrainConfig": "config", "load_predictor": "inference.predict", "train": "training.loop"}


def __dir__() -> list[str]:
    """The public names, also before their first use, and the modules: for `dir`, `help` and the tab key."""
    return [*({*globals(), *_HOME_OF} - {"Any", "TYPE_CHECKING", "import_module", "sys"})]


def __getattr__(name: str) -> Any:
    """Import a public name's module when the name is first used, because torch alone takes over a second.

    If the module is the first to import torch, torch's threads will wait as in the commands.
    """
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name != "TrainConfig" and "torch" not in sys.modules:
        import_module(f"{__name__}.machine.process").set_waiting()
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
