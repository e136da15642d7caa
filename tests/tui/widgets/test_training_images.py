"""The training images beside the form for a new run."""

import numpy as np
import pytest

from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.widgets.training_images import TrainingImages, first_of_each, side_by_side
from tests.tui.recorded import until


def test_the_first_of_each_digit_and_none_for_a_digit_that_is_missing() -> None:
    labels = np.array([3, 0, 3, 9], np.uint8)
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1).repeat(28, 1).repeat(28, 2)
    found = first_of_each(images, labels)
    assert [None if image is None else int(image[0, 0]) for image in found] == [1, None, None, 0, *[None] * 5, 3]


def test_the_images_stand_beside_each_other_with_gaps() -> None:
    full = np.full((28, 28), 255, np.uint8)
    drawn = side_by_side([full, None, full], 14)
    assert drawn.shape == (11, 42)
    assert drawn[0].tolist() == [255] * 11 + [0] * 17 + [255] * 11 + [0] * 3


async def test_they_are_read_once_where_there_is_room_and_counted(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = []

    def read(name: str, data_dir: str | None = None, *, is_from_run: bool = False) -> mnist_files.Arrays:
        split.append((name, data_dir, is_from_run))
        return np.full((20, 28, 28), 200, np.uint8), np.arange(20, dtype=np.uint8) % 10

    monkeypatch.setattr(mnist_files, "read", read)
    async with app.run_test(size=(169, 60)) as pilot:
        shown = app.train_page.query_one(TrainingImages)
        await pilot.pause()
        assert not split
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: len(shown.images) == 10)
        lines = str(shown.render()).splitlines()
        assert lines[0].startswith("Of the 20 training images")
        assert [line.split() for line in lines if line.strip("0123456789 ") == "" and line] == [
            [str(digit) for digit in digits] for digits in (range(5), range(5, 10))
        ]
        assert len(lines) <= shown.region.height
        assert app.train_page.form.max_scroll_y == 0
        await pilot.resize_terminal(169, 60)
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert split == [("train", None, True)]
