"""SystemLines: the load of the machine in two lines, read once per second while our own training runs."""

from typing import TYPE_CHECKING

from mnist_sum_tui.formatting import byte_size, percent, plural
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.common import Line

if TYPE_CHECKING:
    from mnist_sum_tui.machine.figures import Figures, Meter
    from mnist_sum_tui.runs.events import System

READ_SECONDS = 1.0
UNKNOWN = "The machine's figures appear after ten seconds of training."
UNRECORDED = "The machine's figures were not recorded:\na run's first ones are those after ten seconds."


class SystemLines(Line):
    """Shows the machine's figures in the words of `system_words`."""

    _meter: "Meter | None" = None

    def show(self, last: "System | None", is_ours: bool, is_live: bool) -> None:
        """Show the present figures if this process trains, or else the last ones of the run."""
        if is_ours and self._meter is not None:
            if self._meter.age >= READ_SECONDS:
                self.say(system_words(self._meter.read()))
            return
        self.say(system_words(last) if last else UNKNOWN if is_live else UNRECORDED)
        self._meter = None  # else the next training's first figures would be those of the time between
        if is_ours:
            from mnist_sum_tui.machine.figures import Meter

            self._meter = Meter()


def system_words(found: "Figures | System") -> str:
    """A line about cores and memory, and one about GPU and temperature, as far as they are known.

    The share is called the run's, because the run may be one that another process trains or trained.
    """
    others = "" if found.others is None else f", others {percent(found.others, 0)}"
    memory = "" if found.memory is None else f" {BRAILLE.between} memory {byte_size(found.memory)}"
    parts = []
    if found.gpu is not None:
        parts.append(f"GPU {percent(found.gpu, 0)}")
    if found.gpu_memory is not None:
        parts.append(f"GPU memory {byte_size(found.gpu_memory)}")
    if found.temperature is not None:
        parts.append(f"processor {found.temperature:.0f} degrees")
    second = f" {BRAILLE.between} ".join(parts) or "no GPU is used, and the temperature is not known"
    return f"this run {percent(found.own, 0)} of {plural(found.cores, 'core')}{others}{memory}\n{second}"
