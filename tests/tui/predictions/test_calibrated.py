"""Calibrated weights in the dashboard: the same figures as those of `predict`."""

import time
from dataclasses import replace

import pytest

from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.predictions.messages import DrawingPredicted, ImagePredicted, TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictDrawing, PredictImage
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from tests.tui import recorded
from tests.tui.pages.test_draw import make_run
from tests.tui.predictions.test_worker import asked


@pytest.fixture
def run(worker: PredictionWorker, small_data: str) -> Run:
    """A run whose best weights are calibrated."""
    run = make_run(worker._session.runs_folder, small_data)
    loaded, predictor = checkpoint.load(run.best_file), load_predictor(run)
    images, test = dataset.load("train", small_data), dataset.load("test", small_data)
    found = calibrate.fit(predictor.network, predictor.config, images, test, predictor.hardware)
    run.best_file.unlink()  # the two files may be links to one
    checkpoint.save_again(run.best_file, loaded, found.to_tensors())
    return run


def test_each_page_says_what_predict_says(worker: PredictionWorker, run: Run, small_data: str) -> None:
    predictor, test = load_predictor(run), dataset.load("test", small_data)
    image = test.images[3]
    said = [predictor.predict(image, number, int(test.labels[3])) for number in range(10)]
    assert said[0].digit_score is not None
    assert predictor.confidence.digit_temperature != 1

    answer = asked(worker, PredictImage(3), ImagePredicted)
    assert list(answer.predictions) == said
    assert answer.source == f"newest good run {run.id}, epoch 1"

    evaluated = asked(worker, EvaluateTestSet(), TestSetEvaluated)
    for mine, own in zip(evaluated.result.predictions(3), said, strict=True):
        assert mine.verdict == own.verdict
        assert mine.digit_score == pytest.approx(own.digit_score, rel=1e-3)
        assert mine.digit_probabilities == pytest.approx(own.digit_probabilities, rel=1e-3)
        assert mine.sum_probabilities == pytest.approx(own.sum_probabilities, rel=1e-3)

    drawn = asked(worker, PredictDrawing(image.numpy(), time.perf_counter()), DrawingPredicted)
    assert drawn.predictions is not None
    assert drawn.predictions[4].threshold == said[4].threshold
    assert drawn.predictions[4].digit_score is not None


def test_what_is_said_of_weights_holds_now_and_not_only_when_they_were_loaded(
    worker: PredictionWorker, run: Run
) -> None:
    useless = replace(recorded.finished(), digit_accuracy=0.098, sum_accuracy=0.1)
    run.metrics_file.write_bytes(to_lines([useless]))
    with run.lock():
        assert asked(worker, PredictImage(3), ImagePredicted).source == f"newest good run {run.id}, epoch 1"
    assert asked(worker, PredictImage(3), ImagePredicted).source == "the built-in network, epoch 28"
    worker._session.network = run  # opened on Runs
    with run.lock():
        assert asked(worker, PredictImage(3), ImagePredicted).source == f"{run.id}, epoch 1"
    assert asked(worker, PredictImage(3), ImagePredicted).source == f"{run.id}, epoch 1, only guesses"
