"""Undo: the settings that the user has changed while the run trains, and the values that the key for undoing brings."""


class Undo:
    """The changes in their order. What the training takes as one change is one, however many keys it took."""

    def __init__(self) -> None:
        self._turned: list[tuple[str, str]] = []
        """each change's setting, and its value before"""
        self._taken_back: set[str] = set()
        """settings of which the last change was taken back"""

    def __bool__(self) -> bool:
        return bool(self._turned)

    def push(self, setting: str, before: str, *, goes_on: bool) -> None:
        """Note that a setting was changed from a value; if it `goes_on`, it is still the change before."""
        if not goes_on or setting in self._taken_back:
            self._turned.append((setting, before))
        self._taken_back.discard(setting)

    def pop(self) -> tuple[str, str]:
        """Take the last change back: its setting, and the value before."""
        setting, before = self._turned.pop()
        self._taken_back.add(setting)
        return setting, before
