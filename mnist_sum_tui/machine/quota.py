"""How much of the cores a container may use, as Linux's control groups (cgroups) say; without torch.

`docker --cpus 1.5` leaves all cores visible, and stops a process that has used its share of a period.
"""

import math
from pathlib import Path

MEMBERSHIP = Path("/proc/self/cgroup")
"""a line for each hierarchy, as "hierarchy:controllers:path" (cgroups(7))"""
TREE = Path("/sys/fs/cgroup")
"""where the hierarchies are mounted"""


def cores_by_quota() -> int | None:
    """The cores that the tightest quota allows, rounded up, 1 at least; None where there is no quota."""
    shares = [share for folder in _folders() if (share := _share(folder)) is not None]
    return max(1, math.ceil(min(shares))) if shares else None


def _folders() -> list[Path]:
    """The process's own group and the groups around it, in each hierarchy that may limit the cores.

    A container may see its path from outside, but only its own part of the tree; so not all of them exist.
    """
    found = []
    for line in _text(MEMBERSHIP).splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        parts = [part for part in path.split("/") if part not in ("", "..")]
        for mounted in (TREE / controllers, TREE / "cpu") if controllers else (TREE,):
            found += [mounted.joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]
    return found


def _share(folder: Path) -> float | None:
    """The cores of a group: quota by period in microseconds; None where it has no limit, or none that makes sense."""
    words = _text(folder / "cpu.max").split()  # version 2: "150000 100000", or "max 100000"
    if not words:  # version 1; -1 is no limit
        words = [*_text(folder / "cpu.cfs_quota_us").split(), *_text(folder / "cpu.cfs_period_us").split()]
    if len(words) != 2 or not all(word.isdecimal() and int(word) > 0 for word in words):
        return None
    return int(words[0]) / int(words[1])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
