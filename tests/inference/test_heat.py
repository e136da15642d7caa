"""Heat, addition table and map of the digits, each against a plain computation."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference.addition import mean_addition_tables
from mnist_sum_tui.inference.evaluate import score
from mnist_sum_tui.inference.heat import gradient, occlusion
from mnist_sum_tui.inference.pca import principal_components, turned
from mnist_sum_tui.inference.predict import Predictor, from_outputs, load_predictor
from mnist_sum_tui.inference.score_layers import score_layers
from mnist_sum_tui.machine.hardware import choose_for_inference
from mnist_sum_tui.models.activations import watch

TEST = dataset.load("test").take(torch.arange(60))
IMAGE, NUMBER = TEST.images[8], 6  # a 5 that looks like a 6


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    """The network in the package, with temperatures, so that what is not calibrated differs."""
    own = load_predictor()
    own.confidence = type(own.confidence)(digit_temperature=3.0, sum_temperature=2.0)
    return own


def log_odds(probabilities: tuple[float, ...], answer: int) -> float:
    others = sum(share for place, share in enumerate(probabilities) if place != answer)
    return float(np.log(probabilities[answer] / others))


def test_occlusion_is_that_of_a_plain_loop(predictor: Predictor) -> None:
    plain = predictor.predict(IMAGE, NUMBER)
    heat = occlusion(predictor, IMAGE, NUMBER)
    assert heat.digit.max() > 0.25, "the answer depends on the image"
    for row, column in [(0, 0), (9, 14), (14, 12), (20, 15), (27, 27)]:
        y, x = (min(26, 2 * ((place + 1) // 2)) for place in (row, column))
        changed = IMAGE.clone()
        changed[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 128
        hidden = predictor.predict(changed, NUMBER)
        falls = [
            log_odds(getattr(plain, of), answer) - log_odds(getattr(hidden, of), answer)
            for of, answer in (("digit_probabilities", plain.digit), ("sum_probabilities", plain.sum))
        ]
        assert (heat.digit[row, column], heat.sum[row, column]) == pytest.approx(falls, abs=2e-3)


@pytest.mark.parametrize("index", [8, 38])
def test_what_is_read_without_the_strongest_place_is_told_if_it_is_another_digit(index: int) -> None:
    predictor, image = load_predictor(), TEST.images[index]
    heat, plain, changed = occlusion(predictor, image, NUMBER), predictor.predict(image, NUMBER), image.clone()
    y, x = (min(26, 2 * ((int(place) + 1) // 2)) for place in np.argwhere(heat.digit == heat.digit.max())[0])
    changed[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3] = 128
    hidden = predictor.predict(changed, NUMBER)
    assert heat.digit_then == (None if hidden.digit == plain.digit else hidden.digit)


def test_the_gradient_is_the_slope_of_the_answers(predictor: Predictor) -> None:
    config = TrainConfig.of("standard", model=predictor.config.model, precision="fp32")
    predictor = Predictor(config, predictor.network.state_dict(), "in float32", choose_for_inference(config, "cpu"))
    predictor.confidence = type(predictor.confidence)(digit_temperature=3.0, sum_temperature=2.0)
    heat = gradient(predictor, IMAGE, NUMBER)
    assert not np.array_equal(gradient(predictor, IMAGE, 0).sum, heat.sum)
    assert heat.digit.shape == heat.sum.shape == (28, 28)
    assert heat.digit.min() >= 0 <= heat.sum.min()
    row, column = np.unravel_index(heat.digit.argmax(), (28, 28))
    image = dataset.normalise(IMAGE.unsqueeze(0))
    values = []
    for change in (-1e-3, 0.0, 1e-3):
        moved = image.clone()
        moved[0, 0, row, column] += change
        with torch.inference_mode():
            digits, sums = predictor.network(moved, dataset.one_hot(torch.tensor([NUMBER])))
        values.append((float((digits / 3).log_softmax(1).max()), float((sums / 2).log_softmax(1).max())))
    for found, answers in zip((heat.digit, heat.sum), zip(*values, strict=True), strict=True):
        slopes = np.abs(np.diff(answers)) / 1e-3  # where ReLU or max-pooling has a kink, each side has its own
        assert 0.95 * slopes.min() <= found[row, column] <= 1.05 * slopes.max()


@pytest.mark.parametrize(
    ("change", "is_zero"),
    [
        (lambda see, x: see(x.mul_(2)), False),  # in place
        (lambda see, x: see((x > 0).float()), True),
        (lambda see, x: see(x).detach(), True),
        (lambda _, x: torch.eye(10).expand(len(x), 10, 10)[:, 0], True),
    ],
)
def test_pixels_whose_gradient_never_reaches_an_answer_have_none(
    change: Callable[[Callable[[Tensor], Tensor], Tensor], Tensor],
    is_zero: bool,
    predictor: Predictor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(predictor.network, "see", partial(change, predictor.network.see))
    heat = gradient(predictor, IMAGE, NUMBER)
    assert heat.digit.any() != is_zero
    assert heat.sum.any() != is_zero


def test_the_addition_table_is_what_evaluate_and_predict_say(predictor: Predictor) -> None:
    outputs = predictor.infer(TEST.images)
    tables = mean_addition_tables(outputs, TEST.labels)
    one = predictor.infer(IMAGE.unsqueeze(0)).sum_probabilities[0].numpy()
    for number in range(10):
        assert one[number] == pytest.approx(predictor.predict(IMAGE, number).sum_probabilities, abs=1e-5)
    of_image = outputs.sum_probabilities.argmax(2).numpy()
    right = [sums == int(label) + np.arange(10) for sums, label in zip(of_image, TEST.labels, strict=True)]
    assert np.mean(right) == pytest.approx(score(outputs, TEST).sum_accuracy)
    fives = [row for row in range(60) if TEST.labels[row] == 5]
    plain = np.mean([from_outputs(outputs, row, 2).sum_probabilities for row in fives], 0)
    assert tables[5, 2] == pytest.approx(plain, abs=1e-5)
    assert np.isnan(mean_addition_tables(predictor.infer(TEST.images[:1]), TEST.labels[:1])[0]).all(), "no image of a 0"


def test_the_map_is_that_of_a_singular_value_decomposition(predictor: Predictor) -> None:
    features = predictor.infer(TEST.images, with_features=True).features
    assert features is not None
    assert features.shape[1] <= 288
    last, _ = score_layers(predictor.network)
    with torch.inference_mode(), predictor.hardware.autocast(), watch(last) as seen:
        predictor.network.see(dataset.normalise(TEST.images))
    into = torch.cat([seen[name].input.flatten(1).float() for name in last], 1)
    assert torch.allclose(features, F.adaptive_avg_pool1d(into, features.shape[1]), atol=1e-4)
    points = principal_components(features)
    x = features.double().numpy() - features.double().numpy().mean(0)
    left, sizes, _ = np.linalg.svd(x, full_matrices=False)
    assert np.allclose(np.abs(points), np.abs(left[:, :2] * sizes[:2]), atol=1e-4)
    angle = 2.0
    spun = points @ np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    assert np.allclose(turned(spun, points), points)


def test_the_map_of_a_single_feature_is_a_line() -> None:
    points = principal_components(np.array([[1], [2], [6]], np.float32))
    assert np.allclose(np.abs(points), [[2, 0], [1, 0], [3, 0]])
