"""`mnist-sum` without a command: ten lines that say what it is and what to try first."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mnist_sum_tui.cli.commands import build
from mnist_sum_tui.cli.welcome import FIRST, FURTHER
from tests.cli.terminals import shown
from tests.conftest import Cli, is_one_line
from tests.test_import_hygiene import loaded_by

COLUMNS = 60


def test_a_pipe_gets_ten_lines(cli: Cli) -> None:
    done = cli(FORCE_COLOR="1")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert 6 <= len(lines) <= 10
    assert all(line == line.rstrip() and len(line) <= COLUMNS for line in lines)
    assert "\x1b" not in done.stdout
    for command, what in {**FIRST, **FURTHER}.items():
        assert any(line.split("  ")[1] == command and line.endswith(what) for line in lines if line.startswith("  "))


@pytest.mark.parametrize("columns", [COLUMNS, 80, 200])
def test_the_same_lines_in_a_terminal(columns: int, cli: Cli) -> None:
    found = shown(columns=columns)
    assert found.code == 0
    assert found.lines == cli().stdout.splitlines()
    assert "\x1b[1;38;5;30m" in found.raw


def test_without_colours_or_with_no_escapes_at_all() -> None:
    assert "38;5;" not in shown(environment={"NO_COLOR": "1"}).raw
    assert "\x1b" not in shown(environment={"TERM": "dumb"}).raw


def test_options_alone_are_no_command(cli: Cli) -> None:
    done = cli("--plain")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"\n{next(iter(FIRST))}: watch it learn, in 40 s\n" in done.stdout
    assert cli("--marker", "ascii").stdout == cli().stdout
    assert cli("--nonsense").returncode == 2


def test_the_commands_to_try_exist() -> None:
    for command in FIRST:
        assert CliRunner().invoke(build(), [*shlex.split(command)[1:], "--help"]).exit_code == 0


def test_the_welcome_imports_nothing_slow() -> None:
    run = "from mnist_sum_tui.cli.main import main\ntry: main()\nexcept SystemExit: pass"
    loaded = loaded_by(f"import sys; sys.argv[1:] = []\n{run}")
    assert "rich" in loaded
    assert not loaded & {"torch", "torchvision", "numpy", "textual", "pydantic"}


def test_help_errors_and_completion_print_no_welcome(cli: Cli) -> None:
    """A shell asks for completions without giving arguments."""
    first = next(iter(FIRST))
    for arguments in (["--help"], ["--version"], ["nonsense"]):
        assert f"  {first} " not in cli(*arguments).stdout
    completed = cli(_MNIST_SUM_COMPLETE="complete_bash", COMP_WORDS="mnist-sum ev", COMP_CWORD="1").stdout
    assert completed.split() == ["evaluate"]


def test_completion_that_cannot_be_installed_is_said_in_a_line(cli: Cli, tmp_path: Path) -> None:
    """Its writing is typer's; a home that is a file, or a .bashrc that is not UTF-8, gave a traceback."""
    (home := tmp_path / "home").mkdir()
    (home / ".bashrc").write_bytes(b"# \xff\n")
    for place, why in ((home / ".bashrc", "File exists"), (home, "can't decode byte")):
        asked = {"HOME": str(place), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
        is_one_line(cli("--install-completion", "bash", **asked), 1, why, "mnist-sum --show-completion")
    assert (home / ".bashrc").read_bytes() == b"# \xff\n"
