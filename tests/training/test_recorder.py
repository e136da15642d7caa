"""In which order the files of a run are written, and what its last event says of the test."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.recorder import SCORES, Recorder
from mnist_sum_tui.training.state import RunState
from tests.runs.folders import CONFIG


def test_the_events_are_on_the_disk_before_the_checkpoint_that_refers_to_them(tmp_path: Path) -> None:
    done = list[str]()
    recorder = Recorder(Run(tmp_path), RunState(CONFIG))
    journal: Any = SimpleNamespace(
        sync=lambda: done.append("synced"), append=lambda event: done.append(event.kind), size=7
    )
    learner: Any = SimpleNamespace(save=lambda _, position, **__: done.append(f"saved at {position.journal_bytes}"))
    recorder.journal, recorder.state.saved_at = journal, -1.0
    recorder.save(learner, "timer")
    assert done == ["synced", "saved at 7", "checkpoint"]
    assert recorder.state.saved_at > 0, "so that the next one waits"


def test_the_last_event_has_what_the_test_found_and_how_many_images_had_the_most_frequent_label(tmp_path: Path) -> None:
    recorder, journal = Recorder(Run(tmp_path), RunState(CONFIG)), list[Any]()
    recorder.journal = SimpleNamespace(append=journal.append)  # type: ignore[assignment]
    shares = {name: place / 10 for place, name in enumerate(SCORES, 1)}
    report: Any = SimpleNamespace(pairs=1000, majority=0.95, **shares)
    assert recorder.finished("completed", "", report) == journal[0]
    assert {name: getattr(journal[0], name) for name in ("pairs", "majority", *SCORES)} == vars(report)
