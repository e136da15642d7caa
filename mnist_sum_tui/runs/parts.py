"""The parts of a run: one more begins where the user resumes it with another number of epochs than it has by then."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

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
    asked = list(starts[:1])
    for start in starts[1:]:
        before = _divided([*asked, start], changed)[-2]
        # a change after the checkpoint is made again by the resumption, perhaps for this very step
        again = {int(event.value) for event in changed if event.setting == "epochs" and event.at == start.step}
        if start.epochs not in {before.epochs_at(start.step), *again}:
            asked.append(start)
    return _divided(asked, changed)


def all_changes(starts: Sequence[Started], changed: Sequence[Changed]) -> list[Changed]:
    """The changes of a run, with those of its number of epochs that were asked for when it was resumed."""
    found, before = list[Changed](), None
    for part in parts_of(starts, changed):
        start = part.start
        if before is not None:
            epochs = {"before": str(before.epochs_at(start.step)), "value": str(start.epochs)}
            at = start.step
            found.append(Changed(step=at, epoch=start.epoch, elapsed=start.elapsed, at=at, setting="epochs", **epochs))
        found += part.changed
        before = part
    return found or list(changed)


def _divided(starts: Sequence[Started], changed: Sequence[Changed]) -> list[Part]:
    """Parts that begin at these starts, with the changes that were made in each."""
    parts = [Part(start) for start in starts]
    begins = [(start.step, start.elapsed) for start in starts]
    for event in changed if parts else ():
        parts[max(bisect_right(begins, (event.step, event.elapsed)) - 1, 0)].changed.append(event)
    return parts
