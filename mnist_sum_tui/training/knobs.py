"""The knobs: settings that may change while a run trains, the number of epochs too, and their values at each step."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mnist_sum_tui.config import TrainConfig, value_words
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.runs.knob_turns import Turn, needed, turned
from mnist_sum_tui.runs.position import Change, Position, with_length
from mnist_sum_tui.training import schedule

BARE = {"lr": "x1"}
"""the value before the first turn, if it is not the config's: the learning rate is turned by a factor"""


class Knobs:
    """The changes of one run. Only RunState adds to them; Batches asks what holds at a step."""

    def __init__(self, config: TrainConfig, lengths: tuple[Change, ...] = (), turns: Iterable[Turn] = ()) -> None:
        self.config = config
        """the settings with which the run was begun"""
        self.lengths = lengths or (Change(0, config.epochs),)
        self.turns = tuple(turns)
        self._turned: tuple[tuple[Turn, ...], TrainConfig] | None = None

    @classmethod
    def of(
        cls, config: TrainConfig, position: Position, epochs: int, later: Sequence[Changed], is_asked: bool = False
    ) -> "Knobs":
        """The knobs of a run that begins at a position; `later` are the changes after its checkpoint.

        `epochs` is the number of epochs in the checkpoint's config. If `is_asked`, the user asks for the number in
        `config` now, and it wins. Else it is that of config.json, which was set last, perhaps for a later step (or the
        number before, if the run was killed just then), or that which the user had asked for before a kill.
        """
        found: tuple[Turn, ...] = (*position.turns, *(event.turn for event in later))
        to_come = [turn for turn in found if turn.setting == "epochs" and turn.step >= position.step]
        before = [event.before for event in later if event.setting == "epochs"]
        if before and len(before) == len(to_come):  # all of them were made after the checkpoint
            epochs = int(before[0])
        elif position.changes:
            epochs = position.changes[-1].epochs
        if not is_asked and config.epochs in {turn.number for turn in to_come}:  # which holds only from that step on
            config = replace(config, epochs=epochs)
        elif is_asked or config.epochs != epochs:  # the user's number takes their place
            found = tuple(turn for turn in found if turn not in to_come)
        lengths = with_length(position.changes or (Change(0, epochs),), position.step, config.epochs)
        return cls(config, lengths, needed(found, position.step))

    @property
    def epochs(self) -> int:
        """How many epochs the run has, by its changes so far."""
        return self.lengths[-1].epochs

    def value_at(self, setting: str, step: int) -> str:
        """A setting's value at a step, as `--change` writes it."""
        turn = turned(self.turns, step).get(setting)
        if setting == "epochs" and not (turn and turn.step > self.lengths[-1].step):
            return str(self.epochs)
        return turn.value if turn else BARE.get(setting) or value_words(setting, getattr(self.config, setting))

    def rate_at(self, step: int, steps_per_epoch: int) -> float:
        """The learning rate of a step, counted from 0: the schedule's, times the factor that the user has set."""
        return schedule.rate_at(self.config, self.lengths, steps_per_epoch, step) * self.factor_at(step)

    def factor_at(self, step: int) -> float:
        """The factor by which the user has turned the learning rate of a step; 1 without a turn."""
        turn = self.rate_turn_at(step) if self.turns else None
        return turn.number if turn else 1.0

    def rate_turn_at(self, step: int) -> Turn | None:
        """The turn of the learning rate that holds at a step; None before the first."""
        return turned(self.turns, step).get("lr")

    def config_at(self, step: int) -> TrainConfig | None:
        """The config with the settings that hold at a step, learning rate aside; None if none was changed."""
        if not self.turns:
            return None
        held = turned(self.turns, step)
        turns = tuple(turn for name, turn in held.items() if name not in ("lr", "epochs"))
        if self._turned is None or self._turned[0] != turns:
            values: dict[str, Any] = {turn.setting: turn.setting_value for turn in turns}
            self._turned = turns, replace(self.config, **values)
        return self._turned[1] if turns else None
