"""`mnist-sum sweep`: its lock, what it checks first, and its grid."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mnist_sum_tui.cli import commands
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.locking import in_turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from tests.conftest import Cli, is_one_line, make_small_data
from tests.forked import Kept
from tests.guide.test_json_names import explained


def options(tmp_path: Path, *more: str) -> list[str]:
    data = make_small_data(tmp_path / "data", 700, 100)
    usual = ("sweep", "--model", "swift", "--epochs", "1", "--batch-size", "64", "--data-dir", str(data))
    return [*usual, "--lr", "1e-3,4e-3", "--runs-dir", str(tmp_path / "runs"), *more]


def test_two_equal_sweeps_at_once_make_each_run_once(tmp_path: Path) -> None:
    command = options(tmp_path)
    both = [process.end(120) for process in [Kept(command, tmp_path) for _ in range(2)]]
    assert [done.returncode for done in both] == [0, 0]
    said = [done.stdout for done in both]
    assert len(find.list_runs(tmp_path / "runs")) == 2
    assert "".join(said).count("done before") == 2
    tables = [text[text.index("Mean accuracy") :] for text in said]
    assert tables[0] == tables[1]


def test_a_sweep_says_that_it_waits_for_another_one(tmp_path: Path) -> None:
    waited: list[str] = []
    with in_turn(tmp_path / "runs", lambda: waited.append("first")):
        waiting = in_turn(tmp_path / "runs", lambda: (_ for _ in ()).throw(InterruptedError))
        with pytest.raises(InterruptedError):
            waiting.__enter__()
    with in_turn(tmp_path / "runs", lambda: waited.append("second")):
        pass
    assert waited == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no groups of users")
@pytest.mark.parametrize("mode", [0o775, 0o700])
def test_who_may_make_runs_in_a_folder_may_sweep_there(tmp_path: Path, mode: int) -> None:
    """As in a folder of a group: the lock stays when the sweep of another user is over."""
    tmp_path.chmod(mode)
    with in_turn(tmp_path, lambda: None):
        pass
    assert (tmp_path / ".lock").stat().st_mode & 0o777 == mode & 0o666


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / ".lock").symlink_to(tmp_path / "precious")
    with pytest.raises(RunError, match="is a link"), in_turn(tmp_path, lambda: None):
        pass
    assert (tmp_path / "precious").read_text() == "precious"


def test_images_that_are_missing_are_noticed_before_the_first_run(cli: Cli, tmp_path: Path) -> None:
    good = make_small_data(tmp_path / "data", 700, 100)
    where = ("--data-dir", f"{good},nowhere", "--runs-dir", str(tmp_path / "runs"))
    said = "nowhere: is not a folder"
    is_one_line(cli("sweep", "--model", "swift", "--epochs", "1", *where), 2, f"error: {tmp_path / said}")
    assert not find.list_runs(tmp_path / "runs")


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="where nobody may make a folder, root included")
def test_a_runs_folder_that_cannot_be_made_is_all_that_is_said(cli: Cli, tmp_path: Path) -> None:
    done = cli(*options(tmp_path, "--runs-dir", "/proc/mnist-sum"))
    is_one_line(done, 1, "/proc/mnist-sum: no run can be made there", "; choose another --runs-dir")
    assert not done.stdout


def test_a_name_that_cannot_be_used_is_noticed_before_the_images_are_read(cli: Cli, tmp_path: Path) -> None:
    where = ("--data-dir", "nowhere", "--runs-dir", str(tmp_path / "runs"))
    is_one_line(cli("sweep", "--model", "swift", "--epochs", "1", "--name", "a/b", *where), 2, "error: name 'a/b'")


def test_the_help_names_the_values_of_a_setting_that_is_true_or_false(cli: Cli) -> None:
    words = cli("sweep", "--help", COLUMNS="200").stdout
    assert "hold out 5,000 for validation. One of yes, no." in words


def test_two_settings_are_a_grid_of_shades(cli: Cli, tmp_path: Path) -> None:
    arguments = options(tmp_path, "--batch-size", "64,128")
    result = cli(*arguments)
    assert result.returncode == 0, result.stderr
    mean = r"^validation, mean of digit and sum: (\d+\.\d{3} %) \+- \d\.\d{3} %, (.*)"
    so_far = re.findall(mean, result.stdout, re.MULTILINE)
    assert len(so_far) == 3, "the last one is in the table, which follows"
    assert so_far[0][1] == "the best so far"
    others = [words for _, words in so_far if words != "the best so far"]
    assert all(re.match(r"(within chance of|below) the best so far", words) for words in others)
    limit = "within chance: below the best by at most 2 standard errors of the difference"
    assert (limit in result.stdout) == bool(re.search(r"within chance$", result.stdout, re.MULTILINE))
    grid = result.stdout[result.stdout.index("Mean of digit and sum") :].splitlines()
    assert grid[1].split() == ["1e-3", "4e-3"]
    assert [line.split()[0] for line in grid[2:4]] == ["64", "128"]
    table = result.stdout[result.stdout.index("The best run of each") : result.stdout.index("Mean of digit")]
    rows = [line.split() for line in table.splitlines()[2:-1]]
    assert {row[-1] for row in rows} == {run.id for run in find.list_runs(tmp_path / "runs")}
    best = rows[0][-1]
    assert re.search(rf"predict with it +mnist-sum predict 3 --run {best}\n", result.stdout)
    assert re.search(rf"train it further +mnist-sum train --resume {best} --epochs 6\n", result.stdout)
    assert sum(line.count("██") for line in grid) == 1, "the best"
    told = json.loads(cli(*arguments, "--json").stdout)
    assert told["best"].keys() == {"lr", "batch_size"}
    assert len(told["combinations"]) == 4


def test_a_combination_that_diverges_is_a_result(cli: Cli, tmp_path: Path) -> None:
    diverging = ("--model", "pictured", "--optimizer", "sgd", "--schedule", "constant")
    arguments = options(tmp_path, "--lr", "1e-3,100", *diverging)
    first, again = cli(*arguments), cli(*arguments, "--json")
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "the loss is no longer a number" in first.stdout
    table = first.stdout[first.stdout.index("Mean accuracy") : first.stdout.index("The best run of each")]
    rows = [line.split() for line in table.splitlines() if line]
    assert [row[0] for row in rows if row[-1] == "best"] == ["1e-3"]
    assert next(row for row in rows if row[0] == "100")[1:5] == ["1", "-", "-", "-"]
    assert [row[-1] for row in rows if row[0] == "100"] == ["diverged"]
    told = json.loads(again.stdout)
    assert told["best"] == {"lr": 0.001}, "a number, as in config.json"
    assert {*told, *told["combinations"][0]} <= explained()
    assert [row["tested"] for row in told["combinations"]] == [False, False], "the accuracies are of the validation"
    assert [row["diverged"] for row in told["combinations"]] == [0, 1]
    assert [row["digit_accuracy"] is None for row in told["combinations"]] == [False, True]
    assert [row["lr"] for row in told["combinations"]] == [0.001, 100]
    runs = find.list_runs(tmp_path / "runs")
    assert len(runs) == 2, "neither is trained again"
    assert [row["runs"] for row in told["combinations"]] == [[run.id] for run in reversed(runs)]
    assert [row["elapsed"] for row in told["combinations"]] == [summarise(run).elapsed for run in reversed(runs)]
    assert [row["best_run"] in {run.id for run in runs} for row in told["combinations"]] == [True, False]
    assert told["combinations"][1]["best_run"] is None, "it has nothing to go on with"


def test_the_test_images_choose_only_if_they_are_asked_to(cli: Cli, tmp_path: Path) -> None:
    sprint = options(tmp_path, "--recipe", "sprint")
    asked, usual = cli(*sprint, "--all-data", "yes").stdout, cli(*sprint).stdout
    for said, is_held_out in ((usual, True), (asked, False)):
        assert ("Each run holds out validation images to choose by" in said) is is_held_out
        assert ("the test images chose, so that result is too good: take --all-data no" in said) is not is_held_out
        assert f"digit, sum: on the {'validation' if is_held_out else 'test'} images\n" in said


def test_without_a_setting_the_seeds_are_named(cli: Cli, tmp_path: Path) -> None:
    options = ("--model", "swift", "--epochs", "1", "--data-dir", str(make_small_data(tmp_path / "data", 700, 100)))
    result = cli("sweep", "--seeds", "2", *options, "--runs-dir", str(tmp_path / "runs"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == "1/1  2 seeds"


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_stop_says_how_to_go_on_with_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    def stopped(_config: TrainConfig, make: Callable[[], Run], *_: object, **__: object) -> int:
        make()
        return 130

    monkeypatch.setattr("mnist_sum_tui.cli.sweep.train_and_print", stopped)
    result = CliRunner().invoke(commands.build("sweep"), options(tmp_path, *more))
    assert result.exit_code == 130
    assert ("the same command goes on with the sweep" in result.stdout) is not bool(more)
