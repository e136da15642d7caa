"""Running out of memory, or of threads: how it shows, and what to do about it."""

import contextlib
import errno

BATCHED = ("train", "tui", "lr", "sweep")
"""the commands that have --batch-size"""
LOADER = "failed to map segment"
"""what the system's loader says of a library that it has no room for, or that may not be executed"""
NO_THREAD = "can't start new thread"
"""what Python's RuntimeError says where the limit of a user, or of a container, is reached"""
TORCH_SAYS = ("can't allocate memory", "Cannot allocate memory", "std::bad_alloc", LOADER)
"""what torch's RuntimeError says where there is no memory"""
NO_PRIMITIVE = "could not create a primitive"
"""all that oneDNN says where it has no memory for the code of a layer; with more words it is something else"""


def what_ran_out(error: BaseException, command: str) -> str | None:
    """What to tell the user of an error that says that memory or threads ran out; None if it says something else.

    torch raises OutOfMemoryError on a GPU, and a RuntimeError with a message on a CPU. Where there is no room for a
    library, there is an ImportError, in which numpy writes a page of advice around the loader's line; where there is
    none to list a folder in, as of a package that is imported, an OSError.
    """
    if str(error) == NO_THREAD:
        return "no further thread can be started: close other programs, or raise `ulimit -u`, or a container's limit"
    if isinstance(error, ImportError):
        found = next((line.strip() for line in str(error).splitlines() if LOADER in line), None)
        return found and f"a library cannot be loaded: out of memory, or its files may not be executed ({found})"
    text = str(error)
    is_torchs = text == NO_PRIMITIVE or any(words in text for words in TORCH_SAYS)
    is_systems = isinstance(error, OSError) and error.errno == errno.ENOMEM
    is_pythons = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    if not (is_pythons or is_torchs or is_systems):
        return None
    ways = ["try a smaller --batch-size"] if command in BATCHED else []
    ways += ["raise `ulimit -v`"] if _is_limited() else []
    return f"out of memory: {', or '.join([*ways, 'close other programs'])}"


def words_of(error: BaseException, command: str) -> str:
    """What a page of the dashboard says of an error: what ran out and what helps, or else the error's own words."""
    return what_ran_out(error, command) or str(error) or type(error).__name__


def _is_limited() -> bool:
    """Whether the memory of this process has a limit of its own."""
    with contextlib.suppress(ImportError):  # Windows has no such limit
        import resource

        return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return False
