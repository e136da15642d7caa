"""Layers most of whose units are dead, by the Health events, and the coach's sentence on it. No torch."""

from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.events import Health

SILENT = 0.5
"""the share of dead units from which on they are mentioned"""


def short_name(name: str) -> str:
    """A layer's name without the words before its last part, but with numbers: `0.conv1` for `branches.0.conv1`."""
    parts = name.split(".")
    return ".".join(part for place, part in enumerate(parts) if part.isdecimal() or place == len(parts) - 1)


class DeadUnits:
    """Since when a layer has mostly dead units."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self.words = ""
        """the sentence on the first layer that was so in two looks, one after the other; empty before"""

    def note(self, event: Health) -> None:
        """Take in the next look at the layers."""
        dead = {name: share for name, share in zip(event.layers, event.dead, strict=True) if share >= SILENT}
        for name, share in dead.items():
            if name in self._since and not self.words:
                found = f"{percent(share, 0)} of {short_name(name)}'s units give 0 since about step"
                advice = "see the health of the layers on page Inside (F6)"
                self.words = f"{found} {self._since[name]:,}, and learn no more: {advice}"
        self._since = {name: self._since.get(name, event.step) for name in dead}
