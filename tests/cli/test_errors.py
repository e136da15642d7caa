"""Errors that a user can cause: each ends in one line on stderr and an exit code."""

import io
import os
import re
import shlex
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import typer.main
from PIL import Image
from rich.console import Console

from mnist_sum_tui.cli import commands
from mnist_sum_tui.cli.run_end import print_end
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Finished
from mnist_sum_tui.runs.run import Run
from tests.cli.terminals import shown
from tests.conftest import COMMAND, Cli, is_one_line, python
from tests.tui import recorded

BAD_INPUT = [
    ("train --model compct", "did you mean 'compact'"),
    ("train --epochs 0", "error: --epochs must be 1 to 10,000, not 0"),
    ("sweep --batch-size 0,1", "error: --batch-size must be 1 to 60,000, not 0"),
    ("sweep --all-data x,no", "error: --all-data must be yes or no, not 'x'"),
    ("train --epochs many", "'many' is not a valid int"),
    ("train --notify dove", "'dove' is not one of 'auto'"),
    ("train --seeds 0", "error: --seeds must be 1 to 1,000, not 0"),
    ("bench --rounds 0", "error: --rounds must be 1 to 100, not 0"),
    ("bench --page runs --model swift", "error: --page is the dashboard's: add --dashboard, or leave"),
    ("train --epocs 3", "error: No such option: --epocs"),
    ("train '--\x1b[31mx'", r"No such option: --\x1b[31mx"),
    ("train --lr", "'--lr' requires an argument"),
    ("train --quiet=3", "'--quiet' does not take a value"),
    ("train sprint", "unexpected extra argument(s) (sprint)"),
    ("predict 247 -x", "No such option: -x"),
    ("predict 247 -1", "No such option: -1"),
    ("predict 247 --numbr 4", "No such option: --numbr"),
    ("predict 247 --number -1", "error: --number must be 0 to 9, not -1"),
    ("sweep --min-gain 0.1,0.5", "error: --min-gain says what counts as better for --patience"),
    ("lr --min-gain 0.1", "error: --min-gain says what counts as better for --patience"),
    ("train --change 3:epochs=0", "error: --change 3:epochs=0: epochs must be 1 to 10,000, not 0"),
    ("runs delete", "Missing argument 'RUN'"),
    ("runs delte x", "No such command 'delte'"),
    (r"predict idx 'a\b'", "Invalid value for 'INDEX'"),
    (r"runs --filter 'lr>a\b'", r"error: the filter compares lr with 'a\b', which is not a number"),
    (r"train --name 'a\b'", r"error: name 'a\b' cannot be used"),
    (r"train --model-file 'a\b'", r"error: --model-file 'a\b': name a Python file such as net.py"),
    ("predict 3 --device gpu", "error: unknown device 'gpu': choose from auto, cpu, cuda, mps"),
    ("evaluate --device cuda:0", "error: unknown device 'cuda:0': did you mean 'cuda'?"),
    ("train --resume ''", "is empty"),
    ("tui --watch ''", "is empty"),
    ("tui --watch latest --epochs 3", "leave out --epochs"),
    ("tui --watch latest --hold-out", "leave out --hold-out"),
    ("tui --replay nothing", "does not exist yet"),
    ("tui --replay latest --start", "--replay only shows a run"),
    ("tui --replay latest --lr 1", "--replay cannot change"),
    ("tui --watch latest --name new", "--name is for a new run: leave out --name or --watch"),
    ("tui --replay latest --name new", "--name is for a new run: leave out --name or --replay"),
    ("tui --name a/b", "name 'a/b' cannot be used"),
    ("serve --port 70000", "--port must be 1 to 65,535, not 70000"),
    ("train --json --quiet", "leave one of them out"),
    ("runs export latest --csv x.csv --model-file net.py", "--model-file is only for --onnx"),
    ("sweep --all-data yes --patience 2 --seeds 2", "in a sweep --all-data no"),
    ("train --resume latest --name new", "--name is for a new run"),
    ("train --data-dir ''", "--data-dir is empty"),
    ("evaluate --data-dir ''", "--data-dir is empty"),
    ("train --recipe ''", "unknown recipe ''"),
    ("evaluate ''", "is empty"),
    ("evaluate latest --run best", "error: the run is given twice, as latest and as best: give it once"),
    ("train --runs-dir ''", "--runs-dir is empty"),
    ("train --runs-dir text.png", "text.png is not a folder: name another with --runs-dir"),
    ("sweep --lr 1e-3,2e-3 --runs-dir text.png", "text.png is not a folder: name another"),
    ("runs prune --all --runs-dir text.png", "text.png is not a folder: name another"),
    ("runs show latest --runs-dir ''", "--runs-dir is empty"),
    ("train --data-dir nowhere --model compact", "is not a folder (was it moved?); create"),
    ("predict idx 10000 --run none", "does not exist yet"),
    ("predict idx 3 --number 10", "error: --number must be 0 to 9, not 10"),
    ("predict idx 3 --split dev", "unknown split"),
    ("predict idx 3 --threshold 1.0000001", "error: --threshold must be 0 to 1, not 1.0000001"),
    ("predict image nowhere.png", "does not exist"),
    ("predict image .", "is a folder"),
    ("predict image empty.png", "error: empty.png is empty"),
    ("predict image text.png", "error: text.png is not a picture"),
    ("predict image blank.pgm", "error: blank.pgm is blank, or too faint: draw one digit"),
    ("predict image damaged.tiff", "error: damaged.tiff is a damaged or incomplete picture"),
    ("serve --port 0", "error: --port must be 1 to 65,535, not 0"),
    ("runs --json list", "error: --json does nothing before list: put it behind, mnist-sum runs list --json"),
    ("runs --filter 'lr>1' list", "put it behind, mnist-sum runs list --filter"),
    ("runs --sort sum show latest", "--sort does nothing before show: leave it out"),
    ("runs --runs-dir text.png", "error: text.png is not a folder: name another with --runs-dir"),
    ("runs show latest --runs-dir text.png", "text.png is not a folder"),
    ("model orginal", "did you mean 'original'"),
]


