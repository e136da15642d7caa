import json
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, System
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import best_run, summarise
from tests.conftest import Cli, is_one_line
from tests.tui import recorded

CONFIG = TrainConfig.of("standard", model="compact")

NONE = dict.fromkeys(("others", "memory", "temperature", "gpu", "gpu_memory"))
LOAD = System(step=9, epoch=2, elapsed=77.0, cores=2, own=0.5, **NONE)


def _epoch(number: int, accuracy: float) -> EpochDone:
    return EpochDone(
        step=number * 10, epoch=number, elapsed=float(number), digit_loss=0.1, sum_loss=0.1, digit_accuracy=accuracy,
        sum_accuracy=accuracy, val_digit_loss=0.1, val_sum_loss=0.1, val_digit_accuracy=accuracy,
        val_sum_accuracy=accuracy, val_agreement=1.0, lr=0.1, images_per_second=1.0, remaining=0.0, best=True,
    )  # fmt: skip


def _tested(accuracy: float) -> Finished:
    return Finished(
        step=10, epoch=1, elapsed=3.0, reason="completed", run="r", path="p", message="m", best_epoch=1,
        digit_accuracy=accuracy, sum_accuracy=accuracy, agreement=0.99, digit_loss=0.1, sum_loss=0.1, pairs=100_000,
    )  # fmt: skip


def _run(folder: Path, *events: Event, data_dir: str | None = None) -> Run:
    run = find.create(folder, replace(CONFIG, data_dir=data_dir))
    run.metrics_file.write_bytes(to_lines(events))
    return run


def test_runs_created_in_one_second_get_different_ids(tmp_path: Path) -> None:
    made = [find.create(folder, CONFIG, "try-1") for folder in (tmp_path, str(tmp_path), tmp_path)]
    assert len({run.id for run in made}) == 3
    assert all(run.id.endswith(("-compact-try-1", "-2", "-3")) for run in made)
    assert [run.id for run in find.list_runs(tmp_path)] == [run.id for run in reversed(made)]


def test_damaged_runs_have_the_same_place_in_both_lists(tmp_path: Path) -> None:
    made = [find.create(tmp_path, CONFIG, name) for name in ("c", "a", "b", "d")]
    of_a_later_version = json.loads(made[1].config_file.read_text()) | {"unknown": 1}
    made[1].config_file.write_text(json.dumps(of_a_later_version))
    made[2].config_file.write_text("{")
    newest_first = [made[3], made[1], made[0], made[2]]  # nobody knows when the last one was created
    assert find.list_runs(tmp_path) == [found.run for found in find.summaries(tmp_path)] == newest_first
    assert find.summaries(tmp_path)[1].created == made[1].created > made[0].created
    assert find.summaries(tmp_path / "missing") == []


@pytest.mark.parametrize("name", ["../x", "a b", "x" * 61, "a/b"])
def test_unusable_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        find.create(tmp_path, CONFIG, name)
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_found_by_each_kind_of_name(tmp_path: Path) -> None:
    good, bad, new = _run(tmp_path, _epoch(1, 0.99)), _run(tmp_path, _epoch(1, 0.9)), _run(tmp_path)
    assert find.by_name("latest", tmp_path) == new
    assert find.by_name("best", tmp_path) == good
    assert find.by_name(bad.id, tmp_path) == bad
    assert find.by_name(str(bad.path), tmp_path) == bad
    with pytest.raises(UsageError, match="is empty"):
        find.by_name("", tmp_path)
    for more, deleted in ((" or 1 more", new), ("", bad)):
        with pytest.raises(UsageError, match=rf"could be [^ ]+ or [^ ]+{more}: give more of its id"):
            find.by_name(good.id[:8], tmp_path)
        deleted.delete()
    with pytest.raises(UsageError, match="unknown run"):
        find.by_name("nonsense", tmp_path)
    with pytest.raises(UsageError, match="not a run's folder"):
        find.by_name(str(tmp_path), tmp_path)
    (tmp_path / good.id[:-1]).mkdir()
    with pytest.raises(UsageError, match=f"'{good.id[:-1]}' is not a run's folder"):
        find.by_name(good.id[:-1], tmp_path)


