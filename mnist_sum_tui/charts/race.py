"""The race of a run against its ghost, the best earlier run: who reached an accuracy sooner, and why, in words."""

from collections.abc import Sequence

from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.formatting import duration, first_fit, percent

SAME_TIME = 0.05
"""a smaller lead, in seconds, counts as the same time"""
TURNED = "this one had knobs turned while it trained"
CROWDED = "other programs took cores from one of them"
"""what may be why one was ahead; how their settings differed at first then explains little"""


def race(series: Series, ghost: Series) -> list[tuple[str, float, str]]:
    """For each accuracy that both runs reached: its text, and the lead over the ghost run in seconds and in words.

    The seconds are negative if the run is behind. There are none if it has lost what it had reached.
    """
    mine, theirs = {} if series.is_lost else series.reached(), ghost.reached()
    found = []
    for target, seconds in mine.items():
        if target in theirs:
            lead = theirs[target] - seconds
            words = f"{duration(abs(lead))} {'sooner' if lead > 0 else 'later'}"
            words = "at the same time" if abs(lead) < SAME_TIME else words
            found.append((percent(target, 1).replace(".0", ""), lead, words))
    return found


def why_apart(series: Series, ghost: Series, differing: str) -> str:
    """Why the newest result of their race is what it is: turned knobs, other programs, or how settings differ."""
    mine, theirs = series.reached(), ghost.reached()
    ends = [(mine[target], theirs[target]) for target in mine.keys() & theirs.keys()]
    ours, other = map(max, zip(*ends, strict=True)) if ends else (0.0, 0.0)
    if any(change.elapsed < ours for change in series.changed):
        return TURNED
    return CROWDED if series.crowded_from < ours or ghost.crowded_from < other else differing


def race_line(found: Sequence[tuple[str, float, str]], model: str, name: str, width: int, why: str = "") -> str:
    """The newest result of a race as a sentence; if there is room, with the reason and the ghost run's name."""
    ghost = f"the best earlier {model} run"  # "best" alone may be an epoch, or the best of all runs
    if not found:
        return f"The faint dashes are {ghost}, {name}"
    mark, lead, words = found[-1]
    than = "as" if abs(lead) < SAME_TIME else "than"
    sentence = f"Sum reached {mark} {words} {than} {ghost}"
    earlier = ", ".join(f"{mark} {words}" for mark, _, words in found[-2:-4:-1])
    short = f"Sum at {mark} {words} {than} the best earlier run"
    named = f"{sentence}, {name}"
    at_least = f"Sum at {mark} {words} {than} the best run"
    with_why = [f"{form}: {why}" for form in (named, sentence, short, at_least) if why]
    if brief := {TURNED: "with knobs turned", CROWDED: "beside other programs"}.get(why):  # no race of equals
        told = [f"{form}, {brief}" for form in (sentence, short, at_least, f"Sum at {mark} {words}")]
        return first_fit([*with_why, *told], width)
    with_earlier = [f"{named} ({earlier})"] if earlier else []
    return first_fit([*with_why, *with_earlier, named, sentence, short, f"Sum at {mark} {words}"], width)
