"""A run's folder may be untrusted, or not a run's at all: no link is followed, and no other file is removed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, MnistSumError, RunError
from mnist_sum_tui.runs import checkpoint, find, notes
from mnist_sum_tui.runs.journal import Follower, Journal, read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.loop import train
from tests.conftest import PEAK, Cli, is_one_line
from tests.runs.folders import CONFIG, contents, old_run
from tests.tui import recorded

FILES = ("metrics.jsonl", ".pid", ".lock", "error.txt", "config.json", "report.json", "environment.json")


CHECKPOINTS = ("last.safetensors", "best.safetensors", "epoch-0.safetensors")


# Links, pipes and devices.


@pytest.mark.parametrize("name", [*FILES, *CHECKPOINTS])
def test_a_run_with_a_link_in_it_is_refused_and_listed_as_damaged(name: str, tmp_path: Path, small_data: str) -> None:
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run, target = old_run(tmp_path / "runs", config), tmp_path / "precious"
    if name == "config.json":
        target.write_bytes(run.config_file.read_bytes())
    else:
        target.write_text("precious\n")
    before = target.read_bytes()
    (run.path / name).unlink(missing_ok=True)
    (run.path / name).symlink_to(target)
    with pytest.raises(RunError, match="is not a regular file"):
        list(train(config, run))
    with pytest.raises(RunError, match="is not a regular file"):
        run.delete()
    assert target.read_bytes() == before
    assert (run.path / name).is_symlink()
    assert [summarise(found).state for found in find.list_runs(run.path.parent)] == ["damaged"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_a_listing_neither_hangs_nor_fills_the_memory(tmp_path: Path, cli: Cli) -> None:
    damaged, whole = dict[str, str](), old_run(tmp_path / "runs")
    for name in ("metrics.jsonl", ".pid", "config.json", "report.json"):
        for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):  # a pipe, and a file without an end
            run = old_run(tmp_path / "runs")
            (run.path / name).unlink(missing_ok=True)
            make(run.path / name)
            damaged[run.id] = name
    script = """
