"""Wait until the dashboard has nothing to do, on a machine that others use, too."""

import asyncio
import threading
import time
from pathlib import Path

SLEEP = 0.005
"""seconds between two looks"""
LITTLE = 0.0005
"""seconds of processor time between two looks that a process with nothing to do may use"""
SOON = 0.01
"""what a timer does within so many seconds is waited for: a screen is drawn 1/120 s after it has changed"""
TASKS = Path("/proc/self/task")
"""where Linux tells of the threads of this process"""


async def wait_for_idle(_: float = 0, longest: float = 1) -> None:
    """Wait until the process has nothing to do, but at most `longest` seconds.

    Textual's own only asks whether the process has used the processor lately. So it takes one that others keep from
    the processor for idle, and a test looks before the screen is drawn.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + longest
    while loop.time() < end:
        used = time.process_time()
        await asyncio.sleep(SLEEP)
        if time.process_time() - used < LITTLE and not _is_due(loop) and not _is_another_thread_running():
            return


def _is_due(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the loop has something to do, now or soon."""
    assert isinstance(loop, asyncio.BaseEventLoop)
    ready, scheduled = (getattr(loop, name) for name in ("_ready", "_scheduled"))  # asyncio has no public names for it
    return bool(ready) or any(timer.when() < loop.time() + SOON and not timer.cancelled() for timer in scheduled)


def _is_another_thread_running() -> bool:
    """Whether another thread of this process has a processor or waits for one; only Linux tells."""
    own = str(threading.get_native_id())
    return any(_state(task) == "R" for task in TASKS.glob("*") if task.name != own)


def _state(task: Path) -> str:
    """A thread's state as Linux tells it: R for one that runs, or would; empty if it has ended."""
    try:
        return (task / "stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""
