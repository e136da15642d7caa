"""--plain: sentences for a screen reader; no command draws a bar, a box, a curve or a picture."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.charts.axes import LOG, SHARE
from mnist_sum_tui.charts.plot import Curve, Plot
from mnist_sum_tui.cli.spoken import DRAWN, paragraphs, plot_sentences, sentence, spoken
from mnist_sum_tui.guide.find import pages
from tests.cli.terminals import shown
from tests.conftest import Cli, is_one_line
from tests.settings_file import keep
from tests.tui.pages.test_runs import make_three

COMMANDS = (
    "", "runs", "runs show",
    "runs compare latest best", "guide", "guide networks", "doctor", "demo", "model swift",
    "predict 3 7 --explain --runs-dir none",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("digit  7   \u2588\u2588\u2588\u258c      99.27 %", "digit: 7, 99.27 %"),
        ("   sum   9.5 MB, 4,000 images/s", "sum: 9.5 MB, 4,000 images/s"),
        ("mnist-sum runs --runs-dir 'a -> b' 3/4", "mnist-sum runs --runs-dir 'a -> b' 3/4"),
        ("\u250c\u2500\u2500\u2510\n\u2502 7 \u2502", "7"),
        ("one\n\ntwo", "one\n\ntwo"),
    ],
)  # fmt: skip
def test_what_is_said(text: str, words: str) -> None:
    assert spoken(text) == words


def test_no_word_that_is_the_users_own_is_changed(cli: Cli, tmp_path: Path) -> None:
    for run in make_three(tmp_path / "x->y"):
        (run.path / "epoch-1.safetensors").touch()
    pixels = np.full((60, 60), 255, np.uint8)
    pixels[10:50, 28:33] = 0
    Image.fromarray(pixels).save(tmp_path / "x->y 10 s.png")
    in_folder = ("--runs-dir", "x->y")
    for command in (
        ("runs", *in_folder),
        ("runs", "show", "best", *in_folder),
        ("runs", "prune", "--dry-run", *in_folder),
        ("runs", "--filter", "data-dir=x->y", *in_folder),
        ("predict", "image", "x->y 10 s.png", "--run", "built-in"),
    ):
        result = cli(*command, "--plain")
        assert result.returncode == 0, result.stderr
        assert "x->y" in result.stdout
        assert not re.search("xtoy|10 seconds", result.stdout), command


def test_a_row_is_a_sentence() -> None:
    assert sentence(["run", "digit", "", "time"], ["a  ", " 99 %", "best", "-"]) == "run a: digit 99 %, best"
    assert sentence(["", "0", "1", "2"], ["7", "3", "\u00b7", "\u2591 5"]) == "row 7: 0: 3; 2: 5"
    assert sentence(["", "output"], ["", "73"]) == "output: 73"
    assert sentence(["layer", "kind", "parameters"], ["in all", "", "5,159"]) == "in all: parameters 5,159"


def test_a_map_says_which_of_its_numbers_is_what(small_data: str, cli: Cli) -> None:
    said = cli("evaluate", "built-in", "--data-dir", small_data, "--plain").stdout
    assert "\ntrue 7: read as 7: " in said
    assert "\ndigit 7: +0: 100.0, +1: 100.0" in said


def test_a_chart_is_its_values() -> None:
    curve = Curve("digit", "digit", np.arange(4.0), np.array([np.nan, 2.0, 0.5, 1.0]))
    empty = Curve("sum", "sum", np.arange(1.0), np.array([np.nan]))
    compared = Curve("ideal", "ghost", np.arange(2.0), np.arange(2.0), is_behind=True)
    said = [*plot_sentences(Plot((curve, empty, compared), title="Loss"))]
    assert said == ["Loss", "digit: first 2.000 at step 1, last 1.000 at step 3, lowest 0.5000, highest 2.000"]
    shares = Curve("sum", "sum", np.array([46.2, 100.0]), np.array([0.4615, 0.99996]))
    said = [*plot_sentences(Plot((shares,), (), SHARE, "% sure"))][1:]
    ends = "first 46.15 % at 46.2 % sure, last 99.99 % at 100.0 % sure"
    assert said == [f"sum: {ends}, lowest 46.15 %, highest 99.99 %"]
    rate = Curve("Loss", "digit", np.array([-5.0, -1.0]), np.array([2.0, 20_000.0]))
    said = [*plot_sentences(Plot((rate,), (), LOG, "rate"))][1:]
    assert said == ["Loss: first 2.000 at rate 1e-5, last 20,000 at rate 0.1, lowest 2.000, highest 20,000"]


def test_a_page_is_its_paragraphs() -> None:
    page = "# Title\n\nOne **two**\n*three* `four`, 2*3.\n- a\n- b\n  c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n"
    page += "```sh\n# go\nls   # on\n```\n```python\nif x:\n\n    y  # a/s\n```\nEnd\n"
    said = ["Title", "One two three four, 2*3.", "- a", "- b c", "x 1: y 2.", "# go", "ls # on"]
    code = "if x:\n\n    y  # a/s"
    assert [*paragraphs(page)] == [*((text, False) for text in said), (code, True), ("End", False)]


def test_a_link_is_its_text_and_its_address() -> None:
    page = "One [closed\nline](https://a.b/c_(d)), *mean val.* too.\n\n| x | y |\n|---|---|\n| [z](http://a.b) | 2 |\n"
    said = ["One closed line (https://a.b/c_(d)), mean val. too.", "x z (http://a.b): y 2."]
    assert [*paragraphs(page)] == [(text, False) for text in said]


@pytest.mark.parametrize("name", ["own-network", "python"])
def test_python_can_be_copied_from_a_page(name: str, cli: Cli) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", pages()[name].text, re.M | re.S)
    said = cli("guide", name, "--plain").stdout
    assert blocks
    assert all(block in said for block in blocks)


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_drawn(command: str, cli: Cli, tmp_path: Path) -> None:
    make_three(tmp_path / "runs")
    result = cli(*command.split(), **({} if "--plain" in command else {"MNIST_SUM_PLAIN": "1"}))
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    assert not DRAWN & set(result.stdout)
    assert not re.search(r"\S {2,}\S", re.sub(r"^.*#.*$", "", result.stdout, flags=re.M)), "no columns"


def test_each_curve_of_each_run_is_named(cli: Cli, tmp_path: Path) -> None:
    make_three(tmp_path / "runs")
    lines = cli("runs", "compare", "latest", "best", "--plain").stdout.splitlines()
    said = [line for line in lines if ", last " in line]
    assert len(said) > 4
    starts = tuple(f"curve {name}: run " for name in ("training digit loss", "validation sum accuracy"))
    assert all(line.startswith("curve ") for line in said)
    assert sum(line.startswith(starts) for line in said) == 4, "in whole words"


@pytest.mark.parametrize("command", ["runs compare latest best", "predict 3 7 --run built-in"])
def test_with_ascii_nothing_is_drawn_either(command: str, cli: Cli, tmp_path: Path) -> None:
    make_three(tmp_path / "runs")
    said = [cli(*command.split(), "--plain", "--marker", marker).stdout for marker in ("braille", "ascii")]
    assert said[0]
    assert said[1] == said[0]


def test_a_terminal_gets_no_bars_and_no_colour() -> None:
    found = shown("doctor", "--plain")
    assert found.code == 0
    assert "\x1b[3" not in found.raw


def test_the_dashboard_says_what_to_use_instead(cli: Cli) -> None:
    is_one_line(cli("tui", "--plain"), 2, "the dashboard is drawn: use mnist-sum train", "--no-plain")


def test_the_file_says_it_too_and_the_option_goes_before_it(cli: Cli, tmp_path: Path) -> None:
    make_three(tmp_path / "runs")
    keep("plain", True)
    assert "run 20260101-120300-compact-short: model compact" in cli("runs").stdout
    assert cli("runs", "--no-plain").stdout == cli("runs", MNIST_SUM_PLAIN="no").stdout
    assert cli("runs", "--no-plain").stdout.startswith("run  ")
    assert cli("runs", "--json").stdout == cli("runs", "--json", "--no-plain").stdout
