"""A run at a glance: its state, its accuracies, and whether it only guesses."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.runs.summary import summarise, warning_of
from tests.training.test_early_end import done
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def test_a_summary_tells_state_and_accuracies(tmp_path: Path) -> None:
    cut_off = make(tmp_path, "cut off", [done(1, 0.7), done(2, 0.9), replace(done(3, 0.8), best=False)])
    with cut_off.metrics_file.open("a") as journal:
        journal.write('{"event": "epo')
    found = summarise(cut_off)
    assert (found.state, found.digit_accuracy, found.is_tested) == ("interrupted", 0.9, False)
    assert len(found.epochs) == 3
    tested = replace(recorded.finished(), digit_accuracy=0.98, sum_accuracy=0.97)
    found = summarise(make(tmp_path, "done", [done(1, 0.9), tested]))
    assert (found.state, found.digit_accuracy, found.sum_accuracy, found.is_tested) == ("completed", 0.98, 0.97, True)
    assert found.mean_accuracy == pytest.approx(0.9)
    cut_off.config_file.write_text("{")
    assert summarise(cut_off).state == "damaged"


def test_a_run_that_only_guesses_comes_with_a_warning_unless_it_is_trained_further(tmp_path: Path) -> None:
    guesses = make(tmp_path, "x", [replace(recorded.finished(), digit_accuracy=0.1)])
    assert warning_of(guesses) == ", only guesses"
    with guesses.lock():
        assert warning_of(guesses) == ""
