"""Whether runs have the same weights, bit for bit, read from their checkpoints without torch."""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from mnist_sum_tui.atomic import read_own
from mnist_sum_tui.errors import CheckpointError
from mnist_sum_tui.runs.checkpoint_file import CONFIDENCE, MAX_BYTES, OPTIMIZER, checked_header
from mnist_sum_tui.runs.run import Run


def about_weights(runs: Iterable[Run], *, has_same_settings: bool) -> str:
    """Whether the runs' best weights are the same, in words; empty if that is not known or goes without saying."""
    found = {None if run.best_weights is None else fingerprint(run.best_weights) for run in runs}
    if None in found:
        return ""
    if len(found) == 1:
        return "Their best weights are the same, bit for bit."
    return "Their best weights differ." if has_same_settings else ""


def fingerprint(path: Path) -> str | None:
    """A hash of a checkpoint's weights, with their names, types and shapes; None if it cannot be read or is damaged."""
    import safetensors  # without torch: 2 ms

    try:
        raw = read_own(path, MAX_BYTES)
        checked_header(io.BytesIO(raw), path)
        tensors = dict(safetensors.deserialize(raw))  # type: ignore[no-untyped-call]
    except (OSError, CheckpointError, safetensors.SafetensorError):
        return None
    digest = hashlib.sha256()
    for name in sorted(name for name in tensors if not name.startswith((OPTIMIZER, CONFIDENCE))):
        about = tensors[name]
        digest.update(f"{name} {about['dtype']} {about['shape']}\n".encode())
        digest.update(about["data"])
    return digest.hexdigest()
