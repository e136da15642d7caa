"""What the commands print fits the terminal: at no width is a word or a figure cut in two."""

import io
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console

from mnist_sum_tui.cli.bars import bars
from mnist_sum_tui.cli.epoch_table import EpochTable
from mnist_sum_tui.cli.evaluate import _print, _print_by_pair, _print_mistakes
from mnist_sum_tui.cli.layout import print_table, say, show_commands
from mnist_sum_tui.cli.progress import PlainPrinter
from mnist_sum_tui.cli.run_end import print_end
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.glyphs import current
from mnist_sum_tui.inference.evaluate import evaluate
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build
from mnist_sum_tui.printable import cells
from mnist_sum_tui.runs.events import EpochDone, Progress
from tests.cli.terminals import shown
from tests.cli.test_strangers_text import make_run
from tests.conftest import Cli
from tests.tui import recorded

WIDTHS = [40, 60, 80, 120]


class Terminal(io.StringIO):
    """A terminal's output in memory."""

    def isatty(self) -> bool:
        return True


def terminal(width: int) -> Console:
    return Console(file=Terminal(), width=width, color_system=None, highlight=False, markup=False)


def printed(out: Console) -> list[str]:
    assert isinstance(out.file, Terminal)
    return out.file.getvalue().splitlines()


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs, one with a long name and other settings."""
    folder = tmp_path / "runs"
    make_run(folder, "20260101-120000-compact")
    make_run(folder, "20260102-120000-compact-with-a-long-name", epochs=7, lr=0.004)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ["runs"],
        ["runs", "show", "20260101"],
        ["runs", "compare", "20260101", "20260102"],
        ["guide"],
        ["predict", "3", "7"],
    ],
    ids=" ".join,
)
def test_no_word_is_cut_in_two(command: list[str], runs: Path, cli: Cli) -> None:
    whole = cli(*command)
    known = set((whole.stdout + whole.stderr).split())
    longest = max(len(word) for word in known)
    for width in WIDTHS:
        lines = shown(*command, columns=width, environment={"MNIST_SUM_RUNS": str(runs)}).lines
        strange = {word for line in lines for word in line.split()} - known
        allowed = {"(the", "picture", "needs", "columns)"} if width < 44 else set()  # instead of the ASCII picture
        assert strange - allowed - {"\\"} == set() or longest > width - 3, f"{width}, with its indentation"
        assert lines


def test_the_sum_map_is_whole(small_data: str, cli: Cli) -> None:
    whole = cli("evaluate", "--data-dir", small_data).stdout
    for width in WIDTHS:
        lines = shown("evaluate", "--data-dir", small_data, columns=width).lines
        below_the_charts = lines[next(place for place, line in enumerate(lines) if line.startswith("Digits")) :]
        words = " ".join(below_the_charts).split()
        assert {*words} <= {*whole.split()}, width
        assert all(f"+{number}" in words for number in range(10)), width


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sum_that_is_worse_than_all_others_is_named(width: int) -> None:
    split = dataset.load("test").take(torch.arange(40))
    report = evaluate(build("swift"), split, choose(TrainConfig()))
    even = ((0.99,) * 10,) * 9
    for last, lines in {0.002: ["hardest sum: 9 + 8, right in 0.20 %"], 0.98: []}.items():
        out = terminal(width)
        _print_by_pair(out, replace(report, sum_accuracy_by_pair=(*even, (*even[0][:8], last, 0.99))))
        assert [line for line in printed(out) if "hardest" in line] == lines
        whole = " ".join(" ".join(printed(out)).split())
        worst = f"{100 * last:.1f}"
        assert f"the fuller, the more mistakes: 99.0 to {current().shades[-1]} {worst} " in whole, "as in the cells"
        table = whole[whole.index("+0") :].replace(" ", "")
        assert f"{current().shades[-1]}{worst}" in table, "the dashboard has the strongest colour there, too"
        assert table.count(current().shades[-1]) == 1
    _print_by_pair(out := terminal(width), replace(report, sum_accuracy_by_pair=((0.0,) * 10,) * 10))
    assert not {*"".join(printed(out))} & {*current().shades.strip()}, "none is better than the others"


def test_a_large_number_of_wrong_digits_is_written_as_all_numbers_are() -> None:
    split = dataset.load("test").take(torch.arange(40))
    report, out = evaluate(build("swift"), split, choose(TrainConfig())), terminal(80)
    _print_mistakes(out, replace(report, digit_mistakes=1321), "", is_run=False)
    assert "Wrong digits, 16 of 1,321 shown, surest first" in printed(out)


def test_a_small_loss_is_not_written_as_0(capsys: pytest.CaptureFixture[str]) -> None:
    split, predictor = dataset.load("test").take(torch.arange(40)), load_predictor("built-in")
    report = evaluate(predictor.network, split, predictor.hardware)
    _print(predictor, replace(report, digit_loss=3e-5, sum_loss=0.25), "")
    losses = [line.split("loss ")[1] for line in capsys.readouterr().out.splitlines() if "accuracy  " in line]
    assert losses == ["3e-5", "0.2500   400 pairs"]


def test_runs_fit_80_columns_a_line_each_and_60_in_two(runs: Path) -> None:
    at = {width: shown("runs", "--runs-dir", str(runs), columns=width, environment={"MNIST_SUM_RUNS": str(runs)}).lines
          for width in (60, 80)}  # fmt: skip
    for lines in at.values():
        assert any(line.startswith("20260102-120000-compact-with-a-long-name") for line in lines)
    assert any(line.startswith("20260102-120000-compact-with-a-long-name  done") for line in at[80])
    assert "  compact  done" in "\n".join(at[60])


@pytest.mark.parametrize("width", [60, 79, 80, 200])
def test_the_progress_bars_say_which_figure_is_the_loss(width: int) -> None:
    events = list(recorded.training(300))
    started, progress = recorded.started(), next(event for event in events if isinstance(event, Progress))
    text = bars(progress, started, width).plain
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) == (2 if width > 78 else len(lines))
    for words in ("digit loss", "sum loss", "images/s", "elapsed", "left"):
        assert sum(words in line for line in lines) == 1
    rare = bars(replace(progress, digit_loss=392.1823, sum_loss=3e-5), started, width).plain
    assert [*map(len, rare.splitlines())] == [*map(len, lines)], "the columns stay"
    assert "digit loss   392.2 " in rare
    assert "sum loss    3e-5 " in rare


@pytest.mark.parametrize("width", WIDTHS)
def test_the_epochs_show_the_columns_that_fit(width: int) -> None:
    epochs = [event for event in recorded.training(2150) if isinstance(event, EpochDone)]
    table = EpochTable.for_run(terminal(width), 5, epochs)
    rows = [table.row(epoch) for epoch in epochs]
    assert max(map(len, [*table.header(), *rows])) <= width
    assert "validation accuracy" in table.header()[0]
    assert table.header()[1].endswith("best")
    assert any(row.endswith("*") for row in rows)
    for epoch, row in zip(epochs, rows, strict=True):
        figures = [percent(epoch.val_digit_accuracy), percent(epoch.val_sum_accuracy)]
        assert " ".join(figures) in " ".join(row.split())
    assert ("training accuracy" in table.header()[0]) == (width >= 80)
    assert ("elapsed" in table.header()[1]) == (width > 40)
    high = table.row(replace(epochs[0], digit_loss=1542.6464, sum_loss=392.2097))
    assert len(high) == len(rows[0]), "the columns stay below each other"


def test_without_validation_images_no_columns_and_no_best_are_shown(cli: Cli, small_data: str) -> None:
    out = cli("train", "--recipe", "sprint", "--data-dir", small_data).stdout
    assert "0 validation images" in out
    assert "training accuracy" in out
    assert "validation accuracy" not in out
    assert "best" not in out
    rows = [line for line in out.splitlines() if line[:2] in ("1/", "2/")]
    assert " -" not in "\n".join(rows)
    assert not any(row.endswith("*") for row in rows)


def test_a_command_that_is_too_long_is_continued_with_a_backslash(tmp_path: Path) -> None:
    run, out = make_run(tmp_path / "runs", "20260101-120000-compact"), terminal(50)
    print_end(out, recorded.finished(), run, run.read_config())
    text = "\n".join(printed(out))
    assert max(len(line) for line in printed(out) if str(run.path) not in line) <= 50
    assert f"  train it further:\n    mnist-sum train --resume \\\n      {run.id} --epochs 10" in text


@pytest.mark.parametrize("width", [40, 60, 75])
def test_a_command_is_broken_only_between_words_of_the_shell(width: int) -> None:
    out, folder = terminal(width), "my runs/with an apostrophe's  two spaces"
    command = shlex.join(["mnist-sum", "predict", "3", "--run", folder, "--model-file", "a net.py"])
    show_commands(out, {"predict with it": command})
    copied = "\n".join(printed(out)[1:])
    assert shlex.split(copied.replace("\\\n", "")) == shlex.split(command)
    assert "\\\n" in copied


def test_a_name_on_a_line_of_its_own_is_not_filled_up_to_the_longest_and_its_seeds_are_not_cut_in_two() -> None:
    out, long = terminal(30), "a-name-as-long-as-two-lines-" * 2 + " n=3 (0 measured)"
    rows = [["short", "compact", "completed", "99.12 %"], [long, "compact", "stopped", "97.00 %"]]
    print_table(out, "", ["run", "model", "state", "digit"], rows, left=3, spare=["digit"])
    assert {"short", "  n=3 (0 measured)"} <= {*printed(out)}
    assert all(line == line.rstrip() for line in printed(out))


def test_each_part_of_the_curves_says_which_run_a_row_is_of(runs: Path) -> None:
    command = ("runs", "compare", "20260101", "20260102")
    lines = shown(*command, columns=40, environment={"MNIST_SUM_RUNS": str(runs)}).lines
    heads = [line.split() for line in lines if line.startswith("curve")]
    assert len(heads) > 1
    assert {tuple(head[:2]) for head in heads} == {("curve", "run")}
    assert {word for head in heads for word in head[2:]} == {"by", "epoch", "first", "last"}
    for letter in "AB":
        assert sum(f" {letter} " in line for line in lines) >= len(heads) * 4


@pytest.mark.parametrize("command", ["train", "evaluate", "tui", "sweep"])
def test_help_at_80_columns_breaks_no_type_and_names_integers_alike(command: str) -> None:
    lines = shown(command, "--help", columns=80).lines
    assert not [line for line in lines if line.count("<") != line.count(">")]
    assert not [line for line in lines if "[x>=" in line]


@pytest.mark.parametrize("width", range(24, 60))
def test_a_figure_and_its_sign_stay_on_one_line(width: int) -> None:
    out = terminal(width)
    say(out, "Test: 99.94 % digit, 99.94 % sum, 99.94 % agreement (weights of epoch 2; 59 s in all)", indent=6)
    lines = printed(out)
    assert " ".join(" ".join(lines).split()).count("99.94 %") == 3
    assert not [line for line in lines if line.endswith(("99.94", "59")) or line.lstrip()[:2] in ("% ", "s ")]
    assert max(map(len, lines)) <= width


def test_what_the_coach_says_stays_indented(tmp_path: Path) -> None:
    run, out = make_run(tmp_path / "runs", "20260101-120000-compact"), terminal(40)
    advice = next(event for event in recorded.training(700) if event.kind == "advice")
    PlainPrinter(run, run.read_config(), out).show(advice)
    assert printed(out) == ["      Since about step 600 it learns to", "      add: the sum is more than guessed"]


def test_a_letter_of_two_columns_is_counted_as_two() -> None:
    wide, out = chr(0x56FE), terminal(40)
    say(out, f"folder    /{wide * 40}/x", indent=10)
    show_commands(out, {"look at it": f"mnist-sum runs show {wide * 4}"})
    assert max(map(cells, printed(out))) <= 40
    assert [printed(out)[at] for at in (0, -1)] == [f"folder    /{wide * 14}", f"    mnist-sum runs show {wide * 4}"]
