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
    assert about_chance([with_sum(0.9954), with_sum(0.9892)]) == (
        "sum: 99.54 % (standard error 0.07 points), 98.92 % (0.10): "
        f"99.54 % is higher by 0.62 points, more than chance (up to 0.25) for these images; {AGAIN}"
    )
    near = "99.54 % is higher by 0.14 points, which may be chance: clear from 0.21 on"
    assert near in about_chance([with_sum(0.9954), with_sum(0.9940)])
    two = [with_sum(0.9739), with_sum(0.9938)]
    short = "sums (standard error): a 97.39 % (0.16), b 99.38 % (0.08)"  # as of seeds; +- is a standard deviation
    assert about_chance(two, 78, "ab") == "sums: b is higher by 1.99 points, more than chance (up to 0.36)"
    assert about_chance(two, 120, "ab") == f"{short}: b is higher by 1.99 points, more than chance (up to 0.36)"
    assert about_chance(two, 40, "ab") == "sums: b is higher by more than chance"
    assert "points, which may be chance" in about_chance([with_sum(0.97, pairs=1_000), with_sum(0.95, pairs=1_000)])


def seeds(recipe: str, *shares: float) -> list[Summary]:
    """Runs of a recipe that differ in their seed."""
    return [
        replace(with_sum(share), run=Run(Path(f"{recipe}{seed}")), config=TrainConfig.of(recipe, seed=seed))
        for seed, share in enumerate(shares)
    ]


def test_two_groups_of_seeds_are_compared_by_their_means() -> None:
    one, other = seeds("standard", 0.9858, 0.9862, 0.9854), seeds("sprint", 0.9940, 0.9944, 0.9942)
    errors = "with their standard errors in points, at least those of the images"
    means = f"sum, means of 3 seeds, {errors}: a, b, c 98.58 % (0.07), d, e, f 99.42 % (0.04)"
    verdict = "the mean of d, e, f is higher by 0.84 points, more than chance (up to 0.23) (mnist-sum guide chance)"
    assert about_chance([*one, *other], names="abcdef") == f"{means}: {verdict}"
    folded = [Fold.of(one), Fold.of(other)]
    assert about_chance(folded, 60, "xo") == "sums: the mean of o is higher by more than chance"
    short = "sums: the mean of o is higher by 0.84 points, more than chance (up to 0.23)"
    assert about_chance(folded, 120, "xo") == short
    assert about_chance(folded, 140, "xo") == f"sums (standard error): x 98.58 % (0.07), o 99.42 % (0.04){short[4:]}"
    near = seeds("sprint", 0.9850, 0.9880)
    words, told = (
        "sums (standard error): 98.58 % (0.07), 98.65 % (0.15)",
        "the mean of 98.65 % is higher by 0.07 points",
    )
    assert about_chance([*one, *near], 100) == f"sums: {told}, which may be chance: clear from 0.71 on"
    assert about_chance([*one, *near], 140) == f"{words}: {told}, which may be chance: clear from 0.71 on"
    assert about_chance([*one, *near]).startswith("sum, means over seeds, with"), "3 and 2"
    assert about_chance([Fold.of(one[:2])], names="x") == ""
    assert about_chance([folded[0], *seeds("original", 0.98)], names="xo") == "", "one run is no group"
    assert "d, e 99.42 % (0.05)" in about_chance([*one, *other[:2], replace(other[2], finished=None)], names="abcdef")


def test_a_difference_just_below_the_limit_is_told_with_so_many_places_that_it_is_below() -> None:
    one, other = seeds("standard", 0.9938, 0.9942, 0.9951, 0.9943), seeds("sprint", 0.9954, 0.9961, 0.9955, 0.9953)
    told = (
        "is higher by 0.123 points, which may be chance: clear from 0.125 on; more seeds tell (mnist-sum guide chance)"
    )
    assert about_chance([*one, *other]).endswith(told)


def test_of_several_the_highest_is_compared_with_each_other() -> None:
    """The chance that any of the pairs differs by luck is that of two, so each must differ by more."""
    runs = [with_sum(share) for share in (0.9862, 0.9943, 0.9892, 0.9919, 0.9940)]
    figures = "99.43 % (standard error 0.08 points)"
    listed = "by more than chance above c, a, perhaps by chance above e, d"
    rule = "10 pairs are compared, so only 2.8 standard errors count (Bonferroni)"
    assert about_chance(runs, names="abcde") == f"sums: b is the highest, {listed}: {figures}; {rule}; {AGAIN}"
    assert "more than" in about_chance([runs[1], runs[3]]), "alone, these two differ"
    assert about_chance(runs, 90, "abcde") == f"sums: b is the highest, {listed}"
    assert about_chance(runs, 76, "abcde").endswith(", by more than chance above 2, perhaps by chance above 2")
    assert "perhaps by chance above 99.40 %, 99.19 %:" in about_chance(runs), "without names"
    assert about_chance(runs[1::3], names="be") == about_chance(
        [runs[1], with_sum(None), with_sum(0.0996, digit_accuracy=0.1028), runs[4]], names="bxye"
    ), "what was not tested or only guesses is left out"
    assert about_chance([*runs, with_sum(0.98, pairs=1_000)]) == ""


def test_the_means_of_three_groups_of_seeds_are_compared() -> None:
    groups = [
        seeds(name, *shares)
        for name, *shares in (("standard", 0.9858, 0.9862), ("sprint", 0.9940, 0.9944), ("original", 0.9938, 0.9941))
    ]
    figures = "99.42 % over 2 seeds (standard error 0.05 points)"
    told = about_chance([run for group in groups for run in group], names="abcdef")
    assert told.startswith(
        "sums: the mean of c, d is the highest, by more than chance above a, b, perhaps by chance above e, f"
    )
    assert f": {figures}; 3 pairs" in told
    assert told.endswith(" only 7.6 standard errors count (Bonferroni)"), "that of two seeds is itself a guess"
    assert AGAIN not in told


@pytest.mark.parametrize(
    ("images", "right", "words"),
    [
        (10_000, 9_995, "which may be chance"),
        (10_000, 9_990, "more than"),
        (4, 0, "more than"),
        (3, 0, "which may be chance"),
    ],
)
def test_all_right_or_none_is_not_certain(images: int, right: int, words: str) -> None:
    """As Fisher's exact test says at 5 %."""
    runs = [with_sum(share, pairs=10 * images) for share in (1.0, right / images)]
    assert f"points, {words}" in about_chance(runs)
    assert "by 0.00" not in about_chance(runs)


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
    assert words.startswith("sum: A 98.74 % (standard error 0.11 points), B 95.00 % (0.22): A is higher by 3.74 points")
    printed = cli("runs", "compare", "20260101", "20260102", "--runs-dir", str(tmp_path / "runs")).stdout
    assert words in printed.splitlines()
    assert words in compared(dict(zip("AB", map(summarise, runs), strict=True))).decode().replace("&nbsp;", " ")
