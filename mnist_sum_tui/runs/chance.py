"""How far an accuracy may be off by chance, because it is measured on so many images and no more."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_sum_tui.formatting import first_fit, percent
from mnist_sum_tui.runs.seed_groups import Fold, folded, members_of
from mnist_sum_tui.runs.summary import ONLY_GUESSES, Summary
from mnist_sum_tui.sizes import NUMBERS

ERRORS_APART = 2.0
"""values count as different if they are more than so many standard errors of the difference apart"""
AGAIN = "other seeds may still differ (mnist-sum guide experiments)"


@dataclass(frozen=True, slots=True)
class Compared:
    """A run, or several that differ in their seed, whose sums are compared with those of others."""

    names: str
    share: float
    """the sum accuracy in the test, or its mean, 0..1"""
    error: float
    """its standard error"""
    seeds: int = 1

    def __str__(self) -> str:
        """What a sentence calls it."""
        return f"{'the mean of ' if self.seeds > 1 else ''}{self.names or percent(self.share)}"


def standard_error(share: float, images: int) -> float:
    """The standard error of a share, 0..1, of so many images; infinite without images.

    It is that of the `plus_four` estimate (Agresti and Coull, 1998), because that of the share itself is 0 where all
    or none are right.
    """
    estimate = plus_four(share, images)
    return math.sqrt(estimate * (1 - estimate) / (images + 4)) if images else math.inf


def error_of_mean(accuracies: Sequence[float], images: int) -> float:
    """The standard error of the mean of accuracies, one per seed and each of so many images.

    It is at least that of the images, because a few seeds may be alike by luck.
    """
    spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
    return max(spread, standard_error(statistics.mean(accuracies), images)) / math.sqrt(len(accuracies))


def plus_four(share: float, images: int) -> float:
    """An estimate of the true share: as if two more images were right and two more were wrong."""
    return (share * images + 2) / (images + 4)


def is_chance(difference: float, *errors: float) -> bool:
    """Whether a difference of two values with these standard errors may be chance; they may be means over seeds."""
    return abs(difference) <= ERRORS_APART * math.hypot(*errors)


def about_chance(runs: Sequence[Summary], width: int = 1000, names: Sequence[str] = ()) -> str:
    """Which of the runs' sums is the highest, and above which by more than chance, in a sentence that fits the width.

    If the runs make groups, each with the same settings and several seeds, these are compared by their means. `names`
    are the signs or letters of the runs where they are shown; each goes before its sum.

    Runs without a test and runs that only guess are left out. Empty if fewer than two are left, if they were not tested
    on the same images, if seeds of one run are beside single runs, or if all sums are equally good. That an image hard
    for one run is so for the other is left out: the true uncertainty is smaller.
    """
    named = [
        (member, name) for run, name in zip(runs, names or [""] * len(runs), strict=True) for member in members_of(run)
    ]
    tested = [(run, name) for run, name in named if run.is_tested and run.state_word != ONLY_GUESSES]
    images, groups = _images([run for run, _ in tested]), folded(run for run, _ in tested)
    if not images:
        return ""
    if len(groups) > 1 and all(isinstance(group, Fold) for group in groups):
        found = [_of_seeds(group, tested, images) for group in groups]
    elif len(named) > len(runs):
        return ""
    else:
        shares = [(name, run.sum_accuracy) for run, name in tested]
        found = [Compared(name, share, standard_error(share, images)) for name, share in shares if share is not None]
    return _about(found, width) if len({each.share for each in found}) > 1 else ""


def _images(runs: Sequence[Summary]) -> int:
    """The number of images that all were tested on; 0 if they cannot be compared.

    Each image counts with all numbers, but only the images are independent of each other.
    """
    pairs = {run.finished.pairs for run in runs if run.finished is not None}
    is_same = len(runs) > 1 and len(pairs) == 1 and all(runs[0].images.same_as(run.images) for run in runs)
    return (pairs.pop() or 0) // NUMBERS if is_same else 0


def _of_seeds(group: Summary, named: Sequence[tuple[Summary, str]], images: int) -> Compared:
    members = members_of(group)
    shares = [share for run in members if (share := run.sum_accuracy) is not None]
    names, mean = ", ".join(dict.fromkeys(name for run, name in named if run in members)), statistics.mean(shares)
    return Compared(names, mean, error_of_mean(shares, images), len(members))


def _about(found: Sequence[Compared], width: int) -> str:
    best, *others = sorted(found, key=lambda each: -each.share)
    parts: dict[str, list[str]] = {"by more than chance": [], "perhaps by chance": []}
    for each in others:
        alike = is_chance(best.share - each.share, best.error, each.error)
        parts["perhaps by chance" if alike else "by more than chance"].append(each.names or percent(each.share))
    above = [f"{how} above {', '.join(names)}" for how, names in parts.items() if names]
    counted = [f"{how} above {len(names)}" for how, names in parts.items() if names]
    figures = "; ".join(f"{each.names} {percent(each.share)} +- {200 * each.error:.2f}".lstrip() for each in found)
    lead, more = f"sums: {best} is the highest", AGAIN if best.seeds == 1 else "more seeds tell more"
    told = f"{lead}, {', '.join(above)}"
    whole = f"{told}: {figures} (two standard errors)"
    return first_fit((f"{whole}; {more}", whole, told, f"{lead}, {', '.join(counted)}"), width)
