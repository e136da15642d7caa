"""Where memory runs out, one line says so, with what helps in this command."""

import sys
from pathlib import Path

import pytest
import torch

from mnist_sum_tui.machine.ran_out import what_ran_out
from tests.conftest import Cli, is_one_line, python

NUMPYS = """

IMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!

Original error was: libopenblas.so: failed to map segment from shared object
"""
CODE = """
import gzip, resource
def fails(*_):
    raise MemoryError
gzip.GzipFile.read = fails
resource.setrlimit(resource.RLIMIT_AS, {limits})
from mnist_sum_tui.data import mnist_files
mnist_files.BUNDLED = mnist_files.BUNDLED / ".." / mnist_files.BUNDLED.name
from mnist_sum_tui.cli.main import main
main()
"""
"""a program that has no room for the images; under their other name the process that forks it has not read them"""
A_LIMIT, NO_LIMIT = "(1 << 46, -1)", "(-1, -1)"


NO_LISTING = """
from importlib.machinery import FileFinder
find = FileFinder.find_spec
def refuse(self, name, target=None):
    if name == "torch":
        raise OSError(12, "Cannot allocate memory", self.path)
    return find(self, name, target)
FileFinder.find_spec = refuse
from mnist_sum_tui.cli.main import main
main()
"""
"""a program that has no memory left when it imports torch"""
NO_THREADS = """
import threading
def refuse(self):
    raise RuntimeError("can't start new thread")
threading.Thread.start = refuse
from mnist_sum_tui.tui import launch
launch.can_draw = lambda: True
from mnist_sum_tui.cli.main import main
main()
"""
"""a program whose user has as many threads as are allowed"""


def test_out_of_memory_is_distinguished_from_other_errors() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 55)
    assert what_ran_out(caught.value, "train") == "out of memory: try a smaller --batch-size, or close other programs"
    assert what_ran_out(MemoryError(), "predict") == "out of memory: close other programs"
    for told in ("std::bad_alloc", "could not create a primitive"):
        assert what_ran_out(RuntimeError(told), "predict") == "out of memory: close other programs"
    unsupported = RuntimeError("could not create a primitive descriptor for a convolution")
    for other in (
        RuntimeError("shapes do not fit"),
        ImportError("no such name"),
        PermissionError(13, "no"),
        unsupported,
    ):
        assert what_ran_out(other, "train") is None


def test_of_a_library_without_room_only_the_line_of_the_loader_is_told() -> None:
    words = what_ran_out(ImportError(NUMPYS), "predict")
    assert words is not None
    assert words.endswith("executed (Original error was: libopenblas.so: failed to map segment from shared object)")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_advice_fits_the_command_and_the_limit(cli: Cli) -> None:
    done = cli("-c", CODE.format(limits=A_LIMIT), "predict", "3")
    is_one_line(done, 1, "error: out of memory: raise `ulimit -v`, or close other programs")
    done = cli("-c", CODE.format(limits=NO_LIMIT), "predict", "3")
    is_one_line(done, 1, "error: out of memory: close other programs")


@pytest.mark.parametrize("command", ["predict 3", "doctor"])
def test_no_memory_to_list_the_folder_of_a_package_is_one_line(command: str) -> None:
    done = python("-c", NO_LISTING, *command.split())
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert "out of memory: close other programs" in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["train --recipe sprint --runs-dir", "tui --runs-dir"])
def test_where_no_thread_can_be_started_one_line_says_so(cli: Cli, command: str, tmp_path: Path) -> None:
    done = cli("-c", NO_THREADS, *command.split(), str(tmp_path / "runs"))
    is_one_line(done, 1, "error: no further thread can be started: close other programs, or raise `ulimit -u`")
