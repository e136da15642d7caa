"""Which runs a sweep makes, and which differences it calls chance."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import LARGEST_SEED, TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.differences import apart_from_seed
from mnist_sum_tui.runs.events import Changed, Finished
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.training.sweep import combinations, is_run_of, is_same, outcome
from tests.training.test_early_end import done as epoch_done
from tests.tui import recorded


def test_every_combination_with_every_seed() -> None:
    swept, found = combinations({"model": "compact,swift", "lr": "1e-3, 2e-3", "epochs": "2", "seed": "7"}, seeds=2)
    assert swept == ("model", "lr")
    assert [combination.values for combination in found] == [
        ("compact", "1e-3"), ("compact", "2e-3"), ("swift", "1e-3"), ("swift", "2e-3"),
    ]  # fmt: skip
    assert [config.seed for config in found[0].configs] == [7, 8]
    assert {(config.lr, config.epochs) for config in found[3].configs} == {(2e-3, 2)}


def test_what_is_chosen_is_chosen_by_images_that_are_held_out() -> None:
    _, found = combinations({"recipe": "sprint", "lr": "5e-3,1e-2"}, seeds=1)
    assert not any(config.all_data for combination in found for config in combination.configs)
    _, wished = combinations({"recipe": "sprint", "lr": "5e-3,1e-2", "all_data": "yes"}, seeds=1)
    assert all(config.all_data for combination in wished for config in combination.configs)
    _, (mean,) = combinations({"recipe": "sprint"}, seeds=2)
    assert mean.configs == tuple(TrainConfig.of("sprint", seed=seed) for seed in (0, 1)), "nothing is chosen"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lr": "1e-3"}, "needs a setting with several values"),
        ({"lr": "1e-3,fast"}, "lr must be a number, not 'fast'"),
        ({"lr": "1e-3,-1"}, "lr must be above 0"),
        ({"lr": "1e-3,2e-3", "epochs": "1_0"}, "epochs must be a number, not '1_0'"),
        ({"lr": "1e-3,\u0663"}, "lr must be a number"),
        ({"model": "compact,big"}, "unknown model 'big'"),
        ({"seed": ",".join(map(str, range(1001)))}, "this would be 1,001 runs"),
        ({"all_data": "True,False"}, "must be yes or no"),
        ({"lr": "1e-3,0.001"}, "has 0.001 twice"),
        ({"threads": "1,2"}, "takes one value in a sweep"),
    ],
)
def test_what_cannot_be_swept_is_one_line(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        combinations(given, seeds=1)


def test_the_last_seed_is_told_as_what_it_is() -> None:
    _, found = combinations({"lr": "1e-3,2e-3", "seed": str(LARGEST_SEED - 1)}, seeds=2)
    assert [config.seed for config in found[1].configs] == [LARGEST_SEED - 1, LARGEST_SEED]
    with pytest.raises(UsageError, match=f"last of 3 seeds would be above {LARGEST_SEED:,}: give a smaller --seed"):
        combinations({"lr": "1e-3,2e-3", "seed": str(LARGEST_SEED - 1)}, seeds=3)


def test_many_combinations_are_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is looked at once, and not compared with each other one, which takes some ten seconds."""
    looked_at = list[TrainConfig]()

    def look(config: TrainConfig) -> tuple[object, ...]:
        looked_at.append(config)
        return apart_from_seed(config)

    monkeypatch.setattr("mnist_sum_tui.training.sweep.apart_from_seed", look)
    _, found = combinations({"lr": ",".join(f"{place}e-5" for place in range(1, 101))}, seeds=1)
    assert len(found) == len(looked_at) == 100


def test_seeds_are_chosen_in_one_way() -> None:
    _, found = combinations({"seed": "1,2"}, seeds=1)
    assert [config.seed for combination in found for config in combination.configs] == [1, 2]
    with pytest.raises(UsageError, match="this would be 1,002 runs"):
        combinations({"lr": "1e-3,2e-3"}, seeds=501)
    with pytest.raises(UsageError, match="leave out --seeds, or give one --seed"):
        combinations({"seed": "1,2"}, seeds=3)


def test_a_run_is_the_same_whatever_the_machine() -> None:
    config = TrainConfig.of("standard", model="swift")
    assert is_same(config, replace(config, threads=1, keep=0))
    assert not is_same(config, replace(config, lr=0.1))
    assert not is_same(config, replace(config, epochs=9))


