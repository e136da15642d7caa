"""Curves of runs on the disk, which are read once per version of their files."""

import gc
import weakref
from pathlib import Path

from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.session.run_curves import curves_of
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def test_curves_are_read_again_only_if_the_file_is_another(tmp_path: Path) -> None:
    events = list(recorded.training(700))
    run = make(tmp_path, "20260101-120100-compact", events[:-1])
    first = curves_of(run)
    assert curves_of(Run(run.path)) is first
    with run.metrics_file.open("a") as stream:
        stream.write(to_json(events[-1]) + "\n")
    assert len(curves_of(run).training) == len(first.training) + 1
    earlier = weakref.ref(first)
    del first
    gc.collect()
    assert earlier() is None, "a run that trains for hours would fill the memory with its earlier curves"
    run.metrics_file.unlink()
    assert len(curves_of(run).training) == 0
