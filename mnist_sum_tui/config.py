"""TrainConfig: everything that decides how a run goes, in one frozen value. Each setting is described here alone."""

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, Self, get_args, get_type_hints

from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.recipes import MODELS, RECIPES

OPTIMIZERS = ("sgd", "nesterov", "adamw")
SCHEDULES = ("constant", "onecycle", "linear")
AUGMENTATIONS = ("none", "nudge", "shift", "affine", "strong")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
MAY_CHANGE = ("epochs", "device", "precision", "threads", "keep", "data_dir")
"""the settings that a resumed run may have otherwise than the run that it resumes"""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a setting may be, and how a message names them."""

    low: float
    high: float
    words: str
    without_low: bool = False
    without_high: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.without_low else value >= self.low
        below = value < self.high if self.without_high else value <= self.high
        return above and below


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting besides its type and default; `settings()` gives it by name."""

    help: str
    """one sentence, as `--help` shows it"""
    label: str
    """its name in words"""
    choices: Collection[str] = ()
    range: Range | None = None
    usual: str = ""
    """what holds where it is not given, if that is not the recipe's value"""


def _setting(default: Any, help: str, **about: Any) -> Any:
    return field(default=default, metadata={"help": help, **about})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """How to train. Build one with `TrainConfig.of(recipe, **overrides)`; the bare defaults are recipe `standard`.

    Raises:
        UsageError: a value is of the wrong kind or out of its range; the message names the setting and the range.
    """

    model: str = _setting("original", "The network; `mnist-sum model` shows them.", choices=MODELS)
    recipe: str = _setting("standard", "A named way to train.", choices=RECIPES, usual="standard")
    """says where the values came from"""
    epochs: int = _setting(5, "Passes over the training images.", range=Range(1, 10_000, "1 to 10,000"))
    batch_size: int = _setting(
        128,
        "Images per step; the last batch of an epoch may be smaller.",
        label="batch size",
        range=Range(1, 60_000, "1 to 60,000"),
    )
    lr: float = _setting(
        2e-3,
        "Learning rate, or its peak where the schedule changes it.",
        label="learning rate",
        range=Range(0, 100, "above 0, at most 100", without_low=True),
    )
    optimizer: str = _setting("adamw", "Optimizer.", choices=OPTIMIZERS)
    momentum: float = _setting(
        0.9, "SGD's momentum, or AdamW's beta1.", range=Range(0, 1, "0 up to but not 1", without_high=True)
    )
    beta2: float = _setting(0.98, "AdamW's beta2.", range=Range(0, 1, "0 up to but not 1", without_high=True))
    weight_decay: float = _setting(0.01, "Weight decay: decoupled in AdamW, L2 in SGD.", range=Range(0, 1, "0 to 1"))
    schedule: str = _setting("onecycle", "How the learning rate changes over the run.", choices=SCHEDULES)
    warmup: float = _setting(
        0.1,
        "Share of the steps in which the learning rate rises.",
        range=Range(0, 1, "above 0 and below 1", without_low=True, without_high=True),
    )
    label_smoothing: float = _setting(
        0.0,
        "Label smoothing: weight of a uniform target in the loss.",
        range=Range(0, 1, "0 up to but not 1", without_high=True),
    )
    sum_weight: float = _setting(
        0.5,
        "Weight of the sum's loss; the digit's has the rest.",
        range=Range(0, 1, "above 0 and below 1", without_low=True, without_high=True),
    )
    augment: str = _setting("none", "How training images are varied.", choices=AUGMENTATIONS)
    seed: int = _setting(
        0,
        "Decides everything that is random: the split, the first weights, the order and the numbers.",
        usual="0",
        range=Range(0, 2**32 - 1, "0 to 4,294,967,295"),
    )
    device: str = _setting("auto", "Where to compute.", choices=DEVICES, usual="auto")
    precision: str = _setting("auto", "Number format of the matrix products.", choices=PRECISIONS, usual="auto")
    threads: int = _setting(
        0, "CPU threads; 0 takes every usable core.", usual="every usable core", range=Range(0, 1024, "0 to 1,024")
    )
    all_data: bool = _setting(False, "Train on all 60,000 images and validate on none, or hold 5,000 out.")
    keep: int = _setting(
        8,
        "How many epoch snapshots to keep, spread over the run, to look back at; 0 for none.",
        usual="8",
        range=Range(0, 10_000, "0 to 10,000"),
    )
    data_dir: str | None = _setting(None, "A torchvision root with MNIST/raw.", usual="the built-in MNIST")

    def __post_init__(self) -> None:
        for name, about in settings().items():
            value = getattr(self, name)
            _check_kind(name, value)
            if about.choices and value not in about.choices:
                raise unknown(name, value, about.choices)
            if about.range is not None and value not in about.range:
                raise UsageError(f"{_option(name)} must be {about.range.words}, not {value}")

    @classmethod
    def of(cls, recipe: str = "standard", **overrides: Any) -> Self:
        """The recipe's values, with every override that is not None on top.

        Raises:
            UsageError: unknown recipe or setting, or a value out of its range.
        """
        if recipe not in RECIPES:
            raise unknown("recipe", recipe, RECIPES)
        given = {name: value for name, value in overrides.items() if value is not None}
        return cls.from_dict({"recipe": recipe, **RECIPES[recipe].values, **given})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config that `to_dict` wrote.

        Raises:
            UsageError: an unknown setting, or a value out of its range.
        """
        for name in values:
            if name not in settings():
                raise unknown("setting", str(name), settings())
        return cls(**values)

    def given(self) -> dict[str, Any]:
        """The settings that are otherwise than the recipe sets them."""
        usual = TrainConfig.of(self.recipe).to_dict()
        return {name: value for name, value in self.to_dict().items() if value != usual[name]}

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


@cache
def settings() -> dict[str, Setting]:
    """Every setting by its name, in the order in which `--help` lists them."""
    return {
        item.name: Setting(**{"label": item.name.replace("_", " "), **item.metadata}) for item in fields(TrainConfig)
    }


@cache
def kinds() -> dict[str, Any]:
    """The declared type of each setting."""
    return get_type_hints(TrainConfig)


def _option(name: str) -> str:
    return name.replace("_", "-")


def _check_kind(name: str, value: object) -> None:
    declared = kinds()[name]
    allowed = (int, float) if declared is float else get_args(declared) or (declared,)
    is_stray_bool = isinstance(value, bool) and declared is not bool
    if is_stray_bool or not isinstance(value, allowed):
        label = getattr(declared, "__name__", str(declared)) if not get_args(declared) else str(declared)
        raise UsageError(f"{_option(name)} must be {label}, not {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{_option(name)} must be a finite number, not {value!r}")