def test_a_run_that_ended_by_itself_is_the_one_that_was_wanted() -> None:
    wanted = TrainConfig.of("standard", model="swift", patience=2)
    assert wanted.epochs == recorded.EPOCHS
    ended = Changed(step=860, epoch=2, elapsed=9.0, at=860, setting="epochs", before="5", value="2")
    end = recorded.finished()
    assert isinstance(end, Finished)
    shorter = Summary(
        Run(Path("x")), replace(wanted, epochs=2), "completed", starts=(recorded.started(),), changed=(ended,),
        finished=replace(end, message="the validation has not got better for 2 epochs"),
    )  # fmt: skip
    longer = replace(recorded.started(), epochs=9)
    assert is_run_of(wanted, shorter)
    assert is_run_of(wanted, replace(shorter, changed=(), config=wanted))
    assert is_run_of(wanted, replace(shorter, finished=None)), "cut off at its end"
    assert not is_run_of(wanted, replace(shorter, finished=end)), "shortened by hand"
    assert not is_run_of(replace(wanted, patience=0), replace(shorter, config=replace(wanted, patience=0, epochs=2)))
    assert not is_run_of(wanted, replace(shorter, starts=(*shorter.starts, longer))), "trained further since"
    assert not is_run_of(wanted, replace(shorter, changed=(), config=replace(wanted, epochs=9)))
    turned = replace(ended, setting="lr", before="x1", value="x0.5")
    assert not is_run_of(wanted, replace(shorter, config=wanted, changed=(turned,)))
    assert not is_run_of(wanted, replace(shorter, config=None))
    limited = replace(wanted, patience=0, max_minutes=1.0)
    assert is_run_of(limited, replace(shorter, config=replace(limited, epochs=2))), "as many epochs as fit"


def summary(digit: float, total: float, held_out: int = 0) -> Summary:
    begun = (replace(recorded.started(), validation_images=held_out),) if held_out else ()
    done = recorded.finished()
    assert isinstance(done, Finished)
    done = replace(done, digit_accuracy=digit, sum_accuracy=total)
    return Summary(Run(Path("x")), None, "completed", starts=begun, finished=done)


def test_the_mean_over_seeds_and_what_is_chance() -> None:
    best = outcome(("a",), [summary(0.99, 0.99), summary(0.98, 0.98)])
    assert len(best.runs) == 2
    first, second = replace(summary(0.98, 0.98), elapsed=30.0), replace(summary(0.99, 0.99), elapsed=50.0)
    assert (outcome(("a",), [first, second]).best, outcome(("a",), [first, second]).elapsed) == (second, 40.0)
    assert [best.digit, best.mean] == pytest.approx([0.985, 0.985])
    assert best.error == pytest.approx(0.005)
    assert best.is_like(outcome(("b",), [summary(0.98, 0.98), summary(0.981, 0.981)]))
    assert not best.is_like(outcome(("c",), [summary(0.9, 0.9), summary(0.901, 0.901)]))
    alone = outcome(("d",), [summary(0.99, 0.99)])
    assert alone.error == pytest.approx((9_902 * 102 / 10_004**3) ** 0.5), "of one run: by the number of test images"
    held_out = outcome(("e",), [summary(0.99, 0.99, held_out=100)])
    assert held_out.error == pytest.approx((101 * 3 / 104**3) ** 0.5), "or of those held out"


def test_what_is_chosen_is_chosen_by_validation_although_there_was_a_test() -> None:
    both = replace(summary(0.99, 0.99), epochs=(epoch_done(1, 0.8),))
    assert outcome(("a",), [both, both]).mean == pytest.approx(0.8)


def test_seeds_that_are_alike_by_luck_are_as_uncertain_as_their_images() -> None:
    alike = outcome(("a",), [summary(0.9, 0.9, held_out=50), summary(0.9, 0.9, held_out=50)])
    assert alike.error == pytest.approx((47 * 7 / 54**3 / 2) ** 0.5)
    assert alike.is_like(outcome(("b",), [summary(0.86, 0.86, held_out=50), summary(0.88, 0.88, held_out=50)]))


def test_a_combination_of_which_a_run_diverged_has_no_mean() -> None:
    gone = replace(summary(0.99, 0.99), state="diverged", finished=None)
    found = outcome(("a",), [summary(0.99, 0.99), gone])
    assert (len(found.runs), found.diverged, found.digit, found.total, found.error) == (2, 1, None, None, None)
    assert found.mean < outcome(("b",), [summary(0.0, 0.0)]).mean, "never the best"
    assert not found.is_like(found)
    assert not outcome(("b",), [summary(0.9, 0.9)]).is_like(found)
    assert (found.best_id, outcome(("c",), [gone]).best_id) == ("x", None)
