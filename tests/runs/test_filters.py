"""A filter of runs, and runs that differ by their seed alone as one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig, kinds, option_name, settings, value_words
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.columns import COLUMNS, count_words
from mnist_sum_tui.runs.events import Changed, Finished
from mnist_sum_tui.runs.filters import matching
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.seed_groups import Fold, folded, members_of
from mnist_sum_tui.runs.summary import Summary, best_if_any
from tests.training.test_early_end import done as epoch_done
from tests.tui import recorded


def summary(name: str = "x", state: str = "completed", total: float | None = 0.99, **values: Any) -> Summary:
    done = recorded.finished()
    assert isinstance(done, Finished)
    finished = None if total is None else replace(done, digit_accuracy=0.995, sum_accuracy=total)
    config = TrainConfig.of("standard", **{"model": "compact", **values})
    return Summary(Run(Path(name)), config, state, finished=finished, elapsed=10.0)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("model=compact", True),
        ("model=swift", False),
        ("lr=2e-3", True),
        ("lr>1e-3", True),
        ("lr>2e-3", False),
        ("lr<0.01 epochs=5 completed", True),
        ("lr<0.01 stopped", False),
        ("done", True),
        ("complete", True),
        ("all-data=no", True),
        ("all_data=yes", False),
        ("data-dir=built-in", True),
        ("sum>98.9 digit<99.6", True),
        ("sum>99", False),
        ("sum > 98.9  model= compact", True),
        ("sum >99", False),
        ("batch-size=128", True),
        ("Compact", True),
        ("stand", True),
        ("rate", True),
        ("rate swift", False),
        ("only guesses", False),
    ],
)
def test_all_words_of_a_filter_must_hold(text: str, fits: bool) -> None:
    assert matching(text)(replace(summary("20260101-120100-compact"), note="A high Rate")) is fits


@pytest.mark.parametrize("name", settings())
def test_every_setting_is_a_key_of_a_filter(name: str) -> None:
    value = getattr(summary().config, name)
    words = f"{value:g}" if kinds()[name] in (int, float) else value_words(name, value)
    assert matching(f"{option_name(name)}={words}")(summary())
    assert not matching(f"{option_name(name)}=7")(summary())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("big=", "'big=' is not a filter: write a state"),
        ("rate=1", "unknown setting 'rate'"),
        ("lr>much", "compares lr with 'much', which is not a number"),
        ("model>compact", "model is not a number; write model=value"),
        ("lr>1_0", "compares lr with '1_0', which is not a number"),
        ("lr=", "'lr=' is not a filter"),
        ("=3", "'=3' is not a filter"),
    ],
)
def test_what_is_no_filter_is_refused_in_a_line(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        matching(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("shown", [99.57, 99.34, 99.43, 99.5, 100.0])
def test_an_accuracy_is_compared_as_it_is_shown(shown: float) -> None:
    """0.9957 * 100 is a little more than 99.57."""
    run = summary(total=round(shown / 100, 4))
    assert matching(f"sum={shown:g}")(run)
    assert not matching(f"sum>{shown:g}")(run)
    assert not matching(f"sum<{shown:g}")(run)
    assert matching("sum=99.57")(summary(total=0.99571)), "shown as 99.57 %"
    assert not matching("sum=100")(summary(total=0.99999)), "which is never shown as 100 %"


def test_each_word_of_a_state_fits() -> None:
    useless = summary()
    assert useless.finished is not None
    useless = replace(useless, finished=replace(useless.finished, digit_accuracy=0.1))
    assert all(matching(text)(useless) for text in ("only guesses", "guesses", "done"))


def test_a_damaged_run_and_one_without_a_result_fit_no_number() -> None:
    damaged = Summary(Run(Path("x")), None, "damaged")
    assert matching("damaged")(damaged)
    assert not matching("lr>0")(damaged)
    assert not matching("model=compact")(damaged)
    assert not matching("sum<50")(summary(total=None))


def test_runs_that_differ_by_their_seed_alone_are_one() -> None:
    runs = [
        replace(summary("c", seed=2, total=0.97, threads=4), size=500),
        summary("other", lr=0.1, seed=1),
        replace(summary("b", seed=1, total=0.99), size=700),
        summary("again", seed=1, total=0.5),
        replace(summary("running", "running", seed=7, total=None), elapsed=1.0),
        Summary(Run(Path("broken")), None, "damaged"),
        Summary(Run(Path("broken too")), None, "damaged"),
    ]
    fold, *rest = folded(runs)
    assert isinstance(fold, Fold)
    assert [run.run.id for run in members_of(fold)] == ["c", "b", "running"]
    assert [run.run.id for run in rest] == ["other", "again", "broken", "broken too"]
    assert fold.run.id == "c", "the newest"
    assert fold.is_tested
    assert fold.sum_accuracy == pytest.approx(0.98)
    assert fold.deviation("sum_accuracy") == pytest.approx(0.02 / 2**0.5), "n - 1 in its denominator"
    assert fold.deviation("digit_accuracy") == 0
    assert (fold.elapsed, fold.size) == (10, 1200), "the time of the runs behind the mean accuracy, not of one so far"
    assert members_of(rest[0]) == (rest[0],)


def test_runs_of_different_names_are_not_folded() -> None:
    begun = "20261202-22264{}-compact{}"
    names = ("-anna", "-J\u00f6rg", "-anna-seed3", "-anna-2", "-seed4", "", "-2", "-seed-5")
    runs = [summary(begun.format(seed, name), seed=seed) for seed, name in enumerate(names)]
    groups = [[run.run.id[16:] for run in members_of(each)] for each in folded(runs)]
    assert [[name.removeprefix("compact") for name in group] for group in groups] == [
        ["-anna", "-anna-seed3", "-anna-2"], ["-J\u00f6rg"], ["-seed4", ""], ["-2"], ["-seed-5"],
    ]  # fmt: skip


def interrupted(accuracy: float, seed: int) -> Summary:
    """A run that was validated once, and not tested."""
    return replace(summary(f"x{seed}", "interrupted", total=None, seed=seed), epochs=(epoch_done(1, accuracy),))


def test_a_mean_is_of_tests_alone_or_of_validations_alone_which_have_a_star() -> None:
    (mixed,) = folded([summary("a", total=0.97), interrupted(0.5, seed=1)])
    assert (mixed.sum_accuracy, count_words(mixed)) == (0.97, " n=2 (1 measured)")
    (validated,) = folded([interrupted(0.8, seed=1), interrupted(0.9, seed=2)])
    shown = {column.title: column.text(validated) for column in COLUMNS}
    assert (shown["sum"], shown["run"]) == ("85.00* +-7.07", "x1 n=2")


def test_without_a_result_there_is_no_mean() -> None:
    (fold,) = folded([summary("a", total=None), summary("b", total=None, seed=1)])
    assert isinstance(fold, Fold)
    assert (fold.sum_accuracy, fold.validation_accuracy, fold.deviation("sum_accuracy")) == (None, None, None)


def test_a_run_that_was_turned_on_its_way_is_not_like_one_that_was_not() -> None:
    turned = Changed(step=5, epoch=1, elapsed=1.0, at=5, setting="lr", before="x1", value="x0.5")
    runs = [replace(summary("a"), changed=(turned,)), summary("b", seed=1), summary("c", seed=2)]
    assert [run.run.id for run in folded(runs)] == ["a", "b"]
    alike = [replace(run, changed=(replace(turned, elapsed=2.0),)) for run in runs]
    assert len(folded(alike)) == 1


def test_runs_on_other_images_are_not_alike() -> None:
    kinds = {"a": "", "b": "1", "c": "2", "d": "1"}  # the first is of an earlier version
    runs = []
    for seed, (name, kind) in enumerate(kinds.items()):
        start = replace(recorded.started(), images=(64 * kind,) if kind else ())
        runs.append(replace(summary(name, seed=seed, data_dir="here"), starts=(start,)))
    assert [[run.run.id for run in members_of(row)] for row in folded(runs)] == [["a", "b", "d"], ["c"]]


def test_runs_of_another_network_of_that_name_are_not_alike() -> None:
    runs = []
    for seed, (name, parameters) in enumerate({"a": 9, "b": 8, "c": 9}.items()):
        start = replace(recorded.started(), parameters=parameters)
        runs.append(replace(summary(name, seed=seed), starts=(start,)))
    assert [[run.run.id for run in members_of(row)] for row in folded(runs)] == [["a", "c"], ["b"]]


def test_a_run_that_got_more_epochs_later_is_not_like_one_that_had_them_at_once() -> None:
    begun = replace(recorded.started(), epochs=2)
    resumed = replace(recorded.started(resumed=True), epochs=2, step=2 * recorded.STEPS_PER_EPOCH)
    once = replace(summary("a"), starts=(begun,))
    later = replace(summary("b", seed=1), starts=(replace(begun, epochs=1), resumed))
    assert [run.run.id for run in folded([once, later])] == ["a", "b"]
    ended = Changed(step=9, epoch=2, elapsed=1.0, at=9, setting="epochs", before="5", value="2", why="no gain")
    alike = [replace(run, starts=(replace(begun, epochs=5),), changed=(ended,)) for run in (once, later)]
    assert len(folded([alike[0], replace(alike[1], starts=(*alike[1].starts, resumed))])) == 1, "cut off at its end"


def test_a_run_that_learned_nothing_is_shown_so_and_still_counts_as_done() -> None:
    good = summary()
    assert good.finished is not None
    useless = replace(good, finished=replace(good.finished, digit_accuracy=0.1))
    assert (good.state_word, useless.state_word) == ("done", "only guesses")
    assert (best_if_any([good, useless]), best_if_any([useless]), best_if_any([])) == (good, None, None)
    assert matching("done")(useless)
    assert matching("completed")(useless)
    assert replace(useless, state="running", is_paused=True).state_word == "paused"
