"""What the commands make of the settings that one sets once."""

from pathlib import Path

import pytest

from mnist_sum_tui import settings
from tests.conftest import Cli
from tests.tui.pages.test_runs import make_three


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The settings' file; and runs to print."""
    make_three(tmp_path / "runs")
    settings.path().parent.mkdir()
    return settings.path()


def test_the_marker_of_the_file_is_drawn_with(file: Path, cli: Cli) -> None:
    assert not cli("runs", "show").stdout.isascii()
    file.write_text("marker = 'ascii'\n")
    assert cli("runs", "show").stdout.isascii()
    assert not cli("runs", "show", MNIST_SUM_MARKER="blocks").stdout.isascii()
    assert not cli("runs", "show", "--marker", "braille", MNIST_SUM_MARKER="ascii").stdout.isascii()


def test_a_wrong_setting_is_a_note_and_no_error(file: Path, cli: Cli) -> None:
    file.write_text("marker = 'dots'\ncolour = 1\n")
    result = cli("runs", "--json")
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) == 3
    lines = result.stderr.splitlines()
    assert [line.partition(" unknown ")[0] for line in lines] == [f"note: {file}:"] * 2
    assert "'dots': choose from auto, braille" in lines[0]


def test_of_many_wrong_settings_three_are_said(file: Path, cli: Cli) -> None:
    file.write_text("".join(f"unknown-{place} = 1\n" for place in range(1005)))
    result = cli("runs", "--json")
    assert result.returncode == 0
    lines = result.stderr.splitlines()
    assert [line.partition(" unknown ")[0] for line in lines[:-1]] == [f"note: {file}:"] * 3
    assert lines[-1] == "note: and 1,002 more"
