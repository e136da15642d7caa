"""What the commands make of the settings that one sets once."""

import json
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
    assert lines[-1] == "note: and 1,002 more: mnist-sum doctor lists all"


def test_the_doctor_has_a_line_for_each_wrong_setting(file: Path, cli: Cli) -> None:
    file.write_text("marker = 'dots'\nfps = 500\ncolour = 1\nmore = 1\n")
    result = cli("doctor")
    lines = [line for line in result.stdout.splitlines() if line.startswith("note    settings")]
    told = [line.partition(": unknown ")[2].split(" '")[0] for line in lines]
    assert told == ["", "marker", "fps", "setting", "setting"]
    assert "unknown" not in result.stderr, "they are told once"


def test_the_doctor_says_where_each_comes_from(file: Path, cli: Cli) -> None:
    file.write_text("theme = 'nord'\nfps = 500\n")
    told = json.loads(cli("doctor", "--json", "--marker", "ascii", MNIST_SUM_MOUSE="off").stdout)["settings"]
    assert told["state"] == "note"
    assert told["path"] == str(file)
    assert told["theme"] == {"value": "nord", "from": "the file"}
    before = json.loads(cli("--marker", "blocks", "doctor", "--json", MNIST_SUM_THEME="nor").stdout)["settings"]
    assert before["marker"] == {"value": "blocks", "from": "--marker"}, "before the command, too"
    assert "unknown theme 'nor': did you mean 'nord'?" in before["text"]
    assert told["marker"] == {"value": "ascii", "from": "--marker"}
    assert told["mouse"] == {"value": False, "from": "MNIST_SUM_MOUSE"}
    assert told["fps"] == {"value": 120, "from": "usual"}
    assert "unknown fps '500'" in told["wrong"][0]
    assert "the file: theme nord; --marker: marker ascii; usual: plain false, digits" in told["text"]


def test_a_wrong_variable_does_not_end_the_doctor(cli: Cli) -> None:
    told = json.loads(cli("doctor", "--json", MNIST_SUM_FPS="0").stdout)["settings"]
    assert (told["state"], told["exists"]) == ("note", False)
    assert "unknown MNIST_SUM_FPS '0': a whole number from 1 to 120" in told["text"]
    all_wrong = cli("doctor", MNIST_SUM_PLAIN="x", MNIST_SUM_MARKER="dots").stdout
    assert "unknown MNIST_SUM_PLAIN 'x': true or false" in all_wrong
    assert "unknown MNIST_SUM_MARKER 'dots'" in all_wrong
