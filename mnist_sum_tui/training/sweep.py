"""A sweep: one training with every combination of some settings, and what differs by more than chance. No torch."""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mnist_sum_tui.config import LARGEST_SEED, TrainConfig, kinds, option_name
from mnist_sum_tui.errors import SettingError, UsageError
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.chance import error_of_mean, is_chance
from mnist_sum_tui.runs.differences import INDIFFERENT, apart_from_seed
from mnist_sum_tui.runs.events import ALL_DONE
from mnist_sum_tui.runs.knob_turns import number_in
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.sizes import NUMBERS

MOST_RUNS = 1_000


@dataclass(frozen=True, slots=True)
class Combination:
    """One value for each swept setting, as the user wrote it, and the configs with these values, one for each seed."""

    values: tuple[str, ...]
    configs: tuple[TrainConfig, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a combination: mean accuracies over the runs with its seeds, as fractions of 1.

    They are None if a run diverged.
    """

    values: tuple[str, ...]
    runs: tuple[str, ...]
    """their ids"""
    digit: float | None
    total: float | None
    error: float | None
    """the standard error of `mean`: over the seeds, but at least that of so many runs' images, because a few seeds may
    be alike by luck; for a single run that of its images, which says nothing of other seeds"""
    elapsed: float
    """the mean of their seconds of training"""
    best: Summary
    """the best of the runs"""
    diverged: int = 0
    """how many of the runs diverged"""

    @property
    def best_id(self) -> str | None:
        """The id of the best run; None if all diverged."""
        return self.best.run.id if self.diverged < len(self.runs) else None

    @property
    def mean(self) -> float:
        """The mean of both accuracies; -1 if a run diverged, for sorting."""
        return -1.0 if self.digit is None or self.total is None else (self.digit + self.total) / 2

    def is_like(self, other: "Outcome") -> bool:
        """Whether the difference to another outcome may be chance; the best of many is the best partly by luck, too."""
        if self.error is None or other.error is None:
            return False
        return is_chance(self.mean - other.mean, self.error, other.error)


def combinations(given: Mapping[str, str], seeds: int) -> tuple[tuple[str, ...], list[Combination]]:
    """The names of the settings with several values, and all combinations; each is trained with `seeds` seeds.

    `given` are settings as text; several values are separated by commas. Where a value is to be chosen, validation
    images are held out, whatever the recipe says, unless `all_data` is given: test images must choose nothing.

    Raises:
        UsageError: a value is invalid, no setting has several values, or there would be too many runs.
    """
    lists = {name: [part.strip() for part in text.split(",")] for name, text in given.items()}
    swept = tuple(name for name, parts in lists.items() if len(parts) > 1)
    _check(lists, swept, seeds)
    found: list[Combination] = []
    known: set[object] = set()
    for values in itertools.product(*lists.values()):
        chosen = {name: value_of(name, text) for name, text in zip(lists, values, strict=True)}
        first = TrainConfig.of(**{"recipe": "standard", **({"all_data": False} if swept else {}), **chosen})
        configs = tuple(replace(first, seed=seed) for seed in range(first.seed, last_seed(first.seed, seeds) + 1))
        shown = tuple(text for name, text in zip(lists, values, strict=True) if name in swept)
        if (key := (first.seed, apart_from_seed(first))) in known:
            raise UsageError(f"the sweep has {', '.join(shown)} twice: leave one out")
        known.add(key)
        found.append(Combination(shown, configs))
    return swept, found


def _check(lists: Mapping[str, Sequence[str]], swept: Sequence[str], seeds: int) -> None:
    """Refuse settings that are no sweep.

    Raises:
        UsageError: no setting has several values, one that has them must not, or there would be too many runs.
    """
    if "max_minutes" in lists:
        raise UsageError("--max-minutes stops a run, and whole ones are compared: leave it out")
    if idle := [name for name in swept if name in INDIFFERENT]:
        raise UsageError(
            f"--{option_name(idle[0])} takes one value in a sweep, because it changes nothing that is learned"
        )
    if "seed" in swept and seeds > 1:
        raise UsageError(
            "--seed with several values and --seeds both choose seeds: leave out --seeds, or give one --seed"
        )
    if not swept and seeds == 1:
        raise UsageError("a sweep needs a setting with several values, such as --lr 1e-3,2e-3, or --seeds 3")
    if (count := seeds * math.prod(map(len, lists.values()))) > MOST_RUNS:
        raise UsageError(f"this would be {count:,} runs: a sweep has at most {MOST_RUNS:,}")


def last_seed(first: int, count: int) -> int:
    """The last of so many seeds.

    Raises:
        UsageError: it would be above LARGEST_SEED.
    """
    if (last := first + count - 1) > LARGEST_SEED:
        raise UsageError(f"the last of {count} seeds would be above {LARGEST_SEED:,}: give a smaller --seed")
    return last


def value_of(name: str, text: str) -> Any:
    """The value of a setting that is given as text.

    Raises:
        UsageError: it is of another type.
    """
    declared = kinds()[name]
    if declared in (int, float):
        return number_in(text, SettingError(f"{option_name(name)} must be a number, not '{text}'"), declared)
    if declared is bool:
        if text not in ("yes", "no"):
            raise SettingError(f"{option_name(name)} must be yes or no, not '{text}'")
        return text == "yes"
    return text


def is_same(config: TrainConfig, other: TrainConfig) -> bool:
    """Whether two configs give the same result: seed and all settings that decide what is learned are equal."""
    return config.seed == other.seed and apart_from_seed(config) == apart_from_seed(other)


def is_run_of(config: TrainConfig, run: Summary) -> bool:
    """Whether a run is the one that is wanted: begun with the same, and changed since by nothing but its own end."""
    if run.config is None:
        return False
    begun = run.starts[0].epochs if run.starts else run.config.epochs
    ends_itself = bool(config.patience or config.target or config.max_minutes)
    is_turned = run.finished is not None and run.finished.message == ALL_DONE  # by hand, if its length was
    if any(event.setting != "epochs" or is_turned or not ends_itself for event in run.changed):
        return False
    known = {begun, *(int(event.value) for event in run.changed)}
    is_longer = any(epochs not in known for epochs in (run.config.epochs, *(start.epochs for start in run.starts)))
    return not is_longer and is_same(config, replace(run.config, epochs=begun))


def _images(run: Summary) -> int:
    """How many images a finished run's accuracies are of: those that were held out, or else the test images."""
    held_out = run.starts[-1].validation_images if run.starts else 0
    pairs = run.finished.pairs if run.finished else 0
    return held_out or max(1, (pairs or 0) // NUMBERS)


def outcome(values: tuple[str, ...], done: Sequence[Summary]) -> Outcome:
    """The result of a combination's runs: in validation, or in the test if no images were held out."""
    runs = tuple(found.run.id for found in done)
    elapsed = statistics.mean(found.elapsed for found in done)
    best = max(done, key=lambda found: found.mean_accuracy)
    if diverged := sum(found.state == "diverged" for found in done):
        return Outcome(values, runs, None, None, None, elapsed, best, diverged)
    pairs = [pair for found in done if (pair := accuracies(found.best_epoch) or accuracies(found.finished))]
    means = [(digit + total) / 2 for digit, total in pairs]
    return Outcome(
        values, runs, statistics.mean(digit for digit, _ in pairs), statistics.mean(total for _, total in pairs),
        error_of_mean(means, _images(done[0])), elapsed, best,
    )  # fmt: skip
