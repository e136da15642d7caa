"""Running out of memory, or of threads: how it shows, and what to do about it."""

import contextlib

BATCHED = ("train", "tui", "lr", "sweep")
"""the commands that have --batch-size"""
LOADER = "failed to map segment"
"""what the system's loader says of a library that it has no room for, or that may not be executed"""
NO_THREAD = "can't start new thread"
"""what Python's RuntimeError says where the limit of a user, or of a container, is reached"""


def what_ran_out(error: Exception, command: str) -> str | None:
    """What to tell the user of an error that says that memory or threads ran out; None if it says something else.

    torch raises OutOfMemoryError on a GPU, and a RuntimeError with a message on a CPU. Where there is no room for a
    library, there is an ImportError, in which numpy writes a page of advice around the loader's line.
    """
    if str(error) == NO_THREAD:
        return "no further thread can be started: close other programs, or raise `ulimit -u`, or a container's limit"
    if isinstance(error, ImportError):
        found = next((line.strip() for line in str(error).splitlines() if LOADER in line), None)
        return found and f"a library cannot be loaded: out of memory, or its files may not be executed ({found})"
    is_torchs = any(words in str(error) for words in ("can't allocate memory", "Cannot allocate memory", LOADER))
    if not (isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or is_torchs):
        return None
    ways = ["try a smaller --batch-size"] if command in BATCHED else []
    ways += ["raise `ulimit -v`"] if _is_limited() else []
    return f"out of memory: {', or '.join([*ways, 'close other programs'])}"


def _is_limited() -> bool:
    """Whether the memory of this process has a limit of its own."""
    with contextlib.suppress(ImportError):  # Windows has no such limit
        import resource

        return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return False
