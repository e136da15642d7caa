"""Choice: a Select of one row whose choices are described by words that may change while one chooses."""

from collections.abc import Iterable, Mapping

from textual.widgets import Select
from textual.widgets._select import SelectCurrent


class Choice(Select[str]):
    """A Select among names."""

    def __init__(self, names: Iterable[str], value: str, *, id: str) -> None:
        super().__init__([(name, name) for name in names], value=value, allow_blank=False, id=id, compact=True)
        self._words: dict[str, str] = {}

    def describe(self, words: Mapping[str, str]) -> None:
        """Show other words for the same names; what is chosen stays. An open list would lose its place and waits."""
        if self._words == words or self.expanded:
            return
        self._words = dict(words)
        with self.prevent(Select.Changed):
            value = str(self.value)
            self.set_options([(text, name) for name, text in words.items()])
            self.value = value
            self.query_one(SelectCurrent).update(words[value])  # the first choice is not drawn again by itself
