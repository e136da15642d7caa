"""How Python was started, and what lies in the current folder, changes nothing of what a command does and says."""

import os
import zipfile
from pathlib import Path

import pytest

from mnist_sum_tui import __version__
from mnist_sum_tui.cli.common import need
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.machine.process import keep_folder_out
from tests.conftest import is_one_line, python
from tests.forked import ROOT


def test_a_folder_that_has_a_package_s_name_is_not_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python imports it without a word, as a package of which this is one part: exported models may lie in `onnx`."""
    (tmp_path / "not_installed").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="--onnx needs not-installed: pip install not-installed"):
        need("--onnx", "not_installed")


STARTS_ANOTHER = """
import subprocess, sys
from mnist_sum_tui.cli import commands
from mnist_sum_tui.cli.main import main
commands.build = lambda asked: lambda **_: subprocess.call([sys.executable, "-m", "mnist_sum_tui", "--version"])
sys.argv = ["mnist-sum"]
main()
"""


def test_what_a_command_starts_imports_nothing_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor of `serve` and a training of `bench` are processes of `python -m`, which looks there first."""
    (tmp_path / "random.py").write_text("raise SystemExit('a file of the user')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = python("-P", "-c", STARTS_ANOTHER, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"mnist-sum {__version__}\n", "")


@pytest.mark.parametrize("first", ["", "the current folder"])
def test_a_package_in_the_current_folder_is_found_by_what_is_started(
    first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.environ", {})
    monkeypatch.setattr("sys.path", [first and str(tmp_path)])
    keep_folder_out()
    assert not os.environ


@pytest.mark.parametrize("command", ["guide", "demo", "doctor"])
def test_a_package_in_a_zip_file_says_in_one_line_what_to_do(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python imports from one, but the guide, the images and the weights are read as files."""
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as packed:
        for path in (ROOT / "mnist_sum_tui").rglob("*.py"):
            packed.write(path, path.relative_to(ROOT))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "app.zip"))
    is_one_line(python("-P", "-m", "mnist_sum_tui", command, cwd=tmp_path), 2, "app.zip", "unpack it")
