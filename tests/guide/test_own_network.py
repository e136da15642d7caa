"""The guide's own network, exactly as its page says: from its file alone, or with its name in two places, it trains."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mnist_sum_tui
from mnist_sum_tui.guide.find import pages
from mnist_sum_tui.runs import find
from tests.conftest import Cli, is_one_line

CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CHECK = """
from mnist_sum_tui.__main__ import main
import torch
from mnist_sum_tui.models import build, parameter_count
network = build("tiny").eval()
digits, sums = network(torch.zeros(2, 1, 28, 28), torch.eye(10)[:2])
print(tuple(digits.shape), tuple(sums.shape), parameter_count(network))
main()
"""
"""a program that shows what the network answers, and then does what the command line says"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package, without its data, to which the page's four pieces of code were added."""
    folder = tmp_path / "clone" / "mnist_sum_tui"
    source = Path(mnist_sum_tui.__file__).parent
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.gz", "*.safetensors", "__pycache__"))
    the_class, the_words, the_import, the_builder = CODE.findall(pages()["own-network"].text)
    (folder / "models" / "tiny.py").write_text(the_class, encoding="utf-8")
    insert(folder / "recipes.py", r"^MODELS\b.*= \{\n", the_words)
    insert(folder / "models" / "__init__.py", r"^from mnist_sum_tui\.models\.swift .*\n", the_import)
    insert(folder / "models" / "__init__.py", r"^_BUILDERS\b.*= \{\n", the_builder)
    return folder.parent


def insert(file: Path, after: str, lines: str) -> None:
    text = file.read_text(encoding="utf-8")
    found = re.search(after, text, re.MULTILINE)
    assert found, f"{file.name} has no line {after}: mend the page, too"
    file.write_text(text[: found.end()] + lines + text[found.end() :], encoding="utf-8")


def python(package: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(package), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=package, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_file_is_trained_resumed_and_asked(cli: Cli, small_data: str, tmp_path: Path) -> None:
    source = CODE.findall(pages()["own-network"].text)[0]
    (tmp_path / "tiny.py").write_text(source, encoding="utf-8")
    own = ("--model-file", "tiny.py", "--json")
    small = ("--data-dir", small_data, "--threads", "1")
    done = cli("train", *own, "--epochs", "3", *small)
    assert done.returncode == 0, done.stderr
    epochs = [event for event in map(json.loads, done.stdout.splitlines()) if event["event"] == "epoch"]
    assert epochs[-1]["digit_loss"] < epochs[0]["digit_loss"], "it learns"
    (run,) = find.list_runs(tmp_path / "runs")
    assert run.id.endswith("-tiny")
    digest = hashlib.sha256((tmp_path / "tiny.py").read_bytes()).hexdigest()
    assert json.loads(run.config_file.read_text())["model"] == f"tiny@{digest[:12]}"
    assert json.loads(cli("predict", "3", "5", *own).stdout)["source"].startswith(f"run {run.id} (tiny@")
    assert json.loads(cli("evaluate", *own).stdout)["pairs"] == 1000
    again = cli("train", "--resume", "latest", "--epochs", "4", "--model-file", "tiny.py")
    assert again.returncode == 0, again.stderr
    assert re.search(r"--epochs 9 --model-file tiny.py\n", again.stdout)
    export = ["runs", "export", "latest", "--onnx", "tiny.onnx"]
    assert cli(*export, "--model-file", "tiny.py").returncode == 0
    without = [["predict", "3"], ["evaluate"], ["train", "--resume", "latest", "--epochs", "5"], export]
    (run.path / "tiny.py").write_text(source)  # never taken from there
    for command in without:
        is_one_line(cli(*command), 2, "give its file, --model-file tiny.py", digest[:12])
    is_one_line(cli("predict", "3", "--model-file", str(run.path / "tiny.py")), 2, "lies in a run's folder")
    (tmp_path / "tiny.py").write_text(source + "# other")
    for command in without:
        is_one_line(cli(*command, "--model-file", "tiny.py"), 2, "is not the file of tiny@", "give it as it was")
    assert f"tiny@{digest[:12]}" in cli("runs").stdout


def test_the_network_of_the_page_trains(package: Path, small_data: str, tmp_path: Path) -> None:
    parameters = re.search(r"It has ([\d,]+) parameters", pages()["own-network"].text)
    assert parameters
    command = ["-c", CHECK, "train", "--model", "tiny", "--epochs", "3", "--threads", "1"]
    told = python(package, *command, "--data-dir", small_data, "--runs-dir", str(tmp_path / "own"), "--json")
    checked, *lines = told.splitlines()
    assert checked == f"(2, 10) (2, 19) {parameters[1].replace(',', '')}"
    events = [json.loads(line) for line in lines]
    epochs = [event for event in events if event["event"] == "epoch"]
    assert events[-1]["reason"] == "completed"
    assert epochs[-1]["digit_loss"] < epochs[0]["digit_loss"], "it learns"
