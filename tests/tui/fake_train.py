"""A `train` that goes on until it is stopped, for tests of what stands around it."""

import importlib
import time
from collections.abc import Iterator

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from tests.tui import recorded

CONFIG = TrainConfig.of("standard", model="compact", epochs=1, threads=1, batch_size=50)


class FakeTrain:
    """Stands for `train`: goes on until it is stopped, and says nothing while it is paused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saved = self.closed = False
        self.error: BaseException | None = None
        monkeypatch.setattr(importlib.import_module("mnist_sum_tui.training.loop"), "train", self)
        monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())

    def __call__(self, _: TrainConfig, run: Run, control: Control) -> Iterator[Event]:
        try:
            if self.error is not None:
                raise self.error
            yield recorded.started(run.id)
            progress = list(recorded.training(100))[-1]
            while not control.stopping:
                if control.paused:
                    control.wait(0.02)
                else:
                    time.sleep(0.02)
                    yield progress
            self.saved = True
            yield recorded.finished(reason="stopped")
        except GeneratorExit:
            self.closed = True
            raise
