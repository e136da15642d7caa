"""The chart of a learning rate range test: the loss over the rate, and the rates that it suggests."""

from typing import TYPE_CHECKING

import numpy as np

from mnist_sum_tui.charts.axes import LOG
from mnist_sum_tui.charts.plot import Curve, Plot

if TYPE_CHECKING:
    from mnist_sum_tui.training.lr_finder import RateTest


def rate_plot(test: "RateTest") -> Plot:
    """The smoothed loss of both heads together over the learning rate, both logarithmic."""
    x = np.log10(np.array(test.rates))
    curve = Curve("loss", "digit", x, np.array(test.smoothed), np.array(test.losses))
    signs = tuple(
        (float(np.log10(rate)), name) for name, rate in (("steepest", test.steepest), ("middle", test.valley))
    )
    return Plot((curve,), (), LOG, "rate", title="Loss while the learning rate rises", signs=signs)
