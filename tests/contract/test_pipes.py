"""A reader of the output that goes away."""

import shlex
import subprocess

import pytest

from tests.conftest import COMMAND


@pytest.mark.parametrize("command", ["evaluate built-in --images 100", "runs", "guide accuracy"])
def test_a_closed_pipe_ends_quietly(command: str) -> None:
    script = f"{shlex.join(COMMAND)} {command} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode in (0, 141), done.stderr) == (True, "")
