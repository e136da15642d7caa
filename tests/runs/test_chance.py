"""Whether two runs differ by more than chance, as `runs compare` and its report say it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.export.report import compared
from mnist_sum_tui.runs.chance import about_chance, standard_error
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.seed_groups import Fold
from mnist_sum_tui.runs.summary import Summary, summarise
from tests.cli.test_strangers_text import make_run
from tests.conftest import Cli
from tests.tui import recorded

AGAIN = "other seeds may still differ (mnist-sum guide experiments)"


def on(kind: str, run: Summary) -> Summary:
    """The run, as trained and tested on images of this content."""
    return replace(run, starts=(replace(recorded.started(), images=(64 * "0", 64 * kind)),))


def with_sum(total: float | None, data_dir: str | None = None, **values: Any) -> Summary:
    done = replace(recorded.finished(), **{"sum_accuracy": total, **values})
    return Summary(Run(Path("x")), TrainConfig.of("standard", data_dir=data_dir), "completed", finished=done)


def test_the_uncertainty_counts_images_and_not_pairs() -> None:
    assert standard_error(0.99, 5_000) == pytest.approx(0.0014, abs=5e-5)
    figures = "a 99.54 % +- 0.14; b 98.92 % +- 0.21 (two standard errors)"
    lead = "sums: a is the highest, by more than chance above b"
    two = [with_sum(0.9954), with_sum(0.9892)]
    assert about_chance(two, names="ab") == f"{lead}: {figures}; {AGAIN}"
    assert about_chance(two, 130, "ab") == f"{lead}: {figures}"
    assert about_chance(two, 60, "ab") == lead
    assert "perhaps by chance above 99.40 %" in about_chance([with_sum(0.9954), with_sum(0.9940)])
    assert "perhaps by chance" in about_chance([with_sum(0.97, pairs=1_000), with_sum(0.95, pairs=1_000)])


def seeds(recipe: str, *shares: float) -> list[Summary]:
    """Runs of a recipe that differ in their seed."""
    return [
        replace(with_sum(share), run=Run(Path(f"{recipe}{seed}")), config=TrainConfig.of(recipe, seed=seed))
        for seed, share in enumerate(shares)
    ]


def test_groups_of_seeds_are_compared_by_their_means() -> None:
    one, other = seeds("standard", 0.9858, 0.9862, 0.9854), seeds("sprint", 0.9940, 0.9944, 0.9942)
    told = about_chance([*one, *other], names="abcdef")
    assert told.startswith("sums: the mean of d, e, f is the highest, by more than chance above a, b, c: ")
    assert "a, b, c 98.58 % +- 0.14; d, e, f 99.42 % +- 0.09 (two standard errors); more seeds tell more" in told
    folded = [Fold.of(one), Fold.of(other)]
    assert about_chance(folded, 70, "xo") == "sums: the mean of o is the highest, by more than chance above x"
    assert "perhaps by chance above 98.58 %" in about_chance([*one, *seeds("sprint", 0.9850, 0.9880)])
    assert about_chance([Fold.of(one[:2])], names="x") == ""
    assert about_chance([folded[0], *seeds("original", 0.98)], names="xo") == "", "one run is no group"


def test_of_several_the_highest_is_compared_with_each_other() -> None:
    runs = [with_sum(share) for share in (0.9862, 0.9943, 0.9892, 0.9910, 0.9940)]
    listed = "by more than chance above d, c, a, perhaps by chance above e"
    assert about_chance(runs, names="abcde").startswith(f"sums: b is the highest, {listed}: a 98.62 % +- 0.23; b ")
    assert about_chance(runs, 90, "abcde") == f"sums: b is the highest, {listed}"
    assert about_chance(runs, 76, "abcde").endswith(", by more than chance above 3, perhaps by chance above 1")
    assert about_chance(runs[1::3], names="be") == about_chance(
        [runs[1], with_sum(None), with_sum(0.0996, digit_accuracy=0.1028), runs[4]], names="bxye"
    ), "what was not tested or only guesses is left out"
    assert about_chance([*runs, with_sum(0.98, pairs=1_000)]) == ""


@pytest.mark.parametrize(
    ("images", "right", "words"),
    [
        (10_000, 9_995, "perhaps by chance"),
        (10_000, 9_990, "by more than"),
    ],
)
def test_all_right_or_none_is_not_certain(images: int, right: int, words: str) -> None:
    """As Fisher's exact test says at 5 %."""
    assert words in about_chance([with_sum(share, pairs=10 * images) for share in (1.0, right / images)])


@pytest.mark.parametrize(
    "runs",
    [
        [with_sum(0.99)],
        [with_sum(0.99), with_sum(None)],
        [with_sum(0.99), replace(with_sum(0.98), finished=None)],
        [with_sum(0.99), with_sum(0.98, pairs=1_000)],
        [with_sum(0.99, pairs=None), with_sum(0.98, pairs=None)],
        [with_sum(0.99), with_sum(0.98, data_dir="elsewhere")],
        [on("a", with_sum(0.99, "here")), on("b", with_sum(0.98, "here"))],
        [with_sum(0.99), with_sum(0.99)],
        [with_sum(0.99), with_sum(0.0996, digit_accuracy=0.1028)],
    ],
)
def test_nothing_is_said_where_it_would_not_hold(runs: list[Summary]) -> None:
    assert about_chance(runs) == ""


def test_images_are_known_by_their_content_and_otherwise_by_their_place() -> None:
    assert about_chance([on("a", with_sum(0.99, "here")), on("a", with_sum(0.98, "there"))]) != ""
    assert about_chance([on("a", with_sum(0.99, "here")), with_sum(0.98, "here")]) != "", "one of an earlier version"


def test_the_terminal_and_the_page_say_it(tmp_path: Path, cli: Cli) -> None:
    runs = [make_run(tmp_path / "runs", f"2026010{day}-120000-compact") for day in (1, 2)]
    with runs[1].metrics_file.open("a") as stream:
        stream.write(to_json(replace(recorded.finished(), sum_accuracy=0.95)) + "\n")
    words = about_chance([summarise(run) for run in runs], names="AB")
    assert words.startswith("sums: A is the highest, by more than chance above B: A 98.74 % +- 0.22; B 95.00 % +- 0.44")
    printed = cli("runs", "compare", "20260101", "20260102", "--runs-dir", str(tmp_path / "runs")).stdout
    assert words in printed.splitlines()
    assert words in compared(dict(zip("AB", map(summarise, runs), strict=True))).decode().replace("&nbsp;", " ")
