"""TrainConfig: all settings of a run in one frozen value. Each setting is described here and nowhere else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Self, get_args, get_type_hints

from mnist_sum_tui.errors import SettingError, UsageError, short, unknown
from mnist_sum_tui.formatting import small, typed
from mnist_sum_tui.own_network import is_own
from mnist_sum_tui.recipes import MODELS, RECIPES

OPTIMIZERS = {"sgd": "SGD", "nesterov": "SGD with Nesterov momentum", "adamw": "AdamW"}
SCHEDULES = {"constant": "constant rate", "onecycle": "one-cycle rate", "linear": "linear rate"}
AUGMENTATIONS = ("none", "nudge", "shift", "affine", "strong", "written", "sturdy")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
LARGEST_SEED = 2**32 - 1
ENDS = ("patience", "min_gain", "target", "max_minutes")
"""the settings that end a run before its last epoch"""
MAY_CHANGE = ("epochs", "device", "precision", "threads", "keep", "data_dir", *ENDS)
"""the settings that may be changed when a run is resumed"""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a setting accepts, and how a message names them."""

    low: float
    high: float
    words: str
    without_low: bool = False
    """whether `low` itself is out of range"""
    without_high: bool = False
    """whether `high` itself is out of range"""

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.without_low else value >= self.low
        below = value < self.high if self.without_high else value <= self.high
        return above and below


PERCENT = Range(0, 100, "0 to 100")
BELOW_ONE = Range(0, 1, "at least 0 and below 1", without_high=True)
BETWEEN_0_AND_1 = Range(0, 1, "above 0 and below 1", without_low=True, without_high=True)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting's help, label, choices and range; `settings()` gives them by name."""

    help: str
    """one sentence, as `--help` shows it"""
    label: str
    """its name in plain words"""
    choices: Collection[str] = ()
    """a mapping also describes them, by its values or by their `summary`"""
    range: Range | None = None
    usual: str = ""
    """the default as `--help` shows it, if it does not depend on the recipe"""


