"""TrainConfig: everything that decides how a run goes, in one frozen value; and the named recipes."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.recipes import MODELS, RECIPES

OPTIMIZERS = ("sgd", "nesterov", "adamw")
SCHEDULES = ("constant", "onecycle", "linear")
AUGMENTATIONS = ("none", "nudge", "shift", "affine", "strong")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
MAY_CHANGE = ("epochs", "device", "precision", "threads", "keep", "data_dir")
"""the fields that a resumed run may have otherwise than the run that it resumes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """How to train. Build one with `TrainConfig.of(recipe, **overrides)`; the bare defaults are recipe `standard`.

    Raises:
        UsageError: a value is of the wrong kind or out of its range; the message names the field and the range.
    """

    model: str = "original"
    """a name in MODELS"""
    recipe: str = "standard"
    """a name in RECIPES; says where the values came from"""
    epochs: int = 5
    """passes over the training images, 1..10,000"""
    batch_size: int = 128
    """images a step, 1..60,000; the last batch of an epoch may be smaller"""
    optimizer: str = "adamw"
    """a name in OPTIMIZERS"""
    lr: float = 2e-3
    """learning rate, or its peak in a one-cycle schedule; above 0, at most 100"""
    momentum: float = 0.9
    """SGD's momentum, or AdamW's beta1; 0 up to but not 1"""
    beta2: float = 0.98
    """AdamW's beta2; 0 up to but not 1"""
    weight_decay: float = 0.01
    """decoupled in AdamW, L2 in SGD; 0..1"""
    schedule: str = "onecycle"
    """a name in SCHEDULES"""
    warmup: float = 0.1
    """share of a schedule in which the learning rate rises, above 0 and below 1"""
    label_smoothing: float = 0.0
    """share of the loss that asks for all classes alike, 0 up to but not 1"""
    sum_weight: float = 0.5
    """the sum's share of the loss, the digit has the rest; above 0 and below 1, 0.5 is the mean of both"""
    augment: str = "none"
    """a name in AUGMENTATIONS"""
    seed: int = 0
    """decides the split, the first weights, the order and the numbers; 0..2**32-1"""
    device: str = "auto"
    """a name in DEVICES"""
    precision: str = "auto"
    """a name in PRECISIONS"""
    threads: int = 0
    """CPU threads; 0 takes every core that the process may use"""
    all_data: bool = False
    """train on all 60,000 images, and validate on none"""
    keep: int = 8
    """epochs whose weights stay in the run's folder, spread over the run, besides those before the first; 0..10,000"""
    data_dir: str | None = None
    """a torchvision root with MNIST/raw; None takes the files in the package"""

    def __post_init__(self) -> None:
        for item in fields(self):
            _check_kind(item.name, getattr(self, item.name))
        _check_choice("model", self.model, MODELS)
        _check_choice("recipe", self.recipe, RECIPES)
        _check_choice("optimizer", self.optimizer, OPTIMIZERS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check_choice("augment", self.augment, AUGMENTATIONS)
        _check_choice("device", self.device, DEVICES)
        _check_choice("precision", self.precision, PRECISIONS)
        _check_range("epochs", self.epochs, 1 <= self.epochs <= 10_000, "1 to 10,000")
        _check_range("batch-size", self.batch_size, 1 <= self.batch_size <= 60_000, "1 to 60,000")
        _check_range("lr", self.lr, 0 < self.lr <= 100, "above 0, at most 100")
        _check_range("momentum", self.momentum, 0 <= self.momentum < 1, "0 up to but not 1")
        _check_range("beta2", self.beta2, 0 <= self.beta2 < 1, "0 up to but not 1")
        _check_range("weight-decay", self.weight_decay, 0 <= self.weight_decay <= 1, "0 to 1")
        _check_range("warmup", self.warmup, 0 < self.warmup < 1, "above 0 and below 1")
        _check_range("label-smoothing", self.label_smoothing, 0 <= self.label_smoothing < 1, "0 up to but not 1")
        _check_range("sum-weight", self.sum_weight, 0 < self.sum_weight < 1, "above 0 and below 1")
        _check_range("seed", self.seed, 0 <= self.seed < 2**32, "0 to 4,294,967,295")
        _check_range("keep", self.keep, 0 <= self.keep <= 10_000, "0 to 10,000")
        _check_range("threads", self.threads, 0 <= self.threads <= 1024, "0 to 1,024")

    @classmethod
    def of(cls, recipe: str = "standard", **overrides: Any) -> Self:
        """The recipe's values, with every override that is not None on top.

        Raises:
            UsageError: unknown recipe or field, or a value out of its range.
        """
        _check_choice("recipe", recipe, RECIPES)
        values = {
            **RECIPES[recipe].values,
            **{key: value for key, value in overrides.items() if value is not None},
        }
        return cls.from_dict({"recipe": recipe, **values})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config that `to_dict` wrote.

        Raises:
            UsageError: an unknown field, or a value out of its range.
        """
        known = [item.name for item in fields(cls)]
        for key in values:
            if key not in known:
                raise unknown("setting", str(key), known)
        return cls(**values)

    def given(self) -> dict[str, Any]:
        """The fields that are otherwise than the recipe sets them."""
        usual = TrainConfig.of(self.recipe).to_dict()
        return {name: value for name, value in self.to_dict().items() if value != usual[name]}

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "bool": (bool,),
    "str | None": (str, type(None)),
}


def _check_kind(name: str, value: object) -> None:
    declared = TrainConfig.__annotations__[name]
    label = declared if isinstance(declared, str) else getattr(declared, "__name__", str(declared))
    kinds = _KINDS[label] if label in _KINDS else _KINDS["str | None"]
    is_stray_bool = isinstance(value, bool) and bool not in kinds
    if is_stray_bool or not isinstance(value, kinds):
        raise UsageError(f"{name.replace('_', '-')} must be {label}, not {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{name.replace('_', '-')} must be a finite number, not {value!r}")


def _check_choice(kind: str, name: str, known: Mapping[str, Any] | tuple[str, ...]) -> None:
    if name not in known:
        raise unknown(kind, name, known)


def _check_range(name: str, value: float, holds: bool, allowed: str) -> None:
    if not holds:
        raise UsageError(f"{name} must be {allowed}, not {value}")
