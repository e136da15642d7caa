"""Which weights there are: what is read for it, and how often."""

import json
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.predictions import weights


def save(path: Path, epoch: int) -> None:
    """The head of a checkpoint after that epoch, as a new file in the old one's place."""
    about = json.dumps({"position": {"epoch": epoch + 1, "batch": 0}})
    head = json.dumps({"__metadata__": {"mnist_sum": about}}).encode()
    new = path.with_suffix(".new")
    new.write_bytes(len(head).to_bytes(8, "little") + head)
    new.replace(path)


def test_the_head_of_a_checkpoint_is_read_once_while_the_file_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, opened = Run(tmp_path / "run"), list[Path]()
    run.path.mkdir()
    original: Any = vars(weights)["open_own"]

    def counted(path: Path) -> Any:
        opened.append(path)
        return original(path)

    monkeypatch.setattr(weights, "open_own", counted)
    for path, epoch in ((run.epoch_file(1), 1), (run.best_file, 1), (run.last_file, 2)):
        save(path, epoch)
    for _ in range(3):
        names = [found.name for found in weights.choices(run, tmp_path, None).all]
        assert names == ["epoch 1 = best", "last"]
    assert opened == [run.best_file, run.last_file]
    save(run.best_file, 2)
    names = [found.name for found in weights.choices(run, tmp_path, None).all]
    assert names == ["epoch 1", "best = last"]
