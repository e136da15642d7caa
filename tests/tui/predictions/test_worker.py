"""The thread behind the pages, with a real untrained network and a hundred real test images."""

import queue
import shutil
import time
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from textual.message import Message

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions.load import TestSetEvaluation
from mnist_sum_tui.tui.predictions.messages import (
    DrawingPredicted,
    HeatFound,
    ImagePredicted,
    LookedInside,
    TestSetEvaluated,
    Trouble,
    Working,
)
from mnist_sum_tui.tui.predictions.requests import (
    EvaluateTestSet,
    FindHeat,
    LookInside,
    PredictDrawing,
    PredictImage,
    Request,
)
from mnist_sum_tui.tui.predictions.weights import choices
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from tests.tui.pages.test_draw import make_run

Kind = TypeVar("Kind", bound=Message)


def wait_for(answers: "queue.Queue[Message]", kind: type[Kind]) -> Kind:
    """The next answer that is no word about what is being done."""
    while isinstance(answer := answers.get(timeout=30), Working):
        pass
    assert isinstance(answer, kind)
    return answer


def asked(worker: PredictionWorker, request: Request, kind: type[Kind]) -> Kind:
    """The answer to a request."""
    answers = queue.Queue[Message]()
    worker.request(request, answers.put)
    return wait_for(answers, kind)


def test_an_image_beside_all_ten_numbers(worker: PredictionWorker, small_data: str) -> None:
    run = make_run(worker._session.runs_folder, small_data)
    answer = asked(worker, PredictImage(103), ImagePredicted)
    assert (answer.index, answer.count) == (3, 100)  # going round
    assert [prediction.number for prediction in answer.predictions] == list(range(10))
    assert all(prediction.label == 0 for prediction in answer.predictions)
    assert answer.weights.path == run.best_file
    assert answer.source == f"newest good run {run.id}, epoch 1, not calibrated"


@pytest.mark.parametrize(("is_loading", "what"), [(False, "the network"), (True, "PyTorch and the network")])
def test_what_takes_long_is_told_the_first_time_also_where_torch_is_there(
    is_loading: bool, what: str, worker: PredictionWorker, small_data: str
) -> None:
    """A module is among those imported long before it is read to its end."""
    make_run(worker._session.runs_folder, small_data)
    worker._session.is_loading = is_loading
    told: list[list[str]] = []
    for _ in range(2):
        answers = queue.Queue[Message]()
        worker.request(PredictImage(0), answers.put)
        told.append([])
        while isinstance(answer := answers.get(timeout=30), Working):
            told[-1].append(answer.text)
    assert told == [[f"Loading {what} ...", "Reading the test images ..."], []]


def test_a_result_is_remembered_until_the_weights_change(worker: PredictionWorker, small_data: str) -> None:
    run = make_run(worker._session.runs_folder, small_data)
    found = [asked(worker, EvaluateTestSet(), TestSetEvaluated).result for _ in range(2)]
    assert found[0] is found[1]
    assert found[0].report.pairs == 1000
    assert len(found[0].mistakes) == found[0].report.digit_mistakes
    assert found[0].report.mistakes == found[0].mistakes[: len(found[0].report.mistakes)]
    copy = shutil.copy2(run.best_file, run.path / "copy")  # with the time of the old one, as on a disk of whole seconds
    run.best_file.unlink()
    Path(copy).rename(run.best_file)
    assert asked(worker, EvaluateTestSet(), TestSetEvaluated).result is not found[0]


