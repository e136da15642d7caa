"""The command that repeats a run whose number of epochs was changed, by itself and by resuming it: bit for bit."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.commands import reproduction
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli
from tests.training.resuming import TIMES, assert_same_end
from tests.training.test_early_end import epochs_in
from tests.training.test_time_limit import Clock, clock, limited

pytestmark = pytest.mark.usefixtures("every_step_is_told")
__all__ = ["clock"]

AGAIN = "mnist-sum train --resume latest --epochs"
FIT = "as many epochs as fit in"


@pytest.mark.parametrize(
    ("asked", "stop_at", "told", "shown"),
    [
        (
            [(3, 0.65), (3, 9)],
            -1,
            f"--change 4:epochs=2 --change 18:epochs=1 && {AGAIN} 3",
            f"(1) epochs 3 -&gt; 2, after step 4: {FIT} 0.65 min; (2) epochs 2 -&gt; 3, after step 18.",
        ),
        (
            [(3, 0.4), (2, 0)],
            -1,
            f"--change 4:epochs=1 && {AGAIN} 2",
            f"(1) epochs 3 -&gt; 1, after step 4: {FIT} 0.4 min; (2) epochs 1 -&gt; 2, after step 18.",
        ),
        (
            [(1, 0), (9, 0.8)],
            -1,
            f" && {AGAIN} 9 --change 22:epochs=3",
            f"(1) epochs 1 -&gt; 9, after step 18; (2) epochs 9 -&gt; 3, after step 22: {FIT} 0.8 min.",
        ),
        (
            [(3, 0.4), (1, 9)],
            9,
            "--change 4:epochs=1 --change 9:epochs=3",
            f"(1) epochs 3 -&gt; 1, after step 4: {FIT} 0.4 min; (2) epochs 1 -&gt; 3, after step 9.",
        ),
    ],
)
def test_what_is_told_repeats_it(
    few_images: str,
    tmp_path: Path,
    clock: Clock,
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    asked: Sequence[tuple[int, float]],
    stop_at: int,
    told: str,
    shown: str,
) -> None:
    """`asked`: the number of epochs and the minutes of each start; an epoch has 18 steps of a second."""
    run = find.create(tmp_path / "a", limited(few_images, *asked[0][::-1]))
    for place, (epochs, minutes) in enumerate(asked):
        config, control = run.read_config() if place else limited(few_images, minutes, epochs), Control()
        for event in train(replace(config, epochs=epochs, max_minutes=minutes), run, control):
            if place == 0 and (event.step, event.kind) == (10, "progress"):
                clock.seconds += 8  # slower than it was
            if place == 0 and event.step == stop_at:
                control.stop()
    found = summarise(run)
    assert found.config is not None
    commands, by_hand = reproduction(found.config, found.starts, found.changed)
    assert told in commands
    assert by_hand == ""
    for command in commands.split(" && "):
        done = cli(*shlex.split(command)[1:], "--runs-dir", "b")
        assert done.returncode == 0, done.stderr
    again = find.by_name("latest", tmp_path / "b")
    monkeypatch.setattr("tests.training.resuming.TIMES", TIMES | {"message"})  # only one of them had too little time
    assert_same_end(run, again)
    for same in (run, again):
        text = report(same).decode()
        assert f"{len(epochs_in(run))} of {len(epochs_in(run))} epochs" in text
    assert shown in report(run).decode().replace("&nbsp;", " ")
