"""The commands on a trained run, as a user types them."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from mnist_sum_tui import __version__
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.base import PAGES
from tests.conftest import Cli, is_one_line, make_small_data
from tests.forked import Kept
from tests.guide.test_json_names import explained


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").stdout.strip() == f"mnist-sum {__version__}"
    for command in ([], ["runs", "show"]):
        result = cli(*command, "--help")
        assert result.returncode == 0
        assert "Usage" in result.stdout


def test_the_help_of_the_bench_names_the_pages_that_can_be_open(cli: Cli) -> None:
    words = " ".join(re.sub("[^a-z.,]", " ", cli("bench", "--help").stdout).split())
    assert f"ne of {', '.join(PAGES)}." in words


def test_the_installed_script_is_this_package() -> None:
    script = Path(sys.executable).with_name("mnist-sum")
    assert script.exists(), "install the package first: pip install -e '.[dev]'"
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"mnist-sum {__version__}"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs folder after one epoch of `swift` on a quarter of the training images, by the command."""
    folder = tmp_path_factory.mktemp("trained")
    images = make_small_data(folder / "data", 15_000, 2_000)
    arguments = ["train", "--recipe", "sprint", "--hold-out", "--epochs", "1", "--batch-size", "64",
                 "--data-dir", str(images), "--runs-dir", str(folder / "runs")]  # fmt: skip
    done = Kept(arguments, folder).end(170)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "Test: 9" in done.stdout
    return folder / "runs"


def test_one_epoch_of_swift_passes_97_percent_on_both(trained: Path) -> None:
    (run,) = find.list_runs(trained)
    report = json.loads(run.report_file.read_text())
    assert report["pairs"] == 20_000
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

    def asked(file: str, *options: str) -> str:
        command = ["predict", "image", file, "5", "--run", "best", "--runs-dir", str(trained), *options]
        done = Kept(command, tmp_path, given=tmp_path / "zero.png").end()
        assert done.returncode == 0, done.stderr
        return done.stdout

    for file in ("-", str(tmp_path / "zero.png")):
        told = json.loads(asked(file, "--json"))
        assert (told["digit"], told["sum"], told["label"], told["correct"]) == (0, 5, None, None)
    assert "\nstandard input, number 5\n" in asked("-")


def test_evaluate_gives_the_same_numbers_as_report_json(trained: Path, cli: Cli) -> None:
    (run,) = find.list_runs(trained)
    told = json.loads(cli("evaluate", str(run.path), "--json").stdout)
    report = json.loads(run.report_file.read_text())
    for name in ("run", "digit_accuracy", "sum_accuracy", "agreement", "pairs", "confusion", "digit_reliability"):
        assert told[name] == report[name]
    assert told["sum_reliability"] == report["sum_reliability"]
    shown = cli("evaluate", "latest", "--runs-dir", str(trained)).stdout
    assert "20,000 pairs" in shown
    found = told["digit_reliability"]
    assert sum(answers for answers, _, _ in found["bins"]) == 2_000
    expected = f"digit  mean gap (ECE) {found['ece']:.4f}  NLL {found['nll']:.4f}  Brier {found['brier']:.4f}"
    assert expected in shown
    assert f"Of the 99 % that it is surest of, {percent(found['accuracy_of_surest'][98])} of the digits" in shown
    assert "% sure " in shown
    assert max(map(len, shown[shown.index("How sure") : shown.index("Digits:")].splitlines()[1:])) <= 90, (
        "readable in a pipe"
    )
    assert "+9" in shown


