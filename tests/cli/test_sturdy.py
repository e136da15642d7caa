"""`evaluate --corrupt` and `evaluate --images`."""

import json
from collections.abc import Iterator

import pytest

from mnist_sum_tui.cli import layout
from mnist_sum_tui.cli.layout import console
from mnist_sum_tui.cli.sturdy import print_sturdy, watched
from mnist_sum_tui.data.corrupt import CORRUPTIONS
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.inference.sturdy import WAYS, Spoiled
from tests.conftest import Cli, is_one_line


def test_spoiled_images_are_evaluated_in_each_way_and_strength(cli: Cli) -> None:
    told = json.loads(cli("evaluate", str(RECORDED.path), "--corrupt", "--images", "40", "--json").stdout)
    assert told["images"] == 40
    clean, *rest = told["corrupted"]
    assert (clean["corruption"], clean["strength"], clean["digit_accuracy"]) == ("clean", 0, 1)
    assert [(one["corruption"], one["strength"]) for one in rest] == [(n, s) for n in CORRUPTIONS for s in range(1, 6)]
    assert all(0 <= one[name] <= 1 for one in rest for name in one.keys() - {"corruption", "strength"})
    worst = next(one for one in rest if (one["corruption"], one["strength"]) == ("impulse noise", 5))
    assert worst["digit_accuracy"] < 0.6 < clean["digit_accuracy"]
    assert worst["refused"] > 0.5 > clean["refused"]
    assert worst["confidence"] < clean["confidence"]

    shown = cli("evaluate", str(RECORDED.path), "--corrupt", "--images", "40").stdout
    assert "40 test images, as they are and spoiled in 15 ways" in shown
    assert max(map(len, shown.splitlines())) <= 80
    row = next(line for line in shown.splitlines() if line.startswith("impulse noise"))
    assert f"{100 * worst['digit_accuracy']:.1f}" in row
    assert f"{100 * worst['sum_accuracy']:.1f}" in row
    assert all(shown.count(f"{name} ") == 4 for name in CORRUPTIONS), "three tables and a chart"


def test_one_mistake_is_not_100_percent(capsys: pytest.CaptureFixture[str]) -> None:
    found = [Spoiled(name, strength, 0.9997, 0.9996, 0.99999, 0.0019, 1.0) for name, strength in WAYS]
    print_sturdy(console(), [found[0]._replace(digit_accuracy=0.5, sum_accuracy=0.25), *found[1:]], 10_000)
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split()[-10:] for line in lines if line.startswith("rotation ")]
    assert rows[:2] == [["99.9"] * 10, ["99.9"] * 5 + ["100.0"] * 5]
    assert [line.split() for line in lines if line.startswith("rotation ")][2][1:] == ["0.0019"] * 5
    print_sturdy(console(), [spoiled._replace(refused=0.0004, ece=0.0000163) for spoiled in found], 10_000)
    few = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("rotation ")]
    assert (few[1][-5:], few[2][1:]) == (["<0.1"] * 5, ["1.6e-5"] * 5), "4 of 10,000 are not none"
    head = lines.index("Right, in %")
    assert [line.split() for line in lines[head + 1 : head + 3]] == [["digit", "sum"], ["strength", *"1234512345"]]
    assert lines[head + 1].index("sum") + 2 == lines[head + 2].rindex("1"), "the sum's first column"
    assert lines[head + 2].count("     1") == lines[head + 2].count("1") == 2, "more room before each group"
    assert lines[1:3] == [
        "right as they are: digit 50.00 %, sum 25.00 %",
        "right when spoiled, the mean of all: digit 99.97 %, sum 99.96 %",
    ]


def test_a_sentence_says_which_figures_are_strengths(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layout, "_is_plain", True)
    print_sturdy(console(), [Spoiled(name, strength, 0.5, 0.25, 0.9, 0.1, 0.2) for name, strength in WAYS], 10)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("row fog: ")]
    assert said[0].startswith("row fog: digit, strength 1: 50.0; 2: 50.0; ")
    assert "; sum, strength 1: 25.0; 2: 25.0; " in said[0]
    assert said[2].startswith("row fog: ECE, strength 1: 0.1000; 2: ")


def test_only_the_first_images(cli: Cli) -> None:
    told = json.loads(cli("evaluate", "--images", "50", "--json").stdout)
    assert (told["images"], told["pairs"]) == (50, 500)
    assert "on 1 test image with all ten numbers" in cli("evaluate", "built-in", "--images", "1").stdout
    is_one_line(cli("evaluate", "--images", "0"), 2, "error: --images must be 1 or more, not 0")


@pytest.mark.parametrize("is_spoken", [False, True])
def test_a_terminal_sees_or_hears_how_far_it_is(
    is_spoken: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layout, "_is_plain", is_spoken)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    found = [Spoiled(name, strength, 1, 1, 1, 0, 0) for name, strength in WAYS]
    assert list(watched(found, len(found))) == found
    told = capsys.readouterr().err
    assert ("\r" in told) is not is_spoken
    lines = told.splitlines() if is_spoken else [part.strip() for part in told.split("\r") if part.strip()]
    assert len(lines) == (15 if is_spoken else 76), "one for each way, or for each strength, too"
    assert lines[-1].endswith(f"of 76: {WAYS[-1][0]}")


def test_an_interruption_is_told_on_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found() -> Iterator[Spoiled]:
        yield Spoiled(*WAYS[0], 1, 1, 1, 0, 0)
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        list(watched(found(), 76))
    told = capsys.readouterr().err
    assert told.startswith("\r1 of 76: clean ")
    assert told.endswith(f"\r{' ' * 40}\r")


def test_a_single_image_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    print_sturdy(console(), [Spoiled(name, strength, 1, 1, 1, 0, 0) for name, strength in WAYS], 1)
    assert capsys.readouterr().out.startswith("1 test image, as it is and spoiled in 15 ways")
