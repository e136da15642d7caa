"""The named recipes, and the names of the networks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MODELS = {
    "original": "the assignment's large network, slow on a CPU",
    "original-2fc": "the same with two linear layers in the sum head: the assignment's parameter count",
    "pictured": "the small network in the assignment's drawing",
    "compact": "small, quick, learns to add fast",
    "swift": "smaller and quicker still, for recipe sprint",
    "keen": "three small networks whose votes count together, for recipe marathon",
    "deep": "seven small convolutions that keep the image large for longer, for recipe sturdy",
}
QUICK_MODEL = "compact"
"""the network that the dashboard offers first: it trains in a minute or two on any machine, with validation"""
LARGE_MODEL = "original"
"""the assignment's network, which the dashboard offers second"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named way to train: the settings in which it differs from the defaults of TrainConfig, the model among them."""

    name: str
    summary: str
    values: Mapping[str, Any] = field(default_factory=dict)


LONG_STEPS: Mapping[str, Any] = {
    "batch_size": 256,
    "lr": 4e-3,
    "weight_decay": 0.3,
    "label_smoothing": 0.1,
    "sum_weight": 0.1,
}
"""the settings that `marathon` and `sturdy` share"""

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("standard", "the usual way, for every network"),
        Recipe(
            "sprint",
            "the quickest way to a good network: swift, all images, two epochs",
            {
                "model": "swift",
                "epochs": 2,
                "batch_size": 224,
                "lr": 1e-2,
                "momentum": 0.85,
                "weight_decay": 0.2,
                "schedule": "linear",
                "label_smoothing": 0.1,
                "augment": "nudge",
                "all_data": True,
                "keep": 0,
            },
        ),
        Recipe(
            "marathon",
            "for the last tenth of a percent: keen, all images, 32 epochs of strong augmentation",
            {"model": "keen", "epochs": 32, **LONG_STEPS, "augment": "strong", "all_data": True},
        ),
        Recipe(
            "sturdy",
            "for what people draw and photograph: deep, 28 epochs of spoiled images, and some of no digit",
            {"model": "deep", "epochs": 28, **LONG_STEPS, "augment": "sturdy", "outliers": 0.125},
        ),
        Recipe(
            "original",
            "the assignment's: SGD, constant learning rate, 25 epochs",
            {
                "epochs": 25,
                "optimizer": "sgd",
                "lr": 0.01,
                "momentum": 0.7,
                "weight_decay": 0.0,
                "schedule": "constant",
            },
        ),
    )
}
