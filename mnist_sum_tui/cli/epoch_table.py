"""The table of a run's epochs as lines of text, with the columns that fit and have values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from mnist_sum_tui.cli.layout import is_plain, width_of
from mnist_sum_tui.formatting import duration, loss_figure, percent
from mnist_sum_tui.runs.events import EpochDone

if TYPE_CHECKING:
    from rich.console import Console

LOSS, TRAINED, VALIDATED = "training loss", "training accuracy", "validation accuracy"
COLUMN = {LOSS: 7, TRAINED: 8, VALIDATED: 9}
"""the width of the two columns of each group, digit and sum; a group's title is as wide as both"""
SPARE = (TRAINED, LOSS)
"""the groups that are left out in a narrow terminal, in this order"""
TIME = 7


@dataclass(frozen=True, slots=True)
class EpochTable:
    """The columns of the table; `header` and `row` give its lines."""

    epochs: int
    is_validated: bool
    """whether images are held out; without them there is no validation, and so no best epoch"""
    groups: tuple[str, ...]
    is_timed: bool = True

    @classmethod
    def for_run(cls, out: "Console", epochs: int, done: Sequence[EpochDone] = (), is_validated: bool = False) -> Self:
        """The table of a run with so many epochs; it shows validation if asked to, or if an epoch in `done` has one."""
        is_validated = is_validated or any(epoch.val_digit_accuracy is not None for epoch in done)
        found = cls(epochs, is_validated, tuple(COLUMN) if is_validated else (LOSS, TRAINED))
        width = width_of(out)
        for name in SPARE:
            if width is not None and len(found.header()[1]) > width and len(found.groups) > 1:
                found = replace(found, groups=tuple(group for group in found.groups if group != name))
        return replace(found, is_timed=width is None or len(found.header()[1]) <= width)

    def header(self) -> list[str]:
        """Two lines: the groups and their columns; no lines if each row is a sentence (`--plain`)."""
        if is_plain():
            return []
        first, second = " " * self._first, f"{'epoch':<{self._first}}"
        for name in self.groups:
            width = COLUMN[name]
            first += f"  {name:^{2 * width + 1}}"
            second += f"  {'digit':>{width}} {'sum':>{width}}"
        second += f"  {'elapsed':>{TIME}}" if self.is_timed else ""
        return [first.rstrip(), second + ("  best" if self._marks_best else "")]

    def row(self, event: EpochDone) -> str:
        """The line of a finished epoch; a star marks the best so far."""
        cells = {
            LOSS: (loss_figure(event.digit_loss), loss_figure(event.sum_loss)),
            TRAINED: (percent(event.digit_accuracy), percent(event.sum_accuracy)),
            VALIDATED: (percent(event.val_digit_accuracy), percent(event.val_sum_accuracy)),
        }
        if is_plain():
            said = [f"{name} digit {cells[name][0]}, sum {cells[name][1]}" for name in self.groups]
            said.append(f"after {duration(event.elapsed)}")
            best = ["the best so far"] if self._marks_best and event.best else []
            return "; ".join([f"epoch {event.epoch}/{self.epochs}", *said, *best]) + "."
        line = f"{f'{event.epoch}/{self.epochs}':<{self._first}}"
        for name in self.groups:
            line += "  " + " ".join(f"{cell:>{COLUMN[name]}}" for cell in cells[name])
        line += f"  {duration(event.elapsed):>{TIME}}" if self.is_timed else ""
        return line + ("  *" if self._marks_best and event.best else "")

    @property
    def _marks_best(self) -> bool:
        """Whether there is a best epoch; of a single one, none is."""
        return self.is_validated and self.epochs > 1

    @property
    def _first(self) -> int:
        return max(len("epoch"), 2 * len(str(self.epochs)) + 1)
