"""The exit code of the dashboard."""

from pathlib import Path

import pytest

from mnist_sum_tui.runs import find
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.exit_code import exit_code
from mnist_sum_tui.tui.session.session import Session
from tests.tui import recorded
from tests.tui.fake_train import CONFIG


def test_a_fault_counts_before_a_signal_and_a_signal_before_the_run(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.end(ValueError("no"))
    assert exit_code(session, is_broken=True) == exit_code(session, 2, is_broken=True) == 1
    assert exit_code(session, 15) == 143
    assert exit_code(session) == 1
    assert exit_code(Session(tmp_path)) == 0
    run = find.create(tmp_path, CONFIG)
    session.begin(CONFIG, run, Control())
    session.add(recorded.finished(reason="diverged"))
    session.end()
    session.open(CONFIG, run, [])
    assert exit_code(session) == 1, "as its training here has ended, whatever a replay shows"
    other = find.create(tmp_path, CONFIG, suffix="other")
    session.open(CONFIG, other, [recorded.finished()])
    assert exit_code(session) == 1, "nor another run that was opened since"
    run.delete()
    assert exit_code(session) == 0, "but for one that was deleted since"
    session.watch(CONFIG, other)
    assert exit_code(session) == 0, "of a run that goes on"
    session.begin(CONFIG, other, Control())
    assert exit_code(session) == 0, "of another training"


@pytest.mark.parametrize(("reason", "code"), [("completed", 0), ("stopped", 0), ("diverged", 1), ("failed", 1)])
def test_it_says_how_the_run_has_ended(reason: str, code: int, tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.begin(CONFIG, find.create(tmp_path, CONFIG), Control())
    session.add(recorded.finished(reason=reason))
    session.end()
    assert exit_code(session) == code
