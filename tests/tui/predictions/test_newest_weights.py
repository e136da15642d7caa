"""The weights of a training in progress: asked for, waited for, and given up."""

import queue
import shutil
import threading

import numpy as np
import pytest
from textual.message import Message

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.predictions import load, predictors
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated, Working
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from tests.tui import recorded
from tests.tui.predictions.test_worker import wait_for


def test_the_newest_weights_of_a_training(worker: PredictionWorker) -> None:
    from mnist_sum_tui.machine.hardware import choose
    from mnist_sum_tui.training.step import Learner

    config, control = TrainConfig.of("standard", model="compact", device="cpu"), Control()
    worker._session.begin(config, Run(worker._session.runs_folder / "now"), control)
    answers: queue.Queue[Message] = queue.Queue()
    worker.request(PredictImage(0), answers.put)
    assert isinstance(answers.get(timeout=30), Working)
    control.deliver(1234, Learner(config, choose(config)).copy_weights())
    answer = wait_for(answers, ImagePredicted)
    assert answer.source == "the training in progress, step 1,234, not calibrated yet"
    assert control.take("weights")


def test_the_dashboard_leaves_an_apple_gpu_to_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads that use one at once crash the process, and the answers come from another thread than the steps."""
    import torch

    from mnist_sum_tui.machine import hardware

    monkeypatch.setattr(hardware, "_device", lambda *_: torch.device("mps", 0))
    loaded = checkpoint.load(BUILT_IN)
    newest = load.load_newest(loaded.config, loaded.weights, "a training")
    for predictor in (newest, load.load_file(Weights("built-in", "built-in", BUILT_IN))):
        assert {weight.device for weight in predictor.network.parameters()} == {torch.device("cpu")}
        assert len(load.predict_all_numbers(predictor, np.zeros((28, 28), np.uint8))) == 10
    nvidia = hardware.Hardware(torch.device("cuda", 0), "bf16", 1, "")
    assert hardware.beside_training(nvidia) is nvidia, "several threads may use one"


def test_an_evaluation_of_a_training_goes_on_whatever_is_pressed(
    worker: PredictionWorker, small_data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the weights that it began with: newer ones at each key would mean that none ever comes to its end."""
    from mnist_sum_tui.machine.hardware import choose
    from mnist_sum_tui.training.step import Learner

    monkeypatch.setattr(predictors, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(load, "SLICE", 10)
    config, control = TrainConfig.of("standard", model="compact", device="cpu", data_dir=small_data), Control()
    worker._session.begin(config, Run(worker._session.runs_folder / "now"), control)
    tensors = Learner(config, choose(config)).copy_weights()
    control.deliver(100, tensors)
    second = queue.Queue[Message]()

    def reply(message: Message) -> None:  # in the worker's thread, after the first slice
        if isinstance(message, Working) and message.share:
            control.deliver(200, tensors)
            worker.request(EvaluateTestSet(), second.put)

    worker.request(EvaluateTestSet(), reply)
    answer = wait_for(second, TestSetEvaluated)
    assert answer.result.source.endswith("step 100, not calibrated yet")


def test_weights_that_are_delivered_are_there_at_once() -> None:
    control, found = Control(), queue.Queue[object]()
    threading.Thread(target=lambda: found.put(control.wait_for_weights(60, lambda: False))).start()
    control.wake()
    with pytest.raises(queue.Empty):
        found.get(timeout=0.1)
    control.deliver(7, {})
    assert found.get(timeout=30) == (7, {})


@pytest.mark.parametrize(("asked", "kind"), [(PredictImage(0), ImagePredicted), (EvaluateTestSet(), TestSetEvaluated)])
def test_a_training_that_ends_while_its_weights_are_awaited_is_asked_by_its_files(
    asked: PredictImage | EvaluateTestSet,
    kind: type[ImagePredicted | TestSetEvaluated],
    worker: PredictionWorker,
    small_data: str,
) -> None:
    """As by who opens a page while a training is tested, which delivers no weights any longer."""
    worker._session.data_dir = small_data
    run = Run(worker._session.runs_folder / "now")
    worker._session.begin(TrainConfig(), run, Control())
    for event in recorded.training(2150):
        worker._session.add(event)
    answers: queue.Queue[Message] = queue.Queue()
    worker.request(asked, answers.put)
    while not (isinstance(answer := answers.get(timeout=30), Working) and "Waiting" in answer.text):
        pass
    assert answer.text == "Waiting for the end of the test ..."
    run.path.mkdir(parents=True)
    shutil.copy(BUILT_IN, run.best_file)
    worker._session.end()
    found, epoch = wait_for(answers, kind), checkpoint.load(BUILT_IN).position.epoch - 1
    assert (found.result if isinstance(found, TestSetEvaluated) else found).source == f"now, epoch {epoch}"


def test_nobody_waits_for_a_first_step_that_will_not_come(
    worker: PredictionWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.predictions.predictors.FIRST_STEP_SECONDS", 600.0)
    worker._session.begin(TrainConfig(), Run(worker._session.runs_folder / "now"), Control())
    answers: queue.Queue[Message] = queue.Queue()
    worker.request(PredictImage(0), answers.put)
    while not (isinstance(answer := answers.get(timeout=30), Working) and "first step" in answer.text):
        pass
    thread = worker._thread
    assert thread is not None
    worker.close()
    thread.join(30)
    assert not thread.is_alive()
