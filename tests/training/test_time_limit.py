"""`--max-minutes`: a run stops and saves when the time is over, and goes on for as long when it is resumed."""

from pathlib import Path

import pytest

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Finished
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.sweep import combinations
from mnist_sum_tui.training.timing import Stopwatch
from tests.training.resuming import config_of_few

pytestmark = pytest.mark.usefixtures("every_step_is_told")


def test_a_run_stops_when_its_time_is_over_and_goes_on_for_as_long(
    few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.0
    monkeypatch.setattr(Stopwatch, "seconds", property(lambda _: seconds))
    config = config_of_few(few_images, keep=0, epochs=3, max_minutes=0.5)
    run, ends = find.create(tmp_path / "runs", config), list[Finished]()
    while not ends or ends[-1].reason == "stopped":
        for event in train(config, run):
            seconds += event.kind == "progress"
            ends += [event] if isinstance(event, Finished) else []
    assert [(end.reason, end.step) for end in ends] == [("stopped", 30), ("completed", 54)]
    assert ends[0].message == "stopped after 0.5 min (--max-minutes); everything is saved"


def test_a_sweep_compares_whole_runs() -> None:
    with pytest.raises(UsageError, match="--max-minutes stops a run"):
        combinations({"lr": "1e-3,2e-3", "max_minutes": "1"}, 1)
