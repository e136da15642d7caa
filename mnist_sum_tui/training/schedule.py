"""The learning rate of each step: a function of the config, the step and the recorded changes, so it needs no state."""

import math
from collections.abc import Sequence
from itertools import pairwise

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.position import Change

START_DIVISOR = 25.0
"""a one-cycle schedule starts at lr / 25, the default of torch.optim.lr_scheduler.OneCycleLR"""
END_DIVISOR = 1e4
"""and ends at a ten-thousandth of its start, as OneCycleLR does by default"""

ADDED_EPOCHS = (
    "--epochs counts all epochs, also those so far; in added ones a rate that has fallen rises again, to half its peak"
)
"""how the advice to train a run further describes the learning rate"""


def rate_at(config: TrainConfig, changes: Sequence[Change], steps_per_epoch: int, step: int) -> float:
    """The learning rate of a step, counted from 0, in a run whose number of epochs was changed during training.

    More epochs before the end stretch the rest of the schedule, fewer compress it. Epochs added at the end are a new
    cycle with half the peak of the last one. A constant rate stays.
    """
    past = [change for change in changes if change.step <= step]
    place: float = step
    while len(past) > 1:
        before, last = past[-2:]
        planned, steps = before.epochs * steps_per_epoch, max(1, last.epochs * steps_per_epoch - last.step)
        if last.step >= planned:
            return learning_rate(config, place - last.step, steps) * _share_of_peak(config, past, steps_per_epoch)
        # the middle of a step, as a share of what was left, is that of a step of the schedule before
        place = last.step + (place - last.step + 0.5) * (planned - last.step) / steps - 0.5
        past.pop()
    return learning_rate(config, place, past[0].epochs * steps_per_epoch)


def _share_of_peak(config: TrainConfig, past: Sequence[Change], steps_per_epoch: int) -> float:
    """The peak of the latest cycle as a share of the first; each cycle of added epochs has half the peak before it."""
    cycles = sum(after.step >= before.epochs * steps_per_epoch for before, after in pairwise(past))
    return 1.0 if config.schedule == "constant" else 0.5**cycles


def learning_rate(config: TrainConfig, step: float, total_steps: int) -> float:
    """The learning rate of step `step`, 0..total_steps-1, in one cycle; it has fractions if the cycle was stretched.

    `onecycle` is Smith and Topin's one-cycle policy (arXiv:1708.07120) in the two-phase cosine form of
    torch.optim.lr_scheduler.OneCycleLR: up from lr/25 to lr over the first `warmup` share of the steps, then down.
    `linear` goes straight up from 0 over that share, and straight down to 0. A run of a single step has the peak rate,
    because otherwise it would learn nothing.
    """
    if config.schedule == "constant":
        return config.lr
    if config.schedule == "linear":
        return config.lr * _triangle((step + 0.5) / total_steps, config.warmup)
    if total_steps == 1:
        return config.lr
    start = config.lr / START_DIVISOR
    peak_step = config.warmup * total_steps - 1
    if step <= peak_step:
        return _cosine(start, config.lr, step / peak_step if peak_step > 0 else 1.0)
    return _cosine(config.lr, start / END_DIVISOR, (step - peak_step) / (total_steps - 1 - peak_step))


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(share, 1.0))) / 2


def _triangle(share: float, peak: float) -> float:
    return share / peak if share < peak else (1 - share) / (1 - peak)