def test_an_evaluation_in_progress_that_is_requested_again_goes_on(
    worker: PredictionWorker, small_data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not from the beginning: of pages that take turns, or keys that are pressed again, none would get its answer."""
    make_run(worker._session.runs_folder, small_data)
    monkeypatch.setattr(load, "SLICE", 10)
    made: list[TestSetEvaluation] = []
    make = TestSetEvaluation.__init__

    def count(evaluation: TestSetEvaluation, *values: Any) -> None:
        made.append(evaluation)
        make(evaluation, *values)

    monkeypatch.setattr(TestSetEvaluation, "__init__", count)
    second = queue.Queue[Message]()

    def reply(message: Message) -> None:  # in the worker's thread, after the first slice
        if isinstance(message, Working) and message.share:
            worker.request(EvaluateTestSet(), second.put)

    worker.request(EvaluateTestSet(), reply)
    assert wait_for(second, TestSetEvaluated)
    assert len(made) == 1


def test_a_network_is_tested_on_the_images_of_its_own_run(worker: PredictionWorker, small_data: str) -> None:
    """As `evaluate` has it: whatever the session trains on, unless the command line asked for others."""
    counts = []
    worker._session.begin(TrainConfig(data_dir=small_data), Run(Path("now")), Control())
    worker._session.end()
    make_run(worker._session.runs_folder)
    for worker._session.data_dir in (None, small_data):
        counts.append(asked(worker, PredictImage(0), ImagePredicted).count)
    assert counts == [10_000, 100]


def test_a_run_s_own_folder_of_images_is_not_made_up(worker: PredictionWorker, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    make_run(worker._session.runs_folder, str(empty))
    answer = asked(worker, PredictImage(0), Trouble)
    assert "name their new folder with --data-dir" in answer.text
    assert not list(empty.iterdir())


def test_of_many_requests_the_newest_is_answered(worker: PredictionWorker) -> None:
    make_run(worker._session.runs_folder)
    answers: queue.Queue[Message] = queue.Queue()
    for index in range(50):
        worker.request(PredictImage(index), answers.put)
    seen: list[int] = []
    while 49 not in seen:
        answer = wait_for(answers, ImagePredicted)
        seen.append(answer.index)
    assert len(seen) < 50


def test_a_blank_pad_has_no_answer(worker: PredictionWorker) -> None:
    make_run(worker._session.runs_folder)
    answer = asked(worker, PredictDrawing(np.zeros((56, 56), np.uint8), time.perf_counter()), DrawingPredicted)
    assert answer.image is None


def test_layers_are_those_of_the_weights_that_were_searched(worker: PredictionWorker, small_data: str) -> None:
    """Though the file has others by now, as it has during a training."""
    run = make_run(worker._session.runs_folder, small_data)
    found = asked(worker, EvaluateTestSet(), TestSetEvaluated)
    other = make_run(worker._session.runs_folder, small_data, seed=1)
    run.best_file.unlink()
    run.best_file.write_bytes(other.best_file.read_bytes())
    asks = [LookInside(3, 6, found.result.weights, result) for result in (found.result, None)]
    looked = [asked(worker, each, LookedInside) for each in asks]
    old, _ = looked
    assert [view.name for view in old.views[:2]] == ["image", "conv1"]
    sums = [
        found.result.predictions(3)[6].sum_probabilities,
        *(each.answer.predictions[6].sum_probabilities for each in looked),
    ]
    assert sums[0] == pytest.approx(sums[1], abs=1e-4)
    assert sums[0] != pytest.approx(sums[2], abs=1e-2)
    for answer in looked:
        shares = np.exp(answer.views[-1].maps - answer.views[-1].maps.max())
        assert answer.answer.predictions[6].sum_probabilities == pytest.approx(shares / shares.sum(), abs=1e-4)


@pytest.mark.parametrize("ink", [0, 255])
def test_a_drawing_is_looked_at_in_its_place(ink: int, worker: PredictionWorker, small_data: str) -> None:
    make_run(worker._session.runs_folder, small_data)
    drawing = np.pad(np.full((30, 4), ink, np.uint8), 13)
    looked = asked(worker, LookInside(3, 6, drawing=drawing), LookedInside)
    assert (looked.answer.predictions[6].label is None) == bool(ink), "without ink it is the test image"
    assert not ink or np.array_equal(looked.views[0].maps[0] > 0, prepare(drawing) > 0)


def test_a_heat_comes_quickly_and_then_better_unless_something_else_waits(
    worker: PredictionWorker, small_data: str
) -> None:
    make_run(worker._session.runs_folder, small_data)
    answers: queue.Queue[Message] = queue.Queue()
    looked = asked(worker, LookInside(3, 6), LookedInside)
    image, found = looked.answer.image, []
    assert looked.answer.predictor is not None
    request = FindHeat(image, 6, looked.answer.predictor)
    worker.request(request, answers.put)
    for _ in range(2):
        answer = wait_for(answers, HeatFound)
        assert answer.request is request
        found.append(answer)
    assert [answer.is_hiding for answer in found] == [False, True]
    assert all(answer.heat.digit.shape == answer.heat.sum.shape == (28, 28) for answer in found)

    def reply(message: Message) -> None:  # in the worker's thread, after the gradient: a stroke comes
        answers.put(message)
        if isinstance(message, HeatFound):
            worker.request(LookInside(3, 6), answers.put)

    worker.request(request, reply)
    assert wait_for(answers, HeatFound)
    assert wait_for(answers, LookedInside), "and not the better heat"


def test_a_damaged_checkpoint_is_told_in_one_line(worker: PredictionWorker) -> None:
    run = make_run(worker._session.runs_folder)
    run.best_file.unlink()  # the two files may be links to one
    run.best_file.write_bytes(b"no checkpoint")
    answer = asked(worker, PredictImage(0), Trouble)
    assert "\n" not in answer.text
    last = choices(run, run.path.parent, None).all[-1]
    assert asked(worker, PredictImage(0, last), ImagePredicted), "the thread goes on, with the last checkpoint"
