import numpy as np
import pytest

from mnist_sum_tui.charts.thumbnail import as_maps, feature_pictures, scaled, score_columns, shrink


def test_a_thumbnail_keeps_the_ink_in_its_place() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[3:14, 3:14] = 200
    small = shrink(image, 10, 5)
    assert small.shape == (5, 10)
    assert small[:2, :5].min() == 255, "full contrast"
    assert small[3:, 5:].max() == 0


def test_maps_share_one_scale_and_filters_are_grey_at_zero() -> None:
    maps = np.array([[[0, 1], [2, -3]], [[0, 0], [0, 4]]], np.float32)
    kernels = np.array([[[0, 2], [-2, 1]], [[0, 0], [0, 0]]], np.float32)
    first, second = feature_pictures(maps, kernels, 5)
    assert first.shape == second.shape == (4, 4 + 1 + 2)
    roots = [[0, 0, 128, 128]] * 2 + [[180, 180, 0, 0]] * 2
    assert first[:, :4].tolist() == roots, "square roots of shares of the highest value, 4"
    assert second[2:, 2:4].min() == 255
    assert first[:2, 5:].tolist() == [[128, 255], [0, 191]]
    assert first[2:, 4:].max() == 0
    assert feature_pictures(maps * 0, None, 4)[0].max() == 0
    assert feature_pictures(maps[:1], None, 2)[0].tolist() == [[0, 128], [255, 0]], "a single map in proportion"
    assert feature_pictures(maps, kernels, 1)[0].shape == (1, 1), "without filters, where they do not fit"


@pytest.mark.parametrize(
    ("shape", "side", "size"), [((5, 5), 14, (10, 10)), ((24, 24), 10, (10, 10)), ((8, 16), 30, (24, 48))]
)
def test_small_maps_are_enlarged_by_whole_pixels(shape: tuple[int, int], side: int, size: tuple[int, int]) -> None:
    assert scaled(shape, side) == size


def test_values_without_places_become_squares_in_their_order() -> None:
    for count, shape in ((10, (1, 10)), (19, (1, 19)), (20, (2, 10)), (128, (8, 16)), (1000, (32, 32))):
        values = np.arange(1, count + 1, dtype=np.float32)
        (units,) = as_maps(values)
        assert units.shape == shape
        assert units.reshape(-1)[:count].tolist() == values.tolist()
        assert units.sum() == values.sum()


def test_scores_are_columns_up_and_down_from_a_line() -> None:
    shown = score_columns(np.array([3.0, -1.0, 0.0, 1.5], np.float32), cell=3, rows=8)
    assert shown.shape == (8, 12)
    assert not shown[:, 2::3].any(), "gaps between the columns"
    columns = shown[:, ::3].T
    assert (columns == 255).sum(1).tolist() == [6, 0, 0, 3]
    assert [np.flatnonzero(column == 115).tolist() for column in columns] == [[], [6, 7], [], []]
    assert (columns[2] > 0).tolist() == [False] * 6 + [True, False], "the line"
    for least in (np.full(10, -2.0, np.float32), np.zeros(19, np.float32)):
        assert (score_columns(least, cell=1, rows=2).max(0) > 0).all()
