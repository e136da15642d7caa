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


def test_while_it_grows_it_is_the_polynomial_decay_average_that_its_docstring_names() -> None:
    eta, decayed, average = 3, 0.0, Average(weight=0.9999)
    for count, value in enumerate([1.0, 4.0, -2.0, 2.0, 5.0, 3.0], 1):
        newest = (eta + 1) / (count + eta)  # Shamir and Zhang, arXiv:1212.1824, section 4
        decayed = (1 - newest) * decayed + newest * value
        assert math.isclose(average.add(value), decayed)
    assert f"eta = {eta}" in (Average.__doc__ or "")
