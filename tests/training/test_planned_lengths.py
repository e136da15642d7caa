"""Changes that are planned for a later step, and numbers of epochs, which earlier versions could plan."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Changed, Notice
from mnist_sum_tui.runs.journal import read_events, to_lines
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.resume import has_own_folder, turned_after
from tests.training.resuming import config_of_few, rates_of, train_through
from tests.training.test_turns import turned_in


@pytest.mark.parametrize(
    ("planned", "end"), [(("17:lr=x2",), ""), (("18:lr=x2",), "18"), (("3:lr=x2", "40:lr=x1"), "18")]
)
def test_a_change_after_the_last_step_is_told_to_be_one(
    few_images: str, tmp_path: Path, planned: tuple[str, ...], end: str
) -> None:
    run, control = find.create(tmp_path, config_of_few(few_images, keep=0, epochs=1)), Control()
    for text in planned:
        control.turn(Turn.parse(text))
    said = [event.message for event in train(run.read_config(), run, control) if isinstance(event, Notice)]
    words = f"this run ends at step {end}: a change from there on counts only if it is trained further"
    assert said == ([words] if end else [])


@pytest.mark.usefixtures("every_step_is_told")
def test_a_change_to_what_holds_anyway_is_made_all_the_same(few_images: str, tmp_path: Path) -> None:
    """Because another one may be set for a step before it."""
    config = config_of_few(few_images, keep=0, epochs=1)
    runs = [find.create(tmp_path / name, config) for name in "ab"]
    for run, last in zip(runs, (18, 7), strict=True):
        control = Control()
        control.turn(Turn(10, "lr", "x1"))
        for event in (events := train(config, run, control)):
            if (event.step, event.kind) == (2, "progress"):
                control.turn(Turn(5, "lr", "x0.5"))
            if event.step == last:
                break
        events.close()
        train_through(config, tmp_path, run=run)
        assert turned_in(run) == ["10:lr=x1", "5:lr=x0.5"], "so that it can be made again"
    one, other, plain = (rates_of(run) for run in (*runs, train_through(config, tmp_path / "c")))
    assert one == other
    assert [one[step] / plain[step] for step in (5, 6, 10, 11)] == [1, 0.5, 0.5, 1]


@pytest.mark.usefixtures("every_step_is_told")
@pytest.mark.parametrize(("epochs", "trained"), [(3, 3), (5, 5), (4, 2)])
def test_a_number_that_is_asked_for_on_resume_comes_before_those_that_are_planned(
    few_images: str, tmp_path: Path, epochs: int, trained: int
) -> None:
    """Also if it is one of them; only with the number that the run has anyway, nothing else is asked for."""
    config = config_of_few(few_images, keep=0, epochs=4)
    run, control = find.create(tmp_path, config), Control()
    for text in ("12:epochs=5", "20:epochs=2"):
        control.turn(Turn.parse(text))
    for event in train(config, run, control):
        if event.step == 9:
            control.stop()
    train_through(replace(config, epochs=epochs), tmp_path, run=run)
    assert [event.epoch for event in read_events(run.metrics_file, "epoch")] == list(range(1, trained + 1))


def test_a_number_that_is_asked_for_takes_the_place_of_other_numbers_alone(tmp_path: Path) -> None:
    config, at = TrainConfig(epochs=4, data_dir=str(tmp_path)), {"step": 2, "epoch": 1, "elapsed": 1.0, "at": 2}
    values = (("lr", "x1", "x0.5"), ("epochs", "4", "6"))
    turned = [Changed(**at, setting=name, before=before, value=value) for name, before, value in values]  # type: ignore[arg-type]
    run = find.create(tmp_path, config)
    run.metrics_file.write_bytes(to_lines(turned))
    assert turned_after(run, config, None) == (turned, False)
    assert turned_after(run, replace(config, epochs=9), None) == (turned[:1], True)
    assert not has_own_folder(run, config, None), "the user has named it for a new run"
    assert has_own_folder(Run(run.path), config, None)
    run.config_file.write_text("{")
    assert not has_own_folder(Run(run.path), config, None)