import sys
from pathlib import Path
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.summary import summarise
print(sorted((summarise(run).state, run.id) for run in list_runs(Path(sys.argv[1]))), peak() // 1000)
"""
    command = [sys.executable, "-c", PEAK + script, str(tmp_path / "runs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    found, megabytes = done.rsplit(maxsplit=1)
    assert found == str([*(("damaged", name) for name in sorted(damaged)), ("interrupted", whole.id)])
    assert int(megabytes) < 100
    listed = cli("runs", timeout=30)
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count("damaged") == len(damaged)
    for run_id, name in damaged.items():
        shown = cli("runs", "show", run_id, timeout=30)
        assert shown.returncode == 0, shown.stderr
        assert "damaged" in shown.stdout
        is_one_line(cli("train", "--resume", run_id, timeout=60), 1, name)


def test_no_reader_follows_a_link_or_waits_for_a_pipe(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    real.write_bytes(b"")
    with Journal(real) as journal:
        journal.append(recorded.started())
    assert len(list(read_events(real))) == 1
    link.symlink_to(real)
    os.mkfifo(pipe)
    before = real.read_bytes()
    for path in (link, pipe):
        assert list(read_events(path)) == []
        assert Follower(path).read() == ([], True)
        with pytest.raises(RunError, match="cannot be written"):
            Journal(path)
        with pytest.raises(CheckpointError, match="cannot be read"):
            checkpoint.load(path)
    assert real.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_huge_files_without_a_line_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    run = old_run(tmp_path)
    for path in (run.metrics_file, run.report_file, run.config_file.with_name("environment.json")):
        with path.open("wb") as stream:
            stream.truncate(100 << 20)  # a sparse file
    script = """
import sys
from pathlib import Path
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.run import Run
run = Run(Path(sys.argv[1]))
before = peak()
print(len(list(read_events(run.metrics_file))))
try:
    run.read_json(run.report_file)
except RunError as error:
    print("refused")
print(peak() - before)
"""
    command = [sys.executable, "-c", PEAK + script, str(run.path)]
    count, refused, growth = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert (count, refused) == ("0", "refused")
    assert int(growth) < 50_000


# What is deleted, and what is kept.


def test_a_run_is_kept_if_resuming_it_fails_early(tmp_path: Path, cli: Cli) -> None:
    run = old_run(tmp_path / "runs")
    notes = run.path / "notes.txt"
    notes.write_text("precious")
    before = contents(run.path)
    is_one_line(cli("train", "--resume", str(run.path), "--device", "mps"), 2, "mps")
    after = contents(run.path)
    assert {name: after[name] for name in before if name != ".pid"} == {
        name: content for name, content in before.items() if name != ".pid"
    }
    with pytest.raises(MnistSumError):
        next(train(TrainConfig.from_dict({**CONFIG.to_dict(), "device": "mps"}), run))
    assert notes.exists()


def test_another_programs_folder_is_neither_resumed_nor_changed(tmp_path: Path, cli: Cli) -> None:
    project = tmp_path / "proj"
    project.mkdir()
    for values in ({}, {"model_type": "bert", "architectures": ["x"]}):
        (project / "config.json").write_text(json.dumps(values))
        for others in ((), ("src.js",), ("note.txt", "epoch-1.safetensors")):
            for name in others:
                (project / name).write_text("precious")
            before = contents(project)
            is_one_line(cli("runs", "delete", "--yes", "./proj"), 1, "nothing is deleted")
            is_one_line(cli("train", "--resume", "./proj", "--epochs", "1"), 1, "is not a run's")
            is_one_line(cli("runs", "prune", "--yes", "./proj"), 1, "is not a run's")
            for note in ("", "mine"):
                is_one_line(cli("runs", "note", "./proj", note), 1, "is not a run's")
            assert contents(project) == before


def test_delete_removes_a_run_but_nothing_if_there_is_another_file(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run = find.create(tmp_path, config)
    list(train(config, run))
    (run.path / ".last.safetensors.123.tmp").write_text("half")
    run.error_file.write_text("traceback")
    for stray in (run.path / "notes.txt", run.path / "best.safetensors.bak", run.path / "folder" / "notes.txt"):
        stray.parent.mkdir(exist_ok=True)
        stray.write_text("precious")
        before = sorted(run.path.rglob("*"))
        with pytest.raises(RunError, match=r"(notes.txt|safetensors.bak|folder): is not a file of a run"):
            run.delete()
        assert sorted(run.path.rglob("*")) == before
        stray.unlink()
    (run.path / "folder").rmdir()
    run.delete()
    assert not run.path.exists()


def test_a_run_with_a_damaged_config_can_be_deleted(tmp_path: Path) -> None:
    for only in (None, "metrics.jsonl", "best.safetensors"):
        run = old_run(tmp_path)
        run.config_file.write_text("{")
        if only is not None:
            for path in run.path.iterdir():
                if path != run.config_file:
                    path.unlink()
            (run.path / only).touch()
        run.delete()
        assert not run.path.exists()
    run.path.mkdir()
    run.config_file.write_text("// a comment, as some programs allow")
    (run.path / "report.html").write_text("precious")
    with pytest.raises(RunError, match="nothing is deleted"):
        run.delete()
    assert run.config_file.exists()


def test_a_link_to_a_run_is_not_deleted_nor_trained_nor_is_the_run(tmp_path: Path) -> None:
    run, link = old_run(tmp_path / "elsewhere"), tmp_path / "runs" / "link"
    link.parent.mkdir()
    link.symlink_to(run.path)
    before = contents(run.path)
    with pytest.raises(RunError, match="is a link and is not deleted; delete the run that it points to"):
        Run(link).delete()
    with pytest.raises(RunError, match="is a link and is not trained; train the run that"), Run(link).lock():
        pass
    with pytest.raises(RunError, match="is a link and is not changed; name the run that it points to"):
        notes.write(Run(link), "a note")
    assert contents(run.path) == before
    (tmp_path / "whole").symlink_to(run.path.parent)  # the folder of all runs may be a link
    (found,) = find.list_runs(tmp_path / "whole")
    found.delete()
    assert not run.path.exists()


def test_outside_any_project_the_whole_path_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run(Path("runs/one"))
    assert find.where(run) == str(tmp_path / "runs" / "one")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "deeper").mkdir()
    assert find.where(run) == "runs/one"
    monkeypatch.chdir("deeper")
    assert find.where(run) == "runs/one"
    (tmp_path / "deeper").rmdir()
    assert find.where(run) == "runs/one", "nobody knows where that is"


@pytest.mark.parametrize("name", ["model", "epochs", "x" * 1_000_000], ids=["a choice", "a number", "no setting"])
def test_a_strangers_config_with_a_huge_name_is_a_short_line(name: str, tmp_path: Path) -> None:
    values = {"created": "", **TrainConfig().to_dict(), name: "y" * 1_000_000}
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(RunError) as told:
        Run(tmp_path).read_config()
    assert len(str(told.value)) < 1000
