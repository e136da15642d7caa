"""The thread behind the pages, with a real untrained network and a hundred real test images."""

import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.message import Message

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.predictions import weights
from mnist_sum_tui.tui.predictions.load import SurveyJob
from mnist_sum_tui.tui.predictions.messages import Answered, ReadDrawing, Surveyed, Trouble, Working
from mnist_sum_tui.tui.predictions.weights import best_of, choices
from mnist_sum_tui.tui.predictions.worker import Brain, Look, LookAtAll, Read
from mnist_sum_tui.tui.session.session import Session
from tests.tui.pages.test_draw import make_run


@pytest.fixture
def brain(tmp_path: Path) -> Iterator[Brain]:
    made = Brain(Session(tmp_path / "runs"))
    yield made
    made.close()


def wait_for(answers: "queue.Queue[Message]") -> Message:
    """The next answer that is no word about what is being done."""
    while isinstance(answer := answers.get(timeout=30), Working):
        pass
    return answer


def test_an_image_beside_all_ten_numbers(brain: Brain, small_data: str) -> None:
    run = make_run(brain._session.runs_folder, small_data)
    answers: queue.Queue[Message] = queue.Queue()
    brain.ask(Look(103), answers.put)
    answer = wait_for(answers)
    assert isinstance(answer, Answered)
    assert (answer.index, answer.count) == (3, 100)  # going round
    assert [said.number for said in answer.predictions] == list(range(10))
    assert all(said.label == 0 for said in answer.predictions)
    assert answer.weights.path == run.best_file
    assert answer.source == f"{run.id}, epoch 1"


def test_a_survey_is_remembered_until_the_weights_change(brain: Brain, small_data: str) -> None:
    make_run(brain._session.runs_folder, small_data)
    answers: queue.Queue[Message] = queue.Queue()
    found = []
    for _ in range(2):
        brain.ask(LookAtAll(), answers.put)
        answer = wait_for(answers)
        assert isinstance(answer, Surveyed)
        found.append(answer.survey)
    assert found[0] is found[1]
    assert found[0].report.pairs == 1000
    assert len(found[0].mistakes) == found[0].report.digit_mistakes
    assert found[0].report.mistakes == found[0].mistakes[: len(found[0].report.mistakes)]


def test_asked_again_for_a_survey_in_work_it_goes_on(brain: Brain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not from the beginning: of pages that take turns, or keys that are pressed again, none would get its answer."""
    make_run(brain._session.runs_folder)
    jobs: list[SurveyJob] = []
    make = SurveyJob.__init__

    def count(job: SurveyJob, *values: Any) -> None:
        jobs.append(job)
        make(job, *values)

    monkeypatch.setattr(SurveyJob, "__init__", count)
    first, second = queue.Queue[Message](), queue.Queue[Message]()
    brain.ask(LookAtAll(), first.put)
    while not (isinstance(said := first.get(timeout=30), Working) and said.share):
        pass
    brain.ask(LookAtAll(), second.put)
    assert isinstance(wait_for(second), Surveyed)
    assert len(jobs) == 1


def test_a_network_is_tested_on_the_images_of_its_own_run(brain: Brain, small_data: str) -> None:
    """As `evaluate` has it: whatever the session trains on, unless the command line asked for others."""
    answers: queue.Queue[Message] = queue.Queue()
    counts = []
    brain._session.begin(TrainConfig(data_dir=small_data), Run(Path("now")), Control())
    brain._session.end()
    make_run(brain._session.runs_folder)
    for brain._session.data_dir in (None, small_data):
        brain.ask(Look(0), answers.put)
        counts.append(wait_for(answers))
    assert [answer.count for answer in counts if isinstance(answer, Answered)] == [10_000, 100]


def test_a_run_s_own_folder_of_images_is_not_made_up(brain: Brain, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    make_run(brain._session.runs_folder, str(empty))
    answers: queue.Queue[Message] = queue.Queue()
    brain.ask(Look(0), answers.put)
    answer = wait_for(answers)
    assert isinstance(answer, Trouble)
    assert "name another folder with --data-dir" in answer.text
    assert not list(empty.iterdir())


def test_of_many_requests_the_newest_is_answered(brain: Brain) -> None:
    make_run(brain._session.runs_folder)
    answers: queue.Queue[Message] = queue.Queue()
    for index in range(50):
        brain.ask(Look(index), answers.put)
    seen: list[int] = []
    while 49 not in seen:
        answer = wait_for(answers)
        assert isinstance(answer, Answered)
        seen.append(answer.index)
    assert len(seen) < 50


def test_a_blank_pad_has_no_answer(brain: Brain) -> None:
    make_run(brain._session.runs_folder)
    answers: queue.Queue[Message] = queue.Queue()
    brain.ask(Read(np.zeros((56, 56), np.uint8), time.perf_counter()), answers.put)
    answer = wait_for(answers)
    assert isinstance(answer, ReadDrawing)
    assert answer.image is None


def test_the_newest_weights_of_a_training(brain: Brain) -> None:
    from mnist_sum_tui.machine.hardware import choose
    from mnist_sum_tui.training.step import Learner

    config, control = TrainConfig.of("standard", model="compact", device="cpu"), Control()
    brain._session.begin(config, Run(brain._session.runs_folder / "now"), control)
    answers: queue.Queue[Message] = queue.Queue()
    brain.ask(Look(0), answers.put)
    assert isinstance(answers.get(timeout=30), Working)
    control.deliver(1234, Learner(config, choose(config)).copy_weights())
    answer = wait_for(answers)
    assert isinstance(answer, Answered)
    assert answer.source == "the training in progress, step 1,234"
    assert control.take("weights")


def test_a_damaged_checkpoint_is_told_in_one_line(brain: Brain) -> None:
    run = make_run(brain._session.runs_folder)
    run.best_file.unlink()  # the two files may be links to one
    run.best_file.write_bytes(b"no checkpoint")
    answers: queue.Queue[Message] = queue.Queue()
    brain.ask(Look(0), answers.put)
    answer = wait_for(answers)
    assert isinstance(answer, Trouble)
    assert "\n" not in answer.text
    brain.ask(Look(0, choices(run, run.path.parent, None).all[-1]), answers.put)
    assert isinstance(wait_for(answers), Answered)  # the thread goes on, with the last checkpoint


def test_which_weights_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package.safetensors"
    monkeypatch.setattr(weights, "BUILT_IN", package)
    with pytest.raises(UsageError, match="page Train"):
        choices(None, tmp_path, None)
    package.write_bytes(b"")
    assert choices(None, tmp_path, None).chosen.owner == "the network in the package"
    run = make_run(tmp_path)
    for epoch in (10, 2):
        (run.path / f"epoch-{epoch}.safetensors").write_bytes(b"")
    (run.path / "epoch-x.safetensors").write_bytes(b"")
    found = choices(None, tmp_path, None)
    assert [choice.name for choice in found.all] == ["epoch 2", "epoch 10", "best", "last"]
    assert found.chosen.name == best_of(run).name == "best"
    assert choices(run, tmp_path, Control()).chosen.name == "newest"
    assert choices(run, tmp_path, Control(), found.all[0]).chosen == found.all[0]
    run.best_file.unlink()
    assert choices(run, tmp_path, None, found.chosen).chosen.name == "last"
