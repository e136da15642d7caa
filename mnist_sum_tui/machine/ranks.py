"""Which of torchrun's processes this is, from its environment variables. Does not need torch."""

import os
from dataclasses import dataclass
from typing import Self

VARIABLES = {"rank": "RANK", "size": "WORLD_SIZE", "local_rank": "LOCAL_RANK", "local_size": "LOCAL_WORLD_SIZE"}
"""set by torchrun (pytorch.org/docs/stable/elastic/run.html, "Environment Variables")"""


@dataclass(frozen=True, slots=True)
class Ranks:
    """The place of this process among those that train one run together; by default it is alone, rank 0 of 1."""

    rank: int = 0
    """0 yields the events and writes the files; the others help it compute"""
    size: int = 1
    """the number of processes"""
    local_rank: int = 0
    """the rank among the processes on this machine"""
    local_size: int = 1
    """the number of processes on this machine"""

    @classmethod
    def of_environment(cls) -> Self:
        """Read torchrun's variables; if one is missing or invalid, this process is alone."""
        values = {name: os.environ.get(variable, "") for name, variable in VARIABLES.items()}
        if not all(value.isdecimal() for value in values.values()):
            return cls()
        found = cls(**{name: int(value) for name, value in values.items()})
        return found if found.rank < found.size and found.local_rank < found.local_size else cls()

    @property
    def is_helper(self) -> bool:
        """Whether this process helps another one, rank 0."""
        return self.rank > 0

    def part(self, count: int) -> slice:
        """The slice of `count` images that this process takes; the slices differ in length by at most one."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)
