"""Which of several processes this is, as torchrun's environment says; without torch."""

import os
from dataclasses import dataclass
from typing import Self

VARIABLES = {"rank": "RANK", "size": "WORLD_SIZE", "local_rank": "LOCAL_RANK", "local_size": "LOCAL_WORLD_SIZE"}
"""set by torchrun (pytorch.org/docs/stable/elastic/run.html, "Environment Variables")"""


@dataclass(frozen=True, slots=True)
class Ranks:
    """The processes that train one run together; alone, rank 0 of 1."""

    rank: int = 0
    """0 writes, prints and draws; the others help"""
    size: int = 1
    local_rank: int = 0
    """among those on this machine"""
    local_size: int = 1

    @classmethod
    def of_environment(cls) -> Self:
        """As torchrun has set it; alone where a variable is missing or makes no sense."""
        values = {name: os.environ.get(variable, "") for name, variable in VARIABLES.items()}
        if not all(value.isdecimal() for value in values.values()):
            return cls()
        found = cls(**{name: int(value) for name, value in values.items()})
        return found if found.rank < found.size and found.local_rank < found.local_size else cls()

    @property
    def is_helper(self) -> bool:
        """Whether another process leads."""
        return self.rank > 0

    def part(self, count: int) -> slice:
        """The own share of `count` images: runs of neighbours, whose lengths differ by one at most."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)
