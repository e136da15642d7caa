"""Importing torch in less time."""

import gc


def import_torch() -> None:
    """Import torch without the garbage collector, which would look through its modules several times, and find nothing.

    What the import made stays to the end of the process, so the collector need not look at it later either. Import
    torch: 0.62 s instead of 0.71 (five pairs, two EPYC cores); each full collection later on: nothing instead of 65
    to 200 ms, in which the dashboard would answer no key.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        import torch  # noqa: F401
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
