"""Layers most of whose units are dead, by the Health events, and the coach's sentence on it. No torch."""

from collections.abc import Sequence

from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.events import Health

SILENT = 0.5
"""the share of dead units from which on they are mentioned"""
LOOKS = 2
"""in so many looks, one after the other, because one may be chance"""


def short_name(name: str) -> str:
    """A layer's name without the words before its last part, but with numbers: `0.conv1` for `branches.0.conv1`."""
    parts = name.split(".")
    return ".".join(part for place, part in enumerate(parts) if part.isdecimal() or place == len(parts) - 1)


def mostly_dead(looks: Sequence[Health]) -> tuple[str, float] | None:
    """The layer with most dead units in the last look, and their share, if it had many in each of the last LOOKS.

    All looks are at the same layers.
    """
    recent = looks[-LOOKS:]
    found = [
        (shares[-1], name)
        for name, *shares in zip(looks[-1].layers, *(look.dead for look in recent), strict=True)
        if min(shares) >= SILENT
    ]
    share, name = max(found, key=lambda each: each[0], default=(0.0, ""))
    return (name, share) if found else None


class DeadUnits:
    """Since when a layer has mostly dead units."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._last: Health | None = None
        self.words = ""
        """the sentence on the first layer that was so; empty before"""

    def note(self, event: Health) -> None:
        """Take in the next look at the layers."""
        last, self._last = self._last, event
        dead = [name for name, share in zip(event.layers, event.dead, strict=True) if share >= SILENT]
        self._since = {name: self._since.get(name, event.step) for name in dead}
        if self.words or last is None or last.layers != event.layers:
            return
        if (worst := mostly_dead([last, event])) is not None:
            name, share = worst
            found = f"{percent(share, 0)} of {short_name(name)}'s units give 0 since about step"
            advice = "see the health of the layers on page Inside (F6)"
            self.words = f"{found} {self._since[name]:,}, and learn no more: {advice}"
