"""How quick a network trains here: from earlier runs, else from a few steps, and never while something trains."""

import importlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import AUGMENTATIONS, TrainConfig
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.machine.hardware import choose, describe
from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.events import Changed, Event
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training import speed_estimate
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import SpeedFound, StartTraining
from mnist_sum_tui.tui.session.network_speeds import Speed, SpeedThread, epoch_seconds
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.form_words import time_words
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.pages.test_runs import make
from tests.tui.recorded import until

ASKED = TrainConfig(model="compact")
USUAL = choose(ASKED)


def make_run(
    folder: Path, name: str, threads: int = USUAL.threads, precision: str = USUAL.precision, **made_on: object
) -> Run:
    """A run of five epochs in 53.75 s, as if trained on this machine, but for what is given."""
    _, *rest = recorded.training(2150)
    start = replace(recorded.started(), device=USUAL.device.type, precision=precision, threads=threads)
    run = make(folder, name, [start, *rest])
    run.write_json(run.environment_file, {**describe(), **made_on})
    return run


def test_the_speed_of_an_earlier_run_on_this_machine(tmp_path: Path) -> None:
    here = make_run(tmp_path, "here")
    assert speed_estimate.from_run(summarise(here), ASKED) == pytest.approx(5 * 55_000 / 53.75)
    for other in (
        make_run(tmp_path, "other-processor", processor="another"),
        make_run(tmp_path, "other-threads", threads=63),
        make_run(tmp_path, "other-precision", precision="other"),
        make(tmp_path, "no-environment", list(recorded.training(2150))),
        make(tmp_path, "no-epoch", list(recorded.training(100))),
        make(tmp_path, "other-images", list(recorded.training(2150)), data_dir="/data"),
    ):
        assert speed_estimate.from_run(summarise(other), ASKED) is None, other.id


def test_the_speed_is_that_with_the_settings_that_the_dashboard_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.session.network_speeds.MODELS", ("compact", "swift"))
    monkeypatch.setattr("mnist_sum_tui.tui.session.network_speeds.LARGE_MODEL", "swift")
    other = "fp32" if USUAL.precision == "bf16" else "bf16"
    make_run(tmp_path, "20260101-120100-here", precision=other, threads=1)
    tried, found = list[TrainConfig](), list[Any]()

    def note(config: TrainConfig, _: Callable[[], bool]) -> float:
        tried.append(config)
        return 7.0

    monkeypatch.setattr(speed_estimate, "from_steps", note)
    SpeedThread(tmp_path, found.append, TrainConfig(model="keen", precision=other, threads=1, lr=9.0))._find()
    assert [(message.model, message.speed.is_measured) for message in found] == [("compact", True), ("swift", False)]
    assert tried == [TrainConfig(model="swift", precision=other, threads=1)]


def test_an_epoch_in_slow_motion_says_nothing_of_the_speed(tmp_path: Path) -> None:
    run = make_run(tmp_path, "slow")
    usual, slow = speed_estimate.from_run(summarise(run), ASKED), 1_000.0
    lines = [json.loads(line) for line in run.metrics_file.read_text().splitlines()]
    for line in lines:
        line["elapsed"] += slow if line["step"] > 1000 else 0.0
    run.metrics_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert speed_estimate.from_run(summarise(run), ASKED) == pytest.approx(usual, rel=0.05)


def test_epochs_before_a_resumption_say_nothing_of_the_speed_because_it_may_be_on_another_machine(
    tmp_path: Path,
) -> None:
    run = make_run(tmp_path, "resumed")
    usual = speed_estimate.from_run(summarise(run), ASKED)
    lines = [json.loads(line) for line in run.metrics_file.read_text().splitlines()]
    at = next(row for row, line in enumerate(lines) if line["step"] > 1290)
    for line in lines[:at]:
        line["elapsed"] /= 10
    lines.insert(at, {**lines[0], "step": 1290, "epoch": 4, "resumed": True})
    for known, speed in ((lines, pytest.approx(usual)), (lines[: at + 1], None)):
        run.metrics_file.write_text("".join(json.dumps(line) + "\n" for line in known))
        assert speed_estimate.from_run(summarise(run), ASKED) == speed


def test_a_few_steps_leave_torch_as_it_was() -> None:
    before = torch.get_rng_state()
    found = speed_estimate.from_steps(TrainConfig(model="swift"), lambda: False)
    assert found is not None
    assert found > 10
    assert torch.equal(torch.get_rng_state(), before)
    assert speed_estimate.from_steps(TrainConfig(model="swift"), lambda: True) is None