def test_runs_list_show_compare_delete(trained: Path, cli: Cli, tmp_path: Path) -> None:
    (run,) = find.list_runs(trained)
    listing = cli("runs", "--runs-dir", str(trained)).stdout
    assert "swift" in listing
    assert "done" in listing
    assert json.loads(cli("runs", "--json", "--runs-dir", str(trained)).stdout)["run"] == run.id
    shown = cli("runs", "show", "latest", "--runs-dir", str(trained)).stdout
    assert "sum accuracy" in shown
    assert "batch-size 64" in shown
    assert shown.index("\ntest ") < shown.index("\nsettings "), "the result comes first"
    other = Run(find.create(trained, replace(run.read_config(), epochs=3)).path)  # its lock ends with the object
    compared = cli("runs", "compare", run.id, other.id, "--runs-dir", str(trained)).stdout
    assert ["epochs", "1", "3"] in [line.split() for line in compared.splitlines()]
    both = json.loads(cli("runs", "compare", run.id, other.id, "--json", "--runs-dir", str(trained)).stdout)
    assert [each["run"] for each in both["compared"]] == [run.id, other.id]
    assert both["differing"]["epochs"] == [1, 3]
    assert both.keys() - explained() == set()
    pages = ("--json", "--report", str(tmp_path / "both.html"))
    is_one_line(cli("runs", "compare", run.id, other.id, *pages, "--runs-dir", str(trained)), 2, "leave out --json")
    is_one_line(cli("runs", "compare", run.id, "--runs-dir", str(trained)), 2, "only one run is named: name another")
    is_one_line(cli("runs", "delete", other.id, "--runs-dir", str(trained)), 2, "--yes")
    assert cli("runs", "delete", other.id, "--yes", "--runs-dir", str(trained)).returncode == 0
    assert not other.path.exists()
    assert "is still empty" in cli("runs", "--runs-dir", str(tmp_path)).stdout
    assert "does not exist yet" in cli("runs", "--runs-dir", str(tmp_path / "none")).stdout


def test_model_tables(cli: Cli) -> None:
    everything = cli("model").stdout
    for name in MODELS:
        assert f"{name}:" in everything
    assert "6,386,933" in everything
    assert re.search(r"^in all +6,384,925$", everything, re.MULTILINE)
    found = [json.loads(line) for line in cli("model", "--json").stdout.splitlines()]
    assert [network["model"] for network in found] == [*MODELS]
    assert all(network["parameters"] == sum(layer["parameters"] for layer in network["layers"]) for network in found)
    assert 6_386_933 in [network["parameters"] for network in found]
    assert {key for network in found for key in network} - explained() == set()


def test_runs_dir_before_a_subcommand_overrides_the_environment(trained: Path, cli: Cli) -> None:
    (run,) = find.list_runs(trained)
    shown = cli("runs", "--runs-dir", str(trained), "show", "latest", MNIST_SUM_RUNS="elsewhere")
    assert run.id in shown.stdout
    is_one_line(cli("runs", "show", "latest", MNIST_SUM_RUNS="elsewhere"), 2, "elsewhere/ does not exist yet")


def test_a_damaged_run_can_be_compared(trained: Path, cli: Cli) -> None:
    (run,) = find.list_runs(trained)
    damaged = run.path.with_name("damaged")
    damaged.mkdir()
    (damaged / "config.json").write_text("{")
    names = str(damaged), str(run.path)
    both = [cli("runs", "compare", *order).stdout for order in (names, names[::-1])]
    shutil.rmtree(damaged)
    assert all("batch-size" in text for text in both)


@pytest.mark.parametrize("index", ["2000"])
def test_the_error_for_an_index_out_of_range_names_the_range(index: str, trained: Path, cli: Cli) -> None:
    is_one_line(cli("predict", "idx", index, "--runs-dir", str(trained)), 2, "0 to 1,999")


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


def test_completion_knows_models_and_runs(trained: Path, cli: Cli) -> None:
    def complete(words: str) -> str:
        return cli(_MNIST_SUM_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split())),
                   MNIST_SUM_RUNS=str(trained)).stdout  # fmt: skip

    (run,) = find.list_runs(trained)
    assert "compact" in complete("mnist-sum train --model ")
    assert run.id in complete("mnist-sum predict idx 3 --run ")
    assert "built-in" in complete("mnist-sum predict idx 3 --run ")
    assert "built-in" not in complete("mnist-sum runs show ")
    asked = {"_MNIST_SUM_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "mnist-sum train --model original"}
    assert "large network" in cli(**asked).stdout, "and not the recipe of that name"


def test_lr_suggests_a_rate_and_the_command_that_uses_it(cli: Cli, tmp_path: Path) -> None:
    options = ("lr", "--model", "swift", "--batch-size", "64", "--data-dir", str(make_small_data(tmp_path, 1_000, 100)))
    shown, plain = cli(*options), cli(*options, "--json")
    found = json.loads(plain.stdout)
    assert {"steepest", "valley", "suggestion"} <= found.keys()
    assert f"set now   {found['lr']:g}: the recipe's own, for whole trainings, not 100 steps" in shown.stdout
    assert f"--lr {found['suggestion']:g}" in " ".join(shown.stdout.split())
    assert "halfway down the fall" in shown.stdout
    assert "valley" not in shown.stdout, "in the picture the lowest point lies beyond it"
    assert not (tmp_path / "runs").exists()
