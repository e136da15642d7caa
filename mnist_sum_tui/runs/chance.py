"""How far an accuracy may be off by chance, because it is measured on so many images and no more."""

import math
import statistics
from collections.abc import Sequence

from mnist_sum_tui.formatting import first_fit, percent
from mnist_sum_tui.runs.seed_groups import Fold, folded, members_of
from mnist_sum_tui.runs.summary import ONLY_GUESSES, Summary
from mnist_sum_tui.sizes import NUMBERS

ERRORS_APART = 2.0
"""two shares count as different if they are more than this many standard errors apart; by chance 1 of 20 pairs is"""
STUDENT = (4.30, 2.78, 2.45, 2.31, 2.23, 2.18, 2.14, 2.12, 2.10)
"""the same for means of 2, 3, ... and of 10 or more seeds, because the standard error from few seeds is itself a guess,
and often too small: the 97.5 % quantiles of Student's t with 2n - 2 degrees of freedom for n seeds, from its table"""


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


def is_chance(difference: float, *errors: float, seeds: int = 1) -> bool:
    """Whether a difference of two values with these standard errors may be chance; they may be means over seeds."""
    sure = ERRORS_APART if seeds < 2 else STUDENT[min(seeds - 2, len(STUDENT) - 1)]
    return abs(difference) <= sure * math.hypot(*errors)


def about_chance(runs: Sequence[Summary], width: int = 1000, names: Sequence[str] = ()) -> str:
    """Whether the sums of two runs differ by more than chance, in a sentence, a short one if there is little room.

    Several runs that make two groups, each with the same settings and several seeds, are compared by their means.
    `names` are the signs or letters of the runs where they are shown; each goes before its sum.

    Empty if there are other runs, if they were not tested on the same images, if one only guesses, or if their sums are
    equally good. That an image hard for one run is so for the other is left out: the true uncertainty is smaller.
    """
    members = [
        (member, name) for run, name in zip(runs, names or [""] * len(runs), strict=True) for member in members_of(run)
    ]
    shares, images = _sums([run for run, _ in members])
    if not len(runs) == len(members) == 2:
        return _about_seeds(members, images, width)
    if not images or shares[0] == shares[1]:
        return ""
    errors = [standard_error(share, images) for share in shares]
    first, second = (f"{name} {percent(share)}".lstrip() for name, share in zip(names or ("", ""), shares, strict=True))
    one, other = (f"{100 * error:.2f}" for error in errors)
    difference = plus_four(shares[0], images) - plus_four(shares[1], images)
    likely = f"the difference {'may be' if (alike := is_chance(difference, *errors)) else 'is more than'} chance"
    which = "" if alike else " for these images"
    more = "other seeds may still differ (mnist-sum guide experiments)"
    whole = f"sum: {first} (standard error {one} points), {second} ({other}): {likely}{which}"
    short = f"sums: {first} +-{one}, {second} +-{other}: {likely}"
    return first_fit((f"{whole}; {more}", whole, short, f"sums: {likely}"), width)


def _sums(runs: Sequence[Summary]) -> tuple[list[float], int]:
    """The runs' sum accuracies in the test, and the number of its images; 0 if they cannot be compared."""
    ends = [run.finished for run in runs if run.state_word != ONLY_GUESSES]
    shares = [end.sum_accuracy for end in ends if end is not None and end.sum_accuracy is not None]
    pairs = {end.pairs for end in ends if end is not None}
    is_same = len(shares) == len(runs) and len(pairs) == 1 and all(runs[0].images.same_as(run.images) for run in runs)
    # each image counts with all numbers, but only the images are independent of each other
    return shares, (pairs.pop() or 0) // NUMBERS if is_same else 0


def _about_seeds(members: Sequence[tuple[Summary, str]], images: int, width: int) -> str:
    """As `about_chance`, of two groups of several seeds."""
    groups = [group for group in folded(run for run, _ in members) if isinstance(group, Fold)]
    if not images or len(groups) != 2 or sum(len(group.members) for group in groups) < len(members):
        return ""
    told, means, errors = list[str](), list[float](), list[float]()
    for group in groups:
        shares = group.values("sum_accuracy")
        means.append(statistics.mean(shares))
        errors.append(error_of_mean(shares, images))
        signs = ", ".join(dict.fromkeys(name for run, name in members if run in group.members))
        told.append(f"{signs} {percent(means[-1])} ({100 * errors[-1]:.2f})".lstrip())
    seeds = min(len(group.members) for group in groups)
    alike = is_chance(means[0] - means[1], *errors, seeds=seeds)
    likely = f"the difference {'may be' if alike else 'is more than'} chance"
    means_of = f"means of {seeds} seeds" if len({len(group.members) for group in groups}) == 1 else "means over seeds"
    whole = f"sum, {means_of}, with their standard errors in points: {told[0]}, {told[1]}: {likely}"
    return first_fit((whole, f"sums (standard error): {told[0]}, {told[1]}: {likely}", f"sums: {likely}"), width)