def test_the_second_run_of_a_second_is_not_meant_by_the_id_of_the_first_one_that_is_gone(
    tmp_path: Path, cli: Cli
) -> None:
    second = _run(tmp_path / "runs").path.rename(tmp_path / "runs" / "20260101-120000-compact-2")
    is_one_line(
        cli("runs", "delete", "20260101-120000-compact", "--yes"), 2, "did you mean '20260101-120000-compact-2'"
    )
    assert second.exists()
    for beginning in ("20260101-120000-compact-", "20260101-120000-comp", "20260101"):
        assert find.by_name(beginning, tmp_path / "runs").path == second


def test_a_run_is_found_from_inside_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run(tmp_path)
    (run.path / "below").mkdir()
    monkeypatch.chdir(run.path)
    assert find.by_name(".", tmp_path).id == run.id
    monkeypatch.chdir(run.path / "below")
    assert find.by_name("..", tmp_path).id == run.id


def test_text_that_is_not_utf_8_survives_writing_and_reading(tmp_path: Path) -> None:
    run = _run(tmp_path)
    run.write_json(run.environment_file, {"command": ["Z\u00fcrich", "r\udcff"]})
    assert "Z\u00fcrich" in run.environment_file.read_text(encoding="utf-8")
    assert run.read_json(run.environment_file) == {"command": ["Z\u00fcrich", "r\udcff"]}


def test_a_folder_without_runs_says_so(tmp_path: Path) -> None:
    for folder, state in ((tmp_path, "is still empty"), (tmp_path / "none", "does not exist yet")):
        with pytest.raises(UsageError, match=f"{folder}/ {state}: make a run"):
            find.by_name("latest", folder)


def test_best_needs_a_finished_epoch(tmp_path: Path) -> None:
    _run(tmp_path)
    with pytest.raises(UsageError, match="validated epoch"):
        find.by_name("best", tmp_path)


def _all_data(number: int, accuracy: float) -> EpochDone:
    """An epoch of a run without validation images."""
    return replace(
        _epoch(number, accuracy), val_digit_loss=None, val_sum_loss=None, val_digit_accuracy=None,
        val_sum_accuracy=None, val_agreement=None,
    )  # fmt: skip


def test_best_compares_validation_only_with_validation(tmp_path: Path) -> None:
    worse = _run(tmp_path, _epoch(1, 0.97), _tested(0.999))
    better = _run(tmp_path, _epoch(1, 0.98), _tested(0.981))
    _run(tmp_path, _all_data(1, 0.9), _tested(0.995))  # a test result cannot be compared with validation
    summaries = [summarise(run) for run in find.list_runs(tmp_path)]
    assert best_run(summaries).run == better
    assert best_run(summaries).ranked_by == "validation"
    assert best_run([summarise(worse)]).run == worse


def test_best_compares_tests_if_no_run_has_a_validation(tmp_path: Path) -> None:
    _run(tmp_path, _all_data(1, 0.9), _tested(0.98))
    better = _run(tmp_path, _all_data(1, 0.9), _tested(0.99))
    _run(tmp_path, _all_data(1, 0.999))  # not tested yet
    best = best_run(summarise(run) for run in find.list_runs(tmp_path))
    assert (best.run, best.ranked_by) == (better, "test")


def test_best_compares_only_runs_on_the_same_images(tmp_path: Path) -> None:
    own = _run(tmp_path, _epoch(1, 0.9))
    _run(tmp_path, _epoch(1, 0.99), data_dir="/data/easy")
    assert find.by_name("best", tmp_path) == own, "the package's own images come first"
    own.delete()
    better = _run(tmp_path, _epoch(1, 0.7), data_dir="/data/hard")
    _run(tmp_path, _epoch(1, 0.6), data_dir="/data/hard")
    _run(tmp_path, data_dir="/data/else")
    assert find.by_name("best", tmp_path) == better, "otherwise those of the newest run with a result"
    _run(tmp_path, replace(recorded.started(), images=("1" * 64,)), _epoch(1, 0.9), data_dir="/data/new")
    newest = _run(tmp_path, replace(recorded.started(), images=("2" * 64,)), _epoch(1, 0.5), data_dir="/data/new")
    assert find.by_name("best", tmp_path) == newest, "the files there are others now"


