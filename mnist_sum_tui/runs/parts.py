"""The parts of a run: one more begins where the user resumes it with another number of epochs than it has by then."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mnist_sum_tui.runs.events import Changed, Started
from mnist_sum_tui.runs.knob_turns import turned


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a run, which may have been stopped and resumed within it."""

    start: Started
    """with the number of epochs that was asked for"""
    changed: list[Changed] = field(default_factory=list)
    """the changes that were made in it, perhaps for a later step"""

    def epochs_at(self, step: int) -> int:
        """The number of epochs that holds at a step."""
        held = turned((event.turn for event in self.changed), step).get("epochs")
        return int(held.value) if held else self.start.epochs


def parts_of(starts: Sequence[Started], changed: Sequence[Changed]) -> list[Part]:
    """The parts of a run in order; none without a start."""
    set_for = defaultdict[int, set[int]](set)
    for event in changed:
        if event.setting == "epochs":
            set_for[event.at].add(int(event.value))
    parts, waiting = list[Part](), deque(changed)
    for start in starts:
        while parts and waiting and (waiting[0].step, waiting[0].elapsed) < (start.step, start.elapsed):
            parts[-1].changed.append(waiting.popleft())
        # a change after the checkpoint is made again by the resumption, perhaps for this very step
        if not parts or start.epochs not in {parts[-1].epochs_at(start.step), *set_for[start.step]}:
            parts.append(Part(start))
    if parts:
        parts[-1].changed.extend(waiting)
    return parts


def all_changes(starts: Sequence[Started], changed: Sequence[Changed]) -> list[Changed]:
    """The changes of a run, with those of its number of epochs that were asked for when it was resumed."""
    parts = parts_of(starts, changed)
    if not parts:
        return list(changed)
    found = [*parts[0].changed]
    for before, part in pairwise(parts):
        start, at = part.start, part.start.step
        epochs = {"before": str(before.epochs_at(at)), "value": str(start.epochs)}
        found.append(Changed(step=at, epoch=start.epoch, elapsed=start.elapsed, at=at, setting="epochs", **epochs))
        found += part.changed
    return found