def _setting(default: Any, help: str, **about: Any) -> Any:
    return field(default=default, metadata={"help": help, **about})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """How to train, made by `TrainConfig.of(recipe, **overrides)`. `mnist-sum train --help` describes the settings.

    Raises:
        UsageError: a value has the wrong type or is out of range; the message names the setting and the range.
    """

    model: str = _setting("original", "The network; mnist-sum model shows them.", choices=MODELS)
    recipe: str = _setting(
        "standard", "A set of settings; sprint takes seconds, marathon minutes.", choices=RECIPES, usual="standard"
    )
    """the recipe that the values started from"""
    epochs: int = _setting(
        5,
        "Passes through all training images; of a resumed run, earlier epochs count too.",
        range=Range(1, 10_000, "1 to 10,000"),
    )
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
    optimizer: str = _setting("adamw", "Optimizer.", choices=tuple(OPTIMIZERS))
    momentum: float = _setting(0.9, "SGD's momentum, or AdamW's beta1.", range=BELOW_ONE)
    beta2: float = _setting(0.98, "AdamW's beta2; SGD has none.", range=BELOW_ONE)
    weight_decay: float = _setting(
        0.01,
        "Weight decay: how strongly weights are pulled to 0 (decoupled in AdamW, L2 in SGD).",
        range=Range(0, 1, "0 to 1"),
    )
    schedule: str = _setting("onecycle", "How the learning rate changes over the run.", choices=tuple(SCHEDULES))
    warmup: float = _setting(0.1, "Share of steps in which the rate rises; constant has none.", range=BETWEEN_0_AND_1)
    label_smoothing: float = _setting(
        0.0,
        "Label smoothing: keeps the network from being too sure (weight of a uniform target); 0 is off.",
        range=BELOW_ONE,
    )
    sum_weight: float = _setting(
        0.5,
        "How much the sum counts in the loss; the digit has the rest, so 0.5 weighs both alike.",
        range=BETWEEN_0_AND_1,
    )
    augment: str = _setting("none", "Random changes to the training images.", choices=AUGMENTATIONS)
    outliers: float = _setting(
        0.0,
        "Adds so many images of no digit for each digit, such as 0.125: the network learns to be unsure of them.",
        range=Range(0, 1, "0 to 1"),
    )
    seed: int = _setting(
        0,
        "Seed of all that is random: validation split, first weights, order of images, numbers.",
        usual="0",
        range=Range(0, LARGEST_SEED, f"0 to {LARGEST_SEED:,}"),
    )
    device: str = _setting("auto", "Device to compute on.", choices=DEVICES, usual="auto")
    precision: str = _setting(
        "auto",
        "Number format of matrix products: bf16 is coarser than fp32, and quicker on some processors.",
        choices=PRECISIONS,
        usual="auto",
    )
    threads: int = _setting(
        0, "CPU threads; 0 takes every usable core.", usual="every usable core", range=Range(0, 1024, "0 to 1,024")
    )
    all_data: bool = _setting(False, "Train on all 60,000 images, or hold out 5,000 for validation.")
    keep: int = _setting(
        8,
        "Epoch snapshots to keep, evenly spread, for the dashboard's pages; 8, but 0 in sprint. 0 keeps none.",
        range=Range(0, 10_000, "0 to 10,000"),
    )
    patience: int = _setting(
        0,
        "Stop after this many epochs without a better validation; 0 never stops.",
        range=Range(0, 10_000, "0 to 10,000"),
    )
    min_gain: float = _setting(
        0.0, "The least gain of the mean validation accuracy that --patience counts, in points.", range=PERCENT
    )
    target: float = _setting(
        0.0, "Stop when the validation has this accuracy for digit and sum, in percent; 0 never stops.", range=PERCENT
    )
    max_minutes: float = _setting(
        0.0,
        "Stop and save after this time of training; --resume goes on. 0 trains on.",
        range=Range(0, 100_000, "0 to 100,000"),
    )
    data_dir: str | None = _setting(
        None, "Folder of MNIST files, there or in MNIST/raw; if empty, MNIST is downloaded.", usual="the built-in MNIST"
    )

    def __post_init__(self) -> None:
        for name, about in settings().items():
            option, value = option_name(name), getattr(self, name)
            _check_kind(name, value)
            if about.choices and value not in about.choices and not (name == "model" and is_own(value)):
                raise unknown(name, value, about.choices)
            if about.range is not None and value not in about.range:
                raise SettingError(f"{option} must be {about.range.words}, not {short(value).removesuffix('.0')}")
        for name in ("patience", "target"):
            if getattr(self, name) and self.all_data:
                how = "add --hold-out (in a sweep --all-data no), or take recipe standard"
                raise UsageError(f"--{name} needs validation images: {how}")

    @classmethod
    def of(cls, recipe: str = "standard", **overrides: Any) -> Self:
        """A config with the recipe's values, replaced by every override that is not None.

        Raises:
            UsageError: the recipe or a setting is unknown, or a value is out of range.
        """
        if recipe not in [*RECIPES]:  # a value of another type may have no hash
            raise unknown("recipe", recipe, RECIPES)
        for name in overrides.keys() - kinds().keys():
            raise unknown("setting", name, kinds())
        given = {name: value for name, value in overrides.items() if value is not None}
        return cls.from_dict({"recipe": recipe, **RECIPES[recipe].values, **given})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config that `to_dict` wrote, perhaps in another version.

        Raises:
            UsageError: a setting is unknown, or a value is out of range.
        """
        for name in sorted(values.keys() - settings().keys()):
            raise UsageError(f"unknown setting {short(name)!r}: this version does not know it, another may")
        return cls(**values)

    def given(self) -> dict[str, Any]:
        """The settings that differ from the recipe's."""
        usual = TrainConfig.of(self.recipe)
        return {name: value for name, value in self.to_dict().items() if value != getattr(usual, name)}

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; not by `asdict`, which copies each, and takes ten times as long."""
        return {name: getattr(self, name) for name in settings()}


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


def option_name(name: str) -> str:
    """A setting's name as the command line writes it, without the leading dashes: `batch-size`."""
    return name.replace("_", "-")


def value_words(name: str, value: Any) -> str:
    """A setting's value as it is shown to a reader: `yes` or `no`, `built-in` (images), `all` (threads), `0.01`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):  # not rounded out of its range: 0.9999999 is no 1
        return small(value) if float(small(value)) in (settings()[name].range or ()) else typed(value)
    return {("data_dir", None): "built-in", ("threads", 0): "all"}.get((name, value), str(value))


def _check_kind(name: str, value: object) -> None:
    declared = kinds()[name]
    allowed = (int, float) if declared is float else get_args(declared) or (declared,)
    is_stray_bool = isinstance(value, bool) and declared is not bool
    if is_stray_bool or not isinstance(value, allowed):
        label = str(declared) if get_args(declared) else declared.__name__
        raise SettingError(f"{option_name(name)} must be {label}, not {short(repr(value))}")
