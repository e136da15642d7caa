"""Predictions in a script: what is taken as an image or a number, and what is refused with a clear word."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.inference.predict import Predictor, load_predictor
from mnist_sum_tui.runs.summary import summarise


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return load_predictor("built-in", device="cpu")


@pytest.mark.parametrize("number", [7, np.int64(7), torch.tensor(7), np.uint8(7)])
def test_a_whole_number_of_any_library_is_taken_and_can_be_printed(predictor: Predictor, number: Any) -> None:
    test = dataset.load("test")
    prediction = predictor.predict(test.images[3].numpy(), number, label=test.labels[3])  # type: ignore[arg-type]
    assert (prediction.number, prediction.digit, prediction.sum, prediction.label) == (7, 0, 7, 0)
    assert json.loads(json.dumps(prediction.to_dict()))["number"] == 7


@pytest.mark.parametrize("number", [7.0, "7", None])
def test_what_is_no_whole_number_is_refused(predictor: Predictor, number: Any) -> None:
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        predictor.predict(dataset.load("test").images[3], number)


def test_a_truth_value_counts_as_python_counts_it(predictor: Predictor) -> None:
    assert predictor.predict(dataset.load("test").images[3], True).sum == 1
    with pytest.raises(UsageError, match="number 10 is outside"):
        predictor.predict(dataset.load("test").images[3], np.int64(10))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (np.zeros((28, 28), np.float32), "float32 (28, 28)"),
        (torch.zeros(28, 28), "float32 (28, 28)"),
        (torch.zeros(28, 29, dtype=torch.uint8), "uint8 (28, 29)"),
        (Image.new("L", (28, 28)), "Image"),
    ],
)
def test_another_image_is_refused_with_what_to_do(predictor: Predictor, image: Any, found: str) -> None:
    with pytest.raises(ValueError, match=r"^image must be uint8 \(28, 28\), not .*: data.picture.prepare") as told:
        predictor.predict(image, 7)
    assert f"not {found}:" in str(told.value)


@pytest.mark.parametrize("turned", [np.rot90, np.flipud, np.fliplr, np.transpose])
def test_an_image_may_be_a_turned_view_of_another(predictor: Predictor, turned: Callable[[Any], Any]) -> None:
    view = turned(dataset.load("test").images[3].numpy())
    assert predictor.predict(view, 7) == predictor.predict(torch.tensor(view.tolist(), dtype=torch.uint8), 7)


def test_many_images_are_taken_or_refused_like_one(predictor: Predictor) -> None:
    """Images scaled to 0..1 would give other answers without a word."""
    images = dataset.load("test").images[:4]
    assert torch.equal(predictor.infer(images.numpy()).digits, predictor.infer(images).digits)
    scaled: Any = images.numpy() / 255
    for wrong in (images / 255, images[0], scaled):
        with pytest.raises(ValueError, match=r"images must be uint8 \(N, 28, 28\), not"):
            predictor.infer(wrong)
    with pytest.raises(ValueError, match="there are no images"):
        predictor.infer(images[:0])


def test_what_a_notebook_shows_of_images_answers_and_a_run_is_short(predictor: Predictor) -> None:
    """The value of a cell's last line is shown by its repr: tensors and a history fill pages."""
    images = dataset.load("test").take(torch.arange(4))
    assert repr(images) == "<Split: 4 images>"
    assert repr(predictor.infer(images.images)) == "<Outputs: 4 images>"
    assert repr(predictor.confidence).startswith("Confidence(digit_temperature=")
    assert "EpochDone" in repr(summarise(RECORDED).epochs)
    for shown in (predictor, predictor.confidence, predictor.predict(images.images[0], 1), summarise(RECORDED)):
        assert len(repr(shown)) < 1_500
