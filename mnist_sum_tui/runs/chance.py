"""How far an accuracy may be off by chance, because it is measured on so many images and no more."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from statistics import NormalDist

from mnist_sum_tui.formatting import first_fit, percent
from mnist_sum_tui.runs.seed_groups import Fold, folded, members_of
from mnist_sum_tui.runs.summary import ONLY_GUESSES, Summary
from mnist_sum_tui.sizes import NUMBERS

ERRORS_APART = 2.0
"""two shares count as different if they are more than this many standard errors apart; by chance 1 of 20 pairs is"""
RARE = 0.05
"""how often chance alone may make any of the compared pairs count as different"""
AGAIN = "other seeds may still differ (mnist-sum guide experiments)"
ERRORS = "with their standard errors in points, at least those of the images"
GUIDE = " (mnist-sum guide chance)"


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


def errors_apart(seeds: int = 1, pairs: int = 1) -> float:
    """How many standard errors two values must differ to count as different, of so many pairs (Bonferroni).

    More for means of few `seeds`, because their standard error is itself a guess, and often too small: it is the
    quantile of Student's t with 2 seeds - 2 degrees of freedom, which for even ones is the root of a finite sum.
    """
    if seeds < 2:
        return ERRORS_APART if pairs == 1 else NormalDist().inv_cdf(1 - RARE / 2 / pairs)
    low, high = 0.0, 1000.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        squared = 1 / (1 + middle**2 / (2 * seeds - 2))
        terms = accumulate((squared * (1 - 0.5 / k) for k in range(1, seeds - 1)), mul, initial=1.0)
        is_too_low = 1 - math.sqrt(1 - squared) * sum(terms) > RARE / pairs
        low, high = (middle, high) if is_too_low else (low, middle)
    return high


def is_chance(difference: float, *errors: float, seeds: int = 1, pairs: int = 1) -> bool:
    """Whether a difference of two values with these standard errors may be chance; they may be means over seeds."""
    return abs(difference) <= clear_from(*errors, seeds=seeds, pairs=pairs)


def clear_from(*errors: float, seeds: int = 1, pairs: int = 1) -> float:
    """Up to which difference of two values with these standard errors it may be chance."""
    return errors_apart(seeds, pairs) * math.hypot(*errors)


def about_chance(runs: Sequence[Summary], width: int = 1000, names: Sequence[str] = ()) -> str:
    """Whether the sums of runs differ by more than chance, in a sentence, a short one if there is little room.

    Of two it says which is higher, and whether by chance; of more, which is the highest, and above which others by more
    than that. Runs that make groups, each with the same settings and several seeds, are compared by their means.
    `names` are the signs or letters of the runs where they are shown; each goes before its sum.

    Runs without a test and runs that only guess are left out. Empty if fewer than two are left, if they were not tested
    on the same images, if seeds of one run are beside single runs, or if two sums are equally good. That an image hard
    for one run is so for the other is left out: the true uncertainty is smaller.
    """
    named = [
        (member, name) for run, name in zip(runs, names or [""] * len(runs), strict=True) for member in members_of(run)
    ]
    tested = [(run, name) for run, name in named if run.is_tested and run.state_word != ONLY_GUESSES]
    images = _images([run for run, _ in tested])
    groups = folded(run for run, _ in tested)
    if not images:
        return ""
    if len(groups) > 1 and all(isinstance(group, Fold) for group in groups):
        found = [_of_seeds(group, tested, images) for group in groups]
        return _about_seeds(found, width) if len(found) == 2 else _about_best(found, width)
    if len(named) > len(runs):
        return ""
    found = [
        Compared(name, share, standard_error(share, images) * (images + 4) / images)  # of the share, not of `plus_four`
        for run, name in tested
        if (share := run.sum_accuracy) is not None
    ]
    return _about_two(found, width) if len(found) == 2 else _about_best(found, width)


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


def _about_two(found: Sequence[Compared], width: int) -> str:
    one, other = found
    if one.share == other.share:
        return ""
    first, second = (f"{each.names} {percent(each.share)}".lstrip() for each in (one, other))
    deviation, its = (f"{100 * each.error:.2f}" for each in (one, other))
    likely, near, is_alike = _likely(found)
    which = "" if is_alike else " for these images"
    whole = f"sum: {first} (standard error {deviation} points), {second} ({its}): {near}{which}"
    short = f"sums (standard error): {first} ({deviation}), {second} ({its})"
    return first_fit((f"{whole}; {AGAIN}", whole, f"{short}: {near}", f"sums: {near}", f"sums: {likely}"), width)


def _about_seeds(found: Sequence[Compared], width: int) -> str:
    told = ", ".join(f"{each.names} {percent(each.share)} ({100 * each.error:.2f})".lstrip() for each in found)
    seeds = {each.seeds for each in found}
    likely, near, is_alike = _likely(found, min(seeds))
    means_of = f"means of {min(seeds)} seeds" if len(seeds) == 1 else "means over seeds"
    told_by = "; more seeds tell" if is_alike else ""
    whole, short = f"sum, {means_of}, {ERRORS}: {told}: {near}{told_by}", f"sums (standard error): {told}"
    return first_fit((f"{whole}{GUIDE}", whole, f"{short}: {near}", f"sums: {near}", f"sums: {likely}"), width)


def _likely(found: Sequence[Compared], seeds: int = 1) -> tuple[str, str, bool]:
    """Which of two is higher, and whether by chance: in words, briefly and with how near the limit it is; as a bool."""
    higher, lower = sorted(found, key=lambda each: -each.share)
    apart, limit = higher.share - lower.share, clear_from(higher.error, lower.error, seeds=seeds)
    is_alike = apart <= limit
    places = next((places for places in (2, 3) if round(100 * apart, places) != round(100 * limit, places)), 4)
    difference, most = (f"{100 * value:.{places}f}" for value in (apart, limit))
    if is_alike:
        limits, verdict = f", which may be chance: clear from {most} on", ", which may be chance"
    else:
        limits, verdict = f", more than chance (up to {most})", " by more than chance"
    return f"{higher} is higher{verdict}", f"{higher} is higher by {difference} points{limits}", is_alike


def _about_best(found: Sequence[Compared], width: int) -> str:
    """Above which of three or more others the highest sum is, all pairs counted, because any could be the highest."""
    best, *others = sorted(found, key=lambda each: -each.share)
    seeds, pairs = min(each.seeds for each in found), math.comb(len(found), 2)
    parts: dict[str, list[str]] = {"by more than chance": [], "perhaps by chance": []}
    for each in others:
        alike = is_chance(best.share - each.share, best.error, each.error, seeds=seeds, pairs=pairs)
        parts["perhaps by chance" if alike else "by more than chance"].append(each.names or percent(each.share))
    listed = ", ".join(f"{how} above {', '.join(names)}" for how, names in parts.items() if names)
    counted = ", ".join(f"{how} above {len(names)}" for how, names in parts.items() if names)
    mean = f" over {best.seeds} seeds" if best.seeds > 1 else ""
    figures = f"{percent(best.share)}{mean} (standard error {100 * best.error:.2f} points)"
    rule = f"{pairs} pairs are compared, so only {errors_apart(seeds, pairs):.1f} standard errors count (Bonferroni)"
    lead = f"sums: {best} is the highest"
    forms = [f"{lead}, {listed}: {figures}; {rule}", f"{lead}, {listed}: {figures}", f"{lead}, {listed}"]
    whole = [f"{forms[0]}; {AGAIN}"] if seeds == 1 else []
    return first_fit([*whole, *forms, f"{lead}, {counted}"], width)
