"""The pair of accuracies, digit and sum, that an event reports."""

from mnist_sum_tui.runs.events import EpochDone, Finished, Validated


def accuracies(event: EpochDone | Validated | Finished | None) -> tuple[float, float] | None:
    """The accuracies of digit and sum, 0..1 (for an epoch, those of its validation); None if they were not measured."""
    if event is None:
        return None
    prefix = "val_" if isinstance(event, EpochDone) else ""
    digit, total = (getattr(event, f"{prefix}{head}_accuracy") for head in ("digit", "sum"))
    return None if digit is None or total is None else (digit, total)
