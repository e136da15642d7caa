"""--marker and MNIST_SUM_MARKER: no command prints a character that the marker does not have."""

import json
import shutil
from pathlib import Path

import pytest

from mnist_sum_tui.glyphs import MARKERS
from tests.conftest import Cli, is_one_line
from tests.glyph_check import strangers
from tests.tui.pages.test_runs import make_three

FIRST = Path(__file__).parents[1] / "first_version" / "20261127-021854-swift-first"
COMMANDS = ("--help", "runs", "runs show", "runs compare latest best", "guide speed", "doctor")


@pytest.fixture
def some_runs(tmp_path: Path) -> None:
    make_three(tmp_path / "runs")


@pytest.mark.parametrize("marker", ["blocks", "ascii"])
@pytest.mark.usefixtures("some_runs")
def test_what_is_printed(marker: str, cli: Cli) -> None:
    for command in COMMANDS:
        result = cli(*command.split(), MNIST_SUM_MARKER=marker)
        assert result.returncode == 0, result.stderr
        assert strangers(result.stdout, MARKERS[marker]) == "", command


@pytest.mark.usefixtures("some_runs")
def test_the_option_goes_before_the_variable_and_the_terminal(cli: Cli) -> None:
    curves = [
        cli("runs", "show", "latest", *option, MNIST_SUM_MARKER="blocks").stdout
        for option in ((), ("--marker", "ascii"))
    ]
    assert not curves[0].isascii()
    assert curves[1].isascii()
    assert cli("runs", "show", "latest", PYTHONIOENCODING="ascii").stdout == curves[1]
    assert cli("runs", "show", "latest", TERM="linux").stdout == curves[0]


def test_an_ascii_output_gets_a_page_in_ascii(cli: Cli) -> None:
    said = cli("guide", "momentum", PYTHONIOENCODING="ascii").stdout
    assert said.startswith(" * Momentum, beta1: ")


@pytest.mark.parametrize(
    ("variables", "is_ascii"),
    [
        ({"LC_ALL": "C", "LANG": "C.UTF-8"}, True),
        ({"LC_ALL": "POSIX", "LANG": ""}, True),
        ({"LC_ALL": "", "LANG": "C"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_ALL": "", "LANG": "", "LC_CTYPE": ""}, False),
        ({"LC_ALL": "", "LANG": "xx_XX.UTF-8"}, False),
        ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
    ],
)
@pytest.mark.usefixtures("some_runs")
def test_the_locale_c_gets_ascii(variables: dict[str, str], is_ascii: bool, cli: Cli) -> None:
    unset = dict.fromkeys(("PYTHONUTF8", "PYTHONIOENCODING", "LC_CTYPE"), "")
    assert cli("runs", "show", "latest", **(unset | variables)).stdout.isascii() == is_ascii


def test_an_unknown_marker(cli: Cli) -> None:
    is_one_line(cli("runs", "--marker", "asci"), 2, "unknown marker 'asci'", "did you mean 'ascii'?")
    is_one_line(cli("runs", MNIST_SUM_MARKER="dots"), 2, "unknown MNIST_SUM_MARKER 'dots'", "braille, blocks, ascii")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_json_keeps_every_character(encoding: str, cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(FIRST, tmp_path / "runs" / "Zoë-▸")
    result = cli("runs", "--json", "--marker", "ascii", PYTHONIOENCODING=encoding)
    assert result.stdout.isascii()
    assert json.loads(result.stdout)["run"] == "Zoë-▸"
