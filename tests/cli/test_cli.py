"""The installed command, as a user types it."""

import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from mnist_sum_tui.cli.main import _is_out_of_memory
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.version import __version__
from tests.conftest import COMMAND, Cli, is_one_line, wait_for


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").stdout.strip() == f"mnist-sum {__version__}"
    for command in (
        [],
        ["train"],
        ["predict"],
        ["predict", "idx"],
        ["evaluate"],
        ["runs"],
        ["runs", "show"],
        ["model"],
        ["tui"],
    ):
        result = cli(*command, "--help")
        assert result.returncode == 0
        assert "Usage" in result.stdout


def test_the_installed_script_is_this_package() -> None:
    script = Path(sys.executable).with_name("mnist-sum")
    assert script.exists(), "install the package first: pip install -e '.[dev]'"
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"mnist-sum {__version__}"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One epoch of `compact` on all of the real data, through the command."""
    folder = tmp_path_factory.mktemp("trained")
    arguments = ["train", "--model", "compact", "--epochs", "1", "--runs-dir", str(folder / "runs")]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "Test: 9" in done.stdout
    return folder / "runs"


def test_one_epoch_of_compact_passes_97_percent_on_both(trained: Path) -> None:
    (run,) = find.list_runs(trained)
    report = json.loads(run.report_file.read_text())
    assert report["pairs"] == 100_000
    assert report["digit_accuracy"] > 0.97
    assert report["sum_accuracy"] > 0.97


def test_predict_idx(trained: Path, cli: Cli) -> None:
    shown = cli("predict", "idx", "3", "--number", "7", "--runs-dir", str(trained))
    assert "0 + 7 = 7  right" in shown.stdout
    assert "@@" in shown.stdout
    assert "\x1b" not in shown.stdout
    told = json.loads(cli("predict", "idx", "3", "--number", "7", "--json", "--runs-dir", str(trained)).stdout)
    assert (told["digit"], told["sum"], told["number"], told["label"], told["correct"]) == (0, 7, 7, 0, True)
    assert len(told["digit_probabilities"]) == 10
    assert len(told["sum_probabilities"]) == 19
    assert sum(told["digit_probabilities"]) == pytest.approx(1, abs=1e-4)


def test_predict_image_from_a_file_and_from_stdin(trained: Path, tmp_path: Path) -> None:
    from mnist_sum_tui.data import dataset

    test = dataset.load("test")
    picture = Image.fromarray(255 - test.images[3].numpy()).resize((300, 300))
    page = Image.new("L", (500, 400), 255)
    page.paste(picture, (190, 20))
    page.save(tmp_path / "zero.png")
    arguments = [
        *COMMAND,
        "predict",
        "image",
        "-",
        "--number",
        "5",
        "--json",
        "--run",
        "best",
        "--runs-dir",
        str(trained),
    ]
    piped = subprocess.run(arguments, input=(tmp_path / "zero.png").read_bytes(), capture_output=True, check=True)
    from_file = subprocess.run(
        [*arguments[:5], str(tmp_path / "zero.png"), *arguments[6:]], capture_output=True, check=True
    )
    for done in (piped, from_file):
        told = json.loads(done.stdout)
        assert (told["digit"], told["sum"], told["label"], told["correct"]) == (0, 5, None, None)


def test_evaluate_is_the_report(trained: Path, cli: Cli) -> None:
    (run,) = find.list_runs(trained)
    told = json.loads(cli("evaluate", str(run.path), "--json").stdout)
    report = json.loads(run.report_file.read_text())
    for name in ("digit_accuracy", "sum_accuracy", "agreement", "pairs", "confusion"):
        assert told[name] == report[name]
    shown = cli("evaluate", "latest", "--runs-dir", str(trained)).stdout
    assert "100,000 pairs" in shown
    assert "+9" in shown


def test_runs_list_show_compare_delete(trained: Path, cli: Cli, tmp_path: Path) -> None:
    (run,) = find.list_runs(trained)
    listing = cli("runs", "--runs-dir", str(trained)).stdout
    assert "compact" in listing
    assert "completed" in listing
    assert json.loads(cli("runs", "--json", "--runs-dir", str(trained)).stdout)["run"] == run.id
    shown = cli("runs", "show", "latest", "--runs-dir", str(trained)).stdout
    assert "sum accuracy" in shown
    assert "batch_size 128" in shown
    other = Run(find.create(trained, replace(run.read_config(), epochs=3)).path)  # its lock ends with the object
    compared = cli("runs", "compare", run.id, "latest", "--runs-dir", str(trained)).stdout
    assert "epochs" in compared.splitlines()[-1]
    is_one_line(cli("runs", "compare", run.id, "--runs-dir", str(trained)), 2, "two different runs")
    is_one_line(cli("runs", "delete", "latest", "--runs-dir", str(trained)), 2, "--yes")
    assert cli("runs", "delete", "latest", "--yes", "--runs-dir", str(trained)).returncode == 0
    assert not other.path.exists()
    assert "No runs" in cli("runs", "--runs-dir", str(tmp_path / "none")).stdout


def test_model_tables(cli: Cli) -> None:
    everything = cli("model").stdout
    for name in MODELS:
        assert f"{name}:" in everything
    assert "6,386,933" in everything
    assert "6,384,925" in everything


def test_json_is_all_there_is_on_stdout(cli: Cli, small_data: str) -> None:
    done = cli("train", "--model", "compact", "--epochs", "1", "--data-dir", small_data, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert (events[0]["event"], events[-1]["event"]) == ("started", "finished")
    assert {"started", "progress", "epoch", "checkpoint", "finished"} <= {event["event"] for event in events}
    assert all({"step", "epoch", "elapsed"} <= event.keys() for event in events)
    assert done.stderr == ""


def test_quiet_prints_the_result_alone(cli: Cli, small_data: str) -> None:
    done = cli("train", "--model", "compact", "--epochs", "1", "--data-dir", small_data, "--quiet", FORCE_COLOR="1")
    assert done.stdout.strip().startswith("Test:")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_saves_and_says_how_to_go_on(small_data: str, tmp_path: Path, number: signal.Signals) -> None:
    arguments = [
        "train",
        "--model",
        "compact",
        "--epochs",
        "2000",
        "--data-dir",
        small_data,
        "--runs-dir",
        str(tmp_path / "r"),
    ]
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: list((tmp_path / "r").glob("*/last.safetensors")))
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number, err
    assert "mnist-sum train --resume" in out
    assert err == ""
    if number != signal.SIGINT:
        return
    (run,) = find.list_runs(tmp_path / "r")
    resumed = [*COMMAND, "train", "--resume", str(run.path), "--epochs", str(_epoch_in_work(run) + 1), "--json"]
    done = subprocess.run(resumed, capture_output=True, text=True, check=True)
    first = json.loads(done.stdout.splitlines()[0])
    assert first["resumed"] is True
    assert first["step"] > 0


def _epoch_in_work(run: Run) -> int:
    from mnist_sum_tui.runs import checkpoint

    return checkpoint.load(run.last_file).position.epoch


@pytest.mark.parametrize("style", ["--json", ""])
def test_a_closed_pipe_ends_the_run_and_loses_nothing(small_data: str, tmp_path: Path, style: str) -> None:
    command = " ".join([*COMMAND, "train", "--model compact --epochs 500", style, "--runs-dir", str(tmp_path / "r"),
                        "--data-dir", small_data])  # fmt: skip
    done = subprocess.run(
        f"{command} | head -n 3", shell=True, capture_output=True, text=True, timeout=100, check=False
    )
    assert len(done.stdout.splitlines()) == 3
    assert "Traceback" not in done.stderr
    assert "everything is saved" in done.stderr
    assert list((tmp_path / "r").glob("*/last.safetensors"))


def test_a_pipe_closed_too_late_to_matter_has_a_complete_run(small_data: str, tmp_path: Path) -> None:
    command = " ".join([*COMMAND, "train --model compact --epochs 1 --quiet --runs-dir", str(tmp_path / "r"),
                        "--data-dir", small_data])  # fmt: skip
    done = subprocess.run(f"{command} | true", shell=True, capture_output=True, text=True, timeout=100, check=False)
    assert "the run is complete" in done.stderr
    assert "--resume" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_from_the_start_hinders_nothing(small_data: str, tmp_path: Path, closed: str) -> None:
    command = shlex.join([*COMMAND, "train", "--recipe", "sprint", "--epochs", "1", "--data-dir", small_data])
    done = subprocess.run(
        f"{command} {closed}", shell=True, cwd=tmp_path, env={**os.environ, "MNIST_SUM_RUNS": "r"}, timeout=100,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    (run,) = find.list_runs(tmp_path / "r")
    assert run.report_file.exists()
    assert b"Test:" not in run.metrics_file.read_bytes(), "no file has taken the place of stdout"


def test_the_folder_before_a_subcommand_counts_more_than_the_environment(trained: Path, cli: Cli) -> None:
    (run,) = find.list_runs(trained)
    shown = cli("runs", "--runs-dir", str(trained), "show", "latest", MNIST_SUM_RUNS="elsewhere")
    assert run.id in shown.stdout
    is_one_line(cli("runs", "show", "latest", MNIST_SUM_RUNS="elsewhere"), 2, "no runs in elsewhere")


def test_a_damaged_run_is_compared_too(trained: Path, cli: Cli) -> None:
    (run,) = find.list_runs(trained)
    damaged = run.path.with_name("damaged")
    damaged.mkdir()
    (damaged / "config.json").write_text("{")
    names = str(damaged), str(run.path)
    both = [cli("runs", "compare", *order).stdout for order in (names, names[::-1])]
    shutil.rmtree(damaged)
    assert all("batch_size" in text for text in both)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
@pytest.mark.parametrize("arguments", [["predict", "idx", "3"], ["model", "swift"], ["runs"]])
def test_an_output_without_space_is_one_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: the output cannot be written (no space left): free some space, or write elsewhere"
    ]


def test_an_output_in_ascii_and_a_home_that_is_nowhere(cli: Cli) -> None:
    for command in (["predict", "idx", "3"], ["model", "swift"], ["train", "--help"], ["runs"]):
        result = cli(*command, PYTHONIOENCODING="ascii", HOME="/nonexistent", LANG="C")
        assert result.returncode == 0, result.stderr
        assert result.stdout.isascii()
        assert not result.stderr


BAD_INPUT = [
    (["train", "--model", "compct"], 2, "did you mean 'compact'"),
    (["train", "--recipe", "fast"], 2, "unknown recipe"),
    (["train", "--epochs", "0"], 2, "epochs must be"),
    (["train", "--epochs", "many"], 2, "--epochs"),
    (["train", "--lr", "nan"], 2, "finite"),
    (["train", "--device", "tpu"], 2, "unknown device"),
    (["train", "--resume", "nonsense"], 2, "no runs"),
    (["train", "--resume", ""], 2, "is empty"),
    (["tui", "--resume", ""], 2, "is empty"),
    (["tui", "--watch", ""], 2, "is empty"),
    (["tui", "--watch", "latest", "--epochs", "3"], 2, "leave out --epochs"),
    (["train", "--resume", "latest", "--name", "new"], 2, "--name is for a new run"),
    (["train", "--data-dir", ""], 2, "--data-dir is empty"),
    (["evaluate", "--data-dir", ""], 2, "--data-dir is empty"),
    (["train", "--recipe", ""], 2, "unknown recipe ''"),
    (["tui", "--recipe", ""], 2, "unknown recipe ''"),
    (["evaluate", ""], 2, "is empty"),
    (["predict", "idx", "3", "--run", ""], 2, "is empty"),
    (["train", "--runs-dir", ""], 2, "--runs-dir is empty"),
    (["runs", "--runs-dir", ""], 2, "--runs-dir is empty"),
    (["runs", "show", "latest", "--runs-dir", ""], 2, "--runs-dir is empty"),
    (["evaluate", "--runs-dir", ""], 2, "--runs-dir is empty"),
    (["train", "--nonsense"], 2, "--nonsense"),
    (["train", "--data-dir", "nowhere", "--model", "compact"], 1, "is not a folder"),
    (["train", "--name", "a/b"], 2, "cannot be used"),
    (["predict", "idx", "10000", "--run", "none"], 2, "no runs"),
    (["predict", "idx", "3", "--number", "10"], 2, "outside 0..9"),
    (["predict", "idx", "3", "--split", "dev"], 2, "unknown split"),
    (["predict", "idx", "three"], 2, "INDEX"),
    (["predict", "image", "nowhere.png"], 1, "does not exist"),
    (["predict", "image", "."], 1, "is a folder"),
    (["evaluate", "nonsense"], 2, "no runs"),
    (["runs", "show", "x"], 2, "no runs"),
    (["model", "orginal"], 2, "did you mean 'original'"),
    (["nonsense"], 2, "nonsense"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "word"), BAD_INPUT, ids=lambda value: " ".join(value) if isinstance(value, list) else None
)
def test_bad_input_ends_in_one_line(cli: Cli, arguments: list[str], code: int, word: str) -> None:
    is_one_line(cli(*arguments), code, word)


def test_an_empty_variable_is_the_usual_folder(cli: Cli) -> None:
    assert "No runs in runs yet" in cli("runs", MNIST_SUM_RUNS="").stdout


@pytest.mark.parametrize("index", ["10000", "-1"])
def test_an_index_out_of_range_names_the_range(index: str, trained: Path, cli: Cli) -> None:
    is_one_line(cli("predict", "idx", index, "--runs-dir", str(trained)), 2, "0 to 9,999")


def test_a_damaged_checkpoint_is_one_line(trained: Path, cli: Cli, tmp_path: Path) -> None:
    (run,) = find.list_runs(trained)
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in run.path.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    content = bytearray((copy / "best.safetensors").read_bytes())
    content[-100] ^= 4
    (copy / "best.safetensors").write_bytes(content)
    (copy / "last.safetensors").write_bytes(content[:-1000])
    is_one_line(cli("predict", "idx", "3", "--run", str(copy)), 1, "damaged")
    is_one_line(cli("evaluate", str(copy)), 1, "damaged")
    is_one_line(cli("train", "--resume", str(copy), "--epochs", "2"), 1, "damaged")


def test_a_loss_that_is_not_a_number_is_one_line(cli: Cli, small_data: str) -> None:
    arguments = ["--model", "original", "--recipe", "original", "--lr", "100", "--epochs", "1", "--threads", "2"]
    result = cli("train", *arguments, "--data-dir", small_data)
    is_one_line(result, 1, "no longer a number", "--lr")


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self/mountinfo").exists(), reason="root may write anywhere")
def test_a_runs_folder_that_cannot_be_written_is_said_before_training(cli: Cli, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    target = "/proc/mnist-sum" if os.geteuid() == 0 else str(locked / "runs")
    begin = time.monotonic()
    is_one_line(cli("train", "--runs-dir", target), 1, "no run can be made there")
    assert time.monotonic() - begin < 20
    locked.chmod(stat.S_IRWXU)


def test_predict_without_a_run_uses_the_network_in_the_package(cli: Cli) -> None:
    shown = cli("predict", "idx", "3", "--number", "7")
    assert "0 + 7 = 7  right" in shown.stdout
    assert "by the network in the package" in shown.stdout


def test_completion_knows_models_and_runs(trained: Path, cli: Cli) -> None:
    def complete(words: str) -> str:
        return cli(_MNIST_SUM_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split())),
                   MNIST_SUM_RUNS=str(trained)).stdout  # fmt: skip

    (run,) = find.list_runs(trained)
    assert "compact" in complete("mnist-sum train --model ")
    assert run.id in complete("mnist-sum predict idx 3 --run ")


def test_torch_s_out_of_memory_is_told_from_other_errors() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 55)
    assert _is_out_of_memory(caught.value)
    assert _is_out_of_memory(MemoryError())
    assert not _is_out_of_memory(RuntimeError("shapes do not fit"))
