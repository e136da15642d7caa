"""In which order the files of a run are written."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.recorder import Recorder
from mnist_sum_tui.training.state import RunState
from tests.runs.folders import CONFIG


def test_the_events_are_on_the_disk_before_the_checkpoint_that_refers_to_them(tmp_path: Path) -> None:
    done = list[str]()
    recorder = Recorder(Run(tmp_path), RunState(CONFIG))
    journal: Any = SimpleNamespace(
        sync=lambda: done.append("synced"), append=lambda event: done.append(event.kind), size=7
    )
    learner: Any = SimpleNamespace(save=lambda _, position, **__: done.append(f"saved at {position.journal_bytes}"))
    recorder.journal = journal
    recorder.save(learner, "timer")
    assert done == ["synced", "saved at 7", "checkpoint"]
