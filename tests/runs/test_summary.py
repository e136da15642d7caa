"""A run at a glance: its state, its accuracies, and whether it only guesses."""

import json
import os
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.accuracies import contradicts
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, best_if_any, best_run, measured_on, summarise, warning_of, why_best
from mnist_sum_tui.training.diverged import trouble
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
    assert (found.steps, found.elapsed) == (done(3, 0.8).step, done(3, 0.8).elapsed)
    tested = replace(recorded.finished(), digit_accuracy=0.98, sum_accuracy=0.97)
    found = summarise(make(tmp_path, "done", [done(1, 0.9), tested]))
    assert (found.state, found.digit_accuracy, found.sum_accuracy, found.is_tested) == ("completed", 0.98, 0.97, True)
    assert found.mean_accuracy == pytest.approx(0.9)
    assert found.trouble == ""


def test_a_damaged_run_says_why_it_is_that(tmp_path: Path) -> None:
    run = make(tmp_path / "\x1b", "run", [done(1, 0.7)])
    unknown = {**json.loads(run.config_file.read_text()), "fa\x1bde": 1}
    run.write_json(run.config_file, unknown)
    found = summarise(run)
    why = r"config.json: unknown setting 'fa\x1bde': this version does not know it, another may"
    words = f"{why}; choose another run (mnist-sum runs lists them)"
    assert (found.state, found.trouble) == ("damaged", words)
    assert found.size == sum(file.stat().st_size for file in run.path.iterdir())
    assert trouble(found) == words, "which `runs show` and the reports say"
    run.config_file.write_text("{")
    assert summarise(run).trouble.startswith("config.json: is missing or damaged")
    large = make(tmp_path, "large", [done(1, 0.7)])
    os.truncate(large.metrics_file, 3 << 40)  # takes no room on the disk
    found = summarise(large)
    words = "metrics.jsonl: is too large (over 4 GiB); choose another run (mnist-sum runs lists them)"
    assert (found.state, found.trouble) == ("damaged", words)


def test_a_run_that_only_guesses_comes_with_a_warning_unless_it_is_trained_further(tmp_path: Path) -> None:
    guesses = make(tmp_path, "x", [replace(recorded.finished(), digit_accuracy=0.1)])
    assert warning_of(guesses) == ", only guesses"
    assert best_if_any([ended := summarise(guesses)]) is None
    assert ended.has_ended
    with guesses.lock():
        assert warning_of(guesses) == ""
        assert not summarise(guesses).has_ended, "it is being trained further"
    assert warning_of(make(tmp_path, "cut off", [*recorded.training(2)])) == ""


def test_a_star_is_explained_below_a_table_only_if_it_has_one(tmp_path: Path) -> None:
    tested = summarise(make(tmp_path, "tested", [done(1, 0.9), recorded.finished()]))
    validated, new = summarise(make(tmp_path, "validated", [done(1, 0.9)])), summarise(make(tmp_path, "new", []))
    assert measured_on([tested, new]) == "digit, sum: on the test images"
    assert measured_on([tested, validated]) == "digit, sum: on the test images, * on the validation images"


def test_the_best_run_does_not_depend_on_the_order_of_runs_that_do_not_know_their_images(tmp_path: Path) -> None:
    def made(name: str, accuracy: float, images: tuple[str, ...], data_dir: str | None = None) -> Summary:
        begun = replace(recorded.started(), images=images)
        return summarise(make(tmp_path, name, [begun, done(1, accuracy)], data_dir=data_dir))

    ours, others = ("a" * 64, "b" * 64), ("c" * 64, "d" * 64)
    old, new = made("old", 0.9, ()), made("new", 0.8, ours)
    copy, changed = made("copy", 0.99, ours, "/copy"), made("changed", 0.995, others, "/copy")
    assert {best_run(order).run for order in permutations([old, new, copy, changed])} == {copy.run}
    words = "best: the highest mean validation accuracy on /copy"
    assert why_best(copy, [copy, new]) == words
    assert why_best(copy, [copy, changed]) == f"{words}, only where its files are the same"


def test_a_run_that_is_deleted_while_the_list_is_read_is_not_listed_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {make(tmp_path, name, [done(1, 0.7)]) for name in ("one", "other")}

    def read_as_another_deletes(run: Run) -> Summary:
        for other in runs - {run}:
            if run.path.exists() and other.path.exists():
                other.delete()
        return summarise(run)

    monkeypatch.setattr(find, "summarise", read_as_another_deletes)
    (left,) = find.summaries(tmp_path)
    assert left.state == "interrupted"


@pytest.mark.parametrize("name", ["digit_accuracy", "sum_accuracy", "agreement", "pairs"])
def test_a_report_with_another_number_than_the_run_s_end_contradicts_it(name: str) -> None:
    done = recorded.finished()
    report: dict[str, object] = {name: getattr(done, name)}
    unknown: dict[str, Any] = {name: None}
    assert report[name]
    assert not contradicts(report, done)
    assert contradicts({name: 1}, done)
    assert not contradicts({name: 1}, replace(done, **unknown)), "an older run's end lacks it"
    assert not contradicts({}, done)
    assert not contradicts(report, None)
