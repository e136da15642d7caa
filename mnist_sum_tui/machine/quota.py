"""The CPU quota and memory limit of a container, from Linux's control groups (cgroups). Does not need torch.

With `docker --cpus 1.5` a process still sees all cores, but it is halted when it has used up its share of a period.
"""

import math
from pathlib import Path

MEMBERSHIP = Path("/proc/self/cgroup")
"""has one line per hierarchy, "hierarchy:controllers:path" (cgroups(7))"""
TREE = Path("/sys/fs/cgroup")
"""where the hierarchies are mounted"""


def cores_by_quota() -> int | None:
    """The number of cores that the tightest quota allows, rounded up, at least 1; None if there is no quota."""
    shares = [share for folder in _folders("cpu") if (share := _share(folder)) is not None]
    return max(1, math.ceil(min(shares))) if shares else None


def _folders(controller: str) -> list[Path]:
    """The folders of this process's group and of its parent groups, in each hierarchy that may have the controller.

    Some may not exist, because a container may see the host's path but only its own part of the tree.
    """
    found = []
    for line in text_of(MEMBERSHIP).splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers and controller not in controllers.split(","):
            continue
        parts = [part for part in path.split("/") if part not in ("", "..")]
        for mounted in (TREE / controllers, TREE / controller) if controllers else (TREE,):
            found += [mounted.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]
    return found


def _share(folder: Path) -> float | None:
    """A group's limit in cores: its quota divided by its period; None if it has no limit or an invalid one."""
    words = text_of(folder / "cpu.max").split()  # version 2: "150000 100000", or "max 100000"
    if not words:  # version 1; -1 is no limit
        words = [*text_of(folder / "cpu.cfs_quota_us").split(), *text_of(folder / "cpu.cfs_period_us").split()]
    if len(words) != 2 or not all(word.isdecimal() and int(word) > 0 for word in words):
        return None
    return int(words[0]) / int(words[1])


def text_of(path: Path) -> str:
    """The content of one of the system's files; empty if it cannot be read."""
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
