"""That the loss has risen because the user turned a setting other than the learning rate, and why. No torch."""

from collections.abc import Iterable

from mnist_sum_tui.config import AUGMENTATIONS, TrainConfig, settings, value_words
from mnist_sum_tui.runs.knob_turns import Turn, turned
from mnist_sum_tui.training.diverged import ALIKE

LATELY = 100
"""steps after which a turn is no longer the reason why a loss begins to rise"""
WHY = {
    "augment": "changed images are harder to read",
    "label_smoothing": "it is to be less sure of its answers",
    "sum_weight": "one of the two answers counts less",
    "weight_decay": "the weights are pulled to 0 more strongly",
}
"""the settings that may raise the loss, and how"""


def raised_by(turns: Iterable[Turn], low_step: int, step: int) -> Turn | None:
    """The turn of a setting that may be why the loss has risen since `low_step`, at which it was still low.

    None if there is none, or if the learning rate was turned up later, which is then the likely reason.
    """
    held = turned(turns, step)
    found = [turn for name, turn in held.items() if name in WHY and turn.step >= low_step - LATELY]
    last, rate = max(found, key=lambda turn: turn.step, default=None), held.get("lr")
    is_rate = last is not None and rate is not None and rate.number >= ALIKE and rate.step >= last.step
    return None if is_rate else last


def why_raised(turn: Turn, turns: Iterable[Turn], config: TrainConfig) -> str:
    """A sentence on why that turn raises the loss; empty if it makes nothing harder, but takes such a turn back."""
    name, before = turn.setting, turned(turns, turn.step - 1).get(turn.setting)
    old = before.value if before else value_words(name, getattr(config, name))
    if name == "augment":
        is_more = AUGMENTATIONS.index(turn.value) > AUGMENTATIONS.index(old)
    else:
        is_more = turn.number != float(old) if name == "sum_weight" else turn.number > float(old)
    words = f"The loss has risen since {settings()[name].label} was turned to {turn.value}: {WHY[name]}"
    return words if is_more else ""
