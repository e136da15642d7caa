"""Which run is the ghost run."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.ghost import find_ghost
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.runs.run import Run
from tests.training.test_early_end import done
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def validated(folder: Path, name: str, accuracy: float, *more: Event, parameters: int = 9, **values: object) -> Run:
    """A run of one epoch, a minute younger than the one made before it."""
    begun = replace(recorded.started(), parameters=parameters)
    return make(folder, name, [begun, *more, done(1, accuracy)], **values)


@pytest.mark.parametrize(("ours", "theirs"), [(None, "/data/easy"), ("/data/easy", None)])
def test_the_ghost_is_the_best_earlier_run_of_the_same_network_on_the_same_images(
    tmp_path: Path, ours: str | None, theirs: str | None
) -> None:
    validated(tmp_path, "worse", 0.9, data_dir=ours)
    best = validated(tmp_path, "best", 0.98, data_dir=ours)
    validated(tmp_path, "network", 0.99, model="swift", data_dir=ours)
    validated(tmp_path, "images", 0.99, data_dir=theirs)
    validated(tmp_path, "of another version", 0.99, parameters=8, data_dir=ours)
    mine = validated(tmp_path, "mine", 0.99, data_dir=ours)
    validated(tmp_path, "later", 0.99, data_dir=ours)
    assert find_ghost(tmp_path, mine.read_config(), mine) == best


def test_when_a_run_is_resumed_what_others_have_done_meanwhile_counts(tmp_path: Path) -> None:
    other, mine = (make(tmp_path, name, [recorded.started()]) for name in ("other", "mine"))
    assert find_ghost(tmp_path, mine.read_config(), mine) is None
    for run, event in ((other, done(1, 0.9)), (mine, replace(recorded.started(), resumed=True))):
        with run.metrics_file.open("ab") as stream:
            stream.write(to_lines([event]))
    assert find_ghost(tmp_path, mine.read_config(), mine) == other
