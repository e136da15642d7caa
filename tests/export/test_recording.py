"""Recording a training: which of its events are kept."""

from itertools import pairwise
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export import recording
from mnist_sum_tui.export.recording import MOMENTS, RECORDED, record, thinned
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.events import Checkpointed, EpochDone, Event, Finished, Progress, Samples, Started
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.runs.journal import read_events, to_lines
from mnist_sum_tui.runs.run import Run
from tests.conftest import python
from tests.tui.recorded import finished, training


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return [*training(until=2150), finished()]


def test_thinning_keeps_epochs_and_the_end(events: list[Event]) -> None:
    kept = thinned(events)
    assert 60 < sum(isinstance(event, Progress) for event in kept) <= MOMENTS
    assert [event for event in kept if isinstance(event, EpochDone)] == [e for e in events if isinstance(e, EpochDone)]
    assert isinstance(kept[-1], Finished)
    assert not any(isinstance(event, Checkpointed) for event in kept)
    assert [event.step for event in kept] == sorted(event.step for event in kept)


def test_a_progress_is_the_mean_of_those_that_it_replaces(events: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOMENTS", 20)
    before = 0
    everything = [event for event in events if isinstance(event, Progress)]
    for kept in (event for event in thinned(events) if isinstance(event, Progress)):
        part = [event for event in everything if before < event.step <= kept.step]
        assert kept.step == part[-1].step
        assert kept.sum_accuracy == pytest.approx(sum(event.sum_accuracy for event in part) / len(part))
        assert kept.images_per_second == pytest.approx(5120)
        before = kept.step


def test_samples_with_the_same_answers_are_left_out(events: list[Event]) -> None:
    answers = [(event.digits, event.sums) for event in thinned(events) if isinstance(event, Samples)]
    assert len(answers) > 5
    assert all(one != other for one, other in pairwise(answers))


def test_the_committed_recording_is_thinned_and_contains_no_absolute_path() -> None:
    events = list(read_events(RECORDED.metrics_file))
    assert thinned(events) == events
    assert to_lines(events) == RECORDED.metrics_file.read_bytes()
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2, 3]
    assert sum(isinstance(event, Health) for event in events) > 10, "the demo shows the health of the layers"
    assert [event.elapsed for event in events] == sorted(event.elapsed for event in events)
    places = [(event.path, event.run) for event in events if isinstance(event, Started | Finished)]
    assert len(places) == 2
    assert all(path == f"runs/{run}" for path, run in places)


def test_the_committed_run_is_whole_and_small() -> None:
    assert sum(path.stat().st_size for path in RECORDED.path.iterdir()) < 3_000_000
    assert [*RECORDED.kept_epochs()] == [0, 1, 2, 3]
    config = RECORDED.read_config()
    for path in (RECORDED.best_file, *RECORDED.kept_epochs().values()):
        assert checkpoint.load(path).config == config
    assert RECORDED.read_json(RECORDED.config_file)["seed"] == 0


def test_a_training_is_recorded_with_its_samples(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("standard", model="swift", epochs=2, threads=1, data_dir=small_data)
    kept = Run(tmp_path / "kept")
    events = record(config, kept)
    assert list(read_events(kept.metrics_file)) == events
    assert kept.read_config() == config
    assert [*kept.kept_epochs()] == [0, 1, 2]
    best = checkpoint.load(kept.best_file)
    assert best.confidence
    assert not best.optimizer
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "completed"
    assert sum(isinstance(event, EpochDone) for event in events) == 2
    samples = [event for event in events if isinstance(event, Samples)]
    assert len(samples) > 1
    assert samples[0].step <= 2
    assert any(isinstance(event, Health) for event in events)


def test_events_without_a_start_are_an_error() -> None:
    with pytest.raises(DataError, match=r"metrics\.jsonl"):
        thinned([])


@pytest.mark.parametrize("module", ["animation metrics.jsonl", "recording --help", "recording folder other"])
def test_a_command_that_is_not_whole_writes_nothing(tmp_path: Path, module: str) -> None:
    name, *words = module.split()
    ended = python("-m", f"mnist_sum_tui.export.{name}", *words, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"usage: python -m mnist_sum_tui.export.{name} [")
    assert not list(tmp_path.iterdir())
