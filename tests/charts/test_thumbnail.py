import numpy as np

from mnist_sum_tui.charts.thumbnail import shrink


def test_a_thumbnail_keeps_the_ink_in_its_place() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[3:14, 3:14] = 200
    small = shrink(image, 10, 5)
    assert small.shape == (5, 10)
    assert small[:2, :5].min() == 255, "full contrast"
    assert small[3:, 5:].max() == 0