def test_earlier_runs_come_first_and_the_rest_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.session.network_speeds.MODELS", ("compact", "swift"))
    monkeypatch.setattr("mnist_sum_tui.tui.session.network_speeds.LARGE_MODEL", "swift")
    make_run(tmp_path, "20260101-120100-here")
    large = make_run(tmp_path, "20260101-120200-large")
    large.write_config(replace(large.read_config(), model="swift", batch_size=1024))
    found: list[Any] = []
    SpeedThread(tmp_path, found.append, ASKED)._find()  # as run, but an error shows
    assert all(isinstance(message, SpeedFound) for message in found)
    assert [(message.model, message.speed.is_measured) for message in found] == [("compact", True), ("swift", False)]
    assert all(message.speed.augmenting["sturdy"] for message in found)
    found.clear()
    SpeedThread(tmp_path, found.append, ASKED, tried=dict.fromkeys(("compact", "swift"), Speed(1.0, False))).run()
    assert [message.model for message in found] == ["compact"], "an estimate stays, and does not jump"


def test_the_time_of_an_epoch() -> None:
    speeds = {"swift": Speed(10_000, is_measured=False, augment="nudge")}
    assert epoch_seconds(TrainConfig.of("sprint"), speeds) == 6.0
    assert epoch_seconds(TrainConfig.of("sprint", all_data=False), speeds) == 5.5
    assert epoch_seconds(TrainConfig.of("sprint", data_dir="/data"), speeds) is None
    assert epoch_seconds(TrainConfig.of("standard"), speeds) is None


def test_another_augmentation_takes_its_own_time() -> None:
    augmenting = {"none": 0.0, "nudge": 1e-5, "sturdy": 1e-4}
    quick = Speed(10_000, is_measured=True, augmenting=augmenting)
    slow = Speed(1 / 2.4e-4, True, "sturdy", 0.2, augmenting)
    plain, nudged, sturdy = (TrainConfig(augment=kind) for kind in augmenting)
    spoiled = replace(sturdy, outliers=0.2)
    for speed in (quick, slow):
        found = [speed.seconds(config) for config in (plain, nudged, sturdy, spoiled)]
        assert found == [pytest.approx(seconds) for seconds in (1e-4, 1.1e-4, 2e-4, 2.4e-4)]
    assert quick.seconds(TrainConfig(augment="strong")) is None, "nothing is known of it"
    assert slow.is_like(spoiled)
    assert not quick.is_like(nudged)
    words = time_words(sturdy, {sturdy.model: quick})
    assert words == "about 55 s here: 5 epochs of about 11 s (estimated from an earlier run)"


def test_the_time_of_each_augmentation() -> None:
    found = speed_estimate.augmenting()
    assert found is speed_estimate.augmenting(), "it is measured once"
    assert tuple(found) == AUGMENTATIONS
    assert found["sturdy"] > found["none"] > 0


def test_a_run_whose_augmentation_was_changed_says_nothing_of_the_speed(tmp_path: Path) -> None:
    run = make_run(tmp_path, "changed")
    changed = Changed(epoch=1, step=20, elapsed=1.0, at=20, setting="augment", before="none", value="strong")
    with run.metrics_file.open("a") as journal:
        journal.write(json.dumps(to_dict(changed)) + "\n")
    assert speed_estimate.from_run(summarise(run), ASKED) is None


class Trying(threading.Thread):
    """Stands for SpeedThread: in the middle of a step when it is told to stop."""

    made: "list[Trying]" = []  # noqa: RUF012

    def __init__(self, *_: object) -> None:
        super().__init__(daemon=True)
        self.told, self.is_over = threading.Event(), False
        self.made.append(self)

    def stop(self) -> None:
        self.told.set()

    def run(self) -> None:
        self.told.wait(60)
        time.sleep(0.3)
        self.is_over = True


async def test_a_training_begins_when_nothing_is_tried_any_more(
    fake: FakeTrain, app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.run_app.SpeedThread", Trying)
    Trying.made.clear()
    was_over: list[bool] = []

    def train(*values: Any) -> Iterator[Event]:
        was_over.append(Trying.made[0].is_over)
        yield from fake(*values)

    monkeypatch.setattr(importlib.import_module("mnist_sum_tui.training.loop"), "train", train)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: Trying.made and Trying.made[0].is_alive())
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        assert was_over == [True]
        assert len(Trying.made) == 1, "nothing is tried while it trains"
        assert app.session.control is not None
        app.session.control.stop()
        await until(pilot, lambda: not app.session.is_training)
        assert len(Trying.made) == 2
        Trying.made[1].stop()


async def test_a_form_that_opens_before_torch_is_ready_begins_one_thread_and_not_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.run_app.SpeedThread", Trying)
    Trying.made.clear()
    ready: list[Callable[[], object]] = []
    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", ready.append)
    app = MnistSumApp(Session(tmp_path / "runs"), replay=RECORDED)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: ready and app.train_page.player is not None)
        await pilot.press("n")
        await until(pilot, lambda: app.train_page.is_form_shown)
        ready[0]()
        await until(pilot, lambda: Trying.made)
        assert len(Trying.made) == 1, "a training would wait only for the last"
        Trying.made[0].stop()


def test_beside_another_process_nothing_is_tried(tmp_path: Path) -> None:
    make_run(tmp_path, "20260101-120100-here")
    found: list[Any] = []
    SpeedThread(tmp_path, found.append, ASKED, with_steps=False).run()
    assert [message.model for message in found] == ["compact"]
