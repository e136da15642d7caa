"""Output and signals: JSON, pipes, closed or full streams, Ctrl-C."""

import json
import os
import shlex
import signal
import subprocess
import tempfile
import tomllib
from pathlib import Path

import pytest

from mnist_sum_tui.cli.train import _check_end
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Finished
from mnist_sum_tui.runs.journal import last_event
from mnist_sum_tui.runs.run import Run
from tests.conftest import COMMAND, Cli, is_one_line, python, wait_for
from tests.forked import ROOT, Kept, Running
from tests.tui import recorded


def test_json_prints_only_events_on_stdout(cli: Cli, small_data: str) -> None:
    done = cli("train", "--model", "swift", "--epochs", "1", "--data-dir", small_data, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert (events[0]["event"], events[-1]["event"]) == ("started", "finished")
    assert {"started", "progress", "epoch", "checkpoint", "finished"} <= {event["event"] for event in events}
    assert all({"step", "epoch", "elapsed"} <= event.keys() for event in events)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (signal.SIGINT, "as asked"),
        (signal.SIGTERM, "because the process was asked to end"),
        (signal.SIGHUP, "because the terminal was closed"),
    ],
)
def test_a_signal_stops_the_run_saves_it_and_prints_how_to_resume(
    small_data: str, tmp_path: Path, cli: Cli, number: signal.Signals, why: str
) -> None:
    folders = ["--data-dir", small_data, "--runs-dir", str(tmp_path / "r")]
    process = Kept(["train", "--model", "swift", "--epochs", "10000", *folders], tmp_path)
    wait_for(lambda: list((tmp_path / "r").glob("*/last.safetensors")))
    process.send_signal(number)
    done = process.end()
    assert done.returncode == 128 + number, done.stderr
    assert "mnist-sum train --resume" in done.stdout
    assert done.stderr == ""
    (run,) = find.list_runs(tmp_path / "r")
    ended = last_event(run.metrics_file)
    assert isinstance(ended, Finished)
    assert ended.message == f"stopped {why}; everything is saved"
    if number != signal.SIGINT:
        return
    resumed = cli("train", "--resume", str(run.path), "--epochs", str(_epoch_in_work(run) + 1), "--json")
    assert resumed.returncode == 0, resumed.stderr
    first = json.loads(resumed.stdout.splitlines()[0])
    assert first["resumed"] is True
    assert first["step"] > 0


def _epoch_in_work(run: Run) -> int:
    from mnist_sum_tui.runs import checkpoint

    return checkpoint.load(run.last_file).position.epoch


