"""The learning rate as a pure function of the step, so that a resumed run needs no schedule to be saved."""

import math

from mnist_sum_tui.config import TrainConfig

START_DIVISOR = 25.0
"""a one-cycle schedule starts at lr / 25, the default of torch.optim.lr_scheduler.OneCycleLR"""
END_DIVISOR = 1e4
"""and ends at a ten-thousandth of where it started, as there"""


def learning_rate(config: TrainConfig, step: int, total_steps: int) -> float:
    """The learning rate of step `step`, 0..total_steps-1.

    `onecycle` is Smith and Topin's one-cycle policy (arXiv:1708.07120) in the two-phase cosine form of
    torch.optim.lr_scheduler.OneCycleLR: up from lr/25 to lr over the first `warmup` share of the steps, then down.
    `linear` goes straight up from 0 over that share, and straight down to 0.
    """
    if config.schedule == "constant":
        return config.lr
    if config.schedule == "linear":
        return config.lr * _triangle((step + 0.5) / total_steps, config.warmup)
    start = config.lr / START_DIVISOR
    peak_step = config.warmup * total_steps - 1
    if step <= peak_step:
        return _cosine(start, config.lr, step / peak_step if peak_step > 0 else 1.0)
    down_steps = total_steps - 1 - peak_step
    return _cosine(config.lr, start / END_DIVISOR, (step - peak_step) / down_steps if down_steps > 0 else 1.0)


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * min(share, 1.0))) / 2


def _triangle(share: float, peak: float) -> float:
    return share / peak if share < peak else (1 - share) / (1 - peak)
