"""Undo: the settings that the user has changed while the run trains, and the values that the key for undoing brings."""

from dataclasses import dataclass

from mnist_sum_tui.runs.events import Changed


@dataclass(slots=True, eq=False)
class _Turned:
    setting: str
    before: str
    is_told: bool = False
    """whether an event has said that the change was made"""


class Undo:
    """The changes in their order. A change that one event tells is one, however many keys it took."""

    def __init__(self) -> None:
        self._turned: list[_Turned] = []

    def __bool__(self) -> bool:
        return bool(self._turned)

    def push(self, setting: str, before: str) -> None:
        """Note that a setting is about to change from a value."""
        self._turned.append(_Turned(setting, before))

    def pop(self) -> tuple[str, str]:
        """Take the last change back: its setting, and the value before."""
        last = self._turned.pop()
        return last.setting, last.before

    def note(self, event: Changed) -> None:
        """Make one change of those that the event tells; later ones, which it does not know yet, stay."""
        asked = [turned for turned in self._turned if turned.setting == event.setting and not turned.is_told]
        later = next(
            (place for place, turned in enumerate(asked) if place and turned.before == event.value), len(asked)
        )
        for turned in asked[1:later]:
            self._turned.remove(turned)
        for turned in asked[:1]:
            turned.before, turned.is_told = event.before, True