@pytest.mark.parametrize("start", ["-m mnist_sum_tui", "the script"])
def test_ctrl_c_while_the_program_is_loaded_ends_in_one_line(start: str, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("exec('import os, signal; os.kill(os.getpid(), signal.SIGINT)')")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, function = scripts["mnist-sum"].split(":")
    script = ["-c", f"from {module} import {function}; {function}()"]
    is_one_line(python(*(script if start == "the script" else start.split()), cwd=tmp_path), 130, "interrupted")


INTERRUPTED_AT = """
import os, signal, sys
sys.modules.pop({name!r}, None)
class Finder:
    def find_spec(self, name, *_):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from mnist_sum_tui.__main__ import main
main()
"""
"""a program that gets Ctrl-C when it imports that module, which the process that forks it has loaded"""


def test_ctrl_c_in_a_command_ends_in_one_line(tmp_path: Path) -> None:
    code = INTERRUPTED_AT.format(name="mnist_sum_tui.cli.predict")
    is_one_line(Kept(["-c", code, "predict", "3"], tmp_path).end(), 130, "interrupted")


def test_ctrl_c_before_the_first_line_of_a_training_leaves_no_half_made_run(small_data: str, tmp_path: Path) -> None:
    code = INTERRUPTED_AT.format(name="mnist_sum_tui.cli.progress")
    options = ["train", "--model", "swift", "--data-dir", small_data, "--runs-dir", str(tmp_path / "r")]
    done = Kept(["-c", code, *options], tmp_path).end()
    assert done.returncode == 130
    assert "everything is saved" in done.stdout
    (run,) = find.list_runs(tmp_path / "r")
    assert run.last_file.exists()


HOOKED = """
import os, signal, sys
struck = []
def hook(event, about):
    if not struck and {moment}:
        struck.append(event)
        {action}
sys.addaudithook(hook)
from mnist_sum_tui.__main__ import main
main()
"""
"""a program to which something happens at one moment"""
TORCH, MADE = "(event, about[0]) == ('import', 'torch')", "event == 'os.rename' and 'config.json' in str(about[1])"
TWICE = "[os.kill(os.getpid(), signal.SIGINT) for _ in range(2)]"
NO_ROOM = "raise ImportError('libtorch_cpu.so: failed to map segment from shared object')"


def hooked(moment: str, action: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["-c", HOOKED.format(moment=moment, action=action), *arguments, "--model", "swift"]
    return python(*command) if moment == TORCH else Kept(command, ROOT).end()  # a forked command has torch already


@pytest.mark.parametrize("moment", [TORCH, MADE], ids=["while torch is imported", "while it is made"])
def test_a_new_run_that_is_interrupted_twice_ends_quietly_and_leaves_no_folder(tmp_path: Path, moment: str) -> None:
    done = hooked(moment, TWICE, "train", "--runs-dir", str(tmp_path))
    assert (done.returncode, done.stderr) == (130, "")
    assert not list(tmp_path.iterdir())


def test_a_new_run_without_room_for_torch_leaves_no_folder(tmp_path: Path) -> None:
    is_one_line(hooked(TORCH, NO_ROOM, "train", "--runs-dir", str(tmp_path)), 1, "out of memory")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["train", "train --seeds 2", "sweep --seeds 2"])
def test_a_terminal_that_is_closed_while_a_run_is_made_leaves_no_half_made_run(
    small_data: str, tmp_path: Path, command: str
) -> None:
    hang_up = "os.kill(os.getpid(), signal.SIGHUP)"
    done = hooked(MADE, hang_up, *command.split(), "--data-dir", small_data, "--runs-dir", str(tmp_path / "r"))
    assert done.returncode == 128 + signal.SIGHUP
    (run,) = find.list_runs(tmp_path / "r")
    assert run.last_file.exists()


def into(reader: str, folder: Path, *arguments: str) -> tuple[str, str]:
    """Run a command in a pipe, `mnist-sum ... | reader`; what the reader prints, and what stands on stderr."""
    with Path(os.devnull).open() as none, tempfile.TemporaryFile("w+") as errors:
        shown = subprocess.Popen(shlex.split(reader), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert shown.stdin is not None
        command = Running(arguments, [none.fileno(), shown.stdin.fileno(), errors.fileno()], folder, os.environ)
        shown.stdin.close()
        assert shown.stdout is not None
        with shown, shown.stdout:
            printed = shown.stdout.read()
        command.wait(100)
        errors.seek(0)
        return printed, errors.read()


@pytest.mark.parametrize("style", ["--json", ""])
def test_a_closed_pipe_stops_the_run_and_loses_nothing(small_data: str, tmp_path: Path, style: str) -> None:
    arguments = ["train", "--model", "swift", "--epochs", "10000", "--data-dir", small_data, *style.split()]
    printed, said = into("head -n 3", tmp_path, *arguments, "--runs-dir", str(tmp_path / "r"))
    assert len(printed.splitlines()) == 3
    assert "Traceback" not in said
    assert "everything is saved" in said
    assert list((tmp_path / "r").glob("*/last.safetensors"))


def test_the_command_after_a_closed_output_names_the_file_of_an_own_network(tmp_path: Path) -> None:
    config, stopped = TrainConfig.of("standard", model="net@3f1c40ab12cd"), recorded.finished(reason="stopped")
    run = find.create(tmp_path, config)
    with pytest.raises(RunError, match=f"resume with mnist-sum train --resume {run.argument} --model-file net.py$"):
        _check_end(stopped, "the output was closed", run, config.model)


def test_a_pipe_closed_after_the_last_step_leaves_a_complete_run(small_data: str, tmp_path: Path) -> None:
    arguments = ["train", "--model", "swift", "--epochs", "1", "--quiet", "--data-dir", small_data]
    _, said = into("true", tmp_path, *arguments, "--runs-dir", str(tmp_path / "r"))
    assert "the run is complete" in said
    assert "--resume" not in said


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_training_works_with_standard_streams_closed(small_data: str, tmp_path: Path, closed: str) -> None:
    command = shlex.join([*COMMAND, "train", "--recipe", "sprint", "--epochs", "1", "--data-dir", small_data])
    done = subprocess.run(
        f"{command} {closed}", shell=True, cwd=tmp_path, env={**os.environ, "MNIST_SUM_RUNS": "r"}, timeout=100,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    (run,) = find.list_runs(tmp_path / "r")
    assert run.report_file.exists()
    assert b"Test:" not in run.metrics_file.read_bytes(), "no file of the run got the number of the closed stdout"


def test_a_closed_standard_input_is_an_empty_one() -> None:
    command = f"{shlex.join(COMMAND)} predict image - <&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=100, check=False)
    is_one_line(done, 2, "standard input is empty")


@pytest.mark.parametrize(
    "size",
    ["\u00b2", "9" * 5000, "-1", "0", "wide", ""],
    ids=["superscript", "huge", "below 0", "of a serial line", "word", "empty"],
)
def test_a_size_of_the_terminal_that_is_no_number_is_ignored(cli: Cli, size: str) -> None:
    for command in (["runs"], ["guide", "coach"], ["predict", "--help"]):
        result = cli(*command, COLUMNS=size, LINES=size)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == cli(*command).stdout


ONE_AFTER_THE_OTHER = """
import sys
from mnist_sum_tui.__main__ import main
for command in sys.argv[1:]:
    sys.argv = ["mnist-sum", *command.split()]
    try:
        main()
    except SystemExit as end:
        assert not end.code, command
"""


def test_the_commands_work_with_ascii_output_and_without_a_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PYTHONIOENCODING": "ascii", "HOME": "/nonexistent", "LANG": "C"}.items():
        monkeypatch.setenv(name, value)
    result = python("-c", ONE_AFTER_THE_OTHER, "predict idx 3", "model swift", "train --help", "runs", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.isascii()
    for words in ("0 + ", "swift", "--recipe", "does not exist yet"):
        assert words in result.stdout
