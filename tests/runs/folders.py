"""Helpers for the tests of a run's folder."""

import os
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run

CONFIG = TrainConfig.of("sprint", epochs=1, threads=1, batch_size=110)


def old_run(folder: Path, config: TrainConfig = CONFIG) -> Run:
    """A run as another process sees it: not locked by this one."""
    return Run(find.create(folder, config).path)


def lock_here(run: Run) -> None:
    """Lock it as its training does; in this file, which loads no torch, because a new process has to load it."""
    with run.lock():
        assert run.pid == os.getpid()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lock_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a folder, or a file, be as after `chmod 000`, which does not hinder root: it is there, but cannot be used."""

    def refuse(name: str, *, is_itself: bool) -> None:
        allowed = getattr(os, name)

        def asked(path: Any = ".", *args: Any, **options: Any) -> Any:
            found = Path() if isinstance(path, int) else Path(os.fsdecode(path))
            if folder in found.parents or (folder == found and is_itself):
                if name == "access":
                    return False
                raise PermissionError(13, "Permission denied", str(path))
            return allowed(path, *args, **options)

        monkeypatch.setattr(os, name, asked)

    for name in ("stat", "lstat", "mkdir", "unlink"):
        refuse(name, is_itself=False)
    for name in ("open", "listdir", "scandir", "access"):
        refuse(name, is_itself=True)