def test_the_list_marks_the_best_run_and_names_the_measure(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "runs"
    tested, other = _run(folder, _all_data(1, 0.9), _tested(0.98)), _run(folder, _all_data(1, 0.9), _tested(0.97))

    def listed() -> tuple[list[str], str]:
        lines = cli("runs").stdout.splitlines()
        assert lines[-2].startswith("digit, sum: on the test images"), "as on the page Runs"
        return [line.split()[0] for line in lines if ", best" in line], lines[-3]

    words = "best: the highest mean test accuracy on the built-in MNIST (none has a validation)"
    assert listed() == ([tested.id], words)
    elsewhere = _run(folder, _epoch(1, 0.99), data_dir="/data/easy")
    assert listed() == ([tested.id], words.replace("none has", "no run on these images has")), "elsewhere one has"
    elsewhere.delete()
    validated = _run(folder, _epoch(1, 0.95))
    marked, words = listed()
    assert marked == [validated.id]
    assert words == "best: the only run with a validation; others take no part, however good their test"
    told = [json.loads(line) for line in cli("runs", "--json").stdout.splitlines()]
    assert {run["run"]: run["best"] for run in told} == {tested.id: False, other.id: False, validated.id: True}
    below = [cli("runs", "--columns", columns).stdout for columns in ("run,lr", "run,sum", "run,state")]
    assert [("digit, sum:" in text, "best:" in text) for text in below] == [(False,) * 2, (True, False), (False, True)]
    _, mean = _run(folder, _epoch(1, 0.9)), "best: the highest mean validation accuracy on the built-in MNIST"
    words = f"{mean} (runs without validation images take no part, however good their test)"
    assert listed() == ([validated.id], words)
    tested.delete()
    other.delete()
    assert listed() == ([validated.id], mean), "all have one"


def _hold(path: Path, ready: "multiprocessing.synchronize.Event", leave: "multiprocessing.synchronize.Event") -> None:
    with Run(path).lock():
        ready.set()
        leave.wait(30)


def test_kill_9_releases_the_lock(tmp_path: Path) -> None:
    run = Run(_run(tmp_path, _epoch(1, 0.9)).path)  # the run created here would stay locked
    context = multiprocessing.get_context("spawn")
    ready, leave = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(run.path, ready, leave))
    process.start()
    assert ready.wait(30)
    with run.metrics_file.open("a") as journal:
        journal.write(to_json(LOAD) + "\n")
    assert (summarise(run).state, summarise(run).elapsed) == ("running", 77.0), "not that of the last whole epoch"
    with pytest.raises(RunError, match=f"process {process.pid}"), run.lock():
        pass
    with pytest.raises(RunError, match="stop it first"):
        run.delete()
    process.kill()
    process.join(30)
    assert summarise(run).state == "interrupted"
    with run.lock():
        assert run.pid == os.getpid()
    run.delete()
    assert not run.path.exists()


def test_config_json_keeps_settings_and_creation_time(tmp_path: Path) -> None:
    run = _run(tmp_path)
    values = json.loads(run.config_file.read_text())
    assert values["model"] == "compact"
    assert run.read_config() == CONFIG
    run.write_config(replace(CONFIG, epochs=9))
    assert run.created == values["created"]
    assert run.read_config().epochs == 9


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="no run can be made there"):
        find.create(tmp_path / "file", CONFIG)


def test_a_path_that_cannot_be_read_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a run's folder"):
        find.by_name(f"{tmp_path}/{'x' * 300}", tmp_path)
