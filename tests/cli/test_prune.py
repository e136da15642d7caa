"""`mnist-sum runs prune`, and the sizes that `mnist-sum runs` shows."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import typer

from mnist_sum_tui.cli.prune import prune_runs
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import own_files, prune
from mnist_sum_tui.runs.run import Run
from tests.conftest import Cli, is_one_line, small_disk
from tests.tui.pages.test_runs import make_three

KEPT = ("epoch-0.safetensors", "epoch-5.safetensors")


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    """Three runs, each with a megabyte of weights and two kept epochs of two; `best` is another name of `last`."""
    made = make_three(tmp_path / "runs")
    for run in made:
        run.last_file.write_bytes(bytes(1_000_000))
        os.link(run.last_file, run.best_file)
        for name in KEPT:
            (run.path / name).write_bytes(bytes(2_000_000))
    return made


def names(run: Run) -> set[str]:
    return {path.name for path in run.path.iterdir()} - {".lock"}


def test_the_list_says_how_large_runs_are(cli: Cli, runs: list[Run]) -> None:
    lines = cli("runs").stdout.splitlines()
    assert lines[0].endswith("size")
    assert [line.endswith("5.1 MB") or line.endswith("5.0 MB") for line in lines[1:4]] == [True] * 3
    assert lines[-1] == "on the disk: 15 MB; mnist-sum runs prune --all frees some"
    folder = runs[0].path.parent
    moved = folder.rename(folder.with_name("other runs"))
    elsewhere = cli("runs", "list", "--runs-dir", "other runs").stdout
    moved.rename(folder)
    assert "; mnist-sum runs prune --all --runs-dir 'other runs' frees some\n" in elsewhere
    for run in runs:
        run.metrics_file.write_text(run.metrics_file.read_text().replace("finished", "cut off"))
    assert "prune" not in cli("runs").stdout, "it takes only runs that have ended"
    assert r"The folder at 10:26/e\x1b[31m/ " in cli("runs", "--plain", "--runs-dir", "at 10:26/e\x1b[31m").stdout
    told = [json.loads(line)["bytes"] for line in cli("runs", "list", "--json", "--sort", "size").stdout.splitlines()]
    assert told == sorted(map(own_files.size, (run.path for run in runs)), reverse=True)
    assert "size      5." in cli("runs", "show", "latest").stdout


def test_it_drops_the_kept_epochs_of_the_named_runs_alone(cli: Cli, runs: list[Run]) -> None:
    before = [names(run) for run in runs]
    done = cli("runs", "prune", runs[0].id, "latest", runs[0].id, "--yes")
    assert done.stdout.splitlines()[-1] == "Freed 8.0 MB in 2 runs"
    assert "That would free" not in done.stdout
    assert [names(run) for run in runs] == [before[0] - {*KEPT}, before[1], before[2] - {*KEPT}]
    assert {"last.safetensors", "best.safetensors", "metrics.jsonl", "config.json"} <= names(runs[0])
    assert cli("runs", "prune", runs[0].id, "--yes").stdout == "There are no kept epochs to drop\n"
    assert "prune" not in cli("runs", "list", "--filter", "model=compact").stdout


def test_it_says_first_what_it_would_free(cli: Cli, runs: list[Run]) -> None:
    told = cli("runs", "prune", "--all", "--dry-run").stdout
    assert cli("runs", "prune", "--dry-run").stdout == told, "all are meant, where nothing is lost"
    assert told.splitlines()[-1] == "That would free 12 MB"
    assert told.count("4.0 MB") == 3
    is_one_line(cli("runs", "prune", "--all"), 2, "needs confirmation: add --yes")
    is_one_line(cli("runs", "prune"), 2, "give --all")
    is_one_line(cli("runs", "prune", "latest", "--all"), 2, "give the names of runs or --all, not both")
    assert all({*KEPT} <= names(run) for run in runs)


def test_all_are_those_that_have_ended(cli: Cli, runs: list[Run]) -> None:
    lines = runs[1].metrics_file.read_text().splitlines(keepends=True)
    runs[1].metrics_file.write_text("".join(lines[:-1]))  # it was cut off
    with runs[0].lock():
        assert cli("runs", "prune", "--all", "--yes").returncode == 0
        is_one_line(cli("runs", "prune", runs[0].id, "--yes"), 1, f"is being trained by process {os.getpid()}")
    assert [{*KEPT} <= names(run) for run in runs] == [True, True, False]
    (runs[0].path / "config.json").write_text("{")
    assert cli("runs", "prune", "--all").stdout == "No run that has ended has kept epochs to drop\n"
    (damaged,) = [
        found for line in cli("runs", "--json").stdout.splitlines() if not (found := json.loads(line))["model"]
    ]
    assert (damaged["state"], damaged["epochs_done"], damaged["elapsed"]) == ("damaged", None, None)


def test_a_run_that_begins_meanwhile_is_left_alone(runs: list[Run]) -> None:
    with runs[0].lock(), pytest.raises(RunError, match="is being trained"):
        prune.prune(Run(runs[0].path))
    assert {*KEPT} <= names(runs[0])


def test_a_run_that_may_not_be_pruned_does_not_keep_the_others(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drop = prune.prune

    def prune_some(run: Run) -> int:
        if run.id in (runs[1].id, runs[2].id):
            raise RunError(f"{run.path}: cannot be locked (Permission denied)")
        return drop(run)

    monkeypatch.setattr(prune, "prune", prune_some)
    context = cast(typer.Context, SimpleNamespace(obj=runs[0].path.parent))
    with pytest.raises(RunError, match=r"cannot be locked \(Permission denied\) \(1 other run could not be pruned ei"):
        prune_runs(context, every=True, yes=True)
    assert capsys.readouterr().out.splitlines()[-1] == "Freed 4.0 MB in 1 run"
    assert [{*KEPT} <= names(run) for run in runs] == [False, True, True]


def test_on_a_full_disk_it_makes_room(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    with small_disk(tmp_path / "runs", "size=4m"):
        for run in make_three(tmp_path / "runs"):
            (run.path / ".lock").touch()
            (run.path / KEPT[0]).write_bytes(bytes(100_000))
        with pytest.raises(OSError, match="No space"):
            (tmp_path / "runs" / "others").write_bytes(bytes(4 << 20))
        done = cli("runs", "prune", "--all", "--yes")
        assert (done.stderr, done.stdout.splitlines()[-1]) == ("", "Freed 0.3 MB in 3 runs")


def test_what_another_prune_removes_meanwhile_is_no_error(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look = prune.kept_files

    def look_as_another_removes(run: Run) -> list[Path]:
        found = look(run)
        prune.prune(run)
        return found

    monkeypatch.setattr(prune, "kept_files", look_as_another_removes)
    prune_runs(cast(typer.Context, SimpleNamespace(obj=runs[0].path.parent)), every=True, yes=True)
    assert capsys.readouterr().out.splitlines()[-1] == "Freed 0 kB in 3 runs"


def test_no_link_is_followed_and_no_stranger_removed(cli: Cli, runs: list[Run], tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(bytes(3_000_000))
    for name in ("epoch-1.safetensors.bak", "epoch-01.safetensors", "notes-epoch-1.safetensors"):
        (runs[0].path / name).write_text("mine")
    (runs[1].path / "epoch-7.safetensors").symlink_to(precious)
    is_one_line(cli("runs", "prune", runs[1].id, "--yes"), 1, "is not a regular file")
    (tmp_path / "runs" / "20260103-120000-link").symlink_to(runs[2].path)
    is_one_line(cli("runs", "prune", "20260103", "--yes"), 1, "is a link and is not pruned")
    assert {*KEPT} <= names(runs[2])
    told = cli("runs", "prune", "--all", "--dry-run").stdout
    assert (told.count("4.0 MB"), told.splitlines()[-1]) == (2, "That would free 8.0 MB"), "others are passed over"
    cli("runs", "prune", runs[0].id, "--yes")
    assert {"epoch-1.safetensors.bak", "epoch-01.safetensors", "notes-epoch-1.safetensors"} <= names(runs[0])
    assert len(precious.read_bytes()) == 3_000_000
