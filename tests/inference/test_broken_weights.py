"""A network whose weights are broken, as just before its training diverges: it can be asked, and says nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference.evaluate import score
from mnist_sum_tui.inference.heat import _finite, gradient, occlusion
from mnist_sum_tui.inference.layer_views import look_inside
from mnist_sum_tui.inference.pca import principal_components
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.machine.hardware import choose, choose_for_inference
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.training.step import Learner
from mnist_sum_tui.verdict import Verdict
from tests.conftest import Cli

TEST = dataset.load("test").take(torch.arange(20))


@pytest.fixture(params=["conv1.weight", "digit.weight"])
def predictor(request: pytest.FixtureRequest) -> Predictor:
    """The network in the package, with its calibration; large weights make infinity and then no numbers."""
    loaded = checkpoint.load(BUILT_IN)
    weights = {
        name: torch.full_like(tensor, 3e38) if name.endswith(request.param) else tensor
        for name, tensor in loaded.weights.items()
    }
    return Predictor(loaded.config, weights, "broken", choose_for_inference(loaded.config, "cpu"), loaded.confidence)


def test_its_answers_have_no_probability_and_no_image_is_a_digit(predictor: Predictor) -> None:
    assert not predictor.infer(TEST.images).digits.isfinite().all(), "or nothing would be broken"
    said = predictor.predict(TEST.images[0], 5)
    assert {*said.digit_probabilities, *said.sum_probabilities} == {0.0}
    assert (said.digit_score, said.verdict) == (0, Verdict.STRANGER)
    assert score(predictor.infer(TEST.images), TEST).refused == 1


def test_what_is_drawn_of_it_consists_of_numbers(predictor: Predictor) -> None:
    views = look_inside(predictor.network, TEST.images[0], 5, predictor.hardware)
    drawn: list[NDArray[Any]] = [view.maps for view in views]
    for heat in (occlusion(predictor, TEST.images[0], 5), gradient(predictor, TEST.images[0], 5)):
        drawn += [heat.digit, heat.sum]
    features = predictor.infer(TEST.images, with_features=True).features
    assert features is not None
    assert all(np.isfinite(values).all() for values in (*drawn, principal_components(features)))


def test_heat_that_is_no_number_or_has_no_end_is_none() -> None:
    assert _finite(torch.tensor([torch.nan, torch.inf, -torch.inf, 2.5])).tolist() == [0, 0, 0, 2.5]


def broken_run(folder: Path, data_dir: str) -> Run:
    """A run that was saved after a step that was far too large."""
    config = TrainConfig.of("standard", model="swift", epochs=1, device="cpu", threads=1, data_dir=data_dir)
    run, learner = find.create(folder, config), Learner(config, choose(config))
    with torch.no_grad():
        next(learner.network.parameters()).fill_(3e38)
    learner.save(run.last_file, Position(epoch=2), also=run.best_file)
    return run


def test_the_commands_answer_and_their_json_is_strict(cli: Cli, small_data: str, tmp_path: Path) -> None:
    def told(*arguments: str) -> dict[str, Any]:
        done = cli(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        values: dict[str, Any] = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        return values

    broken_run(tmp_path / "runs", small_data)
    shown = cli("predict", "3", "5")
    assert (shown.returncode, "0.00 %" in shown.stdout) == (0, True), shown.stderr
    assert told("predict", "3", "5")["confidence"] == 0
    report = told("evaluate")
    assert (report["digit_loss"], report["digit_reliability"]["bins"][0][0]) == ("NaN", 100)
