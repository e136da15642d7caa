"""The thread that trains."""

from pathlib import Path

from mnist_sum_tui.runs import find
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.messages import TrainingEnded
from mnist_sum_tui.tui.session.run_threads import TrainingThread
from tests.tui.fake_train import CONFIG, FakeTrain


def test_a_thread_that_is_abandoned_while_paused_ends(fake: FakeTrain, tmp_path: Path) -> None:
    seen: list[object] = []
    control = Control()
    control.pause()
    thread = TrainingThread(CONFIG, find.create(tmp_path, CONFIG), control, seen.append)
    thread.start()
    thread.abandon()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(seen[-1], TrainingEnded)
    assert fake.closed
    assert not fake.saved
