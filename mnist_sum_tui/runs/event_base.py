"""Event, the base class of a run's events."""

from dataclasses import dataclass
from typing import ClassVar

from mnist_sum_tui.runs.json_values import Amount, Count, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The fields that every event has."""

    kind: ClassVar[str] = ""

    step: Count
    """optimizer steps done since the run began"""
    epoch: Number
    """the current epoch, counted from 1; for EpochDone the one that has just ended"""
    elapsed: Amount
    """seconds of training since the run began, without pauses and without the time between stop and resume"""
