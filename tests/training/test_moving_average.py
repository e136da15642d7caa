"""The moving average that the coach, the race and the key figures go by is the one that the charts show."""

import math

import numpy as np

from mnist_sum_tui.charts.series import smooth
from mnist_sum_tui.training.moving_average import SMOOTHING, Average


def test_it_is_the_last_value_of_the_smoothed_curve_and_nan_after_a_nan() -> None:
    values, average = [1.0, 4.0, math.nan, 2.0, math.inf, 3.0], Average()
    assert average.value == 0
    for count, value in enumerate(values, 1):
        newest = average.add(value)
        assert average.value is newest
        assert np.isclose(newest, smooth(np.array(values[:count]), SMOOTHING)[-1], equal_nan=True)