@pytest.mark.parametrize(("command", "words"), BAD_INPUT)
def test_bad_input_ends_in_one_line(cli: Cli, tmp_path: Path, command: str, words: str) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "net.py").touch()
    (tmp_path / "blank.pgm").write_bytes(b"P5 40 40 255\n" + bytes(1600))
    Image.new("L", (40, 40)).save(damaged := tmp_path / "damaged.tiff", compression="tiff_lzw")
    damaged.write_bytes(damaged.read_bytes().replace(b"\x80\x00", b"\x80\xff"))
    is_one_line(cli(*shlex.split(command)), 2, words)


def test_a_name_that_is_too_long_for_a_file_ends_in_one_line(cli: Cli) -> None:
    """`Path.exists` raises an error for it, as for a file in a folder that may not be read."""
    name = "a" * 300
    is_one_line(cli("predict", name), 2, "is neither the number of a test image nor a picture")
    is_one_line(cli("train", "--model-file", f"{name}/net.py"), 2, "cannot be read (File name too long)")


def test_a_terminal_that_cannot_move_the_cursor_is_named() -> None:
    found = shown("tui", columns=120, environment={"TERM": "dumb"})
    assert found.code == 2
    assert found.raw.startswith(
        "error: mnist-sum tui needs a terminal, and TERM=dumb cannot move the cursor: use mnist"
    )


def test_a_run_without_events_is_not_replayed(cli: Cli, tmp_path: Path) -> None:
    run = find.create(tmp_path, TrainConfig.of("standard"))
    is_one_line(cli("tui", "--replay", str(run.path)), 2, "has no events to replay: choose another run")


def test_the_help_of_runs_names_each_of_its_commands() -> None:
    group = typer.main.get_command(commands.build("runs")).commands["runs"]  # type: ignore[attr-defined]
    assert set(group.commands) <= set(re.findall(r"\w+", group.help.lower()))


def test_an_empty_mnist_sum_runs_means_the_default_folder(cli: Cli) -> None:
    words = cli("runs", MNIST_SUM_RUNS="").stdout
    assert words == "The folder runs/ does not exist yet: start a run with mnist-sum train --recipe sprint (seconds)\n"


def test_a_diverging_run_ends_in_one_line(cli: Cli, small_data: str) -> None:
    arguments = ["--model", "pictured", "--recipe", "original", "--lr", "100", "--epochs", "1"]
    result = cli("train", *arguments, "--data-dir", small_data)
    is_one_line(result, 1, "no longer a number", "try learning rate 0.01 instead of 100")


def _end(event: Finished, run: Run) -> str:
    text = io.StringIO()
    print_end(Console(file=text, width=200), event, run, run.read_config())
    return text.getvalue()


def test_a_run_that_learned_nothing_is_told_so_with_a_rate_to_try(tmp_path: Path) -> None:
    run = find.create(tmp_path, TrainConfig.of("standard", lr=100.0))
    done = replace(recorded.finished(), digit_accuracy=0.1135, sum_accuracy=0.1)
    words = _end(done, run)
    assert "A digit accuracy of 11.35 % is no better than guessing: the learning rate 100 is" in words
    assert "probably too high; try 0.002" in words
    assert "mnist-sum" not in words, "nothing to predict with, and nothing to train further"
    assert "predict with it" in _end(recorded.finished(), run)


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self/mountinfo").exists(), reason="root may write anywhere")
def test_an_unwritable_runs_folder_is_refused_before_training(cli: Cli, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    target = "/proc/mnist-sum" if os.geteuid() == 0 else str(locked / "runs")
    begin = time.monotonic()
    is_one_line(cli("train", "--runs-dir", target), 1, "no run can be made there")
    assert time.monotonic() - begin < 20
    locked.chmod(stat.S_IRWXU)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no folder that a process is in")
def test_a_current_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    script = f"cd gone && rmdir ../gone && exec {shlex.join(COMMAND)} predict idx 3"
    result = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    is_one_line(result, 2, "the current folder no longer exists: cd to another")


@pytest.mark.parametrize("name", ["markdown", "commands"])
def test_a_compiled_file_that_a_full_disk_left_incomplete_is_named(name: str, tmp_path: Path) -> None:
    """Python 3.11 leaves it like that, and then each start fails."""
    script = (
        "import os, py_compile, sys; folder, source = sys.argv.pop(1), sys.argv.pop(1); sys.pycache_prefix = folder; "
        "os.truncate(py_compile.compile(source), 1024); sys.dont_write_bytecode = True; "
        "from mnist_sum_tui.__main__ import main; main()"
    )
    source = Path(commands.__file__).with_stem(name)
    done = python("-c", script, str(tmp_path), str(source), "guide", "accuracy")
    is_one_line(done, 1, str(tmp_path), f"{name}.", ".pyc: is incomplete, as a full disk leaves it: delete it")
