"""Fold runs that differ only in their seed into one row: the mean of their results, and how much they vary."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from mnist_sum_tui.runs.differences import apart_from_seed, epochs_asked
from mnist_sum_tui.runs.given_names import given_name
from mnist_sum_tui.runs.summary import Summary


@dataclass(frozen=True, slots=True, eq=False)
class Fold(Summary):
    """Several runs shown as one: the newest, but with the total of their sizes, and with the means of their results.

    The time, too, is a mean: of those that were tested, if one was, because others may have just begun.
    """

    members: tuple[Summary, ...] = ()
    """the folded runs, the newest first, each with another seed"""

    @classmethod
    def of(cls, members: Iterable[Summary]) -> "Fold":
        """Fold at least two runs, which come with the newest first."""
        runs = tuple(members)
        values: dict[str, Any] = {item.name: getattr(runs[0], item.name) for item in fields(Summary)}
        fold = cls(**{**values, "size": sum(run.size for run in runs)}, members=runs)
        return replace(fold, elapsed=statistics.mean(run.elapsed for run in fold.averaged))

    @property
    def is_tested(self) -> bool:
        """Whether the accuracies are those of the final test; if so, the means leave out members without a test."""
        return any(run.is_tested for run in self.members)

    @property
    def averaged(self) -> list[Summary]:
        """The members that the means are of: those that were tested, or all if none was."""
        return [run for run in self.members if run.is_tested == self.is_tested]

    def values(self, name: str) -> list[float]:
        """The members' `digit_accuracy` or `sum_accuracy` (the name), all of the test or all of validation."""
        return [value for run in self.averaged if (value := getattr(run, name)) is not None]

    def deviation(self, name: str) -> float | None:
        """The standard deviation of `values`; None if there are fewer than two."""
        values = self.values(name)
        return statistics.stdev(values) if len(values) > 1 else None

    @property
    def digit_accuracy(self) -> float | None:
        """The mean of the members' digit accuracies."""
        return _mean(self.values("digit_accuracy"))

    @property
    def sum_accuracy(self) -> float | None:
        """The mean of the members' sum accuracies."""
        return _mean(self.values("sum_accuracy"))

    @property
    def validation_accuracy(self) -> float | None:
        """The mean validation accuracy of the members that were validated."""
        return _mean([value for run in self.members if (value := run.validation_accuracy) is not None])


def members_of(run: Summary) -> tuple[Summary, ...]:
    """The runs behind a row of a table: the members of a Fold, or the run itself."""
    return run.members if isinstance(run, Fold) else (run,)


def folded(runs: Iterable[Summary]) -> tuple[Summary, ...]:
    """The runs, with those that differ only in their seed folded into one, at the place of the first of them.

    If settings were changed during training, or epochs added later, the same changes are needed, and so are the same
    images, a network of as many parameters and the same `--name`, such as a student's. A further run with the same seed
    stays by itself, because it would count that seed twice.
    """
    groups: dict[object, dict[int, Summary]] = {}
    runs = tuple(runs)
    known_first = sorted(dict.fromkeys(run.images for run in runs), key=lambda images: not images.sha256)
    for run in runs:
        turned = tuple((event.at, event.setting, event.value) for event in run.changed)
        images = next(each for each in known_first if each.same_as(run.images))
        key: object = object()
        if run.config is not None:
            name = given_name(run.run, run.config.model)
            key = apart_from_seed(run.config), epochs_asked(run), turned, images, run.parameters, name
        seed = 0 if run.config is None else run.config.seed
        if seed in groups.get(key, {}):
            key = object()
        groups.setdefault(key, {})[seed] = run
    return tuple(Fold.of(group.values()) if len(group) > 1 else next(iter(group.values())) for group in groups.values())


def _mean(values: list[float]) -> float | None:
    return statistics.mean(values) if values else None
